"""What every export shares: cells that a spreadsheet shows instead of running."""

from __future__ import annotations

from django.http import HttpRequest
from import_export.admin import ExportMixin
from import_export.formats.base_formats import CSV
from import_export.resources import ModelResource

from .models import Venue

RUNS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What makes a spreadsheet take a text for a formula, at its very beginning."""


def neutralise(value: object) -> object:
    """Put an apostrophe before a text that a spreadsheet would run. Numbers and dates stay what they are."""
    if isinstance(value, str) and value.lstrip(" ").startswith(RUNS):
        return f"'{value}"
    return value


class HouseResource(ModelResource):
    """An export in which no customer's name becomes a formula on somebody's desk."""

    def export_field(self, field, instance, **kwargs) -> object:
        is_text = isinstance(field.get_value(instance), str)
        value = super().export_field(field, instance, **kwargs)
        return neutralise(value) if is_text else value


class VenueResource(HouseResource):
    class Meta:
        model = Venue
        fields = ("id", "name", "kind", "address", "city", "country", "capacity", "time_zone")
        export_order = fields


class ExportAdmin(ExportMixin):
    """A list with a button that downloads it as CSV, as it is searched and filtered."""

    formats = [CSV]
    skip_export_form = True

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.has_view_or_change_permission(request)

    def get_export_queryset(self, request: HttpRequest):
        return super().get_export_queryset(request).select_related(*(self.list_select_related or ()))
