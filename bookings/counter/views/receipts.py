"""Receipts, as wide as the paper of a till: 80 mm."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from bookings.counter.receipt import line_of, read_receipt
from bookings.models import Booking, Payment

from .shell import needs, page


@needs("bookings.view_payment")
@require_safe
def receipt(request: HttpRequest, code: str) -> HttpResponse:
    """Print what was bought, and how it was paid."""
    bought = Booking.objects.with_details().exclude(status=Booking.Status.PENDING)
    booking = get_object_or_404(bought, booking_code=code)
    context = {"title": "Receipt", "booking": booking, "event": booking.event, "receipt": read_receipt(booking)}
    return page(request, "admin/counter/receipt.html", context)


@needs("bookings.view_payment")
@require_safe
def refund(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Print what was given back."""
    refunds = Payment.objects.filter(kind=Payment.Kind.REFUND, status=Payment.Status.SUCCEEDED)
    payment = get_object_or_404(
        refunds.select_related("shift__user", "booking__event__venue"), pk=pk, booking__booking_code=code
    )
    booking = payment.booking
    context = {"title": "Receipt", "booking": booking, "event": booking.event, "line": line_of(payment)}
    return page(request, "admin/counter/refund.html", context)
