"""The stock: claim places, keep them, give them back; block seats, release them.

The whole state of a place is the moment from which it is free (see :class:`ticketing.models.Place`), so a hold
ends by itself when its time has passed, and no clean-up is needed for it to do so. A claim is a UUID that the caller
brings; this room knows nothing of bookings.

Every function runs inside the caller's transaction, which must be rolled back when one raises. Places are locked in one
order (standing ones first, then by offer, then by id), except where locked ones are skipped, so that nobody waits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db import connection

from events.models import Event

from .errors import PlacesTaken, SalesClosed, SelectionInvalid, TicketingError
from .models import FOREVER, Offer, Place
from .seating import name_seats
from .transactions import atomic

T = TypeVar("T")

BIGGEST_ID = 2**63 - 1
"""What an id column holds at most: a database that is asked for more fails instead of finding nothing."""

STAFF_LIMIT = 500
"""So many tickets the box office puts into one booking, at most: a coach party, a school."""

NOT_OF_THIS_EVENT = "One of the chosen seats is not part of this event."


@dataclass(frozen=True)
class Selection:
    """What a customer asks for: a number of places per offer id, or seats by id (of the plan, not of the stock)."""

    quantities: Mapping[int, int] = field(default_factory=dict)
    seats: tuple[int, ...] = ()

    @property
    def quantity(self) -> int:
        return sum(self.quantities.values()) + len(self.seats)


@dataclass(frozen=True)
class Claimed:
    """One place that has been claimed, and the offer that it belongs to."""

    place_id: int
    offer_id: int


def check_on_sale(event: Event, offers: Iterable[Offer], now: datetime) -> None:
    """Refuse an event or an offer that is not for sale at ``now``.

    Raises:
        SalesClosed: with the reason.
    """
    if event.status == Event.Status.CANCELLED:
        raise SalesClosed("This event has been cancelled, so it can no longer be booked.")
    if event.is_past(now) or event.status == Event.Status.COMPLETED:
        raise SalesClosed("This event has already begun, so it can no longer be booked.")
    if not event.is_published(now):
        raise SalesClosed("This event is not on sale yet.")
    for offer in offers:
        if not offer.is_on_sale(now):
            when = "any more" if offer.off_sale_at and offer.off_sale_at <= now else "yet"
            raise SalesClosed(f"{offer.name} tickets are not on sale {when}.")


def check_selection(event: Event, selection: Selection, *, is_staff: bool = False) -> None:
    """Refuse a selection that is empty, negative or over the limit per booking: the event's, or that of the staff.

    Raises:
        SelectionInvalid: with the reason.
    """
    if any(quantity < 0 for quantity in selection.quantities.values()):
        raise SelectionInvalid("The number of tickets cannot be negative.")
    if selection.quantity < 1:
        raise SelectionInvalid("Choose at least one ticket.")
    check_limit(event, selection.quantity, is_staff=is_staff)
    if not all(0 < seat <= BIGGEST_ID for seat in selection.seats):
        raise SelectionInvalid(NOT_OF_THIS_EVENT)
    if len(set(selection.seats)) != len(selection.seats):
        raise SelectionInvalid("The same seat was chosen twice.")


def check_limit(event: Event, quantity: int, *, is_staff: bool = False) -> None:
    """Refuse more tickets than the event sells at a time, or, to the staff, more than :data:`STAFF_LIMIT`.

    Raises:
        SelectionInvalid: with the limit.
    """
    limit = STAFF_LIMIT if is_staff else event.max_tickets_per_booking
    if quantity > limit:
        raise SelectionInvalid(f"You can book at most {limit} {'ticket' if limit == 1 else 'tickets'} at a time.")


class Contended(Exception):
    """Too few places at first sight, but others hold some of them in transactions that may yet fail."""


def claiming(write: Callable[[bool], T]) -> T:
    """Run ``write(patient)`` in a transaction: first impatient; if that was contended, once more and patient.

    The first transaction is rolled back before the second begins, so that nobody waits while holding a lock that
    somebody else waits for.
    """
    skips_locked = connection.features.has_select_for_update_skip_locked
    try:
        return atomic(write)(not skips_locked)
    except Contended:
        return atomic(write)(True)


def claim(
    *,
    event: Event,
    offers: Iterable[Offer],
    selection: Selection,
    claim: UUID,
    now: datetime,
    until: datetime,
    patient: bool = True,
    is_staff: bool = False,
) -> list[Claimed]:
    """Hold the selected places for ``claim`` until ``until``: all of them, or none.

    ``offers`` are those of the event, with their ticket types; others count for nothing. Standing places are taken in
    the order in which they became free, over the heads of other buyers; only a ``patient`` caller waits for those, and
    is told in the end what is left. The offers' sales periods and the limit per booking bind customers, not the staff.

    Raises:
        SelectionInvalid: empty, over the limit, or not of this event.
        SalesClosed: the event, or one of the offers, is not for sale now.
        PlacesTaken: fewer are free than asked for; says what is left.
        Contended: an impatient caller got too few (see :func:`claiming`).
    """
    check_selection(event, selection, is_staff=is_staff)
    wanted = {offer_id: count for offer_id, count in sorted(selection.quantities.items()) if count}
    by_id = {offer.pk: offer for offer in offers if offer.event_id == event.pk}
    if wanted.keys() - by_id.keys():
        raise SelectionInvalid("One of the chosen tickets is not part of this event.")
    check_on_sale(event, [] if is_staff else [by_id[offer_id] for offer_id in wanted], now)
    rows: list[Claimed] = []
    if wanted:
        rows = _claim_first_free(wanted, selection.seats, claim, now, until, patient=patient)
        if len(rows) < sum(wanted.values()):
            raise _too_few(wanted, rows, now) if patient else Contended
    if selection.seats:
        named = _claim_seats(event.pk, selection.seats, claim, now, until)
        if {row.offer_id for row in named} - by_id.keys():
            raise SelectionInvalid("One of the chosen seats cannot be booked here.")
        check_on_sale(event, [] if is_staff else [by_id[row.offer_id] for row in named], now)
        rows += named
    return rows


def _claim_first_free(
    wanted: dict[int, int], besides: tuple[int, ...], claim: UUID, now: datetime, until: datetime, *, patient: bool
) -> list[Claimed]:
    """Claim up to the wanted number of free places of each offer, in one statement on either database."""
    # Index order, so that nothing is sorted; a patient buyer asks offer by offer in the order of ids, in which all of
    # them wait (`id + 0`: not by walking the primary key past a whole stock that is sold out).
    order = "id + 0" if patient else "free_from"
    others = f"AND (seat_id IS NULL OR seat_id NOT IN ({_marks(besides)}))" if besides else ""
    pick = f"SELECT id FROM {_PLACE} WHERE offer_id = %s AND free_from <= %s {others} ORDER BY {order} LIMIT %s"
    if connection.vendor == "postgresql":
        # An array, because the planner may run an `IN (… LIMIT …)` more than once.
        pick += " FOR UPDATE" if patient else " FOR UPDATE SKIP LOCKED"
        chosen = "id = ANY(" + " || ".join([f"ARRAY({pick})"] * len(wanted)) + ")"
    else:
        chosen = "id IN (" + " UNION ALL ".join([f"SELECT id FROM ({pick})"] * len(wanted)) + ")"
    asked = [value for offer_id, count in wanted.items() for value in (offer_id, _sql(now), *besides, count)]
    return _hold(chosen, asked, claim, until)


def _claim_seats(event_id: int, seats: tuple[int, ...], claim: UUID, now: datetime, until: datetime) -> list[Claimed]:
    condition = f"event_id = %s AND seat_id IN ({_marks(seats)}) AND free_from <= %s"
    rows = _hold(_in_order(condition), [event_id, *seats, _sql(now)], claim, until)
    if len(rows) == len(seats):
        return rows
    known = Place.objects.filter(event=event_id, seat__in=seats).select_related("seat__section")
    if len(known) < len(seats):
        raise SelectionInvalid(NOT_OF_THIS_EVENT)
    taken = [place for place in known if place.pk not in {row.place_id for row in rows}]
    names = "; ".join(str(place) for place in taken)
    raise PlacesTaken(
        f"Somebody was faster: {names} {'has' if len(taken) == 1 else 'have'} just been taken.",
        taken=tuple(place.seat_id for place in taken),
    )


def _too_few(wanted: dict[int, int], got: list[Claimed], now: datetime) -> PlacesTaken:
    """Say what is left: what this transaction has claimed, and is about to give back, and what is free."""
    left = {offer_id: Place.objects.filter(offer=offer_id).free(now).count() for offer_id in wanted}
    for row in got:
        left[row.offer_id] += 1
    names = {offer.pk: offer.name for offer in Offer.objects.filter(pk__in=wanted).select_related("ticket_type")}
    short = [offer_id for offer_id, count in wanted.items() if left[offer_id] < count]
    reasons = [
        f"{names[offer_id]}: only {left[offer_id]} left" if left[offer_id] else f"{names[offer_id]} is sold out"
        for offer_id in short
    ]
    return PlacesTaken(f"Sorry, there are not enough tickets. {'; '.join(reasons)}.", left=left)


def keep(*, claim: UUID, quantity: int) -> None:
    """Sell the places of a claim. One whose hold has lapsed still gets them, as long as nobody has taken any.

    Raises:
        PlacesTaken: some went to somebody else.
    """
    if _set_free_from(claim, FOREVER) != quantity:
        raise PlacesTaken("Some of your places have gone to somebody else.")


def extend(*, claim: UUID, quantity: int, until: datetime) -> None:
    """Hold the places of a claim until ``until``; like :func:`keep`, even after the hold has lapsed.

    Raises:
        PlacesTaken: some went to somebody else.
    """
    if _set_free_from(claim, until) != quantity:
        raise PlacesTaken("Some of your places have gone to somebody else.")


def _set_free_from(claim: UUID, moment: datetime) -> int:
    sql = f"UPDATE {_PLACE} SET free_from = %s WHERE {_in_order('claim = %s')}"
    with connection.cursor() as cursor:
        cursor.execute(sql, [_sql(moment), _sql(claim)])
        return cursor.rowcount


def release(*, claim: UUID, now: datetime, places: Iterable[int] | None = None) -> int:
    """Give the places of a claim back: all of them, or those with the ids ``places``. Returns how many there were."""
    chosen = None if places is None else tuple(places)
    condition = "claim = %s" if chosen is None else f"claim = %s AND id IN ({_marks(chosen)})"
    sql = f"UPDATE {_PLACE} SET free_from = %s, claim = NULL WHERE {_in_order(condition)}"
    with connection.cursor() as cursor:
        cursor.execute(sql, [_sql(now), _sql(claim), *(chosen or ())])
        return cursor.rowcount


def block(*, event: Event, seats: Iterable[int], now: datetime) -> None:
    """Take free seats out of sale until they are unblocked: all of them, or none.

    A lapsed hold loses them, as it would to any other buyer.

    Raises:
        SelectionInvalid: none are named, or one that is not of this event.
        PlacesTaken: some are held, sold or blocked already; names them.
    """
    _move_seats(event, seats, "free_from <= %s", [now], claim=None, until=FOREVER, wanted="free")


def unblock(*, event: Event, seats: Iterable[int], now: datetime) -> None:
    """Put blocked seats on sale again: all of them, or none.

    Raises:
        SelectionInvalid: none are named, or one that is not of this event.
        PlacesTaken: some are not blocked; names them.
    """
    _move_seats(event, seats, _BLOCKED, [FOREVER], claim=None, until=now, wanted="blocked")


def allot(*, event: Event, seats: Iterable[int], claim: UUID, now: datetime) -> list[Claimed]:
    """Sell seats to ``claim`` at once, for the house: free ones and blocked ones, all of them, or none.

    Neither the offers' sales periods nor the event's limit per booking are asked: they bind customers.

    Raises:
        SelectionInvalid: none are named, or one that is not of this event.
        PlacesTaken: some are held or sold; names them.
    """
    condition = f"(free_from <= %s OR {_BLOCKED})"
    return _move_seats(event, seats, condition, [now, FOREVER], claim=claim, until=FOREVER, wanted="free or blocked")


def _move_seats(
    event: Event,
    seats: Iterable[int],
    condition: str,
    moments: list[datetime],
    *,
    claim: UUID | None,
    until: datetime,
    wanted: str,
) -> list[Claimed]:
    """Move the named seats, all of which must meet ``condition``, to another state."""
    seats = tuple(dict.fromkeys(seats))
    if not seats:
        raise SelectionInvalid("Choose at least one seat.")
    if not all(0 < seat <= BIGGEST_ID for seat in seats):
        raise SelectionInvalid(NOT_OF_THIS_EVENT)
    chosen = _in_order(f"event_id = %s AND seat_id IN ({_marks(seats)}) AND {condition}")
    rows = _hold(chosen, [event.pk, *seats, *map(_sql, moments)], claim, until)
    if len(rows) < len(seats):
        raise not_as_wanted(event, seats, {row.place_id for row in rows}, wanted)
    return rows


def not_as_wanted(event: Event, seats: tuple[int, ...], moved: set[int], wanted: str) -> TicketingError:
    """Name the seats whose places could not be ``moved``, because they were not as ``wanted``."""
    places = Place.objects.filter(event=event, seat__in=seats).select_related("seat__section")
    known = places.order_by("seat__section__order", "seat__section", "seat__row_index", "seat__position")
    if len(known) < len(seats):
        return SelectionInvalid(NOT_OF_THIS_EVENT)
    others = [place.seat for place in known if place.pk not in moved]
    names = "; ".join(name_seats(others))
    return PlacesTaken(
        f"Nothing was changed, because {'this seat is' if len(others) == 1 else 'these seats are'} not {wanted}: "
        f"{names}.",
        taken=tuple(seat.pk for seat in others),
    )


_BLOCKED = "(free_from = %s AND claim IS NULL)"

_PLACE = Place._meta.db_table


def _hold(chosen: str, asked: list, claim: UUID | None, until: datetime) -> list[Claimed]:
    sql = f"UPDATE {_PLACE} SET free_from = %s, claim = %s WHERE {chosen} RETURNING id, offer_id"
    with connection.cursor() as cursor:
        cursor.execute(sql, [_sql(until), _sql(claim), *asked])
        return sorted((Claimed(*row) for row in cursor.fetchall()), key=lambda row: row.place_id)


def _in_order(condition: str) -> str:
    """Narrow an UPDATE to ``condition``, locking its rows in the order in which everybody does."""
    if connection.vendor == "postgresql":
        order = "seat_id IS NOT NULL, offer_id, id"
        return f"id = ANY(ARRAY(SELECT id FROM {_PLACE} WHERE {condition} ORDER BY {order} FOR UPDATE))"
    return condition


def _marks(values: tuple) -> str:
    return ", ".join(["%s"] * len(values))


def _sql(value: datetime | UUID | None):
    """Write a value as the column of the database in use stores it."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value if value is None or connection.features.has_native_uuid_field else value.hex
