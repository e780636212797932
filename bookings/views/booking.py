"""A booking's own page, by its secret link: tickets, downloads, history, cancelling."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from bookings import services
from bookings.access import private
from bookings.documents.calendar import booking_calendar
from bookings.documents.pdf import ticket_pdf
from bookings.errors import CancellationRefused
from bookings.models import Booking, Ticket
from bookings.order import latest, order_lines, refundable, refunded

from .checkout import get_booking


@login_not_required
@private
@require_safe
def booking(request: HttpRequest, key: str) -> HttpResponse:
    booking, now = get_booking(key), timezone.now()
    tickets, payments = list(booking.tickets.with_details()), list(booking.payments.all())
    if booking.status == Booking.Status.CANCELLED:
        current = tickets[-booking.quantity :]  # the last ones: those before were exchanged
    else:
        current = [ticket for ticket in tickets if ticket.status != Ticket.Status.VOID]
    context = {
        "booking": booking,
        "event": booking.event,
        "tickets": current,
        "lines": order_lines(current),
        "payments": latest(payments),
        "refund": refunded(payments),
        "activities": booking.activities.all(),
        "is_new": "new" in request.GET and booking.status == Booking.Status.CONFIRMED,
        "is_live": booking.is_live(now),
        "is_cancellable": booking.is_cancellable(now),
        "now": now,
    }
    return render(request, "bookings/booking.html", context)


@login_not_required
@private
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, key: str) -> HttpResponse:
    """Say what cancelling means, and do it when that is confirmed."""
    booking, now = get_booking(key), timezone.now()
    reason = ""
    try:
        if request.method == "POST":
            services.cancel_as_customer(booking=booking, now=now)
            messages.success(request, "Your booking is cancelled.")
            return redirect(booking)
        services.check_cancellable(booking, now)
    except CancellationRefused as refusal:
        reason = refusal.message
    context = {
        "booking": booking,
        "event": booking.event,
        "refund": refundable(booking),
        "reason": reason,
        "now": now,
    }
    return render(request, "bookings/cancel.html", context, status=409 if reason else 200)


@login_not_required
@private
@require_safe
def pdf(request: HttpRequest, key: str) -> HttpResponse:
    booking = _get_bought(key)
    content = ticket_pdf(booking, booking.tickets.with_details().valid(), now=timezone.now())
    return HttpResponse(
        content,
        headers={
            "Content-Type": "application/pdf",
            "Content-Disposition": f'inline; filename="tickets-{booking.booking_code}.pdf"',
        },
    )


@login_not_required
@private
@require_safe
def calendar(request: HttpRequest, key: str) -> HttpResponse:
    booking = _get_bought(key)
    content = booking_calendar(booking, site_url=settings.SITE_URL, now=timezone.now())
    return HttpResponse(
        content,
        headers={
            "Content-Type": "text/calendar; charset=utf-8",
            "Content-Disposition": f'attachment; filename="{booking.booking_code}.ics"',
        },
    )


def _get_bought(key: str) -> Booking:
    """Return a confirmed booking, or answer 404: there is nothing to download yet, or not any more."""
    return get_object_or_404(Booking.objects.with_details(), key=key, status=Booking.Status.CONFIRMED)
