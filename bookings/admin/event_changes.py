"""Events that are moved or cancelled: what it means for those who have booked, and how far the queue is with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone

from bookings.event_changes import (
    AT_BOX_OFFICE,
    MOVED,
    Consequences,
    consequences,
    progress_of_cancelling,
    progress_of_moving,
    to_telephone,
)
from bookings.resources import TelephoneResource
from events import services
from events.admin.date_forms import MomentField
from events.admin.pages import is_agreed, seal
from events.clashes import find_clashes
from events.clock import on_clock
from events.dates import move_on_clock
from events.errors import EventError
from events.models import Event
from events.services import Cancellation
from ticketing.admin.seasons import tell_clashes
from venues.backoffice import local_time

from .event_map import EventWithMapAdmin

WAYS = {
    "demo": "the card page of the demo",
    "cash": "cash",
    "terminal": "card terminal",
    "external": "other channels",
    "on_site": "at the box office",
    MOVED: "from exchanges",
}
"""How payment providers are called beside their money."""

REFUND, KEEP = "refund", "keep"


class MessageForm(forms.Form):
    message = forms.CharField(
        label="Your own words",
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="They are put into every letter, as you write them.",
    )


class CancelForm(MessageForm):
    """What becomes of the money of cancelled events, and what we say."""

    money = forms.ChoiceField(
        label="The money",
        choices=[
            (REFUND, "Give everything back, the way it came"),
            (KEEP, "Keep it here: the promoter pays it back, and the letter says so"),
        ],
        widget=forms.RadioSelect,
        initial=REFUND,
    )
    field_order = ["money", "message"]

    @property
    def how(self) -> Cancellation:
        return Cancellation(self.cleaned_data["money"] == REFUND, self.cleaned_data["message"])


class MoveForm(MessageForm):
    """To when one event moves, or by how much many do; and whether those who cannot come then get their money back."""

    begins = MomentField(label="New date")
    days = forms.IntegerField(label="Days later", required=False, min_value=-3650, max_value=3650)
    hours = forms.IntegerField(label="Hours later", required=False, min_value=-23, max_value=23)
    refundable_until = MomentField(
        label="Money back until",
        required=False,
        help_text="Until then all who have booked may cancel by themselves for a full refund, whatever the event's "
        "rules say. Empty: only as its rules say.",
    )
    field_order = ["begins", "days", "hours", "refundable_until", "message"]

    def __init__(self, *args, events: Sequence[Event], now: datetime, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.events, self.now, self.tz = events, now, events[0].venue.tz
        self.moments: dict[int, datetime] = {}
        for name in ("days", "hours") if len(events) == 1 else ("begins",):
            del self.fields[name]

    def clean(self) -> dict:
        data = super().clean()
        if "begins" in self.fields:
            if data.get("begins"):
                self._move("begins", lambda event: on_clock(data["begins"], self.tz))
        elif not self.errors:
            shift = timedelta(days=data.get("days") or 0, hours=data.get("hours") or 0)
            if not shift:
                self.add_error("days", "Say by how many days or hours.")
            else:
                name = "days" if data.get("days") else "hours"
                self._move(name, lambda event: move_on_clock(event.event_date, shift, event.venue.tz))
        if data.get("refundable_until"):
            self._check_refundable(data)
        return data

    def _move(self, name: str, new_date) -> None:
        for event in self.events:
            try:
                self.moments[event.pk] = new_date(event)
            except ValidationError:
                self.add_error(name, f"The clock in {event.venue.city} is changed at that time of that day.")
                return
        if min(self.moments.values()) <= self.now:
            self.add_error(name, "Events must begin in the future.")
        elif all(self.moments[event.pk] == event.event_date for event in self.events):
            self.add_error(name, "That is when it begins already.")

    def _check_refundable(self, data: dict) -> None:
        try:
            data["refundable_until"] = on_clock(data["refundable_until"], self.tz)
        except ValidationError as error:
            self.add_error("refundable_until", error)
            return
        if data["refundable_until"] <= self.now:
            self.add_error("refundable_until", "That moment has passed.")
        elif self.moments and data["refundable_until"] > min(self.moments.values()):
            self.add_error("refundable_until", "It must be before the new date.")


admin.site.unregister(Event)


@admin.register(Event)
class EventWithBookingsAdmin(EventWithMapAdmin):
    """The page of an event, and what leads off from it for those who have booked."""

    actions = [*EventWithMapAdmin.actions, "move", "cancel_event"]
    object_actions = (*EventWithMapAdmin.object_actions, "move", "cancel_event")

    def get_urls(self) -> list:
        wrap = self.admin_site.admin_view
        return [
            path("move/", wrap(self.move_view), name="events_event_move"),
            path("cancel/", wrap(self.cancel_view), name="events_event_cancel"),
            path("telephone/", wrap(self.telephone_view), name="events_event_telephone"),
            path("<int:pk>/progress/", wrap(self.progress_view), name="events_event_progress"),
            *super().get_urls(),
        ]

    def has_cancel_permission(self, request: HttpRequest) -> bool:
        """Cancelling an event gives money back."""
        return self.has_change_permission(request) and request.user.has_perm("bookings.refund_booking")

    # Moving -----------------------------------------------------------------------------------

    @admin.action(description="Move to another date…", permissions=["change"])
    def move(self, request: HttpRequest, queryset) -> HttpResponse | None:
        return self.go(request, "move", queryset)

    def move_view(self, request: HttpRequest) -> HttpResponse:
        """Ask for the new date, show for whom it matters, and move."""
        events, now = self.chosen(request), timezone.now()
        form = MoveForm(request.POST or None, events=events, now=now)
        title = "Move the event" if len(events) == 1 else f"Move {len(events)} events"
        found = consequences(events)
        context = {"events": events, "form": form, "total": _add_up(found), "tz": events[0].venue.tz}
        if not form.is_bound or not form.is_valid():
            return self.page(request, "move", title, is_wrong=form.is_bound, **context)
        context["rows"] = _preview_move(events, form.moments, found)
        until, message = form.cleaned_data["refundable_until"], form.cleaned_data["message"]
        context["seal"] = seal([*context["rows"], until, message])
        if not is_agreed(request, context["seal"]):
            self.say_changed(request)
            return self.page(request, "move", title, **context)
        by = request.user.get_username()
        try:
            with transaction.atomic():
                for event in sorted(events, key=lambda event: event.pk):
                    moment = form.moments[event.pk]
                    services.reschedule(
                        event=event, event_date=moment, now=now, by=by, refundable_until=until, message=message
                    )
                    self.log_change(request, event, "Moved.")
        except EventError as refusal:
            form.add_error(None, f"Nothing was moved: {refusal.message}")
            return self.page(request, "move", title, is_wrong=True, events=events, form=form, total=context["total"])
        return self._lead_on(request, events, "moved")

    # Cancelling -------------------------------------------------------------------------------

    @admin.action(description="Cancel the event…", permissions=["cancel"])
    def cancel_event(self, request: HttpRequest, queryset) -> HttpResponse | None:
        return self.go(request, "cancel", queryset)

    def cancel_view(self, request: HttpRequest) -> HttpResponse:
        """Show what is booked, ask what becomes of the money, and cancel."""
        events, now, by = self.chosen(request), timezone.now(), request.user.get_username()
        if not self.has_cancel_permission(request):
            raise PermissionDenied
        form = CancelForm(request.POST or None)
        title = "Cancel the event" if len(events) == 1 else f"Cancel {len(events)} events"
        found = consequences(events)
        total = _add_up(found)
        rows = [(event, local_time(event.event_date, event.venue.tz), found[event.pk]) for event in events]
        context = {
            "events": events,
            "form": form,
            "total": total,
            "money": [
                (WAYS.get(way, way), amount, way in AT_BOX_OFFICE) for way, amount in sorted(total.money.items())
            ],
            "rows": rows,
            "seal": seal(rows),
        }
        if not form.is_bound or not form.is_valid() or not is_agreed(request, context["seal"]):
            if form.is_bound and form.is_valid():
                self.say_changed(request)
            return self.page(request, "cancel", title, is_wrong=form.is_bound and not form.is_valid(), **context)
        try:
            with transaction.atomic():
                for event in sorted(events, key=lambda event: event.pk):
                    services.cancel_event(event=event, now=now, by=by, how=form.how)
                    self.log_change(request, event, "Cancelled.")
        except EventError as refusal:
            form.add_error(None, f"Nothing was cancelled: {refusal.message}")
            return self.page(request, "cancel", title, is_wrong=True, **context)
        return self._lead_on(request, events, "cancelled")

    def telephone_view(self, request: HttpRequest) -> HttpResponse:
        """Hand out the list of those whom no letter reaches."""
        events = self.chosen(request)
        if not request.user.has_perm("bookings.view_payment"):  # those who may take a list of customers home
            raise PermissionDenied
        rows = TelephoneResource().export(to_telephone(events)).csv
        name = events[0].slug if len(events) == 1 else "events"
        headers = {"Content-Disposition": f'attachment; filename="to-telephone-{name}.csv"'}
        return HttpResponse(rows, content_type="text/csv; charset=utf-8", headers=headers)

    # How far it is ----------------------------------------------------------------------------

    def progress_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show how far the queue is with the bookings of an event that was cancelled, or has moved."""
        event = get_object_or_404(Event.objects.select_related("venue"), pk=pk)
        if not (self.has_view_permission(request, event) and request.user.has_perm("bookings.view_booking")):
            raise PermissionDenied
        is_cancelled = event.status == Event.Status.CANCELLED
        line = event.activities.filter(verb="cancel" if is_cancelled else "move").last()
        if line is None and not is_cancelled:
            raise Http404("This event has been neither moved nor cancelled.")
        progress = progress_of_cancelling(event) if is_cancelled else progress_of_moving(event, line)
        return self.page(
            request,
            "progress",
            "Cancelling the bookings" if is_cancelled else "Telling of the new date",
            events=[event],
            subtitle=event.name,
            is_cancelled=is_cancelled,
            line=line,
            keeps=is_cancelled and line is not None and not line.detail.get("refunds", True),
            progress=progress,
            is_running=progress.is_running,
            without_email=to_telephone([event]).count(),
            begins=local_time(event.event_date, event.venue.tz),
        )

    def _lead_on(self, request: HttpRequest, events: list[Event], done: str) -> HttpResponseRedirect:
        if len(events) == 1:
            self.message_user(request, f"{events[0].name} is {done}.", messages.SUCCESS)
            return HttpResponseRedirect(reverse("admin:events_event_progress", args=[events[0].pk]))
        self.message_user(
            request, f"{len(events)} events are {done}. Their pages show how far it is.", messages.SUCCESS
        )
        return self.back(events)

    def is_action_offered(self, name: str, event: Event) -> bool:
        if name in ("move", "cancel_event"):
            return event.status == Event.Status.ACTIVE
        return super().is_action_offered(name, event)


def _add_up(found: dict[int, Consequences]) -> Consequences:
    return sum(found.values(), Consequences())


def _preview_move(
    events: Sequence[Event], moments: dict[int, datetime], found: dict[int, Consequences]
) -> list[tuple[str, str, str, list[str], Consequences]]:
    """List for each event what it is called, when it begins and would begin, what is in the room then, and for whom it
    matters."""
    moved = []
    for event in events:
        moment = moments[event.pk]
        ends_at = event.ends_at and event.ends_at + (moment - event.event_date)
        room = {"venue": event.venue, "seating_plan": event.seating_plan}
        moved.append(Event(name=event.name, event_date=moment, ends_at=ends_at, **room))
    new = tell_clashes(moved, find_clashes(moved, besides=[event.pk for event in events]))
    return [
        (event.name, local_time(event.event_date, event.venue.tz), begins, warnings, found[event.pk])
        for event, (begins, warnings) in zip(events, new, strict=True)
    ]
