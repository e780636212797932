"""How the list of events is narrowed."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from venues.backoffice import HouseAdmin


class WhenFilter(admin.SimpleListFilter):
    """Events to come, unless something else is asked for: by date, by a search, or here."""

    title = "when"
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: HouseAdmin) -> list[tuple[str, str]]:
        return [("past", "Past"), ("all", "All")]

    def choices(self, changelist):
        first, *others = super().choices(changelist)
        yield {**first, "display": "To come"}
        yield from others

    def queryset(self, request: HttpRequest, queryset):
        now = timezone.now()
        if self.value() == "past":
            return queryset.filter(event_date__lte=now).order_by("-event_date")
        if self.value() == "all" or request.GET.get("q") or any(key.startswith("event_date__") for key in request.GET):
            return queryset
        return queryset.upcoming(now)


class PublicationFilter(admin.SimpleListFilter):
    title = "publication"
    parameter_name = "publication"

    def lookups(self, request: HttpRequest, model_admin: HouseAdmin) -> list[tuple[str, str]]:
        return [("draft", "Draft"), ("scheduled", "Scheduled"), ("published", "Published")]

    def queryset(self, request: HttpRequest, queryset):
        now = timezone.now()
        match self.value():
            case "draft":
                return queryset.filter(published_at=None)
            case "scheduled":
                return queryset.filter(published_at__gt=now)
            case "published":
                return queryset.published(now)
        return queryset
