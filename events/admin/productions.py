"""What is staged: categories and productions."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.db.models import Count
from django.utils.html import format_html
from django.utils.safestring import SafeString

from events.models import Category, Production
from venues.backoffice import HouseAdmin, list_link


class CategoryForm(forms.ModelForm):
    class Meta:
        widgets = {"colour": forms.TextInput(attrs={"type": "color"})}


@admin.register(Category)
class CategoryAdmin(HouseAdmin):
    form = CategoryForm
    list_display = ["name", "swatch", "order", "event_count"]
    list_editable = ["order"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}
    instead_of_deleting = "Move its events and productions to another category first."

    def prepare_rows(self, rows: list[Category]) -> None:
        found = Category.objects.filter(pk__in=[row.pk for row in rows]).order_by()
        counts = dict(found.values_list("pk").annotate(Count("events")))
        for category in rows:
            category.events_held = counts[category.pk]

    @admin.display(description="colour", ordering="colour")
    def swatch(self, category: Category) -> SafeString:
        # An attribute of SVG, because the Content-Security-Policy forbids inline styles.
        square = (
            '<svg class="swatch" viewBox="0 0 1 1" aria-hidden="true"><rect width="1" height="1" fill="{0}"/></svg>'
        )
        return format_html(square + " {0}", category.colour)

    @admin.display(description="events")
    def event_count(self, category: Category) -> SafeString:
        return list_link(category.events_held, "events_event", category__id__exact=category.pk, when="all")


@admin.register(Production)
class ProductionAdmin(HouseAdmin):
    list_display = ["title", "category", "minutes", "age_rating", "event_count"]
    list_filter = ["category"]
    list_select_related = ["category"]
    search_fields = ["title"]
    prepopulated_fields = {"slug": ["title"]}
    instead_of_deleting = "Delete its dates first, as long as nothing has been sold for them."
    fieldsets = [
        (None, {"fields": ["title", "slug", "category"]}),
        ("For visitors", {"fields": ["description", "poster", ("running_time", "age_rating")]}),
    ]

    def prepare_rows(self, rows: list[Production]) -> None:
        found = Production.objects.filter(pk__in=[row.pk for row in rows]).order_by()
        counts = dict(found.values_list("pk").annotate(Count("events")))
        for production in rows:
            production.dates = counts[production.pk]

    @admin.display(description="running time", ordering="running_time")
    def minutes(self, production: Production) -> str:
        return f"{production.running_time} min" if production.running_time else "–"

    @admin.display(description="dates")
    def event_count(self, production: Production) -> SafeString:
        return list_link(production.dates, "events_event", production__id__exact=production.pk, when="all")
