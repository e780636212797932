"""Copies of an event, with its offers and places, at other dates."""

from __future__ import annotations

from datetime import datetime

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone

from events.admin.date_forms import DatesField
from events.admin.pages import is_agreed, seal
from events.dates import MOST, read_clock
from events.errors import EventError
from events.models import Event
from ticketing.errors import TicketingError
from ticketing.seasons import copy_event

from .seasons import preview

NEVER, NOW = "draft", "now"


class CopyForm(forms.Form):
    """The dates of the copies, on the clock of the event's venue."""

    dates = DatesField(
        label="New dates",
        help_text="One day in each line, with its times: 2030-12-31 15:00, 20:00. On the venue's clock.",
    )
    publish = forms.ChoiceField(
        choices=[(NEVER, "Drafts, to be looked at first"), (NOW, "Published at once")],
        widget=forms.RadioSelect,
        initial=NEVER,
    )

    def __init__(self, *args, event: Event, now: datetime, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.event, self.now = event, now

    def clean_dates(self) -> list[datetime]:
        shown = sorted(self.cleaned_data["dates"])
        if not shown:
            raise ValidationError("Say when.")
        if len(shown) > MOST:
            raise ValidationError(f"At most {MOST} dates at a time.")
        moments = read_clock(shown, self.event.venue.tz)
        if moments[0] <= self.now:
            raise ValidationError("Events must begin in the future.")
        return moments


class CopyPages:
    """What the admin of events gets: copies of an event."""

    def get_urls(self) -> list:
        view = self.admin_site.admin_view(self.copy_view)
        return [path("copy/", view, name="events_event_copy"), *super().get_urls()]

    @admin.action(description="Copy to other dates…", permissions=["add"])
    def copy(self, request: HttpRequest, queryset) -> HttpResponse | None:
        if queryset.count() > 1:
            self.message_user(request, "Copy one event at a time.", messages.ERROR)
            return None
        return self.go(request, "copy", queryset)

    def copy_view(self, request: HttpRequest) -> HttpResponse:
        """Ask for the dates of the copies, show what would be made, and make it."""
        if not (self.has_add_permission(request) and request.user.has_perm("ticketing.add_offer")):
            raise PermissionDenied
        event, now = self.chosen(request)[0], timezone.now()
        form = CopyForm(request.POST or None, event=event, now=now)
        context = {"events": [event], "form": form, "offers": event.offers.select_related("ticket_type")}
        if not form.is_bound or not form.is_valid():
            return self.page(request, "copy", "Copy to other dates", is_wrong=form.is_bound, **context)
        moments, publish = form.cleaned_data["dates"], form.cleaned_data["publish"]
        context["rows"] = preview(event, moments)
        context["seal"] = seal([*context["rows"], publish])
        if not is_agreed(request, context["seal"]):
            self.say_changed(request)
            return self.page(request, "copy", "Copy to other dates", **context)
        publish_at, by = now if publish == NOW else None, request.user.get_username()
        try:
            copies = copy_event(event=event, moments=moments, publish_at=publish_at, now=now, by=by)
        except (EventError, TicketingError) as refusal:
            form.add_error(None, refusal.message)
            del context["rows"]
            return self.page(request, "copy", "Copy to other dates", is_wrong=True, **context)
        self.log_change(request, event, f"Copied to {len(copies)} other dates.")
        return self.lead_to_made(request, copies)
