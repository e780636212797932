"""Who waits for places at an event that is sold out."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from bookings.models import WaitlistEntry
from venues.backoffice import HouseAdmin, badge, local_time


@admin.register(WaitlistEntry)
class WaitlistEntryAdmin(HouseAdmin):
    list_display = ["name", "email", "event", "offer", "quantity", "since", "state"]
    list_filter = [("offered_at", admin.EmptyFieldListFilter), "event__venue"]
    list_select_related = ["event__venue", "offer__ticket_type"]
    search_fields = ["name", "email", "event__name"]
    autocomplete_fields = ["event"]
    readonly_fields = ["offer", "since", "state", "booking"]
    fieldsets = [
        (None, {"fields": ["event", "offer", "name", "email", "quantity"]}),
        ("State", {"fields": ["since", "state", "booking"]}),
    ]

    def save_model(self, request: HttpRequest, obj: WaitlistEntry, form, change: bool) -> None:
        obj.created_at = obj.created_at or timezone.now()
        super().save_model(request, obj, form, change)

    @admin.display(description="since", ordering="created_at")
    def since(self, entry: WaitlistEntry) -> str:
        return local_time(entry.created_at, entry.event.venue.tz) if entry.created_at else "–"

    @admin.display(description="state", ordering="offered_at")
    def state(self, entry: WaitlistEntry) -> SafeString:
        if entry.booking_id:
            return badge("Booked", "good")
        if not entry.offered_at:
            return badge("Waiting", "plain")
        return badge("Offered", "busy") if entry.expires_at > timezone.now() else badge("Lapsed", "quiet")
