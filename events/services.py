"""Writes of this room: publish events, cancel them, move them to another date or venue.

Each is a conditional UPDATE on the event's present state, so that two members of staff make one change, and writes a
line of the event's history.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from venues.models import Venue

from .changes import differences, snapshot
from .errors import DateRefused, EventClosed, VenueRefused
from .history import Channel
from .models import Event, EventActivity, EventQuerySet
from .signals import event_cancelled, event_rescheduled


def record(
    event: Event, verb: str, *, now: datetime, by: str, channel: str = Channel.BOX_OFFICE, **detail
) -> EventActivity:
    """Write down that ``by`` (a user name, or one of ``events.history``) did ``verb`` to an event."""
    return EventActivity.objects.create(event=event, at=now, actor=by, channel=channel, verb=verb, detail=detail)


def publish(*, events: EventQuerySet, now: datetime, by: str, channel: str = Channel.BOX_OFFICE) -> int:
    """Show drafts, and events that were to be shown later, from ``now`` on. Returns how many these were.

    Left alone is what is cancelled, completed, past, or published already.
    """
    hidden = events.upcoming(now).filter(status=Event.Status.ACTIVE).exclude(published_at__lte=now)
    return _write_to_each(hidden, "publish", now, by, channel, published_at=now)


def unpublish(*, events: EventQuerySet, now: datetime, by: str, channel: str = Channel.BOX_OFFICE) -> int:
    """Make active events drafts again. Returns how many these were.

    What has been booked stays booked: customers reach their bookings, but nobody finds the event. A cancelled
    event stays published, so that its page says what has happened.
    """
    shown = events.filter(status=Event.Status.ACTIVE, published_at__isnull=False)
    return _write_to_each(shown, "unpublish", now, by, channel, published_at=None)


@transaction.atomic
def _write_to_each(events: EventQuerySet, verb: str, now: datetime, by: str, channel: str, **changes) -> int:
    found = list(events.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk", flat=True))
    Event.objects.filter(pk__in=found).update(**changes)
    EventActivity.objects.bulk_create(
        EventActivity(event_id=pk, at=now, actor=by, channel=channel, verb=verb) for pk in found
    )
    return len(found)


def schedule(
    *, event: Event, published_at: datetime | None, now: datetime, by: str, channel: str = Channel.BOX_OFFICE
) -> None:
    """Publish an event, from a moment to come if that is one; without a moment, make it a draft.

    Raises:
        EventClosed: it is not active any more.
    """
    row = Event.objects.filter(pk=event.pk)
    if not row.filter(status=Event.Status.ACTIVE).exists():
        raise _closed(event)
    if published_at is None:
        unpublish(events=row, now=now, by=by, channel=channel)
    elif published_at <= now:
        publish(events=row, now=now, by=by, channel=channel)
    else:
        edit(event=event, changes={"published_at": published_at}, now=now, by=by, channel=channel)


@transaction.atomic
def complete(*, event: Event, now: datetime, by: str, channel: str = Channel.BOX_OFFICE) -> Event:
    """Close an event that has begun: it has taken place.

    Raises:
        EventClosed: it is not active any more.
        DateRefused: it has not begun.
    """
    if not event.is_past(now):
        raise DateRefused(f"“{event.name}” has not begun.")
    if not Event.objects.filter(pk=event.pk, status=Event.Status.ACTIVE).update(status=Event.Status.COMPLETED):
        raise _closed(event)
    fresh = Event.objects.with_details().get(pk=event.pk)
    record(fresh, "complete", now=now, by=by, channel=channel)
    return fresh


@transaction.atomic
def edit(*, event: Event, changes: Mapping[str, object], now: datetime, by: str, channel: str) -> Event:
    """Change what an event says of itself. Dates, status and publication have services of their own.

    Raises:
        ValidationError: a field is wrong.
    """
    fresh = Event.objects.select_for_update(of=("self",), no_key=True).with_details().get(pk=event.pk)
    before = snapshot(fresh, changes)
    for name, value in changes.items():
        setattr(fresh, name, value)
    fresh.full_clean()
    fresh.save(update_fields=list(changes))
    if changed := differences(before, snapshot(fresh, changes)):
        record(fresh, "edit", now=now, by=by, channel=channel, **changed)
    return fresh


@dataclass(frozen=True)
class Cancellation:
    """How an event was cancelled: whether we give the money back, and what the letters say besides."""

    refunds: bool = True
    message: str = ""


@transaction.atomic
def cancel_event(
    *,
    event: Event,
    now: datetime,
    by: str,
    how: Cancellation = Cancellation(),
    channel: str = Channel.BOX_OFFICE,
) -> Event:
    """Cancel an event for good, and let the rooms above see to what has been booked, in the way that ``how`` says.

    Raises:
        EventClosed: it is not active any more.
    """
    if not Event.objects.filter(pk=event.pk, status=Event.Status.ACTIVE).update(status=Event.Status.CANCELLED):
        raise _closed(event)
    fresh = Event.objects.with_details().get(pk=event.pk)
    record(fresh, "cancel", now=now, by=by, channel=channel, refunds=how.refunds, message=how.message)
    event_cancelled.send(sender=Event, event=fresh, now=now, by=by)
    return fresh


def how_cancelled(event_id: int) -> Cancellation:
    """Read in the history how an event was cancelled."""
    line = EventActivity.objects.filter(event=event_id, verb="cancel").order_by("at", "pk").last()
    return Cancellation(line.detail.get("refunds", True), line.detail.get("message", "")) if line else Cancellation()


@transaction.atomic
def reschedule(
    *,
    event: Event,
    event_date: datetime,
    now: datetime,
    by: str,
    venue: Venue | None = None,
    refundable_until: datetime | None = None,
    message: str = "",
    channel: str = Channel.BOX_OFFICE,
) -> Event:
    """Move an event to another moment, or to another ``venue``, or both; its doors and its end move along.

    What the public has seen leaves a trace: ``rescheduled_from`` keeps the date that was announced first. A draft
    leaves none; nor does an event that moves back to its first date. The rooms above are told in any case: what was
    booked before an event became a draft again stays booked. Until ``refundable_until`` customers may have their money
    back, whatever the event's policy; a promise of an earlier move is never shortened. Whether the venue is large
    enough is for the caller to know.

    Raises:
        DateRefused: the new date has passed, or the money could be had back only before now or after it begins.
        VenueRefused: the event has a seating plan, whose seats are where they are.
        EventClosed: it is not active any more.
    """
    if event_date <= now:
        raise DateRefused("An event cannot be moved into the past.")
    if refundable_until and not now < refundable_until <= event_date:
        raise DateRefused("Money can be had back until a moment between now and the new date.")
    fresh = Event.objects.select_for_update(of=("self",), no_key=True).with_details().get(pk=event.pk)
    if fresh.status != Event.Status.ACTIVE:
        raise _closed(fresh)
    previous = fresh.event_date
    changes = _change_venue(fresh, venue) | _change_date(fresh, event_date, now)
    if not changes:
        return fresh
    changes["message"] = message
    if refundable_until:
        fresh.refundable_until = max(refundable_until, fresh.refundable_until or refundable_until)
        changes["refundable until"] = refundable_until.isoformat()
    moved = ["venue", "event_date", "doors_at", "ends_at", "rescheduled_from", "refundable_until"]
    fresh.save(update_fields=moved)
    activity = record(fresh, "move", now=now, by=by, channel=channel, **changes)
    event_rescheduled.send(sender=Event, event=fresh, previous_date=previous, now=now, by=by, activity=activity)
    return fresh


def _change_venue(event: Event, venue: Venue | None) -> dict[str, list[str]]:
    """Return what the history says of it: nothing, if the event stays where it is."""
    if venue is None or venue.pk == event.venue_id:
        return {}
    if event.seating_plan_id:
        raise VenueRefused(f"“{event.name}” is sold by seats of {event.venue.name}, so it cannot be moved elsewhere.")
    before, event.venue = event.venue, venue
    return {"venue": [str(before), str(venue)]}


def _change_date(event: Event, event_date: datetime, now: datetime) -> dict[str, list[str]]:
    """Return what the history says of it: nothing, if the event begins when it did."""
    previous, shift = event.event_date, event_date - event.event_date
    if not shift:
        return {}
    event.event_date = event_date
    event.doors_at = event.doors_at and event.doors_at + shift
    event.ends_at = event.ends_at and event.ends_at + shift
    if event.is_published(now):
        first = event.rescheduled_from or previous
        event.rescheduled_from = first if first != event_date else None
    return {"begins at": [previous.isoformat(), event_date.isoformat()]}


def _closed(event: Event) -> EventClosed:
    status = Event.objects.values_list("status", flat=True).get(pk=event.pk)
    return EventClosed(f"“{event.name}” is already {Event.Status(status).label.lower()}.")
