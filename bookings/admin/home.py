"""The first page of the back office, and its search."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone

from bookings import finder
from bookings.alerts import find_alerts
from bookings.today import programme

LISTS = {
    "bookings": "admin:bookings_booking_changelist",
    "tickets": "admin:bookings_ticket_changelist",
    "events": "admin:events_event_changelist",
    "waiting list": "admin:bookings_waitlistentry_changelist",
}
"""Where the rest of what was found is. Seats have no list of their own that knows who sits there."""


def home(request: HttpRequest) -> HttpResponse:
    """Show what is on today and what should be looked at; to htmx, again and again, only that part of the page."""
    now, context = timezone.now(), {}
    if request.user.has_perm("events.view_event"):
        shown = programme(now)
        context = {
            "programme": shown,
            "alerts": find_alerts(shown, request.user, now),
            "now": now,
            "counter_url": _if_there("/admin/counter/"),
            "door_url": _if_there("/door/"),
        }
    if request.htmx:
        return TemplateResponse(request, "admin/_today.html", context)
    return admin.site.index(request, {**context, "title": "Box office"})


def _if_there(address: str) -> str:
    """Return an address of this site, if somebody answers there; the admin answers to whatever is below it."""
    try:
        return address if resolve(address).url_name else ""
    except Resolver404:
        return ""


def search(request: HttpRequest) -> HttpResponse:
    """Find whatever it is. What has exactly this code is opened at once."""
    found = finder.find(request.GET.get("q", ""), request.user.has_perm, timezone.now())
    if found.exact:
        return redirect(f"admin:bookings_{found.exact._meta.model_name}_change", found.exact.pk)
    request.current_app = admin.site.name
    context = {
        **admin.site.each_context(request),
        "title": f"Search: {found.query}" if found.query else "Search",
        "found": found,
        "summary": finder.count_words(found.groups),
        "groups": [(group, reverse(LISTS[group.kind]) if group.kind in LISTS else "") for group in found.groups],
        "now": timezone.now(),
    }
    return TemplateResponse(request, "admin/search.html", context)
