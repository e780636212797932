"""Free layouts: seats whose places are known one by one, as other programs' plans tell them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from statistics import median_low

from venues.errors import LayoutInvalid

from .model import MAX_LABEL, MAX_LENGTH, MAX_ROWS, MAX_SEATS_IN_ROW
from .placing import Geometry, SeatSpec
from .records import Record, integer, show

FLAGS = "wcr"
"""Wheelchair place, companion seat, restricted view."""
APART = 1.5
"""Two seats are neighbours if they are no further apart than so many times what is usual in their row."""


@dataclass(frozen=True, slots=True)
class FreeSeat:
    """A seat with its own place in the section; ``flags`` are letters of ``FLAGS``."""

    number: str
    x: float
    y: float
    flags: str = ""


@dataclass(frozen=True, slots=True)
class FreeRow:
    """A row of a free layout: its seats from one end to the other."""

    label: str
    seats: tuple[FreeSeat, ...]

    def positions(self) -> Iterator[int]:
        """Give each seat its slot along the row: what is further away than usual lies beyond an aisle."""
        steps = [math.dist((a.x, a.y), (b.x, b.y)) for a, b in pairwise(self.seats)]
        limit = APART * median_low(steps) if steps else 0
        position = 0
        yield position
        for step in steps:
            position += 2 if step > limit else 1
            yield position


@dataclass(frozen=True)
class FreeLayout:
    """A section whose seats are placed one by one, rows counted from the focus outwards."""

    rows: tuple[FreeRow, ...]

    @cached_property
    def capacity(self) -> int:
        return sum(len(row.seats) for row in self.rows)

    def specs(self, geometry: Geometry) -> list[SeatSpec]:
        return [
            SeatSpec(
                row.label,
                seat.number,
                index,
                position,
                *geometry.place(seat.x, seat.y),
                *(f in seat.flags for f in FLAGS),
            )
            for index, row in enumerate(self.rows)
            for seat, position in zip(row.seats, row.positions(), strict=True)
        ]


def parse_free(data: dict) -> FreeLayout:
    """Read ``{"free": [[row, [[number, x, y, flags], …]], …]}``; the flags may be left out.

    Raises:
        LayoutInvalid: says where, and what is expected there.
    """
    items = Record(data, names=("free",)).items("free")
    integer(len(items), "free", 1, MAX_ROWS)
    rows = tuple(_parse_row(item, f"free[{index}]") for index, item in enumerate(items))
    labels: set[str] = set()
    for index, row in enumerate(rows):
        if row.label in labels:
            raise LayoutInvalid(f"free[{index}]", f"there is a row “{row.label}” already.")
        labels.add(row.label)
    return FreeLayout(rows)


def dump_free(layout: FreeLayout) -> dict:
    return {"free": [[row.label, [_dump_seat(seat) for seat in row.seats]] for row in layout.rows]}


def check_label(value: object, where: str) -> str:
    """Check what a row or a seat is called: short, in one line, nothing at its ends."""
    if not isinstance(value, str) or not 1 <= len(value) <= MAX_LABEL or value != value.strip():
        raise LayoutInvalid(where, f"expected a text of at most {MAX_LABEL} characters, not {show(value)}.")
    if not value.isprintable():
        raise LayoutInvalid(where, "has characters that cannot be printed.")
    return value


def coordinate(value: object, where: str) -> float:
    """Check a place along an axis, in seat widths."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not -MAX_LENGTH <= value <= MAX_LENGTH:
        raise LayoutInvalid(where, f"expected a number from -{MAX_LENGTH:,} to {MAX_LENGTH:,}, not {show(value)}.")
    return round(float(value), 3) + 0.0


def _parse_row(item: object, where: str) -> FreeRow:
    if not isinstance(item, list) or len(item) != 2 or not isinstance(item[1], list):
        raise LayoutInvalid(where, "expected a row, [label, [seats]].")
    label, items = item
    check_label(label, f"{where}[0]")
    integer(len(items), f"{where}[1]", 1, MAX_SEATS_IN_ROW)
    seats = tuple(_parse_seat(seat, f"{where}[1][{index}]") for index, seat in enumerate(items))
    numbers: set[str] = set()
    for index, seat in enumerate(seats):
        if seat.number in numbers:
            raise LayoutInvalid(f"{where}[1][{index}]", f"row {label} has a seat {seat.number} already.")
        numbers.add(seat.number)
    return FreeRow(label, seats)


def _parse_seat(item: object, where: str) -> FreeSeat:
    if not isinstance(item, list) or not 3 <= len(item) <= 4:
        raise LayoutInvalid(where, f"expected a seat, [number, x, y] or [number, x, y, flags], not {show(item)}.")
    number, x, y, *flags = item
    return FreeSeat(
        check_label(number, f"{where}[0]"),
        coordinate(x, f"{where}[1]"),
        coordinate(y, f"{where}[2]"),
        _parse_flags(flags[0] if flags else "", f"{where}[3]"),
    )


def _parse_flags(value: object, where: str) -> str:
    if not isinstance(value, str) or len(set(value)) != len(value) or not set(value) <= set(FLAGS):
        raise LayoutInvalid(where, f"expected letters of w (wheelchair), c (companion), r (view), not {show(value)}.")
    if {"w", "c"} <= set(value):
        raise LayoutInvalid(where, "is a wheelchair place already, so no companion seat.")
    return "".join(flag for flag in FLAGS if flag in value)


def _dump_seat(seat: FreeSeat) -> list:
    x, y = (int(value) if value == int(value) else value for value in (seat.x, seat.y))
    return [seat.number, x, y, *([seat.flags] if seat.flags else [])]
