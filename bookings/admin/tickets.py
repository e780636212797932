"""Tickets: who may sit or stand where."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from bookings.models import Ticket
from ticketing.money import format_money
from venues.backoffice import HouseAdmin, ReadOnly, ReadOnlyInline, badge, local_time, row_link, two_lines, unbroken

from .scans import ScanInline
from .stories import place_url

TICKET_STATES = {Ticket.Status.HELD: "busy", Ticket.Status.VALID: "good", Ticket.Status.VOID: "quiet"}


class TicketColumns:
    """How a ticket is shown, on its own list and on its booking's page."""

    @admin.display(description="price", ordering="price")
    def paid(self, ticket: Ticket) -> str:
        price = format_money(ticket.price)
        return f"{price}, less {format_money(ticket.discount)}" if ticket.discount else price

    @admin.display(description="state", ordering="status")
    def state(self, ticket: Ticket) -> SafeString:
        if ticket.status == Ticket.Status.VALID and ticket.checked_in_at:
            return badge("Checked in", "plain")
        shown = badge(ticket.get_status_display(), TICKET_STATES[ticket.status])
        return two_lines(shown, ticket.get_void_reason_display()) if ticket.void_reason else shown


class TicketInline(TicketColumns, ReadOnlyInline):
    model = Ticket
    fields = ["ticket", "place_name", "offer_name", "paid", "holder_name", "state"]
    readonly_fields = ["ticket", "place_name", "offer_name", "paid", "state"]

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).with_details()

    @admin.display(description="ticket")
    def ticket(self, ticket: Ticket) -> SafeString:
        return row_link(ticket)

    @admin.display(description="place")
    def place_name(self, ticket: Ticket) -> SafeString:
        return format_html('<a href="{}">{}</a>', place_url(ticket), ticket.place)

    @admin.display(description="offer")
    def offer_name(self, ticket: Ticket) -> str:
        return ticket.offer.name


@admin.register(Ticket)
class TicketAdmin(TicketColumns, ReadOnly, HouseAdmin):
    list_display = ["code", "holder", "what", "where", "paid", "state"]
    list_filter = [
        "status",
        ("checked_in_at", admin.EmptyFieldListFilter),
        "offer__ticket_type",
        "booking__event__venue",
    ]
    list_select_related = ["booking__event__venue", "offer__ticket_type", "place__seat__section"]
    date_hierarchy = "booking__event__event_date"
    ordering = ["-pk"]
    search_fields = [
        "=code",
        "holder_name",
        "booking__booking_code",
        "booking__customer_name",
        "booking__customer_email",
        "booking__event__name",
    ]
    search_help_text = "Ticket or booking code, name, e-mail or event"
    fieldsets = [
        (None, {"fields": [("code", "state"), "booking", "event", ("place_story", "offer"), "paid"]}),
        ("Holder", {"fields": [("holder_name", "holder_email"), ("came_from", "went_to")]}),
        ("Life", {"fields": [("checked_in", "voided"), "printed"]}),
    ]
    readonly_fields = [
        *("event", "place_story", "paid", "state", "checked_in", "voided"),
        *("came_from", "went_to", "printed"),
    ]
    inlines = [ScanInline]

    def get_fieldsets(self, request: HttpRequest, obj: Ticket | None = None) -> list:
        """Offer to print to those who may."""
        first, holder, (name, options) = self.fieldsets
        may_print = request.user.has_perm("bookings.change_booking")
        fields = [field for field in options["fields"] if may_print or field != "printed"]
        return [first, holder, (name, {**options, "fields": fields})]

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).select_related(*self.list_select_related)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Ticket | None:
        """Fetch, besides, the tickets of its booking for the same place: the one before it, and the one after."""
        ticket = super().get_object(request, object_id, from_field)
        if ticket:
            chain = list(ticket.booking.tickets.filter(place=ticket.place_id).order_by("pk"))
            at = chain.index(ticket)
            before, after = chain[at - 1 : at], chain[at + 1 : at + 2]
            ticket.before = next((it for it in before if it.void_reason == Ticket.VoidReason.PASSED_ON), None)
            ticket.after = after[0] if after and ticket.void_reason == Ticket.VoidReason.PASSED_ON else None
        return ticket

    @admin.display(description="place")
    def place_story(self, ticket: Ticket) -> SafeString:
        return two_lines(ticket.place, format_html('<a href="{}">Its story</a>', place_url(ticket)))

    @admin.display(description="passed on from")
    def came_from(self, ticket: Ticket) -> SafeString | str:
        before = getattr(ticket, "before", None)
        return two_lines(row_link(before), before.holder_name or ticket.booking.customer_name) if before else "–"

    @admin.display(description="passed on to")
    def went_to(self, ticket: Ticket) -> SafeString | str:
        after = getattr(ticket, "after", None)
        return two_lines(row_link(after), after.holder_name) if after else "–"

    @admin.display(description="void since")
    def voided(self, ticket: Ticket) -> str:
        return local_time(ticket.voided_at, ticket.booking.event.venue.tz)

    @admin.display(description="on paper")
    def printed(self, ticket: Ticket) -> SafeString | str:
        if ticket.status != Ticket.Status.VALID:
            return "–"
        url = reverse("admin:bookings_booking_tickets", args=[ticket.booking_id])
        return format_html(
            '<a href="{}?ticket={}" target="_blank" rel="noopener">Print this ticket</a>', url, ticket.code
        )

    @admin.display(description="holder", ordering="holder_name")
    def holder(self, ticket: Ticket) -> SafeString:
        name = ticket.holder_name or ticket.booking.customer_name or "–"
        return two_lines(name, row_link(ticket.booking))

    @admin.display(description="event", ordering="booking__event__event_date")
    def what(self, ticket: Ticket) -> SafeString:
        event = ticket.booking.event
        return two_lines(event.name, unbroken(local_time(event.event_date, event.venue.tz)))

    @admin.display(description="place", ordering="place")
    def where(self, ticket: Ticket) -> SafeString:
        return two_lines(ticket.place, ticket.offer)

    @admin.display(description="event")
    def event(self, ticket: Ticket) -> SafeString:
        return row_link(ticket.booking.event)

    @admin.display(description="checked in")
    def checked_in(self, ticket: Ticket) -> str:
        return local_time(ticket.checked_in_at, ticket.booking.event.venue.tz)
