"""A room as it is drawn and searched: read once for each version of a plan, then kept in memory.

What is kept never changes (another version of the room is another room), so every process may keep its own.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache

from .models import Seat, SeatingPlan

ROOMS_KEPT = 16


@dataclass(frozen=True, slots=True)
class RoomSeat:
    """A seat of a room, in seat widths. ``distance`` is the square of how far the focus is."""

    pk: int
    row: str
    number: str
    row_index: int
    position: int
    x: float
    y: float
    distance: float
    is_accessible: bool
    is_companion: bool
    has_restricted_view: bool


@dataclass(frozen=True, slots=True)
class RoomSection:
    """A seated section: its rows from the focus outwards, each from its first seat to its last."""

    pk: int
    name: str
    rows: tuple[tuple[RoomSeat, ...], ...]


@dataclass(frozen=True, eq=False)
class Room:
    """All seated sections of one version of a plan, in their order."""

    plan_id: int
    version: str
    sections: tuple[RoomSection, ...]


def room_of(plan: SeatingPlan) -> Room:
    """Return the room of a plan as it is now: from memory, or with two queries."""
    return _read_room(plan.pk, plan.version)


@lru_cache(maxsize=ROOMS_KEPT)
def _read_room(plan_id: int, version: str) -> Room:
    plan = SeatingPlan.objects.get(pk=plan_id)
    seats = (
        Seat.objects.filter(section__plan=plan_id)
        .select_related("section")
        .order_by("section__order", "section_id", "row_index", "position")
    )
    names: dict[int, str] = {}
    sections: dict[int, dict[int, list[RoomSeat]]] = defaultdict(lambda: defaultdict(list))
    for seat in seats.iterator():
        names[seat.section_id] = seat.section.name
        sections[seat.section_id][seat.row_index].append(_room_seat(seat, plan))
    return Room(
        plan_id,
        version,
        tuple(RoomSection(pk, names[pk], tuple(tuple(row) for row in rows.values())) for pk, rows in sections.items()),
    )


def _room_seat(seat: Seat, plan: SeatingPlan) -> RoomSeat:
    return RoomSeat(
        pk=seat.pk,
        row=seat.row,
        number=seat.number,
        row_index=seat.row_index,
        position=seat.position,
        x=seat.x,
        y=seat.y,
        distance=(seat.x - plan.focus_x) ** 2 + (seat.y - plan.focus_y) ** 2,
        is_accessible=seat.is_accessible,
        is_companion=seat.is_companion,
        has_restricted_view=seat.has_restricted_view,
    )
