"""What the queue does for this room."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from events.history import Channel
from events.models import Event, EventActivity


@task(queue_name="default")
def open_season(event_ids: list[int], publish_at: str, by: str) -> None:
    """Make the places of events, one event after the other, and then publish all of them together.

    Safe to repeat: what has its places already is passed over. One that has been cancelled or deleted meanwhile is
    left alone. ``publish_at`` is in ISO format; empty: they stay drafts.
    """
    from .services import open_sales

    events = Event.objects.filter(pk__in=event_ids, status=Event.Status.ACTIVE)
    for event in events.filter(places__isnull=True).order_by("event_date", "pk"):
        open_sales(event=event, now=timezone.now(), by=by)
    if publish_at:
        _publish(events.filter(published_at=None), datetime.fromisoformat(publish_at), by)


@transaction.atomic
def _publish(drafts, published_at: datetime, by: str) -> None:
    now, pks = timezone.now(), list(drafts.values_list("pk", flat=True))
    published_at = max(published_at, now)
    Event.objects.filter(pk__in=pks).update(published_at=published_at)
    EventActivity.objects.bulk_create(
        EventActivity(
            event_id=pk,
            at=now,
            actor=by,
            channel=Channel.BOX_OFFICE,
            verb="publish",
            detail={"publish at": published_at.isoformat()},
        )
        for pk in pks
    )
