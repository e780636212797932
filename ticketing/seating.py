"""Seats as people speak of them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from venues.models import Seat


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


def notes(seat: Seat) -> list[str]:
    """Say what is special about a seat."""
    special = {
        "wheelchair place": seat.is_accessible,
        "companion seat": seat.is_companion,
        "restricted view": seat.has_restricted_view,
    }
    return [note for note, holds in special.items() if holds]
