"""Writes of this room: publish events, cancel them, move them to another date.

Each is a conditional UPDATE on the event's present state, so that two members of staff make one change.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from .errors import DateRefused, EventClosed
from .history import Channel
from .models import Event, EventActivity, EventQuerySet
from .signals import event_cancelled, event_rescheduled


def record(event: Event, verb: str, *, now: datetime, by: str, channel: str = Channel.BOX_OFFICE, **detail):
    """Write into an event's history that ``by`` (a user name) did ``verb``. Returns the line."""
    return EventActivity.objects.create(event=event, at=now, actor=by, channel=channel, verb=verb, detail=detail)


def publish(*, events: EventQuerySet, now: datetime) -> int:
    """Show drafts, and events that were to be shown later, from ``now`` on. Returns how many these were.

    Left alone is what is cancelled, completed, past, or published already.
    """
    hidden = events.upcoming(now).filter(status=Event.Status.ACTIVE).exclude(published_at__lte=now)
    return hidden.update(published_at=now)


def unpublish(*, events: EventQuerySet) -> int:
    """Make active events drafts again. Returns how many these were.

    What has been booked stays booked: customers reach their bookings, but nobody finds the event. A cancelled
    event stays published, so that its page says what has happened.
    """
    return events.filter(status=Event.Status.ACTIVE, published_at__isnull=False).update(published_at=None)


@transaction.atomic
def cancel_event(*, event: Event, now: datetime, by: str) -> Event:
    """Cancel an event for good, and let the rooms above see to what has been booked.

    Raises:
        EventClosed: it is not active any more.
    """
    if not Event.objects.filter(pk=event.pk, status=Event.Status.ACTIVE).update(status=Event.Status.CANCELLED):
        raise _closed(event)
    fresh = Event.objects.with_details().get(pk=event.pk)
    event_cancelled.send(sender=Event, event=fresh, now=now, by=by)
    return fresh


@transaction.atomic
def reschedule(*, event: Event, event_date: datetime, now: datetime, by: str) -> Event:
    """Move an event to another moment; its doors and its end move along.

    What the public has seen leaves a trace: ``rescheduled_from`` keeps the date that was announced first. A draft
    leaves none; nor does an event that moves back to its first date. The rooms above are told in any case: what was
    booked before an event became a draft again stays booked.

    Raises:
        DateRefused: the new date has passed.
        EventClosed: it is not active any more.
    """
    if event_date <= now:
        raise DateRefused("An event cannot be moved into the past.")
    fresh = Event.objects.select_for_update(of=("self",), no_key=True).with_details().get(pk=event.pk)
    if fresh.status != Event.Status.ACTIVE:
        raise _closed(fresh)
    previous, shift = fresh.event_date, event_date - fresh.event_date
    if not shift:
        return fresh
    fresh.event_date = event_date
    fresh.doors_at = fresh.doors_at and fresh.doors_at + shift
    fresh.ends_at = fresh.ends_at and fresh.ends_at + shift
    if fresh.is_published(now):
        first = fresh.rescheduled_from or previous
        fresh.rescheduled_from = first if first != event_date else None
    fresh.save(update_fields=["event_date", "doors_at", "ends_at", "rescheduled_from"])
    event_rescheduled.send(sender=Event, event=fresh, previous_date=previous, now=now, by=by)
    return fresh


def _closed(event: Event) -> EventClosed:
    status = Event.objects.values_list("status", flat=True).get(pk=event.pk)
    return EventClosed(f"“{event.name}” is already {Event.Status(status).label.lower()}.")
