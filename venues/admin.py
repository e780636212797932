"""The admin of venues: houses, their plans, and the seats in them."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db import transaction
from django.db.models import Count, Sum
from django.http import HttpRequest
from django.utils import timezone
from django.utils.choices import flatten_choices
from django.utils.safestring import SafeString

from . import services
from .api import admin as api_admin
from .backoffice import HouseAdmin, HouseInline, list_link, two_lines
from .editor import DrawingAdmin
from .errors import LayoutInvalid, VenueError
from .exports import ExportAdmin
from .imports import admin as imports_admin
from .layout import parse, parse_area
from .models import Seat, SeatingPlan, Section, Venue
from .resources import SeatResource, VenueResource

__all__ = ["api_admin", "imports_admin"]

admin.site.site_header = settings.SITE_NAME
admin.site.site_title = f"{settings.SITE_NAME} back office"
admin.site.index_title = "Box office"


def time_zone_choices() -> list:
    """Group the zones of the IANA database by continent, for a select."""
    names = sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/")))
    groups = groupby(names, key=lambda name: name.partition("/")[0])
    return [("UTC", "UTC"), *((area, [(name, name.replace("_", " ")) for name in zones]) for area, zones in groups)]


class VenueForm(forms.ModelForm):
    time_zone = forms.ChoiceField(
        choices=time_zone_choices, help_text="The clock on the wall: all times of its events are shown in it."
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if "time_zone" not in self.fields:
            return
        present = self.initial.setdefault("time_zone", settings.TIME_ZONE)
        if present not in dict(flatten_choices(time_zone_choices())):  # an old name, which shall not be lost
            self.fields["time_zone"].choices = [(present, present), *time_zone_choices()]


class SectionForm(forms.ModelForm):
    def clean(self) -> dict:
        """Read the layout, so that a mistake in it stands beside it."""
        data = super().clean()
        layout = data.get("layout")
        if layout:
            try:
                parse(layout) if data.get("standing_capacity") is None else parse_area(layout)
            except LayoutInvalid as invalid:
                self.add_error("layout", invalid.message)
        return data


class KindFilter(admin.SimpleListFilter):
    title = "kind"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: HouseAdmin) -> list[tuple[str, str]]:
        return [("seated", "Seated"), ("standing", "Standing")]

    def queryset(self, request: HttpRequest, queryset):
        if self.value() is None:
            return queryset
        return queryset.filter(standing_capacity__isnull=self.value() == "seated")


class PlanFilter(admin.RelatedFieldListFilter):
    """Plans by venue and name, in one query."""

    def field_choices(self, field, request: HttpRequest, model_admin: HouseAdmin) -> list[tuple[int, str]]:
        return [(plan.pk, str(plan)) for plan in SeatingPlan.objects.select_related("venue")]


class SeatingPlanInline(HouseInline):
    model = SeatingPlan
    fields = ["name", "focus"]


@admin.register(Venue)
class VenueAdmin(ExportAdmin, HouseAdmin):
    resource_classes = [VenueResource]
    imports = VenueResource.key
    form = VenueForm
    list_display = ["name", "city", "country", "kind", "seats_people", "plan_count", "event_count"]
    list_filter = ["kind", "country", "city"]
    search_fields = ["name", "city", "address"]
    prepopulated_fields = {"slug": ["name"]}
    readonly_fields = ["created_at"]
    inlines = [SeatingPlanInline]
    instead_of_deleting = "Delete its events first, as long as nothing has been sold for them."
    fieldsets = [
        (None, {"fields": ["name", "slug", "kind", "capacity"]}),
        ("Where", {"fields": ["address", ("city", "country"), "time_zone"]}),
        ("For visitors", {"fields": ["description", "access_information", "photo"]}),
        ("Record", {"classes": ["collapse"], "fields": ["created_at"]}),
    ]

    def prepare_rows(self, rows: list[Venue]) -> None:
        found = Venue.objects.filter(pk__in=[venue.pk for venue in rows])
        events = dict(found.with_event_count(timezone.now()).values_list("pk", "event_count"))
        plans = dict(found.order_by().values_list("pk").annotate(Count("plans")))
        for venue in rows:
            venue.counts = {"events": events[venue.pk], "plans": plans[venue.pk]}

    @admin.display(description="capacity", ordering="capacity")
    def seats_people(self, venue: Venue) -> str:
        return f"{venue.capacity:,}"

    @admin.display(description="plans")
    def plan_count(self, venue: Venue) -> str:
        return list_link(venue.counts["plans"], "venues_seatingplan", venue__id__exact=venue.pk)

    @admin.display(description="events to come")
    def event_count(self, venue: Venue) -> str:
        return list_link(venue.counts["events"], "events_event", venue__id__exact=venue.pk)


class SectionInline(HouseInline):
    model = Section
    fields = ["order", "name", "standing_capacity", "seat_count"]
    readonly_fields = ["seat_count"]

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).annotate(seats_made=Count("seats"))

    @admin.display(description="seats")
    def seat_count(self, section: Section) -> str:
        if not section.pk:
            return "–"
        return list_link(f"{section.seats_made:,}", "venues_seat", section__id__exact=section.pk)


@admin.action(description="Make the seats that the layout describes", permissions=["change"])
def build_seats(modeladmin: HouseAdmin, request: HttpRequest, queryset) -> None:
    """Make seats; a plan hands its sections on, a section itself."""

    def build(row: SeatingPlan | Section) -> str:
        sections = [row] if isinstance(row, Section) else row.sections.filter(standing_capacity=None)
        with transaction.atomic():
            count = sum(services.build_seats(section=section) for section in sections)
        return f"{count:,} seats."

    modeladmin.run_each(request, queryset, build, "seats made")


@admin.register(SeatingPlan)
class SeatingPlanAdmin(DrawingAdmin, HouseAdmin):
    list_display = ["name", "drawing", "venue", "section_count", "seat_count", "standing"]
    list_filter = ["focus", "venue"]
    list_select_related = ["venue"]
    search_fields = ["name", "venue__name", "venue__city"]
    autocomplete_fields = ["venue"]
    inlines = [SectionInline]
    actions = [build_seats]
    object_actions = ("build_seats",)
    refusals = (VenueError,)
    instead_of_deleting = "Events are held on it. Make another plan for those to come."
    fieldsets = [
        (None, {"fields": ["venue", "name"]}),
        ("Focus", {"fields": ["focus", ("focus_x", "focus_y")], "description": "Coordinates are in seat widths."}),
    ]

    def prepare_rows(self, rows: list[SeatingPlan]) -> None:
        sections = Section.objects.filter(plan__in=rows).order_by()
        totals = {
            plan: (count, standing or 0)
            for plan, count, standing in sections.values_list("plan").annotate(Count("pk"), Sum("standing_capacity"))
        }
        seats = Counter(dict(sections.values_list("plan").annotate(Count("seats"))))
        for plan in rows:
            plan.counts = (*totals.get(plan.pk, (0, 0)), seats[plan.pk])

    @admin.display(description="sections")
    def section_count(self, plan: SeatingPlan) -> str:
        return list_link(plan.counts[0], "venues_section", plan__id__exact=plan.pk)

    @admin.display(description="seats")
    def seat_count(self, plan: SeatingPlan) -> str:
        return list_link(f"{plan.counts[2]:,}", "venues_seat", section__plan__id__exact=plan.pk)

    @admin.display(description="standing places")
    def standing(self, plan: SeatingPlan) -> str:
        return f"{plan.counts[1]:,}" if plan.counts[1] else "–"


@admin.register(Section)
class SectionAdmin(HouseAdmin):
    form = SectionForm
    list_display = ["name", "plan", "order", "kind", "place_count"]
    list_filter = [KindFilter, "plan__venue", ("plan", PlanFilter)]
    list_select_related = ["plan__venue"]
    search_fields = ["name", "plan__name", "plan__venue__name"]
    autocomplete_fields = ["plan"]
    actions = [build_seats]
    object_actions = ("build_seats",)
    refusals = (VenueError,)
    instead_of_deleting = "Its seats are part of an event's stock."
    fieldsets = [
        (None, {"fields": ["plan", "name", "order", "standing_capacity"]}),
        ("On the plan", {"fields": [("x", "y", "rotation")], "description": "In seat widths and degrees clockwise."}),
        (
            "Layout",
            {
                "fields": ["layout"],
                "description": "How the rows lie, how they are numbered, where gaps and wheelchair places are. "
                "Changing it does not touch the seats until they are made anew.",
            },
        ),
    ]

    def prepare_rows(self, rows: list[Section]) -> None:
        made = dict(
            Section.objects.filter(pk__in=[row.pk for row in rows])
            .order_by()
            .values_list("pk")
            .annotate(Count("seats"))
        )
        for section in rows:
            section.seats_made = made[section.pk]

    def is_action_offered(self, name: str, section: Section) -> bool:
        return not section.is_standing

    @admin.display(description="kind", ordering="standing_capacity")
    def kind(self, section: Section) -> str:
        return "Standing" if section.is_standing else "Seated"

    @admin.display(description="places")
    def place_count(self, section: Section) -> str:
        if section.is_standing:
            return f"{section.standing_capacity:,}"
        return list_link(f"{section.seats_made:,}", "venues_seat", section__id__exact=section.pk)


@admin.register(Seat)
class SeatAdmin(ExportAdmin, HouseAdmin):
    resource_classes = [SeatResource]
    imports = SeatResource.key
    list_display = ["name", "where", "is_accessible", "is_companion", "has_restricted_view"]
    list_editable = ["is_accessible", "is_companion", "has_restricted_view"]
    list_filter = [
        "is_accessible",
        "is_companion",
        "has_restricted_view",
        "section__plan__venue",
        ("section__plan", PlanFilter),
    ]
    list_select_related = ["section__plan__venue"]
    search_fields = ["section__name", "section__plan__name", "row", "=number"]
    search_help_text = "Section, plan, row or number"
    autocomplete_fields = ["section"]
    instead_of_deleting = "An event sells it, or has sold it."
    fieldsets = [
        (None, {"fields": ["section", ("row", "number")]}),
        ("Kind", {"fields": ["is_accessible", "is_companion", "has_restricted_view"]}),
        (
            "Place in the room",
            {
                "fields": [("row_index", "position"), ("x", "y")],
                "description": "Rows count from the focus; neighbours differ by one in position. "
                "Making the seats from the section's layout sets all of this.",
            },
        ),
    ]

    @admin.display(description="seat", ordering="row_index")
    def name(self, seat: Seat) -> str:
        return f"Row {seat.row}, seat {seat.number}"

    @admin.display(description="section", ordering="section")
    def where(self, seat: Seat) -> SafeString:
        return two_lines(seat.section.name, seat.section.plan)
