"""Posters for events that have none: drawn, not stored, the same for the same words and seed.

``poster_svg`` returns a complete SVG of 600 by 900 that needs nothing from outside: its lettering is outlined. The
seed decides the design (composition, palette, face and every chance in between), the category which compositions
come into question and which colour the palette leans towards.

- ``poster``: the sheet that compositions work on, and the repertoire they enter;
- ``concerts``, ``films``, ``theatre``, ``sport``, ``comedy``, ``abstract``: the compositions;
- ``lettering``, ``faces``: breaking, fitting and outlining type;
- ``colour``: the palettes; ``canvas``: SVG.
"""

from __future__ import annotations

import re
from hashlib import sha256
from random import Random

from . import abstract, comedy, concerts, films, sport, theatre  # noqa: F401 - they enter the repertoire
from .colour import PALETTES
from .poster import REPERTOIRE, STYLES, Entry, Poster

DESIGN = 1  # Count up whenever posters come out differently, so that browsers fetch them anew.

KNOWING = 0.65  # How often an orchestra gets strings: not always, or a concert hall's season would look all alike.

LONG_TITLE = 90
FINE_FACES = frozenset({"bodoni", "bodoni-caps", "instrument", "shrikhand"})

# The first that a category's name matches; everything else is "other".
SUITES = (
    ("film", r"film|cinema|movie|screen"),
    ("comedy", r"comed|stand-?up|improv|cabaret"),
    ("theatre", r"theat|\bplay|drama|ballet|\bdance|musical|stage"),
    ("sport", r"sport|match|football|cricket|rugby|tennis|athletic|\brace"),
    ("concert", r"concert|music|\bgig|festival|opera|jazz|recital|club"),
)


def poster_svg(*, title: str, subtitle: str, category: str, colour: str, seed: str) -> str:
    """Draw the poster of an event.

    ``subtitle`` is the venue and date line; " · " divides it into lines. ``category`` is the category's name and
    ``colour`` its colour as ``#rrggbb``. The same arguments give the same poster, byte for byte.
    """
    rng = Random(f"{DESIGN}/{seed}")  # noqa: S311 - chance as a designer, not as a lock
    entry = chosen(suite(category), f"{title} {subtitle}", rng)
    palette = rng.choice([each for each in PALETTES if each.kind in entry.grounds]).tinted(colour)
    style = STYLES[legible_face(rng.choice(entry.faces), title)]
    poster = Poster(title=title, subtitle=subtitle, category=category, palette=palette, style=style, rng=rng)
    entry.paint(poster)
    return poster.canvas.svg(" – ".join(part for part in (title.strip(), subtitle.strip()) if part))


def poster_version(*, title: str, subtitle: str, category: str, colour: str, seed: str) -> str:
    """Return a short hash that changes when the poster does, for addresses that are cached for ever."""
    return sha256(repr((DESIGN, title, subtitle, category, colour, seed)).encode()).hexdigest()[:10]


def suite(category: str) -> str:
    """Return the family of compositions that suits a category's name."""
    return next((name for name, words in SUITES if re.search(words, category, re.IGNORECASE)), "other")


def legible_face(name: str, title: str) -> str:
    """Return the face, or a plain one for a title so long that it is set small, where fine strokes are lost."""
    return "sofia" if len(title) > LONG_TITLE and name in FINE_FACES else name


def chosen(suite_name: str, words: str, rng: Random) -> Entry:
    """Choose from a suite's compositions, more often than not one that knows what the words are about."""
    entries = [entry for entry in REPERTOIRE if suite_name in entry.suites]
    knowing = [entry for entry in entries if entry.words and entry.words.search(words)]
    general = [entry for entry in entries if not entry.only]
    return rng.choice(knowing if knowing and rng.random() < KNOWING else general)
