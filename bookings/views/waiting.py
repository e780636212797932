"""The waiting list: join it from the page of an event that is sold out; see where one stands, and leave it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from bookings import services, throttle
from bookings.access import private
from bookings.errors import StillAvailable
from bookings.forms import WaitlistForm
from bookings.models import WaitlistEntry
from bookings.services.history import CUSTOMER
from events.models import Event
from ticketing import stock
from ticketing.errors import SalesClosed, TicketingError
from ticketing.views import closed_page

from .finding import TRIES_PER_CLIENT, too_many

LETTERS_PER_ADDRESS = 5


@login_not_required
@private
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, slug: str) -> HttpResponse:
    """Let somebody join. The answer does not tell whether the address waits already: a letter does."""
    now = timezone.now()
    event = get_object_or_404(Event.objects.published(now).with_details().select_related("seating_plan"), slug=slug)
    try:
        stock.check_on_sale(event, [], now)
    except SalesClosed as refusal:
        return closed_page(request, event, refusal, now=now, status=409 if request.method == "POST" else 200)
    form = WaitlistForm(request.POST if request.method == "POST" else None, event=event)
    if not form.is_valid():
        return _page(request, event, form, status=422 if form.is_bound else 200)
    data = form.cleaned_data
    who = (throttle.client_address(request), data["email"].lower())
    limits = (TRIES_PER_CLIENT, LETTERS_PER_ADDRESS)
    if not all(throttle.is_allowed("waiting list", one, limit=limit) for one, limit in zip(who, limits, strict=True)):
        return too_many(request)
    try:
        services.join_waitlist(event=event, now=now, **data)
    except StillAvailable as refusal:
        messages.success(request, refusal.message)
        return redirect("ticketing:picker", event.slug)
    except TicketingError as refusal:
        form.add_error(None, refusal.message)
        return _page(request, event, form, status=422)
    return render(request, "bookings/waitlist_joined.html", {"event": event, "email": data["email"]})


def _page(request: HttpRequest, event: Event, form: WaitlistForm, *, status: int) -> HttpResponse:
    return render(request, "bookings/waitlist.html", {"event": event, "form": form}, status=status)


@login_not_required
@private
@require_http_methods(["GET", "HEAD", "POST"])
def entry(request: HttpRequest, key: str) -> HttpResponse:
    """Say where somebody stands in the line; a button, because mail scanners open every link, leaves it."""
    found, now = get_object_or_404(WaitlistEntry.objects.with_details(), key=key), timezone.now()
    if request.method == "POST":
        services.leave_waitlist(entry=found, now=now, actor=CUSTOMER)
        return redirect(found)
    offered = found.status == WaitlistEntry.Status.OFFERED and found.booking and found.booking.is_live(now)
    context = {
        "entry": found,
        "event": found.event,
        "booking": found.booking if offered else None,
        "is_missed": found.status == WaitlistEntry.Status.OFFERED and not offered,
        "place_in_line": found.place_in_line if found.status == WaitlistEntry.Status.WAITING else None,
    }
    return render(request, "bookings/waiting.html", context)
