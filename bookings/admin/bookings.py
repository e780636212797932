"""Bookings: found, looked at, confirmed, cancelled, sent again. Their money and status change by actions only."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from bookings import services
from bookings.errors import BookingError
from bookings.legacy import LegacyBookingResource
from bookings.models import Booking, Channel
from bookings.resources import BookingResource
from bookings.services.history import record
from ticketing.errors import TicketingError
from venues.backoffice import HouseAdmin
from venues.exports import ExportAdmin

from .booking_actions import BookingActions
from .booking_columns import BookingColumns
from .pages import BookingPages
from .payments import PaymentInline
from .records import ActivityInline
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
class BookingAdmin(BookingPages, BookingColumns, BookingActions, ExportAdmin, HouseAdmin):
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
        *("quantity", "subtotal", "off", "promo_code", "total", "paid", "kept", "customer_link", "exchanged"),
    ]

    class Media:
        css = {"all": ["admin-marquee/pages.css"]}

    def get_fieldsets(self, request: HttpRequest, obj: Booking | None = None) -> list:
        """Keep the customer's secret link from those who may only look: whoever has it can cancel."""
        may_change = self.has_change_permission(request)
        return [
            (None, {"fields": [("booking_code", "state"), ("event_link", "begins")]}),
            ("Customer", {"fields": [*CONTACT, *(["customer_link"] if may_change else [])]}),
            ("Money", {"fields": [("quantity", "subtotal"), ("off", "promo_code"), ("total", "paid"), "kept"]}),
            ("Life", {"fields": [("channel", "booked"), ("confirmed", "cancelled"), "exchanged"]}),
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
        return super().get_queryset(request).select_related("event__venue", "promo_code", "replaces", "replaced_by")

    def save_model(self, request: HttpRequest, obj: Booking, form: BookingForm, change: bool) -> None:
        """Correct who the customer is: of a booking that is sold, by the service, which tells them."""
        now, actor = timezone.now(), request.user.get_username()
        if obj.status == Booking.Status.CONFIRMED:
            services.correct_details(
                booking=obj,
                name=obj.customer_name,
                email=obj.customer_email,
                phone=obj.customer_phone,
                now=now,
                actor=actor,
                channel=Channel.BOX_OFFICE,
            )
            return
        super().save_model(request, obj, form, change)
        if form.changed_data:
            was = {
                name.removeprefix("customer_"): [form.initial[name], form.cleaned_data[name]]
                for name in form.changed_data
            }
            record(obj, "details", now=now, actor=actor, channel=Channel.BOX_OFFICE, **was)
