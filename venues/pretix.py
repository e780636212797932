"""Read the seating plans of pretix: its documented JSON format, as far as it says where people sit.

Zones become sections. A zone whose seats are in several categories becomes one section for each, because prices are
set by section here. Rows and seats keep their names and their places relative to one another; a seat's width is the
distance that is usual between two neighbours. Areas are pictures: one whose text names a stage, a screen or a pitch
says where the focus is, all others are left out. What was decided is told in notes.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from .errors import LayoutInvalid, PlanInvalid, Problem
from .layout import FreeLayout, FreeRow, FreeSeat, check_label, coordinate, dump
from .layout.records import Record, integer, show

FORMAT = "marquee-plan/1"
MAX_ZONES = 300
MAX_ROWS = 5_000
MAX_SEATS = 150_000
MAX_PIXELS = 1_000_000
USUAL_DISTANCE = 25.0
"""How far apart two seats are, in pixels, where no row has two."""

FOCUS_WORDS = {
    "screen": r"screen|leinwand|écran|pantalla|schermo",
    "pitch": r"pitch|court|field|spielfeld|terrain|campo",
    "ring": r"\bring\b|manege|manège",
    "stage": r"stage|bühne|scène|escenario|palco|podium",
}
WHEELCHAIR = re.compile(r"wheelchair|rollstuhl|fauteuil roulant|silla de ruedas", re.IGNORECASE)
COMPANION = re.compile(r"companion|begleit|accompagn|acompañante", re.IGNORECASE)

Point = tuple[float, float]


@dataclass
class Reading:
    """What has been read so far: each section's rows, each row's seats as (number, x, y, flags), in pixels.

    ``steps`` are the distances between neighbours.
    """

    sections: dict[str, dict[str, list[tuple[str, float, float, str]]]] = field(default_factory=dict)
    steps: list[float] = field(default_factory=list)
    taken: set[tuple[str, str, str]] = field(default_factory=set)
    focus: tuple[str, Point] | None = None
    left_out: Counter = field(default_factory=Counter)
    seats: int = 0


def is_pretix(document: object) -> bool:
    return isinstance(document, dict) and "zones" in document and "format" not in document


def from_pretix(document: dict) -> tuple[dict, list[str]]:
    """Turn a plan of pretix into one of ours; the notes say what could not be taken over.

    Raises:
        PlanInvalid: says where, and what is expected there.
    """
    try:
        return _convert(document)
    except LayoutInvalid as invalid:
        raise PlanInvalid(Problem(invalid.where, invalid.reason)) from None


def _convert(document: dict) -> tuple[dict, list[str]]:
    reading = Reading()
    zones = _list(document, "zones", "", MAX_ZONES)
    for index, zone in enumerate(zones):
        _read_zone(zone, f"zones[{index}]", reading)
    if not reading.sections:
        raise LayoutInvalid("zones", "have no seats.")
    kind, focus = reading.focus or ("stage", _front(reading))
    width = (median(reading.steps) if reading.steps else 0) or USUAL_DISTANCE
    sections = [_section(name, rows, focus, width) for name, rows in reading.sections.items()]
    name = document.get("name")
    plan = {
        "format": FORMAT,
        "name": name.strip()[:100] if isinstance(name, str) and name.strip() else "Imported plan",
        "focus": {"kind": kind, "x": 0, "y": 0},
        "sections": sections,
    }
    return plan, _notes(reading, width)


def _read_zone(zone: object, where: str, reading: Reading) -> None:
    _object(zone, where)
    home = _position(zone, where)
    title = _text(zone, "name", where) or f"Zone {where[6:-1]}"
    rows = _list(zone, "rows", where, MAX_ROWS)
    read = [_read_row(row, f"{where}.rows[{i}]", str(i + 1), home) for i, row in enumerate(rows)]
    categories = dict.fromkeys(category for _, seats in read for category, *_ in seats)
    plain = [name for name in categories if not _flags(name)]
    for row_index, (label, seats) in enumerate(read):
        reading.steps += (math.dist(here[2:], there[2:]) for here, there in pairwise(seats))
        for seat_index, (category, number, x, y) in enumerate(seats):
            part = plain[0] if plain and _flags(category) else category
            name = (f"{title}, {part}" if len(plain) > 1 else title)[:100]
            row = reading.sections.setdefault(name, {}).setdefault(label, [])
            if (name, label, number) in reading.taken:
                seat_at = f"{where}.rows[{row_index}].seats[{seat_index}].seat_number"
                raise LayoutInvalid(seat_at, f"row {label} has a seat {number} already.")
            reading.taken.add((name, label, number))
            row.append((number, x, y, _flags(category)))
        reading.seats += len(seats)
        integer(reading.seats, "zones", 0, MAX_SEATS)
    _join_halves(reading, title, [label for label, _ in read])
    for index, area in enumerate(_list(zone, "areas", where, MAX_ROWS)):
        _read_area(area, f"{where}.areas[{index}]", home, reading)


def _join_halves(reading: Reading, title: str, labels: list[str]) -> None:
    """Sort the seats of rows that came in several parts from one end to the other."""
    parts = {label for label, count in Counter(labels).items() if count > 1}
    for name, rows in reading.sections.items():
        if name == title or name.startswith(f"{title}, "):
            for label in parts & rows.keys():
                xs, ys = ([seat[axis] for seat in rows[label]] for axis in (1, 2))
                axis = 1 if max(xs) - min(xs) >= max(ys) - min(ys) else 2
                rows[label].sort(key=lambda seat, axis=axis: seat[axis])


def _read_row(row: object, where: str, fallback: str, home: Point) -> tuple[str, list]:
    _object(row, where)
    label = check_label((_text(row, "row_number", where) or fallback).strip(), f"{where}.row_number")
    start = _shift(home, _position(row, where))
    seats = []
    for index, seat in enumerate(_list(row, "seats", where, 500)):
        at = f"{where}.seats[{index}]"
        _object(seat, at)
        number = (_text(seat, "seat_number", at) or str(index + 1)).strip()
        x, y = _shift(start, _position(seat, at))
        category = _text(seat, "category", at).strip()
        seats.append((category, check_label(number, f"{at}.seat_number"), x, y))
    return label, seats


def _read_area(area: object, where: str, home: Point, reading: Reading) -> None:
    _object(area, where)
    text = area.get("text")
    text = text.get("text") if isinstance(text, dict) else text
    for kind, words in FOCUS_WORDS.items():
        if isinstance(text, str) and re.search(words, text, re.IGNORECASE) and not reading.focus:
            reading.focus = (kind, _middle(area, where, _shift(home, _position(area, where))))
            return
    reading.left_out[text[:40] if isinstance(text, str) and text else "without a text"] += 1


def _middle(area: dict, where: str, corner: Point) -> Point:
    """Find the edge of a stage that faces the people below it, or the middle of what has no edge."""
    box = area.get("rectangle") or area
    width, height = box.get("width", 0), box.get("height", 0)
    return (
        corner[0] + _pixels(width, f"{where}.width") / 2,
        corner[1] + _pixels(height, f"{where}.height"),
    )


def _section(name: str, rows: dict, focus: Point, width: float) -> dict:
    """Put a section's own point in the middle of its front row: the row that is nearest to the focus."""
    ordered = sorted(rows.items(), key=lambda row: math.dist(focus, _centre(row[1])))
    home = _centre(ordered[0][1])
    free = FreeLayout(tuple(FreeRow(label, _seats(seats, home, width)) for label, seats in ordered))
    integer(len(free.rows), f"section “{name}”, rows", 1, 200)
    x, y = ((there - here) / width for there, here in zip(home, focus, strict=True))
    return {"name": name, "x": round(x, 3), "y": round(y, 3), "rotation": 0, "layout": dump(free)}


def _seats(seats: list, home: Point, width: float) -> tuple[FreeSeat, ...]:
    return tuple(
        FreeSeat(
            number,
            coordinate((x - home[0]) / width, "position.x"),
            coordinate((y - home[1]) / width, "position.y"),
            flags,
        )
        for number, x, y, flags in seats
    )


def _notes(reading: Reading, width: float) -> list[str]:
    notes = [f"{reading.seats:,} seats in {len(reading.sections):,} sections; a seat is {width:.0f} pixels wide there."]
    if not reading.focus:
        notes.append("No area says where the stage is: it was put in front of the seats. Move it where it belongs.")
    if count := reading.left_out.total():
        notes.append(
            f"{count:,} areas are pictures and were left out. Draw standing areas anew: pretix keeps no capacity."
        )
    return notes


def _flags(category: str) -> str:
    return "w" if WHEELCHAIR.search(category) else "c" if COMPANION.search(category) else ""


def _front(reading: Reading) -> Point:
    """A place in front of everybody, where nothing says where the focus is."""
    seats = [seat for section in reading.sections.values() for row in section.values() for seat in row]
    xs, ys = [seat[1] for seat in seats], [seat[2] for seat in seats]
    return (min(xs) + max(xs)) / 2, min(ys) - 4 * USUAL_DISTANCE


def _centre(seats: list) -> Point:
    return sum(seat[1] for seat in seats) / len(seats), sum(seat[2] for seat in seats) / len(seats)


def _shift(home: Point, by: Point) -> Point:
    return home[0] + by[0], home[1] + by[1]


def _object(value: object, where: str) -> None:
    if not isinstance(value, dict):
        raise LayoutInvalid(where, f"expected an object, {{…}}, not {show(value)}.")


def _list(data: dict, name: str, where: str, most: int) -> list:
    value = data.get(name, [])
    at = f"{where}.{name}" if where else name
    if not isinstance(value, list):
        raise LayoutInvalid(at, f"expected a list, […], not {show(value)}.")
    integer(len(value), at, 0, most)
    return value


def _text(data: dict, name: str, where: str) -> str:
    value = data.get(name) or ""
    if not isinstance(value, str):
        raise LayoutInvalid(f"{where}.{name}", f"expected a text in quotes, not {show(value)}.")
    return value


def _position(data: dict, where: str) -> Point:
    at = f"{where}.position"
    record = Record(data.get("position", {}), where=at, names=("x", "y"))
    return _pixels(record.get("x", 0), f"{at}.x"), _pixels(record.get("y", 0), f"{at}.y")


def _pixels(value: object, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not -MAX_PIXELS <= value <= MAX_PIXELS:
        raise LayoutInvalid(where, f"expected a number of pixels, not {show(value)}.")
    return float(value)
