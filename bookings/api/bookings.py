"""Operations on bookings: make, list, find, change, cancel."""

from __future__ import annotations

import secrets
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router
from pydantic import model_validator

from bookings import services
from bookings.errors import (
    BookingError,
    DetailsMissing,
    DuplicateBooking,
    PaymentFailed,
    PriceDiffers,
    TransitionRefused,
)
from bookings.models import Booking, Channel
from bookings.services.details import Buyer
from bookings.services.outright import Collected
from events.models import Event
from ticketing.errors import PlacesTaken, PromoCodeRefused
from ticketing.models import TicketType
from ticketing.stock import BIGGEST_ID, check_on_sale
from venues.api.access import needs
from venues.api.problems import Forbidden, NotFound
from venues.api.schemas import Body, Flag, Id, Page

from .asking import Code, Email, ItemIn, Name, PaymentIn, Phone, PlacesIn, Quantity, Wanted, choose, find_offers
from .changing import COLLECT, CONFIRMING, REFUSED, carry_out, change_places, move_to
from .finding import BookingFilter, Status, find_booking, list_found
from .shapes import BookingOut, booking_document, with_tickets

router = Router(tags=["Bookings"])

TRIES = 5
"""So often the best seats are chosen anew, when somebody else was faster."""


class BookingIn(Body):
    """What is booked, and for whom: of one ticket type so many, or a list of ``items``."""

    customer_name: Name
    customer_email: Email
    customer_phone: Phone = ""
    event_id: Id = Field(examples=[17])
    ticket_type_id: Id | None = Field(None, examples=[2])
    quantity: Quantity = 1
    items: list[ItemIn] | None = Field(None, min_length=1, max_length=50, examples=[None])
    promo_code: Code | None = Field(None, examples=[None])
    allow_duplicate: Flag = Field(False, description="Yes, again: book what the same customer has just booked.")
    payment: PaymentIn | None = Field(None, description="With `confirm=true`: how it was paid.")

    @model_validator(mode="after")
    def _is_clear(self) -> BookingIn:
        if (self.ticket_type_id is None) == (self.items is None):
            raise ValueError("Give either a ticket_type_id or items.")
        return self

    @property
    def wished(self) -> list[ItemIn]:
        return self.items or [ItemIn(ticket_type_id=self.ticket_type_id, quantity=self.quantity)]

    @property
    def buyer(self) -> Buyer:
        return Buyer(self.customer_name, self.customer_email, self.customer_phone)


class BookingPut(PlacesIn):
    """What a booking shall be like. What is left out stays as it is."""

    customer_name: Name | None = None
    customer_email: Email | None = None
    customer_phone: Phone | None = None


class StatusIn(Body):
    status: Status = Field(examples=["confirmed"])
    payment: PaymentIn | None = Field(None, description="How it was paid, if there is something to pay.")
    reason: Annotated[str, Field(max_length=500)] = Field("", description="Why it is cancelled: for the history.")


@router.post("/bookings", response={201: BookingOut}, summary="Book")
@needs(
    "bookings.add_booking",
    insight=COLLECT,
    raises=[NotFound, *REFUSED, PromoCodeRefused, DuplicateBooking, DetailsMissing, PriceDiffers, PaymentFailed],
)
def create_booking(request: HttpRequest, response: HttpResponse, data: BookingIn, confirm: bool = False):
    """Book places. The booking is `pending`, its places are held until `expires_at`, and somebody has to confirm it.

    With `confirm=true` it is confirmed at once and its tickets are sent: for channels that collect the money
    themselves, whose member of staff has the permission `bookings.collect_booking`. The answer to the same booking of
    the same customer within half an hour is 409 and names it, unless `allow_duplicate` is set.
    """
    if (confirm or data.payment) and not request.has_insight:
        raise Forbidden(f"The member of staff of this key needs the permission {COLLECT} to collect money.")
    event, offers = find_offers(data.event_id)
    check_on_sale(event, [], request.now)
    booking = _book(request, event, offers, data, confirm)
    booking.event = event
    response["Location"] = f"/api/bookings/{booking.pk}"
    return booking_document(with_tickets(booking))


def _book(request: HttpRequest, event: Event, offers: list, data: BookingIn, confirm: bool) -> Booking:
    """Book what is wanted; the best seats once more, when somebody else has taken them in between."""
    for remaining in reversed(range(TRIES)):
        wanted = choose(event, offers, data.wished, request.now)
        _refuse_twin(wanted, data, request)
        try:
            return _sell(request, wanted, data) if confirm else _hold(request, wanted, data)
        except PlacesTaken:
            has_chosen = bool(wanted.selection.seats) and any(item.quantity for item in data.wished)
            if not (has_chosen and remaining):
                raise
    raise RuntimeError("The last try returns or raises.")


def _refuse_twin(wanted: Wanted, data: BookingIn, request: HttpRequest) -> None:
    if data.allow_duplicate:
        return
    twin = services.find_twin_of(event=wanted.event, email=data.customer_email, content=wanted.content, now=request.now)
    if twin:
        raise DuplicateBooking(
            f"{data.customer_email} has just booked the same: {twin.booking_code}. "
            "To book it again, send allow_duplicate: true.",
            twin,
        )


def _sell(request: HttpRequest, wanted: Wanted, data: BookingIn) -> Booking:
    collected = data.payment.collected() if data.payment else Collected(secrets.token_hex(8))
    return services.sell_outright(
        event=wanted.event,
        offers=wanted.offers,
        selection=wanted.selection,
        buyer=data.buyer,
        collected=collected,
        promo_code=data.promo_code or "",
        now=request.now,
        actor=request.user.get_username(),
    )


def _hold(request: HttpRequest, wanted: Wanted, data: BookingIn) -> Booking:
    actor = request.user.get_username()
    booking = services.hold(
        event=wanted.event,
        offers=wanted.offers,
        selection=wanted.selection,
        channel=Channel.API,
        buyer=data.buyer,
        now=request.now,
        actor=actor,
    )
    if data.promo_code:
        booking = services.apply_promo_code(booking=booking, code=data.promo_code, now=request.now, actor=actor)
    return booking


@router.get("/bookings", response=Page[BookingOut], summary="List bookings")
@needs("bookings.view_booking")
def list_bookings(request: HttpRequest, asked: Query[BookingFilter]):
    """List bookings with their tickets, newest first."""
    return list_found(request, Booking.objects.all(), asked)


@router.get("/bookings/search", response=Page[BookingOut], summary="Search bookings")
@needs("bookings.view_booking")
def search_bookings(request: HttpRequest, asked: Query[BookingFilter]):
    """Find bookings by any combination of what is known: event, venue, ticket type, customer, code, days, status."""
    return list_found(request, Booking.objects.all(), asked)


@router.get("/events/{int:event_id}/bookings", response=Page[BookingOut], summary="List the bookings of an event")
@needs("bookings.view_booking", raises=[NotFound])
def list_bookings_of_event(request: HttpRequest, event_id: int, asked: Query[BookingFilter]):
    """List what has been booked at an event, newest first."""
    if not Event.objects.filter(pk=min(event_id, BIGGEST_ID)).exists():
        raise NotFound(f"There is no event {event_id}.")
    return list_found(request, Booking.objects.filter(event=event_id), asked)


@router.get(
    "/ticket-types/{int:ticket_type_id}/bookings",
    response=Page[BookingOut],
    summary="List the bookings of a ticket type",
)
@needs("bookings.view_booking", raises=[NotFound])
def list_bookings_of_ticket_type(request: HttpRequest, ticket_type_id: int, asked: Query[BookingFilter]):
    """List the bookings that have, or have had, tickets of a type, newest first."""
    if not TicketType.objects.filter(pk=min(ticket_type_id, BIGGEST_ID)).exists():
        raise NotFound(f"There is no ticket type {ticket_type_id}.")
    return list_found(request, Booking.objects.all(), asked.model_copy(update={"ticket_type_id": ticket_type_id}))


@router.get("/bookings/{int:booking_id}", response=BookingOut, summary="Show a booking")
@needs("bookings.view_booking", raises=[NotFound])
def get_booking(request: HttpRequest, booking_id: int):
    """Show a booking with its tickets."""
    return booking_document(find_booking(booking_id))


@router.put("/bookings/{int:booking_id}", response=BookingOut, summary="Change a booking")
@needs(
    "bookings.change_booking",
    insight=COLLECT,
    raises=[NotFound, *REFUSED, TransitionRefused, DetailsMissing, PriceDiffers, PaymentFailed],
)
def change_booking(request: HttpRequest, booking_id: int, data: BookingPut):
    """Change the customer, and exchange the tickets for another number, type or date.

    Of a pending booking, other places are held at today's prices. Of a confirmed one, the tickets are exchanged: what
    they cost less is given back; what they cost more must have been collected, and comes as `payment`.
    """
    booking = find_booking(booking_id)
    if booking.status == Booking.Status.CANCELLED:
        raise TransitionRefused("This booking is cancelled.")
    _change_customer(request, booking, data)
    if data.asks_for_places:
        booking = change_places(request, find_booking(booking_id), data)
    return booking_document(find_booking(booking.pk))


def _change_customer(request: HttpRequest, booking: Booking, data: BookingPut) -> None:
    given = {"name": data.customer_name, "email": data.customer_email, "phone": data.customer_phone}
    now_is = {name: getattr(booking, f"customer_{name}") for name in given}
    wished = now_is | {name: value for name, value in given.items() if value is not None}
    if wished == now_is:
        return
    if booking.status == Booking.Status.PENDING:
        services.set_details(booking=booking, **wished, now=request.now)
    else:
        actor = request.user.get_username()
        services.correct_details(booking=booking, **wished, now=request.now, actor=actor, channel=Channel.API)


@router.patch("/bookings/{int:booking_id}/status", response=BookingOut, summary="Confirm or cancel a booking")
@needs(
    "bookings.change_booking",
    insight=COLLECT,
    raises=[NotFound, *CONFIRMING],
)
def change_booking_status(request: HttpRequest, booking_id: int, data: StatusIn):
    """Move a booking to another status: pending to confirmed or cancelled, confirmed to cancelled; nowhere else.

    The status that it has already is no change. To confirm it, what it costs must have been collected.
    """
    move_to(request, find_booking(booking_id), data.status, payment=data.payment, why=data.reason)
    return booking_document(find_booking(booking_id))


@router.delete("/bookings/{int:booking_id}", response=BookingOut, summary="Cancel a booking")
@needs("bookings.change_booking", raises=[NotFound, BookingError])
def cancel_booking(
    request: HttpRequest,
    booking_id: int,
    reason: Annotated[str, Field(max_length=500, description="Why: for the history.")] = "",
):
    """Cancel a booking: its places are free again, its tickets void, its money goes back. Twice is harmless.

    Nothing is deleted: the booking is answered as it is from then on.
    """
    booking = find_booking(booking_id)
    if booking.status != Booking.Status.CANCELLED:
        carry_out(request, booking, Booking.Status.CANCELLED, why=reason)
    return booking_document(find_booking(booking.pk))
