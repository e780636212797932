"""Exchanges that wait, or have waited, for the difference to be paid."""

from __future__ import annotations

from django.contrib import admin

from bookings.models import Exchange
from venues.backoffice import HouseAdmin, ReadOnly


@admin.register(Exchange)
class ExchangeAdmin(ReadOnly, HouseAdmin):
    list_display = ["booking", "event", "due", "created_at", "expires_at", "completed_at"]
    list_select_related = ["booking", "event__venue"]
    date_hierarchy = "created_at"
    search_fields = ["booking__booking_code"]
