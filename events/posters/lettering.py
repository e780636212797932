"""Setting type: lines are broken, fitted, kerned and stacked by their ink, so that a title fills its box and no more.

All lengths of a :class:`Line` are font units (1000 per em), y upwards, from the line's first ink; those of a
:class:`Setting` are poster units, y downwards. Scripts that our faces lack are left to the reader's own fonts: see
:class:`Line` ``native``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import ceil, sqrt

from .canvas import UNPRINTABLE, Canvas, draw_path, number, plain
from .faces import UNITS, Glyph, drawable, face, face_for, face_for_all, glyph

# Words that should not end a line.
DANGLING = frozenset(
    [
        *("a", "an", "and", "as", "at", "by", "for", "from", "in", "into", "is", "of", "on", "or", "the", "to", "with"),
        *("v", "vs", "&", "–", "d", "de", "der", "des", "die", "du", "e", "el", "en", "et", "i", "il", "l", "la", "le"),
        *("los", "o", "und", "van", "von", "y", "z"),
    ]
)
MOST_LINES = 10
DISPLAY = 400.0  # The largest type; what is held smaller is small print, which reads best on few lines.
HYPHEN, SEAM = "\u00ad", "\u200b"  # Where a word was cut, and whether its halves are hyphenated.
NATIVE_ASCENT, NATIVE_DESCENT = 900.0, 260.0


@dataclass(frozen=True)
class Box:
    """A rectangle of the poster."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def cx(self) -> float:
        return self.x + self.width / 2

    @property
    def cy(self) -> float:
        return self.y + self.height / 2

    @property
    def path(self) -> str:
        return draw_path("M", self.x, self.y, "h", self.width, "v", self.height, "h", -self.width, "Z")


@dataclass(frozen=True)
class Line:
    """Kerned letters and where each stands. ``native``: text that the reader's own fonts must draw, at a set width."""

    glyphs: tuple[tuple[Glyph, float], ...]
    width: float
    ascent: float
    descent: float
    native: str = ""


@dataclass(frozen=True)
class Placed:
    """A line, its size in poster units per em, and where its baseline begins."""

    line: Line
    size: float
    x: float
    y: float

    @property
    def scale(self) -> float:
        return self.size / UNITS

    @property
    def width(self) -> float:
        return self.line.width * self.scale


@dataclass(frozen=True)
class Setting:
    """Lines that have found their places."""

    lines: tuple[Placed, ...]
    box: Box

    def moved(self, dx: float, dy: float) -> Setting:
        lines = tuple(replace(line, x=line.x + dx, y=line.y + dy) for line in self.lines)
        return Setting(lines, replace(self.box, x=self.box.x + dx, y=self.box.y + dy))

    @property
    def size(self) -> float:
        return max((line.size for line in self.lines), default=0.0)


@dataclass(frozen=True)
class Style:
    """How a text is set. ``leading`` is the air between the ink of two lines, in cap heights."""

    face: str
    caps: bool = False
    tracking: float = 0
    leading: float = 0.16
    align: str = "left"
    justify: bool = False
    most: float = DISPLAY

    def for_text(self, text: str) -> Style:
        """Change to a face that has every letter, if there is one."""
        return replace(self, face=face_for_all(text, self.face))


def clean(text: str) -> str:
    """Return the text on one line, composed, and without what neither XML nor a poster can hold."""
    text = unicodedata.normalize("NFC", UNPRINTABLE.sub("", text))
    return " ".join(text.replace(HYPHEN, "").replace(SEAM, "").split())


def is_foreign(text: str) -> bool:
    """Tell whether letters would be lost in our faces. Pictographs and controls may be."""
    return any(unicodedata.category(char)[0] == "L" and not drawable(char) for char in text)


def words_of(text: str, style: Style) -> list[str]:
    """Split a text into what may stand on a line of its own, in the characters that will be drawn."""
    text = text.upper() if style.caps else text
    if is_foreign(text):
        return native_words(text)
    drawn = ("".join(map(drawable, word)) for word in text.split())
    return [word for word in drawn if word]


def native_words(text: str) -> list[str]:
    """Words by spaces; wide characters (Chinese, Japanese) may break anywhere, here every four."""
    words: list[str] = []
    for word in text.split():
        wide = sum(unicodedata.east_asian_width(char) in "WF" for char in word) > len(word) / 2
        words += pieces(word, 4, SEAM) if wide else [word]
    return words


def pieces(word: str, longest: int, mark: str) -> list[str]:
    """Cut a word as evenly as may be; a mark tells :func:`joined` where it was whole."""
    step = ceil(len(word) / ceil(len(word) / longest))
    cut = [word[start : start + step] for start in range(0, len(word), step)]
    return [piece + mark for piece in cut[:-1]] + cut[-1:]


def joined(words: Sequence[str]) -> str:
    """Return words as one line, with what was cut made whole again, or hyphenated at the line's end."""
    line = " ".join(words).replace(f"{HYPHEN} ", "").replace(f"{SEAM} ", "")
    return line.removesuffix(SEAM).replace(HYPHEN, "-")


def line_of(text: str, style: Style) -> Line:
    """Kern a line of text."""
    if is_foreign(text):
        width = sum(1000 if unicodedata.east_asian_width(char) in "WF" else 620 for char in text)
        return Line((), float(width), NATIVE_ASCENT, NATIVE_DESCENT, text)
    glyphs: list[tuple[Glyph, float]] = []
    at, before = 0.0, ""
    for char in "".join(map(drawable, text)):
        name = face_for(char, style.face)
        at += face(name).kerning(before, char) if before else 0
        letter = glyph(name, char)
        glyphs.append((letter, at))
        at += letter.advance + style.tracking
        before = char
    return flush(glyphs)


def flush(glyphs: Sequence[tuple[Glyph, float]]) -> Line:
    """Measure the ink, and let the line begin with it."""
    inked = [(letter, x, letter.bounds) for letter, x in glyphs if letter.bounds]
    if not inked:
        return Line((), 0.0, 0.0, 0.0)
    left = min(x + bounds[0] for _, x, bounds in inked)
    return Line(
        tuple((letter, x - left) for letter, x, _ in inked),
        max(x + bounds[2] for _, x, bounds in inked) - left,
        max(bounds[3] for *_, bounds in inked),
        max(-bounds[1] for *_, bounds in inked),
    )


def breakings(words: Sequence[str], style: Style) -> Iterator[list[str]]:
    """Yield the evenest way to set the words on 1, 2, 3 … lines (least squares, by dynamic programming)."""
    widths = [line_of(joined([word]), style).width for word in words]
    space = 250 + style.tracking
    sums = [0.0]
    for width in widths:
        sums.append(sums[-1] + width + space)
    most = min(len(words), MOST_LINES)
    loose = [(sums[-1] / most) ** 2 * (word.lower() in DANGLING) for word in words]
    best: list[tuple[float, tuple[int, ...]]] = [(sums[end] ** 2, (0,)) for end in range(len(sums))]
    yield [joined(words)]
    for _ in range(1, most):
        best = [
            min(
                (
                    (best[cut][0] + (sums[end] - sums[cut]) ** 2 + loose[cut - 1], (*best[cut][1], cut))
                    for cut in range(1, end)
                ),
                default=(float("inf"), ()),
            )
            for end in range(len(sums))
        ]
        cuts = (*best[-1][1], len(words))
        yield [joined(words[begin:end]) for begin, end in pairwise(cuts)]


def gap(above: Placed, below: Placed, air: float) -> float:
    """Return the distance of two baselines at which no letter comes closer than ``air`` to one above it."""
    if above.line.native or below.line.native:
        return above.line.descent * above.scale + below.line.ascent * below.scale + air
    lower = list(extents(below))
    reach = [
        -bottom * above.scale + top * below.scale
        for left, right, bottom, _ in extents(above)
        for start, end, _, top in lower
        if left - air < end and start < right + air
    ]
    return max(reach, default=below.line.ascent * below.scale) + air


def extents(placed: Placed) -> Iterator[tuple[float, float, float, float]]:
    """Yield each letter's left and right in poster units, and its bottom and top in font units."""
    for letter, x in placed.line.glyphs:
        if letter.bounds:
            left, bottom, right, top = letter.bounds
            yield placed.x + (x + left) * placed.scale, placed.x + (x + right) * placed.scale, bottom, top


def stack(lines: Sequence[Line], style: Style) -> Setting:
    """Stack lines as tightly as their letters allow, at the size at which the widest is 1000 wide."""
    widest = max(line.width for line in lines)
    shares = {"left": 0.0, "center": 0.5, "right": 1.0}
    placed: list[Placed] = []
    for line in lines:
        size = UNITS * UNITS / (line.width if style.justify else widest)
        x = (UNITS - line.width * size / UNITS) * shares[style.align]
        placed.append(Placed(line, size, x, 0.0))
    air = style.leading * face(style.face).cap_height * sum(each.size for each in placed) / len(placed) / UNITS
    gaps = [gap(above, below, air) for above, below in pairwise(placed)]
    if gaps and not style.justify:
        gaps = [max(gaps)] * len(gaps)
    top = placed[0].line.ascent * placed[0].scale
    settled = [placed[0]]
    for each, distance in zip(placed[1:], gaps, strict=True):
        settled.append(replace(each, y=settled[-1].y + distance))
    settled = [replace(each, y=each.y + top) for each in settled]
    bottom = max(each.y + each.line.descent * each.scale for each in settled)
    return Setting(tuple(settled), Box(0, 0, UNITS, bottom))


def scaled(setting: Setting, factor: float) -> Setting:
    lines = tuple(
        replace(line, size=line.size * factor, x=line.x * factor, y=line.y * factor) for line in setting.lines
    )
    return Setting(lines, Box(0, 0, setting.box.width * factor, setting.box.height * factor))


def shortened(words: Sequence[str]) -> list[str]:
    """Cut words that are too long for any poster."""
    longest = max(16, ceil(1.7 * sqrt(sum(map(len, words)))))
    return [piece for word in words for piece in pieces(word, longest, HYPHEN)]


def score(setting: Setting, lines: Sequence[str], style: Style) -> float:
    """Prefer large type; then full lines, none that ends in an article or a preposition, and no giant "AND"."""
    widths = [line.width for line in setting.lines]
    dangling = sum(line.rsplit(" ", 1)[-1].lower() in DANGLING for line in lines[:-1])
    sizes = [line.size for line in setting.lines]
    worth = setting.box.width * setting.box.height if style.justify else setting.size
    if style.most < DISPLAY:
        worth *= 0.88 ** len(lines)
    if style.justify:
        worth *= 0.5 ** sum(line.lower() in DANGLING for line in lines)
    fullness = sum(widths) / len(widths) / max(widths)
    return worth * (0.8 + 0.2 * fullness) * 0.9**dangling * (min(sizes) / max(sizes)) ** 0.3


def fit(text: str, style: Style, width: float, height: float) -> Setting | None:
    """Set a text as large as it fits, broken in the best of ways; None when nothing of it can be drawn."""
    words = shortened(words_of(text, style))
    if not words:
        return None
    best: tuple[float, Setting] | None = None
    for broken in breakings(words, style):
        lines = [line for line in (line_of(part, style) for part in broken) if line.width]
        if not lines:
            continue
        setting = stack(lines, style)
        factor = min(width / UNITS, height / setting.box.height, style.most / setting.size)
        setting = scaled(setting, factor)
        worth = score(setting, broken, style)
        if best is None or worth > best[0]:
            best = worth, setting
    return best[1] if best else None


def draw(canvas: Canvas, setting: Setting, fill: str, **more: object) -> None:
    """Paint a setting; each letter is defined once for the whole poster and used wherever it stands."""
    with canvas.group(fill=fill, **more):
        for placed in setting.lines:
            if placed.line.native:
                canvas.body.append(native_text(placed))
                continue
            scale = f"{placed.scale:.4f}"
            with canvas.group(transform=f"translate({number(placed.x)} {number(placed.y)})scale({scale} -{scale})"):
                for letter, x in placed.line.glyphs:
                    canvas.body.append(f'<use href="#{canvas.letter(letter)}" x="{number(x)}"/>')


def native_text(placed: Placed) -> str:
    return (
        f'<text x="{number(placed.x)}" y="{number(placed.y)}" font-size="{number(placed.size)}" font-weight="800"'
        f' font-family="sans-serif" textLength="{number(placed.width)}" lengthAdjust="spacingAndGlyphs">'
        f"{plain(placed.line.native)}</text>"
    )
