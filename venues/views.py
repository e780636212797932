"""The houses, for everybody."""

from __future__ import annotations

from pathlib import Path

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from .listings import rooms
from .models import SeatingPlan, Venue
from .pictures import picture
from .rooms import room_of

SCHEMAS = {"plan": "plan.schema.json", "layout": "layout/schema.json"}
FOR_EVER = "public, max-age=31536000, immutable"


@login_not_required
@require_safe
def venue_list(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    venues = Venue.objects.with_event_count(now).order_by("city", "name")
    return render(request, "venues/list.html", {"venues": venues, "now": now})


@login_not_required
@require_safe
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    venue = get_object_or_404(Venue, slug=slug)
    return render(request, "venues/detail.html", {"venue": venue, "rooms": rooms(venue), "now": timezone.now()})


@login_not_required
@require_safe
def plan_picture(request: HttpRequest, pk: int, version: str) -> HttpResponse:
    """Draw a room. The picture of a version never changes; a version that is no more is not found."""
    room = room_of(get_object_or_404(SeatingPlan, pk=pk, version=version))
    return HttpResponse(picture(room), content_type="image/svg+xml", headers={"Cache-Control": FOR_EVER})


@login_not_required
@require_safe
def schema(request: HttpRequest, name: str) -> HttpResponse:
    """Publish the JSON Schema of plans and layouts, for other programs."""
    if name not in SCHEMAS:
        raise Http404
    text = (Path(__file__).parent / SCHEMAS[name]).read_text(encoding="utf-8")
    return HttpResponse(text, content_type="application/schema+json", headers={"Access-Control-Allow-Origin": "*"})
