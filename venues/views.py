"""The houses, for everybody."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from .listings import coming_events, rooms
from .models import Venue


@login_not_required
@require_safe
def venue_list(request: HttpRequest) -> HttpResponse:
    venues = Venue.objects.with_event_count(timezone.now()).order_by("city", "name")
    return render(request, "venues/list.html", {"venues": venues})


@login_not_required
@require_safe
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    now = timezone.now()
    venue = get_object_or_404(Venue, slug=slug)
    context = {"venue": venue, "rooms": rooms(venue), "events": coming_events(venue, now), "now": now}
    return render(request, "venues/detail.html", context)
