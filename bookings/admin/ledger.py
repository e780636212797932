"""The ledger of sales, to be looked at."""

from __future__ import annotations

from django.contrib import admin

from bookings.models import LedgerLine
from ticketing.money import format_money
from venues.backoffice import HouseAdmin, ReadOnly, local_time


@admin.register(LedgerLine)
class LedgerLineAdmin(ReadOnly, HouseAdmin):
    list_display = ["booking", "when", "kind", "offer", "quantity", "sum", "channel"]
    list_filter = ["kind", "channel", "event__venue", "event__category"]
    list_select_related = ["booking", "event__venue", "offer__ticket_type"]
    date_hierarchy = "at"
    ordering = ["-at", "-pk"]
    search_fields = ["booking__booking_code", "event__name"]
    search_help_text = "Booking code or event"
    fields = [
        "booking",
        "event",
        "offer",
        "when",
        "day",
        "kind",
        "channel",
        "quantity",
        "gross",
        "discount",
        "retained",
        "sum",
    ]
    readonly_fields = ["when", "sum"]

    @admin.display(description="when", ordering="at")
    def when(self, line: LedgerLine) -> str:
        return local_time(line.at, line.event.venue.tz)

    @admin.display(description="net")
    def sum(self, line: LedgerLine) -> str:
        return format_money(line.net)
