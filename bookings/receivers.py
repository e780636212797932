"""What bookings do when something happens in a room below."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from events.history import History
from events.models import Event, EventActivity
from events.signals import event_cancelled, event_rescheduled, history_written
from ticketing.signals import places_returned

from . import services, tasks
from .models import Subscription
from .webhooks import noting


@receiver(event_cancelled)
def cancel_bookings(sender: type[Event], event: Event, **kwargs) -> None:
    """Let the queue cancel what is booked; it learns of it only if the event's own change is kept."""
    tasks.cancel_bookings_of_event.enqueue(event.pk)


@receiver(event_cancelled)
def close_waitlist(sender: type[Event], event: Event, now: datetime, **kwargs) -> None:
    """Nobody waits any more."""
    services.close_waitlists(now=now)


@receiver(places_returned)
def serve_line(sender: type[Event], event: Event, now: datetime, **kwargs) -> None:
    """Let those who wait have what staff puts on sale, before the public sees it."""
    services.serve_line(event, now)


@receiver(event_rescheduled)
def tell_of_new_date(
    sender: type[Event], event: Event, previous_date: datetime, now: datetime, activity: EventActivity, **kwargs
) -> None:
    """Let the queue write to everybody who has tickets, unless the event was over anyway."""
    if previous_date > now:
        tasks.tell_of_new_date.enqueue(event.pk, previous_date.isoformat(), activity.pk)


@receiver(history_written)
def note_for_webhooks(sender: type[History], lines: Sequence[History], **kwargs) -> None:
    """Write down whom to tell of it, in the same transaction."""
    noting.note(lines)


@receiver([post_save, post_delete], sender=Subscription)
def ask_who_listens(sender: type[Subscription], **kwargs) -> None:
    """Notice a new listener at once, at least in this process."""
    noting.forget()
