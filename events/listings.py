"""What is on, in the portions that pages show.

Where dates of one production would crowd a list out (a film has forty of them a week), the first one stands for
all: its ``dates`` says how many there are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import attrgetter

from django.db.models import Count, Exists, F, OuterRef, QuerySet, Subquery, Window
from django.db.models.functions import Coalesce, RowNumber

from venues.models import Venue

from .models import Category, Event, EventQuerySet, Production

FEATURED = 3
THIS_WEEK = 8
PER_CATEGORY = 4
POSTERS = 3
AT_VENUE = 24


def for_cards(events: EventQuerySet) -> EventQuerySet:
    """Join all that a card shows, its poster included."""
    return events.with_details().select_related("production__category")


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

    @property
    def shelved(self) -> list[Event]:
        return [event for _, events in self.by_category for event in events]


def front_page(now: datetime) -> FrontPage:
    """Choose what the front page shows at ``now``."""
    events = for_cards(Event.objects.bookable(now))
    week = events.filter(event_date__lt=now + timedelta(days=7))
    return FrontPage(
        featured=list(first_dates(events.filter(is_featured=True), by_venue=False)[:FEATURED]),
        this_week=list(first_dates(week, by_venue=False)[:THIS_WEEK]),
        by_category=_by_category(events),
    )


def _by_category(events: EventQuerySet) -> list[tuple[Category, list[Event]]]:
    runs = events.filter(production=OuterRef("production")).order_by().values("production")
    ranked = (
        # Ranked in a query of its own: windows beside each other would all see the whole run.
        for_cards(Event.objects.filter(pk__in=first_dates(events, by_venue=False).values("pk")))
        .annotate(
            dates=Coalesce(Subquery(runs.annotate(dates=Count("pk")).values("dates")), 1),
            place_in_category=Window(RowNumber(), partition_by="category_id", order_by=["event_date", "pk"]),
        )
        .filter(place_in_category__lte=PER_CATEGORY)
        .order_by("category__order", "category__name", "event_date", "pk")
    )
    return [(category, list(shelf)) for category, shelf in groupby(ranked, key=attrgetter("category"))]


def coming_at(venue: Venue, now: datetime) -> list[Event]:
    """Return the next events at a venue, cancelled ones included, each production once. One query."""
    events = for_cards(Event.objects.published(now).upcoming(now).filter(venue=venue))
    return list(first_dates(events, by_venue=True)[:AT_VENUE])


def posters_of(venues: Iterable[Venue], now: datetime) -> dict[int, list[Event]]:
    """Return the first events to come at each venue, by venue id, each production once. One query."""
    coming = Event.objects.bookable(now).filter(venue__in=[venue.pk for venue in venues])
    ranked = (
        for_cards(Event.objects.filter(pk__in=first_dates(coming, by_venue=True).values("pk")))
        .annotate(place_at_venue=Window(RowNumber(), partition_by="venue_id", order_by=["event_date", "pk"]))
        .filter(place_at_venue__lte=POSTERS)
        .order_by("venue_id", "event_date", "pk")
    )
    return {venue_id: list(shelf) for venue_id, shelf in groupby(ranked, key=attrgetter("venue_id"))}


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
        day = event.day
        venues = days.setdefault(day, {})
        venues.setdefault(event.venue_id, Showing(event.venue, [])).events.append(event)
    return [
        (day, sorted(venues.values(), key=lambda showing: showing.venue.name)) for day, venues in sorted(days.items())
    ]
