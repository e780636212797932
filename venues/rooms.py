"""A room as it is drawn and searched: read once for each version of a plan, then kept in memory.

What is kept never changes (another version of the room is another room), so every process may keep its own.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache

from .layout import Geometry, parse_area
from .models import Seat, SeatingPlan, Section

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


@dataclass(frozen=True, slots=True)
class RoomArea:
    """A standing section and the corners of its ground."""

    pk: int
    name: str
    capacity: int
    corners: tuple[tuple[float, float], ...]


@dataclass(frozen=True, eq=False)
class Room:
    """All sections of one version of a plan, in their order."""

    plan_id: int
    version: str
    focus: str
    focus_x: float
    focus_y: float
    sections: tuple[RoomSection, ...]
    areas: tuple[RoomArea, ...]

    @property
    def seat_count(self) -> int:
        return sum(len(row) for section in self.sections for row in section.rows)


def room_of(plan: SeatingPlan) -> Room:
    """Return the room of a plan as it is now: from memory, or with three queries."""
    return _read_room(plan.pk, plan.version)


@lru_cache(maxsize=ROOMS_KEPT)
def _read_room(plan_id: int, version: str) -> Room:
    plan = SeatingPlan.objects.get(pk=plan_id)
    sections = list(plan.sections.order_by("order", "pk"))
    rows = _read_rows(plan)
    return Room(
        plan_id=plan_id,
        version=version,
        focus=plan.focus,
        focus_x=plan.focus_x,
        focus_y=plan.focus_y,
        sections=tuple(
            RoomSection(section.pk, section.name, tuple(tuple(row) for row in rows[section.pk].values()))
            for section in sections
            if section.pk in rows
        ),
        areas=tuple(_room_area(section) for section in sections if section.is_standing),
    )


def _read_rows(plan: SeatingPlan) -> dict[int, dict[int, list[RoomSeat]]]:
    """Read the seats of a plan by section and by the index of their row."""
    rows: dict[int, dict[int, list[RoomSeat]]] = defaultdict(lambda: defaultdict(list))
    seats = Seat.objects.filter(section__plan=plan).order_by("section_id", "row_index", "position")
    for seat in seats.iterator():
        rows[seat.section_id][seat.row_index].append(
            RoomSeat(
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
        )
    return rows


def _room_area(section: Section) -> RoomArea:
    area = parse_area(section.layout)
    # Two people to the square of a seat's width, where nobody has said how much ground there is.
    side = (section.standing_capacity / 2) ** 0.5
    width, depth = (area.width, area.depth) if area else (side, side)
    place = Geometry(section.x, section.y, section.rotation).place
    corners = ((-width / 2, 0), (width / 2, 0), (width / 2, depth), (-width / 2, depth))
    return RoomArea(section.pk, section.name, section.standing_capacity, tuple(place(x, y) for x, y in corners))
