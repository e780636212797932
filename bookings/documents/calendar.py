"""A booking as a calendar file (RFC 5545), which every calendar keeps up to date under the same UID."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings
from icalendar import Calendar, Event, Timezone, vDatetime

from bookings.models import Booking, Ticket
from events.models import Event as StagedEvent

from .when import clock, end_of

UTC = "UTC"
"""The zone whose times end in Z and need no description."""

USUAL_LENGTH = timedelta(hours=2)
"""How long an event is taken to last when nobody has said."""


def booking_calendar(booking: Booking, *, site_url: str, now: datetime) -> bytes:
    """Make the calendar file of a booking that was fetched ``with_details()``.

    Its UID stays the same for the life of the booking and its SEQUENCE grows with time, so that a file that was made
    later replaces an earlier one: it moves the entry, or strikes it out when the booking or the event is cancelled.
    """
    link = site_url + booking.get_absolute_url()
    return _calendar(booking, _entry(booking, booking.booking_code, booking.quantity, link, now))


def ticket_calendar(booking: Booking, ticket: Ticket, *, link: str, now: datetime) -> bytes:
    """Make the calendar file of one ticket that was passed on. ``link`` is its holder's; that of the booking is not."""
    return _calendar(booking, _entry(booking, f"{booking.booking_code}-{ticket.pk}", 1, link, now))


def _calendar(booking: Booking, entry: Event) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", f"-//{settings.SITE_NAME}//Tickets//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    begin = booking.event.event_date.astimezone(booking.event.venue.tz)
    if booking.event.venue.time_zone != UTC:
        calendar.add_component(_time_zone(booking.event.venue.time_zone, begin.year))
    calendar.add_component(entry)
    return calendar.to_ical()


def _entry(booking: Booking, name: str, quantity: int, link: str, now: datetime) -> Event:
    event = booking.event
    entry = Event()
    entry.add("uid", f"{name}@{urlsplit(link).hostname}")
    entry.add("dtstamp", now)
    entry.add("sequence", max(0, int((now - booking.booking_date).total_seconds())))
    entry["dtstart"] = _local(event, event.event_date)
    entry["dtend"] = _local(event, end_of(event) or event.event_date + USUAL_LENGTH)
    entry.add("summary", _one_line(event.name))
    entry.add("location", _one_line(_location(event)))
    entry.add("description", _description(booking, quantity, link))
    entry.add("url", link)
    entry.add("status", "CANCELLED" if _is_off(booking) else "CONFIRMED")
    entry.add("transp", "OPAQUE")
    return entry


def _is_off(booking: Booking) -> bool:
    return booking.status == Booking.Status.CANCELLED or booking.event.status == StagedEvent.Status.CANCELLED


def _local(event: StagedEvent, at: datetime) -> vDatetime:
    """Write a moment in the venue's zone by its IANA name."""
    value = vDatetime(at.astimezone(event.venue.tz))
    if event.venue.time_zone != UTC:
        value.params["TZID"] = event.venue.time_zone
    return value


def _location(event: StagedEvent) -> str:
    venue = event.venue
    return ", ".join(filter(None, [venue.name, venue.full_address, venue.country]))


def _description(booking: Booking, quantity: int, link: str) -> str:
    noun = "ticket" if quantity == 1 else "tickets"
    lines = [f"{quantity} {noun}, booking {booking.booking_code}"]
    if booking.event.doors_at:
        lines.append(f"Doors open at {clock(booking.event, booking.event.doors_at)}.")
    return "\n".join([*lines, f"Your tickets: {link}"])


def _one_line(text: str) -> str:
    return " ".join(text.split())


@lru_cache(maxsize=256)
def _time_zone(name: str, year: int) -> Timezone:
    """Describe a time zone around a year. The result is shared: it is read only."""
    return Timezone.from_tzid(name, first_date=date(year - 1, 1, 1), last_date=date(year + 2, 1, 1))
