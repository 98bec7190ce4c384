"""Cuts text into sentences, list items and table rows, and knows where each stands in the text.

It knows nothing of questions or claims. The rules are for text as PDFs give it: hard line breaks inside a sentence,
words hyphenated over two lines, bullets, and tables of which every cell stands on a line of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from generator.months import GERMAN
from generator.tables import Cell, Row, rows_from_cells, rows_from_lines, rows_from_words
from generator.words import word_set
from store.records import Item, Kind

NEVER_LAST = word_set(
    "mr mrs ms dr prof st sr jr rev hon gen col capt lt sgt no nos nr p pp vol fig figs eq sec ch art ca c approx "
    "e.g i.e eg ie vs cf al viz resp min max est dept incl excl tel mt ft jan feb mar apr jun jul aug sep sept oct "
    "nov dec "
    "mio mrd tsd bzw z.b d.h u.a inkl exkl zzgl evtl ggf abb kap bd hrsg gest verh jh chr dipl vgl sog bspw med phil "
    "okt dez mme mlle env av tél réf adr janv févr avr juil déc"
)
"""Abbreviations after which a sentence goes on, whatever follows: in English, German and French."""
BEFORE_NUMBERS = word_set("abs ziff rd bl mo di mi do fr sa so")
"""Those after which it goes on if a number follows: a German law, street or weekday."""
OF_LETTERS = re.compile(r"\w(?:\.\w)+")
BEGINNINGS = word_set("the this these it its he she they we in at on a an but however")
"""Words that begin a sentence behind letters with full stops: `in the U.S. The`."""
COUNTED = (
    *GERMAN,
    *("Jänner", "Jahrhundert", "Jahrtausend", "Stock", "Etage", "Obergeschoss", "Klasse", "Weltkrieg"),
)
"""What German counts with a number and a full stop, the days of a month above all."""
COUNTS = re.compile(
    r"\b(?:im|am|vom|zum|zur|beim|ab|der|die|das|dem|den|des|ein|eine|einem|einen|einer|eines)\s+\d{1,2}$",
    re.IGNORECASE,
)
"""A number that German counts with, whatever follows: `im 3. Quartal`."""

BULLET = re.compile(
    r"\A\s*(?:[-*\u2022\u2023\u25aa\u25cf\u25e6\u2013\u2014\u00b7]"
    rf"|\(?\d{{1,3}}[.)](?!\s+(?:{'|'.join(COUNTED)}))|\(?[a-zA-Z]\))\s+(?=\S)"
)
AXIS = re.compile(r"(?:[-\u2212]?\d[\d.,]*\s+){3}")
"""Numbers in a row."""
SIGN = re.compile(r"\A\s*[-*\u2022\u2023\u25aa\u25cf\u25e6\u2013\u2014\u00b7]\s")
"""What opens an item of a list and, unlike a number or a letter, no heading."""
END = re.compile(r"[.!?\u2026]+[\"\u201d\u2019')\]]*(?=\s+\S)|[\u3002\uff01\uff1f]")
LAST_WORD = re.compile(r"[^\s(\[\"\u201c\u2018']+$")
PRONOUN = re.compile(
    r"(?:It|They|He|She|This|These|Those|Its|Their|His|Her)\b"
    # "Each of them weighs a tonne" and "Each has two" point back, "Each node weighs a tonne" does not.
    r"|(?:Both|Each|Most|One)(?= (?:of (?:them|these|those|which)|is|are|was|were|has|have|had|can|will|may|must)\b)"
)
PAIRS = ((re.compile("\u201c"), "\u201d", 300), (re.compile(r"(?<!\S)\((?=\S)"), ")", 80))
"""What opens something in which no sentence ends, what closes it, and within how many characters that must come."""

CELL_LENGTH = 28
"""A line no longer than this, without a full stop, may be one cell of a table."""


class ListItem(str):
    """A block of text behind a bullet, which is no heading however short it is."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, list item or table row. `quote` is its exact words, `text` the same made readable.

    `context` is what it stands under: its heading, or the names of the table's columns. `before` is the sentence that
    its opening pronoun points back to.
    """

    text: str
    quote: str
    context: str = ""
    before: str = ""
    heading: bool = False
    named: bool = False
    """Whether it is a row of a table whose quote has the names of the columns already."""

    @property
    def is_row(self) -> bool:
        """Whether it is a row of a table, with the names of the columns."""
        return self.named or self.text != self.quote

    @property
    def in_place(self) -> str:
        """The sentence behind what gives it its meaning."""
        around = f"{self.context} {self.before}".strip()
        return f"{around}: {self.text}" if around else self.text


def split_sentences(text: str) -> list[str]:
    """The sentences of running text, in order, with the white space between them taken away."""
    sentences = []
    start = 0
    for end in boundaries(text):
        sentences.append(text[start:end].strip())
        start = end
    sentences.append(text[start:].strip())
    return [sentence for sentence in sentences if sentence]


def boundaries(text: str) -> Iterator[int]:
    """Yields the offset behind each sentence but the last, in order. Never inside curly quotes or parentheses."""
    enclosed = [span for opening, closing, reach in PAIRS for span in _enclosed(text, opening, closing, reach)]
    for match in END.finditer(text):
        inside = any(start < match.start() and match.end() < end for start, end in enclosed)
        if not inside and _ends_sentence(text, match):
            yield match.end()


def _enclosed(text: str, opening: re.Pattern[str], closing: str, reach: int) -> Iterator[tuple[int, int]]:
    for opened in opening.finditer(text):
        closed = text.find(closing, opened.end(), opened.end() + reach)
        if closed >= 0:
            yield opened.start(), closed + 1
        elif opened.end() + reach >= len(text):
            # The text may still be growing, and the pair close in what is to come.
            yield opened.start(), len(text) + 1


def _ends_sentence(text: str, match: re.Match[str]) -> bool:
    if match.group()[0] in "\u3002\uff01\uff1f":
        return True
    following = text[match.end() :].lstrip()[:1]
    if following.islower():
        return False
    if match.group() != ".":
        return True
    word = LAST_WORD.search(text[: match.start()])
    if word is None:
        return True
    token, rest = word.group().casefold(), text[match.end() :].lstrip()
    if token in NEVER_LAST:
        # "No." and "St." open something; the answer "No." stands alone in its sentence.
        return token == "no" and not following.isdigit()
    if token in BEFORE_NUMBERS or token.endswith("str"):
        return not following.isdigit()
    if OF_LETTERS.fullmatch(token):
        return any(rest.casefold().startswith(f"{opening} ") for opening in BEGINNINGS)
    # "J. Smith" and "z. B. Smith" go on, "230 V. The noise" does not: a letter behind a number is a unit.
    initial = len(token) == 1 and token.isalpha() and not re.search(r"\d\s*$", text[: word.start()])
    list_number = token.isdigit() and len(token) <= 3 and not text[: word.start()].strip()
    counts = _is_counted(token, rest) or COUNTS.search(text[: match.start()]) is not None
    return not (initial or list_number or counts)


def _is_counted(token: str, following: str) -> bool:
    if not token.isdigit() or len(token) > 2:
        return False
    # The word may still be growing.
    return following.startswith(COUNTED) or any(counted.startswith(following) for counted in COUNTED)


def item_sentences(item: Item) -> list[Sentence]:
    """The sentences of an item's text, and of a figure's caption, or the rows of the table that it is known to be."""
    table = item.attributes.get("table")
    if not table:
        return figure_sentences(item) if item.kind is Kind.FIGURE else read_sentences(item.text)
    caption = str(table["caption"])
    above = " ".join(part for part in (caption, *table["header"]) if part)
    rows = [Sentence(line, line, above, named=True) for line in table["lines"]]
    return read_sentences(caption) + rows


def figure_sentences(item: Item) -> list[Sentence]:
    """What is said in and under a figure: its caption, however short it is, and its words but numbers along an axis."""
    caption = " ".join(str(item.attributes.get("caption") or "").split())
    inside = [one for one in read_sentences(item.text) if not AXIS.search(one.text)]
    return [Sentence(part, part) for part in split_sentences(caption)] + inside


def read_sentences(text: str) -> list[Sentence]:
    """The sentences, list items and table rows of text as a PDF gives it, in order."""
    sentences: list[Sentence] = []
    heading = ""
    for block in _blocks(text):
        if isinstance(block, Row):
            sentences.append(
                Sentence(text=block.readable(), quote=block.quote(), context=f"{heading} {block.titles()}")
            )
        elif is_heading(block) and not isinstance(block, ListItem):
            heading = block
            sentences.append(Sentence(text=block, quote=block, heading=True))
        else:
            sentences += _in_context(split_sentences(block), heading)
    return sentences


def _in_context(parts: list[str], heading: str) -> list[Sentence]:
    """Sentences under their heading. One that opens with a pronoun also needs the sentence before it."""
    before = ["", *parts]
    return [
        Sentence(part, part, heading, previous if PRONOUN.match(part) else "")
        for previous, part in zip(before, parts, strict=False)
    ]


def is_heading(line: str) -> bool:
    """Whether a block of text is a heading: short, with no full stop, starting with a capital or a number.

    A question stands over what answers it, and is itself no answer.
    """
    words = line.split()
    if line.endswith("?"):
        return len(split_sentences(line)) == 1
    return (
        0 < len(words) <= 8
        and any(map(str.isalpha, line))
        and line[-1] not in ".!?:;,)\u201d"
        and (line[0].isupper() or line[0].isdigit())
    )


def _blocks(text: str) -> Iterator[str | Row]:
    """Paragraphs, list items and headings as strings of one line; tables row by row."""
    lines = [line.strip() for line in text.replace("\u00ad\n", "").replace("\u00ad", "").splitlines()]
    position = 0
    while position < len(lines):
        rest = lines[position:]
        rows = rows_from_lines(rest) or rows_from_words(rest) or rows_from_cells(_cells(rest))
        if rows:
            yield from rows
            position += sum(row.lines for row in rows)
            continue
        end = _paragraph_end(lines, position)
        paragraph = _joined(lines[position:end])
        if paragraph:
            yield ListItem(paragraph) if SIGN.match(lines[position]) else paragraph
        position = end


def _cells(lines: list[str]) -> list[Cell]:
    cells: list[Cell] = []
    for line in lines:
        if not line or len(line) > CELL_LENGTH or line[-1] in ".!?:;" or BULLET.match(line):
            break
        cells.append(line)
    return cells


def _paragraph_end(lines: list[str], start: int) -> int:
    """The index behind the last line that continues the line at `start`."""
    widest = max(map(len, lines))
    end = start + 1
    while end < len(lines) and _continues(lines[end - 1], lines[end], widest):
        end += 1
    return end


def _continues(line: str, following: str, widest: int) -> bool:
    last = line[:-1].split(" ")[-1].casefold()
    ended = line[-1:] in ".!?" and last not in NEVER_LAST and not _is_counted(last, following)
    if not line or not following or ended or BULLET.match(following):
        return False
    if following[0].islower() or line[-1] in ",-\u2010":
        return True
    # A line that stops well short of the margin before a capital is a heading, an item or the end of a paragraph.
    return len(line) > 0.7 * widest and not is_heading(line)


def _joined(lines: list[str]) -> str:
    text = BULLET.sub("", lines[0], count=1) if lines else ""
    for line in lines[1:]:
        hyphenated = re.search(r"\w[-\u2010]$", text) and line[:1].islower()
        text = text[:-1] + line if hyphenated else f"{text} {line}"
    return re.sub(r"\s+", " ", text).strip()
