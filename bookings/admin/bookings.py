"""Bookings: found, looked at, confirmed, cancelled, sent again. Their money and status change by actions only."""

from __future__ import annotations

from datetime import datetime

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from bookings import services
from bookings.errors import BookingError, TransitionRefused
from bookings.legacy import LegacyBookingResource
from bookings.models import Booking, Channel, Payment
from bookings.payments import get_provider
from bookings.resources import BookingResource
from bookings.services.history import record
from ticketing.errors import TicketingError
from ticketing.money import ZERO, format_money
from venues.backoffice import HouseAdmin, badge, local_time, row_link, two_lines
from venues.exports import ExportAdmin

from .records import ActivityInline, PaymentInline
from .tickets import TicketInline

CONTACT = ("customer_name", "customer_email", "customer_phone")


class LifeFilter(admin.SimpleListFilter):
    """The status, with holds told apart: those that live, and those whose time has run out."""

    title = "status"
    parameter_name = "life"

    def lookups(self, request: HttpRequest, model_admin: HouseAdmin) -> list[tuple[str, str]]:
        return [("held", "Held"), ("lapsed", "Lapsed"), ("confirmed", "Confirmed"), ("cancelled", "Cancelled")]

    def queryset(self, request: HttpRequest, queryset):
        now = timezone.now()
        match self.value():
            case "held":
                return queryset.live_holds(now)
            case "lapsed":
                return queryset.lapsed(now)
            case "confirmed" | "cancelled":
                return queryset.filter(status=self.value())
        return queryset


class BookingForm(forms.ModelForm):
    """Who the customer is. What has been confirmed cannot lose the address that its tickets are sent to."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        booking = self.instance
        if booking.status == Booking.Status.CONFIRMED and booking.channel != Channel.BOX_OFFICE:
            for name in ("customer_name", "customer_email"):
                if name in self.fields:
                    self.fields[name].required = True


@admin.register(Booking)
class BookingAdmin(ExportAdmin, HouseAdmin):
    resource_classes = [BookingResource]
    imports = LegacyBookingResource.key
    form = BookingForm
    list_display = ["code", "customer", "what", "quantity", "total", "state"]
    list_filter = [LifeFilter, "channel", "cancellation_reason", "event__category", "event__venue"]
    list_select_related = ["event__venue"]
    date_hierarchy = "booking_date"
    ordering = ["-booking_date", "-pk"]
    search_fields = ["booking_code", "customer_name", "customer_email", "event__name", "=tickets__code"]
    search_help_text = "Booking or ticket code, customer's name or e-mail, event"
    view_on_site = False  # the customer's link is a secret: see get_fieldsets
    inlines = [TicketInline, PaymentInline, ActivityInline]
    actions = ["confirm", "cancel", "resend_confirmation"]
    object_actions = ("confirm", "resend_confirmation", "cancel")
    refusals = (BookingError, TicketingError)
    readonly_fields = [
        *("booking_code", "state", "event_link", "begins", "channel", "booked", "confirmed", "cancelled"),
        *("quantity", "subtotal", "off", "promo_code", "total", "paid", "customer_link"),
    ]

    def get_fieldsets(self, request: HttpRequest, obj: Booking | None = None) -> list:
        """Keep the customer's secret link from those who may only look: whoever has it can cancel."""
        may_change = self.has_change_permission(request)
        return [
            (None, {"fields": [("booking_code", "state"), ("event_link", "begins")]}),
            ("Customer", {"fields": [*CONTACT, *(["customer_link"] if may_change else [])]}),
            ("Money", {"fields": [("quantity", "subtotal"), ("off", "promo_code"), ("total", "paid")]}),
            ("Life", {"fields": [("channel", "booked"), ("confirmed", "cancelled")]}),
        ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Bookings are made by holding places, not by writing a row."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Booking | None = None) -> bool:
        """What has been cancelled stays as it was."""
        is_open = obj is None or obj.status != Booking.Status.CANCELLED
        return is_open and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Booking | None = None) -> bool:
        """What has been sold is cancelled, never deleted."""
        return False

    def has_export_permission(self, request: HttpRequest) -> bool:
        """Let those take a list of all customers home who see their payments, too: not the door."""
        return request.user.has_perm("bookings.view_payment")

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).select_related("event__venue", "promo_code")

    def save_model(self, request: HttpRequest, obj: Booking, form: BookingForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if form.changed_data:
            record(
                obj,
                "details",
                now=timezone.now(),
                actor=request.user.get_username(),
                channel=Channel.BOX_OFFICE,
                changed=", ".join(name.removeprefix("customer_") for name in form.changed_data),
            )

    # Columns ----------------------------------------------------------------------------------

    @admin.display(description="booking", ordering="booking_date")
    def code(self, booking: Booking) -> SafeString:
        return two_lines(booking.booking_code, self.booked(booking))

    @admin.display(description="customer", ordering="customer_name")
    def customer(self, booking: Booking) -> SafeString | str:
        if not booking.customer_name and not booking.customer_email:
            return "–"
        return two_lines(booking.customer_name or "–", booking.customer_email)

    @admin.display(description="event", ordering="event__event_date")
    def what(self, booking: Booking) -> SafeString:
        return two_lines(booking.event.name, self.begins(booking))

    @admin.display(description="event")
    def event_link(self, booking: Booking) -> SafeString:
        return row_link(booking.event, booking.event.name)

    @admin.display(description="begins")
    def begins(self, booking: Booking) -> str:
        return f"{local_time(booking.event.event_date, booking.event.venue.tz)}, {booking.event.venue.name}"

    @admin.display(description="state", ordering="status")
    def state(self, booking: Booking) -> SafeString:
        now = timezone.now()
        if booking.is_live(now):
            return badge(f"Held until {local_time(booking.expires_at, booking.event.venue.tz)[-5:]}", "busy")
        if booking.is_lapsed(now):
            return badge("Lapsed", "quiet")
        if booking.status == Booking.Status.CONFIRMED:
            return badge("Confirmed", "good")
        return two_lines(badge("Cancelled", "bad"), booking.get_cancellation_reason_display())

    @admin.display(description="booked")
    def booked(self, booking: Booking) -> str:
        return self._when(booking, booking.booking_date)

    @admin.display(description="confirmed")
    def confirmed(self, booking: Booking) -> str:
        return self._when(booking, booking.confirmed_at)

    @admin.display(description="cancelled")
    def cancelled(self, booking: Booking) -> str:
        return self._when(booking, booking.cancelled_at)

    def _when(self, booking: Booking, moment: datetime | None) -> str:
        return local_time(moment, booking.event.venue.tz)

    @admin.display(description="tickets")
    def subtotal(self, booking: Booking) -> str:
        return format_money(booking.subtotal)

    @admin.display(description="discount")
    def off(self, booking: Booking) -> str:
        return f"−{format_money(booking.discount)}" if booking.discount else "–"

    @admin.display(description="total", ordering="total_price")
    def total(self, booking: Booking) -> str:
        return format_money(booking.total_price)

    @admin.display(description="paid")
    def paid(self, booking: Booking) -> str:
        charges, refunds, waiting = ZERO, ZERO, ZERO
        payments = list(booking.payments.all())
        answered = {payment.reference for payment in payments if payment.status != Payment.Status.PENDING}
        for payment in payments:
            if payment.kind == Payment.Kind.CHARGE and payment.status == Payment.Status.SUCCEEDED:
                charges += payment.amount
            elif payment.kind == Payment.Kind.REFUND and payment.status == Payment.Status.SUCCEEDED:
                refunds += payment.amount
            elif payment.kind == Payment.Kind.REFUND and payment.reference not in answered:
                waiting += payment.amount
        words = [format_money(charges)]
        words += [f"{format_money(refunds)} given back"] if refunds else []
        words += [f"{format_money(waiting)} on its way back"] if waiting else []
        return ", ".join(words)

    @admin.display(description="customer's page")
    def customer_link(self, booking: Booking) -> SafeString:
        url = f"{settings.SITE_URL}{booking.get_absolute_url()}"
        return format_html('<a href="{0}" target="_blank" rel="noopener noreferrer">{0}</a>', url)

    # Actions ----------------------------------------------------------------------------------

    def is_action_offered(self, name: str, booking: Booking) -> bool:
        offered = {
            "confirm": {Booking.Status.PENDING},
            "resend_confirmation": {Booking.Status.CONFIRMED},
            "cancel": {Booking.Status.PENDING, Booking.Status.CONFIRMED},
        }
        return booking.status in offered[name]

    @admin.action(description="Confirm: paid at the counter…", permissions=["change"])
    def confirm(self, request: HttpRequest, queryset):
        """Take cash, or a card at the terminal, and sell."""
        now, actor = timezone.now(), request.user.get_username()
        bookings = list(queryset)
        due = sum((booking.total_price for booking in bookings), ZERO)
        page = self.ask(
            request,
            queryset,
            action="confirm",
            question="Confirm the booking?" if len(bookings) == 1 else f"Confirm {len(bookings):,} bookings?",
            lines=[self._describe(booking, f"{format_money(booking.total_price)} to take") for booking in bookings],
            warning=f"Only if {format_money(due)} has been paid, in cash or at the terminal." if due else "",
            button="Paid: confirm",
        )
        if page:
            return page

        def confirm(booking: Booking) -> None:
            services.check_confirmable(booking, now)  # before money is written down that would have to go back
            total = booking.total_price
            charge = get_provider("on_site").charge(total) if total else None
            services.confirm(booking=booking, now=now, charge=charge, actor=actor, channel=Channel.BOX_OFFICE)

        return self.run_each(request, queryset, confirm, "confirmed")

    @admin.action(description="Cancel and refund…", permissions=["change"])
    def cancel(self, request: HttpRequest, queryset):
        now, actor = timezone.now(), request.user.get_username()
        bookings = list(queryset)
        page = self.ask(
            request,
            queryset,
            action="cancel",
            question="Cancel the booking?" if len(bookings) == 1 else f"Cancel {len(bookings):,} bookings?",
            lines=[self._describe(booking, self._back(booking)) for booking in bookings],
            warning="The tickets become void, the places are free again, what was paid is given back, and the customer "
            "is told. This cannot be undone.",
            button="Cancel and refund",
        )
        if page:
            return page

        def cancel(booking: Booking) -> None:
            if booking.status == Booking.Status.CANCELLED:
                raise TransitionRefused("This booking is already cancelled.")
            services.cancel(
                booking=booking,
                reason=Booking.Reason.STAFF,
                now=now,
                actor=actor,
                channel=Channel.BOX_OFFICE,
            )

        return self.run_each(request, queryset, cancel, "cancelled")

    @admin.action(description="Send the tickets again", permissions=["change"])
    def resend_confirmation(self, request: HttpRequest, queryset) -> None:
        now, actor = timezone.now(), request.user.get_username()

        def resend(booking: Booking) -> str:
            services.resend_confirmation(booking=booking, now=now, actor=actor, channel=Channel.BOX_OFFICE)
            return f"tickets are on their way to {booking.customer_email}"

        self.run_each(request, queryset, resend, "tickets sent again")

    def _describe(self, booking: Booking, what: str) -> str:
        return f"{booking.booking_code}, {booking.customer_name or 'no name'}, {booking.event}: {what}"

    def _back(self, booking: Booking) -> str:
        paid = booking.status == Booking.Status.CONFIRMED and booking.total_price
        return f"{format_money(booking.total_price)} back" if paid else f"{booking.get_status_display().lower()}"
