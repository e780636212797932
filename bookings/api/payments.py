"""Operations on payments: to be looked at. Money moves with bookings."""

from __future__ import annotations

from typing import Literal

from django.http import HttpRequest
from ninja import Field, Query, Router

from bookings.models import Payment
from ticketing.stock import BIGGEST_ID
from venues.api.access import needs
from venues.api.pages import CursorPart, Found, paginate_by_cursor
from venues.api.problems import NotFound
from venues.api.schemas import Page

from .finding import find_booking
from .shapes import PaymentOut, payment_document

router = Router(tags=["Payments"])


class PaymentDetail(PaymentOut):
    booking_id: int = Field(examples=[1204])
    booking_code: str = Field(examples=["BK-20270514-7K4MQ2"])
    charge_id: int | None = Field(description="Of a refund: the charge that it gives back.", examples=[None])


class PaymentFilter(CursorPart):
    kind: Literal["charge", "refund"] | None = None
    status: Literal["succeeded", "pending", "failed"] | None = None
    provider: str | None = Field(None, max_length=20, description="Exactly this one, such as `external`.")
    reference: str | None = Field(None, max_length=120, description="Exactly this one.")
    event_id: int | None = Field(None, ge=1, le=BIGGEST_ID)


def show(payment: Payment) -> dict[str, object]:
    return payment_document(payment) | {
        "booking_id": payment.booking_id,
        "booking_code": payment.booking.booking_code,
        "charge_id": payment.charge_id,
    }


@router.get("/payments", response=Page[PaymentDetail], summary="List payments")
@needs("bookings.view_payment")
def list_payments(request: HttpRequest, asked: Query[PaymentFilter]):
    """List charges and refunds, newest first. Each is a fact: a refund that succeeded follows one that was pending."""
    payments = Payment.objects.select_related("booking")
    for name in ("kind", "status", "provider", "reference"):
        if (value := getattr(asked, name)) is not None:
            payments = payments.filter(**{name: value})
    if asked.event_id is not None:
        payments = payments.filter(booking__event=asked.event_id)
    return paginate_by_cursor(request, payments, asked, ("-created_at", "-pk")).shown(show)


@router.get("/bookings/{int:booking_id}/payments", response=Page[PaymentDetail], summary="List a booking's payments")
@needs("bookings.view_booking", "bookings.view_payment", raises=[NotFound])
def list_payments_of_booking(request: HttpRequest, booking_id: int):
    """List what was paid for a booking and given back, the earliest first."""
    booking = find_booking(booking_id)
    payments = [show(payment) for payment in booking.payments.select_related("booking")]
    return Found(payments, len(payments))
