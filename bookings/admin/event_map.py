"""The map of an event: the whole room with what is free, held, sold and blocked; seats are blocked and given there."""

from __future__ import annotations

from datetime import datetime

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from bookings import services
from bookings.locator import label_size, name_focus, name_grounds
from bookings.seat_map import WHOLE, State, name_in_room, read_sections
from events.models import Event
from ticketing import stock
from ticketing.admin.events import EventOnSaleAdmin
from ticketing.availability import Availability, availability_by_section, standing_availability
from ticketing.errors import TicketingError
from ticketing.transactions import atomic
from venues.backoffice import name_some
from venues.drawing import draw, section_box
from venues.rooms import Room, RoomSection, room_of

MOST = 5_000
"""So many seats are changed at a time, at most."""

STATES = (State.FREE, State.HELD, State.SOLD, State.BLOCKED)
"""What the legend explains and counts."""

PERMISSIONS = {
    "block": "ticketing.change_place",
    "release": "ticketing.change_place",
    "comp": "bookings.comp_booking",
}


class PickForm(forms.Form):
    """What to do with the chosen seats. They come as checkboxes, or, from the map, as one list."""

    action = forms.ChoiceField(choices=[(name, name) for name in PERMISSIONS], widget=forms.HiddenInput)
    reason = forms.CharField(max_length=200, required=False, help_text="To block or to give; for the record.")
    name = forms.CharField(max_length=200, required=False)
    email = forms.EmailField(label="E-mail", required=False, help_text="Where the tickets go, if anywhere.")

    @property
    def seats(self) -> list[int]:
        """The ids of the chosen seats; what is no number is no seat."""
        given = [*getattr(self.data, "getlist", lambda key: [])("seat"), *self.data.get("seats", "").split(",")]
        return list(dict.fromkeys(int(seat) for seat in given if seat.isascii() and seat.isdecimal()))

    def clean(self) -> dict:
        data = super().clean()
        action = data.get("action")
        if not self.seats:
            self.add_error(None, "Choose at least one seat.")
        elif len(self.seats) > MOST:
            self.add_error(None, f"Choose at most {MOST:,} seats at a time.")
        if action in ("block", "comp") and not data.get("reason") and "reason" not in self.errors:
            self.add_error("reason", "Say why: it is written into the history.")
        if action == "comp" and not data.get("name") and "name" not in self.errors:
            self.add_error("name", "Say for whom the tickets are.")
        return data


admin.site.unregister(Event)


@admin.register(Event)
class EventWithMapAdmin(EventOnSaleAdmin):
    """The page of an event, and the map that leads off from it."""

    def get_urls(self) -> list:
        view = self.admin_site.admin_view(self.map_view)
        return [path("<int:pk>/map/", view, name="events_event_map"), *super().get_urls()]

    def map_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the map; do what is asked with the chosen seats."""
        event = get_object_or_404(Event.objects.select_related("venue", "seating_plan"), pk=pk)
        if not self.has_view_permission(request, event):
            raise PermissionDenied
        if event.seating_plan is None:
            self.message_user(request, f"{event} has no seating plan: there is no map of it.", messages.WARNING)
            return HttpResponseRedirect(reverse("admin:events_event_change", args=[event.pk]))
        room, now = room_of(event.seating_plan), timezone.now()
        form = PickForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and self._act(request, event, room, form, now):
            return HttpResponseRedirect(request.get_full_path())
        return self._map_page(request, event, room, form, now)

    def _act(self, request: HttpRequest, event: Event, room: Room, form: PickForm, now: datetime) -> bool:
        """Do what the form says, all of it or nothing. Returns whether it was done."""
        action = request.POST.get("action")
        if action in PERMISSIONS and not request.user.has_perm(PERMISSIONS[action]):
            raise PermissionDenied
        if not form.is_valid():
            return False
        do = {"block": self._block, "release": self._release, "comp": self._comp}[action]
        try:
            done = do(request, event, form, name_in_room(room, form.seats), now)
        except TicketingError as refusal:
            form.add_error(None, refusal.message)
            return False
        self.message_user(request, done, messages.SUCCESS)
        return True

    @atomic
    def _block(self, request: HttpRequest, event: Event, form: PickForm, names: list[str], now: datetime) -> str:
        stock.block(event=event, seats=form.seats, now=now)
        self.log_change(request, event, f"Blocked {'; '.join(names)}. Reason: {form.cleaned_data['reason']}")
        return f"Blocked: {name_some(names, 3)}."

    @atomic
    def _release(self, request: HttpRequest, event: Event, form: PickForm, names: list[str], now: datetime) -> str:
        stock.unblock(event=event, seats=form.seats, now=now)
        reason = form.cleaned_data["reason"]
        self.log_change(request, event, f"Released {'; '.join(names)}.{f' Reason: {reason}' if reason else ''}")
        return f"On sale again: {name_some(names, 3)}."

    @atomic
    def _comp(self, request: HttpRequest, event: Event, form: PickForm, names: list[str], now: datetime) -> str:
        data = form.cleaned_data
        booking = services.comp(
            event=event,
            seats=form.seats,
            name=data["name"],
            email=data["email"],
            reason=data["reason"],
            now=now,
            actor=request.user.get_username(),
        )
        self.log_change(request, event, f"Gave {'; '.join(names)} away as {booking}. Reason: {data['reason']}")
        sent = f" and sent to {booking.customer_email}" if booking.customer_email else ""
        return f"{booking}: {name_some(names, 3)} given to {booking.customer_name}{sent}."

    # The page ---------------------------------------------------------------------------------

    def _map_page(self, request: HttpRequest, event: Event, room: Room, form: PickForm, now: datetime) -> HttpResponse:
        section = self._section(request, room)
        is_overview = section is None and room.seat_count > WHOLE
        picked = set(form.seats) if form.is_bound else set()
        context = {
            **self.admin_site.each_context(request),
            "title": "Seat map",
            "subtitle": event.name,
            "opts": self.opts,
            "original": event,
            "form": form,
            "picked": picked,
            "now": timezone.localtime(now, event.venue.tz),
            "room": room,
            "section": section,
            "drawing": draw(room),
            "focus": name_focus(room, draw(room), 1.1),
            "is_overview": is_overview,
            "may": {action: request.user.has_perm(permission) for action, permission in PERMISSIONS.items()},
            "standing": standing_availability(event, now),
            **(self._overview(event, room, now) if is_overview else self._seats(request, event, room, section, now)),
        }
        parts = context.get("sections", [])
        context["open"] = [part.pk for part in parts if len(parts) == 1 or part.has_any(picked)]
        request.current_app = self.admin_site.name
        status = 422 if form.is_bound and form.errors else 200
        return TemplateResponse(request, "admin/events/event/map.html", context, status=status)

    def _section(self, request: HttpRequest, room: Room) -> RoomSection | None:
        wanted = request.GET.get("section")
        if not wanted:
            return None
        for section in room.sections:
            if str(section.pk) == wanted:
                return section
        raise Http404("There is no such section in this room.")

    def _seats(
        self, request: HttpRequest, event: Event, room: Room, section: RoomSection | None, now: datetime
    ) -> dict[str, object]:
        may_see = request.user.has_perm("bookings.view_booking")
        shown = [section] if section else room.sections
        sections = read_sections(event, shown, now, with_bookings=may_see)
        takers = {it.booking.pk: it.booking for part in sections for row in part.rows for it in row.seats if it.booking}
        tz = event.venue.tz
        return {
            "sections": sections,
            "view": section_box(section) if section else draw(room).box,
            "legend": [(state.value, f"{sum(it.counts.get(state, 0) for it in sections):,}") for state in STATES],
            "takers": {
                str(pk): {
                    "code": booking.booking_code,
                    "name": booking.customer_name or "No name yet",
                    "url": reverse("admin:bookings_booking_change", args=[pk]),
                    "until": f"{timezone.localtime(booking.expires_at, tz):%H:%M}" if booking.is_live(now) else "",
                }
                for pk, booking in takers.items()
            },
        }

    def _overview(self, event: Event, room: Room, now: datetime) -> dict[str, object]:
        stock = availability_by_section(event, now)
        known = stock.values()
        return {
            "view": draw(room).box,
            "shapes": [(shape, *_tell(stock.get(shape.section_id))) for shape in draw(room).shapes],
            "legend": [(state.value, f"{sum(getattr(found, state) for found in known):,}") for state in STATES],
            "labels": name_grounds(room, draw(room), [], set(), label_size(draw(room))),
        }


def _tell(found: Availability | None) -> tuple[str, list[str]]:
    """Tell how full a section is, from 0 (all free) to 4 (nothing left), and its counts; none if it is not on sale."""
    if not found or not found.capacity:
        return "none", []
    full = 4 if not found.free else min(3, int(4 * (found.capacity - found.free) / found.capacity))
    return str(full), [f"{getattr(found, state):,}" for state in STATES]
