"""Payments: what moved and what tried to; what waits to be handed out, and what was refused."""

from __future__ import annotations

from django.contrib import admin, messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from bookings import services
from bookings.errors import BookingError, TransitionRefused
from bookings.models import Booking, Channel, Payment
from bookings.payments import waiting
from bookings.stories.bookings import name_way
from ticketing.money import format_money
from venues.backoffice import HouseAdmin, ReadOnly, ReadOnlyInline, badge, local_time, two_lines

from .pages.base import Staff

STATES = {
    Payment.Status.SUCCEEDED: "good",
    Payment.Status.PENDING: "busy",
    Payment.Status.FAILED: "bad",
}


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
        return badge(payment.get_status_display(), STATES[payment.status])

    @admin.display(description="how", ordering="provider")
    def way(self, payment: Payment) -> str:
        return name_way(payment.provider)

    @admin.display(description="shift of")
    def through(self, payment: Payment) -> str:
        return payment.shift.user.get_username() if payment.shift else "–"


class PaymentInline(PaymentColumns, ReadOnlyInline):
    model = Payment
    fields = ["when", "kind", "sum", "state", "way", "through", "reference"]
    readonly_fields = ["when", "sum", "state", "way", "through"]

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).select_related("booking__event__venue", "shift__user")


class LookAtFilter(admin.SimpleListFilter):
    """Payments to look at."""

    title = "to look at"
    parameter_name = "look"

    def lookups(self, request: HttpRequest, model_admin: HouseAdmin) -> list[tuple[str, str]]:
        return [("hand_out", "To be handed out"), ("refused", "Refused"), ("late", "Unanswered for long")]

    def queryset(self, request: HttpRequest, queryset):
        match self.value():
            case "hand_out":
                return queryset.filter(pk__in=waiting.to_hand_out())
            case "refused":
                return queryset.filter(pk__in=waiting.refused())
            case "late":
                return queryset.filter(pk__in=waiting.late(timezone.now()))
        return queryset


class WayFilter(admin.SimpleListFilter):
    """Which way the money went, in the words of the box office."""

    title = "how"
    parameter_name = "provider"

    def lookups(self, request: HttpRequest, model_admin: HouseAdmin) -> list[tuple[str, str]]:
        ways = Payment.objects.order_by("provider").values_list("provider", flat=True).distinct()
        return [(way, name_way(way).capitalize()) for way in ways]

    def queryset(self, request: HttpRequest, queryset):
        return queryset.filter(provider=self.value()) if self.value() else queryset


@admin.register(Payment)
class PaymentAdmin(PaymentColumns, ReadOnly, HouseAdmin):
    list_display = ["payment", "of", "when", "kind", "sum", "state"]
    list_filter = [LookAtFilter, "kind", "status", WayFilter]
    list_select_related = ["booking__event__venue", "shift__user"]
    date_hierarchy = "created_at"
    ordering = ["-created_at", "-pk"]
    search_fields = ["reference", "booking__booking_code", "booking__customer_name", "booking__customer_email"]
    search_help_text = "Reference, booking code, customer's name or e-mail"
    fields = ["booking", "when", "kind", "sum", "state", "way", "through", "reference", "charge"]
    readonly_fields = ["when", "sum", "state", "way", "through"]
    actions = ["pay_out", "refund_again"]
    object_actions = ("pay_out", "refund_again")
    refusals = (BookingError,)

    @admin.display(description="payment", ordering="reference")
    def payment(self, payment: Payment) -> SafeString:
        return two_lines(payment.reference, name_way(payment.provider))

    @admin.display(description="booking", ordering="booking")
    def of(self, payment: Payment) -> SafeString:
        return two_lines(payment.booking, payment.booking.customer_name or "no name")

    # Actions ----------------------------------------------------------------------------------

    def has_refund_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("bookings.refund_booking")

    def is_action_offered(self, name: str, payment: Payment) -> bool:
        offered = {"pay_out": waiting.to_hand_out, "refund_again": waiting.refused}
        return offered[name]().filter(pk=payment.pk).exists()

    @admin.action(description="Pay out…", permissions=["refund"])
    def pay_out(self, request: HttpRequest, queryset):
        """Hand the money of waiting refunds out, from one's own drawer."""
        staff = Staff.of(request)
        if staff.shift is None:
            url = reverse("admin:bookings_shift_changelist")
            text = format_html('Money goes through a drawer: <a href="{}">open a shift</a> first.', url)
            self.message_user(request, text, messages.ERROR)
            return None
        page = self.ask(
            request,
            queryset,
            action="pay_out",
            question="Pay out the refund?" if queryset.count() == 1 else f"Pay out {queryset.count():,} refunds?",
            lines=[self._describe(payment) for payment in queryset.select_related("booking", "shift__user")],
            warning="Only if the money is handed out now: cash from your drawer, cards at the terminal.",
            button="Handed out",
        )
        if page:
            return page

        def pay_out(payment: Payment) -> str:
            services.pay_out(refund=payment, shift=staff.shift, now=staff.now, actor=staff.actor)
            return f"{format_money(payment.amount)} paid out"

        return self.run_each(request, queryset, pay_out, "paid out")

    @admin.action(description="Ask the provider again", permissions=["refund"])
    def refund_again(self, request: HttpRequest, queryset) -> None:
        """Ask once more for refunds that were refused: once per booking."""
        now, actor = timezone.now(), request.user.get_username()
        asked: set[int] = set()

        def again(payment: Payment) -> str:
            if payment.status != Payment.Status.FAILED:
                raise TransitionRefused("This payment has not been refused.")
            if payment.booking_id in asked:
                return "asked for again together with another one of its booking"
            asked.add(payment.booking_id)
            booking: Booking = payment.booking
            total = services.refund_again(booking=booking, now=now, actor=actor, channel=Channel.BOX_OFFICE)
            return f"{format_money(total)} asked for again"

        self.run_each(request, queryset, again, "asked for again")

    def _describe(self, payment: Payment) -> str:
        way, name = self.way(payment), payment.booking.customer_name or "no name"
        state = "waits" if payment.status == Payment.Status.PENDING else payment.get_status_display().lower()
        return f"{format_money(payment.amount)} to {name}, {payment.booking}: {way}, {state}"
