"""The shapes of events with what is sold of them, and of their offers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from django.conf import settings
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from ninja import Field, Schema

from events.api import EventRules, EventShown, Hours, Name, Slug, TicketLimit
from events.models import Event, EventQuerySet
from ticketing.availability import Sales, sales_at_a_glance
from ticketing.models import Offer
from venues.api.schemas import Amount, Body, Flag, GivenMoment, Id, Line, LongText, Moment, Money, currency
from venues.api.schemas import Count as Number

SalesState = Literal["available", "few_left", "sold_out", "not_on_sale", "cancelled", "past"]


class OfferIn(Body):
    ticket_type_id: Id = Field(examples=[1])
    price: Amount | None = Field(None, description="Empty: the default price of the ticket type.")
    capacity: Number | None = Field(
        None, description="How many places. Only sections bring their own: then leave it empty.", examples=[100]
    )
    label: Annotated[Line, Field(max_length=60)] = Field("", description="Such as “Early bird”.")
    on_sale_at: GivenMoment | None = None
    off_sale_at: GivenMoment | None = None
    section_ids: Annotated[list[Id], Field(max_length=500)] = Field(
        default=[], description="Sections of the seating plan."
    )


class EventIn(EventRules):
    name: Name
    event_date: GivenMoment = Field(description="In the future.")
    venue_id: Id = Field(examples=[1])
    published_at: GivenMoment | None = Field(
        None, description="From when on the public sees it. Not given: at once. `null`: a draft."
    )
    offers: Annotated[list[OfferIn], Field(max_length=100)] | None = Field(
        None,
        description="What is sold. Not given: each ticket type at its default price, sharing the venue's capacity.",
    )


class EventPatch(Body):
    """Only what is given is changed."""

    name: Name = None
    description: LongText = None
    category: Slug | None = Field(None, description="The slug of a category. `null`: the house's general one.")
    production: Slug | None = None
    event_date: GivenMoment = Field(None, description="Moves the event: everybody who has booked is told.")
    doors_at: GivenMoment | None = None
    ends_at: GivenMoment | None = None
    status: Literal["cancelled", "completed"] = Field(
        None, description="`cancelled` is for good: all bookings are cancelled, and the money is given back."
    )
    published_at: GivenMoment | None = Field(None, description="`null`: a draft again. Now or before: published.")
    message: LongText = Field("", description="Said in the letters about a new date, or about the cancellation.")
    is_featured: Flag = None
    max_tickets_per_booking: TicketLimit = None
    cancellation_hours: Hours | None = None
    exchange_hours: Hours | None = None
    is_transferable: Flag = None
    refuses_single_seats: Flag = None


class EventOut(EventShown):
    """An event with what is sold of it."""

    booking_count: int = Field(description="Bookings that are not cancelled.", examples=[12])
    sales_state: SalesState
    from_price: Money | None = Field(description="The price of the cheapest offer that is on sale.")
    currency: str = Field(examples=["EUR"])
    url: str = Field(description="Its page.", examples=["https://tickets.example.org/events/evening-concert/"])

    @staticmethod
    def resolve_sales_state(event: Event) -> str:
        return event.sales.state

    @staticmethod
    def resolve_from_price(event: Event) -> Decimal | None:
        return event.sales.from_price

    @staticmethod
    def resolve_currency(event: Event) -> str:
        return currency()

    @staticmethod
    def resolve_url(event: Event) -> str:
        return settings.SITE_URL + event.get_absolute_url()


class OfferOut(Schema):
    id: int = Field(examples=[1])
    ticket_type_id: int = Field(examples=[1])
    ticket_type: str = Field(examples=["Standard"])
    label: str = Field(examples=[""])
    price: Money
    currency: str = Field(examples=["EUR"])
    capacity: int = Field(examples=[100])
    on_sale_at: Moment | None
    off_sale_at: Moment | None
    section_ids: list[int] = Field(description="What it owns of the seating plan.", examples=[[]])

    @staticmethod
    def resolve_ticket_type(offer: Offer) -> str:
        return offer.ticket_type.name

    @staticmethod
    def resolve_currency(offer: Offer) -> str:
        return currency()

    @staticmethod
    def resolve_section_ids(offer: Offer) -> list[int]:
        return sorted(section.pk for section in offer.sections.all())


class EventDetail(EventOut):
    """An event with its offers. What is left of them is asked for by itself: it changes by the second."""

    offers: list[OfferOut]

    @staticmethod
    def resolve_offers(event: Event) -> list[Offer]:
        return list(event.offers.select_related("ticket_type").prefetch_related("sections"))


def with_booking_count(events: EventQuerySet) -> EventQuerySet:
    """Add ``booking_count``: the bookings of the room above that are not cancelled."""
    kept = Count("bookings", filter=~Q(bookings__status="cancelled"))
    counted = Event.objects.filter(pk=OuterRef("pk")).order_by().values("pk").annotate(kept=kept)
    return events.annotate(booking_count=Coalesce(Subquery(counted.values("kept")), 0))


def with_sales(events: Iterable[Event], now: datetime) -> list[Event]:
    """Give each event its ``sales`` at a glance. One query for all."""
    events = list(events)
    found: dict[int, Sales] = sales_at_a_glance(events, now)
    for event in events:
        event.sales = found[event.pk]
    return events
