"""Put text into the order and the shapes in which it is drawn, for scripts in which these are not those of reading.

reportlab draws characters one after the other, from left to right. Arabic letters are replaced by their joined forms,
Hebrew and Arabic are laid out from the right, and Devanagari's short i goes before its consonants.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

FIRST_RTL = "\u0590"
LAM = "\u0644"
MIRRORED = str.maketrans("()[]{}<>«»", ")(][}{><»«")
DEVANAGARI_I = re.compile("((?:[क-ह]़?्)*[क-ह]़?)ि")
POINTS = re.compile("[\u0591-\u05bd\u05bf\u05c1-\u05c7\u0610-\u061a\u064b-\u065f\u0670]")
"""Vowel signs of Hebrew and Arabic, which are set well only by a font's layout tables; names are written without."""


def visual(line: str) -> str:
    """Return one line as it is drawn from left to right."""
    if max(line, default="") < FIRST_RTL:
        return line
    line = DEVANAGARI_I.sub(r"ि\1", POINTS.sub("", line))
    runs = _directions(join_arabic(line))
    if runs and _starts_rtl(line):
        runs.reverse()
    return "".join(text[::-1].translate(MIRRORED) if rtl else text for text, rtl in runs)


def _is_rtl(char: str) -> bool:
    return unicodedata.bidirectional(char) in ("R", "AL")


def _starts_rtl(line: str) -> bool:
    """Whether the first letter with a direction runs from the right."""
    strong = (char for char in line if unicodedata.bidirectional(char) in ("L", "R", "AL"))
    return _is_rtl(next(strong, "a"))


def _directions(line: str) -> list[tuple[str, bool]]:
    """Cut a line into runs that go one way. What has no direction of its own goes with its neighbours if they agree."""
    rtl_line = _starts_rtl(line)
    runs: list[tuple[str, bool]] = []
    neutral = ""
    for char in line:
        kind = unicodedata.bidirectional(char)
        if kind not in ("L", "R", "AL", "EN", "AN"):
            neutral += char
            continue
        rtl = kind in ("R", "AL")
        if neutral:
            before = runs[-1][1] if runs else rtl_line
            runs.append((neutral, rtl if before == rtl else rtl_line))
            neutral = ""
        runs.append((char, rtl))
    if neutral:
        runs.append((neutral, rtl_line))
    return _merge(runs)


def _merge(runs: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
    merged: list[tuple[str, bool]] = []
    for text, rtl in runs:
        if merged and merged[-1][1] == rtl:
            merged[-1] = (merged[-1][0] + text, rtl)
        else:
            merged.append((text, rtl))
    return merged


@cache
def _arabic_forms() -> dict[str, dict[str, str]]:
    """Read from Unicode's own tables which joined forms each Arabic letter, and lam with alef, has."""
    forms: dict[str, dict[str, str]] = {}
    for code in (*range(0xFB50, 0xFBB2), *range(0xFBD3, 0xFC00), *range(0xFE80, 0xFEFD)):
        shape, *letters = unicodedata.decomposition(chr(code)).split()[:3] or [""]
        word = "".join(chr(int(letter, 16)) for letter in letters)
        if len(word) == 1 or (len(word) == 2 and word[0] == LAM):
            forms.setdefault(word, {})[shape.strip("<>")] = chr(code)
    return forms


def join_arabic(text: str) -> str:
    """Replace Arabic letters by the forms in which they join their neighbours."""
    forms = _arabic_forms()
    units: list[str] = []
    for char in text:
        if units and units[-1] + char in forms:
            units[-1] += char
        else:
            units.append(char)
    joined = []
    for index, unit in enumerate(units):
        shapes = forms.get(unit)
        if shapes is None:
            joined.append(unit)
            continue
        before = "initial" in forms.get(units[index - 1], {}) if index else False
        after = index + 1 < len(units) and "final" in forms.get(units[index + 1], {})
        joined.append(_shape(shapes, before, after) or unit)
    return "".join(joined)


def _shape(shapes: dict[str, str], before: bool, after: bool) -> str | None:
    wanted = {(True, True): "medial", (True, False): "final", (False, True): "initial", (False, False): "isolated"}
    fallback = "final" if before else "isolated"
    return shapes.get(wanted[before, after]) or shapes.get(fallback)
