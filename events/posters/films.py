"""Films: light, and what it falls on."""

from __future__ import annotations

from math import sin

from .canvas import HEIGHT, WIDTH, curve, disc, draw_path, polar
from .colour import luminance, mix
from .lettering import Box
from .poster import COLUMN, MARGIN, Poster, composition


@composition("film", faces="anton spartan-caps bodoni sofia", grounds="dark")
def projector(p: Poster) -> None:
    """A beam through the dark; the title is what it throws on the screen."""
    c, pal = p.canvas, p.palette
    c.ground(pal.ground)
    details = p.small(p.details, Box(MARGIN, MARGIN, COLUMN, HEIGHT - 2 * MARGIN), anchor="bottom")
    floor = details.top - 34 if p.details else HEIGHT - MARGIN
    title = p.headline(Box(MARGIN + 28, floor - 350, COLUMN - 56, 318), anchor="bottom")
    top = title.top - 32
    x, y = p.rng.uniform(120, 480), p.rng.uniform(90, 150)
    left, right = (MARGIN, WIDTH - MARGIN) if p.chance(0.5) else (WIDTH - MARGIN, MARGIN)
    for share, colour in ((1, pal.ink), (0.66, pal.a), (0.34, pal.c)):
        beam = c.fade((0, colour, 0.95), (1, colour, 0.22))
        c.polygon([(x, y), (left, top), (left + (right - left) * share, top)], beam)
    for _ in range(34):
        depth, spot = p.rng.uniform(0.25, 0.97), p.rng.uniform(MARGIN, WIDTH - MARGIN)
        c.circle(x + (spot - x) * depth, y + (top - y) * depth, p.rng.uniform(0.8, 2.6), pal.ink, opacity=0.7)
    for radius, colour in ((62, mix(pal.ground, pal.ink, 0.14)), (42, pal.b), (20, pal.ink)):
        c.circle(x, y, radius, colour)
    c.rect(MARGIN, top, COLUMN, floor - top, pal.ink)
    p.grain()
    p.paint(title, pal.ground)
    p.paint(details, pal.ink)


@composition("film", faces="spartan unbounded bodoni anton")
def aperture(p: Poster) -> None:
    """The blades of an iris, closing on a light."""
    c, pal, area = p.canvas, p.palette, p.scaffold(centred=True)
    c.ground(pal.ground)
    blades, turn = p.rng.choice([6, 7, 8, 9]), p.rng.uniform(0, 360)
    outer = min(area.height / 2 - 8, 288)
    inner, step, x, y = outer * p.rng.uniform(0.26, 0.42), 360 / blades, area.cx, area.cy
    corners = [polar(x, y, inner, turn + blade * step) for blade in range(blades)]
    light = pal.c if pal.kind != "bold" else pal.bright
    with c.clipped(disc(x, y, outer)):
        c.circle(x, y, outer, light)
        for blade, corner in enumerate(corners):
            following = corners[(blade + 1) % blades]
            along = turn + blade * step + 90 + step / 2
            far = [polar(*following, outer * 3, along), polar(*corner, outer * 3, along - step)]
            shade = abs(2 * blade / blades - 1)
            c.polygon([corner, following, *far], mix(pal.a, pal.b, shade), stroke=pal.dark, stroke_width=3)
    c.circle(x + inner * 0.1, y + inner * 0.12, inner * 0.42, pal.ink if pal.kind == "light" else pal.ground)
    c.circle(x, y, outer, stroke=pal.ink, stroke_width=12)
    p.finish()


@composition("film other", faces="anton bodoni instrument spartan")
def horizon(p: Poster) -> None:
    """A low sun and the land before it, layer on layer; the words stand in the sky or on the ground."""
    c, pal = p.canvas, p.palette
    sky, land = (pal.ground, pal.ink) if pal.kind != "dark" else (mix(pal.ground, pal.b, 0.5), pal.ground)
    if pal.kind == "bold":
        sky, land = pal.ground, pal.dark
    high = p.chance(0.4)
    lift = 60 if high else 0
    low = mix(sky, pal.c, 0.85)
    for band in range(6):
        c.rect(0, band * 95, WIDTH, HEIGHT - band * 95, mix(sky, low, band / 5))
    x, y, radius = p.rng.choice([170, 300, 430]), 420 + lift, p.rng.uniform(130, 180)
    c.circle(x, y, radius, pal.a)
    for slit in range(6):
        c.rect(x - radius, y + 10 + slit * 26, radius * 2, 3 + slit * 2.6, mix(sky, low, 0.9))
    for layer in range(5):
        base, phase, pace = 480 + lift + layer * 52, p.rng.uniform(0, 6), p.rng.uniform(0.9, 1.9)
        swell = 42 - layer * 3
        ridge = [
            (k * 60 - 30, base + swell * sin(phase + pace * k * 0.6) + 14 * sin(k * 1.9 + phase)) for k in range(12)
        ]
        c.path(curve(ridge) + f"L660 {HEIGHT}L-30 {HEIGHT}Z", mix(mix(pal.a, pal.b, 0.6), land, (layer + 1) / 5))
    p.scaffold("head" if high else "foot", room=190)
    p.grain()
    for block, ground in zip(p.blocks, (sky if high else land, land), strict=True):
        p.paint(block, pal.on(ground))


@composition("film", faces="anton sofia spartan-caps slab", grounds="dark", words=r"window|neighbour|apartment|hotel")
def windows(p: Poster) -> None:
    """A house at night; some are awake."""
    c, pal, area = p.canvas, p.palette, p.scaffold(room=p.rng.choice([210, 260]))
    c.ground(pal.ground)
    columns = p.rng.choice([4, 5, 6])
    pitch, rows = 540 / columns, max(round((area.height - 20) / 540 * columns / 1.24), 1)
    wide, high, storey = pitch * 0.64, pitch * 0.9, (area.height - 10) / rows
    left, top = 30 + (pitch - wide) / 2, area.y + 5 + (storey - high) / 2
    unlit = mix(pal.ground, pal.ink, 0.15)
    awake, lamp = p.rng.randrange(rows * columns), max(pal.a, pal.c, pal.b, key=luminance)
    for index in range(rows * columns):
        pane = Box(left + index % columns * pitch, top + index // columns * storey, wide, high)
        lit = index == awake or p.chance(0.42)
        colour = (lamp if index == awake else p.rng.choice([pal.a, pal.c, pal.c, pal.b])) if lit else unlit
        c.rect(pane.x, pane.y, wide, high, colour)
        furnish(p, "person" if index == awake else p.rng.choice(["blind", "cross", "drapes", "half"]), pane, colour)
        c.rect(pane.x - 5, pane.bottom, wide + 10, 7, mix(pal.ground, pal.ink, 0.34))
    p.finish()


def furnish(p: Poster, what: str, pane: Box, colour: str) -> None:
    """Draw what is seen in one window."""
    c, (wide, high) = p.canvas, (pane.width, pane.height)
    shade = mix(colour, p.palette.ground, 0.5)
    if what == "person":
        c.circle(pane.x + wide * 0.56, pane.y + high * 0.42, wide * 0.17, p.palette.ground)
        shoulders = ("q", wide * 0.04, -high * 0.4, wide * 0.36, -high * 0.4, "t", wide * 0.36, high * 0.4, "z")
        c.path(draw_path("M", pane.x + wide * 0.2, pane.bottom, *shoulders), p.palette.ground)
    elif what == "blind":
        for slat in range(5):
            c.rect(pane.x, pane.y + slat * high * 0.09, wide, high * 0.05, shade)
    elif what == "cross":
        c.rect(pane.x + wide * 0.47, pane.y, wide * 0.06, high, shade)
        c.rect(pane.x, pane.y + high * 0.4, wide, high * 0.05, shade)
    elif what == "drapes":
        for edge, way in ((pane.x, wide), (pane.right, -wide)):
            fall = ("q", -way * 0.02, high * 0.7, -way * 0.42, high * 0.86, "z")
            c.path(draw_path("M", edge, pane.y, "h", way * 0.42, *fall), shade)
    else:
        c.rect(pane.x, pane.y, wide, high * 0.52, shade)


@composition("film theatre", faces="spartan anton slab sofia")
def vertigo(p: Poster) -> None:
    """Ellipses turned about one point until they make an eye to fall into."""
    c, pal, area = p.canvas, p.palette, p.scaffold(centred=True)
    c.ground(pal.ground)
    count, flat, reach = p.rng.choice([24, 30, 36]), p.rng.uniform(0.3, 0.5), min(area.height / 2 - 4, 292)
    with c.turned(area.cx, area.cy, 0):
        for turn in range(count):
            colour = pal.ink if turn % 3 else pal.a
            spin = f"rotate({turn * 180 / count:g})"
            c.ellipse(0, 0, reach, reach * flat, stroke=colour, stroke_width=1.8, transform=spin)
        for share, colour in ((0.82, pal.a), (0.52, pal.ground), (0.36, pal.b)):
            c.circle(0, 0, reach * flat * share, colour)
        c.circle(reach * flat * 0.06, -reach * flat * 0.06, reach * flat * 0.2, pal.ink)
    p.finish()


@composition("film theatre", faces="anton sofia slab", grounds="bold light")
def cut_paper(p: Poster) -> None:
    """Bars torn from coloured paper, closing in."""
    c, pal, area = p.canvas, p.palette, p.scaffold("foot split", room=p.rng.choice([260, 320]))
    c.ground(pal.ground)
    bars = p.rng.choice([4, 5])
    pitch, colours = WIDTH / bars, [pal.ink, pal.a, pal.ink, pal.b, pal.ink]
    longest = p.rng.randrange(bars)
    top = area.y - (10 if area.y < 1 else 0)
    for bar in range(bars):
        x, depth = bar * pitch + pitch * 0.08, area.height * (1 if bar == longest else p.rng.uniform(0.35, 0.88))
        jag = [p.rng.uniform(-14, 14) for _ in range(6)]
        upper = [(x + jag[0] + 6, top), (x + pitch * 0.84 + jag[1], top), (x + pitch * 0.8 + jag[2], top + depth * 0.5)]
        lower = [(x + pitch * 0.84 + jag[3], top + depth + jag[4] - 14), (x + jag[5], top + depth - 12 + jag[0])]
        c.polygon([*upper, *lower], colours[bar])
    c.circle(longest * pitch + pitch * 0.5, top + area.height - pitch * 0.7, pitch * 0.24, pal.c)
    p.finish()


@composition("film other", faces="instrument bodoni spartan unbounded", grounds="dark light")
def frames(p: Poster) -> None:
    """One sunset in twelve frames."""
    c, pal, area = p.canvas, p.palette, p.scaffold("foot head top", room=p.rng.choice([190, 240]))
    c.ground(pal.ground)
    columns = p.rng.choice([3, 4])
    gap = 12.0
    wide = (COLUMN - gap * (columns - 1)) / columns
    rows = max(round(area.height / (wide + gap) - 0.15), 1)
    high = (
        area.height - (MARGIN if area.y < 1 else 0) - (MARGIN if area.bottom > 899 else 0) - gap * (rows - 1)
    ) / rows
    top = area.y + (MARGIN if area.y < 1 else 0)
    shades = (pal.c, mix(pal.c, pal.a, 0.5), pal.a, mix(pal.a, pal.b, 0.6), pal.b, mix(pal.b, pal.dark, 0.6))
    earth, sun = mix(pal.dark, pal.b, 0.12), mix(pal.bright, pal.c, 0.12)
    for frame in range(rows * columns):
        time = frame / max(rows * columns - 1, 1)
        x, y = MARGIN + frame % columns * (wide + gap), top + frame // columns * (high + gap)
        with c.clipped(Box(x, y, wide, high).path):
            c.rect(x, y, wide, high, shades[int(time * 5.99)])
            c.circle(x + wide / 2, y + high * (0.3 + 0.66 * time), min(wide, high) * 0.27, sun)
            c.rect(x, y + high * 0.76, wide, high, earth)
    p.finish()
