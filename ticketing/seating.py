"""Seats as people speak of them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from venues.models import Seat
from venues.rooms import Room


def name_seats(seats: Iterable[Seat]) -> list[str]:
    """Name seats row by row, rows in the order in which they come: ``Stalls, row C, seats 12, 13, 14``."""
    rows: dict[tuple[int, str], list[Seat]] = {}
    for seat in seats:
        rows.setdefault((seat.section_id, seat.row), []).append(seat)
    return [
        f"{row[0].section.name}, row {row[0].row}, seat{'s' if len(row) > 1 else ''} "
        f"{', '.join(sorted((seat.number for seat in row), key=_natural))}"
        for row in rows.values()
    ]


def _natural(number: str) -> list[tuple[int, str]]:
    """Sort 9 before 10, and 10 before 10a."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.findall(r"\d+|\D+", number)]


def list_seats(room: Room, seats: Iterable[int]) -> list[str]:
    """Name seats of a room by their ids, row by row, as :func:`name_seats` does."""
    wanted = set(seats)
    names = []
    for section in room.sections:
        for row in section.rows:
            numbers = sorted((seat.number for seat in row if seat.pk in wanted), key=_natural)
            if numbers:
                noun = "seats" if len(numbers) > 1 else "seat"
                names.append(f"{section.name}, row {row[0].row}, {noun} {', '.join(numbers)}")
    return names


def notes(seat: Seat) -> list[str]:
    """Say what is special about a seat."""
    special = {
        "wheelchair place": seat.is_accessible,
        "companion seat": seat.is_companion,
        "restricted view": seat.has_restricted_view,
    }
    return [note for note, holds in special.items() if holds]
