"""Anything else: plain geometry, cut paper and letters."""

from __future__ import annotations

from .canvas import WIDTH, Point, draw_path, loop, sector
from .colour import mix
from .lettering import Box, Style, draw, fit
from .poster import Poster, composition

SHAPES = ("quarter", "disc", "half", "leaf", "stripes", "ring", "bars")
ARTICLES = frozenset(["a", "an", "the", "le", "la", "les", "un", "une", "der", "die", "das", "el", "los", "il", "de"])


@composition("other concert", faces="spartan anton unbounded spartan-caps")
def modules(p: Poster) -> None:
    """Squares, and a handful of shapes to fill them."""
    c, pal, area = p.canvas, p.palette, p.scaffold(room=p.rng.choice([200, 250]))
    c.ground(pal.ground)
    columns = p.rng.choice([3, 4])
    rows = max(round(area.height / WIDTH * columns), 1)
    wide, high = WIDTH / columns, area.height / rows
    grounds = [pal.ground, pal.a, pal.b, pal.c, mix(pal.ground, pal.ink, 0.12), pal.ink]
    before = ""
    for cell in range(rows * columns):
        box = Box(cell % columns * wide, area.y + cell // columns * high, wide, high)
        ground, front = p.rng.sample(grounds, 2)
        shape = before = p.rng.choice([name for name in SHAPES if name != before])
        with c.clipped(box.path):
            c.rect(box.x - 1, box.y - 1, wide + 2, high + 2, ground)
            module(p, shape, box, front)
    p.finish()


def module(p: Poster, shape: str, box: Box, colour: str) -> None:
    """Fill one square."""
    c, half = p.canvas, max(box.width, box.height) / 2
    with c.turned(box.cx, box.cy, p.rng.choice([0, 90, 180, 270])):
        if shape == "quarter":
            c.path(sector(-half, -half, half * 2, 0, 90), colour)
        elif shape == "disc":
            c.circle(0, 0, half * 0.72, colour)
        elif shape == "half":
            c.path(sector(0, -half, half, 0, 180) + sector(0, 0, half, 0, 180), colour)
        elif shape == "leaf":
            bow = ("A", half * 2, half * 2, "0 0 1")
            c.path(draw_path("M", -half, -half, *bow, half, half, *bow, -half, -half, "Z"), colour)
        elif shape == "ring":
            c.circle(0, 0, half * 0.58, stroke=colour, stroke_width=half * 0.32)
        else:
            count = 4 if shape == "stripes" else 2
            for stripe in range(count):
                c.rect(-half, -half + half * 2 / count * stripe, half * 2, half / count, colour)


@composition("other theatre", faces="shrikhand spartan bodoni slab")
def cutouts(p: Poster) -> None:
    """Fronds cut from painted paper, on squares of painted paper."""
    c, pal, area = p.canvas, p.palette, p.scaffold(room=p.rng.choice([200, 240]))
    c.ground(pal.ground)
    tiles = p.shuffled(pal.b, pal.c, pal.a, mix(pal.ground, pal.ink, 0.14))
    split, upper, lower = p.rng.choice([250, 350]), p.rng.uniform(0.4, 0.6), p.rng.uniform(0.4, 0.6)
    left, right = area.height * upper, area.height * lower
    cells = (
        Box(0, area.y, split, left),
        Box(0, area.y + left, split, area.height - left),
        Box(split, area.y, WIDTH - split, right),
        Box(split, area.y + right, WIDTH - split, area.height - right),
    )
    for cell, tile in zip(cells, tiles, strict=True):
        fronts = [colour for colour in (pal.ink, pal.a, pal.ground, pal.c, pal.b) if colour != tile]
        with c.clipped(cell.path):
            c.rect(cell.x, cell.y, cell.width + 1, cell.height + 1, tile)
            with c.turned(cell.cx, cell.cy, p.rng.choice([-24, -10, 14, 28, 70])):
                c.path(frond(p, cell), p.rng.choice(fronts))
    p.finish()


def frond(p: Poster, cell: Box) -> str:
    """Return an alga: fingers in pairs along a stem, longest in the middle."""
    pairs, high, wide = p.rng.choice([3, 4, 5]), cell.height * 0.43, cell.width * 0.43
    step = 2 * high / (pairs + 0.6)
    right: list[Point] = []
    left: list[Point] = []
    for pair in range(pairs):
        y = high - step * (pair + 0.3)
        reach = wide * (1, 0.92, 0.7)[min(abs(2 * pair - pairs + 1) // 2, 2)] * p.rng.uniform(0.86, 1.06)
        for side, points in ((1, right), (-1, left)):
            lift = step * p.rng.uniform(0.35, 0.65)
            finger = [
                (0.16 * wide, y),
                (reach, y - lift + step * 0.2),
                (reach, y - lift - step * 0.24),
                (0.16 * wide, y - step * 0.5),
            ]
            points += [(side * x, height) for x, height in finger]
    tip = [(0.14 * wide, -high), (-0.14 * wide, -high)]
    return loop([(0.1 * wide, high * 1.1), *right, *tip, *reversed(left), (-0.1 * wide, high * 1.1)])


@composition("other concert film theatre sport comedy", faces="anton bodoni slab unbounded spartan-caps shrikhand")
def initial(p: Poster) -> None:
    """The title's first letter, as large as the sheet, with its shadows."""
    c, pal, area = p.canvas, p.palette, p.scaffold(room=p.rng.choice([190, 230]))
    c.ground(pal.ground)
    words = [word for word in p.title.split() if word.lower() not in ARTICLES] or p.title.split()
    letter = next((char for word in words for char in word if char.isalnum()), "")
    style = Style(p.style.face, caps=True, most=4000).for_text(letter)
    big = fit(letter, style, 500, area.height * 0.96) if letter else None
    with c.clipped(area.path):
        c.rect(area.x, area.y, area.width, area.height, pal.a)
        if big and not big.lines[0].line.native:
            x, y = area.cx - big.box.width / 2, area.cy - big.box.height / 2
            for shift, colour in ((36, pal.b), (12, pal.c), (-12, pal.ground), (-36, pal.ink)):
                draw(c, big.moved(x + shift, y + shift * 0.6), colour)
        else:
            c.circle(area.cx, area.cy, area.height * 0.4, pal.ink)
    p.finish()


@composition("other theatre comedy sport", faces="slab shrikhand bodoni anton")
def sunburst(p: Poster) -> None:
    """Rays from a disc."""
    c, pal, area = p.canvas, p.palette, p.scaffold(room=p.rng.choice([210, 260]))
    c.ground(pal.ground)
    x, y, rays = WIDTH * p.rng.choice([0.3, 0.5, 0.7]), area.cy, p.rng.choice([10, 12, 14, 16])
    size = min(area.height / 560, 1)
    with c.clipped(area.path):
        c.rect(area.x, area.y, area.width, area.height, pal.b)
        for ray in range(rays):
            c.path(sector(x, y, 900, ray * 360 / rays, (ray + 0.5) * 360 / rays), (pal.a, pal.c)[ray % 2])
        for radius, colour in ((168, pal.ground), (136, pal.ink), (100, pal.c)):
            c.circle(x, y, radius * size, colour)
        c.path(sector(x, y, 100 * size, 0, 180), pal.a)
    p.finish()
