"""Dates and times of an event as they are written for its visitors: in the venue's zone."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.formats import date_format

from events.models import Event


def end_of(event: Event) -> datetime | None:
    """When the event ends, by its own word or by its production's running time; None: nobody has said."""
    if event.ends_at:
        return event.ends_at
    if event.production and event.production.running_time:
        return event.event_date + timedelta(minutes=event.production.running_time)
    return None


def day(event: Event, at: datetime) -> str:
    """``Saturday 12 December 2026``, where the event is."""
    return date_format(at.astimezone(event.venue.tz), "l j F Y")


def clock(event: Event, at: datetime) -> str:
    """``19:30``, where the event is."""
    return date_format(at.astimezone(event.venue.tz), "H:i")


def moment(event: Event, at: datetime) -> str:
    """``Saturday 12 December 2026, 19:30``, where the event is."""
    return f"{day(event, at)}, {clock(event, at)}"
