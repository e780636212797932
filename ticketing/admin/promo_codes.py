"""Promo codes: what they take off, and for what."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from ticketing.models import PromoCode
from ticketing.money import format_money
from venues.backoffice import HouseAdmin, badge

from .offers import OfferAutocompleteWidget, OfferChoiceField


class PromoCodeForm(forms.ModelForm):
    def clean(self) -> dict:
        data = super().clean()
        events, offers = data.get("events"), data.get("offers")
        if events and offers and any(offer.event not in events for offer in offers):
            self.add_error("offers", "Some of these offers belong to other events than those above.")
        return data


class UsableFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "usable"

    def lookups(self, request: HttpRequest, model_admin: HouseAdmin) -> list[tuple[str, str]]:
        return [("yes", "Usable now"), ("no", "Not usable")]

    def queryset(self, request: HttpRequest, queryset):
        if self.value() is None:
            return queryset
        usable = PromoCode.objects.usable(timezone.now())
        return queryset.filter(pk__in=usable) if self.value() == "yes" else queryset.exclude(pk__in=usable)


@admin.register(PromoCode)
class PromoCodeAdmin(HouseAdmin):
    form = PromoCodeForm
    list_display = ["code", "discount", "state", "used", "valid_from", "valid_until"]
    list_filter = [UsableFilter]
    search_fields = ["code", "events__name"]
    autocomplete_fields = ["events"]
    readonly_fields = ["used"]
    instead_of_deleting = "Bookings were made with it. End its validity instead."
    fieldsets = [
        (None, {"fields": ["code", ("percent", "amount")]}),
        ("How often", {"fields": [("max_uses", "used"), "max_uses_per_email"]}),
        ("How long", {"fields": ["valid_from", "valid_until"]}),
        ("For what", {"fields": ["events", "offers"]}),
    ]

    @admin.display(description="off")
    def discount(self, code: PromoCode) -> str:
        return f"{code.percent} %" if code.percent else format_money(code.amount)

    @admin.display(description="state")
    def state(self, code: PromoCode) -> SafeString:
        return badge("Usable", "good") if code.is_usable(timezone.now()) else badge("Not usable", "quiet")

    @admin.display(description="used", ordering="uses")
    def used(self, code: PromoCode) -> str:
        return f"{code.uses:,} of {code.max_uses:,}" if code.max_uses else f"{code.uses:,}"

    def formfield_for_manytomany(self, db_field, request: HttpRequest, **kwargs) -> forms.ModelMultipleChoiceField:
        """Let offers be searched, and show them with their event."""
        if db_field.name != "offers":
            return super().formfield_for_manytomany(db_field, request, **kwargs)
        widget = OfferAutocompleteWidget(db_field, self.admin_site)
        return db_field.formfield(form_class=OfferChoiceField, widget=widget)
