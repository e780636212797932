"""The history of bookings: what is written once and never changed."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from bookings.models import Activity
from bookings.stories import put
from venues.backoffice import HouseAdmin, ReadOnly, ReadOnlyInline, local_time, two_lines


class ActivityColumns:
    """How a line of history is shown, on its own list and on its booking's page."""

    @admin.display(description="when", ordering="at")
    def when(self, activity: Activity) -> str:
        return local_time(activity.at, activity.booking.event.venue.tz)

    @admin.display(description="detail")
    def details(self, activity: Activity) -> str:
        return put(activity.detail, activity.booking.event.venue.tz) or "–"


class ActivityInline(ActivityColumns, ReadOnlyInline):
    model = Activity
    verbose_name_plural = "history"
    fields = ["when", "verb", "actor", "channel", "details"]
    readonly_fields = ["when", "details"]

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).select_related("booking__event__venue")


@admin.register(Activity)
class ActivityAdmin(ActivityColumns, ReadOnly, HouseAdmin):
    list_display = ["verb", "booking", "when", "who", "details"]
    list_filter = ["verb", "channel"]
    list_select_related = ["booking__event__venue"]
    date_hierarchy = "at"
    ordering = ["-at", "-pk"]
    search_fields = ["=actor", "booking__booking_code", "booking__customer_name"]
    search_help_text = "Who did it, booking code or customer's name"
    fields = ["booking", "when", "verb", "actor", "channel", "details", "story"]
    readonly_fields = ["when", "details", "story"]

    @admin.display(description="who", ordering="actor")
    def who(self, activity: Activity) -> SafeString:
        return two_lines(activity.actor, activity.get_channel_display())

    @admin.display(description="in its story")
    def story(self, activity: Activity) -> SafeString:
        url = reverse("admin:bookings_booking_story", args=[activity.booking_id])
        return format_html('<a href="{}">All that has become of the booking</a>', url)
