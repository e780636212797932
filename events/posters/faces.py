"""The faces that posters are set in: outlines, advances and kerning, read once from events/fonts."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock

from fontTools.pens.basePen import BasePen
from fontTools.pens.boundsPen import BoundsPen
from fontTools.ttLib import TTFont

FONTS = Path(__file__).parent.parent / "fonts"
UNITS = 1000  # per em, in every one of our files.
FALLBACKS = ("sofia", "text", "bodoni")
HARDEST_KERNING = 110  # Some faces run their widest pairs into each other at poster sizes.

_reading = Lock()  # fontTools unpacks glyphs when they are first asked for, and two threads must not do so at once.


class RelativePen(BasePen):
    """Writes an outline as an SVG path in whole units and relative steps, which is the shortest way to say it.

    The methods with an underscore are those that fontTools calls.
    """

    def __init__(self, glyphs) -> None:
        super().__init__(glyphs)
        self.parts: list[str] = []
        self.at = self.begun = (0, 0)

    def step(self, command: str, *points: tuple[float, float]) -> None:
        whole = [(round(x), round(y)) for x, y in points]
        deltas = [d for x, y in whole for d in (x - self.at[0], y - self.at[1])]
        self.parts.append(command + "".join(f"{'' if i == 0 or d < 0 else ' '}{d}" for i, d in enumerate(deltas)))
        self.at = whole[-1]

    def _moveTo(self, pt) -> None:  # noqa: N802
        self.step("m", pt)
        self.begun = self.at

    def _lineTo(self, pt) -> None:  # noqa: N802
        self.step("l", pt)

    def _qCurveToOne(self, pt1, pt2) -> None:  # noqa: N802
        self.step("q", pt1, pt2)

    def _closePath(self) -> None:  # noqa: N802
        self.parts.append("z")
        self.at = self.begun


@dataclass(frozen=True)
class Glyph:
    """One letter of one face, in font units, y upwards. A space has no bounds and no path."""

    face: str
    char: str
    path: str
    advance: float
    bounds: tuple[float, float, float, float] | None


class Face:
    """One font file. Use :func:`face`, which keeps it."""

    def __init__(self, name: str) -> None:
        self.name = name
        font = TTFont(FONTS / f"{name}.ttf")
        self.names = font.getBestCmap()
        self.glyphs = font.getGlyphSet()
        self.pairs = font["kern"].kernTables[0].kernTable
        self.cap_height = font["OS/2"].sCapHeight

    def has(self, char: str) -> bool:
        return ord(char) in self.names

    def kerning(self, left: str, right: str) -> float:
        """Return what stands between two letters; an accented letter is kerned as its base."""
        bases = (unicodedata.normalize("NFD", char)[0] for char in (left, right))
        kerning = self.pairs.get(tuple(self.names.get(ord(base)) for base in bases), 0)
        return max(kerning, -HARDEST_KERNING)


@cache
def face(name: str) -> Face:
    with _reading:
        return Face(name)


@cache
def glyph(name: str, char: str) -> Glyph:
    """Return a letter that the face has."""
    source = face(name)
    with _reading:
        outline = source.glyphs[source.names[ord(char)]]
        pen, box = RelativePen(source.glyphs), BoundsPen(source.glyphs)
        outline.draw(pen)
        outline.draw(box)
    return Glyph(name, char, "".join(pen.parts), outline.width, box.bounds)


@cache
def drawable(char: str) -> str:
    """Return what our faces can show of a character: itself, a compatible form, its base letter, or nothing."""
    decomposed = unicodedata.normalize("NFKD", char)
    candidates = (char, unicodedata.normalize("NFKC", char), decomposed, decomposed[:1])
    return next((text for text in candidates if text and all(map(any_face, text))), "")


@cache
def any_face(char: str) -> str:
    """Return the first fallback face that has the character; empty when none has."""
    return next((name for name in FALLBACKS if face(name).has(char)), "")


def face_for(char: str, wanted: str) -> str:
    """Return the face that a drawable character is set in."""
    return wanted if face(wanted).has(char) else any_face(char)


def face_for_all(text: str, wanted: str) -> str:
    """Return the wanted face, or the one that has every letter of the text: one odd letter spoils a headline."""
    letters = {char for char in text if not char.isspace()}
    for name in (wanted, *FALLBACKS):
        if all(map(face(name).has, letters)):
            return name
    return wanted
