"""The catalogue: what is on, for everybody."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers, set_response_etag
from django.views.decorators.http import require_safe

from . import artwork
from .filters import EventFilter
from .listings import announced, for_cards, front_page, programme
from .models import Event
from .posters import poster_svg, poster_version

PER_PAGE = 24
OTHER_DATES = 12


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    return render(request, "events/home.html", {"page": front_page(now), "now": now})


@login_not_required
@require_safe
def event_list(request: HttpRequest) -> HttpResponse:
    """The list; for htmx only its results, whose address then has no empty parameters."""
    now = timezone.now()
    filterset = EventFilter(request.GET, now=now)
    page = Paginator(filterset.qs, PER_PAGE).get_page(request.GET.get("page"))
    relaxations = [] if page.paginator.count else filterset.relaxations()
    fragment = request.htmx and not request.htmx.history_restore_request
    template = "events/_results.html" if fragment else "events/list.html"
    context = {
        "filter": filterset,
        "page": page,
        "pages": page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
        "events": list(page),
        "relaxations": relaxations,
        "now": now,
    }
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    if fragment:
        number = f"page={page.number}" if page.number > 1 else ""
        query = "&".join(filter(None, [filterset.query, number]))
        response["HX-Push-Url"] = f"{request.path}?{query}" if query else request.path
    return response


@login_not_required
@require_safe
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    now = timezone.now()
    events = for_cards(Event.objects.published(now))
    event = get_object_or_404(events.select_related("seating_plan"), slug=slug)
    others = []
    if event.production:
        coming = events.upcoming(now).filter(production=event.production).exclude(pk=event.pk)
        others = list(coming.order_by("event_date", "pk")[:OTHER_DATES])
    return render(request, "events/detail.html", {"event": event, "others": others, "now": now})


@login_not_required
@require_safe
def production(request: HttpRequest, slug: str) -> HttpResponse:
    now = timezone.now()
    production = get_object_or_404(announced(now), slug=slug)
    days = programme(production, now)
    events = [event for _, showings in days for showing in showings for event in showing.events]
    context = {"production": production, "days": days, "events": events, "now": now}
    return render(request, "events/production.html", context)


@login_not_required
@require_safe
def poster(request: HttpRequest, slug: str) -> HttpResponse:
    events = Event.objects.published(timezone.now()).with_details()
    return _drawn(request, artwork.drawing_of_event(get_object_or_404(events, slug=slug)))


@login_not_required
@require_safe
def production_poster(request: HttpRequest, slug: str) -> HttpResponse:
    production = get_object_or_404(announced(timezone.now()), slug=slug)
    return _drawn(request, artwork.drawing_of_production(production))


def _drawn(request: HttpRequest, drawing: dict[str, str]) -> HttpResponse:
    """Draw a poster. An address that names the version of the drawing may be kept for ever."""
    response = HttpResponse(poster_svg(**drawing), content_type="image/svg+xml")
    set_response_etag(response)
    if request.GET.get("v") == poster_version(**drawing):
        patch_cache_control(response, public=True, max_age=365 * 24 * 3600, immutable=True)
    else:
        patch_cache_control(response, public=True, max_age=3600)
    return get_conditional_response(request, etag=response["ETag"], response=response)
