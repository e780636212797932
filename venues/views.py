"""The houses, for everybody."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from .listings import rooms
from .models import Venue


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
