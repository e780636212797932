"""Theatre: curtains, faces and the light on an empty stage."""

from __future__ import annotations

from .canvas import HEIGHT, WIDTH, draw_path, polar, polyline, sector
from .colour import mix
from .lettering import Box
from .poster import Poster, composition


@composition("theatre comedy", faces="bodoni bodoni-caps instrument shrikhand")
def curtain(p: Poster) -> None:
    """Two drapes tied back, and what is lit between them."""
    c, pal, area = p.canvas, p.palette, p.scaffold("foot split", room=p.rng.choice([210, 250]), centred=True)
    c.ground(pal.ground)
    floor, tie = area.height, area.height * p.rng.uniform(0.5, 0.66)
    light = mix(pal.c, "#ffffff", 0.35)
    with c.clipped(area.path), c.turned(0, area.y, 0):
        c.rect(0, 0, WIDTH, floor, mix(pal.dark, "#000000", 0.4))
        c.polygon([(270, 0), (330, 0), (450, floor - 30), (150, floor - 30)], c.fade((0, light, 0.7), (1, light, 0.15)))
        c.ellipse(300, floor - 32, 152, 22, light)
        for mirror in (None, "translate(600 0)scale(-1 1)"):
            with c.group(transform=mirror):
                drape(p, floor, tie)
        for swag in range(5):
            c.path(f"M{swag * 120} -2h120v34a60 44 0 0 1-120 0z", mix(pal.a, "#000000", 0.2 if swag % 2 else 0.0))
        c.rect(0, 0, WIDTH, 12, pal.c)
    p.finish()


def drape(p: Poster, floor: float, tie: float) -> None:
    """Draw the left curtain in folds, gathered at a tie."""
    c, pal = p.canvas, p.palette
    for fold in range(7, 0, -1):
        top, waist, foot = fold * 43, 18 + fold * 15, 30 + fold * 24
        upper = ("M", -2, -2, "H", top, "C", top, tie * 0.55, waist + 40, tie * 0.8, waist, tie)
        lower = ("C", waist + 4, tie + 60, foot, floor - 90, foot, floor, "H", -2, "Z")
        c.path(draw_path(*upper, *lower), mix(pal.a, "#000000", 0.42 if fold % 2 else 0.0))
    band = (
        "M",
        -4,
        tie - 16,
        "Q",
        70,
        tie + 12,
        132,
        tie - 14,
        "L",
        134,
        tie + 10,
        "Q",
        70,
        tie + 36,
        -4,
        tie + 12,
        "Z",
    )
    c.path(draw_path(*band), pal.c)


@composition("theatre", faces="slab anton shrikhand bodoni")
def two_faces(p: Poster) -> None:
    """One face, two tempers."""
    c, pal, area = p.canvas, p.palette, p.scaffold(centred=True)
    c.ground(pal.ground)
    r = min(area.height / 2 - 14, 280)
    lit, shadow = pal.bright, mix(pal.dark, "#000000", 0.2)
    with c.turned(area.cx, area.cy, p.rng.choice([0, -8, 10])):
        for side, skin, marks in ((-1, pal.a, shadow), (1, pal.b, lit)):
            sweep = "0 0 0" if side < 0 else "0 0 1"
            c.path(draw_path("M", 0, -r, "A", r * 0.88, r, sweep, 0, r, "Z"), skin)
            c.polygon([(0, -r * 0.62), (side * r * 0.17, r * 0.16), (0, r * 0.16)], mix(skin, shadow, 0.35))
            brow = (
                "M",
                side * r * 0.2,
                -r * 0.5,
                "Q",
                side * r * 0.4,
                -r * (0.66 if side < 0 else 0.4),
                side * r * 0.6,
            )
            c.stroke(draw_path(*brow, -r * (0.48 if side < 0 else 0.34)), marks, r * 0.06, stroke_linecap="round")
        c.path(draw_path("M", -r * 0.62, -r * 0.12, "a", r * 0.22, r * 0.24, "0 0 1", r * 0.44, 0, "z"), shadow)
        c.path(draw_path("M", r * 0.18, -r * 0.26, "a", r * 0.22, r * 0.24, "0 0 0", r * 0.44, 0, "z"), lit)
        c.circle(r * 0.4, -r * 0.17, r * 0.085, shadow)
        c.path(draw_path("M", 0, r * 0.32, "H", -r * 0.56, "A", r * 0.56, r * 0.42, "0 0 0", 0, r * 0.74, "Z"), shadow)
        c.path(draw_path("M", 0, r * 0.38, "A", r * 0.5, r * 0.36, "0 0 1", r * 0.5, r * 0.74, "H", 0, "Z"), lit)
        fall = ("q", -r * 0.09, r * 0.16, 0, r * 0.2, "q", r * 0.09, -r * 0.04, 0, -r * 0.2, "z")
        c.path(draw_path("M", r * 0.4, r * 0.03, *fall), pal.c)
    p.finish()


@composition("theatre comedy", faces="instrument bodoni anton spartan", grounds="dark")
def empty_stage(p: Poster) -> None:
    """Lamps from above, one chair, and nobody yet."""
    c, pal, area = p.canvas, p.palette, p.scaffold("foot split", room=220)
    floor, target = area.bottom - 90, p.rng.choice([220, 300, 380])
    c.ground(pal.ground)
    c.rect(0, floor - 46, WIDTH, HEIGHT, mix(pal.ground, pal.b, 0.2))
    for lamp, colour in zip((60, 300, 540), p.shuffled(pal.a, pal.b, pal.c), strict=True):
        beam = c.fade((0, colour, 0.85), (1, colour, 0.14))
        c.polygon(
            [(lamp - 9, area.y), (lamp + 9, area.y), (target + 158, floor + 24), (target - 158, floor + 24)], beam
        )
        top = area.y
        c.polygon([(lamp - 26, top), (lamp + 26, top), (lamp + 14, top + 26), (lamp - 14, top + 26)], pal.ink)
    c.ellipse(target, floor + 24, 160, 40, mix(pal.ink, pal.c, 0.4))
    with c.group(transform=f"translate({target} {floor + 28:.0f})scale({p.rng.choice([-1.25, 1.25])} 1.25)"):
        chair(p, mix(pal.ground, "#000000", 0.3))
    p.finish()


def chair(p: Poster, colour: str) -> None:
    """Draw a wooden chair with its feet at the origin."""
    strokes = (
        [(-34, 0), (-34, -178)],
        [(-34, -82), (38, -82), (40, 2)],
        [(-12, -82), (-12, -14)],
        [(18, -82), (18, -14)],
        [(-34, -174), (-8, -164), (-8, -84)],
        [(-34, -138), (-8, -130)],
    )
    outline = "".join(polyline(points, close=False) for points in strokes)
    p.canvas.stroke(outline, colour, 8, stroke_linecap="square")


@composition("theatre film", faces="bodoni-caps instrument spartan sofia")
def proscenium(p: Poster) -> None:
    """Arch within arch, and somebody at the last door."""
    c, pal, area = p.canvas, p.palette, p.scaffold("foot split", room=p.rng.choice([200, 250]), centred=True)
    c.ground(pal.ground)
    count, floor = p.rng.choice([5, 6, 7]), area.bottom
    drift, depth = p.rng.choice([-1, 0, 1]) * 11, mix(pal.b, pal.dark, 0.7)
    for arch in range(count):
        half, x = 300 * (1 - arch / (count + 0.6)), 300 + arch * drift
        top, colour = area.y + arch * area.height * 0.5 / count, mix(pal.a, depth, arch / (count - 1))
        vault = ("V", max(top, 0) + half, "A", half, half, "0 0 1", x + half, top + half, "V", floor, "Z")
        c.path(draw_path("M", x - half, floor, *vault), colour, stroke=mix(colour, pal.c, 0.5), stroke_width=3)
    x, half, door = 300 + count * drift, 300 * (1 - count / (count + 0.6)) + 14, area.height * 0.27
    c.path(
        draw_path("M", x - half, floor, "v", -door, "a", half, half, "0 0 1", 2 * half, 0, "v", door, "Z"),
        mix(pal.c, "#ffffff", 0.3),
    )
    figure = Box(x - half * 0.32, floor - door * 0.62, half * 0.64, door * 0.62)
    c.circle(figure.cx, figure.y, figure.width * 0.36, depth)
    c.path(draw_path("M", figure.x, floor, "L", figure.cx, figure.y, "L", figure.right, floor, "Z"), depth)
    p.finish()


@composition("theatre film", faces="slab anton bodoni spartan", words=r"\beyes?\b|watch|spy|vision|orwell|1984")
def eye(p: Poster) -> None:
    """An eye that watches the watchers."""
    c, pal, area = p.canvas, p.palette, p.scaffold(centred=True, room=p.rng.choice([200, 250]))
    c.ground(pal.ground)
    scale = min(area.height / 580, 1.04)
    almond = "M-278 0Q0-330 278 0Q0 330-278 0Z"
    with c.group(transform=f"translate(300 {area.cy + 70 * scale:.0f})scale({scale:.3f})"):
        count = p.rng.choice([11, 13, 15])
        for lash in range(count):
            angle = 180 + (lash + 0.5) * 180 / count
            ends = [polar(0, 40, 215, angle), polar(0, 40, 300 + 30 * (lash % 2), angle)]
            c.stroke(polyline(ends, close=False), pal.ink, 13, stroke_linecap="round")
        c.path(almond, mix(pal.bright, "#ffffff", 0.5))
        with c.clipped(almond):
            for radius, colour in ((164, pal.a), (136, pal.b), (108, pal.c)):
                c.circle(0, 0, radius, colour)
            for ray in range(24):
                c.path(sector(0, 0, 164, ray * 15, ray * 15 + 4), mix(pal.a, "#000000", 0.35))
            c.circle(0, 0, 72, "#0d0b0c")
            c.circle(30, -30, 22, "#ffffff")
        c.path("M-278 0Q0-330 278 0Q0-262-278 0Z", pal.ink)
        c.stroke(almond, pal.ink, 9, stroke_linejoin="round")
    p.finish()


@composition(
    "theatre",
    faces="slab bodoni-caps anton",
    words=r"\bking\b|queen|\blear|macbeth|hamlet|\brichard i|\bhenry i|\bhenry v|prince|crown|throne|elizabeth|six\b",
    only=True,
)
def crown(p: Poster) -> None:
    """A crown, upright or fallen."""
    c, pal, area = p.canvas, p.palette, p.scaffold(centred=True, room=p.rng.choice([230, 280]))
    c.ground(pal.ground)
    scale = min(area.height / 520, 0.88)
    tilt = p.rng.choice([0, -14, 17, 180])
    turned = f"translate(300 {area.cy:.0f})rotate({tilt})scale({scale:.3f})translate(0 -4)"
    with c.group(transform=turned):
        left = [(-230, 140), (-262, -86), (-128, 28), (0, -166)]
        right = [(-x, y) for x, y in reversed(left)]
        c.polygon([*left, *right], pal.a)
        c.polygon([(0, 140), *right], mix(pal.a, "#000000", 0.24))
        for x, y in ((-262, -102), (0, -186), (262, -102)):
            c.circle(x, y, 28, pal.c)
        c.rect(-236, 152, 472, 42, pal.ink)
        for gem in range(5):
            c.circle(-192 + gem * 96, 173, 11, pal.c if gem % 2 else pal.ground)
    p.finish()
