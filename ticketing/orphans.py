"""Single seats: a choice should not leave one empty seat between itself and what is taken, for hardly anybody buys it.

Customers are told, and may book all the same, unless the event refuses it (``Event.refuses_single_seats``) and there is
another choice of that size, at the same prices, that leaves none. Whoever sells at the counter decides for themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from events.models import Event
from venues.rooms import Room, RoomSeat, room_of

from .best import best_seats, ordinary_bits, read_free, seat_bits, seat_rows
from .errors import SingleSeatLeft
from .models import Place
from .seating import list_seats
from .stock import Selection


def check_single_seats(
    event: Event, selection: Selection, *, now: datetime, claim: UUID | None = None, accepted: bool = False
) -> None:
    """Object to a selection that leaves single seats, unless the customer has ``accepted`` that and the event allows.

    What ``claim`` holds counts as free. At most two queries once the room is known; none without seats.

    Raises:
        SingleSeatLeft: says which; ``is_final`` where to accept it does not help.
    """
    if not selection.seats or event.seating_plan is None or (accepted and not event.refuses_single_seats):
        return
    room = room_of(event.seating_plan)
    left = single_seats(event, selection.seats, now=now, claim=claim)
    if not left:
        return
    is_final = event.refuses_single_seats and _has_better(event, room, selection.seats, now, claim)
    if is_final or not accepted:
        raise SingleSeatLeft(
            _explain(room, left, is_final=is_final), seats=tuple(seat.pk for seat in left), is_final=is_final
        )


def single_seats(event: Event, seats: Iterable[int], *, now: datetime, claim: UUID | None = None) -> list[RoomSeat]:
    """List the free seats that would stand alone because these are taken. One query once the room is known."""
    room = room_of(event.seating_plan)
    bits, rows = seat_bits(room), seat_rows(room)
    chosen: dict[int, int] = {}
    for seat in seats:
        if seat in bits:
            line, bit = bits[seat]
            chosen[line] = chosen.get(line, 0) | bit
    free = read_free(room, event, now, sections={rows[line].section_id for line in chosen}, claim=claim)
    return [
        seat
        for line, mask in chosen.items()
        for seat in rows[line].seats
        if _alone(free[line] & ordinary_bits(room)[line], mask) >> seat.position & 1
    ]


def _alone(free: int, chosen: int) -> int:
    """Of a row's free seats, those beside the chosen ones without another free neighbour. All are bits of the row."""
    rest = free & ~chosen
    return rest & (chosen << 1 | chosen >> 1) & ~(rest << 1) & ~(rest >> 1)


def _has_better(event: Event, room: Room, seats: tuple[int, ...], now: datetime, claim: UUID | None) -> bool:
    """Whether as many seats of the same offers could be had without leaving a single one."""
    bits, rows = seat_bits(room), seat_rows(room)
    asked = [(rows[bits[seat][0]], bits[seat][1]) for seat in seats]
    accessible = {seat.pk for row, _ in asked for seat in row.seats if seat.is_accessible}
    offers = set(Place.objects.filter(event=event, seat__in=seats).values_list("offer_id", flat=True))
    for offer_id in offers:
        answer = best_seats(
            event, len(seats), now=now, offer_id=offer_id, wheelchairs=len(accessible & set(seats)), claim=claim
        )
        if answer and not single_seats(event, answer, now=now, claim=claim):
            return True
    return False


def _explain(room: Room, left: list[RoomSeat], *, is_final: bool) -> str:
    names = "; ".join(list_seats(room, [seat.pk for seat in left]))
    leaves = f"Your choice leaves {names} empty on {'its' if len(left) == 1 else 'their'} own"
    if is_final:
        return f"{leaves}, and this event is sold without such gaps. Please move along, or take the seat as well."
    return f"{leaves}, and hardly anybody buys a single seat. Could you move along by one?"
