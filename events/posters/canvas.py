"""A sheet of SVG: shapes in the order in which they are painted, definitions apart.

Only presentation attributes are written, never ``style``: a poster must look the same when it is opened by itself
under the site's Content-Security-Policy.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from html import escape
from itertools import pairwise

from .faces import Glyph

WIDTH, HEIGHT = 600, 900
Point = tuple[float, float]
UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # What XML 1.0 forbids.


def number(value: float) -> str:
    """Write a length with one decimal at most."""
    return f"{value:.1f}".removesuffix(".0").replace("-0.", "-.").removesuffix("-0") or "0"


def plain(text: str) -> str:
    """Escape text for XML, without the characters that XML cannot hold."""
    return escape(UNPRINTABLE.sub("", text))


def attributes(values: Mapping[str, object]) -> str:
    written = {
        key.replace("_", "-"): number(value) if isinstance(value, float) else value for key, value in values.items()
    }
    return "".join(f' {key}="{value}"' for key, value in written.items() if value is not None)


def draw_path(*parts: str | float) -> str:
    """Return a path: ``draw_path("M", x, y, "h", 40, "Z")``."""
    return " ".join(part if isinstance(part, str) else number(part) for part in parts)


def polyline(points: Iterable[Point], *, close: bool = True) -> str:
    """Return the path through the points by straight lines."""
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points) + ("Z" if close else "")


def curve(points: Sequence[Point]) -> str:
    """Return a smooth path from the first point to the last that bends around the others."""
    middles = [((ax + bx) / 2, (ay + by) / 2) for (ax, ay), (bx, by) in pairwise(points[1:])]
    (x0, y0), (x1, y1) = points[0], points[1]
    path = f"M{number(x0)} {number(y0)}Q{number(x1)} {number(y1)} "
    return path + "T".join(f"{number(x)} {number(y)}" for x, y in [*middles, points[-1]])


def loop(points: Sequence[Point]) -> str:
    """Return a smooth closed path that bends around all the points."""
    (ax, ay), (bx, by) = points[-1], points[0]
    middle = ((ax + bx) / 2, (ay + by) / 2)
    return curve([middle, *points, middle]) + "Z"


def disc(x: float, y: float, radius: float) -> str:
    """Return a circle as a path, for clipping."""
    half = ("a", radius, radius, "0 1 0")
    return draw_path("M", x - radius, y, *half, 2 * radius, 0, *half, -2 * radius, 0, "Z")


def polar(x: float, y: float, radius: float, degrees: float) -> Point:
    """Return the point at an angle, clockwise from three o'clock."""
    return x + radius * math.cos(math.radians(degrees)), y + radius * math.sin(math.radians(degrees))


def arc(x: float, y: float, radius: float, start: float, end: float) -> str:
    """Return the path of a part of a circle between two angles in degrees, less than a full turn."""
    big = str(int(end - start > 180))
    begin, finish = polar(x, y, radius, start), polar(x, y, radius, end)
    return draw_path("M", *begin, "A", radius, radius, "0", big, "1", *finish)


def sector(x: float, y: float, radius: float, start: float, end: float) -> str:
    """Return the path of a slice of a disc."""
    return f"{arc(x, y, radius, start, end)}L{number(x)} {number(y)}Z"


def road(x: float, y: float, heading: float, moves: Iterable[tuple[str, float]], offset: float = 0) -> str:
    """Return one lane of a road, ``offset`` to the right of its middle.

    ``moves`` are ("go", length) and quarter turns ("left" or "right", radius); the heading is clockwise from east.
    """
    path = draw_path("M", *polar(x, y, offset, heading + 90))
    for move, size in moves:
        if move == "go":
            x, y = polar(x, y, size, heading)
            path += draw_path("L", *polar(x, y, offset, heading + 90))
            continue
        side = 1 if move == "right" else -1
        middle = polar(x, y, size, heading + 90 * side)
        heading += 90 * side
        x, y = polar(*middle, size, heading - 90 * side)
        radius = size - side * offset
        path += draw_path("A", radius, radius, "0 0", str(int(side > 0)), *polar(x, y, offset, heading + 90))
    return path


class Canvas:
    """Collects what is drawn, bottom first."""

    def __init__(self) -> None:
        self.body: list[str] = []
        self.definitions: list[str] = []
        self.letters: dict[tuple[str, str], str] = {}

    def add(self, tag: str, **values: object) -> None:
        self.body.append(f"<{tag}{attributes(values)}/>")

    def rect(self, x: float, y: float, width: float, height: float, fill: str, **more: object) -> None:
        self.add("rect", x=float(x), y=float(y), width=float(width), height=float(height), fill=fill, **more)

    def ground(self, fill: str) -> None:
        self.add("rect", width=WIDTH, height=HEIGHT, fill=fill)

    def circle(self, x: float, y: float, radius: float, fill: str = "none", **more: object) -> None:
        self.add("circle", cx=float(x), cy=float(y), r=float(radius), fill=fill, **more)

    def ellipse(self, x: float, y: float, rx: float, ry: float, fill: str = "none", **more: object) -> None:
        self.add("ellipse", cx=float(x), cy=float(y), rx=float(rx), ry=float(ry), fill=fill, **more)

    def path(self, d: str, fill: str = "none", **more: object) -> None:
        self.add("path", d=d, fill=fill, **more)

    def polygon(self, points: Iterable[Point], fill: str, **more: object) -> None:
        self.add("path", d=polyline(points), fill=fill, **more)

    def stroke(self, d: str, colour: str, width: float, **more: object) -> None:
        self.add("path", d=d, fill="none", stroke=colour, stroke_width=float(width), **more)

    @contextmanager
    def group(self, **values: object) -> Iterator[None]:
        """Put what is drawn inside into one group."""
        self.body.append(f"<g{attributes(values)}>")
        yield
        self.body.append("</g>")

    def turned(self, x: float, y: float, degrees: float) -> AbstractContextManager[None]:
        """Return a group whose origin is a point, turned about it."""
        return self.group(transform=f"translate({number(x)} {number(y)})rotate({number(degrees)})")

    def clipped(self, d: str) -> AbstractContextManager[None]:
        """Return a group of which only what lies inside a path is seen."""
        shape = self.define("clipPath", "", f"<path{attributes({'d': d})}/>")
        return self.group(clip_path=f"url(#{shape})")

    def define(self, tag: str, written: str, content: str) -> str:
        """Keep a definition for later and return its id."""
        name = f"d{len(self.definitions)}"
        self.definitions.append(f'<{tag} id="{name}"{written}>{content}</{tag}>')
        return name

    def letter(self, glyph: Glyph) -> str:
        """Return the id of a letter's outline, which is written once however often it is used."""
        key = (glyph.face, glyph.char)
        if key not in self.letters:
            self.letters[key] = f"g{len(self.letters)}"
            self.definitions.append(f'<path id="{self.letters[key]}" d="{glyph.path}"/>')
        return self.letters[key]

    def fade(self, *stops: tuple[float, str, float]) -> str:
        """Return a fill that fades downwards; each stop is an offset, a colour and an opacity."""
        content = "".join(f'<stop offset="{o}" stop-color="{c}" stop-opacity="{a}"/>' for o, c, a in stops)
        return f"url(#{self.define('linearGradient', attributes({'x2': 0, 'y2': 1}), content)})"

    def grain(self, strength: float) -> None:
        """Lay the tooth of printed paper over what has been drawn: one small tile of noise, repeated."""
        noise = (
            '<feTurbulence type="fractalNoise" baseFrequency=".8" numOctaves="1" stitchTiles="stitch"/>'
            '<feColorMatrix values="0 0 0 0 0  0 0 0 0 0  0 0 0 0 0  0 0 0 -1.2 .75"/>'
        )
        tooth = self.define("filter", attributes({"x": 0, "y": 0, "width": 1, "height": 1}), noise)
        size = {"width": 150, "height": 150}
        tile = f'<rect{attributes(size)} filter="url(#{tooth})" opacity="{strength}"/>'
        paper = self.define("pattern", attributes({**size, "patternUnits": "userSpaceOnUse"}), tile)
        self.add("rect", width=WIDTH, height=HEIGHT, fill=f"url(#{paper})")

    def svg(self, title: str) -> str:
        """Return the finished sheet."""
        size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
        head = f"<title>{plain(title)}</title><defs>{''.join(self.definitions)}</defs>"
        return f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">{head}{"".join(self.body)}</svg>'
