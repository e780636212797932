"""The kinds of tickets that the house sells."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Count

from ticketing.models import TicketType
from ticketing.money import format_money
from ticketing.resources import TicketTypeResource
from venues.backoffice import HouseAdmin
from venues.exports import ExportAdmin


@admin.register(TicketType)
class TicketTypeAdmin(ExportAdmin, HouseAdmin):
    resource_classes = [TicketTypeResource]
    list_display = ["name", "default_price", "description", "offer_count"]
    search_fields = ["name", "description"]
    readonly_fields = ["created_at"]
    instead_of_deleting = "Events offer it."
    fieldsets = [
        (None, {"fields": ["name", "price", "description"]}),
        ("Record", {"classes": ["collapse"], "fields": ["created_at"]}),
    ]

    def prepare_rows(self, rows: list[TicketType]) -> None:
        found = TicketType.objects.filter(pk__in=[row.pk for row in rows]).order_by()
        counts = dict(found.values_list("pk").annotate(Count("offers")))
        for ticket_type in rows:
            ticket_type.offers_made = counts[ticket_type.pk]

    @admin.display(description="default price", ordering="price")
    def default_price(self, ticket_type: TicketType) -> str:
        return format_money(ticket_type.price)

    @admin.display(description="offers")
    def offer_count(self, ticket_type: TicketType) -> int:
        return ticket_type.offers_made
