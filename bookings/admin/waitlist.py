"""Who waits for places at an event that is sold out: in order, with what became of them."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString

from bookings import services, tasks
from bookings.errors import BookingError, TransitionRefused
from bookings.models import WaitlistEntry
from ticketing.errors import TicketingError
from venues.backoffice import HouseAdmin, badge, local_time, row_link, two_lines, unbroken

Waiting = WaitlistEntry.Status

BADGES = {Waiting.BOOKED: "good", Waiting.MISSED: "bad", Waiting.LEFT: "quiet", Waiting.WAITING: "plain"}


class WaitlistEntryForm(forms.ModelForm):
    def clean(self) -> dict:
        """Let nobody wait twice for the same event."""
        data = super().clean()
        event, email = data.get("event") or getattr(self.instance, "event", None), data.get("email")
        if event and email:
            others = WaitlistEntry.objects.active().filter(event=event, email__iexact=email)
            if others.exclude(pk=self.instance.pk).exists():
                self.add_error("email", "Whoever has this address waits for the event already.")
        return data


@admin.register(WaitlistEntry)
class WaitlistEntryAdmin(HouseAdmin):
    form = WaitlistEntryForm
    list_display = ["who", "what", "wish", "since", "in_line", "state"]
    list_filter = ["status", "event__venue"]
    list_select_related = ["event__venue", "offer__ticket_type", "booking"]
    date_hierarchy = "event__event_date"
    ordering = ["event__event_date", "event", "created_at", "pk"]
    search_fields = ["name", "email", "event__name"]
    autocomplete_fields = ["event"]
    actions = ["offer_now", "remove"]
    object_actions = ("offer_now", "remove")
    refusals = (BookingError, TicketingError)
    readonly_fields = ["offer", "since", "in_line", "state", "booking_link"]
    fieldsets = [
        (None, {"fields": ["event", "offer", "name", "email", "quantity"]}),
        ("State", {"fields": [("since", "in_line"), ("state", "booking_link")]}),
    ]

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).select_related(*self.list_select_related)

    def get_readonly_fields(self, request: HttpRequest, obj: WaitlistEntry | None = None) -> list[str]:
        return [*self.readonly_fields, *(["event"] if obj else [])]

    def has_change_permission(self, request: HttpRequest, obj: WaitlistEntry | None = None) -> bool:
        """What is over stays as it was; what is offered has been promised."""
        is_open = obj is None or obj.status in (Waiting.WAITING, Waiting.OFFERED)
        return is_open and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: WaitlistEntry | None = None) -> bool:
        """What is offered has been promised: take the person off the list first."""
        is_promised = obj is not None and obj.status == Waiting.OFFERED
        return not is_promised and super().has_delete_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: WaitlistEntry, form, change: bool) -> None:
        obj.created_at = obj.created_at or timezone.now()
        super().save_model(request, obj, form, change)
        if not change:  # somebody has called
            tasks.send_waitlist_letter.enqueue(obj.pk)

    def prepare_rows(self, rows: list[WaitlistEntry]) -> None:
        """Number the lines of the events on this page. One query."""
        line = WaitlistEntry.objects.waiting().filter(event__in={entry.event_id for entry in rows})
        number = Window(RowNumber(), partition_by=F("event"), order_by=[F("created_at"), F("pk")])
        places = dict(line.annotate(number=number).values_list("pk", "number"))
        for entry in rows:
            entry.number = places.get(entry.pk)

    @admin.display(description="who", ordering="name")
    def who(self, entry: WaitlistEntry) -> SafeString:
        return two_lines(entry.name, entry.email)

    @admin.display(description="event", ordering="event__event_date")
    def what(self, entry: WaitlistEntry) -> SafeString:
        return two_lines(entry.event.name, unbroken(local_time(entry.event.event_date, entry.event.venue.tz)))

    @admin.display(description="waits for", ordering="quantity")
    def wish(self, entry: WaitlistEntry) -> str:
        return entry.wish

    @admin.display(description="since", ordering="created_at")
    def since(self, entry: WaitlistEntry) -> str:
        return local_time(entry.created_at, entry.event.venue.tz) if entry.created_at else "–"

    @admin.display(description="in line")
    def in_line(self, entry: WaitlistEntry) -> str:
        if entry.status != Waiting.WAITING or not entry.pk:
            return "–"
        return str(entry.number if hasattr(entry, "number") else entry.place_in_line)

    @admin.display(description="booking")
    def booking_link(self, entry: WaitlistEntry) -> SafeString | str:
        return row_link(entry.booking) if entry.booking else "–"

    @admin.display(description="state", ordering="status")
    def state(self, entry: WaitlistEntry) -> SafeString:
        if entry.status != Waiting.OFFERED:
            return badge(entry.get_status_display(), BADGES[entry.status])
        until = local_time(entry.expires_at, entry.event.venue.tz)
        return two_lines(badge("Places offered", "busy"), f"until {until}")

    def is_action_offered(self, name: str, obj: WaitlistEntry) -> bool:
        return obj.status == Waiting.WAITING or (name == "remove" and obj.status == Waiting.OFFERED)

    @admin.action(description="Offer places now", permissions=["change"])
    def offer_now(self, request: HttpRequest, queryset) -> None:
        now = timezone.now()

        def offer(entry: WaitlistEntry) -> str:
            services.offer_places_now(entry=entry, now=now)
            return "places are held for them, and a letter is on the way"

        self.run_each(request, queryset, offer, "places offered")

    @admin.action(description="Take off the list…", permissions=["change"])
    def remove(self, request: HttpRequest, queryset) -> HttpResponse | None:
        now, actor = timezone.now(), request.user.get_username()
        entries = list(queryset)
        page = self.ask(
            request,
            queryset,
            action="remove",
            question="Take this person off the list?" if len(entries) == 1 else f"Take {len(entries):,} off the list?",
            lines=[f"{entry}: {entry.get_status_display().lower()}" for entry in entries],
            warning="Places that are held for them go to the next in line. They are not written to.",
            button="Take off the list",
        )
        if page:
            return page

        def remove(entry: WaitlistEntry) -> None:
            if entry.status not in (Waiting.WAITING, Waiting.OFFERED):
                raise TransitionRefused("This is over already.")
            services.leave_waitlist(entry=entry, now=now, actor=actor)

        return self.run_each(request, queryset, remove, "taken off the list")
