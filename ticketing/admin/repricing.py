"""Other prices for one event or many, on one page."""

from __future__ import annotations

from decimal import Decimal

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone

from events.admin.pages import is_agreed, seal
from ticketing.models import Offer
from ticketing.money import CENT, format_money
from ticketing.repricing import MOST, PriceRefused, offers_by_name, read_change, reprice
from venues.backoffice import LISTED, local_time

STEPS = [("0.01", "to the cent"), ("0.10", "to 0.10"), ("0.50", "to 0.50"), ("1", "to whole amounts"), ("5", "to 5")]


class RepriceForm(forms.Form):
    """A price, or a change of it, for each offer that occurs at the events, by its name."""

    step = forms.ChoiceField(label="Round changes", choices=STEPS)

    def __init__(self, *args, offers: dict[str, list[Offer]], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.offers, self.rows = offers, []
        for number, (name, found) in enumerate(offers.items()):
            key, prices = f"price-{number}", sorted({offer.price for offer in found})
            self.fields[key] = forms.CharField(
                label=name,
                required=False,
                max_length=12,
                widget=forms.TextInput(attrs={"inputmode": "text", "size": 8}),
            )
            now = format_money(prices[0]) + (f" to {format_money(prices[-1])}" if len(prices) > 1 else "")
            self.rows.append((self[key], len(found), now, found))

    def clean(self) -> dict:
        data = super().clean()
        self.changes: dict[int, tuple[Decimal, Decimal]] = {}
        for field, _, _, found in self.rows:
            if text := data.get(field.name):
                self._read(field.name, text, found, Decimal(data.get("step") or CENT))
        if not self.errors and not any(old != new for old, new in self.changes.values()):
            raise forms.ValidationError("No price would change.")
        return data

    def _read(self, name: str, text: str, offers: list[Offer], step: Decimal) -> None:
        try:
            change = read_change(text, step)
        except PriceRefused as refusal:
            self.add_error(name, refusal.message)
            return
        new = {offer.pk: (offer.price, change.apply(offer.price)) for offer in offers}
        if max(price for _, price in new.values()) > MOST:
            self.add_error(name, "That is too much.")
        self.changes |= new


class RepricePages:
    """What the admin of events gets: other prices for the chosen events."""

    def get_urls(self) -> list:
        view = self.admin_site.admin_view(self.reprice_view)
        return [path("reprice/", view, name="events_event_reprice"), *super().get_urls()]

    @admin.action(description="Change prices…", permissions=["change"])
    def reprice(self, request: HttpRequest, queryset) -> HttpResponse | None:
        return self.go(request, "reprice", queryset)

    def reprice_view(self, request: HttpRequest) -> HttpResponse:
        """Show the prices of the chosen events, what they would become, and change them."""
        events = self.chosen(request)
        if not request.user.has_perm("ticketing.change_offer"):
            raise PermissionDenied
        offers = offers_by_name(events)
        form = RepriceForm(request.POST or None, offers=offers)
        context = {"events": events, "form": form}
        if not form.is_bound or not form.is_valid():
            return self.page(request, "reprice", "Change prices", is_wrong=form.is_bound, **context)
        rows = [
            (offer.event, local_time(offer.event.event_date, offer.event.venue.tz), offer.name, *form.changes[offer.pk])
            for found in offers.values()
            for offer in found
            if offer.pk in form.changes and form.changes[offer.pk][0] != form.changes[offer.pk][1]
        ]
        context |= {"rows": rows[: 3 * LISTED], "more": max(0, len(rows) - 3 * LISTED), "count": len(rows)}
        context["seal"] = seal(rows)
        if not is_agreed(request, context["seal"]):
            self.say_changed(request)
            return self.page(request, "reprice", "Change prices", **context)
        try:
            changed = reprice(changes=form.changes, now=timezone.now(), by=request.user.get_username())
        except PriceRefused as refusal:
            form.add_error(None, refusal.message)
            return self.page(request, "reprice", "Change prices", is_wrong=True, events=events, form=form)
        for event in events:
            self.log_change(request, event, "Prices changed.")
        noun = "event" if changed == 1 else "events"
        self.message_user(request, f"The prices of {changed:,} {noun} have been changed.", messages.SUCCESS)
        return self.back(events)
