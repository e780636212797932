"""Operations on one booking: hold it longer, confirm it, exchange it, give money or tickets back, send it again."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from ninja import Field, Router, Schema
from pydantic import model_validator

from bookings import services
from bookings.errors import (
    DetailsMissing,
    HoldLapsed,
    PaymentFailed,
    PriceDiffers,
    RefundRefused,
    TransitionRefused,
)
from bookings.models import Booking, Channel
from ticketing.errors import PlacesTaken, SelectionInvalid
from ticketing.stock import STAFF_LIMIT
from venues.api.access import needs
from venues.api.problems import NotFound
from venues.api.schemas import Amount, Body, Id, Line, Moment, Money, Price, currency

from .asking import PaymentIn, PlacesIn
from .changing import COLLECT, CONFIRMING, REFUSED, carry_out, change_places, choose_instead
from .finding import find_booking
from .shapes import BookingOut, booking_document

router = Router(tags=["Bookings"])

Reason = Annotated[Line, Field(max_length=500, examples=["Seat behind a pillar"])]


class ConfirmIn(Body):
    payment: PaymentIn | None = Field(None, description="How it was paid, if there is something to pay.")


class ExchangeIn(PlacesIn):
    """What the tickets are exchanged for. What is left out stays as it is."""

    @model_validator(mode="after")
    def _asks_for_something(self) -> ExchangeIn:
        if not self.asks_for_places:
            raise ValueError("Say what the tickets are exchanged for.")
        return self


class QuoteOut(Schema):
    """What an exchange would cost. Nothing is held."""

    total_price: Money = Field(description="What the booking would cost then.")
    difference: Money = Field(description="Above zero: to be paid on top. Below: it is given back.")
    currency: str = Field(default_factory=currency, examples=["EUR"])


class RefundIn(Body):
    amount: Price = Field(description="What is given back, without cancelling anything.", examples=[10])
    reason: Reason = Field(min_length=1)


class CancelTicketsIn(Body):
    ticket_ids: list[Id] = Field(min_length=1, max_length=STAFF_LIMIT, examples=[[501]])
    refund: Amount | None = Field(None, description="What is given back for them. Left out: all that they cost.")
    reason: Reason = ""


class HistoryLine(Schema):
    at: Moment
    actor: str = Field(description="A user name, `customer` or `system`.", examples=["box_office"])
    channel: str = Field(description="`web`, `box_office`, `door` or `api`.", examples=["api"])
    verb: str = Field(description="What was done.", examples=["confirm"])
    detail: dict[str, object] = Field(description="Whatever belongs to it; its members differ from verb to verb.")


@router.post("/bookings/{int:booking_id}/extend", response=BookingOut, summary="Hold longer")
@needs("bookings.change_booking", raises=[NotFound, TransitionRefused, HoldLapsed, PlacesTaken])
def extend_booking(request: HttpRequest, booking_id: int):
    """Hold the places of a pending booking for as long again. It can be done once."""
    booking = find_booking(booking_id)
    services.extend(booking=booking, now=request.now, actor=request.user.get_username())
    return booking_document(find_booking(booking_id))


@router.post("/bookings/{int:booking_id}/confirm", response=BookingOut, summary="Confirm a booking")
@needs(
    "bookings.change_booking",
    insight=COLLECT,
    raises=[NotFound, *CONFIRMING],
)
def confirm_booking(request: HttpRequest, booking_id: int, data: ConfirmIn):
    """Sell the places of a pending booking, and send its tickets. What it costs must have been collected.

    Nothing that has been collected is written down when this is refused: give it back yourself.
    """
    carry_out(request, find_booking(booking_id), Booking.Status.CONFIRMED, payment=data.payment)
    return booking_document(find_booking(booking_id))


@router.post("/bookings/{int:booking_id}/exchange/quote", response=QuoteOut, summary="Price an exchange")
@needs("bookings.change_booking", raises=[NotFound, TransitionRefused, SelectionInvalid, PlacesTaken])
def quote_exchange(request: HttpRequest, booking_id: int, data: ExchangeIn):
    """Say what an exchange would cost. Nothing is held, so it may have changed by the time that it is done."""
    booking = _find_confirmed(booking_id)
    wanted, _ = choose_instead(request, booking, data)
    quote = services.quote_exchange(
        booking=booking, event=wanted.event, offers=wanted.offers, selection=wanted.selection
    )
    return {"total_price": quote.total, "difference": quote.difference}


@router.post("/bookings/{int:booking_id}/exchange", response=BookingOut, summary="Exchange tickets")
@needs(
    "bookings.change_booking",
    insight=COLLECT,
    raises=[NotFound, *REFUSED, TransitionRefused, PriceDiffers, PaymentFailed],
)
def exchange_booking(request: HttpRequest, booking_id: int, data: ExchangeIn):
    """Exchange the tickets of a confirmed booking: for others at its event, or for another date.

    Tickets whose places are chosen again stay as they are. For another date the answer is the new booking, which
    replaces this one.
    """
    booking = change_places(request, _find_confirmed(booking_id), data)
    return booking_document(find_booking(booking.pk))


def _find_confirmed(booking_id: int) -> Booking:
    booking = find_booking(booking_id)
    if booking.status != Booking.Status.CONFIRMED:
        raise TransitionRefused("Only a confirmed booking can be exchanged.")
    return booking


@router.post("/bookings/{int:booking_id}/refund", response=BookingOut, summary="Give a part of the price back")
@needs("bookings.refund_booking", raises=[NotFound, TransitionRefused, RefundRefused])
def refund_booking(request: HttpRequest, booking_id: int, data: RefundIn):
    """Give a part of the price back without cancelling anything: a discount after the fact."""
    services.refund_part(
        booking=find_booking(booking_id),
        amount=data.amount,
        why=data.reason,
        now=request.now,
        actor=request.user.get_username(),
        channel=Channel.API,
    )
    return booking_document(find_booking(booking_id))


@router.post("/bookings/{int:booking_id}/cancel-tickets", response=BookingOut, summary="Cancel some tickets")
@needs("bookings.change_booking", raises=[NotFound, TransitionRefused, SelectionInvalid, RefundRefused])
def cancel_tickets(request: HttpRequest, booking_id: int, data: CancelTicketsIn):
    """Cancel some tickets of a confirmed booking; if they are all that it has, the booking itself."""
    services.cancel_tickets(
        booking=find_booking(booking_id),
        tickets=data.ticket_ids,
        refund=data.refund,
        why=data.reason,
        now=request.now,
        actor=request.user.get_username(),
        channel=Channel.API,
    )
    return booking_document(find_booking(booking_id))


@router.post("/bookings/{int:booking_id}/resend", response=BookingOut, summary="Send the tickets again")
@needs("bookings.change_booking", raises=[NotFound, TransitionRefused, DetailsMissing])
def resend_booking(request: HttpRequest, booking_id: int):
    """Send the tickets of a confirmed booking once more."""
    booking, actor = find_booking(booking_id), request.user.get_username()
    services.resend_confirmation(booking=booking, now=request.now, actor=actor, channel=Channel.API)
    return booking_document(booking)


@router.get("/bookings/{int:booking_id}/history", response=list[HistoryLine], summary="Get a booking's history")
@needs("bookings.view_booking", "bookings.view_activity", raises=[NotFound])
def get_booking_history(request: HttpRequest, booking_id: int):
    """Say who did what to a booking, when, through which channel, the earliest first."""
    return list(find_booking(booking_id).activities.all())
