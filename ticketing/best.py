"""Best seats for a party: which ones to propose when a customer only says how many.

The ranking, first what matters most:

1. *Together.* Side by side in one row, without an aisle between.
2. *Nobody left alone.* No single free seat stays behind at either end of the party.
3. *A good view.* Seats with a restricted view come last.
4. *Near.* The smaller the sum of the squared distances to the plan's focus, the better; equal ones are decided by
   section, row and position, so that the same state always gives the same answer.

A party that no row can take together is split into the fewest groups, one each in neighbouring rows of one section, of
sizes as equal as the rows allow, and never with one person alone. Wheelchair places are proposed to those who ask for
them, exactly as many, side by side with the rest of their party; companion seats only along with them.

It is quick because a room never changes (see :mod:`venues.rooms`): every window that a party of some size could take is
known and sorted beforehand, a row's free seats are the bits of one integer, and the first window that is free wins.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from django.db import connection

from events.models import Event
from venues.models import Seat
from venues.rooms import Room, RoomSeat, room_of

from .availability import ON_SALE
from .models import Offer, Place

RESTRICTED = 1_000_000.0
"""What a restricted view adds to a seat's cost: more than any distance inside a stadium."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a room. ``line`` is its place among all rows of the room."""

    line: int
    section_id: int
    index: int
    seats: tuple[RoomSeat, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """Seats side by side that a party could take: ``mask`` has their bits in their row, ``at`` is its lowest bit."""

    cost: float
    row: Row
    at: int
    mask: int
    seats: tuple[int, ...]

    def is_free(self, free: list[int]) -> bool:
        return free[self.row.line] & self.mask == self.mask

    def leaves_single(self, free: list[int]) -> bool:
        """Whether a single free seat would stay behind at an end. ``free`` has the free seats' bits of each row."""
        row = free[self.row.line]
        before, after = self.mask >> 1 & ~self.mask & row, self.mask << 1 & ~self.mask & row
        return bool((before and not before >> 1 & row) or (after and not after << 1 & row))


def best_seats(
    event: Event,
    quantity: int,
    *,
    now: datetime,
    offer_id: int | None = None,
    section_id: int | None = None,
    wheelchairs: int = 0,
    claim: UUID | None = None,
    at_any_time: bool = False,
) -> tuple[int, ...]:
    """Return the ids of the best free seats for ``quantity`` people, or nothing if they cannot be seated decently.

    Only offers on sale are looked at, or the one, or the section, that is named. ``wheelchairs`` of the party need a
    wheelchair place. What ``claim`` holds counts as free. ``at_any_time`` looks at all offers: sales periods bind
    customers, not the box office. One query once the room is known.
    """
    if quantity < 1 or not 0 <= wheelchairs <= quantity or event.seating_plan is None:
        return ()
    room = room_of(event.seating_plan)
    sections = (section_id,) if section_id else ()
    free = read_free(room, event, now, offer_id=offer_id, sections=sections, claim=claim, at_any_time=at_any_time)
    if not wheelchairs:
        free = [bits & ordinary for bits, ordinary in zip(free, ordinary_bits(room), strict=True)]
    together = _first_free(_windows(room, quantity, wheelchairs), free)
    if together:
        return together.seats
    return () if wheelchairs else _split(room, free, quantity)


def read_free(
    room: Room,
    event: Event,
    now: datetime,
    *,
    offer_id: int | None = None,
    sections: Iterable[int] = (),
    claim: UUID | None = None,
    at_any_time: bool = False,
) -> list[int]:
    """Read which seats are free, or held by ``claim``: one integer per row of the room, with a bit for each seat.

    Only seats of offers on sale count (unless it is ``at_any_time``), or of the one, or of the ``sections``, that are
    named. One query, written by hand: this is asked for every party, and to put the statement together would take as
    long as to answer it.
    """
    moment, sections = connection.ops.adapt_datetimefield_value(now), tuple(sections)
    is_mine = "OR p.claim = %s" if claim else ""
    asked = [
        event.pk,
        moment,
        *([Place._meta.get_field("claim").get_db_prep_value(claim, connection)] if claim else []),
    ]
    narrow = ""
    if offer_id:
        narrow, asked = "AND o.id = %s", [*asked, offer_id]
    if sections:
        marks = ", ".join(["%s"] * len(sections))
        narrow += f" AND p.seat_id IN (SELECT id FROM {Seat._meta.db_table} WHERE section_id IN ({marks}))"
        asked = [*asked, *sections]
    on_sale = "" if at_any_time else f"AND {ON_SALE.format('o')}"
    asked += [] if at_any_time else [moment, moment]
    sql = f"""
        SELECT p.seat_id FROM {Place._meta.db_table} p JOIN {Offer._meta.db_table} o ON o.id = p.offer_id
        WHERE p.event_id = %s AND (p.free_from <= %s {is_mine}) AND p.seat_id IS NOT NULL {narrow}
        {on_sale}
    """
    bits, found = seat_bits(room), [0] * len(seat_rows(room))
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        for (seat,) in cursor.fetchall():
            if seat in bits:  # the room may have got seats since it was read
                line, bit = bits[seat]
                found[line] |= bit
    return found


def _first_free(windows: Iterable[Window], free: list[int]) -> Window | None:
    """Return the first window that is free and leaves nobody alone, else the first that is free."""
    second_best = None
    for window in windows:
        if window.is_free(free):
            if not window.leaves_single(free):
                return window
            second_best = second_best or window
    return second_best


@lru_cache(maxsize=16)
def seat_rows(room: Room) -> tuple[Row, ...]:
    rows = [(section.pk, seats) for section in room.sections for seats in section.rows]
    return tuple(Row(line, section, seats[0].row_index, seats) for line, (section, seats) in enumerate(rows))


@lru_cache(maxsize=16)
def seat_bits(room: Room) -> dict[int, tuple[int, int]]:
    """Of each seat, its row's line and its bit there."""
    return {seat.pk: (row.line, 1 << seat.position) for row in seat_rows(room) for seat in row.seats}


@lru_cache(maxsize=16)
def ordinary_bits(room: Room) -> tuple[int, ...]:
    """Of each row, the bits of the seats that are for anybody."""
    return tuple(
        sum(1 << seat.position for seat in row.seats if not (seat.is_accessible or seat.is_companion))
        for row in seat_rows(room)
    )


@lru_cache(maxsize=256)
def _windows(room: Room, quantity: int, wheelchairs: int = 0) -> tuple[Window, ...]:
    """Every way to seat a party side by side in an empty room, the best first."""
    found = [window for row in seat_rows(room) for window in _windows_in(row, quantity, wheelchairs)]
    return tuple(sorted(found, key=lambda window: (window.cost, window.row.line, window.at)))


def _windows_in(row: Row, quantity: int, wheelchairs: int) -> Iterator[Window]:
    for start in range(len(row.seats) - quantity + 1):
        seats = row.seats[start : start + quantity]
        side_by_side = seats[-1].position - seats[0].position == quantity - 1
        if side_by_side and sum(seat.is_accessible for seat in seats) == wheelchairs:
            yield Window(
                cost=sum(seat.distance + RESTRICTED * seat.has_restricted_view for seat in seats),
                row=row,
                at=seats[0].position,
                mask=((1 << quantity) - 1) << seats[0].position,
                seats=tuple(seat.pk for seat in seats),
            )


def _split(room: Room, free: list[int], quantity: int) -> tuple[int, ...]:
    """Seat a party in the fewest groups of two or more, one each in neighbouring rows of one section."""
    rows = seat_rows(room)
    widest = [_longest_run(bits) for bits in free]
    for groups in range(2, quantity // 2 + 1):
        seatings = [
            _seat(room, block, sizes, free)
            for block in (rows[first : first + groups] for first in range(len(rows) - groups + 1))
            if _are_neighbours(block) and (sizes := share_out(quantity, [widest[row.line] for row in block]))
        ]
        if seatings:
            return min(seatings)[-1]
    return ()


def _are_neighbours(rows: tuple[Row, ...]) -> bool:
    first, last = rows[0], rows[-1]
    return first.section_id == last.section_id and last.index - first.index == len(rows) - 1


def _seat(
    room: Room, rows: tuple[Row, ...], sizes: list[int], free: list[int]
) -> tuple[int, float, int, tuple[int, ...]]:
    """Seat groups of these sizes in these rows: (single seats left behind, cost, line of the first row, seats)."""
    windows = [_first_free(_windows_by_row(room, size)[row.line], free) for row, size in zip(rows, sizes, strict=True)]
    seats = tuple(seat for window in windows for seat in window.seats)
    return sum(w.leaves_single(free) for w in windows), sum(w.cost for w in windows), rows[0].line, seats


@lru_cache(maxsize=256)
def _windows_by_row(room: Room, quantity: int) -> dict[int, list[Window]]:
    """The windows of :func:`_windows`, by the line of their row."""
    by_row: dict[int, list[Window]] = {}
    for window in _windows(room, quantity):
        by_row.setdefault(window.row.line, []).append(window)
    return by_row


def _longest_run(bits: int) -> int:
    """How many set bits stand side by side at most."""
    length = 0
    while bits:
        bits &= bits << 1
        length += 1
    return length


def share_out(quantity: int, room: list[int]) -> list[int] | None:
    """Divide a party over rows that have ``room``, as equally as they allow and two people at least in each."""
    if min(room) < 2 or sum(room) < quantity or quantity < 2 * len(room):
        return None
    sizes = [2] * len(room)
    for _ in range(quantity - 2 * len(room)):
        smallest = min((size, index) for index, size in enumerate(sizes) if size < room[index])
        sizes[smallest[1]] += 1
    return sizes


def nearest_seats(
    event: Event, lost: Iterable[int], *, besides: Iterable[int], now: datetime, claim: UUID | None = None
) -> tuple[int, ...]:
    """Return free seats instead of ``lost`` ones: of the same offers, near them, side by side where possible.

    Nothing if there are too few. ``besides``, which the customer has chosen as well, are none of them. One query, and
    one for each offer, once the room is known.
    """
    room = room_of(event.seating_plan)
    bits = seat_bits(room)
    offers: dict[int, list[int]] = {}
    places = Place.objects.filter(event=event, seat__in=list(lost)).order_by("seat")
    for seat, offer_id in places.values_list("seat_id", "offer_id"):
        offers.setdefault(offer_id, []).append(seat)
    found: list[int] = []
    for offer_id, seats in offers.items():
        free = read_free(room, event, now, offer_id=offer_id, claim=claim)
        for seat in (*besides, *found):
            if seat in bits:
                free[bits[seat][0]] &= ~bits[seat][1]
        instead = _nearest(room, free, seats)
        if not instead:
            return ()
        found += instead
    return tuple(found)


def _nearest(room: Room, free: list[int], seats: list[int]) -> tuple[int, ...]:
    """Find as many free seats as ``seats`` near them: together; or else one by one."""
    places = {seat.pk: seat for row in seat_rows(room) for seat in row.seats}
    lost = [places[seat] for seat in seats]
    x, y = sum(seat.x for seat in lost) / len(lost), sum(seat.y for seat in lost) / len(lost)
    wheelchairs = sum(seat.is_accessible for seat in lost)
    if not wheelchairs and not any(seat.is_companion for seat in lost):
        free = [bits & ordinary for bits, ordinary in zip(free, ordinary_bits(room), strict=True)]
    together = [window for window in _windows(room, len(seats), wheelchairs) if window.is_free(free)]
    if together:
        return min(
            together,
            key=lambda window: (
                window.leaves_single(free),
                sum((places[seat].x - x) ** 2 + (places[seat].y - y) ** 2 for seat in window.seats),
            ),
        ).seats
    if len(seats) == 1:
        return ()
    first = _nearest(room, free, seats[:1])
    if not first:
        return ()
    line, bit = seat_bits(room)[first[0]]
    rest = _nearest(room, [*free[:line], free[line] & ~bit, *free[line + 1 :]], seats[1:])
    return first + rest if rest else ()
