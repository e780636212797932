"""A booking's own page, by its secret link: tickets, downloads, what can be changed, history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from bookings.access import private
from bookings.account import Way, read_account
from bookings.models import Booking, Ticket
from bookings.order import order_lines, own_tickets
from bookings.policy import Choice, may_cancel, may_exchange, may_pass_on, unpaid_exchange

from .dues import exchange_url
from .files import calendar_file, pdf_file


@dataclass(frozen=True)
class Stub:
    """A ticket as the customer's page shows it: who has it, and whether the customer may pass it on."""

    ticket: Ticket
    pass_on: Choice

    @property
    def is_own(self) -> bool:
        return not self.ticket.holder_name


@login_not_required
@private
@require_safe
def booking(request: HttpRequest, key: str) -> HttpResponse:
    with_others = Booking.objects.with_details().select_related("replaces", "replaced_by")
    booking, now = get_object_or_404(with_others, key=key), timezone.now()
    tickets = _current(booking)
    account = read_account(booking)
    is_confirmed = booking.status == Booking.Status.CONFIRMED
    context = {
        "booking": booking,
        "event": booking.event,
        "tickets": tickets,
        "lines": order_lines(tickets),
        "account": account,
        "refund": account.total(Way.PAID) - account.total(Way.MOVED) - booking.retained,
        "activities": booking.activities.all(),
        "is_new": "new" in request.GET and is_confirmed,
        "is_exchanged": "exchanged" in request.GET and is_confirmed,
        "is_live": booking.is_live(now),
        "now": now,
        **(_changes(booking, tickets, now) if is_confirmed else {}),
    }
    return render(request, "bookings/booking.html", context)


def _current(booking: Booking) -> list[Ticket]:
    """Return the living tickets; of a cancelled booking, those that died with it."""
    tickets = list(booking.tickets.with_details())
    for ticket in tickets:
        ticket.booking = booking
    if booking.status == Booking.Status.CANCELLED:
        return [ticket for ticket in tickets if ticket.voided_at == booking.cancelled_at]
    return [ticket for ticket in tickets if ticket.status != Ticket.Status.VOID]


def _changes(booking: Booking, tickets: list[Ticket], now: datetime) -> dict[str, object]:
    """Say what customers may do to their confirmed booking by themselves."""
    own, unpaid = own_tickets(tickets), unpaid_exchange(booking, now)
    return {
        "stubs": [Stub(ticket, may_pass_on(ticket, now)) for ticket in tickets],
        "own": own,
        "may_cancel": may_cancel(booking, tickets, now),
        "may_exchange": may_exchange(booking, tickets, now),
        "may_pass_on": may_pass_on(own[0], now) if own else None,
        "unpaid": unpaid,
        "resume_url": unpaid and exchange_url("exchange_review", booking, unpaid.event.slug, unpaid.selection),
    }


# Files ------------------------------------------------------------------------------------------------


@login_not_required
@private
@require_safe
def pdf(request: HttpRequest, key: str) -> HttpResponse:
    """Answer with the customer's tickets; those that were passed on are their holders'."""
    booking = _get_bought(key)
    return pdf_file(booking, _own(booking), now=timezone.now())


@login_not_required
@private
@require_safe
def one_pdf(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """Answer with one of the customer's tickets."""
    booking = _get_bought(key)
    tickets = [ticket for ticket in _own(booking) if ticket.pk == pk]
    if not tickets:
        raise Http404
    return pdf_file(booking, tickets, now=timezone.now())


@login_not_required
@private
@require_safe
def calendar(request: HttpRequest, key: str) -> HttpResponse:
    return calendar_file(_get_bought(key), now=timezone.now())


def _get_bought(key: str) -> Booking:
    """Return a confirmed booking, or answer 404: there is nothing to download yet, or not any more."""
    return get_object_or_404(Booking.objects.with_details(), key=key, status=Booking.Status.CONFIRMED)


def _own(booking: Booking) -> list[Ticket]:
    """Return the customer's own tickets, or answer 404: all of them were passed on."""
    tickets = own_tickets(booking.tickets.with_details())
    if not tickets:
        raise Http404
    return tickets
