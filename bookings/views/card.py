"""The card page of the demo provider: what a payment company would host."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from bookings import services
from bookings.access import private
from bookings.errors import BookingError, PaymentFailed, TransitionRefused
from bookings.forms import CardForm
from bookings.models import Booking
from bookings.payments import demo
from bookings.payments.demo import DemoPayment, DemoProvider
from ticketing.errors import PromoCodeRefused, TicketingError

from .checkout import get_booking, time_left, without_code


@login_not_required
@private
@require_http_methods(["GET", "HEAD", "POST"])
def card(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for a card and charge it, once per token however often it is posted."""
    if DemoProvider.code != settings.PAYMENT_PROVIDER:
        raise Http404
    try:
        payment = DemoProvider().read(token)
    except PaymentFailed as refusal:
        return _expired(request, token, refusal)
    booking, now = get_booking(payment.key), timezone.now()
    if booking.status != Booking.Status.PENDING:  # paid before, or let go: the checkout knows where to go
        return redirect("bookings:checkout", booking.key)
    if request.method != "POST":
        return _page(request, booking, payment, CardForm(today=now.date()), now=now)
    form = CardForm(request.POST, today=now.date())
    if not form.is_valid():
        return _page(request, booking, payment, form, now=now, status=422)
    try:
        return _charge(request, booking, payment, form, now)
    except TransitionRefused:  # paid or let go in another tab
        return redirect("bookings:checkout", booking.key)


def _charge(
    request: HttpRequest, booking: Booking, payment: DemoPayment, form: CardForm, now: datetime
) -> HttpResponse:
    try:
        booking = _make_payable(booking, payment, now)
        charge = DemoProvider().charge(payment, form.cleaned_data["number"])
    except PromoCodeRefused as refusal:
        booking = services.remove_promo_code(booking=booking, now=now)
        return _back_to_checkout(request, booking, f"{without_code(refusal, booking)} Your card was not charged.")
    except PaymentFailed as refusal:
        form.add_error("number", refusal.message)
        return _page(request, booking, payment, form, now=now, status=402)
    except (BookingError, TicketingError) as refusal:
        return _back_to_checkout(request, booking, f"{refusal.message} Your card was not charged.")
    try:
        services.confirm(booking=booking, now=now, charge=charge)
    except (BookingError, TicketingError) as refusal:
        return _back_to_checkout(request, booking, f"{refusal.message} Whatever was charged is given back.")
    return redirect(f"{booking.get_absolute_url()}?new=1")


def _make_payable(booking: Booking, payment: DemoPayment, now: datetime) -> Booking:
    """Refuse, before money is taken, what could not be confirmed afterwards. Gets a lapsed hold back."""
    services.check_confirmable(booking, now)
    if booking.is_lapsed(now):
        booking = services.revive(booking=booking, now=now)
    if payment.amount != booking.total_price:
        raise BookingError("The price has changed since you started to pay. Please check it and pay again.")
    return booking


def _page(
    request: HttpRequest, booking: Booking, payment: DemoPayment, form: CardForm, *, now: datetime, status: int = 200
) -> HttpResponse:
    context = {
        "booking": booking,
        "event": booking.event,
        "payment": payment,
        "form": form.without_secrets(),
        **time_left(booking, now),
    }
    return render(request, "bookings/card.html", context, status=status)


def _back_to_checkout(request: HttpRequest, booking: Booking, message: str) -> HttpResponse:
    messages.error(request, message)
    return redirect("bookings:checkout", booking.key)


def _expired(request: HttpRequest, token: str, refusal: PaymentFailed) -> HttpResponse:
    """Tell what has expired (410), and can be started anew, from what is forged (400)."""
    try:
        key, *_ = signing.loads(token, salt=demo.SALT)
    except signing.BadSignature:
        return render(request, "bookings/card_expired.html", {"reason": refusal.message}, status=400)
    context = {"reason": refusal.message, "booking": get_booking(key)}
    return render(request, "bookings/card_expired.html", context, status=410)
