"""The till: shifts and cash movements, to be looked at."""

from __future__ import annotations

from django.contrib import admin

from bookings.models import CashMovement, Shift
from venues.backoffice import HouseAdmin, ReadOnly


@admin.register(Shift)
class ShiftAdmin(ReadOnly, HouseAdmin):
    list_display = ["user", "opened_at", "closed_at", "expected_cash", "counted_cash"]
    list_select_related = ["user"]
    date_hierarchy = "opened_at"
    search_fields = ["user__username"]


@admin.register(CashMovement)
class CashMovementAdmin(ReadOnly, HouseAdmin):
    list_display = ["shift", "kind", "amount", "reason", "at"]
    list_select_related = ["shift__user"]
    search_fields = ["reason", "=actor"]
