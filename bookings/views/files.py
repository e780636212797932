"""Tickets and calendar entries as files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.http import HttpResponse

from bookings.access import ticket_url
from bookings.documents.calendar import booking_calendar, ticket_calendar
from bookings.documents.pdf import ticket_pdf
from bookings.models import Booking, Ticket


def pdf_file(booking: Booking, tickets: Sequence[Ticket], *, now: datetime) -> HttpResponse:
    noun = "ticket" if len(tickets) == 1 else "tickets"
    return HttpResponse(
        ticket_pdf(booking, tickets, now=now),
        headers={
            "Content-Type": "application/pdf",
            "Content-Disposition": f'inline; filename="{noun}-{booking.booking_code}.pdf"',
        },
    )


def calendar_file(booking: Booking, *, now: datetime, ticket: Ticket | None = None) -> HttpResponse:
    """Answer with the entry of a booking, or of one ticket of it that was passed on."""
    if ticket:
        content = ticket_calendar(booking, ticket, link=settings.SITE_URL + ticket_url(ticket), now=now)
    else:
        content = booking_calendar(booking, site_url=settings.SITE_URL, now=now)
    return HttpResponse(
        content,
        headers={
            "Content-Type": "text/calendar; charset=utf-8",
            "Content-Disposition": f'attachment; filename="{booking.booking_code}.ics"',
        },
    )
