"""Makes text from a model or a document harmless: no link, no image, no HTML, no control character, no citation.

The page shows answers as text, but replies are also read by chat programs that render Markdown. So what stands in an
answer must be harmless wherever it is rendered, even where an attacker writes all of it.
"""

from __future__ import annotations

import html
import re
import unicodedata

REMOVED_LINK = "(link removed)"

_TOP_LEVEL_DOMAINS = (
    "com|net|org|io|co|info|biz|xyz|dev|app|ai|edu|gov|mil|int|me|tv|cc|ru|cn|uk|de|fr|eu|us|ly|top|site|online|click|"
    "link|shop|live|cloud|page|example|test|invalid|local|onion"
)
_REST = r"[^\s\"\u201c\u201d<>()]*"
LINK = re.compile(
    rf"\b[a-z][a-z0-9+.-]{{0,30}}:\s*[/\\]{{2,}}{_REST}"
    rf"|(?:javascript|vbscript|mailto|xmpp):{_REST}"
    rf"|\b(?:data|tel|file|blob):(?=\S){_REST}"
    rf"|[/\\]{{2,}}{_REST}"
    rf"|www\d?\.{_REST}"
    r"|(?<![\w.+-])[\w.+-]*@[\w-]+\.[\w.-]+"
    rf"|[\w-]{{1,63}}(?:\.[\w-]{{1,63}}){{0,8}}\.(?:{_TOP_LEVEL_DOMAINS})\b(?![\w.-]*\.(?:pdf|jpe?g|png)\b)(?:[:/?#]{_REST})?"
    # What ends in a digit, as the price in "3.50/hour", is no host, but for an address of four numbers.
    rf"|[\w-]{{1,63}}(?:\.[\w-]{{1,63}}){{0,7}}\.[^\W\d_][\w-]{{1,62}}(?::\d{{1,5}})?/{_REST}"
    rf"|\d{{1,3}}(?:\.\d{{1,3}}){{3}}(?::\d{{1,5}})?/{_REST}",
    re.IGNORECASE,
)
NESTED_ENTITY = re.compile(r"&(?:(?:amp|AMP|#0*38|#[xX]0*26);)+")
"""Undone at once, since one level a pass would take as many passes as an attacker likes."""
MARKDOWN_LINK = re.compile(r"!?\[([^\[\]]*)\]\s?\((?:\)|(?=\S*[/.#?:])[^()\s]*(?:\s+(?:\"[^\"()]*\"|'[^'()]*'))?\)?)")
"""A target without a blank. Other words in parentheses are words, which the brackets alone would make a target of."""
_VALUE = r"(?:\"[^\"<>]*\"|'[^'<>]*'|[^\s\"'<>]+)"
TAG = re.compile(
    rf"</?[a-zA-Z][\w:-]{{0,60}}(?:\s+[\w:@.-]{{1,60}}\s*=\s*{_VALUE}){{0,40}}\s*/?>|<!--(?s:.){{0,2000}}?-->|<[!?][^<>]{{0,2000}}>"
)
TAG_OPENING = re.compile(r"<(?=[a-zA-Z/!?])")
"""Where no tag follows, as in "T<Tmin", the words behind it are words."""
BRACKETS = str.maketrans(
    dict.fromkeys("[\u3010\uff3b\u3014\u27e6", "(") | dict.fromkeys("]\u3011\uff3d\u3015\u27e7", ")")
)
KEPT_CONTROLS = "\n\t"


def neutralise(text: str) -> str:
    """The text on one line, with nothing in it that a browser or a Markdown renderer would act upon.

    Links and e-mail addresses become `(link removed)`, the words of a Markdown link stay, tags go, and square
    brackets become round ones, so that only we can write a citation. Applying it twice changes nothing.
    """
    while (cleaned := _clean_once(text)) != text:
        text = cleaned
    return text


def without_controls(text: str) -> str:
    """The text without control, formatting (such as right-to-left override) and private characters."""
    return "".join(
        character
        for character in text
        if character in KEPT_CONTROLS or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )


def _clean_once(text: str) -> str:
    text = without_controls(html.unescape(NESTED_ENTITY.sub("&", text)))
    text = MARKDOWN_LINK.sub(lambda match: match[1], text)
    text = TAG_OPENING.sub("\u2039", TAG.sub(" ", text))
    text = LINK.sub(REMOVED_LINK, text)
    return re.sub(r"\s+", " ", text.translate(BRACKETS)).strip()
