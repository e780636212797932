"""Concerts: what sound looks like."""

from __future__ import annotations

from math import hypot, pi, sin

from .canvas import HEIGHT, WIDTH, arc, curve, draw_path, road
from .colour import mix
from .lettering import Box
from .poster import COLUMN, MARGIN, Poster, composition


@composition("concert", faces="anton unbounded spartan sofia")
def rings(p: Poster) -> None:
    """A record, cut in two and put together one groove off."""
    c, pal, area = p.canvas, p.palette, p.scaffold(room=p.rng.choice([230, 290]))
    x, y = WIDTH * p.rng.choice([0.34, 0.5, 0.66]), area.cy
    step, colours = p.rng.choice([46, 54, 64]), p.shuffled(pal.ink, pal.a, pal.c)
    c.ground(pal.ground)
    halves = (Box(0, area.y, x, area.height), Box(x, area.y, WIDTH - x, area.height))
    for half, shift in zip(halves, (0, step / 2), strict=True):
        with c.clipped(half.path):
            for ring in range(int(hypot(WIDTH * 0.66, area.height / 2) / step) + 1, 1, -1):
                width = step * (0.22 + 0.5 * ((ring * 5) % 7) / 7)
                c.circle(x, y + shift, ring * step, stroke=colours[(ring + (shift > 0)) % 3], stroke_width=width)
    c.circle(x, y, step * 1.1, pal.b)
    c.circle(x, y, step * 0.16, pal.ground)
    p.finish()


@composition(
    "concert",
    faces="bodoni instrument spartan bodoni-caps",
    grounds="dark light",
    words=r"string|quartet|cello|viol|orchestr|symphon|philharmon|guitar|harp|bach|vivaldi|mozart|brahms",
)
def strings(p: Poster) -> None:
    """A sheaf of strings, plucked."""
    c, pal, area = p.canvas, p.palette, p.scaffold("head top foot")
    c.ground(pal.ground)
    count, waves = 32, p.rng.choice([1.5, 2, 2.5])
    phase, drift = p.rng.uniform(0, 2 * pi), p.rng.uniform(0.05, 0.085)
    tilt, swell = p.rng.choice([-0.16, 0.12, 0.0]) * area.height, area.height * 0.26
    for string in range(count):
        share = string / (count - 1)
        middle = area.cy + (share - 0.5) * area.height * 0.46
        points = [
            (
                -20 + 40 * knot,
                middle
                + tilt * (knot / 16 - 0.5)
                + swell * (1 - 0.4 * share) * sin(pi * knot / 16) ** 0.8
                * sin(2 * pi * waves * knot / 16 * (1 - 0.12 * share) + phase + string * drift),
            )
            for knot in range(17)
        ]  # fmt: skip
        colour = mix(pal.a, pal.c, share * 2) if share < 0.5 else mix(pal.c, pal.b, share * 2 - 1)
        c.stroke(curve(points), colour, 1.8 + 3.6 * sin(pi * share))
    p.finish()


@composition(
    "concert",
    faces="anton spartan bodoni sofia",
    words=r"\bpiano|pianist|chopin|liszt|debussy|satie|keyboard|\borgan\b|rachmaninov|einaudi|recital",
    only=True,
)
def keys(p: Poster) -> None:
    """A keyboard that runs across the sheet, some keys struck."""
    c, pal, area = p.canvas, p.palette, p.scaffold(room=p.rng.choice([220, 270]))
    c.ground(pal.ground)
    white, black = mix(pal.bright, "#ffffff", 0.4), mix(pal.dark, "#000000", 0.3)
    long = area.height * 0.86
    struck = p.rng.sample(range(3, 10), 3)
    with c.clipped(area.path):
        c.rect(area.x, area.y, area.width, area.height, pal.a)
        with c.turned(area.cx, area.cy, p.rng.choice([-14, -22, 18])):
            for key in range(13):
                x = -546 + key * 84
                c.rect(x, -long / 2, 78, long, {struck[0]: pal.b, struck[1]: pal.c}.get(key, white), rx=7)
            for key in range(13):
                if key % 7 not in {2, 6}:
                    fill = pal.c if key == struck[2] else black
                    c.rect(-546 + key * 84 + 55, -long / 2, 52, long * 0.6, fill, rx=5)
    p.finish()


@composition(
    "concert other",
    faces="anton unbounded slab sofia",
    grounds="dark bold",
    words=r"techno|house|electro|synth|\bdj\b|beats|\brap|hip.hop|grime|disco",
)
def equaliser(p: Poster) -> None:
    """Columns of lamps, as high as the sound."""
    c, pal, area = p.canvas, p.palette, p.scaffold(room=p.rng.choice([240, 300]))
    c.ground(pal.ground)
    columns = p.rng.choice([8, 10, 12])
    pitch = WIDTH / columns
    rows = int(area.height / pitch / p.rng.choice([0.5, 0.36]))
    high = area.height / rows
    unlit, pace, phase = mix(pal.ground, pal.ink, 0.12), p.rng.uniform(0.5, 1.1), p.rng.uniform(0, 6)
    lamps = ((0.82, pal.ink), (0.55, pal.a), (0.22, pal.c), (0, pal.b))
    for column in range(columns):
        level = 0.2 + 0.75 * abs(sin(column * pace + phase)) * (0.55 + 0.45 * sin(pi * column / (columns - 1)))
        lit, x = round(level * rows), column * pitch + pitch / 2
        for least, colour in ((level, unlit), *lamps):
            first, last = round(least * rows), rows if colour == unlit else lit
            if first < last:
                path = draw_path("M", x, area.bottom - first * high - 3, "V", area.bottom - last * high)
                c.stroke(path, colour, pitch - 6, stroke_dasharray=f"{high - 6:.2f} 6")
                lit = first if colour != unlit else lit
    p.finish()


@composition("concert other", faces="spartan unbounded anton bodoni")
def interference(p: Poster) -> None:
    """Two sources of sound, and the pattern between them in dots."""
    c, pal, area = p.canvas, p.palette, p.scaffold(room=p.rng.choice([220, 280]))
    c.ground(pal.ground)
    pitch = p.rng.choice([20, 24])
    rows = int(area.height / pitch)
    one = (WIDTH * p.rng.uniform(-0.1, 0.4), area.y + area.height * p.rng.uniform(0.3, 0.7))
    two = (WIDTH * p.rng.uniform(0.7, 1.1), area.y + area.height * p.rng.uniform(0, 1))
    length = p.rng.uniform(170, 300)
    dots: dict[tuple[str, int], list[str]] = {}
    for row in range(rows):
        y = area.y + area.height / rows * (row + 0.5)
        for x in range(pitch // 2, WIDTH, pitch):
            near, far = hypot(x - one[0], y - one[1]), hypot(x - two[0], y - two[1])
            height = sin(near / length * 2 * pi) + sin(far / length * 2 * pi)
            size = round(4 + 3.4 * height / 2 * (1 if height > 0 else 0.9))
            colour = pal.a if height > 0.9 else pal.c if height > 0 else pal.b
            dots.setdefault((colour, size), []).append(f"M{x} {y:.0f}h0")
    with c.group(stroke_linecap="round"):
        for (colour, size), marks in dots.items():
            c.stroke("".join(marks), colour, size / 7 * pitch)
    p.finish()


@composition("concert other sport", faces="spartan anton unbounded shrikhand")
def ribbons(p: Poster) -> None:
    """A supergraphic: one striped road that bends across the sheet."""
    c, pal, area = p.canvas, p.palette, p.scaffold(room=p.rng.choice([220, 270]))
    c.ground(pal.ground)
    colours = p.shuffled(pal.a, pal.c, pal.b, pal.ink)
    lane = area.height / p.rng.choice([13.5, 15.5])
    turn, fall, middle = lane * 3.4, area.height * 0.62, p.rng.choice([0.42, 0.5, 0.58]) * WIDTH
    moves = [("go", middle - turn + 20), ("right", turn), ("go", fall - 2 * turn), ("left", turn), ("go", 700)]
    upper = area.cy - fall / 2
    with c.clipped(area.path), p.mirrored():
        for stripe in range(4):
            c.stroke(road(-20, upper, 0, moves, (stripe - 1.5) * lane), colours[stripe], lane + 0.6)
        c.circle(middle - turn, upper + turn, lane * 1.02, colours[0])
        c.circle(middle + turn, area.cy + fall / 2 - turn, lane * 1.02, colours[3])
    p.finish()


@composition(
    "concert",
    faces="anton slab bodoni-caps sofia",
    words=r"\bjazz|swing|bebop|quintet|sextet|\btrio\b|blues|\bsax",
)
def blue_notes(p: Poster) -> None:
    """A record sleeve of the fifties: tilted blocks, and one hard circle."""
    c, pal, area = p.canvas, p.palette, p.scaffold("foot split head", room=p.rng.choice([230, 290]))
    c.ground(pal.ground)
    columns = p.rng.choice([5, 6, 7])
    pitch = WIDTH / columns
    colours = p.shuffled(pal.a, pal.b, pal.c, pal.ink)
    with c.clipped(area.path):
        for column in range(columns):
            x, cut = column * pitch, area.y + area.height * p.rng.uniform(0.22, 0.82)
            slant = p.rng.choice([-46, -26, 26, 46])
            upper, lower = colours[column % 4], colours[(column * 3 + 1) % 4]
            lower = pal.ground if upper == lower else lower
            c.polygon([(x, area.y), (x + pitch, area.y), (x + pitch, cut + slant), (x, cut)], upper)
            c.polygon([(x, cut + 12), (x + pitch, cut + slant + 12), (x + pitch, area.bottom), (x, area.bottom)], lower)
        x, y = p.rng.randrange(1, columns) * pitch, area.y + area.height * p.rng.uniform(0.35, 0.65)
        for radius, colour in ((0.92, pal.ground), (0.8, pal.ink), (0.34, pal.a), (0.06, pal.ink)):
            c.circle(x, y, pitch * radius, colour)
    p.finish()


@composition("concert other", faces="spartan anton instrument sofia", grounds="light bold dark")
def crescendo(p: Poster) -> None:
    """Arcs that swell as they leave their centre, after Zürich's concert halls."""
    c, pal, area = p.canvas, p.palette, p.scaffold(room=p.rng.choice([200, 250]))
    c.ground(pal.ground)
    x, y = WIDTH * p.rng.choice([0.3, 0.42, 0.62]), area.y + area.height * p.rng.choice([0.4, 0.6])
    accent, radius, angle = p.rng.randrange(3, 7), 30.0, p.rng.choice([0.0, 90.0, 180.0, 270.0])
    with c.clipped(area.path):
        for ring in range(9):
            width, span = radius * 0.235, p.rng.choice([67.5, 90, 135, 157.5])
            colour = pal.a if ring == accent else pal.b if ring == accent - 2 else pal.ink
            c.stroke(arc(x, y, radius, angle, angle + span), colour, width)
            c.stroke(arc(x, y, radius, angle + 180, angle + 180 + span / 2), colour, width)
            angle, radius = angle + p.rng.choice([45, 90, 112.5]), radius * 1.38
    p.finish()


@composition("concert other film sport comedy", faces="anton sofia unbounded spartan-caps", grounds="bold light dark")
def wall_of_type(p: Poster) -> None:
    """The title as large as the wall, and a sun behind it."""
    c, pal = p.canvas, p.palette
    c.ground(pal.ground)
    details = p.row(Box(MARGIN, MARGIN, COLUMN, 100))
    area = Box(MARGIN, details.bottom + 26, COLUMN, HEIGHT - MARGIN - details.bottom - 26)
    title = p.headline(area, anchor=p.rng.choice(["top", "bottom"]), justify=True, leading=0.13)
    x, y = p.rng.choice([150, 300, 470]), (details.bottom + HEIGHT) / 2 + p.rng.choice([-120, 0, 120])
    radius = p.rng.uniform(190, 250)
    c.circle(x, y, radius, pal.beneath(pal.a))
    c.path(arc(x, y, radius, 0, 180) + "Z", pal.beneath(pal.b))
    p.blocks += [title, details]
    p.finish(pal.ink)
