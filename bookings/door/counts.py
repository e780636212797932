"""Who is in: counts by section, or by offer where there are no seats."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import Case, Count, F, QuerySet, Value, When

from bookings.models import Ticket
from events.models import Event

FRESH_FOR = timedelta(seconds=3)
"""However many doors watch, the tickets are counted once in so long."""

LAST_NIGHT, TOMORROW = timedelta(hours=20), timedelta(hours=36)
"""Which events are at hand: those that began so long ago, up to those that begin so far ahead."""


def count_sections(event: Event) -> list[dict[str, object]]:
    """Count the valid tickets of each section or offer, and those of them who are in; the whole comes first."""
    key = f"door-counts:{event.pk}"
    rows = cache.get(key)
    if rows is None:
        rows = _count(event)
        cache.set(key, rows, FRESH_FOR.total_seconds())
    return rows


def _count(event: Event) -> list[dict[str, object]]:
    tickets = Ticket.objects.valid().filter(offer__event=event)
    rows = (
        tickets.order_by()
        .values(
            section=F("place__seat__section__name"),
            offer_label=Case(When(place__seat=None, then=F("offer__label")), default=Value("")),
            offer_type=Case(When(place__seat=None, then=F("offer__ticket_type__name")), default=Value("")),
        )
        .annotate(expected=Count("pk"), admitted=Count("checked_in_at"))
    )
    parts = sorted(
        (
            {"name": row["section"] or ", ".join(filter(None, (row["offer_type"], row["offer_label"])))}
            | {"admitted": row["admitted"], "expected": row["expected"]}
            for row in rows
        ),
        key=lambda part: str(part["name"]),
    )
    total = {name: sum(part[name] for part in parts) for name in ("admitted", "expected")}
    return [{"name": "All", **total}, *parts]


def events_at_hand(now: datetime) -> QuerySet[Event]:
    """Return the events of today, last night and tomorrow, whose doors somebody may be standing at."""
    near = Event.objects.filter(event_date__range=(now - LAST_NIGHT, now + TOMORROW))
    return near.select_related("venue", "seating_plan").order_by("event_date", "pk")


def count_events(events: Iterable[Event]) -> dict[int, tuple[int, int]]:
    """Count, of each event, who is in and who is expected."""
    rows = Ticket.objects.valid().filter(offer__event__in=[event.pk for event in events]).order_by()
    counted = rows.values("offer__event").annotate(expected=Count("pk"), admitted=Count("checked_in_at"))
    return {row["offer__event"]: (row["admitted"], row["expected"]) for row in counted}
