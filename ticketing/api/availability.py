"""Operations on what is left of an event, and on the map of its seats."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Schema

from events.api import INSIGHT, find_event, router, visible
from events.models import Event
from ticketing.availability import Availability, availability_by_section
from ticketing.live import live_document
from ticketing.models import Offer, Place
from ticketing.price_list import PriceRow, price_list
from ticketing.seatmap import LARGE
from venues.api.access import public
from venues.api.problems import NotFound
from venues.api.schemas import Money, currency
from venues.api.wire import write_json
from venues.models import Section
from venues.rooms import Room, RoomSeat, room_of

from .shapes import SalesState

AVAILABILITY_SECONDS = 5
"""So long what is left may be kept by whoever asked for it."""

OfferState = Literal["available", "few_left", "sold_out", "later", "ended"]


class OfferLeft(Schema):
    offer_id: int = Field(examples=[1])
    ticket_type_id: int = Field(examples=[1])
    ticket_type: str = Field(examples=["Standard"])
    label: str = Field(examples=[""])
    price: Money
    capacity: int = Field(examples=[100])
    available: int = Field(description="Places that nobody holds or has bought.", examples=[42])
    state: OfferState


class SectionLeft(Schema):
    section_id: int = Field(examples=[1])
    name: str = Field(examples=["Stalls"])
    capacity: int = Field(examples=[100])
    available: int = Field(examples=[42])


class SeatLeft(Schema):
    id: int = Field(examples=[1])
    section_id: int = Field(examples=[1])
    row: str = Field(examples=["C"])
    number: str = Field(examples=["12"])
    offer_id: int = Field(examples=[1])
    price: Money
    is_accessible: bool = Field(description="A place for a wheelchair.")
    is_companion: bool = Field(description="For whoever comes with somebody in a wheelchair.")
    has_restricted_view: bool


class Availabilities(Schema):
    event_id: int = Field(examples=[1])
    currency: str = Field(examples=["EUR"])
    state: SalesState
    capacity: int = Field(description="All places of all offers.", examples=[100])
    available: int = Field(description="Places that nobody holds or has bought.", examples=[42])
    offers: list[OfferLeft]
    sections: list[SectionLeft] = Field(description="Of a seated event.")
    seats: list[SeatLeft] | None = Field(
        description="The free seats of a seated event. Empty where nobody sits, and for a room of more than "
        f"{LARGE:,} seats, unless one of its sections is asked for."
    )


class SeatsAsked(Schema):
    section_id: int | None = Field(None, ge=1, description="Only the seats of this section.")


@router.get("/events/{int:event_id}/available-tickets", response=Availabilities, summary="See what is left")
@public(max_age=AVAILABILITY_SECONDS, insight=INSIGHT, raises=[NotFound])
def get_available_tickets(request: HttpRequest, event_id: int, asked: Query[SeatsAsked]):
    """See how many places are left, in all and per offer; of a seated event, which seats.

    What is held or sold meanwhile is told when you book: an answer may be some seconds old.
    """
    event = find_event(visible(request).select_related("seating_plan"), event_id)
    prices = price_list(event, request.now)
    return {
        "event_id": event.pk,
        "currency": currency(),
        "state": prices.sales.state,
        "capacity": sum(row.stock.capacity for row in prices.rows),
        "available": sum(row.stock.free for row in prices.rows),
        "offers": [_offer(row) for row in prices.rows],
        "sections": _sections(event, request.now),
        "seats": _seats(event, asked.section_id, request.now),
    }


def _offer(row: PriceRow) -> dict[str, object]:
    return {
        "offer_id": row.offer.pk,
        "ticket_type_id": row.offer.ticket_type_id,
        "ticket_type": row.offer.ticket_type.name,
        "label": row.offer.label,
        "price": row.offer.price,
        "capacity": row.stock.capacity,
        "available": row.stock.free,
        "state": row.state,
    }


def _sections(event: Event, now: datetime) -> list[dict[str, object]]:
    if event.seating_plan is None:
        return []
    stock: dict[int, Availability] = availability_by_section(event, now)
    names = Section.objects.filter(pk__in=stock).order_by("order", "name", "pk").values_list("pk", "name")
    return [
        {"section_id": pk, "name": name, "capacity": stock[pk].capacity, "available": stock[pk].free}
        for pk, name in names
    ]


def _seats(event: Event, section_id: int | None, now: datetime) -> list[dict[str, object]] | None:
    if event.seating_plan is None or (section_id is None and room_of(event.seating_plan).seat_count > LARGE):
        return None
    places = Place.objects.filter(event=event, seat__isnull=False).free(now)
    if section_id is not None:
        places = places.filter(seat__section=section_id)
    places = places.select_related("seat", "offer")
    places = places.order_by("seat__section__order", "seat__section_id", "seat__row_index", "seat__position")
    return [_seat(place) for place in places]


def _seat(place: Place) -> dict[str, object]:
    seat = place.seat
    return {
        "id": seat.pk,
        "section_id": seat.section_id,
        "row": seat.row,
        "number": seat.number,
        "offer_id": place.offer_id,
        "price": place.offer.price,
        "is_accessible": seat.is_accessible,
        "is_companion": seat.is_companion,
        "has_restricted_view": seat.has_restricted_view,
    }


class MapSeat(Schema):
    id: int = Field(examples=[1])
    number: str = Field(examples=["12"])
    x: float = Field(description="In seat widths, to the right.", examples=[3.5])
    y: float = Field(description="In seat widths, away from the focus.", examples=[8])
    is_accessible: bool
    is_companion: bool
    has_restricted_view: bool


class MapRow(Schema):
    row: str = Field(examples=["C"])
    seats: list[MapSeat]


class MapSection(Schema):
    id: int = Field(examples=[1])
    name: str = Field(examples=["Stalls"])
    offer_id: int | None = Field(description="Empty: not on sale.", examples=[1])
    rows: list[MapRow]


class MapArea(Schema):
    id: int = Field(examples=[2])
    name: str = Field(examples=["Floor"])
    offer_id: int | None = Field(examples=[2])
    capacity: int = Field(examples=[400])
    corners: list[list[float]] = Field(description="The corners of its ground, as [x, y].")


class SeatMap(Schema):
    event_id: int = Field(examples=[1])
    room: str = Field(description="The version of the room: it changes when the room does.", examples=["5b0c1c7f2d1e"])
    focus: Literal["stage", "screen", "pitch", "ring"]
    focus_x: float
    focus_y: float
    sections: list[MapSection] = Field(description="Where people sit, from the focus outwards.")
    areas: list[MapArea] = Field(description="Where people stand.")


@router.get("/events/{int:event_id}/seat-map", response=SeatMap, summary="Get the seat map")
@public(max_age=60, insight=INSIGHT, raises=[NotFound])
def get_seat_map(request: HttpRequest, event_id: int):
    """Get the room of a seated event: where each seat is, and which offer sells it.

    What is taken is in `/events/{event_id}/seat-map/live`.
    """
    event = find_event(visible(request).select_related("seating_plan"), event_id)
    if event.seating_plan is None:
        raise NotFound("This event has no seats: everybody stands, or sits where there is room.")
    owners = {
        section: offer
        for offer, section in Offer.sections.through.objects.filter(offer__event=event).values_list("offer", "section")
    }
    # Written as it is: a stadium has fifty thousand seats, and all of them are ours.
    return HttpResponse(
        write_json({"event_id": event.pk, **_draw(room_of(event.seating_plan), owners)}),
        content_type="application/json; charset=utf-8",
    )


def _draw(room: Room, owners: dict[int, int]) -> dict[str, object]:
    return {
        "room": room.version,
        "focus": room.focus,
        "focus_x": room.focus_x,
        "focus_y": room.focus_y,
        "sections": [
            {
                "id": section.pk,
                "name": section.name,
                "offer_id": owners.get(section.pk),
                "rows": [_row(row) for row in section.rows],
            }
            for section in room.sections
        ],
        "areas": [
            {
                "id": area.pk,
                "name": area.name,
                "offer_id": owners.get(area.pk),
                "capacity": area.capacity,
                "corners": [list(corner) for corner in area.corners],
            }
            for area in room.areas
        ],
    }


def _row(seats: Sequence[RoomSeat]) -> dict[str, object]:
    names = ("number", "x", "y", "is_accessible", "is_companion", "has_restricted_view")
    drawn = [{"id": seat.pk, **{name: getattr(seat, name) for name in names}} for seat in seats]
    return {"row": seats[0].row, "seats": drawn}


class LiveMap(Schema):
    room: str | None = Field(description="The version of the room that `taken` belongs to.", examples=["5b0c1c7f2d1e"])
    taken: str = Field(
        description="Base64 of a bit for each seat, in the order of the seat map, from the lowest bit of the first "
        "byte on: 1 is taken.",
        examples=["AAAA"],
    )
    left: dict[str, int] = Field(description="Free standing places by the id of their offer.", examples=[{"2": 380}])


@router.get("/events/{int:event_id}/seat-map/live", response=LiveMap, summary="Get what is taken")
@public(max_age=1, raises=[NotFound])
def get_live_seat_map(request: HttpRequest, event_id: int):
    """Get what cannot be had of a published event just now, in the smallest form: at most a second old."""
    try:
        document = live_document(event_id, now=request.now)
    except Event.DoesNotExist:
        raise NotFound(f"There is no event {event_id}.") from None
    return HttpResponse(document.body, content_type="application/json; charset=utf-8")
