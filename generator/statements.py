"""Cuts a sentence into statements: what is said, of what, and whether it is denied.

"The tray, but not the tank, may go into the dishwasher" holds three: of the tray, of the tank (denied), and of both.
English, and the commonest words of German; other languages are taken word by word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from generator.lexicon import lemma, lexicon
from generator.quantities import Quantity, quantities
from generator.words import GERMAN_STOP_WORDS, STOP_WORDS, WORD, language_of, word_set, words

NEGATORS = word_set(
    "not no never none neither nor nobody nothing nowhere without cannot hardly forbidden prohibited banned unable "
    "impossible lacks lacked lacking fails failed refused absent vacant except exempt rejected withdrawn "
    "declined excluded discontinued cancelled canceled abolished scrapped closed shut geschlossen avoid avoided avoids "
    "proof nicht kein keine keinen keiner keinem "
    "nie niemals ohne verboten "
    "untersagt non unlike untrue false"
)
"""Words that deny what stands with them."""
LIGHT = word_set(
    "mr mrs ms dr herr frau maximum minimum now jetzt use used using uses take takes took taken taking make "
    "makes made give gives given get gets got go goes went gone "
    "put set keep kept keeps come comes came become became include includes included including contain contains list "
    "lists listed show shows shown showing picture photo photograph image photos pictures according manual document "
    "report say says said state states stated mention mentions describe describes described mean means meant need "
    "needs needed require requires required able allow allowed allows permit permitted permits possible people person "
    "apply applies applied must may might possible also too both order respectively currently amount amounts total "
    "happen happens place located called named known found provide provides available offer offers offered seem seems "
    "appear appears likely probably perhaps possibly approximately roughly around nearly almost exactly just still "
    "already even well around always usually generally especially particular certain part parts kind type number "
    "numbers once twice times time hat haben wird werden sind sein wurde wurden ist kann darf muss soll begin end "
    "since then yet ever cost costs during within someone something anyone everyone everything person however"
)
"""Words that say little of what a sentence is about: a claim may have them where the evidence has others."""
POLAR = word_set(
    "before after above below over under more less most least fewer up down all only first last earlier later both off "
    "left right unter nach vor"
)
"""Words without content of their own that turn what is said: kept, though they weigh little."""
_AUXILIARY = (
    "is|are|was|were|be|been|has|have|had|will|would|can|could|may|might|must|should|does|do|did|cannot|won|needs?"
)
BREAK = re.compile(
    r";|\s[\u2013\u2014-]\s|,?\s(?:but|while|whereas|although|though|because|which|who|whose|where|so that|"
    r"(?<!\bhas\s)(?<!\bhad\s)(?<!\bhave\s)since|"
    r"aber|sondern|weil|obwohl|w\u00e4hrend|which|with the exception of|apart from|other than|except|unless"
    r"|instead of|rather than|followed by|ahead of|compared with|unlike)\b"
    rf"|,\s(?:and|or|und)\s|\s(?=and not\b|nor\b)|,\s(?=not\b|of which|after|before|until|so\b)"
    rf"|\s(?:and|und)\s(?=(?:{_AUXILIARY}|none|no|not|never)\b)|\s(?:and|und)\s(?=(?:\w+ly\s)?\w+(?:ed|es)\b)"
    rf"|\s(?:and|und)\s(?=(?:\w+ly\s|then\s)?(?P<verb>[a-z]+)\b)|(?<=\b)(?P<own>\s(?:and|und)\s)(?=(?:\w+\s){{1,3}}(?:{_AUXILIARY})\b)",
    re.IGNORECASE,
)
AUXILIARY = re.compile(rf"\b(?:{_AUXILIARY})\b", re.IGNORECASE)
VERB = re.compile(rf"\b(?:{_AUXILIARY}|\w+ed)\b", re.IGNORECASE)
EXCEPTION = re.compile(
    r"\b(?:followed by|ahead of|compared with|unlike|with the exception of|apart from|other than|except|unless"
    r"|instead of|rather than|sondern)\b",
    re.I,
)
OPEN = re.compile(
    rf"^\W*(?:and |but |or |which |who |while |und |aber )?(?:\w+ly |not |also |then )*(?:{_AUXILIARY}|\w+(?:ed|es)\b)"
    r"|^\W*(?:and|but) not [^\W\d_]+\W*$",
    re.I,
)
"""A statement without a subject of its own."""
LOCAL = re.compile(
    r"^\W*(?:and |but |or )?(?:(?:not|none|no|nicht)(?= (?:the|an?|on|in|at|of|for|to|by|from|with|der|die|das"
    r"|am|im)\b| [A-Z\d])"
    r"|followed by|ahead of|compared with|except|with the exception of|apart from|other than|unlike|instead of"
    r"|rather than|sondern)\b"
)
"""A statement that denies only what it names: `but not the tank`."""
RELATIVE = re.compile(r"^\W*(?:which|who)\b", re.IGNORECASE)
FRAME = re.compile(
    r"^(?:according to [^,]{1,40},\s|(?:it|this) (?:seems|appears|looks|is (?:likely|possible|clear|stated"
    r"|said))(?: as if| that| like)?\s"
    r"|(?:apparently|probably|perhaps|in short|overall|in summary|yes|no|so|thus|therefore|however|in addition"
    r"|also),\s|note that\s"
    r"|the (?:document|text|report|manual|evidence|passage|page|source|author|authors|contract|invoice|minutes)s? "
    r"(?:says?|states?|mentions?|notes?|shows?|explains?|indicates?|specif(?:y|ies)|adds?)(?: that)?\s"
    r"|the (?:picture|photo|photograph|image)s? shows?\s|there (?:is|are|was|were)\s)+",
    re.IGNORECASE,
)  # fmt: skip
"""What a model writes around what it claims."""
NO_DENIAL = re.compile(
    r"\bno (?:more|fewer|less|later|earlier) than\b|\bnot only\b|\b(?:not|never)\b(?=[^.;,]*\buntil\b)"
    r"|\b(?:for|of|from|by) not \w+ing\b"
    r"|\b(?:(?:do|does|need) not (?:need|have)? ?(?:to pay|a ticket)|no charge|no cost|costs? nothing|without "
    r"charge|nothing to pay)\b",
    re.IGNORECASE,
)
"""Negations that deny nothing, or say `free`."""
OPPOSED = re.compile(r"\b(?:vot\w+|decid\w+|advis\w+|ruled|spoke|warn\w+)\s(?:\w+\s)?against\b", re.IGNORECASE)
BROKEN = re.compile(
    r"\bout of (?:order|service|use|action)\b|\b(?:was|were|been|being) (?:\w+ly )?removed\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word with meaning: as written, its base form, and whether it is a name (a capital within a sentence)."""

    text: str
    lemma: str
    is_name: bool

    @property
    def weight(self) -> float:
        """How much it tells of what is said."""
        return 0.3 if self.text.casefold() in LIGHT | POLAR else 1.3 if self.is_name else 1.0


@dataclass(frozen=True, slots=True)
class Statement:
    """A part of a sentence that says one thing. `denied` is whether it says that this is not so."""

    text: str
    words: tuple[Word, ...]
    quantities: tuple[Quantity, ...]
    denied: bool
    excepted: bool = False
    subject: tuple[Word, ...] = ()
    """The words that open the sentence, of which a later statement speaks too: "it costs 3 euros and is not sold"."""

    @property
    def is_exclusion(self) -> bool:
        """Whether it says otherwise only of what it names, as in `but not the tank`."""
        return len(self.words) <= 4 and bool(LOCAL.match(self.text)) and not OPEN.match(self.text)

    @property
    def says_more(self) -> bool:
        """Whether it says another thing of the subject of the sentence: `and is crying`."""
        return bool(OPEN.match(self.text))

    @property
    def lemmas(self) -> frozenset[str]:
        return frozenset(word.lemma for word in self.words)


def statements(sentence: str) -> list[Statement]:
    """The statements of a sentence, in order; those without any word or quantity are left out."""
    return list(_statements(sentence))


@lru_cache(maxsize=2048)
def _statements(sentence: str) -> tuple[Statement, ...]:
    framed = FRAME.match(sentence)
    sentence = sentence[framed.end() :] if framed else sentence
    parts = list(_parts(sentence))
    found = [_statement(part, sentence, at == 0) for at, part in enumerate(parts)]
    found = [replace(one, subject=_subject(found, at)) for at, one in enumerate(found)]
    return tuple(one for one in _with_exceptions(found) if one.words or one.quantities)


def _subject(found: Sequence[Statement], at: int) -> tuple[Word, ...]:
    """What a statement without a subject of its own speaks of: for `who`, what stands right before it."""
    if not at or not OPEN.match(found[at].text):
        return ()
    return found[at - 1].words[-2:] if RELATIVE.match(found[at].text) else leading(found[0])


def leading(stated: Statement) -> tuple[Word, ...]:
    """The words before the first verb, which tell what a statement speaks of; all of one without a verb."""
    auxiliary = AUXILIARY.search(stated.text)
    end = auxiliary.start() if auxiliary else len(stated.text)
    before: list[Word] = []
    for word in stated.words:
        # What opens a sentence is no verb, but for a command: `seals rest on the rocks`.
        if stated.text.find(word.text) >= end or (before and word.lemma in lexicon().verbs):
            break
        before.append(word)
    return tuple(before)


def _parts(sentence: str) -> Iterator[str]:
    start = 0
    for match in BREAK.finditer(sentence):
        before = sentence[start : match.start()]
        # In "lines 1 and 2 have", nothing is said before the `and`.
        if match["own"] and not VERB.search(before):
            continue
        if match["verb"] and lemma(match["verb"]) not in lexicon().verbs:
            continue
        if before.strip(" ,"):
            yield from _closed(before)
            # What breaks a sentence may say how what follows is meant: `except`.
            start = match.start()
    yield from _closed(sentence[start:])


def _closed(part: str) -> Iterator[str]:
    """What is excluded ends at the next comma: "but not the tank, may be washed"."""
    comma = part.find(", ", 3) if LOCAL.match(part) else -1
    yield part if comma < 0 else part[:comma]
    if comma >= 0:
        yield part[comma:]


def _statement(part: str, sentence: str, first: bool) -> Statement:
    found = quantities(part)
    blanked = part
    for quantity in found:
        if not quantity.is_soft:
            blanked = f"{blanked[: quantity.start]}{' ' * (quantity.end - quantity.start)}{blanked[quantity.end :]}"
    return Statement(
        part, tuple(read_words(blanked, sentence, first)), tuple(found), denies(part), bool(EXCEPTION.search(part))
    )


def read_words(text: str, sentence: str, first: bool) -> Iterator[Word]:
    """The words that carry meaning. A capital at the start of a sentence makes no name of a word."""
    german = language_of(tuple(words(sentence))) == "de"
    for match in WORD.finditer(text):
        word = re.sub(r"['\u2019]s?$", "", match.group())
        plain = word.casefold()
        if plain in ("least", "most") and text[: match.start()].endswith("at "):
            continue
        if plain in POLAR:
            yield Word(word, lemma(plain), False)
            continue
        if plain in STOP_WORDS or plain in NEGATORS or plain in GERMAN_STOP_WORDS or re.search(r"n['\u2019]t$", plain):
            continue
        starts = first and not re.search(r"\w", text[: match.start()])
        is_name = (
            word[0].isupper()
            and not starts
            and not (german and not re.search(r"(?:Herr|Frau)\s$", text[: match.start()]))
        )
        is_name = is_name and plain not in LIGHT
        yield Word(word, lemma(plain), is_name or (any(map(str.isdigit, word)) and word[0].isupper()))


def denies(text: str) -> bool:
    """Whether a statement denies: by an odd number of words that do."""
    text = OPPOSED.sub(" not ", BROKEN.sub("not working", NO_DENIAL.sub(" free ", text)))
    said = re.findall(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?", text.casefold().replace("\u2019", "'"))
    return sum(map(is_negator, said)) % 2 == 1


def is_negator(word: str) -> bool:
    """Whether a word, lower case, denies what stands with it."""
    return word in NEGATORS or word.endswith("n't")


def _with_exceptions(found: list[Statement]) -> Iterator[Statement]:
    """What is excepted from a denial is so, and the other way round."""
    for at, one in enumerate(found):
        if one.excepted and at:
            yield replace(one, denied=not found[at - 1].denied)
        else:
            yield one
