"""Set text on a reportlab canvas: in fonts that have its letters, wrapped and shrunk until it fits.

Text is only ever drawn, never parsed as markup: ``<b>`` in a name is four characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from .scripts import visual

FONTS = Path(__file__).resolve().parent.parent / "fonts"
ELLIPSIS = "…"


@dataclass(frozen=True)
class Face:
    """A voice of the house, with the fonts that stand in, in this order, where the first has no such letter."""

    fonts: tuple[str, ...]


DISPLAY = Face(("BricolageGrotesque-Condensed", "NotoSans-Bold", "NotoSans-World"))
BOLD = Face(("InstrumentSans-Bold", "NotoSans-Bold", "NotoSans-World"))
REGULAR = Face(("InstrumentSans-Regular", "NotoSans-Regular", "NotoSans-World"))

HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]")
KANA = re.compile("[\u3040-\u30ff\u31f0-\u31ff]")
EAST_ASIAN = re.compile("[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef]")


@cache
def font(name: str) -> TTFont:
    """Load one of our fonts, once per process, when it is first needed."""
    loaded = TTFont(name, FONTS / f"{name}.ttf", shapable=False)
    pdfmetrics.registerFont(loaded)
    return loaded


@cache
def east_asian_font(name: str) -> str:
    """Name a font that PDF viewers bring themselves."""
    pdfmetrics.registerFont(UnicodeCIDFont(name))
    return name


def clean(text: str) -> str:
    """Return text on one line, composed, without control characters and without pictures that no font has."""
    text = unicodedata.normalize("NFC", text)
    text = "".join(" " if unicodedata.category(char)[0] in "CZ" else char for char in text)
    return " ".join("".join(char for char in text if _can_be_set(char)).split())


def _can_be_set(char: str) -> bool:
    """Whether a character is drawn, be it as a question mark: letters and digits always are."""
    return unicodedata.category(char)[0] in "LN" or bool(font_for(char, REGULAR) or EAST_ASIAN.match(char))


@lru_cache(maxsize=10_000)
def font_for(char: str, face: Face) -> str | None:
    """Name the first font of a face that has this character; None: none has it."""
    return next((name for name in face.fonts if ord(char) in font(name).face.charToGlyph), None)


@lru_cache(maxsize=10_000)
def runs(text: str, face: Face) -> tuple[tuple[str, str], ...]:
    """Cut text, as it is drawn, into pieces of one font each: (font name, piece). ``?`` stands for what no font has.

    A word stays in one font if there is one that has all its letters, and a line goes on in the font of its last word.
    """
    east_asian = _east_asian_font(text)
    pieces: list[tuple[str, str]] = []
    for word in re.findall(r"\s+|\S+", visual(text)):
        whole = next((name for name in _preferred(pieces, face) if _has_all(name, word)), None)
        for char in word:
            name = whole or font_for(char, face)
            if name is None and EAST_ASIAN.match(char):
                name = east_asian
            if name is None:
                name, char = face.fonts[0], "?"
            if pieces and pieces[-1][0] == name:
                pieces[-1] = (name, pieces[-1][1] + char)
            else:
                pieces.append((name, char))
    return tuple(pieces)


def _preferred(pieces: list[tuple[str, str]], face: Face) -> tuple[str, ...]:
    """Order a face's fonts for the next word: first the one that has just set letters."""
    if pieces and pieces[-1][0] in face.fonts and any(char.isalpha() for char in pieces[-1][1]):
        return (pieces[-1][0], *face.fonts)
    return face.fonts


def _has_all(name: str, word: str) -> bool:
    return all(ord(char) in font(name).face.charToGlyph for char in word)


def _east_asian_font(text: str) -> str:
    """Choose among Korean, Japanese and Chinese by the signs that only one of them has."""
    if not EAST_ASIAN.search(text):
        return ""
    if HANGUL.search(text):
        return east_asian_font("HYGothic-Medium")
    return east_asian_font("HeiseiKakuGo-W5" if KANA.search(text) else "STSong-Light")


def width(text: str, face: Face, size: float) -> float:
    """Measure text, in points."""
    return _width_at_one_point(text, face) * size


@lru_cache(maxsize=10_000)
def _width_at_one_point(text: str, face: Face) -> float:
    return sum(pdfmetrics.stringWidth(piece, name, 1) for name, piece in runs(text, face))


def draw(canvas: Canvas, x: float, y: float, text: str, face: Face, size: float, *, align: str = "left") -> float:
    """Draw one line with its baseline at ``y``; return its width."""
    total = width(text, face, size)
    x -= {"left": 0, "center": total / 2, "right": total}[align]
    for name, piece in runs(text, face):
        canvas.setFont(name, size)
        canvas.drawString(x, y, piece)
        x += pdfmetrics.stringWidth(piece, name, size)
    return total


def wrap(text: str, face: Face, size: float, limit: float) -> list[str]:
    """Break text into lines of at most ``limit`` points, between words where that is possible."""
    lines: list[str] = []
    line, line_width, space = "", 0.0, width(" ", face, size)
    for word in _words(text, face, size, limit):
        word_width = width(word, face, size)
        if line and line_width + space + word_width > limit:
            lines.append(line)
            line, line_width = "", 0.0
        line_width += word_width + (space if line else 0)
        line = f"{line} {word}" if line else word
    return [*lines, line] if line else lines


def _words(text: str, face: Face, size: float, limit: float) -> Iterable[str]:
    """Yield the words of a text, those that are too long for a line in pieces."""
    for word in text.split():
        rest = word
        while not _is_within(rest, face, size, limit):
            end = _most(rest, face, size, limit)
            yield rest[:end]
            rest = rest[end:]
        yield rest


def _capacity(size: float, limit: float) -> int:
    """How many characters a line holds at the very most: hardly any is narrower than a tenth of its height."""
    return int(limit / size * 10)


def _is_within(word: str, face: Face, size: float, limit: float) -> bool:
    return len(word) <= 1 or (len(word) <= _capacity(size, limit) and width(word, face, size) <= limit)


def _most(word: str, face: Face, size: float, limit: float) -> int:
    """How many characters of a word fit on a line, at least one: found by halving."""
    fits, too_many = 1, min(len(word), _capacity(size, limit) + 1)
    while too_many - fits > 1:
        middle = (fits + too_many) // 2
        if width(word[:middle], face, size) <= limit:
            fits = middle
        else:
            too_many = middle
    return fits


@dataclass(frozen=True)
class Setting:
    """Text that has been made to fit."""

    size: float
    lines: list[str]


def fit(text: str, face: Face, limit: float, steps: Sequence[tuple[float, int]], *, balanced: bool = True) -> Setting:
    """Set text in the first of ``steps`` (size, number of lines) that holds it whole.

    Words are broken, and what is left over is cut off behind an ellipsis, in the last step only.
    """
    text = clean(text)[: max(count * _capacity(size, limit) for size, count in steps) + 1]
    for size, count in steps:
        lines = wrap(text, face, size, limit)
        if len(lines) <= count and _has_whole_words(text, face, size, limit):
            return Setting(size, _balance(text, face, size, limit, lines) if balanced else lines)
    if len(lines) > count:
        lines = [*lines[: count - 1], _cut(lines[count - 1], face, size, limit)]
    return Setting(size, lines)


def _has_whole_words(text: str, face: Face, size: float, limit: float) -> bool:
    return all(_is_within(word, face, size, limit) for word in text.split())


def _balance(text: str, face: Face, size: float, limit: float, lines: list[str]) -> list[str]:
    """Break a heading into as many lines, but of more even lengths."""
    best = lines
    while len(lines) > 1 and limit > 0:
        limit = max(width(line, face, size) for line in best) - 0.01
        if not _has_whole_words(text, face, size, limit):
            break
        narrower = wrap(text, face, size, limit)
        if len(narrower) > len(lines):
            break
        best = narrower
    return best


def _cut(line: str, face: Face, size: float, limit: float) -> str:
    while line and width(line + ELLIPSIS, face, size) > limit:
        line = line[:-1]
    return line.rstrip(" ,.;:") + ELLIPSIS
