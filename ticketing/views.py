"""The picker: where a customer chooses tickets. What is chosen is posted to the room above, which holds it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from events.models import Event

from . import stock
from .best import best_places
from .errors import SalesClosed
from .forms import BestPlacesForm, SelectionForm
from .picker import other_dates, read_picker


@login_not_required
@never_cache
@require_safe
def picker(request: HttpRequest, slug: str) -> HttpResponse:
    now = timezone.now()
    event = get_object_or_404(Event.objects.published(now).with_details(), slug=slug)
    try:
        stock.check_on_sale(event, [], now)
    except SalesClosed as refusal:
        return closed_page(request, event, refusal, now=now)
    offers = event.offers.select_related("ticket_type")
    return picker_page(request, SelectionForm.of_query(request.GET, event=event, offers=offers, now=now))


def picker_page(request: HttpRequest, form: SelectionForm, *, status: int = 200) -> HttpResponse:
    """Render the picker with live availability and whatever the form is filled in with, wrong or right."""
    best = BestPlacesForm(
        request.GET if "party" in request.GET else None, limit=form.event.max_tickets_per_booking, offers=form.offers
    )
    proposal = ()
    if best.is_bound and best.is_valid():
        proposal = best_places(
            form.event, best.cleaned_data["party"], now=form.now, offer_id=best.cleaned_data["offer"]
        )
    shown = request.POST or request.GET
    picker = read_picker(
        form, section=shown.get("section", ""), row=shown.get("row", ""), ticked=proposal or form.chosen
    )
    context = {
        "event": form.event,
        "form": form,
        "best": best,
        "proposal": proposal,
        "picker": picker,
        "was_taken": status == 409,
        "other_dates": [] if picker.free else other_dates(form.event, form.now),
        "now": form.now,
    }
    return render(request, "ticketing/picker.html", context, status=status)


def closed_page(request: HttpRequest, event: Event, refusal: SalesClosed, *, now, status: int = 200) -> HttpResponse:
    """Say why an event cannot be booked, and what can be done instead."""
    context = {"event": event, "reason": refusal.message, "other_dates": other_dates(event, now), "now": now}
    return render(request, "ticketing/closed.html", context, status=status)
