"""What the door was shown, and what it answered."""

from __future__ import annotations

from django.contrib import admin

from bookings.models import Scan
from venues.backoffice import HouseAdmin, ReadOnly


@admin.register(Scan)
class ScanAdmin(ReadOnly, HouseAdmin):
    list_display = ["code", "result", "event", "at", "gate", "actor"]
    list_filter = ["result", "is_offline"]
    list_select_related = ["event__venue"]
    date_hierarchy = "at"
    ordering = ["-at", "-pk"]
    search_fields = ["=code", "event__name", "=actor"]
