"""Everything that is kept about one address, for whoever asks what that is (GDPR, article 15), as one document.

``docs/reports.md`` explains its parts; :data:`FORMAT` changes when they do. Amounts are texts, moments ISO dates on the
clock of the venue. Members of staff are not named, and neither is anybody else's booking.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from bookings.models import Booking, Ticket, WaitlistEntry
from bookings.personal import Person
from events.history import CUSTOMER, SYSTEM
from events.models import Event

FORMAT = "marquee-customer-data/1"
Part = dict[str, Any]


def personal_data(email: str, now: datetime) -> Part:
    """Collect what is kept about an address: values that JSON knows, and nothing else."""
    person = Person(email)
    return {
        "format": FORMAT,
        "house": settings.SITE_NAME,
        "address": email,
        "made_at": _at(now),
        "bookings": [_booking(booking) for booking in _bookings(person)],
        "tickets_passed_on_to_the_address": [
            _ticket(ticket, ticket.booking.event) | {"event": _event(ticket.booking.event)} for ticket in _held(person)
        ],
        "waiting_lists": [_entry(entry) for entry in _entries(person)],
        "letters": [
            {
                "what": letter.task_path.rpartition(".")[2],
                "status": letter.status.lower(),
                "queued_at": _at(letter.enqueued_at),
            }
            for letter in (person.letters | person.letters_queued).distinct()
        ],
        "sent_to_other_systems": [
            {"what": told.kind, "to": told.subscription.name, "at": _at(told.created_at)}
            for told in person.deliveries.select_related("subscription")
        ],
        "answers_of_the_api": [
            {"what": f"{one.method} {one.path}", "at": _at(one.started_at)} for one in person.answers
        ],
        "files": [{"file": job.file_name, "uploaded_at": _at(job.created_at)} for job in person.imports],
        "mentions": [{"at": _at(line.at), "what": line.verb} for line in person.mentions_in_history],
    }


def _bookings(person: Person) -> list[Booking]:
    found = person.bookings.select_related("event__venue", "promo_code", "replaces")
    return list(
        found.prefetch_related(
            *("tickets__offer__ticket_type", "tickets__place__seat__section", "tickets__scans"),
            *("payments", "activities"),
        )
    )


def _held(person: Person) -> list[Ticket]:
    found = person.tickets_held.with_details().select_related("booking__event__venue")
    return list(found.prefetch_related("scans"))


def _entries(person: Person) -> list[WaitlistEntry]:
    return list(person.waiting.select_related("event__venue", "offer__ticket_type"))


def _booking(booking: Booking) -> Part:
    event = booking.event
    moments = ("booking_date", "confirmed_at", "cancelled_at")
    plain = ("booking_code", "status", "cancellation_reason", "channel", "quantity")
    return {
        **{name: getattr(booking, name) for name in plain},
        "event": _event(event),
        "customer_name": booking.customer_name,
        "customer_email": booking.customer_email,
        "customer_phone": booking.customer_phone,
        **{name: str(getattr(booking, name)) for name in ("total_price", "discount", "retained")},
        "promo_code": booking.promo_code.code if booking.promo_code else None,
        "replaces": booking.replaces.booking_code if booking.replaces else None,
        **{name: _at(getattr(booking, name), event) for name in moments},
        "tickets": [_ticket(ticket, event) for ticket in booking.tickets.all()],
        "payments": [
            {
                "at": _at(payment.created_at, event),
                "kind": payment.kind,
                "status": payment.status,
                "amount": str(payment.amount),
                "provider": payment.provider,
                "reference": payment.reference,
            }
            for payment in booking.payments.all()
        ],
        "history": [
            {
                "at": _at(line.at, event),
                "what": line.verb,
                "by": line.actor if line.actor in (CUSTOMER, SYSTEM) else "staff",
                "detail": line.detail,
            }
            for line in booking.activities.all()
        ],
    }


def _ticket(ticket: Ticket, event: Event) -> Part:
    seat = ticket.place.seat
    return {
        "code": ticket.code,
        "ticket_type": ticket.offer.ticket_type.name,
        "section": seat.section.name if seat else None,
        "row": seat.row if seat else None,
        "seat": seat.number if seat else None,
        "price": str(ticket.price),
        "discount": str(ticket.discount),
        "status": ticket.status,
        "void_reason": ticket.void_reason,
        "holder_name": ticket.holder_name,
        "holder_email": ticket.holder_email,
        "admitted_at": _at(ticket.checked_in_at, event),
        "scans": [{"at": _at(scan.at, event), "result": scan.result, "gate": scan.gate} for scan in ticket.scans.all()],
    }


def _entry(entry: WaitlistEntry) -> Part:
    return {
        "event": _event(entry.event),
        "name": entry.name,
        "email": entry.email,
        "quantity": entry.quantity,
        "ticket_type": entry.offer.ticket_type.name if entry.offer else None,
        "status": entry.status,
        "joined_at": _at(entry.created_at, entry.event),
        "offered_at": _at(entry.offered_at, entry.event),
    }


def _event(event: Event) -> Part:
    return {"name": event.name, "begins_at": _at(event.event_date, event), "venue": event.venue.name}


def _at(moment: datetime | None, event: Event | None = None) -> str | None:
    if moment is None:
        return None
    zone = event.venue.tz if event else timezone.get_default_timezone()
    return moment.astimezone(zone).isoformat(timespec="seconds")
