"""Hold what was picked, hold it longer, hold it again, let it go."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from bookings import access, services
from bookings.access import private
from bookings.errors import BookingError, HoldLapsed, TransitionRefused
from bookings.forms import DetailsForm
from bookings.models import Booking
from events.models import Event
from ticketing import stock
from ticketing.errors import PlacesTaken, SalesClosed, TicketingError
from ticketing.forms import QUANTITY, SelectionForm
from ticketing.orphans import check_single_seats
from ticketing.views import closed_page, picker_page

from .checkout import checkout_page, code_lost, get_booking, lapsed_page

TURNS = frozenset({"open", "show", "drop"})
"""Names of the picker's buttons that hold nothing: open a section, show map or list, drop a seat."""


@login_not_required
@private
@require_http_methods(["GET", "HEAD", "POST"])
def hold(request: HttpRequest, slug: str) -> HttpResponse:
    """Hold what was picked; or, when such a button was pressed, only show the picker in another way.

    A browser that opens its tabs again asks for this address without what was picked: the picker begins anew.
    """
    if request.method != "POST":
        return redirect("ticketing:picker", slug)
    now = timezone.now()
    event = get_object_or_404(Event.objects.published(now).with_details().select_related("seating_plan"), slug=slug)
    try:
        stock.check_on_sale(event, [], now)
    except SalesClosed as refusal:
        return closed_page(request, event, refusal, now=now, status=409)
    form = SelectionForm(request.POST, event=event, offers=event.offers.select_related("ticket_type"), now=now)
    if not TURNS.isdisjoint(request.POST):
        return redirect(picker_with(form, reverse("ticketing:picker", args=[slug])))
    if not form.is_valid():
        return picker_page(request, form, status=422)
    held = access.find_hold(request, event, now)
    try:
        booking = _hold(form, held)
    except TicketingError as refusal:
        form.refuse(refusal)
        status = 409 if isinstance(refusal, PlacesTaken) else 422
        return picker_page(request, form, status=status, claim=held and held.claim)
    response = redirect("bookings:checkout", booking.key)
    access.remember_hold(response, booking)
    return response


def _hold(form: SelectionForm, held: Booking | None) -> Booking:
    """Hold what was picked instead of what this browser holds already at the event, if it does."""
    wanted = {"event": form.event, "offers": form.offers, "selection": form.selection, "now": form.now}
    mine = held.claim if held else form.claim
    check_single_seats(form.event, form.selection, now=form.now, claim=mine, accepted="anyway" in form.data)
    if held and held.claim != form.claim:
        try:
            return services.change(booking=held, **wanted)
        except TransitionRefused:  # paid or let go a moment ago, in another tab
            pass
    return services.hold(claim=form.claim, **wanted)


def picker_with(form: SelectionForm, picker: str) -> str:
    """Return the address of a picker as a button asks for it, with everything that is filled in.

    ``open`` is ``section`` or ``section.row``; ``show`` is ``map`` or ``list``; ``drop`` is the seat to leave out.
    """
    asked = form.data
    section, _, row = asked.get("open", f"{asked.get('section', '')}.{asked.get('row', '')}").partition(".")
    view = asked.get("show", asked.get("view", ""))
    query = [("section", section), ("row", row), ("view", view if view == "list" else "")]
    query += [("seat", seat) for seat in form.chosen if str(seat) != asked.get("drop")]
    query += [(name, value) for name, value in asked.items() if name.startswith(QUANTITY) and value != "0"]
    query = [(name, value) for name, value in query if value != ""]
    opened = f"row-{row}" if row.isdecimal() else "rows"
    place = opened if "open" in asked and view == "list" else "choice" if "drop" in asked else "seats"
    return f"{picker}?{urlencode(query)}#{place}"


@login_not_required
@private
@require_http_methods(["GET", "HEAD", "POST"])
def extend(request: HttpRequest, key: str) -> HttpResponse:
    """Hold it longer, without losing what has been typed into the checkout so far."""
    booking, now = get_booking(key), timezone.now()
    if request.method != "POST" or not booking.is_live(now):
        return redirect("bookings:checkout", booking.key)
    try:
        booking, note = services.extend(booking=booking, now=now), "Done: you have more time."
    except BookingError as refusal:
        note = refusal.message
    return checkout_page(request, booking, DetailsForm.typed(request.POST), now=now, clock_note=note)


@login_not_required
@private
@require_http_methods(["GET", "HEAD", "POST"])
def revive(request: HttpRequest, key: str) -> HttpResponse:
    """Try to get the places of a lapsed hold back."""
    booking, now = get_booking(key), timezone.now()
    if request.method != "POST":
        return redirect("bookings:checkout", booking.key)
    before = booking.total_price
    try:
        booking = services.revive(booking=booking, now=now)
    except (HoldLapsed, SalesClosed) as refusal:
        return lapsed_page(request, booking, refusal.message, now=now, status=409)
    except TransitionRefused:  # paid or let go meanwhile: the checkout knows where to go
        return redirect("bookings:checkout", booking.key)
    messages.success(request, "Your tickets are held for you again.")
    if booking.total_price != before:
        messages.warning(request, code_lost(booking))
    response = redirect("bookings:checkout", booking.key)
    access.remember_hold(response, booking)
    return response


@login_not_required
@private
@require_POST
def abandon(request: HttpRequest, key: str) -> HttpResponse:
    """Let the places go, and go back to the picker."""
    booking = get_booking(key)
    try:
        services.abandon(booking=booking, now=timezone.now())
        messages.info(request, "We have let your tickets go. You can choose again.")
    except TransitionRefused as refusal:
        messages.error(request, refusal.message)
    response = redirect("ticketing:picker", booking.event.slug)
    access.forget_hold(response, booking)
    return response
