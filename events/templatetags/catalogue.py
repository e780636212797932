"""How pages write dates, durations and pictures of events: ``{% load catalogue %}``."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from urllib.parse import quote

from django import template
from django.utils.dateformat import format as format_date

from events.artwork import absolute, event_poster_url, production_poster_url, uploaded_poster_url
from events.listings import coming_at, posters_of
from events.models import Event, Production
from venues.models import Venue

register = template.Library()


@register.filter
def poster_url(subject: Event | Production) -> str:
    """Return the address of the picture of an event or a production."""
    return event_poster_url(subject) if isinstance(subject, Event) else production_poster_url(subject)


@register.filter
def day_of(event: Event, now: datetime) -> str:
    """Write the day of an event by its venue's calendar: ``Fri 27 Nov``, with the year if it is not this one."""
    begins, today = event.event_date.astimezone(event.venue.tz), now.astimezone(event.venue.tz)
    return format_date(begins, "D j M" if begins.year == today.year else "D j M Y")


@register.filter
def time_at(moment: datetime, venue: Venue) -> str:
    """Write a time of day by the venue's clock: ``19:30``."""
    return format_date(moment.astimezone(venue.tz), "H:i")


@register.filter
def long_date(moment: datetime, venue: Venue) -> str:
    """Write a day in full by the venue's calendar: ``Friday 27 November 2026``."""
    return format_date(moment.astimezone(venue.tz), "l j F Y")


@register.filter
def iso(moment: datetime, venue: Venue) -> str:
    """Write a moment for machines, in the venue's zone: the ``datetime`` of a ``<time>``."""
    return moment.astimezone(venue.tz).isoformat(timespec="minutes")


@register.simple_tag
def first_events(venues: Iterable[Venue], now: datetime) -> dict[int, list[Event]]:
    """Find the first few events to come at each venue. One query."""
    return posters_of(venues, now)


@register.simple_tag
def coming_events(venue: Venue, now: datetime) -> list[Event]:
    """Find the next events at a venue, each production once. One query."""
    return coming_at(venue, now)


@register.filter
def at(events: dict[int, list[Event]], venue: Venue) -> list[Event]:
    """Pick one venue's events out of what ``first_events`` gave."""
    return events.get(venue.pk, [])


@register.filter
def more_dates(event: Event) -> int:
    """How many dates an event of :func:`events.listings.first_dates` stands for, besides its own."""
    return event.dates - 1


@register.filter
def duration(minutes: int) -> str:
    """Write a running time: ``2 h 15 min``."""
    hours, rest = divmod(minutes, 60)
    return " ".join(part for part in (f"{hours} h" if hours else "", f"{rest} min" if rest else "") if part)


@register.filter
def running_time(event: Event) -> str:
    """Write how long an event lasts, as far as that is known."""
    if event.ends_at:
        return duration(round((event.ends_at - event.event_date).total_seconds() / 60))
    if event.production and event.production.running_time:
        return duration(event.production.running_time)
    return ""


@register.filter
def map_url(venue: Venue) -> str:
    """Return an address that shows where a venue is, on OpenStreetMap."""
    where = ", ".join(filter(None, [venue.name, venue.full_address, venue.country]))
    return f"https://www.openstreetmap.org/search?query={quote(where)}"


register.filter(absolute)
register.filter(uploaded_poster_url)
