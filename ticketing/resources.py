"""Exports of ticket types."""

from __future__ import annotations

from venues.resources import HouseResource

from .models import TicketType


class TicketTypeResource(HouseResource):
    class Meta:
        model = TicketType
        fields = ("id", "name", "price", "description")
        export_order = fields
