"""What one booking has to do with a place: it was held, sold, given back, passed on.

Places are freed by time alone (see ``ticketing.stock``), so that a hold has lapsed is written nowhere: it is told from
the moment until which the place was held.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.utils.dateparse import parse_datetime

from bookings.models import Activity, Booking, Ticket
from ticketing.models import Place
from ticketing.money import format_money
from venues.backoffice import local_time

from .details import put
from .lines import Kind, Line, by_whom
from .words import say_booking

HOLDING = ("hold", "offer", "change", "extend", "revive")
SELLING = ("confirm", "comp", "import", "exchange")
ENDING = ("cancel", "cancel tickets", "pass on")
STOCK_VERBS = (*HOLDING, *SELLING, *ENDING)
"""What changes hands, of all that is done to a booking."""


def tell_tenancy(
    place: Place, booking: Booking, activities: Sequence[Activity], tickets: Sequence[Ticket], now: datetime
) -> Iterator[Line]:
    """Tell it in lines. ``activities`` are those of the booking, ``tickets`` its tickets for this place."""
    return _Tenancy(place, booking, activities, tickets, now).tell()


class _Tenancy:
    def __init__(self, place, booking, activities, tickets, now) -> None:
        self.place, self.booking, self.activities, self.tickets, self.now = place, booking, activities, tickets, now
        self.has = False
        self.until: datetime | None = None
        self.tz = place.event.venue.tz
        self.name = f"{booking.booking_code} ({booking.customer_name or 'no name'})"
        came_later = any(place.pk in (activity.detail.get("places") or []) for activity in activities)
        self.is_meant = bool(tickets) and not came_later
        """Whether the place is among those that the booking is about. What was given, or imported, does not name them
        in its history: then its tickets tell."""

    def tell(self) -> Iterator[Line]:
        for activity in self.activities:
            yield from self._lapse_before(activity.at)
            yield from self._tell(activity)
        yield from self._lapse_before(self.now)
        yield from self._void_tickets()

    def _tell(self, activity: Activity) -> Iterator[Line]:
        had, self.has = self.has, self._has_after(activity)
        if activity.verb in HOLDING:
            yield from self._hold(activity, had)
        elif activity.verb in SELLING:
            yield from self._sell(activity, had)
        elif had and activity.verb == "cancel" and self.until:
            self.has, self.until = False, None
            yield self._line(activity, f"Let go by {self.name}", detail=say_booking(activity))

    def _has_after(self, activity: Activity) -> bool:
        """Whether the booking has the place from then on. Lines that name no places mean those that were named last."""
        places = activity.detail.get("places")
        if activity.verb == "exchange":  # names what came and what went, not what stayed
            self.is_meant = self.place.pk in (places or []) or (self.has and not self._gave_back(activity))
        elif places is not None:
            self.is_meant = self.place.pk in places
        return self.is_meant if activity.verb in (*HOLDING, *SELLING) else self.has

    def _gave_back(self, exchange: Activity) -> bool:
        instead_of = exchange.detail.get("instead_of")
        return "to" in exchange.detail or (isinstance(instead_of, list) and self.place.pk in instead_of)

    def _hold(self, activity: Activity, had: bool) -> Iterator[Line]:
        if "until" in activity.detail:
            self.until = parse_datetime(activity.detail["until"])
        if had and not self.has:
            self.until = None
            yield self._line(activity, f"Let go by {self.name}", detail="other places held instead")
        elif self.has and self.until:
            words = {"extend": "Held longer for", "revive": "Held again for"}.get(activity.verb, "Held for")
            if not had or activity.verb != "change":
                yield self._line(activity, f"{words} {self.name}", detail=f"until {local_time(self.until, self.tz)}")
        elif self.has and not had:
            yield self._line(activity, f"Held for {self.name}")

    def _sell(self, activity: Activity, had: bool) -> Iterator[Line]:
        self.until = None
        if not self.has or (had and activity.verb == "exchange"):
            return  # what an exchange gives back is told by the tickets that die of it
        words = {"comp": "Given to", "exchange": "Sold in an exchange to", "import": "Brought along, sold to"}
        words = words.get(activity.verb, "Sold to")
        detail = {key: value for key, value in activity.detail.items() if key in ("reason", "why")}
        yield self._line(activity, f"{words} {self.name}", detail=put(detail, self.tz))

    def _lapse_before(self, moment: datetime) -> Iterator[Line]:
        if self.has and self.until and self.until <= moment:
            yield Line(self.until, f"Hold of {self.name} lapsed: free for others", Kind.PLACE, "Marquee")
            self.has, self.until = False, None

    def _void_tickets(self) -> Iterator[Line]:
        if not self.booking.confirmed_at:
            return  # its tickets were never good for anything
        for number, ticket in enumerate(self.tickets):
            if not ticket.voided_at:
                continue
            heir = self.tickets[number + 1] if number + 1 < len(self.tickets) else None
            price = format_money(ticket.price - ticket.discount)
            cause = next((it for it in self.activities if it.at == ticket.voided_at), None)
            yield Line(
                ticket.voided_at,
                self._say_void(ticket, heir),
                Kind.TICKET,
                **(by_whom(cause) if cause else {}),
                detail=f"ticket {ticket.code}, {ticket.offer.name}, {price}",
                link=ticket,
            )

    def _say_void(self, ticket: Ticket, heir: Ticket | None) -> str:
        match ticket.void_reason:
            case Ticket.VoidReason.PASSED_ON:
                holder = ticket.holder_name or self.booking.customer_name or self.booking.booking_code
                return f"Passed on by {holder} to {heir.holder_name if heir else 'somebody else'}"
            case Ticket.VoidReason.EXCHANGED:
                return f"Given back by {self.name}: exchanged for something else"
        return f"Given back by {self.name}: ticket cancelled"

    def _line(self, activity: Activity, what: str, detail: str = "") -> Line:
        return Line(activity.at, what, Kind.PLACE, **by_whom(activity), detail=detail, link=self.booking)
