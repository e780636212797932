"""Sport: lines on the ground, and flight."""

from __future__ import annotations

import re

from .canvas import HEIGHT, WIDTH, curve, disc, draw_path, road
from .colour import luminance, mix
from .lettering import Box
from .poster import COLUMN, MARGIN, Block, Poster, composition

VERSUS = re.compile(r"^(.{2,40}?)\s+(?:v|vs|versus)\.?\s+([^,]{2,40})(?:,\s+(.+))?$", re.IGNORECASE)


@composition(
    "sport",
    faces="anton sofia slab spartan-caps",
    grounds="dark bold",
    words=r"\bf\.?c\b|football|soccer|united|\bcity\b|arsenal|chelsea|derby|cup final|bundesliga|uefa|rovers|albion",
    only=True,
)
def pitch(p: Poster) -> None:
    """The mown pitch from the air, and the move that settles it."""
    c, pal, area = p.canvas, p.palette, p.scaffold(room=p.rng.choice([240, 290]))
    c.ground(pal.ground)
    grass = pal.b if luminance(pal.b) < 0.5 else mix(pal.b, pal.dark, 0.45)
    stripes = (grass, mix(grass, pal.dark, 0.22))
    white = mix(pal.bright, "#ffffff", 0.3)
    with c.clipped(area.path), c.turned(area.cx, area.cy, p.rng.choice([-24, -16, 20, 28])):
        for stripe in range(14):
            c.rect(-700, -700 + stripe * 100, 1400, 100.5, stripes[stripe % 2])
        c.stroke("M-700 0H700M-330-700V700", white, 7)
        c.circle(0, 0, 152, stroke=white, stroke_width=7)
        c.circle(0, 0, 10, white)
        c.stroke("M-170 700V330H170V700M-80 700V450H80V700M-92 330A120 120 0 0 1 92 330", white, 7)
        move = curve([(-210, 160), (-150, 10), (90, 110), (170, -160)])
        c.stroke(move, pal.a, 10, stroke_dasharray="26 15")
        c.stroke("M132-148L172-176L186-128", pal.a, 10)
        c.circle(-210, 170, 34, pal.c)
    p.finish()


@composition("sport", faces="anton spartan-caps unbounded sofia")
def flight(p: Poster) -> None:
    """One ball, all the way."""
    c, pal, area = p.canvas, p.palette, p.scaffold(room=p.rng.choice([220, 270]))
    c.ground(pal.ground)
    count, large = 13, min(area.height * 0.27, 160)
    begin, end = (8, area.bottom - 8), (WIDTH - large - 36, area.bottom - large - 10)
    peak = (WIDTH * p.rng.uniform(0.3, 0.45), area.y - area.height * p.rng.uniform(0.35, 0.5))
    with c.clipped(area.path), p.mirrored():
        for ball in range(count):
            t = ball / (count - 1)
            ways = ((1 - t) ** 2, 2 * t * (1 - t), t * t)
            x, y = (
                sum(way * point[axis] for way, point in zip(ways, (begin, peak, end), strict=True)) for axis in (0, 1)
            )
            radius, trail = 9 + (large - 9) * t**1.9, mix(pal.ground, (pal.c, pal.b)[ball % 2], 0.25 + 0.7 * t)
            c.circle(x, y, radius, pal.a if ball == count - 1 else trail)
        with c.clipped(disc(x, y, radius)):
            c.circle(x - radius * 0.3, y - radius * 0.3, radius, mix(pal.a, "#ffffff", 0.2))
            c.circle(x - radius * 0.42, y - radius * 0.42, radius * 0.5, mix(pal.a, "#ffffff", 0.5))
    p.finish()


@composition("sport", faces="anton sofia unbounded slab", grounds="dark", words=r"stadium|championship|games|arena")
def stadium(p: Poster) -> None:
    """The bowl under floodlight."""
    c, pal, area = p.canvas, p.palette, p.scaffold("foot split top", room=p.rng.choice([220, 270]))
    c.ground(pal.ground)
    high = min(area.height * 0.36, 225)
    y, top = area.bottom - high - 14, area.y + 16
    for lamp, foot in ((70, 190), (210, 270), (390, 330), (530, 410)):
        glow = c.fade((0, pal.bright, 0.55), (1, pal.bright, 0))
        c.polygon([(lamp - 8, top + 12), (lamp + 8, top + 12), (foot + 150, y), (foot - 150, y)], glow)
        c.rect(lamp - 26, top, 52, 18, pal.bright, rx=4)
    colours = p.shuffled(pal.a, pal.bright, pal.c)
    for tier in range(8):
        rx, ry = 330 - tier * 25, high - tier * high * 0.09
        c.ellipse(300, y, rx, ry, mix(pal.dark, "#000000", 0.3))
        seats = f"{p.rng.choice([5, 7, 9])} {p.rng.choice([2, 3])}"
        c.ellipse(300, y, rx - 8, ry - 7, stroke=colours[tier // 2 % 3], stroke_width=13, stroke_dasharray=seats)
    field, wide, deep = mix(pal.b, pal.dark, 0.1), 122, high * 0.27
    c.ellipse(300, y, wide, deep, field)
    for stripe in (-0.6, -0.1, 0.4):
        c.rect(300 + wide * stripe, y - deep * 0.74, wide * 0.24, deep * 1.48, mix(field, pal.dark, 0.25))
    p.finish()


@composition(
    "sport", faces="anton slab spartan-caps sofia", words=r"\bcup\b|trophy|final|masters|champion|open\b|title"
)
def trophy(p: Poster) -> None:
    """The cup, and what falls from the roof when it is lifted."""
    c, pal, area = p.canvas, p.palette, p.scaffold(room=p.rng.choice([220, 270]), centred=True)
    c.ground(pal.ground)
    for _ in range(70):
        x, y = p.rng.uniform(8, 592), area.y + p.rng.uniform(0, 1) ** 1.4 * area.height
        with c.turned(x, y, p.rng.randrange(0, 180, 15)):
            c.rect(-5, -9, *p.rng.choice([(10, 20), (13, 13), (6, 26)]), p.rng.choice([pal.b, pal.c, pal.ink]))
    shade, scale = mix(pal.a, "#000000", 0.25), min(area.height / 520, 1.1)
    with c.group(transform=f"translate(300 {area.bottom - 268 * scale:.0f})scale({scale:.3f})"):
        c.stroke("M-132-150C-262-190-258 10-78 24M132-150C262-190 258 10 78 24", shade, 24)
        c.rect(-18, 88, 36, 84, shade)
        c.path("M-150-200H150C150 10 80 94 0 104C-80 94-150 10-150-200Z", pal.a)
        c.path("M0-200H150C150 10 80 94 0 104Z", shade)
        c.stroke("M-112-168C-110-60-88 10-52 46", mix(pal.a, "#ffffff", 0.6), 15, stroke_linecap="round")
        c.rect(-164, -218, 328, 30, pal.a, rx=8)
        c.polygon([(-62, 160), (62, 160), (92, 208), (-92, 208)], pal.a)
        c.rect(-112, 206, 224, 62, pal.ink)
    p.finish()


@composition(
    "sport",
    faces="anton slab bodoni-caps sofia",
    words=r"cricket|\btest\b|t20|\bodi\b|\bipl\b|ashes|wicket|lord.s|hundred|ranji|super kings|knight riders|twenty20",
    only=True,
)
def seam(p: Poster) -> None:
    """The ball, so close that the stitches count."""
    c, pal, area = p.canvas, p.palette, p.scaffold(room=p.rng.choice([230, 280]))
    c.ground(pal.ground)
    r = area.height * p.rng.choice([0.43, 0.5, 0.6])
    x, y = p.rng.choice([210, 300, 390]), area.cy + max(r - area.height * 0.43, 0) * p.rng.choice([-1, 1])
    ball, thread = mix(pal.a, "#000000", 0.05), mix(pal.bright, pal.c, 0.3)
    with c.clipped(area.path):
        c.rect(area.x, area.y, area.width, area.height, mix(pal.b, pal.dark, 0.25))
    with c.clipped(area.path), c.clipped(disc(x, y, r)):
        c.circle(x, y, r, mix(ball, "#000000", 0.38))
        c.circle(x - r * 0.12, y - r * 0.1, r, mix(ball, "#000000", 0.16))
        c.circle(x - r * 0.3, y - r * 0.26, r * 0.96, ball)
        with c.turned(x, y, p.rng.choice([-32, -18, 24, 38])):
            for lane in (-0.13, -0.045, 0.045, 0.13):
                stitches = draw_path("M", lane * r, -r, "Q", r * (0.36 + lane), 0, lane * r, r)
                c.stroke(stitches, thread, r * 0.055, stroke_dasharray=f"{r * 0.018:.1f} {r * 0.05:.1f}")
            c.stroke(draw_path("M", 0, -r, "Q", r * 0.36, 0, 0, r), mix(ball, "#000000", 0.5), r * 0.018)
    p.finish()


@composition(
    "sport",
    faces="anton unbounded sofia spartan-caps",
    words=r"athletic|marathon|\brun\b|relay|sprint|track|\brace|grand prix|cycling|10k|swim",
    only=True,
)
def lanes(p: Poster) -> None:
    """The bend, lane by lane."""
    c, pal, area = p.canvas, p.palette, p.scaffold(room=p.rng.choice([220, 270]))
    c.ground(pal.ground)
    count, width = 7, p.rng.choice([44, 54])
    x, turn = WIDTH - width * 4.2, width * 4.6
    moves = [("go", area.height * 0.82 - turn), ("right", turn), ("go", 700)]
    white = mix(pal.bright, "#ffffff", 0.3)
    with c.clipped(area.path), p.mirrored():
        c.rect(0, area.y, WIDTH, area.height, mix(pal.a, pal.dark, 0.35))
        for lane in range(count):
            colour = pal.b if lane == 4 else pal.c if lane == 2 else mix(pal.a, pal.dark, 0.1 * (lane % 2))
            c.stroke(road(x, area.y, 90, moves, (lane - 3) * width), colour, width)
        for line in range(count + 1):
            c.stroke(road(x, area.y, 90, moves, (line - 3.5) * width), white, 4.5)
        c.rect(x - 3.5 * width, area.y + area.height * 0.14, width * count, 8, white)
    p.finish()


@composition("sport", faces="anton slab sofia", words=VERSUS.pattern, only=True)
def versus(p: Poster) -> None:
    """Two names, and the line between them."""
    c, pal = p.canvas, p.palette
    sides = VERSUS.match(p.title)
    home, away, occasion = sides.groups() if sides else (p.title, p.tail, "")
    p.details = [part for part in (occasion, p.tail if sides else "", *p.details) if part]
    slant = p.rng.choice([-100, -60, 60, 100])
    near, far = ("left", "right") if slant > 0 else ("right", "left")
    details = p.small(p.details, Box(MARGIN, MARGIN, COLUMN, HEIGHT - 2 * MARGIN), anchor="bottom", align=far)
    middle = (MARGIN + details.top) / 2
    c.ground(pal.a)
    c.polygon([(0, middle + slant), (WIDTH, middle - slant), (WIDTH, HEIGHT), (0, HEIGHT)], pal.ground)
    for stripe, colour in enumerate((pal.b, pal.c, pal.ink)):
        y = middle + (stripe - 1.5) * 20
        c.polygon([(0, y + slant), (600, y - slant), (600, y + 20.5 - slant), (0, y + 20.5 + slant)], colour)
    p.grain()
    room = middle - MARGIN - 72 - abs(slant) * 0.86
    p.paint(name(p, home, Box(MARGIN, MARGIN, COLUMN, room), "top", near), pal.on(pal.a))
    p.paint(name(p, away, Box(MARGIN, details.top - 28 - room, COLUMN, room), "bottom", far), pal.ink)
    p.paint(details, pal.ink)


def name(p: Poster, text: str, box: Box, anchor: str, align: str) -> Block:
    """Set one side's name."""
    p.title, p.tail = text, ""
    return p.headline(box, anchor=anchor, align=align)
