"""What a venue's page shows of the house."""

from __future__ import annotations

from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from .models import Seat, SeatingPlan, Section, Venue


def rooms(venue: Venue) -> QuerySet[SeatingPlan]:
    """Give each plan its sections, its ``seats``, the ``wheelchair_places`` among them, and its ``standing`` places."""
    seats = Seat.objects.filter(section__plan=OuterRef("pk")).order_by().values("section__plan")
    standing = Section.objects.filter(plan=OuterRef("pk")).order_by().values("plan")
    return (
        venue.plans.annotate(
            seats=Coalesce(Subquery(seats.annotate(n=Count("pk")).values("n")), 0),
            wheelchair_places=Coalesce(
                Subquery(seats.filter(is_accessible=True).annotate(n=Count("pk")).values("n")), 0
            ),
            standing=Coalesce(Subquery(standing.annotate(n=Sum("standing_capacity")).values("n")), 0),
        )
        .prefetch_related("sections")
        .order_by("name")
    )
