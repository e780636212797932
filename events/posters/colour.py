"""Poster colours: a library of palettes, and the arithmetic that tints them and keeps them legible.

Colours are mixed in OKLab (Björn Ottosson, 2020), where equal steps look equal, so that a mixture stays clean.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

LEGIBLE = 4.5  # WCAG 2 AA for small text.
LEGIBLE_LARGE = 3.0
SEEN = 1.7  # Below this an accent drowns in the ground.


def channels(colour: str) -> tuple[float, float, float]:
    """Return the linear red, green and blue of ``#rrggbb``, from 0 to 1."""
    values = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values)
    return red, green, blue


def hexadecimal(linear: tuple[float, float, float]) -> str:
    """Twin of :func:`channels`; what no screen can show is clipped."""
    clipped = [min(max(v, 0.0), 1.0) for v in linear]
    values = [v * 12.92 if v <= 0.0031308 else 1.055 * v ** (1 / 2.4) - 0.055 for v in clipped]
    return "#" + "".join(f"{round(v * 255):02x}" for v in values)


def to_oklab(colour: str) -> tuple[float, float, float]:
    red, green, blue = channels(colour)
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    medium = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


def from_oklab(lab: tuple[float, float, float]) -> str:
    lightness, a, b = lab
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return hexadecimal(
        (
            4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
            -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
            -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
        )
    )


def mix(one: str, other: str, share: float) -> str:
    """Return ``one`` with ``share`` (0 to 1) of ``other`` stirred in."""
    pairs = zip(to_oklab(one), to_oklab(other), strict=True)
    lightness, a, b = (first + (second - first) * share for first, second in pairs)
    return from_oklab((lightness, a, b))


def luminance(colour: str) -> float:
    red, green, blue = channels(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the WCAG contrast ratio, from 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def legible(colour: str, ground: str, least: float = LEGIBLE) -> str:
    """Push a colour towards black or white until it stands out from the ground by ``least``."""
    extreme = max(("#000000", "#ffffff"), key=lambda candidate: contrast(candidate, ground))
    for step in range(11):
        pushed = mix(colour, extreme, step / 10)
        if contrast(pushed, ground) >= least:
            return pushed
    return extreme


@dataclass(frozen=True)
class Palette:
    """Five colours that were made for each other: paper, ink, a leading accent and two more."""

    ground: str
    ink: str
    a: str
    b: str
    c: str

    @property
    def kind(self) -> str:
        """Tell ``dark``, ``bold`` and ``light`` grounds apart: a stage wants night, a collage wants paper."""
        light = luminance(self.ground)
        return "dark" if light < 0.06 else "light" if light > 0.55 else "bold"

    @property
    def dark(self) -> str:
        """The darker of paper and ink."""
        return min(self.ground, self.ink, key=luminance)

    @property
    def bright(self) -> str:
        """The lighter of paper and ink."""
        return max(self.ground, self.ink, key=luminance)

    def tinted(self, colour: str) -> Palette:
        """Lean the palette towards the category's colour; anything but ``#rrggbb`` is ignored."""
        if not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
            return self
        ground = mix(self.ground, colour, 0.04)
        return replace(
            self,
            ground=ground,
            ink=legible(self.ink, ground, 7 if self.kind != "bold" else LEGIBLE),
            a=legible(mix(self.a, colour, 0.2), ground, SEEN),
            b=legible(mix(self.b, colour, 0.06), ground, 1.25),
            c=legible(mix(self.c, colour, 0.06), ground, 1.25),
        )

    def beneath(self, colour: str) -> str:
        """Return a colour, faded into the paper until large type in the ink reads on it."""
        faded = (mix(colour, self.ground, share / 10) for share in range(11))
        return next((each for each in faded if contrast(each, self.ink) >= LEGIBLE_LARGE), self.ground)

    def on(self, colour: str) -> str:
        """Return the lettering colour that reads best on one of the palette's colours."""
        best = max((self.ink, self.ground), key=lambda candidate: contrast(candidate, colour))
        return legible(best, colour)


PALETTES = tuple(
    Palette(*colours.split())
    for colours in (
        # Paper: light grounds for collage and letterpress.
        "#f3e7d0 #1b2a41 #e4572e #2a9d8f #f2b134",
        "#efe6d8 #161412 #d7263d #8c8577 #f0b429",
        "#f6d9d0 #3b0d11 #e2403a #7a8450 #f2a65a",
        "#cfe8da #10332b #ff6b4a #2e8b6f #f6c945",
        "#c5e0f0 #0e2240 #ff5a1f #2f6db5 #ffe3b0",
        "#fae3a0 #14213d #2748c9 #e63b2e #f0932b",
        "#dccbf0 #2a1038 #7b3fe4 #f0532d #d8e34a",
        "#e9e5da #1d1d2b #3056d3 #ff5f6d #ffc145",
        "#f4ecdf #2d1e2f #c81d5e #3a6ea5 #f4a259",
        "#e6ead7 #1f2a1c #3d7a4a #e86a33 #f3c969",
        # Night: dark grounds for stages, screens and floodlights.
        "#0d1b2a #f4ede0 #e63946 #457b9d #f4a261",
        "#2b0a12 #f7e3cf #d7263d #f29e4c #8c4152",
        "#0b2b26 #f1ebd8 #e9b44c #3b8e6e #e4572e",
        "#121110 #f5ead3 #d8a13a #a5352a #5e6f6f",
        "#231031 #f8e8ee #ff5d8f #7b5bd6 #ffc857",
        "#06303c #f5efe1 #ff7a4d #1e8c93 #f7d36b",
        "#12124a #f3f0ff #ff4f79 #4c5bff #ffd65a",
        "#17191c #f2f4ea #d6f24b #5d6670 #ff6a3d",
        "#26170f #f6e7d2 #e07a2f #8a4b2a #8fb5a8",
        "#0a2342 #fdf6e3 #2ca58d #f46197 #ffd275",
        # Ink-drenched: saturated grounds that shout across the street.
        "#e5432b #1c0d08 #fff1dc #f7b32b #8a1620",
        "#1e3fd0 #fff6e5 #ff5c39 #0b1a66 #ffc93c",
        "#f2b01e #1c1a17 #d7352b #fff4d6 #1f5c66",
        "#0c6e50 #fdf3dc #ff8a5b #064a37 #f7d154",
        "#ff86af #2a0a24 #d91e4a #fff0e6 #3d2c8d",
        "#ff8433 #231007 #fff2dd #c1321f #27407a",
        "#36b8ae #0b2530 #fff5e1 #f2542d #0f5c6e",
        "#93a9ff #111a4a #fff4ea #ff5d5d #3c47c4",
        "#6b1f4e #ffebdd #ff8552 #3a0e2c #f3c15f",
        "#a8201a #fff3e0 #f6ae2d #5c0f12 #f2d7b6",
    )
)
