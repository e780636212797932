"""The letters that customers get. Each function builds one message; ``bookings.tasks`` sends it.

Every letter is plain text with an HTML twin. Addresses in it are absolute, times are the venue's, and whatever
customers or staff have typed appears as they typed it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from urllib.parse import urljoin

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from reportlab.lib.colors import Color

from events.models import Event
from ticketing.money import ZERO

from .access import SIGN_IN_LINK_LIFE
from .documents import when
from .documents.art import palette
from .documents.calendar import booking_calendar
from .documents.pdf import ticket_pdf
from .models import Booking, Payment, WaitlistEntry
from .order import order_lines

BULB = "#ffbf3f"
"""The light above letters that are not about an event."""


def confirmation(booking: Booking, *, now: datetime) -> EmailMultiAlternatives:
    """Write to the customer of a confirmed booking, with the tickets and a calendar file attached.

    Fetch the booking ``with_details()``.
    """
    tickets = list(booking.tickets.with_details().valid().order_by("pk"))
    context = {**_about(booking), "tickets": tickets, "cancellable_until": _cancellable_until(booking, now)}
    noun = "ticket" if len(tickets) == 1 else "tickets"
    subject = f"Your {noun} for {booking.event.name}, {when.day(booking.event, booking.event.event_date)}"
    letter = _letter("confirmation", booking.customer_email, subject, context)
    letter.attach(f"{noun}-{booking.booking_code}.pdf", ticket_pdf(booking, tickets, now=now), "application/pdf")
    _attach_calendar(letter, booking, now)
    return letter


def cancellation(booking: Booking) -> EmailMultiAlternatives:
    """Tell the customer of a cancelled booking why it is cancelled, and what is given back, when and how.

    Fetch the booking ``with_details()``.
    """
    context = {**_about(booking), "refund": _refund(booking), "reasons": Booking.Reason}
    if booking.cancellation_reason == Booking.Reason.EVENT:
        subject = f"Cancelled: {booking.event.name}, {when.day(booking.event, booking.event.event_date)}"
    else:
        subject = f"Your booking {booking.booking_code} for {booking.event.name} is cancelled"
    return _letter("cancellation", booking.customer_email, subject, context)


def new_date(booking: Booking, *, previous_date: datetime, now: datetime) -> EmailMultiAlternatives:
    """Tell the customer of a confirmed booking that the event has moved, with its entry for the calendar.

    The tickets stay valid, so they are not attached again: those that were printed show the old date, and are good.
    Fetch the booking ``with_details()``.
    """
    event = booking.event
    context = {
        **_about(booking),
        "previous": when.moment(event, previous_date),
        "cancellable_until": _cancellable_until(booking, now),
    }
    subject = f"New date: {event.name}, {when.moment(event, event.event_date)}"
    letter = _letter("new_date", booking.customer_email, subject, context)
    _attach_calendar(letter, booking, now)
    return letter


def sign_in_link(email: str, url: str) -> EmailMultiAlternatives:
    """Send the link that shows all bookings of an address. ``url`` may be a path of this site."""
    minutes = int(SIGN_IN_LINK_LIFE.total_seconds() // 60)
    again = absolute(reverse("bookings:mine"))
    context = {"link": absolute(url), "email": email, "minutes": minutes, "again": again}
    return _letter("sign_in", email, f"Your bookings at {settings.SITE_NAME}", context)


def booking_link(booking: Booking) -> EmailMultiAlternatives:
    """Send the link of a booking to its customer again. Fetch the booking ``with_details()``."""
    return _letter("booking_link", booking.customer_email, f"Your booking {booking.booking_code}", _about(booking))


def waiting(entry: WaitlistEntry) -> EmailMultiAlternatives:
    """Confirm to somebody that they are on a waiting list, with the link to leave it. Fetch it ``with_details()``."""
    context = {**_about_event(entry.event), **_of_entry(entry)}
    return _letter("waiting", entry.email, f"You are on the waiting list for {entry.event.name}", context)


def places_offered(entry: WaitlistEntry) -> EmailMultiAlternatives:
    """Tell somebody on a waiting list which places are held for them, and until when. Fetch it ``with_details()``."""
    booking = entry.booking
    context = {
        **_about_event(entry.event),
        **_of_entry(entry),
        "booking": booking,
        "lines": order_lines(booking.tickets.with_details()),
        "until": when.moment(entry.event, booking.expires_at),
        "link": absolute(reverse("bookings:checkout", args=[booking.key])),
    }
    subject = f"Places for {entry.event.name}: yours until {when.moment(entry.event, booking.expires_at)}"
    return _letter("places_offered", entry.email, subject, context)


def _of_entry(entry: WaitlistEntry) -> dict[str, object]:
    link = absolute(entry.get_absolute_url())
    return {"entry": entry, "name": single_line(entry.name), "link": link, "leave": link}


def absolute(url: str) -> str:
    """Complete a path of this site to an address that works in a letter."""
    return urljoin(settings.SITE_URL, url)


def single_line(text: str) -> str:
    """Make text safe for a header: what begins a new line, or cannot be printed, becomes a space."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _letter(name: str, to: str, subject: str, context: dict[str, object]) -> EmailMultiAlternatives:
    subject = single_line(subject)
    context = {
        "subject": subject,
        "SITE_NAME": settings.SITE_NAME,
        "SITE_URL": settings.SITE_URL,
        "strip": [BULB],
        **context,
    }
    letter = EmailMultiAlternatives(
        subject=subject,
        body=_paragraphs(render_to_string(f"mail/{name}.txt", context)),
        to=[to],
        headers={"Auto-Submitted": "auto-generated"},  # so that no out-of-office note comes back
    )
    letter.attach_alternative(render_to_string(f"mail/{name}.html", context), "text/html")
    return letter


def _attach_calendar(letter: EmailMultiAlternatives, booking: Booking, now: datetime) -> None:
    calendar = booking_calendar(booking, site_url=settings.SITE_URL, now=now)
    letter.attach(f"{booking.booking_code}.ics", calendar.decode(), "text/calendar")


def _paragraphs(text: str) -> str:
    """Leave one empty line between paragraphs, where template tags have left more."""
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _about(booking: Booking) -> dict[str, object]:
    """What letters about a booking have in common."""
    return {
        **_about_event(booking.event),
        "booking": booking,
        "name": single_line(booking.customer_name),
        "link": absolute(booking.get_absolute_url()),
    }


def _about_event(event: Event) -> dict[str, object]:
    colours = palette(event.category.colour)
    return {
        "event": event,
        "day": when.day(event, event.event_date),
        "begins": when.clock(event, event.event_date),
        "doors": when.clock(event, event.doors_at) if event.doors_at else "",
        "colour": _hex(colours.base),
        "on_colour": _hex(colours.on_base),
        "strip": [_hex(part) for part in (colours.deep, colours.accent, colours.light, colours.deep, colours.accent)],
    }


def _hex(colour: Color) -> str:
    return f"#{colour.hexval()[2:]}"


def _cancellable_until(booking: Booking, now: datetime) -> str:
    return when.moment(booking.event, booking.event.cancellable_until) if booking.is_cancellable(now) else ""


@dataclass(frozen=True)
class Refund:
    """What a customer gets back: over the way the money came, and in cash at the box office."""

    by_provider: Decimal
    at_box_office: Decimal

    @property
    def total(self) -> Decimal:
        return self.by_provider + self.at_box_office


def _refund(booking: Booking) -> Refund:
    """Add up the refunds that have been decided: a pending row each, and an answer under the same reference."""
    refunds = {payment.reference: payment for payment in booking.payments.filter(kind=Payment.Kind.REFUND)}
    at_box_office = sum((refund.amount for refund in refunds.values() if refund.provider == "on_site"), ZERO)
    return Refund(sum((refund.amount for refund in refunds.values()), ZERO) - at_box_office, at_box_office)
