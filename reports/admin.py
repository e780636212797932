"""Settlements and what is sent by e-mail, in the back office: to be looked at. They have pages of their own."""

from __future__ import annotations

from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ticketing.money import format_money
from venues.backoffice import HouseAdmin, ReadOnly, badge, local_time, two_lines

from .models import Fold, HourSum, MonthSum, ScheduledReport, Settlement, SettlementTerms
from .settlements.figures import Figures


def _page(event, words: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse("reports:settlement", args=[event.slug]), words)


@admin.register(Settlement)
class SettlementAdmin(ReadOnly, HouseAdmin):
    list_display = ["of", "number", "due", "signed_by", "when", "page"]
    list_select_related = ["event__venue"]
    date_hierarchy = "signed_at"
    ordering = ["-signed_at", "-pk"]
    search_fields = ["event__name", "=signed_by", "note"]
    search_help_text = "Event, who signed it, or note"
    fields = ["event", "number", "due", "note", "signed_by", "when", "page"]
    readonly_fields = ["due", "when", "page"]

    @admin.display(description="event", ordering="event")
    def of(self, settlement: Settlement) -> SafeString:
        return two_lines(settlement.event.name, local_time(settlement.event.event_date, settlement.event.venue.tz))

    @admin.display(description="due to the promoter")
    def due(self, settlement: Settlement) -> str:
        return format_money(Figures.from_json(settlement.figures).due)

    @admin.display(description="signed at", ordering="signed_at")
    def when(self, settlement: Settlement) -> str:
        return local_time(settlement.signed_at, timezone.get_default_timezone())

    @admin.display(description="page")
    def page(self, settlement: Settlement) -> SafeString:
        return _page(settlement.event, "Settlement")


@admin.register(SettlementTerms)
class SettlementTermsAdmin(ReadOnly, HouseAdmin):
    list_display = ["event", "percent", "per_ticket", "page"]
    list_select_related = ["event__venue"]
    search_fields = ["event__name"]
    search_help_text = "Event"
    fields = ["event", "percent", "per_ticket", "page"]
    readonly_fields = ["page"]

    @admin.display(description="page")
    def page(self, terms: SettlementTerms) -> SafeString:
        return _page(terms.event, "Settlement")


@admin.register(ScheduledReport)
class ScheduledReportAdmin(ReadOnly, HouseAdmin):
    list_display = ["name", "what", "every", "to", "state", "due", "page"]
    list_filter = ["is_active", "every"]
    search_fields = ["name", "what"]
    search_help_text = "Name, or what is sent"
    fields = [
        *("name", "what", "query", "period_words", "form", "every", "hour", "to", "created_by", "state"),
        *("due", "sent", "problem", "page"),
    ]
    readonly_fields = ["period_words", "to", "state", "due", "sent", "page"]

    @admin.display(description="to")
    def to(self, schedule: ScheduledReport) -> str:
        return ", ".join(schedule.recipients)

    @admin.display(description="state", ordering="is_active")
    def state(self, schedule: ScheduledReport) -> SafeString:
        if not schedule.is_active:
            return badge("Paused", "plain")
        return badge("Not sent", "bad") if schedule.problem else badge("Active", "good")

    @admin.display(description="next", ordering="next_at")
    def due(self, schedule: ScheduledReport) -> str:
        return local_time(schedule.next_at, timezone.get_default_timezone())

    @admin.display(description="last sent", ordering="last_sent_at")
    def sent(self, schedule: ScheduledReport) -> str:
        return local_time(schedule.last_sent_at, timezone.get_default_timezone())

    @admin.display(description="page")
    def page(self, schedule: ScheduledReport) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("reports:schedules"), "Sent by e-mail")


@admin.register(HourSum)
class HourSumAdmin(ReadOnly, HouseAdmin):
    list_display = ["day", "hour", "channel", "kind", "bookings", "quantity", "gross", "discount", "retained"]
    list_filter = ["kind", "channel"]
    date_hierarchy = "day"
    ordering = ["-day", "-hour"]
    search_fields = ["=channel", "=kind"]
    search_help_text = "Channel or kind"


@admin.register(MonthSum)
class MonthSumAdmin(ReadOnly, HouseAdmin):
    list_display = ["month", "event", "offer", "channel", "kind", "quantity", "gross", "discount", "retained"]
    list_filter = ["kind", "channel", "event__venue", "event__category"]
    list_select_related = ["event__venue", "offer__ticket_type"]
    date_hierarchy = "month"
    ordering = ["-month", "-pk"]
    search_fields = ["event__name"]
    search_help_text = "Event"


@admin.register(Fold)
class FoldAdmin(ReadOnly, HouseAdmin):
    list_display = ["folded_until", "folded_at"]
