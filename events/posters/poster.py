"""What every composition works with: the sheet, a palette, a face, chance, and the words to be set."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from random import Random

from .canvas import HEIGHT, WIDTH, Canvas
from .colour import LEGIBLE, Palette, contrast
from .lettering import Box, Setting, Style, clean, draw, fit

MARGIN = 42
COLUMN = WIDTH - 2 * MARGIN
SMALLEST = 18  # Below this the small print is better stacked than set in a row.
AIR = 34  # Between the picture and the words.

# How each face likes to be set.
STYLES = {
    "anton": Style("anton", caps=True, leading=0.1, tracking=-4),
    "bodoni": Style("bodoni", leading=0.2, tracking=-14),
    "bodoni-caps": Style("bodoni", caps=True, leading=0.16, tracking=-10),
    "instrument": Style("instrument", leading=0.2, tracking=-12),
    "shrikhand": Style("shrikhand", leading=0.14),
    "slab": Style("slab", caps=True, leading=0.12, tracking=-4),
    "sofia": Style("sofia", caps=True, leading=0.12, tracking=-2),
    "spartan": Style("spartan", leading=0.16, tracking=-22),
    "spartan-caps": Style("spartan", caps=True, leading=0.14, tracking=-22),
    "unbounded": Style("unbounded", leading=0.18, tracking=-16),
}
SMALL = Style("text", tracking=6, leading=0.62, most=25)
SUBTITLE_BREAK = re.compile(r"\s*(?:[·•|\n]|\s[–—-]\s)\s*")
TITLE_BREAKS = (re.compile(r"^(.{2,60}?)\s+[–—|-]\s+(.{2,})$"), re.compile(r"^(.{2,60}?):\s+(\S+\s.+)$"))


def divided(title: str) -> tuple[str, str]:
    """Split "Dune: Part Two" into what is set large and what is set beneath it."""
    for pattern in TITLE_BREAKS:
        if match := pattern.match(title):
            return match[1], match[2]
    return title, ""


@dataclass(frozen=True)
class Block:
    """Settings that stand together, ready to be painted, and the rules that are drawn with them."""

    settings: tuple[Setting, ...] = ()
    top: float = 0
    bottom: float = 0
    rules: tuple[float, ...] = ()


class Poster:
    """One sheet at work. A composition is a function that takes it, lays the words out, and paints around them."""

    def __init__(
        self, *, title: str, subtitle: str, category: str, palette: Palette, style: Style, rng: Random
    ) -> None:
        self.canvas = Canvas()
        self.palette = palette
        self.style = style
        self.rng = rng
        self.title, self.tail = divided(clean(title))
        self.details = [part for part in map(clean, SUBTITLE_BREAK.split(subtitle)) if part]
        self.category = clean(category)
        self.blocks: list[Block] = []

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def shuffled(self, *items: str) -> list[str]:
        return self.rng.sample(items, len(items))

    def mirrored(self) -> AbstractContextManager[None]:
        """Return a group that is, by chance, seen in a mirror."""
        return self.canvas.group(transform=f"translate({WIDTH} 0)scale(-1 1)" if self.chance(0.5) else None)

    def scaffold(self, places: str = "foot split head top", *, room: float = 250, centred: bool = False) -> Box:
        """Lay the words out in one of the ``places`` and return the area that is left for the picture.

        ``foot``: all below the picture; ``split``: details above, title below; ``head``: title above, details below;
        ``top``: all above. ``centred`` allows centred lines. :meth:`finish` paints the words.
        """
        place = self.rng.choice(places.split())
        align = "center" if centred and self.chance(0.6) else "left"
        full = Box(MARGIN, MARGIN, COLUMN, HEIGHT - 2 * MARGIN)
        top, bottom = 0.0, float(HEIGHT)
        if place == "foot":
            details = self.small(self.details, full, anchor="bottom", align=align)
            title = self.headline(self.above(details, room), anchor="bottom", align=align)
            bottom = title.top - AIR
        elif place == "split":
            details = self.row(full)
            title = self.headline(Box(MARGIN, full.bottom - room, COLUMN, room), anchor="bottom", align=align)
            top, bottom = details.bottom + (AIR - 10 if self.details else -MARGIN), title.top - AIR
        elif place == "head":
            details = self.row(full, below=True)
            title = self.headline(Box(MARGIN, MARGIN, COLUMN, room), align=align)
            top, bottom = title.bottom + AIR, details.top - (AIR - 10 if self.details else -MARGIN)
        else:
            title = self.headline(Box(MARGIN, MARGIN, COLUMN, room), align=align)
            details = self.small(self.details, replace(full, y=title.bottom + 26), align=align)
            top = details.bottom + AIR
        self.blocks += [title, details]
        return Box(0, top, WIDTH, bottom - top)

    def above(self, details: Block, room: float) -> Box:
        """Return the box for a title over the details, ``room`` high with them."""
        floor = details.top - (26 if details.settings else 0)
        room -= details.bottom - details.top
        return Box(MARGIN, floor - room, COLUMN, room)

    def headline(self, box: Box, *, anchor: str = "top", **changes: object) -> Block:
        """Fit the title, and what follows its colon or dash, into a box; the block is empty if nothing can be drawn."""
        style = replace(self.style, **changes).for_text(self.title + self.tail)  # type: ignore[arg-type]
        head = fit(self.title, style, box.width, box.height * (0.74 if self.tail else 1))
        settings = [head] if head else []
        if head and self.tail:
            smaller = replace(style, most=max(head.size * 0.42, 17), justify=False)
            tail = fit(self.tail, smaller, box.width, box.height - head.box.height - 14)
            settings += [tail] if tail else []
        return placed(settings, box, anchor, style.align, 16)

    def small(self, parts: Sequence[str], box: Box, *, anchor: str = "top", **changes: object) -> Block:
        """Set the small print, each part on its own line or lines."""
        style = replace(SMALL, **changes)  # type: ignore[arg-type]
        each = (fit(part, style.for_text(part), box.width, 90 / max(len(parts), 1) ** 0.5) for part in parts)
        return placed([setting for setting in each if setting], box, anchor, style.align, style.most * 0.42)

    def row(self, box: Box, *, below: bool = False) -> Block:
        """Set the small print along the top of a box, or ``below``, with a rule: in one row, or stacked when long."""
        anchor = "bottom" if below else "top"
        natural = sum(setting.box.width for part in self.details for setting in self.small([part], box).settings)
        most = SMALL.most * min((box.width - 32) / max(natural, 1), 1)
        if most < SMALLEST or len(self.details) > 2:
            blocks = [self.small(self.details, box, anchor=anchor)]
        else:
            blocks = [
                self.small([part], box, anchor=anchor, most=most, align=align)
                for part, align in zip(self.details, ("left", "right"), strict=False)
            ]
        if not any(block.settings for block in blocks):
            edge = box.bottom if below else box.y
            return Block((), edge, edge)
        top, bottom = min(block.top for block in blocks), max(block.bottom for block in blocks)
        rule = top - 16 if below else bottom + 16
        settings = tuple(setting for block in blocks for setting in block.settings)
        return Block(settings, min(top, rule), max(bottom, rule), (rule,))

    def paint(self, block: Block, fill: str) -> None:
        for setting in block.settings:
            draw(self.canvas, setting, fill)
        for rule in block.rules:
            self.canvas.rect(MARGIN, rule - 1, COLUMN, 2, fill)

    def grain(self) -> None:
        """Give what has been painted the tooth of paper; light paper shows more of it."""
        self.canvas.grain(0.17 if self.palette.kind == "light" else 0.26)

    def finish(self, ink: str = "") -> None:
        """Paint the words that :meth:`scaffold` laid out, in the ink, or the title in a colour that reads as well."""
        pal = self.palette
        colour = ink or pal.ink
        loud = not ink and contrast(pal.a, pal.ground) >= LEGIBLE and self.chance(0.35)
        self.grain()
        for index, block in enumerate(self.blocks):
            self.paint(block, pal.a if loud and index == 0 else colour)


def placed(settings: Sequence[Setting], box: Box, anchor: str, align: str, air: float) -> Block:
    """Stack settings in a box, against its top, middle or bottom."""
    height = sum(setting.box.height for setting in settings) + air * max(len(settings) - 1, 0)
    y = top = box.y + {"top": 0.0, "middle": 0.5, "bottom": 1.0}[anchor] * (box.height - height)
    share = {"left": 0.0, "center": 0.5, "right": 1.0}[align]
    stacked = []
    for setting in settings:
        stacked.append(setting.moved(box.x + share * (box.width - setting.box.width), y))
        y += setting.box.height + air
    return Block(tuple(stacked), top, top + height)


Composition = Callable[[Poster], None]


@dataclass(frozen=True)
class Entry:
    """A composition in the repertoire, and when it may be chosen."""

    paint: Composition
    suites: frozenset[str]
    grounds: frozenset[str]
    faces: tuple[str, ...]
    words: re.Pattern[str] | None
    only: bool


REPERTOIRE: list[Entry] = []


def composition(
    suites: str, *, faces: str, grounds: str = "dark bold light", words: str = "", only: bool = False
) -> Callable[[Composition], Composition]:
    """Enter a composition into the repertoire.

    ``suites``, ``grounds`` and ``faces`` are names with spaces between. An event whose title or details match
    ``words`` is likelier to get this composition; with ``only``, no other event gets it.
    """

    def enter(paint: Composition) -> Composition:
        pattern = re.compile(words, re.IGNORECASE) if words else None
        entry = Entry(paint, frozenset(suites.split()), frozenset(grounds.split()), tuple(faces.split()), pattern, only)
        REPERTOIRE.append(entry)
        return paint

    return enter
