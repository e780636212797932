"""What a venue's page shows: its rooms and what is on there."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from .models import Seat, SeatingPlan, Section, Venue

COMING = 24


def rooms(venue: Venue) -> QuerySet[SeatingPlan]:
    """The plans of a venue with their numbers of ``seats``, of these ``wheelchair_places``, and of ``standing`` places."""
    seats = Seat.objects.filter(section__plan=OuterRef("pk")).order_by().values("section__plan")
    standing = Section.objects.filter(plan=OuterRef("pk")).order_by().values("plan")
    return venue.plans.annotate(
        seats=Coalesce(Subquery(seats.annotate(n=Count("pk")).values("n")), 0),
        wheelchair_places=Coalesce(Subquery(seats.filter(is_accessible=True).annotate(n=Count("pk")).values("n")), 0),
        standing=Coalesce(Subquery(standing.annotate(n=Sum("standing_capacity")).values("n")), 0),
    ).order_by("name")


def coming_events(venue: Venue, now: datetime) -> list:
    """The next published events at a venue, cancelled ones included."""
    events = venue.events.published(now).upcoming(now).with_details()
    return list(events.order_by("event_date", "pk")[:COMING])
