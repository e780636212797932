"""What is on, in the portions that pages show.

Where dates of one production would crowd a list out (a film has forty of them a week), the first one stands for
all: its ``dates`` says how many there are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, F, OuterRef, QuerySet, Window
from django.db.models.functions import Coalesce, RowNumber

from venues.models import Venue

from .models import Category, Event, EventQuerySet, Production

FEATURED = 3
THIS_WEEK = 8
PER_CATEGORY = 4


def first_dates(events: QuerySet[Event], *, order: Iterable = ("event_date", "pk"), by_venue: bool) -> EventQuerySet:
    """Keep the first date of each production (at each venue, if ``by_venue``), and give each row ``dates``."""
    order = list(order)
    partition = [Coalesce("production_id", -F("pk")), *(["venue_id"] if by_venue else [])]
    return (
        events.annotate(
            place_in_run=Window(RowNumber(), partition_by=partition, order_by=order),
            dates=Window(Count("pk"), partition_by=partition),
        )
        .filter(place_in_run=1)
        .order_by(*order)
    )


@dataclass(frozen=True)
class FrontPage:
    """The events of the front page. Three queries."""

    featured: list[Event]
    this_week: list[Event]
    by_category: list[tuple[Category, list[Event]]]


def front_page(now: datetime) -> FrontPage:
    """Choose what the front page shows at ``now``."""
    events = Event.objects.bookable(now).with_details()
    week = events.filter(event_date__lt=now + timedelta(days=7))
    return FrontPage(
        featured=list(first_dates(events.filter(is_featured=True), by_venue=False)[:FEATURED]),
        this_week=list(first_dates(week, by_venue=False)[:THIS_WEEK]),
        by_category=_by_category(events),
    )


def _by_category(events: EventQuerySet) -> list[tuple[Category, list[Event]]]:
    firsts = first_dates(events, by_venue=False)
    ranked = firsts.annotate(
        place_in_category=Window(RowNumber(), partition_by="category_id", order_by=["event_date", "pk"])
    ).filter(place_in_category__lte=PER_CATEGORY)
    shelves: dict[Category, list[Event]] = {}
    for event in ranked:
        shelves.setdefault(event.category, []).append(event)
    return sorted(shelves.items(), key=lambda shelf: (shelf[0].order, shelf[0].name))


@dataclass(frozen=True)
class Showing:
    """The dates of a production on one day at one venue."""

    venue: Venue
    events: list[Event]


def announced(now: datetime) -> QuerySet[Production]:
    """Productions of which the public may know: at least one date is published."""
    dates = Event.objects.published(now).filter(production=OuterRef("pk"))
    return Production.objects.filter(Exists(dates)).select_related("category")


def programme(production: Production, now: datetime) -> list[tuple[date, list[Showing]]]:
    """Return the coming dates of a production as cinemas print them: by day, then by venue. One query.

    A day is one of the venue's calendar.
    """
    days: dict[date, dict[int, Showing]] = {}
    events = production.events.published(now).upcoming(now).select_related("venue", "category", "seating_plan")
    for event in events.order_by("event_date", "pk"):
        day = event.event_date.astimezone(event.venue.tz).date()
        venues = days.setdefault(day, {})
        venues.setdefault(event.venue_id, Showing(event.venue, [])).events.append(event)
    return [
        (day, sorted(venues.values(), key=lambda showing: showing.venue.name)) for day, venues in sorted(days.items())
    ]
