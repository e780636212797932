"""Cancel all or some tickets of a booking, after saying what comes back."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from bookings import services
from bookings.access import private
from bookings.errors import BookingError
from bookings.forms import TicketsForm
from bookings.models import Booking
from bookings.order import own_tickets, surplus, worth
from bookings.payments import is_handed_out
from bookings.policy import may_cancel
from ticketing.errors import TicketingError
from ticketing.money import ZERO

from .checkout import get_booking


@login_not_required
@private
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, key: str) -> HttpResponse:
    """Say what cancelling means, and do it when that is confirmed.

    Without JavaScript, a button that speaks of other tickets than those that are ticked only says anew what it means.
    """
    booking, now = get_booking(key), timezone.now()
    tickets = list(booking.tickets.with_details())
    why_not = may_cancel(booking, tickets, now).why_not
    form = TicketsForm(request.POST if request.method == "POST" else None, tickets=own_tickets(tickets))
    if request.method != "POST" or (why_not and not form.was_cancelled(tickets)):
        return _page(request, booking, form, why_not, status=409 if why_not else 200)
    if form.was_cancelled(tickets):  # by the first of two clicks
        return redirect(booking)
    if not form.is_valid():
        return _page(request, booking, form, why_not, status=422)
    if not form.means_what_was_shown:
        return _page(request, booking, form, why_not)
    try:
        after = services.cancel_tickets(booking=booking, tickets=form.cleaned_data["ticket"], now=now)
    except (BookingError, TicketingError) as refusal:
        return _page(request, booking, form, refusal.message, status=409)
    messages.success(request, _done(after, len(form.cleaned_data["ticket"])))
    return redirect(booking)


def _done(booking: Booking, count: int) -> str:
    if booking.status == Booking.Status.CANCELLED:
        return "Your booking is cancelled."
    return f"{count} ticket{'s are' if count > 1 else ' is'} cancelled. The others stay valid."


def _page(
    request: HttpRequest, booking: Booking, form: TicketsForm, why_not: str, *, status: int = 200
) -> HttpResponse:
    charges = list(booking.payments.with_refundable())
    beyond = surplus(booking, charges)
    context = {
        "booking": booking,
        "event": booking.event,
        "form": form,
        "beyond": beyond,
        "refund": max(beyond + worth(form.chosen), ZERO),
        "rows": [(ticket, worth([ticket]), ticket in form.chosen) for ticket in form.tickets],
        "was_paid": bool(charges),
        "is_at_counter": any(is_handed_out(charge) for charge in charges),
        "others": booking.quantity - len(form.tickets),
        "why_not": why_not,
    }
    return render(request, "bookings/cancel.html", context, status=status)
