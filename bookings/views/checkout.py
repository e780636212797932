"""The checkout: who books, with which promo code; then on to the payment or, if nothing is due, to the tickets."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from bookings import services
from bookings.access import private
from bookings.errors import BookingError, TransitionRefused
from bookings.forms import DetailsForm, PromoCodeForm
from bookings.models import Booking
from bookings.order import order_lines
from bookings.payments import get_provider
from ticketing.errors import PromoCodeRefused, TicketingError
from ticketing.money import format_money


def get_booking(key: str) -> Booking:
    """Return the booking with this key and what its page shows, or answer 404."""
    return get_object_or_404(Booking.objects.with_details(), key=key)


@login_not_required
@private
@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: HttpRequest, key: str) -> HttpResponse:
    booking, now = get_booking(key), timezone.now()
    if booking.cancellation_reason in Booking.NEVER_BOUGHT:
        return lapsed_page(request, booking, now=now)
    if booking.status != Booking.Status.PENDING:
        return redirect(booking)
    if request.method == "POST":
        try:
            return _post(request, booking, now)
        except TransitionRefused:  # paid or let go in another tab: that page says so
            return redirect("bookings:checkout", booking.key)
    if booking.is_lapsed(now):
        return lapsed_page(request, booking, now=now)
    return checkout_page(request, booking, DetailsForm.of(booking), now=now)


def _post(request: HttpRequest, booking: Booking, now: datetime) -> HttpResponse:
    if request.POST.get("do") == "apply":
        return _apply_promo_code(request, booking, now)
    if request.POST.get("do") == "remove":
        booking = services.remove_promo_code(booking=booking, now=now)
        return checkout_page(request, booking, DetailsForm.typed(request.POST), now=now, promo_note="Code removed.")
    details, promo = DetailsForm(request.POST), PromoCodeForm(request.POST)
    if not all([details.is_valid(), promo.is_valid()]):
        return checkout_page(request, booking, details, promo, now=now, status=422)
    return _submit(request, booking, details, promo, now)


def _apply_promo_code(request: HttpRequest, booking: Booking, now: datetime) -> HttpResponse:
    details, promo = DetailsForm.typed(request.POST), PromoCodeForm(request.POST)
    note, status = "", 422
    if promo.is_valid() and not promo.cleaned_data["code"]:
        promo.add_error("code", "Enter a code first.")
    elif promo.is_valid():
        try:
            booking = services.apply_promo_code(booking=booking, code=promo.cleaned_data["code"], now=now)
            note, status = f"Done: you save {format_money(booking.discount)}.", 200
        except PromoCodeRefused as refusal:
            promo.add_error("code", refusal.message)
    # htmx shows answers of success only.
    return checkout_page(
        request, booking, details, promo, now=now, promo_note=note, status=200 if request.htmx else status
    )


def _submit(
    request: HttpRequest, booking: Booking, details: DetailsForm, promo: PromoCodeForm, now: datetime
) -> HttpResponse:
    typed, code = details.cleaned_data, promo.cleaned_data["code"]
    try:
        booking = services.set_details(
            booking=booking, name=typed["name"], email=typed["email"], phone=typed["phone"], now=now
        )
        if booking.is_lapsed(now):
            before, booking = booking.total_price, services.revive(booking=booking, now=now)
            if booking.total_price != before:
                return checkout_page(request, booking, details, now=now, problem=code_lost(booking), status=409)
        if code and not booking.promo_code:
            booking = services.apply_promo_code(booking=booking, code=code, now=now)
        twin = services.find_twin(booking, now)
        if twin and not typed["again"]:
            return checkout_page(request, booking, details, promo, now=now, twin=twin, status=409)
        return _to_payment(booking, now)
    except PromoCodeRefused as refusal:
        if not booking.promo_code:
            promo.add_error("code", refusal.message)
            return checkout_page(request, booking, details, promo, now=now, status=422)
        booking = services.remove_promo_code(booking=booking, now=now)
        return checkout_page(request, booking, details, now=now, problem=without_code(refusal, booking), status=409)
    except TransitionRefused:
        raise
    except (BookingError, TicketingError) as refusal:
        return lapsed_page(request, booking, refusal.message, now=now, status=409)


def _to_payment(booking: Booking, now: datetime) -> HttpResponse:
    """Send the customer to the payment, or, if nothing is due, to the tickets.

    Raises:
        BookingError, TicketingError: see :func:`services.check_confirmable`.
    """
    services.check_confirmable(booking, now)
    if booking.total_price:
        return redirect(get_provider().start(booking))
    services.confirm(booking=booking, now=now)
    return redirect(f"{booking.get_absolute_url()}?new=1")


def code_lost(booking: Booking) -> str:
    """Say that a promo code was lost together with the hold that it was kept for."""
    return f"Your promo code does not hold any more. The total is now {format_money(booking.total_price)}."


def without_code(refusal: PromoCodeRefused, booking: Booking) -> str:
    """Say that a promo code does not hold any more, and what is due without it."""
    return f"{refusal.message} We have taken it off: the total is now {format_money(booking.total_price)}."


@login_not_required
@private
@require_POST
def pay(request: HttpRequest, key: str) -> HttpResponse:
    """Start the payment anew, of a booking whose checkout has been filled in; whatever is odd, the checkout asks."""
    booking, now = get_booking(key), timezone.now()
    if booking.is_live(now) and booking.has_details and not services.find_twin(booking, now):
        try:
            return _to_payment(booking, now)
        except (BookingError, TicketingError) as refusal:
            messages.error(request, refusal.message)
    return redirect("bookings:checkout", booking.key)


def checkout_page(
    request: HttpRequest,
    booking: Booking,
    details: DetailsForm,
    promo: PromoCodeForm | None = None,
    *,
    now: datetime,
    status: int = 200,
    **notes,
) -> HttpResponse:
    """Render the checkout. ``notes`` are what the template says on top: ``problem``, ``twin``, ``promo_note`` …"""
    context = {
        "booking": booking,
        "event": booking.event,
        "lines": order_lines(booking.tickets.with_details()),
        "details": details,
        "promo": promo or PromoCodeForm(),
        **time_left(booking, now),
        "now": now,
        **notes,
    }
    return render(request, "bookings/checkout.html", context, status=status)


def time_left(booking: Booking, now: datetime) -> dict[str, int]:
    """Say for the countdown how many seconds a hold still lives, and how many it has at most."""
    left = int((booking.expires_at - now).total_seconds())
    return {"seconds_left": max(0, left), "hold_seconds": max(left, settings.HOLD_MINUTES * 60)}


ENDED = {
    Booking.Reason.LAPSED: "Your time ran out, and the tickets went back on sale.",
    Booking.Reason.ABANDONED: "You have let these tickets go.",
}


def lapsed_page(
    request: HttpRequest, booking: Booking, reason: str = "", *, now: datetime, status: int = 200
) -> HttpResponse:
    """Say that the time ran out, or why the tickets are gone, and offer the way back to them or to the picker."""
    reason = reason or ENDED.get(booking.cancellation_reason, "")
    lines = [] if reason else order_lines(booking.tickets.with_details())
    context = {
        "booking": booking,
        "event": booking.event,
        "lines": lines,
        "has_seats": any(line.seats for line in lines),
        "reason": reason,
        "now": now,
    }
    return render(request, "bookings/lapsed.html", context, status=status)
