"""Tickets: who may sit or stand where."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString

from bookings.models import Ticket
from ticketing.money import format_money
from venues.backoffice import HouseAdmin, ReadOnly, ReadOnlyInline, badge, local_time, row_link, two_lines

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
        return badge(ticket.get_status_display(), TICKET_STATES[ticket.status])


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
    def place_name(self, ticket: Ticket) -> str:
        return str(ticket.place)

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
    fields = ["code", "booking", "event", "place", "offer", "paid", "holder_name", "state", "checked_in"]
    readonly_fields = ["event", "paid", "state", "checked_in"]

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).select_related(*self.list_select_related)

    @admin.display(description="holder", ordering="holder_name")
    def holder(self, ticket: Ticket) -> SafeString:
        name = ticket.holder_name or ticket.booking.customer_name or "–"
        return two_lines(name, row_link(ticket.booking))

    @admin.display(description="event", ordering="booking__event__event_date")
    def what(self, ticket: Ticket) -> SafeString:
        event = ticket.booking.event
        return two_lines(event.name, local_time(event.event_date, event.venue.tz))

    @admin.display(description="place", ordering="place")
    def where(self, ticket: Ticket) -> SafeString:
        return two_lines(ticket.place, ticket.offer)

    @admin.display(description="event")
    def event(self, ticket: Ticket) -> SafeString:
        return row_link(ticket.booking.event)

    @admin.display(description="checked in")
    def checked_in(self, ticket: Ticket) -> str:
        return local_time(ticket.checked_in_at, ticket.booking.event.venue.tz)
