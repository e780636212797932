"""An event's room as staff see it: what is free, held by whom until when, sold to whom, or blocked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from events.models import Event
from ticketing.models import FOREVER, NamedHold, Place
from venues.rooms import Room, RoomSeat, RoomSection

from .models import Booking

WHOLE = 3_000
"""Rooms of more seats are shown section by section."""


FOCUS_NAME = 1.1
"""So high the name of the stage is written on the staff's maps, in seat widths."""

NAME_WIDTH = 3.0
"""So far to either side of a section's middle, its name may reach over its seats."""


class State(StrEnum):
    FREE = "free"
    HELD = "held"
    KEPT = "kept"
    """For somebody, by name."""
    SOLD = "sold"
    BLOCKED = "blocked"
    NONE = "none"
    """Not on sale at this event: it belongs to no offer."""


WORDS = {
    State.FREE: "free",
    State.HELD: "held",
    State.KEPT: "kept",
    State.SOLD: "sold",
    State.BLOCKED: "blocked",
    State.NONE: "not on sale",
}


@dataclass(frozen=True)
class MapSeat:
    """A seat, its state at this event, and the booking, or the hold by name, that has it."""

    seat: RoomSeat
    state: State
    booking: Booking | None
    named_hold: NamedHold | None = None

    @property
    def is_pickable(self) -> bool:
        return self.state in (State.FREE, State.BLOCKED, State.KEPT)

    @property
    def taker(self) -> str:
        """A key for whoever has it; empty if nobody does, or nobody may know."""
        return str(self.booking.pk) if self.booking else f"hold-{self.named_hold.pk}" if self.named_hold else ""

    @property
    def words(self) -> str:
        return WORDS[self.state]

    @property
    def notes(self) -> str:
        notes = {
            "wheelchair place": self.seat.is_accessible,
            "companion seat": self.seat.is_companion,
            "restricted view": self.seat.has_restricted_view,
        }
        return ", ".join(note for note, holds in notes.items() if holds)


@dataclass(frozen=True)
class MapRow:
    name: str
    seats: tuple[MapSeat, ...]

    @property
    def takers(self) -> list[tuple[str, MapSeat]]:
        """Say who has seats of this row: their numbers, and one of them."""
        groups: dict[str, list[MapSeat]] = {}
        for seat in self.seats:
            if seat.taker:
                groups.setdefault(seat.taker, []).append(seat)
        return [(name_numbers(it.seat.number for it in group), group[0]) for group in groups.values()]


@dataclass(frozen=True)
class MapSection:
    pk: int
    name: str
    rows: tuple[MapRow, ...]
    counts: dict[State, int]

    def has_any(self, seats: set[int]) -> bool:
        return any(it.seat.pk in seats for row in self.rows for it in row.seats)

    @property
    def label_at(self) -> tuple[float, float]:
        """Where its name is written: before the middle of its front, which may be curved."""
        seats = [it.seat for row in self.rows for it in row.seats]
        xs = [seat.x for seat in seats]
        middle = (min(xs) + max(xs)) / 2
        nearest = min(abs(seat.x - middle) for seat in seats)
        front = min(seat.y for seat in seats if abs(seat.x - middle) < nearest + NAME_WIDTH)
        return middle, front - 0.9


def read_sections(
    event: Event,
    sections: Sequence[RoomSection],
    now: datetime,
    *,
    with_bookings: bool,
    holds: Iterable[NamedHold] = (),
) -> list[MapSection]:
    """Read what has become of each seat of these sections, in two queries; one without the bookings.

    ``holds`` are those of the event that live.
    """
    names = {hold.claim: hold for hold in holds}
    places = Place.objects.filter(event=event, seat__section__in=[section.pk for section in sections])
    rows = places.order_by().values_list("seat_id", "free_from", "claim")
    known = {seat: (state_of(free_from, claim, now, names), claim) for seat, free_from, claim in rows}
    bookings: dict[UUID, Booking] = {}
    if with_bookings:
        claims = places.not_free(now).filter(claim__isnull=False).order_by().values("claim")
        found = Booking.objects.filter(event=event, claim__in=claims).order_by()
        columns = ("booking_code", "customer_name", "status", "claim", "expires_at")
        bookings = {booking.claim: booking for booking in found.only(*columns)}
    return [_section(section, known, bookings, names) for section in sections]


def state_of(free_from: datetime, claim: UUID | None, now: datetime, names: Container[UUID] = ()) -> State:
    """Tell what has become of a place. ``names`` are the claims of holds by name."""
    if free_from <= now:
        return State.FREE
    if free_from < FOREVER:
        return State.KEPT if claim in names else State.HELD
    return State.SOLD if claim else State.BLOCKED


def _section(section: RoomSection, known: dict, bookings: dict[UUID, Booking], names: dict) -> MapSection:
    def seen(seat: RoomSeat) -> MapSeat:
        state, claim = known.get(seat.pk, (State.NONE, None))
        booking = bookings.get(claim) if state in (State.HELD, State.SOLD) else None
        return MapSeat(seat, state, booking, names.get(claim) if state == State.KEPT else None)

    rows = tuple(MapRow(row[0].row, tuple(seen(seat) for seat in row)) for row in section.rows)
    counts = Counter(it.state for row in rows for it in row.seats)
    return MapSection(section.pk, section.name, rows, {state: counts[state] for state in State if counts[state]})


# Names --------------------------------------------------------------------------------------------


def name_in_room(room: Room, seats: Iterable[int]) -> list[str]:
    """Name seats of a room row by row: ``Stalls, row A, seats 1–4, 7``."""
    seats = set(seats)
    names = []
    for section in room.sections:
        for row in section.rows:
            if numbers := [seat.number for seat in row if seat.pk in seats]:
                noun = "seat" if len(numbers) == 1 else "seats"
                names.append(f"{section.name}, row {row[0].row}, {noun} {name_numbers(numbers)}")
    return names


def name_numbers(numbers: Iterable[str]) -> str:
    """Write seat numbers in their order, runs of them short: ``1–4, 7``."""
    runs: list[list[str]] = []
    for number in sorted(numbers, key=lambda number: (len(number), number)):
        if runs and number.isdecimal() and runs[-1][-1].isdecimal() and int(number) == int(runs[-1][-1]) + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(run[0] if len(run) == 1 else f"{run[0]}{'–' if len(run) > 2 else ', '}{run[-1]}" for run in runs)
