"""Find bookings: one by its id, or many by whatever is known of them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Literal

from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest
from django.utils import timezone
from ninja import Field

from bookings.models import Booking, BookingQuerySet, Ticket
from ticketing.stock import BIGGEST_ID
from venues.api.pages import CursorPart, Found, paginate_by_cursor
from venues.api.problems import NotFound
from venues.api.schemas import Day

from .shapes import booking_document, for_document

Status = Literal["pending", "confirmed", "cancelled"]
ORDER = ("-booking_date", "-pk")


class BookingFilter(CursorPart):
    """What is known of the bookings that are looked for. All that is given must hold."""

    event: str | None = Field(None, max_length=200, description="Occurs in the event's name.")
    event_id: int | None = Field(None, ge=1, le=BIGGEST_ID)
    venue: str | None = Field(None, max_length=200, description="Occurs in the venue's name or city.")
    venue_id: int | None = Field(None, ge=1, le=BIGGEST_ID)
    ticket_type: str | None = Field(None, max_length=60, description="Occurs in the name of a ticket type.")
    ticket_type_id: int | None = Field(None, ge=1, le=BIGGEST_ID)
    customer: str | None = Field(None, max_length=254, description="Occurs in the customer's name or e-mail address.")
    code: str | None = Field(None, max_length=24, description="Occurs in the booking code.")
    status: Status | None = None
    channel: Literal["web", "box_office", "api"] | None = None
    date_from: Day | None = Field(None, description="Booked on this day or later, on the clock of the installation.")
    date_to: Day | None = Field(None, description="Booked on this day or earlier.")
    event_date_from: Day | None = Field(None, description="For events on this day or later.")
    event_date_to: Day | None = Field(None, description="For events on this day or earlier.")


TEXTS = {
    "event": ["event__name"],
    "venue": ["event__venue__name", "event__venue__city"],
    "customer": ["customer_name", "customer_email"],
    "code": ["booking_code"],
}
EXACTLY = {"event_id": "event", "venue_id": "event__venue", "status": "status", "channel": "channel"}
DAYS = {"date": "booking_date", "event_date": "event__event_date"}


def narrow(bookings: BookingQuerySet, asked: BookingFilter) -> BookingQuerySet:
    """Keep the bookings of which all that is asked for holds."""
    for name, fields in TEXTS.items():
        if text := getattr(asked, name):
            occurs = Q()
            for field in fields:
                occurs |= Q(**{f"{field}__icontains": text})
            bookings = bookings.filter(occurs)
    for name, field in EXACTLY.items():
        if (value := getattr(asked, name)) is not None:
            bookings = bookings.filter(**{field: value})
    for name, field in DAYS.items():
        if day := getattr(asked, f"{name}_from"):
            bookings = bookings.filter(**{f"{field}__gte": _begin(day)})
        if day := getattr(asked, f"{name}_to"):
            bookings = bookings.filter(**{f"{field}__lt": _begin(day, days=1)})
    return _of_ticket_type(bookings, asked)


def _of_ticket_type(bookings: BookingQuerySet, asked: BookingFilter) -> BookingQuerySet:
    tickets = Ticket.objects.filter(booking=OuterRef("pk"))
    if asked.ticket_type_id is not None:
        bookings = bookings.filter(Exists(tickets.filter(offer__ticket_type=asked.ticket_type_id)))
    if asked.ticket_type:
        bookings = bookings.filter(Exists(tickets.filter(offer__ticket_type__name__icontains=asked.ticket_type)))
    return bookings


def _begin(day: date, days: int = 0) -> datetime:
    """Return the moment at which a day begins, or one so many days later; the end of time, beyond it."""
    try:
        return datetime.combine(day + timedelta(days=days), time.min, tzinfo=timezone.get_default_timezone())
    except OverflowError:
        return datetime.max.replace(tzinfo=timezone.get_default_timezone())


def list_found(request: HttpRequest, bookings: BookingQuerySet, asked: BookingFilter) -> Found:
    """Answer with a part of those bookings, newest first. Three queries."""
    found = narrow(for_document(bookings), asked)
    return paginate_by_cursor(request, found, asked, ORDER).shown(booking_document)


def find_booking(booking_id: int) -> Booking:
    """Return a booking with all that is shown of it. Two queries.

    Raises:
        NotFound: there is none.
    """
    booking = for_document(Booking.objects.all()).filter(pk=booking_id).first() if booking_id <= BIGGEST_ID else None
    if booking is None:
        raise NotFound(f"There is no booking {booking_id}.")
    return booking
