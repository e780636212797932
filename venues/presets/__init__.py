"""Rooms to start from, as documents: each a file beside this one."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

PRESETS = {
    "theatre": "Theatre with stalls, circles and boxes",
    "cinema": "Cinema",
    "arena": "Arena with a standing floor and tiers",
    "stadium": "Stadium of 30,000 seats",
}
EMPTY = {"format": "marquee-plan/1", "name": "New room", "focus": {"kind": "stage", "x": 0, "y": 0}, "sections": []}


@cache
def _text(name: str) -> str:
    return (Path(__file__).parent / f"{name}.json").read_text(encoding="utf-8")


def preset(name: str) -> dict:
    """Return the document of a preset, the caller's to change. A KeyError if there is none."""
    if name not in PRESETS:
        raise KeyError(name)
    return json.loads(_text(name))
