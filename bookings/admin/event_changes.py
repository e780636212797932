"""Events that are moved or cancelled: what it means for those who have booked, and how far the queue is with it."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone

from bookings.event_changes import (
    MOVED,
    Consequences,
    consequences,
    progress_of_cancelling,
    progress_of_moving,
    to_telephone,
)
from bookings.payments import AT_BOX_OFFICE
from bookings.resources import TelephoneResource
from events import services
from events.admin.pages import is_agreed, seal
from events.clashes import find_clashes
from events.errors import EventError
from events.models import Event
from ticketing.admin.seasons import tell_clashes
from venues.backoffice import local_time
from venues.models import Venue

from .event_change_forms import CancelForm, MoveForm
from .event_map import EventWithMapAdmin

WAYS = {
    "demo": "the card page of the demo",
    "cash": "cash",
    "terminal": "card terminal",
    "external": "other channels",
    "on_site": "at the box office",
    "import": "in the system before this one",
    MOVED: "from exchanges",
}
"""How payment providers are called beside their money."""

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

    @admin.action(description="Move to another date or house…", permissions=["change"])
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
        context["rows"] = _preview_move(events, form, found)
        until, message = form.cleaned_data["refundable_until"], form.cleaned_data["message"]
        context["seal"] = seal([*context["rows"], until, message])
        if not is_agreed(request, context["seal"]):
            self.say_changed(request)
            return self.page(request, "move", title, **context)
        by = request.user.get_username()
        try:
            with transaction.atomic():
                for event in sorted(events, key=lambda event: event.pk):
                    services.reschedule(
                        event=event,
                        event_date=form.moments[event.pk],
                        venue=form.house,
                        now=now,
                        by=by,
                        refundable_until=until,
                        message=message,
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
            "Cancelling the bookings" if is_cancelled else "Telling who has booked",
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
    events: Sequence[Event], form: MoveForm, found: dict[int, Consequences]
) -> list[tuple[str, str, str, list[str], Consequences]]:
    """List for each event what it is called, when it begins and would begin, and where, what is in the room then, and
    for whom it matters."""
    moved = []
    for event in events:
        moment = form.moments[event.pk]
        ends_at = event.ends_at and event.ends_at + (moment - event.event_date)
        room = {"venue": form.house or event.venue, "seating_plan": event.seating_plan}
        moved.append(Event(name=event.name, event_date=moment, ends_at=ends_at, **room))
    new = tell_clashes(moved, find_clashes(moved, besides=[event.pk for event in events]))
    return [
        (
            event.name,
            _say(local_time(event.event_date, event.venue.tz), form.house and event.venue),
            _say(begins, form.house),
            warnings,
            found[event.pk],
        )
        for event, (begins, warnings) in zip(events, new, strict=True)
    ]


def _say(begins: str, house: Venue | None) -> str:
    return f"{begins}, {house}" if house else begins
