"""Operations on what is on, and the shapes of events.

An event is shown with its prices, and made with its offers, so that most of its operations are in
:mod:`ticketing.api`, on the router that is here.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.db.models import Q
from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from venues.api.access import needs, public
from venues.api.catalogue import CATALOGUE_SECONDS
from venues.api.pages import Part, paginate
from venues.api.problems import InUse, NotFound, invalid_field
from venues.api.schemas import Body, Day, Flag, GivenMoment, Id, Line, LocalMoment, LongText, Moment, Page
from venues.models import SeatingPlan, Venue

from .filters import matching, there_on_days
from .models import Category, Event, EventQuerySet, Production

router = Router(tags=["Events"])

INSIGHT = "events.view_event"
"""Whoever may see events in the back office is shown drafts, too."""

Status = Literal["active", "cancelled", "completed"]
Name = Annotated[Line, Field(min_length=1, max_length=200, examples=["Evening Concert"])]
Slug = Annotated[Line, Field(min_length=1, max_length=220, examples=["concerts"])]
TicketLimit = Annotated[int, Field(strict=True, ge=1, le=100)]
Hours = Annotated[int, Field(strict=True, ge=0, le=8760)]


class CategoryOut(Schema):
    slug: str = Field(examples=["concerts"])
    name: str = Field(examples=["Concerts"])


class ProductionOut(Schema):
    slug: str = Field(examples=["the-play"])
    title: str = Field(examples=["The Play"])


class VenueOfEvent(Schema):
    id: int = Field(examples=[1])
    name: str = Field(examples=["Opera House"])
    city: str = Field(examples=["Vienna"])
    address: str = Field(examples=["1 Ring Road"])
    capacity: int = Field(examples=[1200])
    time_zone: str = Field(examples=["Europe/Vienna"])


class EventRules(Body):
    """What may be said of an event, made or changed."""

    description: LongText = ""
    category: Slug | None = Field(None, description="The slug of a category. Empty: the house's general one.")
    production: Slug | None = Field(None, description="The slug of what is staged more than once.")
    seating_plan_id: Id | None = Field(None, description="A room of the venue. Empty: general admission.")
    doors_at: GivenMoment | None = None
    ends_at: GivenMoment | None = None
    is_featured: Flag = False
    max_tickets_per_booking: TicketLimit = 10
    cancellation_hours: Hours | None = Field(
        48, description="Customers may cancel until so many hours before it begins. Empty: never."
    )
    exchange_hours: Hours | None = Field(
        24, description="Customers may exchange tickets until so many hours before it begins. Empty: never."
    )
    is_transferable: Flag = Field(True, description="Whether tickets may be passed on by name.")
    refuses_single_seats: Flag = False


class EventShown(Schema):
    """An event as everybody may see it, without what is sold of it."""

    id: int = Field(examples=[1])
    name: str = Field(examples=["Evening Concert"])
    slug: str = Field(examples=["evening-concert-2027-05-14"])
    description: str
    category: CategoryOut
    production: ProductionOut | None
    venue_id: int = Field(examples=[1])
    venue: VenueOfEvent
    seating_plan_id: int | None = Field(description="Empty: general admission.", examples=[None])
    event_date: LocalMoment = Field(description="On the venue's clock.", examples=["2027-05-14T19:30:00+02:00"])
    doors_at: LocalMoment | None
    ends_at: LocalMoment | None
    rescheduled_from: LocalMoment | None = Field(description="When it was announced for at first, if it was moved.")
    status: Status
    published_at: Moment | None = Field(description="Empty: a draft, which only the house sees.")
    is_featured: bool
    max_tickets_per_booking: int = Field(examples=[10])
    cancellation_hours: int | None = Field(examples=[48])
    exchange_hours: int | None = Field(examples=[24])
    is_transferable: bool
    refuses_single_seats: bool
    created_at: Moment

    @staticmethod
    def resolve_event_date(event: Event) -> datetime:
        return event.event_date.astimezone(event.venue.tz)

    @staticmethod
    def resolve_doors_at(event: Event) -> datetime | None:
        return event.doors_at and event.doors_at.astimezone(event.venue.tz)

    @staticmethod
    def resolve_ends_at(event: Event) -> datetime | None:
        return event.ends_at and event.ends_at.astimezone(event.venue.tz)

    @staticmethod
    def resolve_rescheduled_from(event: Event) -> datetime | None:
        return event.rescheduled_from and event.rescheduled_from.astimezone(event.venue.tz)


class EventFilter(Part):
    date_from: Day | None = Field(None, description="From this day on, on the venue's calendar.")
    date_to: Day | None = Field(None, description="Until this day, on the venue's calendar.")
    venue_id: int | None = Field(None, ge=1)
    city: str | None = Field(None, max_length=100, description="Exactly this city.")
    status: Status | None = None
    category: str | None = Field(None, max_length=70, description="The slug of a category.")
    q: str | None = Field(
        None, max_length=100, description="Every word occurs in name, description, production, category, venue or city."
    )

    def narrow(self, events: EventQuerySet) -> EventQuerySet:
        """Keep the events that are asked for. One query, if days are named."""
        exact = {"venue_id": self.venue_id, "venue__city": self.city, "status": self.status}
        exact["category__slug"] = self.category
        events = events.filter(**{name: value for name, value in exact.items() if value is not None})
        if self.q:
            events = events.filter(matching(self.q))
        if self.date_from or self.date_to:
            events = events.filter(self._on_days())
        return events

    def _on_days(self) -> Q:
        found = Q(pk__in=[])
        for zone in Venue.objects.order_by().values_list("time_zone", flat=True).distinct():
            found |= there_on_days(zone, self.date_from, self.date_to)
        return found


def visible(request: HttpRequest) -> EventQuerySet:
    """Return the events that whoever asks may see: what is published; drafts, too, for those who may."""
    events = Event.objects.all() if request.has_insight else Event.objects.published(request.now)
    return events.with_details()


def find_event(events: EventQuerySet, event_id: int) -> Event:
    """Return one of ``events``.

    Raises:
        NotFound: it is none of them.
    """
    event = events.filter(pk=event_id).first()
    if event is None:
        raise NotFound(f"There is no event {event_id}.")
    return event


def resolve_links(given: dict[str, object]) -> dict[str, object]:
    """Replace the slugs of category and production, and the id of a plan, by what they name. A query for each.

    Raises:
        Invalid: there is no such thing.
    """
    found = dict(given)
    if "category" in given:
        found["category"] = _named(Category, "category", given["category"]) or general_category()
    if "production" in given:
        found["production"] = _named(Production, "production", given["production"])
    if "seating_plan_id" in given:
        pk = found.pop("seating_plan_id")
        found["seating_plan"] = pk and SeatingPlan.objects.filter(pk=pk).first()
        if pk and not found["seating_plan"]:
            raise invalid_field("seating_plan_id", f"There is no seating plan {pk}.", "unknown")
    return found


def _named(model: type[Category | Production], field: str, slug: str | None) -> Category | Production | None:
    if slug is None:
        return None
    row = model.objects.filter(slug=slug).first()
    if row is None:
        raise invalid_field(field, f"There is no {field} “{slug}”.", "unknown")
    return row


def general_category() -> Category:
    """Return the category of events for which nobody has named one."""
    return Category.objects.get_or_create(slug="other", defaults={"name": "Other", "order": 99})[0]


@router.get("/categories", response=Page[CategoryOut], summary="List categories", tags=["Events"])
@public(max_age=CATALOGUE_SECONDS)
def list_categories(request: HttpRequest, asked: Query[Part]):
    """List the categories of events, in the order of the house."""
    return paginate(request, Category.objects.order_by("order", "name", "pk"), asked)


@router.delete("/events/{int:event_id}", response={204: None}, summary="Delete an event")
@needs("events.delete_event", raises=[NotFound, InUse])
def delete_event(request: HttpRequest, event_id: int):
    """Delete an event with its offers and places. One that was booked stays: cancel it instead."""
    find_event(Event.objects.all(), event_id).delete()
