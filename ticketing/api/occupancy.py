"""How full a venue is: what is sold of its events."""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from django.http import HttpRequest
from ninja import Field, Query, Schema

from events.api import EventFilter, Status
from events.models import Event
from ticketing.availability import Availability, availability_by_event
from ticketing.models import Place
from venues.api.access import needs
from venues.api.catalogue import find_venue, router
from venues.api.pages import Found, paginate
from venues.api.problems import NotFound
from venues.api.schemas import LocalMoment, Page, Rate

STEP = Decimal("0.0001")


class EventOccupancy(Schema):
    event_id: int = Field(examples=[1])
    name: str = Field(examples=["Evening Concert"])
    event_date: LocalMoment
    status: Status
    capacity: int = Field(description="Places that are for sale, or were.", examples=[1000])
    tickets_sold: int = Field(examples=[420])
    occupancy_rate: Rate = Field(description="From 0 to 1; 0 without places.", examples=[0.42])


class Occupancy(Schema):
    venue_id: int = Field(examples=[1])
    name: str = Field(examples=["Opera House"])
    capacity: int = Field(description="How many people the house may hold.", examples=[1200])
    event_count: int = Field(description="All events that are asked for.", examples=[1])
    tickets_sold: int = Field(examples=[420])
    occupancy_rate: Rate = Field(
        description="The tickets sold, of all places of these events: from 0 to 1.", examples=[0.42]
    )
    events: Page[EventOccupancy]


@router.get("/venues/{int:venue_id}/occupancy", response=Occupancy, summary="See how full a venue is")
@needs("ticketing.view_place", raises=[NotFound])
def get_venue_occupancy(request: HttpRequest, venue_id: int, asked: Query[EventFilter]):
    """See how much of a venue's events is sold, in all and per event; the filters of events narrow them."""
    venue = find_venue(venue_id, request.now)
    events = asked.narrow(Event.objects.filter(venue=venue)).select_related("venue").order_by("event_date", "pk")
    found = paginate(request, events, asked)
    places = Place.objects.filter(event__in=events.order_by())
    capacity, sold = places.count(), places.sold().count()
    return {
        "venue_id": venue.pk,
        "name": venue.name,
        "capacity": venue.capacity,
        "event_count": found.count,
        "tickets_sold": sold,
        "occupancy_rate": rate(sold, capacity),
        "events": _with_stock(found, request.now),
    }


def _with_stock(found: Found[Event], now: datetime) -> Found[dict[str, object]]:
    stock = availability_by_event(found.items, now)

    def show(event: Event) -> dict[str, object]:
        there = stock.get(event.pk, Availability())
        return {
            "event_id": event.pk,
            "name": event.name,
            "event_date": event.event_date.astimezone(event.venue.tz),
            "status": event.status,
            "capacity": there.capacity,
            "tickets_sold": there.sold,
            "occupancy_rate": rate(there.sold, there.capacity),
        }

    return found.shown(show)


def rate(part: int, whole: int) -> Decimal:
    """Divide, to four digits."""
    return (Decimal(part) / whole).quantize(STEP, ROUND_HALF_UP) if whole else Decimal(0)
