"""The map of an event: the whole room with what is free, held, kept, sold and blocked; what is picked is done there.

An event without a room has the same page without the drawing: its standing places are picked by number.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from django.contrib import admin, messages
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from bookings.locator import label_size, name_focus, name_grounds
from bookings.seat_map import FOCUS_NAME, WHOLE, State, name_in_room, read_sections, state_of
from events.models import Event
from ticketing.admin.events import EventOnSaleAdmin
from ticketing.availability import Availability, availability_by_section, standing_availability
from ticketing.errors import TicketingError
from ticketing.models import NamedHold, Place
from venues.backoffice import local_time
from venues.drawing import draw, section_box
from venues.rooms import Room, RoomSection, room_of

from .map_actions import PERMISSIONS, PickForm, carry_out

STATES = (State.FREE, State.HELD, State.KEPT, State.SOLD, State.BLOCKED)
"""What the legend explains and counts."""

FRESH_FOR = timedelta(seconds=2)
"""For so long, all who watch a map are told the same."""

admin.site.unregister(Event)


@admin.register(Event)
class EventWithMapAdmin(EventOnSaleAdmin):
    """The page of an event, and the map that leads off from it."""

    def get_urls(self) -> list:
        view, state = self.admin_site.admin_view(self.map_view), self.admin_site.admin_view(self.map_state_view)
        return [
            path("<int:pk>/map/", view, name="events_event_map"),
            path("<int:pk>/map/state/", state, name="events_event_map_state"),
            *super().get_urls(),
        ]

    def map_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the map; do what is asked with the chosen places."""
        event, now = self._get_event(request, pk), timezone.now()
        room = room_of(event.seating_plan) if event.seating_plan else None
        holds = _live_holds(event, now)
        offers = event.offers.select_related("ticket_type") if request.method == "POST" else []
        data = request.POST if request.method == "POST" else None
        form = PickForm(data, event=event, offers=offers, holds=holds, now=now)
        if request.method == "POST" and self._act(request, event, room, form, now):
            return HttpResponseRedirect(request.get_full_path())
        return self._map_page(request, event, room, form, holds, now)

    def map_state_view(self, request: HttpRequest, pk: int) -> JsonResponse:
        """Say in a word what the map shows, for pages that are open already: another word, another picture."""
        event, now = self._get_event(request, pk), timezone.now()
        section = request.GET.get("section", "")
        key = f"map:{event.pk}:{section if section.isascii() and section.isdecimal() else ''}"
        word = cache.get(key)
        if word is None:
            word = _state_word(event, section, now)
            cache.set(key, word, FRESH_FOR.total_seconds())
        return JsonResponse({"state": word})

    def _get_event(self, request: HttpRequest, pk: int) -> Event:
        event = get_object_or_404(Event.objects.select_related("venue", "seating_plan"), pk=pk)
        if not self.has_view_permission(request, event):
            raise PermissionDenied
        return event

    def _act(self, request: HttpRequest, event: Event, room: Room | None, form: PickForm, now: datetime) -> bool:
        """Do what the form says, all of it or nothing. Returns whether it was done."""
        action = request.POST.get("action")
        if action in PERMISSIONS and not request.user.has_perm(PERMISSIONS[action]):
            raise PermissionDenied
        if not form.is_valid():
            return False
        names = name_in_room(room, form.seats) if room else []
        try:
            told, log = carry_out(form, names, now=now, by=request.user.get_username())
        except TicketingError as refusal:
            form.add_error(None, refusal.message)
            return False
        self.log_change(request, event, log)
        self.message_user(request, told, messages.SUCCESS)
        return True

    # The page ---------------------------------------------------------------------------------

    def _map_page(
        self,
        request: HttpRequest,
        event: Event,
        room: Room | None,
        form: PickForm,
        holds: list[NamedHold],
        now: datetime,
    ) -> HttpResponse:
        section = self._section(request, room) if room else None
        is_overview = room is not None and section is None and room.seat_count > WHOLE
        picked = set(form.seats) if form.is_bound else set()
        may_see = request.user.has_perm("ticketing.view_namedhold")
        standing = [
            (offer, found, form.data.get(f"standing-{offer.pk}", ""))
            for offer, found in standing_availability(event, now).items()
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": "Seat map" if room else "Places",
            "subtitle": event.name,
            "opts": self.opts,
            "original": event,
            "form": form,
            "picked": picked,
            "as_of": f"{timezone.localtime(now, event.venue.tz):%H:%M:%S}",
            "room": room,
            "section": section,
            "is_overview": is_overview,
            "may": {action: request.user.has_perm(permission) for action, permission in PERMISSIONS.items()},
            "may_release": request.user.has_perm("ticketing.change_namedhold"),
            "holds": holds if may_see else [],
            "standing": standing,
            **(self._room(request, event, room, section, is_overview, holds if may_see else [], now) if room else {}),
        }
        parts = context.get("sections", [])
        context["open"] = [part.pk for part in parts if len(parts) == 1 or part.has_any(picked)]
        request.current_app = self.admin_site.name
        status = 422 if form.is_bound and form.errors else 200
        return TemplateResponse(request, "admin/events/event/map.html", context, status=status)

    def _room(self, request, event, room, section, is_overview, holds, now) -> dict[str, object]:
        drawing = {"drawing": draw(room), "focus": name_focus(room, draw(room), FOCUS_NAME)}
        if is_overview:
            return drawing | self._overview(event, room, now)
        return drawing | self._seats(request, event, room, section, holds, now)

    def _section(self, request: HttpRequest, room: Room) -> RoomSection | None:
        wanted = request.GET.get("section")
        if not wanted:
            return None
        for section in room.sections:
            if str(section.pk) == wanted:
                return section
        raise Http404("There is no such section in this room.")

    def _seats(
        self,
        request: HttpRequest,
        event: Event,
        room: Room,
        section: RoomSection | None,
        holds: list[NamedHold],
        now: datetime,
    ) -> dict[str, object]:
        may_see = request.user.has_perm("bookings.view_booking")
        shown = [section] if section else room.sections
        sections = read_sections(event, shown, now, with_bookings=may_see, holds=holds)
        seats = [it for part in sections for row in part.rows for it in row.seats if it.taker]
        return {
            "sections": sections,
            "view": section_box(section) if section else draw(room).box,
            "legend": [(state.value, f"{sum(it.counts.get(state, 0) for it in sections):,}") for state in STATES],
            "takers": {it.taker: _describe(it, event, now) for it in seats},
        }

    def _overview(self, event: Event, room: Room, now: datetime) -> dict[str, object]:
        stock = availability_by_section(event, now)
        known = stock.values()
        return {
            "view": draw(room).box,
            "shapes": [(shape, *_tell(stock.get(shape.section_id))) for shape in draw(room).shapes],
            "legend": [(state.value, f"{sum(_count(found, state) for found in known):,}") for state in STATES],
            "labels": name_grounds(room, draw(room), [], set(), label_size(draw(room))),
        }


def _live_holds(event: Event, now: datetime) -> list[NamedHold]:
    """List the live holds by name of an event, each with ``left``, the number of its places. Two queries, or one."""
    holds = list(event.named_holds.live(now).order_by("expires_at", "pk"))
    if holds:
        places = Place.objects.held(now).filter(event=event, claim__in=[hold.claim for hold in holds])
        left = dict(places.order_by().values_list("claim").annotate(Count("pk")))
        for hold in holds:
            hold.left = left.get(hold.claim, 0)
            hold.until = local_time(hold.expires_at, event.venue.tz)
    return holds


def _describe(it, event: Event, now: datetime) -> dict[str, str]:
    """Say who has a seat, for the card beside the map."""
    tz = event.venue.tz
    if it.named_hold:
        return {
            "code": it.named_hold.get_kind_display(),
            "name": it.named_hold.name,
            "url": reverse("admin:ticketing_namedhold_change", args=[it.named_hold.pk]),
            "until": local_time(it.named_hold.expires_at, tz),
        }
    return {
        "code": it.booking.booking_code,
        "name": it.booking.customer_name or "No name yet",
        "url": reverse("admin:bookings_booking_change", args=[it.booking.pk]),
        "until": f"{timezone.localtime(it.booking.expires_at, tz):%H:%M}" if it.booking.is_live(now) else "",
    }


def _count(found: Availability, state: State) -> int:
    return found.in_baskets if state == State.HELD else getattr(found, state)


def _tell(found: Availability | None) -> tuple[str, list[str]]:
    """Tell how full a section is, from 0 (all free) to 4 (nothing left), and its counts; none if it is not on sale."""
    if not found or not found.capacity:
        return "none", []
    full = 4 if not found.free else min(3, int(4 * (found.capacity - found.free) / found.capacity))
    return str(full), [f"{_count(found, state):,}" for state in STATES]


def _state_word(event: Event, section: str, now: datetime) -> str:
    """Boil down what the map shows: which place is in whose hands, and of a large room only how many."""
    names = set(event.named_holds.live(now).values_list("claim", flat=True))
    places = Place.objects.filter(event=event).order_by()
    if section.isascii() and section.isdecimal():
        places = places.filter(seat__section=section[:18])
    digest = hashlib.sha256()
    for seat, claim, free_from in sorted(
        (str(seat or ""), str(claim or ""), state_of(free_from, claim, now, names))
        for seat, free_from, claim in places.values_list("seat_id", "free_from", "claim").iterator()
    ):
        digest.update(f"{seat} {claim if free_from != State.FREE else ''} {free_from}\n".encode())
    return digest.hexdigest()[:16]
