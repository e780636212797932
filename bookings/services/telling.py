"""Tell customers that an event has moved: each of them once, however often it is begun."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists

from bookings import tasks
from bookings.event_changes import TOLD, told_of
from bookings.models import Activity, Booking
from events.models import Event, EventActivity
from ticketing.transactions import atomic

from .history import SYSTEM

BATCH = 200


@atomic
def tell_some_of_new_date(*, event_id: int, move_id: int, now: datetime, date: str) -> int:
    """Hand the letters about a new date to the queue, for some of those who have tickets and do not know of it yet.

    ``date`` is the former one, in ISO format; ``move_id`` the line of the event's history. Returns how many there were:
    none, when everybody has been told, or the event has moved on, or is cancelled.
    """
    # Two runs at once would tell people twice: the second one waits, and then reads what the first has written.
    event = Event.objects.select_for_update(of=("self",), no_key=True).get(pk=event_id)
    move = EventActivity.objects.get(pk=move_id)
    later = EventActivity.objects.filter(event=event, verb="move", pk__gt=move.pk)
    if event.status != Event.Status.ACTIVE or later.exists():
        return 0
    holders = Booking.objects.filter(event=event, status=Booking.Status.CONFIRMED).exclude(customer_email="")
    some = list(holders.filter(~Exists(told_of(move))).order_by("pk")[:BATCH])
    Activity.objects.bulk_create(
        Activity(booking=it, at=now, actor=SYSTEM, channel=it.channel, verb=TOLD, detail={"move": move.pk})
        for it in some
    )
    for booking in some:
        tasks.send_new_date.enqueue(booking.pk, date, move.pk)
    return len(some)
