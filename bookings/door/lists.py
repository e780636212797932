"""The list of an event's tickets that a device keeps, so that the door goes on without a network.

It is signed, and so are its supplements: a device believes neither its own storage nor the network. It knows the hashes
of codes, not the codes, so that nobody makes tickets from a phone that was lost; of the people, it has the names.
"""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta

from bookings import signing
from bookings.models import Activity, Scan, Ticket
from bookings.services.admitting import doors_open_at
from events.models import Event

from .words import holder_name, notes_on, opening, place_name

OVERLAP = timedelta(minutes=2)
"""A supplement repeats what was written so long before it: a transaction may be seen later than its ``now``."""

FORGOTTEN_AFTER = timedelta(hours=12)
"""So long after the end of an event, a device deletes its list."""

LONGEST = timedelta(hours=6)
"""For so long an event lasts that does not say when it ends."""


def make_list(event: Event, *, now: datetime, since: datetime | None = None) -> dict[str, str]:
    """Make the signed list of an event's tickets, or of those about which something was written ``since`` then."""
    body = json.dumps(_make(event, now, since), separators=(",", ":"), ensure_ascii=False)
    return {"document": body, "signature": base64.b64encode(signing.sign(body.encode())).decode()}


def hash_code(code: str) -> str:
    """Return what the list knows of a code. A code has 75 random bits: nobody guesses it from its hash."""
    return base64.b64encode(hashlib.sha256(code.encode()).digest()[:16]).decode()


def _make(event: Event, now: datetime, since: datetime | None) -> dict[str, object]:
    ends = event.ends_at or event.event_date + LONGEST
    tickets = Ticket.objects.with_details().select_related("booking").exclude(status=Ticket.Status.HELD)
    tickets = tickets.filter(offer__event=event).order_by("pk")
    admissions = Scan.objects.filter(event=event, result=Scan.Result.ADMITTED).exclude(gate="").order_by("at", "pk")
    if since:
        seen = since - OVERLAP
        changed = Activity.objects.filter(booking__event=event, at__gte=seen)
        tickets = tickets.filter(booking__in=changed.order_by().values("booking"))
        admissions = admissions.filter(ticket__booking__in=changed.order_by().values("booking"))
    gates = dict(admissions.values_list("ticket_id", "gate"))
    return {
        "event": event.pk,
        "zone": str(event.venue.tz),
        "is_cancelled": event.status == Event.Status.CANCELLED,
        "made_at": _milliseconds(now),
        "since": _milliseconds(since) if since else None,
        "doors_at": _milliseconds(doors_open_at(event)),
        "opens_at": _milliseconds(opening(event)),
        "forget_at": _milliseconds(ends + FORGOTTEN_AFTER),
        "tickets": [_row(ticket, gates.get(ticket.pk, "")) for ticket in tickets],
    }


def _row(ticket: Ticket, gate: str) -> list[object]:
    """Say of a ticket what ``static/door/list.js`` reads, in its order. Of a void one, only why it is void."""
    code = hash_code(ticket.code)
    if ticket.status == Ticket.Status.VOID:
        return [ticket.pk, code, ticket.void_reason, _milliseconds(ticket.voided_at)]
    seat = ticket.place.seat
    return [
        ticket.pk,
        code,
        "",
        _milliseconds(ticket.checked_in_at) if ticket.checked_in_at else None,
        gate,
        holder_name(ticket),
        ticket.booking.booking_code,
        place_name(seat),
        ticket.offer.name,
        notes_on(ticket.offer, seat),
        seat.section.name if seat else ticket.offer.name,
    ]


def _milliseconds(moment: datetime) -> int:
    """Write a moment as scripts count it."""
    return round((moment - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(milliseconds=1))


def from_milliseconds(count: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=count)
