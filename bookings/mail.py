"""The letters that customers get. Each function builds one message; ``bookings.tasks`` sends it.

Every letter is plain text with an HTML twin. Addresses in it are absolute, times are the venue's, and whatever
customers or staff have typed appears as they typed it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
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

from .access import SIGN_IN_LINK_LIFE, ticket_url
from .account import refunds_since
from .documents import when
from .documents.art import palette
from .documents.calendar import booking_calendar, ticket_calendar
from .documents.pdf import ticket_pdf
from .models import Booking, Payment, Ticket, WaitlistEntry
from .order import order_lines, own_tickets
from .pseudonyms import is_reachable

BULB = "#ffbf3f"
"""The light above letters that are not about an event."""


def confirmation(booking: Booking, *, now: datetime) -> EmailMultiAlternatives:
    """Write to the customer of a confirmed booking, with the tickets and a calendar file attached.

    Fetch the booking ``with_details()``.
    """
    tickets = list(booking.tickets.with_details().valid().order_by("pk"))
    own = own_tickets(tickets)
    context = {
        **_about(booking),
        "tickets": tickets,
        "count": len(own),
        "cancellable_until": _cancellable_until(booking, now),
    }
    subject = f"Your {_noun(own)} for {booking.event.name}, {when.day(booking.event, booking.event.event_date)}"
    letter = write_letter("confirmation", booking.customer_email, subject, context)
    _attach_tickets(letter, booking, own, now)
    _attach_calendar(letter, booking, now)
    return letter


def change(booking: Booking, what: str, *, now: datetime) -> EmailMultiAlternatives:
    """Tell the customer what has become of a booking that was changed, with the tickets that are valid now.

    ``what`` is the verb of the change in the booking's history. Fetch the booking ``with_details()``.
    """
    tickets = list(booking.tickets.with_details().valid().order_by("pk"))
    activity = booking.activities.filter(verb=what).last()
    detail = activity.detail if activity else {}
    context = {
        **_about(booking),
        "what": what,
        "tickets": tickets,
        "count": len(own_tickets(tickets)),
        "cancelled": len(detail.get("tickets", [])),
        "replaced": booking.replaces if what == "exchange" else None,
        "paid": max(Decimal(detail.get("difference", 0)), ZERO),
        "refund": refunds_since(booking, activity.at if activity else now),
    }
    letter = write_letter(
        "change", booking.customer_email, _CHANGES.get(what, _CHANGED).format(booking=booking), context
    )
    _attach_tickets(letter, booking, own_tickets(tickets), now)
    if what == "exchange":
        _attach_calendar(letter, booking, now)
    return letter


_CHANGED = "Your booking {booking.booking_code} for {booking.event.name} has changed"
_CHANGES = {
    "exchange": "Exchanged: your tickets for {booking.event.name}",
    "cancel tickets": "Tickets cancelled: booking {booking.booking_code} for {booking.event.name}",
    "refund": "Money back: booking {booking.booking_code} for {booking.event.name}",
}


def passed_on(ticket: Ticket, *, now: datetime) -> EmailMultiAlternatives:
    """Send a ticket that was passed on to its holder. Fetch it, and its booking, ``with_details()``.

    The booking's own link stays out of it.
    """
    booking, link = ticket.booking, absolute(ticket_url(ticket))
    context = {**_about(booking), "ticket": ticket, "name": single_line(ticket.holder_name), "link": link}
    context["giver"] = single_line(booking.customer_name) or "Somebody"
    subject = f"Your ticket for {booking.event.name}, {when.day(booking.event, booking.event.event_date)}"
    letter = write_letter("passed_on", ticket.holder_email, subject, context)
    _attach_tickets(letter, booking, [ticket], now)
    entry = ticket_calendar(booking, ticket, link=link, now=now)
    letter.attach(f"{booking.booking_code}.ics", entry.decode(), "text/calendar")
    return letter


def given_away(ticket: Ticket, giver: Ticket) -> EmailMultiAlternatives:
    """Note for whoever has passed a ticket on: the customer, or, if they had got it themselves, its holder before.

    ``ticket`` is the new one, fetched with its booking ``with_details()``; ``giver`` is the one that died.
    """
    booking = ticket.booking
    context = {**_about(booking), "ticket": ticket, "holder": single_line(ticket.holder_name)}
    if giver.holder_name:
        context |= {"name": single_line(giver.holder_name), "link": ""}
    to = giver.holder_email if giver.holder_name else booking.customer_email
    return write_letter("given_away", to, f"Passed on: a ticket for {booking.event.name}", context)


def new_address(booking: Booking) -> EmailMultiAlternatives:
    """Welcome the address that a booking has now. Fetch the booking ``with_details()``."""
    subject = f"Your booking {booking.booking_code} now has this address"
    return write_letter("new_address", booking.customer_email, subject, _about(booking))


def old_address(booking: Booking, email: str) -> EmailMultiAlternatives:
    """Tell the address that a booking had that it has another one, but not which. Fetch it ``with_details()``."""
    subject = f"Your booking {booking.booking_code} has another address now"
    return write_letter("old_address", email, subject, _about(booking))


def cancellation(booking: Booking, *, message: str = "") -> EmailMultiAlternatives:
    """Tell the customer of a cancelled booking why it is cancelled, and what is given back, when and how.

    ``message`` is what the house has to say besides. Fetch the booking ``with_details()``.
    """
    context = {
        **_about(booking),
        "refund": refunds_since(booking, booking.cancelled_at),
        "was_paid": booking.payments.filter(kind=Payment.Kind.CHARGE).exists(),
        "reasons": Booking.Reason,
        "message": message.strip(),
    }
    if booking.cancellation_reason == Booking.Reason.EVENT:
        subject = f"Cancelled: {booking.event.name}, {when.day(booking.event, booking.event.event_date)}"
    else:
        subject = f"Your booking {booking.booking_code} for {booking.event.name} is cancelled"
    return write_letter("cancellation", booking.customer_email, subject, context)


def new_date(
    booking: Booking, *, previous_date: datetime, now: datetime, previous_venue: str = "", message: str = ""
) -> EmailMultiAlternatives:
    """Tell the customer of a confirmed booking that the event has moved, with its entry for the calendar.

    The tickets stay valid, so they are not attached again: those that were printed show the old date, and are good.
    ``previous_venue`` is where it was to be, if it has moved to another house; ``message`` what the house has to say
    besides. Fetch the booking ``with_details()``.
    """
    event = booking.event
    context = {
        **_about(booking),
        "previous": when.moment(event, previous_date),
        "previous_venue": previous_venue,
        "label": "New place" if previous_venue else "New date",
        "message": message.strip(),
        "cancellable_until": _cancellable_until(booking, now),
    }
    subject = f"New date: {event.name}, {when.moment(event, event.event_date)}"
    if previous_venue:
        subject = f"New place: {event.name} is at {event.venue.name}, {when.moment(event, event.event_date)}"
    letter = write_letter("new_date", booking.customer_email, subject, context)
    _attach_calendar(letter, booking, now)
    return letter


def sign_in_link(email: str, url: str) -> EmailMultiAlternatives:
    """Send the link that shows all bookings of an address. ``url`` may be a path of this site."""
    minutes = int(SIGN_IN_LINK_LIFE.total_seconds() // 60)
    again = absolute(reverse("bookings:mine"))
    context = {"link": absolute(url), "email": email, "minutes": minutes, "again": again}
    return write_letter("sign_in", email, f"Your bookings at {settings.SITE_NAME}", context)


def booking_link(booking: Booking) -> EmailMultiAlternatives:
    """Send the link of a booking to its customer again. Fetch the booking ``with_details()``."""
    return write_letter("booking_link", booking.customer_email, f"Your booking {booking.booking_code}", _about(booking))


def waiting(entry: WaitlistEntry) -> EmailMultiAlternatives:
    """Confirm to somebody that they are on a waiting list, with the link to leave it. Fetch it ``with_details()``."""
    context = {**_about_event(entry.event), **_of_entry(entry)}
    return write_letter("waiting", entry.email, f"You are on the waiting list for {entry.event.name}", context)


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
    return write_letter("places_offered", entry.email, subject, context)


def _of_entry(entry: WaitlistEntry) -> dict[str, object]:
    link = absolute(entry.get_absolute_url())
    return {"entry": entry, "name": single_line(entry.name), "link": link, "leave": link}


def absolute(url: str) -> str:
    """Complete a path of this site to an address that works in a letter."""
    return urljoin(settings.SITE_URL, url)


def single_line(text: str) -> str:
    """Make text safe for a header: what begins a new line, or cannot be printed, becomes a space."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def write_letter(name: str, to: str, subject: str, context: dict[str, object]) -> EmailMultiAlternatives:
    """Make a letter in the house's look out of the templates ``mail/<name>.txt`` and ``.html``."""
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
        to=[to] if is_reachable(to) else [],  # Django sends nothing to nobody
        headers={"Auto-Submitted": "auto-generated"},  # so that no out-of-office note comes back
    )
    letter.attach_alternative(render_to_string(f"mail/{name}.html", context), "text/html")
    return letter


def _noun(tickets: Sequence[Ticket]) -> str:
    return "ticket" if len(tickets) == 1 else "tickets"


def _attach_tickets(letter: EmailMultiAlternatives, booking: Booking, tickets: Sequence[Ticket], now: datetime) -> None:
    if tickets:
        name = f"{_noun(tickets)}-{booking.booking_code}.pdf"
        letter.attach(name, ticket_pdf(booking, tickets, now=now), "application/pdf")


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
