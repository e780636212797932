"""Counter sale: choose, take the money, hand over the tickets."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings import services
from bookings.counter.forms import COMP, MOST, EmailForm, SaleForm, TenderForm
from bookings.counter.reading import Bill, draw_up, list_events, offers_at_the_counter, waiting_to_pay
from bookings.counter.receipt import read_receipt
from bookings.errors import BookingError, DiscountRefused, PaymentFailed
from bookings.models import Booking, Channel
from bookings.services.discounting import Discount
from bookings.services.selling import Tender
from events.models import Event
from ticketing.errors import PlacesTaken, PromoCodeRefused, TicketingError
from ticketing.forms import BestSeatsForm
from ticketing.money import format_money
from ticketing.picker import read_picker
from ticketing.seatmap import read_map
from ticketing.stock import Selection
from ticketing.views import best_answer

from .shell import needs, own_shift, page

FIELD_OF = {PromoCodeRefused: "promo_code", DiscountRefused: "off", PaymentFailed: "given"}
"""Beside which field a refusal is shown."""

ID_DIGITS = 18


@needs("bookings.add_booking")
@require_http_methods(["GET", "HEAD", "POST"])
def sale(request: HttpRequest) -> HttpResponse:
    """Show the counter, or sell what was chosen at it."""
    now = timezone.now()
    if request.method == "POST":
        return _sell(request, now)
    listed = list_events(now, search=request.GET.get("q", ""))
    event = _asked_for(request, now) or (listed[0].event if listed else None)
    form = _form(request, event, now) if event else None
    return _counter(request, form, now, listed=listed)


def _asked_for(request: HttpRequest, now: datetime) -> Event | None:
    asked = request.GET.get("event", "")
    if not (asked.isascii() and asked.isdecimal() and len(asked) <= ID_DIGITS):
        return None
    return Event.objects.bookable(now).with_details().select_related("seating_plan").filter(pk=asked).first()


def _form(request: HttpRequest, event: Event, now: datetime) -> SaleForm:
    may = {
        "may_comp": request.user.has_perm("bookings.comp_booking"),
        "may_discount": request.user.has_perm("bookings.discount_booking"),
    }
    offers = offers_at_the_counter(event)
    if request.method == "POST":
        return SaleForm(request.POST, event=event, offers=offers, now=now, **may)
    return SaleForm.of_query(request.GET, event=event, offers=offers, now=now, **may)


def _sell(request: HttpRequest, now: datetime) -> HttpResponse:
    asked = request.POST.get("event", "")
    if not (asked.isascii() and asked.isdecimal() and len(asked) <= ID_DIGITS):
        raise Http404
    event = get_object_or_404(Event.objects.with_details().select_related("seating_plan"), pk=asked)
    form = _form(request, event, now)
    if (request.POST.get("means") == COMP and not form.may_comp) or (request.POST.get("off") and not form.may_discount):
        raise PermissionDenied
    if not {"open", "work_out"}.isdisjoint(request.POST):  # buttons that sell nothing, where there is no script
        return _counter(request, form, now, section=request.POST.get("open", ""))
    if not form.is_valid():
        return _counter(request, form, now, status=422)
    try:
        booking = _hand_over(request, form, now)
    except TicketingError as refusal:
        if field := FIELD_OF.get(type(refusal)):
            form.add_error(field, refusal.message)
        else:
            form.refuse(refusal)
        return _counter(request, form, now, status=409 if isinstance(refusal, PlacesTaken) else 422)
    except BookingError as refusal:
        form.add_error(FIELD_OF.get(type(refusal)), refusal.message)
        return _counter(request, form, now, status=422)
    return redirect("counter:sold", booking.booking_code)


def _hand_over(request: HttpRequest, form: SaleForm, now: datetime) -> Booking:
    data, actor, selection = form.cleaned_data, request.user.get_username(), form.selection
    if form.is_comp:
        return services.comp(
            event=form.event,
            seats=selection.seats,
            quantities=selection.quantities,
            name=data["name"],
            email=data["email"],
            phone=data["phone"],
            reason=data["reason"],
            now=now,
            actor=actor,
            claim=form.claim,
        )
    return services.sell(
        event=form.event,
        offers=form.offers,
        selection=selection,
        tender=Tender(data["means"], own_shift(request), data["given"], data["expected"]),
        now=now,
        actor=actor,
        claim=form.claim,
        buyer=form.buyer,
        promo_code=data["promo_code"],
        off=form.discount,
    )


def _counter(
    request: HttpRequest, form: SaleForm | None, now: datetime, *, listed=None, section: str = "", status: int = 200
) -> HttpResponse:
    """Show the counter with whatever the form is filled in with, wrong or right."""
    search = request.GET.get("q", "")
    context = {
        "title": "Counter sale",
        "tab": "sale",
        "listed": list_events(now) if listed is None else listed,
        "search": search,
        "event": form.event if form else None,
        "form": form,
        "shift": own_shift(request),
        "most": MOST,
        "now": now,
        **(_places(request, form, section or request.GET.get("section", "")) if form else {}),
    }
    return page(request, "admin/counter/sale.html", context, status=status)


def _places(request: HttpRequest, form: SaleForm, section: str) -> dict[str, object]:
    """Read what is left of the event, and its map if it has seats."""
    picker = read_picker(form, with_rows=False)
    best = BestSeatsForm(
        request.GET if "party" in request.GET else None,
        limit=MOST,
        offers=picker.seated_offers,
        sections=[(part.pk, part.name) for part in picker.sections],
    )
    is_asked = best.is_bound and best.is_valid()
    proposal = best.find(form.event, form.now, None, at_any_time=True) if is_asked else ()
    ticked = proposal or form.chosen
    return {
        "picker": picker,
        "best": best,
        "proposal": proposal,
        "best_url": reverse("counter:best", args=[form.event.pk]),
        "map": read_map(form, picker, section=section, ticked=ticked),
        "carried": f"&event={form.event.pk}" + "".join(f"&seat={seat}" for seat in ticked),
        "holds": waiting_to_pay(form.event, form.now),
        "bill": _bill_if_any(form) if form.is_bound else None,
    }


def _bill_if_any(form: SaleForm) -> Bill | None:
    try:
        bill = _bill(form)
    except (BookingError, TicketingError) as refusal:
        field = FIELD_OF.get(type(refusal))
        if field and field not in form.errors:
            form.add_error(field, refusal.message)
        return None
    return bill if bill.quantity else None


def _bill(form: SaleForm) -> Bill:
    """Say what is filled in would cost, as far as it makes sense.

    Raises:
        PromoCodeRefused, DiscountRefused: the price cannot be reduced like that.
    """
    form.is_valid()
    data, off = form.cleaned_data, form.cleaned_data.get("off")
    quantities = {offer.pk: data.get(form.quantity_field(offer).name) or 0 for offer in form.offers}
    selection = Selection({pk: count for pk, count in quantities.items() if count}, data.get("seat", ()))
    return draw_up(
        form.event,
        form.offers,
        selection,
        promo_code=data.get("promo_code", ""),
        off=Discount("", *off) if off else None,
        now=form.now,
    )


@needs("bookings.add_booking")
@require_safe
def best(request: HttpRequest, pk: int) -> JsonResponse:
    """Propose the best seats for a party: as many as the counter sells at a time, whatever the sales periods say."""
    now = timezone.now()
    event = get_object_or_404(Event.objects.bookable(now).select_related("seating_plan"), pk=pk)
    return best_answer(event, request.GET, limit=MOST, now=now, at_any_time=True)


@needs("bookings.add_booking")
@require_safe
def quote(request: HttpRequest, pk: int) -> JsonResponse:
    """Say what a sale would cost, with its discount or promo code."""
    now = timezone.now()
    event = get_object_or_404(Event.objects.bookable(now), pk=pk)
    offers = offers_at_the_counter(event)
    form = SaleForm(request.GET, event=event, offers=offers, now=now, may_comp=True, may_discount=True)
    try:
        bill = _bill(form)
    except (BookingError, TicketingError) as refusal:
        return JsonResponse({"field": FIELD_OF.get(type(refusal), ""), "error": refusal.message})
    return JsonResponse(
        {"total": str(bill.total), "words": format_money(bill.total), "discount": format_money(bill.discount)}
    )


@needs("bookings.view_payment")
@require_safe
def sold(request: HttpRequest, code: str) -> HttpResponse:
    """Show what has been sold: the change, the tickets, the receipt, and the next customer."""
    return _sold(request, _get_sold(code), EmailForm())


@needs("bookings.change_booking")
@require_POST
def email(request: HttpRequest, code: str) -> HttpResponse:
    """Send tickets to the address that the customer says once they are sold; to a first one only."""
    booking, form = _get_sold(code), EmailForm(request.POST)
    if not form.is_valid():
        return _sold(request, booking, form, status=422)
    if not booking.customer_email:
        services.correct_details(
            booking=booking,
            name=booking.customer_name,
            email=form.cleaned_data["email"],
            phone=booking.customer_phone,
            now=timezone.now(),
            actor=request.user.get_username(),
            channel=Channel.BOX_OFFICE,
        )
    return redirect("counter:sold", booking.booking_code)


def _get_sold(code: str) -> Booking:
    sold = Booking.objects.with_details().filter(status=Booking.Status.CONFIRMED)
    return get_object_or_404(sold, booking_code=code)


def _sold(request: HttpRequest, booking: Booking, form: EmailForm, *, status: int = 200) -> HttpResponse:
    context = {
        "title": "Sold",
        "tab": "sale",
        "booking": booking,
        "receipt": read_receipt(booking),
        "form": form,
        "shift": own_shift(request),
    }
    return page(request, "admin/counter/sold.html", context, status=status)


@needs("bookings.add_booking")
@require_http_methods(["GET", "HEAD", "POST"])
def pay(request: HttpRequest, code: str) -> HttpResponse:
    """Take the money for what somebody has reserved."""
    now = timezone.now()
    booking = get_object_or_404(Booking.objects.with_details(), booking_code=code)
    if booking.status == Booking.Status.CONFIRMED:
        return redirect("counter:sold", booking.booking_code)
    form = TenderForm(request.POST if request.method == "POST" else None)
    shift = own_shift(request)
    if request.method == "POST" and (form.is_valid() or not booking.total_price):
        data = form.cleaned_data
        tender = Tender(data.get("means", ""), shift, data.get("given"), data.get("expected"))
        try:
            services.take_payment(booking=booking, tender=tender, now=now, actor=request.user.get_username())
            return redirect("counter:sold", booking.booking_code)
        except (BookingError, TicketingError) as refusal:
            form.add_error(FIELD_OF.get(type(refusal)) if isinstance(refusal, PaymentFailed) else None, refusal.message)
    context = {
        "title": "Take payment",
        "tab": "sale",
        "booking": booking,
        "receipt": read_receipt(booking),
        "form": form,
        "shift": shift,
        "is_live": booking.is_live(now),
        "now": now,
    }
    return page(request, "admin/counter/pay.html", context, status=422 if form.errors else 200)
