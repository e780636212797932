"""Named holds: places that are kept for the press, the house, a promoter."""

from __future__ import annotations

from django.contrib import admin

from ticketing.models import NamedHold
from venues.backoffice import HouseAdmin, ReadOnly


@admin.register(NamedHold)
class NamedHoldAdmin(ReadOnly, HouseAdmin):
    list_display = ["name", "kind", "event", "quantity", "expires_at"]
    list_filter = ["kind"]
    list_select_related = ["event__venue"]
    search_fields = ["name", "event__name"]
