"""Seats as people speak of them."""

from __future__ import annotations

from collections.abc import Iterable

from venues.models import Seat


def name_seats(seats: Iterable[Seat]) -> list[str]:
    """Name seats row by row, in the order in which they come: ``Stalls, row C, seats 12, 13, 14``."""
    rows: dict[tuple[int, str], list[Seat]] = {}
    for seat in seats:
        rows.setdefault((seat.section_id, seat.row), []).append(seat)
    return [
        f"{row[0].section.name}, row {row[0].row}, seat{'s' if len(row) > 1 else ''} "
        f"{', '.join(seat.number for seat in row)}"
        for row in rows.values()
    ]


def notes(seat: Seat) -> list[str]:
    """Say what is special about a seat."""
    special = {
        "wheelchair place": seat.is_accessible,
        "companion seat": seat.is_companion,
        "restricted view": seat.has_restricted_view,
    }
    return [note for note, holds in special.items() if holds]
