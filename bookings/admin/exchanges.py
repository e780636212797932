"""Exchanges that wait, or have waited, for the difference to be paid."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from bookings.models import Exchange
from ticketing.money import format_money
from venues.backoffice import HouseAdmin, ReadOnly, badge, local_time, row_link, two_lines, unbroken


@admin.register(Exchange)
class ExchangeAdmin(ReadOnly, HouseAdmin):
    list_display = ["of", "target", "to_pay", "begun", "state"]
    list_filter = [("completed_at", admin.EmptyFieldListFilter), "event__venue"]
    list_select_related = ["booking", "event__venue"]
    date_hierarchy = "created_at"
    search_fields = ["booking__booking_code", "booking__customer_name", "booking__customer_email"]
    search_help_text = "Booking code, customer's name or e-mail"
    fields = ["of", "target", "to_pay", "begun", "state"]
    readonly_fields = ["of", "target", "to_pay", "begun", "state"]

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).select_related(*self.list_select_related)

    @admin.display(description="booking", ordering="booking")
    def of(self, exchange: Exchange) -> SafeString:
        return two_lines(exchange.booking, row_link(exchange.booking, exchange.booking.customer_name or "no name"))

    @admin.display(description="for", ordering="event")
    def target(self, exchange: Exchange) -> SafeString:
        return two_lines(exchange.event.name, unbroken(local_time(exchange.event.event_date, exchange.event.venue.tz)))

    @admin.display(description="to pay", ordering="due")
    def to_pay(self, exchange: Exchange) -> str:
        return format_money(exchange.due)

    @admin.display(description="begun", ordering="created_at")
    def begun(self, exchange: Exchange) -> str:
        return local_time(exchange.created_at, exchange.event.venue.tz)

    @admin.display(description="state", ordering="completed_at")
    def state(self, exchange: Exchange) -> SafeString:
        if exchange.completed_at:
            return badge("Paid", "good")
        return badge("Being paid", "busy") if exchange.expires_at > timezone.now() else badge("Given up", "quiet")
