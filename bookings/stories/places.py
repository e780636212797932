"""The story of a place: why it is taken, and what has become of it since it was made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Q

from bookings.models import Activity, Booking, Exchange, Payment, Scan, Ticket
from bookings.seat_map import State, state_of
from events.models import EventActivity
from ticketing.models import NamedHold, Place
from ticketing.money import ZERO, format_money
from venues.backoffice import local_time

from .bookings import name_way, tell_scan
from .details import put
from .lines import Kind, Line, Sight, by_whom, in_order
from .naming import names
from .tenancies import STOCK_VERBS, tell_tenancy
from .words import say_event

MOST = 2_000
"""So many lines of an event's history are read, at most: those that name the place, and those that name none."""


@dataclass(frozen=True)
class PlaceStory:
    """What a place is now, in one sentence; the booking that has it; and how it came to that."""

    place: Place
    state: State
    sentence: str
    booking: Booking | None
    lines: list[Line]


def place_story(place: Place, *, now: datetime, sight: Sight) -> PlaceStory:
    """Tell why a place is taken, in a constant number of queries.

    Fetch the place with its event, venue, seat and offer.
    """
    state = state_of(place.free_from, place.claim, now)
    tickets = list(place.tickets.select_related("booking", "offer__ticket_type").order_by("pk"))
    for ticket in tickets:
        ticket.place = place
    history = _history(place)
    of_event = _event_lines(place)
    taker = _taker(place, state)
    lines: list[Line] = []
    if sight.events:
        lines += [_tell_event(line, place) for line in of_event]
    if sight.bookings and sight.history:
        lines += _tenancies(place, history, tickets, now)
    if sight.scans:
        by_pk = {ticket.pk: ticket for ticket in tickets}
        lines += [tell_scan(scan, by_pk[scan.ticket_id]) for scan in Scan.objects.filter(ticket__in=by_pk)]
    booking = taker if isinstance(taker, Booking) and sight.bookings else None
    sentence = _Sentence(place, state, taker, tickets, history, of_event, sight).write()
    return PlaceStory(place, state, sentence, booking, in_order(lines))


def _history(place: Place) -> list[Activity]:
    """Fetch what was done to every booking that has ever had the place, as far as stock is concerned."""
    ever = Activity.objects.filter(names(place.pk), booking__event=place.event_id).values("booking")
    had = Ticket.objects.filter(place=place).values("booking")
    rows = Activity.objects.filter(Q(booking__in=ever) | Q(booking__in=had), verb__in=STOCK_VERBS)
    return list(rows.select_related("booking").order_by("booking", "at", "pk"))


def _tenancies(place: Place, history: Sequence[Activity], tickets: Sequence[Ticket], now: datetime) -> Iterator[Line]:
    by_booking: dict[int, list[Activity]] = {}
    for activity in history:
        by_booking.setdefault(activity.booking_id, []).append(activity)
    for pk, activities in by_booking.items():
        own = [ticket for ticket in tickets if ticket.booking_id == pk]
        yield from tell_tenancy(place, activities[0].booking, activities, own, now)


def _event_lines(place: Place) -> list[EventActivity]:
    """Fetch what was done to the place itself, and to its event as a whole."""
    of_offer = Q(detail__offer__isnull=True) | Q(detail__offer=place.offer.name)
    whole = Q(detail__places__isnull=True) & of_offer & ~Q(verb="edit")
    rows = EventActivity.objects.filter(Q(names(place.pk)) | whole, event=place.event_id)
    return list(rows.order_by("-at", "-pk")[:MOST])[::-1]


def _tell_event(activity: EventActivity, place: Place) -> Line:
    detail = {name: value for name, value in activity.detail.items() if name != "places"}
    kind = Kind.PLACE if "places" in activity.detail else Kind.EVENT
    return Line(
        activity.at,
        say_event(activity),
        kind,
        **by_whom(activity),
        detail=put(detail, place.event.venue.tz),
    )


def _taker(place: Place, state: State) -> Booking | NamedHold | Exchange | None:
    """Find whose claim it is. Claims are unique, so one query after another is asked until one knows it."""
    if state not in (State.HELD, State.SOLD) or not place.claim:
        return None
    for rows in (Booking.objects, NamedHold.objects, Exchange.objects.select_related("booking")):
        if found := rows.filter(claim=place.claim).first():
            return found
    return None


@dataclass(frozen=True)
class _Sentence:
    """What a place is now, in one sentence."""

    place: Place
    state: State
    taker: Booking | NamedHold | Exchange | None
    tickets: Sequence[Ticket]
    history: Sequence[Activity]
    of_event: Sequence[EventActivity]
    sight: Sight

    def write(self) -> str:
        return {
            State.FREE: self._free,
            State.HELD: self._held,
            State.SOLD: self._sold,
            State.BLOCKED: self._blocked,
        }[self.state]()

    def _when(self, moment: datetime) -> str:
        return local_time(moment, self.place.event.venue.tz)

    def _free(self) -> str:
        return f"Free since {self._when(self.place.free_from)}."

    def _held(self) -> str:
        until = self._when(self.place.free_from)
        match self.taker:
            case Booking() if self.sight.bookings:
                return f"Held until {until} by {self._name(self.taker)}, which has not been paid yet."
            case NamedHold():
                return f"Held until {until} for {self.taker}, by {self.taker.created_by}."
            case Exchange() if self.sight.bookings:
                return f"Held until {until} for {self._name(self.taker.booking)}, which is being exchanged for it."
        return f"Held until {until}."

    def _sold(self) -> str:
        ticket = next((ticket for ticket in self.tickets if ticket.status == Ticket.Status.VALID), None)
        entered = f" Admitted {self._when(ticket.checked_in_at)}." if ticket and ticket.checked_in_at else ""
        if not isinstance(self.taker, Booking) or not self.sight.bookings:
            return f"Sold.{entered}"
        since, how = self._since(self.taker), self._how(ticket)
        holder = f", passed on to {ticket.holder_name}" if ticket and ticket.holder_name else ""
        return f"Sold since {self._when(since)} to {self._name(self.taker)}{holder}, {how}.{entered}"

    def _since(self, booking: Booking) -> datetime:
        """Say since when the booking has had the place: since it was sold, or since the exchange that brought it."""
        came = [
            activity.at
            for activity in self.history
            if activity.booking_id == booking.pk
            and activity.verb == "exchange"
            and self.place.pk in (activity.detail.get("places") or [])
        ]
        return max(came, default=booking.confirmed_at)

    def _how(self, ticket: Ticket | None) -> str:
        if ticket and ticket.price - ticket.discount == 0:
            is_comp = any(it.verb == "comp" and it.booking_id == ticket.booking_id for it in self.history)
            return "with the compliments of the house" if is_comp else "free of charge"
        if not self.sight.payments:
            return "paid"
        charges = self.taker.payments.filter(kind=Payment.Kind.CHARGE, status=Payment.Status.SUCCEEDED)
        ways = list(dict.fromkeys(name_way(charge.provider) for charge in charges))
        price: Decimal = ticket.price - ticket.discount if ticket else ZERO
        return f"{format_money(price)} paid {' and '.join(ways)}" if ways else f"for {format_money(price)}"

    def _blocked(self) -> str:
        block = _last(self.of_event, "block", self.place)
        if not block or not self.sight.events:
            return "Blocked."
        reason = f": {block.detail['reason']}" if block.detail.get("reason") else ""
        return f"Blocked since {self._when(block.at)} by {block.actor}{reason}."

    def _name(self, booking: Booking) -> str:
        return f"{booking.booking_code} ({booking.customer_name or 'no name'})"


def _last(lines: Iterable[EventActivity], verb: str, place: Place) -> EventActivity | None:
    found = [line for line in lines if line.verb == verb and place.pk in (line.detail.get("places") or [])]
    return found[-1] if found else None
