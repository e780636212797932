"""Exchange a booking: choose a date, choose places with one's own among them, agree to the difference, pay it."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings import services
from bookings.access import private
from bookings.errors import BookingError
from bookings.models import Booking, Ticket
from bookings.order import order_lines
from bookings.payments import get_provider
from bookings.policy import may_exchange, unpaid_exchange
from bookings.services import Quote
from events.models import Event
from ticketing import stock
from ticketing.errors import PlacesTaken, SelectionInvalid, TicketingError
from ticketing.forms import SelectionForm, quantity_name
from ticketing.models import Offer, Place
from ticketing.money import ZERO
from ticketing.orphans import check_single_seats
from ticketing.picker import Errand, other_dates
from ticketing.views import picker_page

from .checkout import get_booking, time_left
from .dues import exchange_url
from .holding import TURNS, picker_with

MOST_DATES = 24


@dataclass(frozen=True)
class Swap:
    """One booking that its customer wants to exchange for places at ``event``."""

    booking: Booking
    event: Event
    now: datetime

    @cached_property
    def tickets(self) -> list[Ticket]:
        return list(self.booking.tickets.with_details().valid())

    @cached_property
    def offers(self) -> list[Offer]:
        return list(self.event.offers.select_related("ticket_type"))

    @property
    def is_same_event(self) -> bool:
        return self.event.pk == self.booking.event_id

    @property
    def picker(self) -> str:
        return reverse("bookings:exchange_picker", args=[self.booking.key, self.event.slug])

    @property
    def errand(self) -> Errand:
        back = self.booking.get_absolute_url()
        own = self.booking if self.is_same_event else None
        return Errand(self.picker, back, self.booking.quantity, self.booking.subtotal, own)

    @property
    def about(self) -> dict[str, object]:
        return {"event": self.event, "now": self.now, "exactly": self.booking.quantity}

    def form(self, data) -> SelectionForm:
        """Make a form that judges what was picked."""
        return SelectionForm(data, offers=self.offers, **self.about)

    def picker_form(self, query) -> SelectionForm:
        """Make the picker's form: filled in as the address says, or else with what the booking has."""
        if query or not self.is_same_event:
            return SelectionForm.of_query(query, offers=self.shown_offers, **self.about)
        own: dict[str, object] = {"seat": [ticket.place.seat_id for ticket in self.tickets if ticket.place.seat_id]}
        for ticket in self.tickets:
            if not ticket.place.seat_id:
                own[quantity_name(ticket.offer_id)] = own.get(quantity_name(ticket.offer_id), 0) + 1
        return SelectionForm(initial=own, offers=self.shown_offers, **self.about)

    @property
    def shown_offers(self) -> list[Offer]:
        """The offers at the prices that the customer pays: what was paid for places of the same offer still holds."""
        paid = {ticket.offer_id: ticket.price for ticket in self.tickets} if self.is_same_event else {}
        offers = [copy(offer) for offer in self.offers]
        for offer in offers:
            offer.price = paid.get(offer.pk, offer.price)
        return offers

    def quote(self, form: SelectionForm) -> Quote:
        return services.quote_exchange(
            booking=self.booking, event=self.event, offers=self.offers, selection=form.selection
        )

    def check_single_seats(self, form: SelectionForm, *, accepted: bool) -> None:
        claim = self.booking.claim if self.is_same_event else None
        check_single_seats(self.event, form.selection, now=self.now, claim=claim, accepted=accepted)


# Which date -------------------------------------------------------------------------------------------


@login_not_required
@private
@require_safe
def exchange(request: HttpRequest, key: str) -> HttpResponse:
    """Offer the same date and the others of the production; where there is only one choice, go there."""
    booking, now = get_booking(key), timezone.now()
    swap = Swap(booking, booking.event, now)
    why_not = may_exchange(booking, swap.tickets, now).why_not
    dates = [] if why_not else other_dates(booking.event, now, most=MOST_DATES)
    has_others = bool(booking.event.seating_plan_id or len(swap.offers) > 1)
    if not why_not and not dates and has_others:
        return redirect(swap.picker)
    if not why_not and not dates:
        why_not = "There is nothing else to choose: all tickets are alike, and there is no other date."
    context = {
        "booking": booking,
        "event": booking.event,
        "tickets": swap.tickets,
        "lines": order_lines(swap.tickets),
        "why_not": why_not,
        "has_others": has_others,
        "dates": dates,
        "now": now,
    }
    return render(request, "bookings/exchange.html", context, status=409 if why_not else 200)


# Which places -----------------------------------------------------------------------------------------


@login_not_required
@private
@gzip_page
@require_http_methods(["GET", "HEAD", "POST"])
def exchange_picker(request: HttpRequest, key: str, slug: str) -> HttpResponse:
    """Let the customer pick as many places as they have, and go on to the summary."""
    swap = _get_swap(key, slug)
    if refused := _refuse(request, swap):
        return refused
    if request.method != "POST":
        return picker_page(request, swap.picker_form(request.GET), errand=swap.errand)
    form = swap.form(request.POST)
    if not TURNS.isdisjoint(request.POST):
        return redirect(picker_with(form, swap.picker))
    if not form.is_valid():
        return _pick_again(request, swap, form, status=422)
    try:
        swap.check_single_seats(form, accepted="anyway" in form.data)
        swap.quote(form)
    except TicketingError as refusal:
        return _pick_again(request, swap, form, refusal, status=422)
    return redirect(exchange_url("exchange_review", swap.booking, slug, form.selection))


def _get_swap(key: str, slug: str) -> Swap:
    """Return the exchange of a booking for this event: its own, or another date of its production."""
    booking, now = get_booking(key), timezone.now()
    if booking.event.slug == slug:
        return Swap(booking, booking.event, now)
    if booking.event.production_id is None:
        raise Http404
    dates = Event.objects.published(now).with_details().select_related("seating_plan")
    return Swap(booking, get_object_or_404(dates, slug=slug, production=booking.event.production_id), now)


def _refuse(request: HttpRequest, swap: Swap) -> HttpResponseRedirect | None:
    """Send away whoever may not exchange, or whose booking was exchanged a moment ago."""
    booking = swap.booking
    if booking.cancellation_reason == Booking.Reason.EXCHANGED:
        return redirect(booking.replaced_by)
    if may_exchange(booking, swap.tickets, swap.now).why_not:
        return redirect("bookings:exchange", booking.key)
    try:
        stock.check_on_sale(swap.event, [], swap.now)
    except TicketingError as refusal:
        messages.error(request, refusal.message)
        return redirect(booking)
    return None


def _pick_again(
    request: HttpRequest, swap: Swap, form: SelectionForm, refusal: TicketingError | None = None, *, status: int
) -> HttpResponse:
    if refusal:
        form.refuse(refusal)
    form.offers = swap.shown_offers
    return picker_page(request, form, errand=swap.errand, status=status)


# At which difference ----------------------------------------------------------------------------------


@login_not_required
@private
@require_http_methods(["GET", "HEAD", "POST"])
def exchange_review(request: HttpRequest, key: str, slug: str) -> HttpResponse:
    """Show what changes into what, and at which difference; do it when that is agreed to."""
    swap = _get_swap(key, slug)
    if refused := _refuse(request, swap):
        return refused
    form = swap.form(request.POST if request.method == "POST" else request.GET)
    if not form.is_valid():
        return redirect(picker_with(form, swap.picker))
    try:
        quote = swap.quote(form)
    except SelectionInvalid as refusal:
        if request.method == "POST":  # it was exchanged by the first of two clicks
            return redirect(swap.booking)
        return _pick_again(request, swap, form, refusal, status=422)
    if request.method == "POST":
        return _exchange(request, swap, form, quote)
    return _review_page(request, swap, form, quote)


def _exchange(request: HttpRequest, swap: Swap, form: SelectionForm, quote: Quote) -> HttpResponse:
    if request.POST.get("difference") != str(quote.difference):
        note = "The price has changed meanwhile. Please look at it again before you agree."
        return _review_page(request, swap, form, quote, note=note, status=409)
    wanted = {
        "booking": swap.booking,
        "event": swap.event,
        "offers": swap.offers,
        "selection": form.selection,
        "now": swap.now,
    }
    try:
        swap.check_single_seats(form, accepted=True)
        if quote.difference > 0:
            return redirect(get_provider().start(services.start_exchange(**wanted)))
        services.abandon_exchange(booking=swap.booking, now=swap.now)
        after = services.exchange(**wanted)
    except TicketingError as refusal:
        status = 409 if isinstance(refusal, PlacesTaken) else 422
        return _pick_again(request, swap, form, refusal, status=status)
    except BookingError as refusal:
        services.abandon_exchange(booking=swap.booking, now=swap.now)
        messages.error(request, refusal.message)
        return redirect(swap.booking)
    return redirect(f"{after.get_absolute_url()}?exchanged=1")


def _review_page(
    request: HttpRequest, swap: Swap, form: SelectionForm, quote: Quote, *, note: str = "", status: int = 200
) -> HttpResponse:
    pending = unpaid_exchange(swap.booking, swap.now)
    claims = {swap.booking.claim, pending.claim if pending else None} - {None}
    if not _locate(quote.tickets, swap, claims):
        return redirect(exchange_url("exchange_picker", swap.booking, swap.event.slug, form.selection))
    kept = {ticket.pk for ticket in quote.tickets if ticket.pk}
    context = {
        "booking": swap.booking,
        "event": swap.event,
        "form": form,
        "is_same_event": swap.is_same_event,
        "before": order_lines(ticket for ticket in swap.tickets if ticket.pk not in kept),
        "after": order_lines(ticket for ticket in quote.tickets if not ticket.pk),
        "kept": order_lines(ticket for ticket in swap.tickets if ticket.pk in kept),
        "quote": quote,
        "back": max(-quote.difference, ZERO),
        "lost_code": swap.booking.promo_code if swap.booking.promo_code_id and not quote.after.promo_code_id else None,
        "picker": exchange_url("exchange_picker", swap.booking, swap.event.slug, form.selection),
        "note": note,
        "now": swap.now,
    }
    if pending:
        context |= {"pending": pending, **time_left(pending, swap.now)}
    return render(request, "bookings/exchange_review.html", context, status=status)


def _locate(tickets: list[Ticket], swap: Swap, claims: set) -> bool:
    """Give unsaved tickets their places and offers, to be named. Return whether these can still be had."""
    offers = {offer.pk: offer for offer in swap.offers}
    new = [ticket for ticket in tickets if not ticket.pk]
    places = Place.objects.select_related("seat__section").in_bulk([ticket.place_id for ticket in new])
    for ticket in new:
        ticket.offer = offers[ticket.offer_id]
        ticket.place = places.get(ticket.place_id) or Place(offer=ticket.offer, event=swap.event, free_from=swap.now)
    return all(ticket.place.is_free(swap.now) or ticket.place.claim in claims for ticket in new)


@login_not_required
@private
@require_POST
def exchange_abandon(request: HttpRequest, key: str) -> HttpResponse:
    """Let the places go that are held for an exchange which was not paid for."""
    booking = get_booking(key)
    services.abandon_exchange(booking=booking, now=timezone.now())
    messages.info(request, "We have let the new places go. Nothing has been changed: your tickets are still yours.")
    return redirect(booking)
