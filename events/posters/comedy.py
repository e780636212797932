"""Comedy: one microphone, a brick wall, and faces pulled."""

from __future__ import annotations

from dataclasses import replace

from .canvas import HEIGHT, WIDTH, disc, draw_path, polar
from .colour import mix
from .lettering import Box, Style, draw, fit
from .poster import COLUMN, MARGIN, Poster, composition


@composition("comedy", faces="slab shrikhand anton sofia", grounds="dark")
def brick_wall(p: Poster) -> None:
    """The wall behind every first joke."""
    c, pal, area = p.canvas, p.palette, p.scaffold("foot split", room=p.rng.choice([220, 270]))
    c.ground(pal.ground)
    x, y, r = p.rng.choice([210, 300, 390]), area.y + area.height * 0.46, min(area.height * 0.42, 240)
    night = mix(pal.dark, "#000000", 0.3)
    wall = bricks(area, *p.rng.choice([(84, 36), (100, 44)]))
    c.rect(area.x, area.y, area.width, area.height, night)
    with c.clipped(area.path):
        c.path(wall, mix(night, pal.a, 0.32))
        with c.clipped(disc(x, y, r)):
            c.circle(x, y, r, mix(pal.a, night, 0.35))
            c.path(wall, mix(pal.a, pal.c, 0.5))
    stand(p, x, y, area.bottom, mix(night, "#000000", 0.5))
    p.finish()


def bricks(area: Box, wide: int, high: int) -> str:
    """Return a wall of bricks as one path."""
    brick = f"h{wide - 5}v{high - 5}h{5 - wide}z"
    return "".join(
        f"M{column * wide - wide // 2 * (course % 2) + 2} {area.y + course * high + 2:.0f}{brick}"
        for course in range(int(area.height // high) + 1)
        for column in range(WIDTH // wide + 2)
    )


def stand(p: Poster, x: float, y: float, floor: float, dark: str) -> None:
    """Draw a microphone on its stand."""
    c, pal = p.canvas, p.palette
    c.rect(x - 5, y - 20, 10, floor - y + 14, dark)
    c.ellipse(x, floor - 6, 84, 15, dark)
    with c.turned(x, y - 20, p.rng.choice([-24, 24])):
        c.path("M-20-56h40l-9 118h-22z", dark)
        c.circle(0, -84, 44, pal.bright)
        c.rect(-46, -64, 92, 14, dark, rx=6)
        for bar in range(3):
            y = -98 + bar * 15
            c.stroke(f"M-42 {y}Q0 {y + 10} 42 {y}", mix(pal.bright, "#000000", 0.4), 3)


@composition("comedy concert", faces="anton shrikhand spartan unbounded", words=r"open mic|karaoke|stand.?up")
def microphone(p: Poster) -> None:
    """The microphone as a monument."""
    c, pal, area = p.canvas, p.palette, p.scaffold("foot split", room=p.rng.choice([220, 270]))
    c.ground(pal.ground)
    y, size = area.y + area.height * 0.42, min(area.height / 600, 1)
    with c.clipped(area.path):
        c.rect(area.x, area.y, area.width, area.height, pal.b)
        for radius, share in ((340, 0.35), (272, 0.68)):
            c.circle(300, y, radius, mix(pal.b, pal.ground, share))
        with c.group(transform=f"translate(300 {y:.0f})rotate({p.rng.choice([-28, -16, 16, 28])})scale({size:.3f})"):
            c.path("M-84 80L-52 900H52L84 80Z", pal.ink)
            c.path("M0 80V900H52L84 80Z", mix(pal.ink, pal.b, 0.3))
            head = "M-150-70A150 150 0 0 1 150-70V-10Q150 70 80 96H-80Q-150 70-150-10Z"
            c.path(head, pal.a)
            with c.clipped(head):
                c.rect(0, -240, 170, 360, mix(pal.a, "#000000", 0.18))
                mesh = "".join(f"M-160 {k * 30 - 220}H160M{k * 30 - 150}-230V100" for k in range(11))
                c.stroke(mesh, mix(pal.a, "#000000", 0.42), 4)
                c.stroke("M-104-60A104 120 0 0 1-40-168", mix(pal.a, "#ffffff", 0.7), 16, stroke_linecap="round")
            c.rect(-160, -28, 320, 40, pal.c, rx=10)
    p.finish()


@composition("comedy", faces="shrikhand slab spartan anton", words=r"improv|talk|debate|podcast|chat")
def speech(p: Poster) -> None:
    """Everybody talks at once; somebody laughs."""
    c, pal, area = p.canvas, p.palette, p.scaffold(room=p.rng.choice([220, 270]))
    c.ground(pal.ground)
    word = p.rng.choice(["HA", "Ha", "ha", "!?", "Ha!"])
    high, top = area.height * 0.4, area.y + (MARGIN if area.y < 1 else 0)
    room = area.height - (MARGIN if area.y < 1 else 0)
    bubbles = ((-50, top, 470, -1), (190, top + room * 0.3, 460, 1), (30, top + room * 0.62, 330, -1))
    with c.clipped(area.path):
        for (x, y, wide, side), colour in zip(bubbles, p.shuffled(pal.a, pal.b, pal.c), strict=True):
            tall = high * wide / 470 * 0.86
            foot = x + wide * (0.3 if side < 0 else 0.7)
            c.rect(x, y, wide, tall, colour, rx=tall / 2)
            c.polygon(
                [(foot - 32, y + tall - 12), (foot + 40, y + tall - 12), (foot + side * 46, y + tall + 44)], colour
            )
            laugh = fit(word, Style(p.style.face, tracking=-10), wide * 0.62, tall * 0.56)
            if laugh:
                left = max(x, 0) + (min(x + wide, WIDTH) - max(x, 0) - laugh.box.width) / 2
                draw(c, laugh.moved(left, y + (tall - laugh.box.height) / 2), pal.on(colour))
    p.finish()


@composition("comedy", faces="slab shrikhand anton unbounded", grounds="bold light dark")
def laughter(p: Poster) -> None:
    """A house full of it, and one who laughs louder."""
    c, pal, area = p.canvas, p.palette, p.scaffold(room=p.rng.choice([220, 270]))
    c.ground(pal.ground)
    laugh = fit("HA", replace(p.style, caps=True, most=4000), WIDTH / p.rng.choice([3, 4]) - 16, area.height)
    if not laugh:
        return
    wide, high = laugh.box.width + 16, laugh.box.height + 16
    rows = max(int(area.height / high), 1)
    high = area.height / rows
    loud, quiet = (p.rng.randrange(rows), p.rng.randrange(1, 3)), mix(pal.a, pal.dark, 0.26)
    with c.clipped(area.path):
        c.rect(area.x, area.y, area.width, area.height, pal.a)
        for row in range(rows):
            for column in range(5):
                x, y = (column - 0.5 * (row % 2)) * wide + 8, area.y + row * high + (high - laugh.box.height) / 2
                if (row, column) != loud:
                    draw(c, laugh.moved(x, y), quiet)
        x, y = (loud[1] - 0.5 * (loud[0] % 2) + 0.5) * wide, area.y + (loud[0] + 0.5) * high
        spin = f"rotate({p.rng.choice([-9, 8])})scale(1.4)"
        with c.turned(min(max(x, wide * 0.7), WIDTH - wide * 0.7), y, 0), c.group(transform=spin):
            c.ellipse(0, 0, wide * 0.82, high * 1.02, pal.c)
            draw(c, laugh.moved(-laugh.box.width / 2, -laugh.box.height / 2), pal.on(pal.c))
    p.finish()


@composition("comedy", faces="slab anton shrikhand unbounded", grounds="bold light")
def grin(p: Poster) -> None:
    """A grin from edge to edge."""
    c, pal, area = p.canvas, p.palette, p.scaffold("foot split", room=p.rng.choice([210, 250]), centred=True)
    c.ground(pal.ground)
    look, white, dark = p.rng.choice([-1, 1]), "#fffaf0", mix(pal.dark, "#000000", 0.25)
    with c.group(transform=f"translate(300 {area.y + 10:.0f})scale({min(area.height / 640, 1):.3f})"):
        for x in (-122, 122):
            c.ellipse(x, 178, 92, 106, white, stroke=dark, stroke_width=9)
            c.circle(x + look * 34, 200, 48, dark)
            c.circle(x + look * 34 + 16, 182, 13, white)
            lift = 14 + look * x * 0.14
            c.stroke(
                draw_path("M", x - 84, 54 + lift, "Q", x, 20 - lift, x + 84, 54 - lift),
                dark,
                24,
                stroke_linecap="round",
            )
        mouth = "M-252 336H252C252 712-252 712-252 336Z"
        c.path(mouth, dark)
        with c.clipped(mouth):
            c.ellipse(look * 30, 632, 170, 104, pal.a)
            for tooth in range(7):
                gold = tooth == (2 if look > 0 else 4)
                c.rect(tooth * 72 - 249, 328, 66, 86, pal.c if gold else white, rx=12)
    p.finish()


@composition("comedy", faces="slab anton sofia spartan", grounds="light bold")
def disguise(p: Poster) -> None:
    """Spectacles, eyebrows, nose, moustache: nobody will know."""
    c, pal, area = p.canvas, p.palette, p.scaffold(room=p.rng.choice([220, 260]), centred=True)
    c.ground(pal.ground)
    dark, glass = mix(pal.dark, "#000000", 0.2), mix(pal.bright, "#ffffff", 0.6)
    skin, look = mix(pal.c, "#ffffff", 0.3), p.rng.choice([-26, 26])
    scale = min(area.height / 590, 1.0)
    with c.group(transform=f"translate(300 {area.cy:.0f})scale({scale:.3f})"):
        c.circle(0, 0, 290, skin)
        for side in (-1, 1):
            with c.group(transform=f"translate(0 -56)scale({side} 1)"):
                c.path("M52-136Q130-214 236-142Q240-112 210-116Q130-160 66-104Z", dark)
                c.circle(128, 0, 92, glass, stroke=dark, stroke_width=24)
            c.circle(side * 128 + look, -42, 27, dark)
        c.stroke("M-28-66Q0-96 28-66", dark, 22)
        c.path("M-18-62C-24 4-86 36-68 84C-56 110 56 110 68 84C86 36 24 4 18-62Z", pal.a)
        half = "M0 112C50 66 130 98 172 166C194 196 222 188 234 170C214 254 64 234 0 156Z"
        c.path(half, dark)
        c.path(half, dark, transform="scale(-1 1)")
    p.finish()


@composition("comedy sport other", faces="slab anton sofia spartan-caps", grounds="light bold")
def bill(p: Poster) -> None:
    """A letterpress bill: the words are the picture."""
    c, pal = p.canvas, p.palette
    c.ground(pal.ground)
    for inset, weight in ((20, 6), (31, 1.5)):
        frame = {"stroke": pal.ink, "stroke_width": weight}
        c.rect(inset, inset, WIDTH - 2 * inset, HEIGHT - 2 * inset, "none", **frame)
    column = Box(MARGIN + 12, MARGIN + 20, COLUMN - 24, HEIGHT - 2 * MARGIN - 40)
    loud = pal.a if pal.kind == "light" else pal.ink
    label = p.small([p.category.upper()], column, align="center", most=30, tracking=120)
    details = p.small(p.details, column, anchor="bottom", align="center", most=30)
    top, floor = label.bottom + 104, details.top - 108
    title = p.headline(Box(column.x, top, column.width, floor - top), anchor="middle", align="center", justify=True)
    for y in (label.bottom + 42, details.top - 54):
        c.rect(column.x, y - 22, column.width, 4, pal.ink)
        c.rect(column.x, y + 34, column.width, 4, pal.ink)
        for x, size in ((-2, 13), (-1, 16), (0, 22), (1, 16), (2, 13)):
            star(p, 300 + x * 74, y + 7, size, loud)
    p.grain()
    for index, setting in enumerate(title.settings):
        for row, line in enumerate(setting.lines):
            draw(c, type(setting)((line,), setting.box), loud if (row + index) % 2 else pal.ink)
    p.paint(label, pal.ink)
    p.paint(details, pal.ink)


def star(p: Poster, x: float, y: float, size: float, colour: str) -> None:
    """Draw a five-pointed star."""
    tips = (polar(x, y, size * (0.42 if tip % 2 else 1), tip * 36 - 90) for tip in range(10))
    p.canvas.polygon(tips, colour)
