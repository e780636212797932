"""The stock: how full an event is, and its places one by one."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from events.models import Event
from ticketing import services
from ticketing.availability import Availability
from ticketing.models import FOREVER, Place
from venues.backoffice import HouseAdmin, ReadOnly, badge, local_time, two_lines, unbroken


def show_stock(stock: Availability | None) -> SafeString | str:
    """Draw how full an event is, and say it."""
    if not stock:
        return badge("No places yet", "plain")
    counts = {
        "sold": stock.sold,
        "held": stock.in_baskets,
        "kept": stock.kept,
        "blocked": stock.blocked,
        "free": stock.free,
    }
    words = [f"{count:,} {state}" for state, count in counts.items() if count or state in ("sold", "free")]
    return format_html(
        '<span class="stock"><progress max="{}" value="{}" aria-hidden="true"></progress> <span>{}</span></span>',
        stock.capacity,
        stock.capacity - stock.free,
        " · ".join(words),
    )


def fit_stock(event: Event, by: str) -> None:
    """Make the places of an event whose sales are open match its offers again."""
    if event.places.exists():
        services.open_sales(event=event, now=timezone.now(), by=by)


class PlaceStateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: HouseAdmin) -> list[tuple[str, str]]:
        return [("free", "Free"), ("held", "Held"), ("sold", "Sold"), ("blocked", "Blocked")]

    def queryset(self, request: HttpRequest, queryset):
        now = timezone.now()
        match self.value():
            case "free":
                return queryset.free(now)
            case "held":
                return queryset.held(now)
            case "sold":
                return queryset.sold()
            case "blocked":
                return queryset.blocked()
        return queryset


@admin.register(Place)
class PlaceAdmin(ReadOnly, HouseAdmin):
    """The stock, to be looked at: places are made when sales are opened, and change hands by the services."""

    list_display = ["place", "what", "offer", "state", "held_until"]
    list_filter = [PlaceStateFilter, "event__venue"]
    list_select_related = ["event__venue", "offer__ticket_type", "seat__section"]
    search_fields = ["event__name", "seat__section__name", "=seat__row", "=seat__number"]
    search_help_text = "Event, section, row or number"
    fields = ["place", "event", "offer", "seat", "state", "held_until"]
    readonly_fields = ["place", "state", "held_until"]

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).select_related(*self.list_select_related)

    @admin.display(description="place", ordering="pk")
    def place(self, place: Place) -> str:
        return str(place)

    @admin.display(description="event", ordering="event__event_date")
    def what(self, place: Place) -> SafeString:
        return two_lines(place.event.name, unbroken(local_time(place.event.event_date, place.event.venue.tz)))

    @admin.display(description="state", ordering="free_from")
    def state(self, place: Place) -> SafeString:
        if place.is_free(timezone.now()):
            return badge("Free", "good")
        if place.free_from < FOREVER:
            return badge("Held", "busy")
        return badge("Sold", "plain") if place.claim else badge("Blocked", "quiet")

    @admin.display(description="held until")
    def held_until(self, place: Place) -> str:
        is_held = timezone.now() < place.free_from < FOREVER
        return local_time(place.free_from, place.event.venue.tz) if is_held else "–"
