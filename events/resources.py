"""Exports of events."""

from __future__ import annotations

from import_export.fields import Field

from venues.resources import HouseResource

from .models import Event


class EventResource(HouseResource):
    venue = Field(attribute="venue__name", column_name="venue")
    city = Field(attribute="venue__city", column_name="city")
    category = Field(attribute="category__name", column_name="category")

    class Meta:
        model = Event
        fields = (
            *("id", "name", "venue", "city", "category", "event_date", "doors_at", "ends_at"),
            *("status", "published_at", "max_tickets_per_booking", "cancellation_hours"),
        )
        export_order = fields
