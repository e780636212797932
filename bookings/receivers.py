"""What bookings do when something happens in a room below."""

from __future__ import annotations

from django.dispatch import receiver

from events.models import Event
from events.signals import event_cancelled

from . import tasks


@receiver(event_cancelled)
def cancel_bookings(sender: type[Event], event: Event, **kwargs) -> None:
    """Let the queue cancel what is booked; it learns of it only if the event's own change is kept."""
    tasks.cancel_bookings_of_event.enqueue(event.pk)
