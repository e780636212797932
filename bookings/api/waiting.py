"""Operations on the waiting list of an event that is sold out."""

from __future__ import annotations

from typing import Literal

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from bookings import services
from bookings.errors import StillAvailable
from bookings.models import WaitlistEntry
from ticketing.errors import SalesClosed, SelectionInvalid
from ticketing.stock import BIGGEST_ID
from venues.api.access import needs
from venues.api.pages import CursorPart, paginate_by_cursor
from venues.api.problems import NotFound, invalid_field
from venues.api.schemas import Body, Id, Moment, Page

from .asking import Email, Name, Quantity, find_offers

router = Router(tags=["Waiting list"])


class WaitingIn(Body):
    name: Name
    email: Email
    quantity: Quantity = 1
    offer_id: Id | None = Field(None, description="Left out: any.", examples=[None])


class WaitingOut(Schema):
    """Somebody who wants places at an event that is sold out."""

    id: int = Field(examples=[7])
    event_id: int = Field(examples=[17])
    offer_id: int | None = Field(examples=[None])
    name: str = Field(examples=["Ada Lovelace"])
    email: str = Field(examples=["ada@example.org"])
    quantity: int = Field(examples=[2])
    status: str = Field(description="`waiting`, `offered`, `booked`, `missed` or `left`.", examples=["waiting"])
    created_at: Moment
    offered_at: Moment | None = Field(examples=[None])
    expires_at: Moment | None = Field(description="Until when what is offered is held.", examples=[None])
    booking_id: int | None = Field(description="The booking that holds it.", examples=[None])


class WaitingFilter(CursorPart):
    status: Literal["waiting", "offered", "booked", "missed", "left"] | None = None


@router.get("/events/{int:event_id}/waiting-list", response=Page[WaitingOut], summary="List who waits")
@needs("bookings.view_waitlistentry", raises=[NotFound])
def list_waiting(request: HttpRequest, event_id: int, asked: Query[WaitingFilter]):
    """List who waits, or has waited, for places at an event: in the order in which they came."""
    event, _ = find_offers(min(event_id, BIGGEST_ID))
    entries = WaitlistEntry.objects.filter(event=event)
    if asked.status:
        entries = entries.filter(status=asked.status)
    return paginate_by_cursor(request, entries, asked, ("created_at", "pk"))


@router.post("/events/{int:event_id}/waiting-list", response={201: WaitingOut}, summary="Join the waiting list")
@needs("bookings.add_waitlistentry", raises=[NotFound, SalesClosed, SelectionInvalid, StillAvailable])
def join_waiting_list(request: HttpRequest, response: HttpResponse, event_id: int, data: WaitingIn):
    """Let somebody wait for places. Whoever waits already keeps their place in the line."""
    event, offers = find_offers(min(event_id, BIGGEST_ID))
    offer = next((offer for offer in offers if offer.pk == data.offer_id), None)
    if data.offer_id and offer is None:
        raise invalid_field("offer_id", "The event has no such offer.", "unknown_offer")
    entry = services.join_waitlist(
        event=event, name=data.name, email=data.email, quantity=data.quantity, offer=offer, now=request.now
    )
    response["Location"] = f"/api/waiting-list/{entry.pk}"
    return entry


@router.get("/waiting-list/{int:entry_id}", response=WaitingOut, summary="Get an entry of a waiting list")
@needs("bookings.view_waitlistentry", raises=[NotFound])
def get_waiting(request: HttpRequest, entry_id: int):
    """Get what has become of somebody who waits."""
    return _find(entry_id)


@router.delete("/waiting-list/{int:entry_id}", response=WaitingOut, summary="Leave the waiting list")
@needs("bookings.change_waitlistentry", raises=[NotFound])
def leave_waiting_list(request: HttpRequest, entry_id: int):
    """Take somebody off the list. What is held for them goes to the next. Twice is harmless."""
    entry = _find(entry_id)
    services.leave_waitlist(entry=entry, now=request.now, actor=request.user.get_username())
    return _find(entry_id)


def _find(entry_id: int) -> WaitlistEntry:
    entry = WaitlistEntry.objects.filter(pk=min(entry_id, BIGGEST_ID)).first()
    if entry is None:
        raise NotFound(f"There is no entry {entry_id} of a waiting list.")
    return entry
