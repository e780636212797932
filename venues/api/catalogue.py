"""Operations on venues. Those that tell of their events are in the rooms above, which know them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.db.models import Max, Sum
from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from venues.models import Venue

from .access import needs, public
from .pages import Part, paginate
from .problems import InUse, NotFound
from .saving import save
from .schemas import Body, Count, Line, LongText, Moment, Page

router = Router(tags=["Venues"])

CATALOGUE_SECONDS = 60
"""So long what is on may be kept by whoever asked for it."""

Kind = Literal["theatre", "cinema", "arena", "stadium", "club", "hall", "open_air"]
TimeZone = Annotated[Line, Field(min_length=1, max_length=64, examples=["Europe/Vienna"])]
Name = Annotated[Line, Field(min_length=1, max_length=200, examples=["Opera House"])]
Address = Annotated[Line, Field(min_length=1, max_length=300, examples=["1 Ring Road"])]
City = Annotated[Line, Field(min_length=1, max_length=100, examples=["Vienna"])]
Country = Annotated[Line, Field(max_length=100, examples=["Austria"])]


class VenueIn(Body):
    name: Name = Field(description="Its own: no other venue has it.")
    address: Address
    city: City
    capacity: Count = Field(description="How many people the house may hold at most.", examples=[1200])
    country: Country = ""
    kind: Kind = "hall"
    time_zone: TimeZone = Field("UTC", description="The clock on the wall, by its name in the IANA database.")
    description: LongText = ""
    access_information: LongText = ""


class VenuePatch(Body):
    """Only what is given is changed."""

    name: Name = None
    address: Address = None
    city: City = None
    capacity: Count = Field(None, examples=[1200])
    country: Country = None
    kind: Kind = None
    time_zone: TimeZone = None
    description: LongText = None
    access_information: LongText = None


class VenueOut(Schema):
    id: int = Field(examples=[1])
    name: str = Field(examples=["Opera House"])
    slug: str = Field(examples=["opera-house"])
    kind: Kind
    address: str = Field(examples=["1 Ring Road"])
    city: str = Field(examples=["Vienna"])
    country: str = Field(examples=["Austria"])
    capacity: int = Field(examples=[1200])
    time_zone: str = Field(examples=["Europe/Vienna"])
    description: str
    access_information: str
    created_at: Moment
    event_count: int = Field(description="Published, active events that have not begun.", examples=[3])


class VenueFilter(Part):
    city: str | None = Field(None, max_length=100, description="Exactly this city.")
    q: str | None = Field(None, max_length=100, description="Occurs in the name, the address or the city.")


def find_venue(venue_id: int, now: datetime) -> Venue:
    """Return a venue with the number of its events.

    Raises:
        NotFound: there is none.
    """
    venue = Venue.objects.with_event_count(now).filter(pk=venue_id).first()
    if venue is None:
        raise NotFound(f"There is no venue {venue_id}.")
    return venue


@router.get("/venues", response=Page[VenueOut], summary="List venues")
@public(max_age=CATALOGUE_SECONDS)
def list_venues(request: HttpRequest, asked: Query[VenueFilter]):
    """List the venues by name, with the number of events to come."""
    venues = Venue.objects.with_event_count(request.now).order_by("name", "pk")
    if asked.city is not None:
        venues = venues.filter(city=asked.city)
    if asked.q:
        venues = venues.matching(asked.q)
    return paginate(request, venues, asked)


@router.post("/venues", response={201: VenueOut}, summary="Make a venue")
@needs("venues.add_venue")
def create_venue(request: HttpRequest, response: HttpResponse, data: VenueIn):
    """Make a venue. Its rooms and seats are drawn in the back office; without them it sells standing places."""
    venue = save(Venue(**data.dict(), created_at=request.now))
    venue.event_count = 0
    response["Location"] = f"/api/venues/{venue.pk}"
    return venue


@router.patch("/venues/{int:venue_id}", response=VenueOut, summary="Change a venue")
@needs("venues.change_venue", raises=[NotFound, InUse])
def change_venue(request: HttpRequest, venue_id: int, data: VenuePatch):
    """Change a venue. Its capacity cannot become smaller than what its events to come have on sale."""
    venue, changes = find_venue(venue_id, request.now), data.changes()
    if "capacity" in changes:
        _check_capacity(venue, changes["capacity"], request.now)
    return save(venue, changes)


def _check_capacity(venue: Venue, capacity: int, now: datetime) -> None:
    coming = venue.events.filter(status="active", event_date__gt=now).order_by()
    most = coming.annotate(on_sale=Sum("offers__capacity")).aggregate(most=Max("on_sale"))["most"] or 0
    if capacity < most:
        raise InUse(f"An event at {venue.name} has {most:,} places on sale, so it cannot hold fewer.")


@router.delete("/venues/{int:venue_id}", response={204: None}, summary="Delete a venue")
@needs("venues.delete_venue", raises=[NotFound, InUse])
def delete_venue(request: HttpRequest, venue_id: int):
    """Delete a venue with its rooms. One that has events stays: they are to be deleted first."""
    find_venue(venue_id, request.now).delete()
