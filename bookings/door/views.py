"""The pages of the door, and what they ask while they are open. Each works as a plain form, too."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib.auth.decorators import login_not_required, permission_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET, require_POST

from bookings import signing
from bookings.models import Ticket
from bookings.services.admitting import check_in, undo
from events.models import Event

from .assets import FILES, SCRIPTS, worker_source
from .counts import count_events, count_sections, events_at_hand
from .finding import find_tickets
from .forms import ScanForm, SinceForm, UndoForm
from .lists import from_milliseconds, make_list
from .merging import merge_item
from .words import FACES, TEXTS, as_shown, holder_name, moment, notes_on, place_name

MOST_MERGED = 100
"""So many scans may come back at once."""


def door(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Keep a view for those who may admit."""
    return never_cache(permission_required("bookings.check_in_ticket", raise_exception=True)(view))


def of_event(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Like :func:`door`, for the doors of one event, which the view is given."""

    @wraps(view)
    def with_event(request: HttpRequest, pk: int) -> HttpResponse:
        event = get_object_or_404(Event.objects.select_related("venue", "seating_plan"), pk=pk)
        return view(request, event)

    return door(with_event)


@require_GET
@door
def events(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    at_hand = list(events_at_hand(now))
    counted = count_events(at_hand)
    rows = [{"event": event, "count": counted.get(event.pk, (0, 0))} for event in at_hand]
    return render(request, "door/events.html", {"rows": rows, "now": now})


@require_GET
@of_event
@ensure_csrf_cookie
def scanner(request: HttpRequest, event: Event) -> HttpResponse:
    return _page(request, event, ScanForm(), gate=request.GET.get("gate", "")[:60])


@require_POST
@of_event
def scan(request: HttpRequest, event: Event) -> HttpResponse:
    now, form = timezone.now(), ScanForm(request.POST)
    if not form.is_valid():
        return _refuse(request, event, form)
    answer = check_in(event=event, shown=form.shown(), now=now, actor=request.user.get_username())
    return _answer(request, event, as_shown(answer, event, now), form.cleaned_data["gate"])


@require_POST
@of_event
def take_back(request: HttpRequest, event: Event) -> HttpResponse:
    now, form = timezone.now(), UndoForm(request.POST)
    if not form.is_valid():
        return _refuse(request, event, form)
    try:
        answer = undo(event=event, shown=form.shown(), now=now, actor=request.user.get_username())
    except Ticket.DoesNotExist as error:
        raise Http404 from error
    return _answer(request, event, as_shown(answer, event, now), form.cleaned_data["gate"])


@require_POST
@of_event
def merge_scans(request: HttpRequest, event: Event) -> HttpResponse:
    """Take what a device has answered without a network; say of each what it is now, and whether that is a conflict."""
    now = timezone.now()
    try:
        items = [dict(item) for item in json.loads(request.body)["scans"][:MOST_MERGED]]
    except (ValueError, KeyError, TypeError, RecursionError):
        return HttpResponseBadRequest("This is no list of scans.")
    actor = request.user.get_username()
    return JsonResponse({"merged": [merge_item(event, item, now=now, actor=actor) for item in items]})


@require_GET
@of_event
def find(request: HttpRequest, event: Event) -> HttpResponse:
    now, text = timezone.now(), request.GET.get("q", "")
    found = [
        {
            "ticket": ticket.pk,
            "holder": holder_name(ticket),
            "booking": ticket.booking.booking_code,
            "place": place_name(ticket.place.seat),
            "offer": ticket.offer.name,
            "note": notes_on(ticket.offer, ticket.place.seat),
            "status": ticket.status,
            "admitted": moment(ticket.checked_in_at, now, event.venue.tz) if ticket.checked_in_at else "",
        }
        for ticket in find_tickets(event, text)
    ]
    if wants_json(request):
        return JsonResponse({"found": found})
    return _page(request, event, ScanForm(), gate=request.GET.get("gate", "")[:60], found=found, text=text[:100])


@require_GET
@of_event
def counts(request: HttpRequest, event: Event) -> JsonResponse:
    return JsonResponse({"sections": count_sections(event)})


@require_GET
@of_event
@gzip_page
def ticket_list(request: HttpRequest, event: Event) -> HttpResponse:
    form = SinceForm(request.GET)
    if not form.is_valid():
        return HttpResponseBadRequest("This is no moment.")
    since = form.cleaned_data["since"]
    return JsonResponse(make_list(event, now=timezone.now(), since=from_milliseconds(since) if since else None))


@require_GET
@login_not_required  # browsers ask for it on their own; it says nothing but the names of our static files
def worker(request: HttpRequest) -> HttpResponse:
    return HttpResponse(worker_source(), content_type="text/javascript", headers={"Cache-Control": "no-cache"})


# What is answered -------------------------------------------------------------------------------


def wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def _answer(request: HttpRequest, event: Event, answer: dict[str, object], gate: str) -> HttpResponse:
    if wants_json(request):
        return JsonResponse(answer)
    return _page(request, event, ScanForm(), gate=gate, answer=answer)


def _refuse(request: HttpRequest, event: Event, form: ScanForm) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"errors": form.errors}, status=400)
    return _page(request, event, form, gate=request.POST.get("gate", "")[:60], status=400)


def _page(request: HttpRequest, event: Event, form: ScanForm, *, gate: str, status: int = 200, **more) -> HttpResponse:
    context = {
        "event": event,
        "form": form,
        "gate": "".join(letter for letter in gate if letter.isprintable()),
        "sections": count_sections(event),
        "scripts": SCRIPTS,
        "config": _config(event),
        **more,
    }
    response = render(request, "door/scanner.html", context, status=status)
    response["Permissions-Policy"] = "camera=(self), geolocation=(), microphone=()"
    return response


def _config(event: Event) -> dict[str, object]:
    """Say what the page's scripts need to know."""
    return {
        "event": event.pk,
        "zone": str(event.venue.tz),
        "urls": {name: reverse(f"door:{name}", args=[event.pk]) for name in URLS}
        | {"worker": reverse("door:worker"), "scope": reverse("door:events"), "login": reverse("admin:login")},
        "files": {name: static(path) for name, path in FILES.items()},
        "cookie": settings.CSRF_COOKIE_NAME,
        "keys": signing.public_keys(),
        "patterns": {"prefix": signing.PREFIX, "signed": signing.SIGNED.pattern, "typed": signing.TYPED.pattern},
        "faces": FACES,
        "texts": TEXTS,
    }


URLS = ("scanner", "scan", "undo", "merge", "find", "counts", "list")
