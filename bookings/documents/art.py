"""Draw a composition for an event: simple shapes on a grid in the colours of its category, always the same ones."""

from __future__ import annotations

import colorsys
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from reportlab.lib.colors import Color, HexColor
from reportlab.pdfgen.canvas import Canvas

INK = HexColor("#17100d")
CREAM = HexColor("#fff4e0")
WHITE = HexColor("#ffffff")


@dataclass(frozen=True)
class Palette:
    """Colours that go together: the category's own, a deep and a light one of its kind, one from across the wheel."""

    base: Color
    deep: Color
    light: Color
    accent: Color
    on_base: Color
    """What is read on ``base``: ink or cream, whichever contrasts more."""


def palette(colour: str) -> Palette:
    """Derive a palette from a category's colour, such as ``#6b4eff``."""
    base = HexColor(colour)
    hue, _, saturation = colorsys.rgb_to_hls(base.red, base.green, base.blue)
    accent = Color(*colorsys.hls_to_rgb((hue + 0.46) % 1, 0.58, min(0.85, saturation + 0.15)))
    on_base = INK if contrast(base, INK) >= contrast(base, CREAM) else CREAM
    return Palette(base, mix(base, INK, 0.62), mix(base, CREAM, 0.66), accent, on_base)


def mix(one: Color, other: Color, share: float) -> Color:
    """Return ``one`` with this share of ``other`` stirred in."""
    return Color(*(a + (b - a) * share for a, b in zip(one.rgb(), other.rgb(), strict=True)))


def contrast(one: Color, other: Color) -> float:
    """Return the contrast ratio of WCAG 2: from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def readable(colour: Color, *, on: Color = WHITE, ratio: float = 4.6) -> Color:
    """Return the colour, darkened until text in it can be read."""
    while contrast(colour, on) < ratio:
        colour = mix(colour, INK, 0.08)
    return colour


def _luminance(colour: Color) -> float:
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.rgb()]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def choices(seed: str) -> Iterator[int]:
    """Yield numbers from 0 to 255 without end, the same ones for the same seed on every machine."""
    block = seed.encode()
    while True:
        block = hashlib.sha256(block).digest()
        yield from block


def draw_composition(
    canvas: Canvas, x: float, y: float, tile: float, columns: int, rows: int, colours: Palette, seed: str
) -> None:
    """Fill a grid with tiles whose shapes, turns and colours follow from ``seed``."""
    numbers = choices(seed)
    fills = [colours.deep, colours.light, colours.accent, CREAM, colours.on_base]
    last = None
    for row in range(rows):
        for column in range(columns):
            shape = next(shape for shape in _shapes(numbers) if shape is not last)
            last = shape
            ground = [colours.base, colours.deep, colours.light, colours.base][next(numbers) % 4]
            fill = next(fill for fill in _pick(fills, numbers) if fill.rgb() != ground.rgb())
            canvas.saveState()
            canvas.translate(x + (column + 0.5) * tile, y + (row + 0.5) * tile)
            canvas.setFillColor(ground)
            canvas.rect(-tile / 2, -tile / 2, tile, tile, stroke=0, fill=1)
            canvas.rotate(90 * (next(numbers) % 4))
            canvas.setFillColor(fill)
            canvas.setStrokeColor(fill)
            shape(canvas, tile / 2)
            canvas.restoreState()


def _pick(options: list, numbers: Iterator[int]) -> Iterator:
    while True:
        yield options[next(numbers) % len(options)]


def _shapes(numbers: Iterator[int]) -> Iterator[Callable[[Canvas, float], None]]:
    return _pick([_quarter, _quarter, _half, _leaf, _rings, _bulbs, _rays, _stripes, _disc, _scallops], numbers)


def _wedge(canvas: Canvas, x: float, y: float, radius: float, start: float, extent: float) -> None:
    canvas.wedge(x - radius, y - radius, x + radius, y + radius, start, extent, stroke=0, fill=1)


def _quarter(canvas: Canvas, r: float) -> None:
    _wedge(canvas, -r, -r, 2 * r, 0, 90)


def _half(canvas: Canvas, r: float) -> None:
    _wedge(canvas, 0, -r, r, 0, 180)
    _wedge(canvas, 0, 0, r, 0, 180)


def _leaf(canvas: Canvas, r: float) -> None:
    k = 2 * r * 0.5523
    path = canvas.beginPath()
    path.moveTo(-r, -r)
    path.curveTo(-r + k, -r, r, r - k, r, r)
    path.curveTo(r - k, r, -r, -r + k, -r, -r)
    canvas.drawPath(path, stroke=0, fill=1)


def _rings(canvas: Canvas, r: float) -> None:
    canvas.setLineWidth(r / 5)
    for radius in (0.4, 0.8, 1.2, 1.6):
        radius *= r
        canvas.arc(-r - radius, -r - radius, -r + radius, -r + radius, 0, 90)


def _bulbs(canvas: Canvas, r: float) -> None:
    for column in range(4):
        for row in range(4):
            canvas.circle((column - 1.5) * r / 2, (row - 1.5) * r / 2, r / 7, stroke=0, fill=1)


def _rays(canvas: Canvas, r: float) -> None:
    for ray in range(5):
        path = canvas.beginPath()
        path.moveTo(-r, -r)
        left, right = (ray * 2 * r / 4.5 - r, (ray + 0.5) * 2 * r / 4.5 - r)
        path.lineTo(left, r)
        path.lineTo(right, r)
        path.close()
        canvas.drawPath(path, stroke=0, fill=1)


def _stripes(canvas: Canvas, r: float) -> None:
    for stripe in range(4):
        canvas.rect(-r, -r + stripe * r / 2, 2 * r, r / 4, stroke=0, fill=1)


def _disc(canvas: Canvas, r: float) -> None:
    canvas.circle(0, 0, r * 0.72, stroke=0, fill=1)


def _scallops(canvas: Canvas, r: float) -> None:
    for column in range(3):
        for row in range(3):
            _wedge(canvas, (column - 1) * r * 2 / 3, -r + row * r * 2 / 3, r / 3, 0, 180)
