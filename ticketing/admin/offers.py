"""Offers on pages of their own, and how other forms find them."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.admin.widgets import AutocompleteSelectMultiple
from django.db import transaction
from django.http import HttpRequest
from django.urls import path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from events.clock import LOCAL_TIMES
from ticketing.availability import availability_by_offer
from ticketing.errors import TicketingError
from ticketing.models import Offer
from ticketing.money import format_money
from ticketing.offer_history import note_changes, read_offers
from ticketing.resources import OfferResource
from venues.backoffice import HouseAdmin, local_time, two_lines, unbroken
from venues.exports import ExportAdmin

from .offer_forms import OfferPageForm
from .stock import fit_stock, show_stock


class OnSaleFilter(admin.SimpleListFilter):
    title = "sales period"
    parameter_name = "sales"

    def lookups(self, request: HttpRequest, model_admin: HouseAdmin) -> list[tuple[str, str]]:
        return [("now", "On sale now"), ("later", "Later"), ("over", "Over")]

    def queryset(self, request: HttpRequest, queryset):
        now = timezone.now()
        match self.value():
            case "now":
                return queryset.on_sale(now)
            case "later":
                return queryset.filter(on_sale_at__gt=now)
            case "over":
                return queryset.filter(off_sale_at__lte=now)
        return queryset


class OfferAutocomplete(AutocompleteJsonView):
    """Offers by event and name: by name alone they are all alike."""

    def serialize_result(self, obj: Offer, to_field_name: str) -> dict[str, str]:
        return {**super().serialize_result(obj, to_field_name), "text": f"{obj.event}: {obj}"}


class OfferChoiceField(forms.ModelMultipleChoiceField):
    """Offers by event and name: by name alone they are all alike."""

    def label_from_instance(self, offer: Offer) -> str:
        return f"{offer.event}: {offer}"


class OfferAutocompleteWidget(AutocompleteSelectMultiple):
    def get_url(self) -> str:
        return reverse("admin:ticketing_offer_autocomplete")


@admin.register(Offer)
class OfferAdmin(ExportAdmin, HouseAdmin):
    resource_classes = [OfferResource]
    imports = OfferResource.key
    form = OfferPageForm
    formfield_overrides = LOCAL_TIMES
    list_display = ["offer", "what", "amount", "period", "stock"]
    list_filter = [OnSaleFilter, "ticket_type", "event__venue"]
    list_select_related = ["event__venue", "ticket_type"]
    ordering = ["event__event_date", "-price"]
    date_hierarchy = "event__event_date"
    search_fields = ["event__name", "label", "ticket_type__name", "event__venue__name"]
    autocomplete_fields = ["event"]
    refusals = (TicketingError,)
    instead_of_deleting = "End its sales instead: set “off sale at”."
    fieldsets = [
        (None, {"fields": ["event", ("ticket_type", "label"), ("price", "capacity"), "sections"]}),
        ("Sales period", {"fields": [("on_sale_at", "off_sale_at")], "description": "On the venue's clock."}),
    ]

    class Media:
        js = ["admin-marquee/local-times.js"]

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).select_related("event__venue", "ticket_type")

    def get_urls(self) -> list:
        view = self.admin_site.admin_view(OfferAutocomplete.as_view(admin_site=self.admin_site))
        return [path("autocomplete/", view, name="ticketing_offer_autocomplete"), *super().get_urls()]

    def get_readonly_fields(self, request: HttpRequest, obj: Offer | None = None) -> list[str]:
        return ["event"] if obj else []

    def prepare_rows(self, rows: list[Offer]) -> None:
        stock = availability_by_offer(rows, timezone.now())
        for offer in rows:
            offer.stock = stock.get(offer.pk)

    def save_model(self, request: HttpRequest, obj: Offer, form: OfferPageForm, change: bool) -> None:
        form.offers_before = read_offers(obj.event)
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: OfferPageForm, formsets, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        by = request.user.get_username()
        fit_stock(form.instance.event, by)
        note_changes(form.instance.event, form.offers_before, now=timezone.now(), by=by)

    def delete_model(self, request: HttpRequest, obj: Offer) -> None:
        with transaction.atomic():
            event, before = obj.event, read_offers(obj.event)
            super().delete_model(request, obj)
            note_changes(event, before, now=timezone.now(), by=request.user.get_username())

    def delete_queryset(self, request: HttpRequest, queryset) -> None:
        for offer in queryset.select_related("event"):
            self.delete_model(request, offer)

    @admin.display(description="offer", ordering="ticket_type__name")
    def offer(self, offer: Offer) -> str:
        return offer.name

    @admin.display(description="event", ordering="event__event_date")
    def what(self, offer: Offer) -> SafeString:
        return two_lines(offer.event.name, unbroken(local_time(offer.event.event_date, offer.event.venue.tz)))

    @admin.display(description="price", ordering="price")
    def amount(self, offer: Offer) -> str:
        return format_money(offer.price)

    @admin.display(description="on sale", ordering="on_sale_at")
    def period(self, offer: Offer) -> SafeString | str:
        ends = {"from": offer.on_sale_at, "until": offer.off_sale_at}
        words = [f"{word} {local_time(moment, offer.event.venue.tz)}" for word, moment in ends.items() if moment]
        return two_lines(*words) if len(words) == 2 else "".join(words) or "–"

    @admin.display(description="places")
    def stock(self, offer: Offer) -> SafeString | str:
        return show_stock(offer.stock)
