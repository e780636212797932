"""The picker: where a customer chooses tickets. What is chosen is posted to the room above, which holds it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from events.models import Event
from venues.markup import write_seats
from venues.models import SeatingPlan
from venues.rooms import room_of

from . import stock
from .best import nearest_seats
from .errors import PlacesTaken, SalesClosed, SingleSeatLeft
from .forms import BestSeatsForm, SelectionForm
from .live import live_document
from .picker import other_dates, read_picker
from .seating import list_seats
from .seatmap import read_map

A_YEAR = 365 * 24 * 3600


@login_not_required
@never_cache
@gzip_page
@require_safe
def picker(request: HttpRequest, slug: str) -> HttpResponse:
    now = timezone.now()
    event = get_object_or_404(Event.objects.published(now).with_details().select_related("seating_plan"), slug=slug)
    try:
        stock.check_on_sale(event, [], now)
    except SalesClosed as refusal:
        return closed_page(request, event, refusal, now=now)
    offers = event.offers.select_related("ticket_type")
    return picker_page(request, SelectionForm.of_query(request.GET, event=event, offers=offers, now=now))


def picker_page(
    request: HttpRequest, form: SelectionForm, *, status: int = 200, claim: UUID | None = None
) -> HttpResponse:
    """Render the picker with live availability and whatever the form is filled in with, wrong or right.

    ``claim`` is that of what the customer holds already, which may be chosen again.
    """
    asked = request.POST if request.method == "POST" else request.GET
    section, row = asked.get("section", ""), asked.get("row", "")
    is_map = form.event.seating_plan is not None and asked.get("view") != "list"
    picker = read_picker(form, section=section, row=row, ticked=() if is_map else form.chosen, with_rows=not is_map)
    best = BestSeatsForm(
        request.GET if "party" in request.GET else None,
        limit=form.event.max_tickets_per_booking,
        offers=picker.seated_offers,
        sections=[(part.pk, part.name) for part in picker.sections],
    )
    proposal = best.find(form.event, form.now, claim) if best.is_bound and best.is_valid() else ()
    ticked = proposal or form.chosen
    seat_map = read_map(form, picker, section=section, ticked=ticked) if is_map else None
    if seat_map:
        picker = replace(picker, elsewhere=seat_map.choices)
    elif proposal:
        picker = read_picker(form, section=section, row=row, ticked=proposal, with_rows=not is_map, parts=picker.parts)
    context = {
        "event": form.event,
        "form": form,
        "best": best,
        "proposal": proposal,
        "picker": picker,
        "map": seat_map,
        "view": "" if is_map else "list",
        "carried": "".join(f"&seat={seat}" for seat in ticked),
        "was_taken": status == 409,
        "instead": _offer_instead(form, claim),
        "single": form.refusal if isinstance(form.refusal, SingleSeatLeft) else None,
        "other_dates": [] if picker.free else other_dates(form.event, form.now),
        "now": form.now,
    }
    return render(request, "ticketing/picker.html", context, status=status)


def _offer_instead(form: SelectionForm, claim: UUID | None) -> dict | None:
    """Find the nearest seats of the same price instead of those that were taken while the customer looked."""
    if not isinstance(form.refusal, PlacesTaken) or not form.refusal.taken or form.event.seating_plan is None:
        return None
    lost = form.refusal.taken
    kept = tuple(seat for seat in form.chosen if seat not in lost)
    seats = nearest_seats(form.event, lost, besides=kept, now=form.now, claim=claim)
    if not seats:
        return None
    return {"seats": kept + seats, "names": list_seats(room_of(form.event.seating_plan), seats), "count": len(seats)}


def closed_page(request: HttpRequest, event: Event, refusal: SalesClosed, *, now, status: int = 200) -> HttpResponse:
    """Say why an event cannot be booked, and what can be done instead."""
    context = {"event": event, "reason": refusal.message, "other_dates": other_dates(event, now), "now": now}
    return render(request, "ticketing/closed.html", context, status=status)


@login_not_required
@cache_control(public=True, max_age=1)
@gzip_page
@require_safe
def live(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what is not free. No query as long as the last answer is fresh, and no body if the viewer has it."""
    try:
        document = live_document(pk, now=timezone.now())
    except Event.DoesNotExist as error:
        raise Http404 from error
    etag = f'"{document.etag}"'
    response = HttpResponse(document.body, content_type="application/json", headers={"ETag": etag})
    return get_conditional_response(request, etag=etag, response=response)


@login_not_required
@cache_control(public=True, max_age=A_YEAR, immutable=True)
@gzip_page
@require_safe
def seats(request: HttpRequest, version: str, section: int) -> HttpResponse:
    """Draw the seats of a section, to be put into a map. They are the same for every event, and for ever."""
    room = room_of(get_object_or_404(SeatingPlan, version=version))
    part = next((part for part in room.sections if part.pk == section), None)
    if part is None:
        raise Http404
    return HttpResponse(write_seats(room, part))


@login_not_required
@never_cache
@require_safe
def best(request: HttpRequest, slug: str) -> JsonResponse:
    """Propose the best seats for a party, for a map that is open already: their ids, each with its section's."""
    now = timezone.now()
    event = get_object_or_404(Event.objects.bookable(now).select_related("seating_plan"), slug=slug)
    if event.seating_plan is None:
        raise Http404
    return best_answer(event, request.GET, limit=event.max_tickets_per_booking, now=now)


def best_answer(
    event: Event, asked: QueryDict, *, limit: int, now: datetime, at_any_time: bool = False
) -> JsonResponse:
    """Propose seats as a map that is open understands it. ``at_any_time``: even of offers that are not on sale now."""
    room = room_of(event.seating_plan)
    form = BestSeatsForm(
        asked,
        limit=limit,
        offers=event.offers.select_related("ticket_type"),
        sections=[(part.pk, part.name) for part in room.sections],
    )
    if not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=422)
    found = set(form.find(event, now, None, at_any_time=at_any_time))
    sections = {part.pk: [seat.pk for row in part.rows for seat in row if seat.pk in found] for part in room.sections}
    return JsonResponse(
        {
            "seats": [{"section": pk, "seats": seats} for pk, seats in sections.items() if seats],
            "names": list_seats(room, found),
        }
    )
