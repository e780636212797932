"""The card page of the demo provider: what a payment company would host."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from bookings.access import private
from bookings.errors import BookingError, PaymentFailed, TransitionRefused
from bookings.forms import CardForm
from bookings.payments import demo
from bookings.payments.demo import DemoPayment, DemoProvider
from ticketing.errors import TicketingError

from .checkout import time_left
from .dues import Due, find_due


@login_not_required
@private
@require_http_methods(["GET", "HEAD", "POST"])
def card(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for a card and charge it, once per token however often it is posted."""
    if DemoProvider.code != settings.PAYMENT_PROVIDER:
        raise Http404
    try:
        payment = DemoProvider().read(token, demo.MAX_AGE)
    except PaymentFailed as refusal:
        return _expired(request, token, refusal)
    due, now = find_due(payment), timezone.now()
    if due.is_over():  # paid before, or let go: the page that it leads back to knows more
        return redirect(due.back)
    if request.method != "POST":
        return _page(request, due, payment, CardForm(today=now.date()), now=now)
    form = CardForm(request.POST, today=now.date())
    if not form.is_valid():
        return _page(request, due, payment, form, now=now, status=422)
    try:
        return _charge(request, due, payment, form, now)
    except TransitionRefused:  # paid or let go in another tab
        return redirect(due.back)


def _charge(request: HttpRequest, due: Due, payment: DemoPayment, form: CardForm, now: datetime) -> HttpResponse:
    try:
        due.make_payable(payment, now)
        charge = DemoProvider().charge(payment, form.cleaned_data["number"])
    except PaymentFailed as refusal:
        form.add_error("number", refusal.message)
        return _page(request, due, payment, form, now=now, status=402)
    except (BookingError, TicketingError) as refusal:
        messages.error(request, f"{due.explain(refusal, now)} Your card was not charged.")
        return redirect(due.back)
    try:
        return redirect(due.complete(charge, now))
    except (BookingError, TicketingError) as refusal:
        messages.error(request, f"{refusal.message} Whatever was charged is given back.")
        return redirect(due.back)


def _page(
    request: HttpRequest, due: Due, payment: DemoPayment, form: CardForm, *, now: datetime, status: int = 200
) -> HttpResponse:
    context = {
        "booking": due.booking,
        "hold": due.hold,
        "event": due.hold.event if payment.is_exchange else due.booking.event,
        "payment": payment,
        "back": due.back,
        "form": form.without_secrets(),
        **time_left(due.hold, now),
    }
    return render(request, "bookings/card.html", context, status=status)


def _expired(request: HttpRequest, token: str, refusal: PaymentFailed) -> HttpResponse:
    """Tell what has expired (410), and can be started anew, from what is forged (400)."""
    try:
        payment = DemoProvider().read(token)
    except PaymentFailed:
        return render(request, "bookings/card_expired.html", {"reason": refusal.message}, status=400)
    due = find_due(payment)
    context = {
        "reason": refusal.message,
        "booking": due.booking,
        "again": due.back if payment.is_exchange else "",
    }
    return render(request, "bookings/card_expired.html", context, status=410)
