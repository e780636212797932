"""Places with their stories: "why is C12 taken?", from a list, from the seat map, or by asking for a seat."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from bookings.stories import Sight, find_places, place_story
from events.models import Event
from ticketing.admin.stock import PlaceAdmin
from ticketing.models import Place
from ticketing.stock import BIGGEST_ID
from venues.backoffice import badge, local_time, row_link

from .stories import by_day

RECENT = timedelta(days=14)
"""For so long after an event, it is still among those to choose from."""

MOST_EVENTS = 500

BADGES = {"free": "good", "held": "busy", "sold": "plain", "blocked": "quiet"}


class AskForm(forms.Form):
    """Which seat of which event. From the map, the seat comes by its id."""

    event = forms.ModelChoiceField(queryset=Event.objects.none())
    q = forms.CharField(
        label="Seat or ticket",
        max_length=80,
        help_text="Such as “C12”, “Stalls C 12”, the number of a standing place, or a ticket’s code.",
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        events = Event.objects.filter(event_date__gt=timezone.now() - RECENT).order_by("event_date")
        chosen = self.data.get("event") or self.initial.get("event") or ""
        shown = list(events.values_list("pk", flat=True)[:MOST_EVENTS])
        if str(chosen).isdecimal() and int(chosen) <= BIGGEST_ID:
            shown.append(int(chosen))
        field = self.fields["event"]
        field.queryset = (
            Event.objects.filter(pk__in=shown).select_related("venue", "seating_plan").order_by("event_date")
        )
        field.label_from_instance = lambda event: f"{event.name}, {local_time(event.event_date, event.venue.tz)}"


admin.site.unregister(Place)


@admin.register(Place)
class PlaceWithStoryAdmin(PlaceAdmin):
    """The stock, and what has become of each place of it."""

    list_display = [*PlaceAdmin.list_display, "story"]
    fields = [*PlaceAdmin.fields, "story"]
    readonly_fields = [*PlaceAdmin.readonly_fields, "story"]

    @admin.display(description="why?")
    def story(self, place: Place) -> SafeString:
        url = reverse("admin:ticketing_place_story", args=[place.pk])
        return format_html('<a href="{}">Why is it so?</a>', url)

    def get_urls(self) -> list:
        wrap = self.admin_site.admin_view
        return [
            path("find/", wrap(self.find_view), name="ticketing_place_find"),
            path("<int:pk>/story/", wrap(self.story_view), name="ticketing_place_story"),
            *super().get_urls(),
        ]

    def find_view(self, request: HttpRequest) -> HttpResponse:
        """Lead to the place that is meant; offer those that may be meant if there are several."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.GET.get("seat"):
            return self._find_seat(request)
        is_asked = "q" in request.GET
        form = AskForm(request.GET if is_asked else None, initial={"event": request.GET.get("event")})
        found: list[Place] = []
        if is_asked and form.is_valid():
            found = list(find_places(form.cleaned_data["event"], form.cleaned_data["q"]))
            if len(found) == 1:
                return HttpResponseRedirect(reverse("admin:ticketing_place_story", args=[found[0].pk]))
            if not found:
                form.add_error("q", "There is no such place at this event.")
        context = {**self._context(request, "Why is a seat taken?"), "form": form, "found": found}
        status = 422 if is_asked and form.errors else 200
        return TemplateResponse(request, "admin/bookings/find_place.html", context, status=status)

    def _find_seat(self, request: HttpRequest) -> HttpResponse:
        """What the seat map links to: it knows the event and the seat."""
        keys = [request.GET.get("event", ""), request.GET["seat"]]
        if not all(key.isascii() and key.isdecimal() and int(key) <= BIGGEST_ID for key in keys):
            keys = [0, 0]
        place = get_object_or_404(Place, event=keys[0], seat=keys[1])
        return HttpResponseRedirect(reverse("admin:ticketing_place_story", args=[place.pk]))

    def story_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Tell the story of one place."""
        rows = Place.objects.select_related("event__venue", "offer__ticket_type", "seat__section")
        place = get_object_or_404(rows, pk=min(pk, BIGGEST_ID))
        if not self.has_view_permission(request, place):
            raise PermissionDenied
        story = place_story(place, now=timezone.now(), sight=Sight.of(request.user))
        event = place.event
        context = {
            **self._context(request, "What has become of a place"),
            "subtitle": str(place),
            "original": place,
            "event": event,
            "begins": local_time(event.event_date, event.venue.tz),
            "story": story,
            "state": badge(story.state.value.capitalize(), BADGES[story.state.value]),
            "booking": row_link(story.booking, "Open the booking") if story.booking else "",
            "days": by_day(story.lines, event.venue.tz, request),
        }
        return TemplateResponse(request, "admin/bookings/place_story.html", context)

    def _context(self, request: HttpRequest, title: str) -> dict[str, object]:
        request.current_app = self.admin_site.name
        return {**self.admin_site.each_context(request), "title": title, "opts": self.opts, "media": self.media}
