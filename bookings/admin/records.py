"""What is written once and never changed: payments and history."""

from __future__ import annotations

from decimal import Decimal

from django.contrib import admin
from django.http import HttpRequest
from django.utils.dateparse import parse_datetime
from django.utils.safestring import SafeString

from bookings.models import Activity, Payment
from ticketing.money import format_money
from venues.backoffice import HouseAdmin, ReadOnly, ReadOnlyInline, badge, local_time, two_lines

PAYMENT_STATES = {
    Payment.Status.SUCCEEDED: "good",
    Payment.Status.PENDING: "busy",
    Payment.Status.FAILED: "bad",
}


SUMS = {"paid", "refunded", "amount", "discount"}
"""What services record in the detail of a history line as a sum of money."""


class PaymentColumns:
    """How a payment is shown, on its own list and on its booking's page."""

    @admin.display(description="when", ordering="created_at")
    def when(self, payment: Payment) -> str:
        return local_time(payment.created_at, payment.booking.event.venue.tz)

    @admin.display(description="amount", ordering="amount")
    def sum(self, payment: Payment) -> str:
        sign = "−" if payment.kind == Payment.Kind.REFUND else ""
        return f"{sign}{format_money(payment.amount)}"

    @admin.display(description="state", ordering="status")
    def state(self, payment: Payment) -> SafeString:
        return badge(payment.get_status_display(), PAYMENT_STATES[payment.status])


class ActivityColumns:
    """How a line of history is shown, on its own list and on its booking's page."""

    @admin.display(description="when", ordering="at")
    def when(self, activity: Activity) -> str:
        return local_time(activity.at, activity.booking.event.venue.tz)

    @admin.display(description="detail")
    def details(self, activity: Activity) -> str:
        return (
            ", ".join(f"{name}: {self._show(name, value, activity)}" for name, value in activity.detail.items()) or "–"
        )

    def _show(self, name: str, value: object, activity: Activity) -> object:
        """Write sums and moments, which JSON keeps as text, as people read them."""
        if name in SUMS:
            return format_money(Decimal(value))
        moment = parse_datetime(value) if isinstance(value, str) and "T" in value else None
        return local_time(moment, activity.booking.event.venue.tz) if moment else value


class PaymentInline(PaymentColumns, ReadOnlyInline):
    model = Payment
    fields = ["when", "kind", "sum", "state", "provider", "reference"]
    readonly_fields = ["when", "sum", "state"]

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).select_related("booking__event__venue")


class ActivityInline(ActivityColumns, ReadOnlyInline):
    model = Activity
    verbose_name_plural = "history"
    fields = ["when", "verb", "actor", "channel", "details"]
    readonly_fields = ["when", "details"]

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).select_related("booking__event__venue")


@admin.register(Payment)
class PaymentAdmin(PaymentColumns, ReadOnly, HouseAdmin):
    list_display = ["payment", "booking", "when", "kind", "sum", "state"]
    list_filter = ["kind", "status", "provider"]
    list_select_related = ["booking__event__venue"]
    date_hierarchy = "created_at"
    ordering = ["-created_at", "-pk"]
    search_fields = ["reference", "booking__booking_code", "booking__customer_name", "booking__customer_email"]
    search_help_text = "Reference, booking code, customer's name or e-mail"
    fields = ["booking", "when", "kind", "sum", "state", "provider", "reference", "charge"]
    readonly_fields = ["when", "sum", "state"]

    @admin.display(description="payment", ordering="reference")
    def payment(self, payment: Payment) -> SafeString:
        return two_lines(payment.reference, payment.provider)


@admin.register(Activity)
class ActivityAdmin(ActivityColumns, ReadOnly, HouseAdmin):
    list_display = ["verb", "booking", "when", "who", "details"]
    list_filter = ["verb", "channel"]
    list_select_related = ["booking__event__venue"]
    date_hierarchy = "at"
    ordering = ["-at", "-pk"]
    search_fields = ["=actor", "booking__booking_code", "booking__customer_name"]
    search_help_text = "Who did it, booking code or customer's name"
    fields = ["booking", "when", "verb", "actor", "channel", "details"]
    readonly_fields = ["when", "details"]

    @admin.display(description="who", ordering="actor")
    def who(self, activity: Activity) -> SafeString:
        return two_lines(activity.actor, activity.get_channel_display())
