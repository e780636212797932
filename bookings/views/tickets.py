"""Single tickets: passing one on, and the page of whoever has got it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from bookings import services
from bookings.access import find_ticket, private, ticket_url
from bookings.errors import BookingError
from bookings.forms import HolderForm
from bookings.models import Booking, Ticket
from bookings.order import order_lines
from bookings.policy import may_pass_on

from .checkout import get_booking
from .files import calendar_file, pdf_file

WHY_VOID = {
    Ticket.VoidReason.PASSED_ON: "This ticket has been passed on: its code is void, and somebody else has a new one.",
    Ticket.VoidReason.EXCHANGED: "This ticket has been exchanged by the box office: its code is void.",
    Ticket.VoidReason.CANCELLED: "This ticket has been cancelled: its code is void.",
}


@login_not_required
@private
@require_http_methods(["GET", "HEAD", "POST"])
def pass_on(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """Let the customer pass on a ticket of the booking that is still theirs."""
    booking = get_booking(key)
    ticket = get_object_or_404(booking.tickets.with_details(), pk=pk)
    if ticket.holder_name and ticket.status == Ticket.Status.VALID:
        raise Http404  # it is the holder's now
    ticket.booking = booking
    return _pass_on(request, ticket, back=booking.get_absolute_url(), after=booking.get_absolute_url())


@login_not_required
@private
@require_http_methods(["GET", "HEAD", "POST"])
def pass_on_again(request: HttpRequest, token: str) -> HttpResponse:
    """Let the holder of a ticket pass it on in turn."""
    ticket = _get_ticket(token)
    page = ticket_url(ticket)
    return _pass_on(request, ticket, back=page, after=page)


def _pass_on(request: HttpRequest, ticket: Ticket, *, back: str, after: str) -> HttpResponse:
    now = timezone.now()
    if request.method == "POST" and ticket.void_reason == Ticket.VoidReason.PASSED_ON:
        return redirect(after)  # by the first of two clicks
    why_not = may_pass_on(ticket, now).why_not
    form = HolderForm(request.POST if request.method == "POST" and not why_not else None)
    status = 409 if why_not else 422 if form.is_bound and not form.is_valid() else 200
    if form.is_bound and form.is_valid():
        typed = form.cleaned_data
        try:
            services.pass_on(ticket=ticket, name=typed["name"], email=typed["email"], now=now)
            messages.success(request, f"Passed on: the ticket is on the way to {typed['email']}.")
            return redirect(after)
        except BookingError as refusal:
            why_not, status = refusal.message, 409
    context = {
        "ticket": ticket,
        "booking": ticket.booking,
        "event": ticket.booking.event,
        "lines": order_lines([ticket]),
        "form": form,
        "why_not": why_not,
        "back": back,
    }
    return render(request, "bookings/pass_on.html", context, status=status)


# The holder's ------------------------------------------------------------------------------------------


def _get_ticket(token: str) -> Ticket:
    """Return the ticket of a holder's link with its booking, or answer 404."""
    ticket = find_ticket(token)
    if ticket is None:
        raise Http404
    ticket.booking = Booking.objects.with_details().get(pk=ticket.booking_id)
    return ticket


@login_not_required
@private
@require_safe
def ticket(request: HttpRequest, token: str) -> HttpResponse:
    """Show one ticket to whoever has got it; or, once it is void (410), why it is."""
    ticket, now = _get_ticket(token), timezone.now()
    context = {
        "ticket": ticket,
        "one": [ticket],
        "booking": ticket.booking,
        "event": ticket.booking.event,
        "why_void": WHY_VOID.get(ticket.void_reason, ""),
        "pass_on": may_pass_on(ticket, now),
        "pass_on_url": ticket_url(ticket, "ticket_pass_on"),
        "pdf_url": ticket_url(ticket, "ticket_pdf"),
        "calendar_url": ticket_url(ticket, "ticket_calendar"),
        "now": now,
    }
    return render(request, "bookings/ticket.html", context, status=410 if ticket.void_reason else 200)


@login_not_required
@private
@require_safe
def ticket_pdf(request: HttpRequest, token: str) -> HttpResponse:
    ticket = _get_valid(token)
    return pdf_file(ticket.booking, [ticket], now=timezone.now())


@login_not_required
@private
@require_safe
def ticket_calendar(request: HttpRequest, token: str) -> HttpResponse:
    ticket = _get_valid(token)
    return calendar_file(ticket.booking, now=timezone.now(), ticket=ticket)


def _get_valid(token: str) -> Ticket:
    """Return the ticket, or answer 404: there is nothing to download any more."""
    ticket = _get_ticket(token)
    if ticket.status != Ticket.Status.VALID:
        raise Http404
    return ticket
