"""Small changes: who the customer is, sending the tickets again."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from bookings import services, throttle
from bookings.access import private
from bookings.errors import BookingError
from bookings.forms import CorrectionForm
from bookings.services.history import CUSTOMER

from .checkout import get_booking

MAILS_PER_BOOKING = 3


@login_not_required
@private
@require_http_methods(["GET", "HEAD", "POST"])
def details(request: HttpRequest, key: str) -> HttpResponse:
    """Correct name, address or phone number of a confirmed booking."""
    booking, now = get_booking(key), timezone.now()
    if booking.status != booking.Status.CONFIRMED:
        return redirect(booking)
    form = CorrectionForm(request.POST) if request.method == "POST" else CorrectionForm.of(booking)
    context = {"booking": booking, "event": booking.event, "form": form}
    if not form.is_valid():
        return render(request, "bookings/details.html", context, status=422 if form.is_bound else 200)
    before, typed = booking.customer_email, form.cleaned_data
    try:
        booking = services.correct_details(booking=booking, **typed, now=now)
    except BookingError as refusal:
        messages.error(request, refusal.message)
        return redirect(booking)
    if booking.customer_email == before:
        messages.success(request, "Saved.")
    else:
        messages.success(request, f"Saved. From now on we write to {booking.customer_email}: both addresses are told.")
    return redirect(booking)


@login_not_required
@private
@require_POST
def resend(request: HttpRequest, key: str) -> HttpResponse:
    """Send the tickets once more."""
    booking = get_booking(key)
    if not throttle.is_allowed("resend", booking.key, limit=MAILS_PER_BOOKING):
        messages.warning(
            request, "We have sent them several times within minutes. Please look into your spam folder as well."
        )
        return redirect(booking)
    try:
        services.resend_confirmation(booking=booking, now=timezone.now(), actor=CUSTOMER)
        messages.success(request, f"Your tickets are on the way to {booking.customer_email}.")
    except BookingError as refusal:
        messages.error(request, refusal.message)
    return redirect(booking)
