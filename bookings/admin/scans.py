"""What the door was shown, and what it answered."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString

from bookings.door.words import BAD, FACES, GOOD, WAIT
from bookings.models import Scan
from venues.backoffice import HouseAdmin, ReadOnly, ReadOnlyInline, badge, local_time, row_link, two_lines

TONES = {GOOD: "good", WAIT: "busy", BAD: "bad"}


class ScanColumns:
    """How a scan is shown, on its own list and on its ticket's page."""

    @admin.display(description="when", ordering="at")
    def when(self, scan: Scan) -> str:
        return local_time(scan.at, scan.event.venue.tz)

    @admin.display(description="answer", ordering="result")
    def answer(self, scan: Scan) -> SafeString:
        tone, _, title = FACES[scan.result]
        return badge(title, TONES[tone])

    @admin.display(description="where", ordering="gate")
    def where(self, scan: Scan) -> SafeString:
        return two_lines(scan.gate or "–", scan.actor)

    @admin.display(description="network")
    def network(self, scan: Scan) -> str:
        if not scan.is_offline:
            return "Yes"
        return f"No, sent {local_time(scan.received_at, scan.event.venue.tz)}"


class ScanInline(ScanColumns, ReadOnlyInline):
    """What the door has said to the ticket."""

    model = Scan
    verbose_name_plural = "at the door"
    fields = ["when", "answer", "where", "network"]
    readonly_fields = ["when", "answer", "where", "network"]

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).select_related("event__venue")


@admin.register(Scan)
class ScanAdmin(ScanColumns, ReadOnly, HouseAdmin):
    list_display = ["what", "answer", "whose", "when", "where", "network"]
    list_filter = ["result", "is_offline", "event__venue"]
    list_select_related = [
        "event__venue",
        "ticket__booking",
        "ticket__place__seat__section",
    ]
    date_hierarchy = "at"
    ordering = ["-at", "-pk"]
    search_fields = ["=code", "=ticket__code", "event__name", "=actor", "=gate", "ticket__booking__booking_code"]
    search_help_text = "Ticket or booking code, event, gate or who scanned"
    fields = ["code", "answer", "event", "ticket", "gate", "actor", "when", "network"]
    readonly_fields = ["answer", "when", "network"]

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).select_related(*self.list_select_related)

    @admin.display(description="read", ordering="code")
    def what(self, scan: Scan) -> SafeString:
        code = scan.code if len(scan.code) <= 32 else f"{scan.code[:32]}…"
        return two_lines(code or "–", scan.event.name)

    @admin.display(description="ticket", ordering="ticket")
    def whose(self, scan: Scan) -> SafeString | str:
        if scan.ticket is None:
            return "–"
        ticket = scan.ticket
        return two_lines(row_link(ticket, ticket.holder_name or ticket.booking.customer_name), ticket.place)
