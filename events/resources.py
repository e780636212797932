"""What goes in and out of this room as files: events, and moments as spreadsheets write them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from import_export.fields import Field

from venues.imports import importable
from venues.imports.columns import Cell, Column, Known, OneOf, Text, Whole, quote
from venues.imports.resource import ImportResource, Row, Tick
from venues.models import SeatingPlan, Venue
from venues.slugs import Slugs

from . import services
from .clock import on_clock
from .errors import EventError
from .history import Channel
from .models import Category, Event, EventActivity, Production

ISO = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?(\.0+)?(Z|[+-]\d\d:\d\d)?")
DAY_FIRST = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4}) (\d{1,2}):(\d\d)(?::\d\d)?")
LIKE = "Write a moment as 2026-12-24 19:30"
ON_ITS_CLOCK = "On the venue's clock, such as 2026-12-24 19:30."


class Moment(Cell):
    """A date and a time: on the clock that ``zone`` names for a row, unless the cell names its own."""

    def __init__(self, zone: Callable[[Any], ZoneInfo]) -> None:
        super().__init__()
        self.zone = zone

    def clean(self, value: str, row=None, instance=None, **kwargs) -> datetime:
        try:
            moment = read_moment(value)
        except ValueError:
            raise ValueError(f"{quote(value)} is no date and time. {LIKE}.") from None
        if moment.tzinfo:
            return moment
        try:
            return on_clock(moment, self.zone(instance))
        except ValidationError as error:
            raise ValueError(" ".join(error.messages)) from None


def read_moment(text: str) -> datetime:
    """Read a moment as ISO writes it, or as Germans and Austrians do.

    Raises:
        ValueError: it is none.
    """
    if ISO.fullmatch(text):
        return datetime.fromisoformat(text)
    if match := DAY_FIRST.fullmatch(text):
        day, month, year, hour, minute = map(int, match.groups())
        return datetime(year, month, day, hour, minute)  # noqa: DTZ001 - its zone is for the caller to say
    raise ValueError(text)


def venue_zone(event: Event) -> ZoneInfo:
    """Return the clock of an event's venue; while nobody knows the venue, any."""
    return event.venue.tz if event.venue_id else ZoneInfo("UTC")


def event_column() -> Column:
    """Make the column that names the event which a line belongs to."""
    return Column(
        "event",
        Known("event with the slug", lambda event: event.slug),
        is_required=True,
        help="The slug of the event: the last part of its address.",
        example="jazz-on-friday",
    )


class PlanOfVenue(Known):
    """A plan by its name, of the venue that the same line names."""

    def clean(self, value: str, row: Mapping[str, str], instance=None, **kwargs) -> SeatingPlan:
        if (row["venue"], value) not in self.table:
            raise ValueError(f"{row['venue'] or 'The venue'} has no seating plan {quote(value)}.")
        return self.table[row["venue"], value]


@importable
class EventResource(ImportResource):
    """Events, by their slugs; those without one by what, where and when."""

    key = "events"
    title = "Events"
    intro = (
        "An event is known by its slug; without one, by its name, venue and date. New events are drafts, unless "
        "published_at says otherwise, and lie in the future, unless their status is “completed”: so the past can be "
        "brought along. A new date for an event that is there moves it, and tells everybody who has tickets."
    )
    model_admin = "events_event"
    permissions = ("events.add_event", "events.change_event")
    passed_over = ("id", "city")
    refusals = (EventError,)
    joins = ("venue", "seating_plan", "category", "production")

    slug = Column("slug", Text(240), keeps=True, help="Its address, by which offers and bookings name it. Empty: made.")
    name = Column("name", Text(200), is_required=True, help="What it is called.", example="Jazz on Friday")
    venue = Column(
        "venue", Known("venue", lambda venue: venue.name), is_required=True, help="By name.", example="Opera House"
    )
    plan = Column(
        "seating_plan",
        PlanOfVenue("seating plan", lambda plan: plan.name),
        name="plan",
        help="A seating plan of the venue, by name. Empty: general admission.",
    )
    category = Column(
        "category", Known("category", lambda row: row.name), is_required=True, help="By name.", example="Concerts"
    )
    production = Column("production", Known("production", lambda row: row.title), help="By title.")
    event_date = Column(
        "event_date", Moment(venue_zone), is_required=True, help=ON_ITS_CLOCK, example="2030-12-24 19:30"
    )
    doors_at = Column("doors_at", Moment(venue_zone), help="When the doors open.", example="2030-12-24 18:30")
    ends_at = Column("ends_at", Moment(venue_zone), help="When it ends.")
    status = Column(
        "status", OneOf(Event.Status.choices), keeps=True, help="active, or completed for what is over. Empty: active."
    )
    published_at = Column("published_at", Moment(venue_zone), help="From when the public sees it. Empty: a draft.")
    description = Column("description", Text(), help="For visitors.")
    max_tickets_per_booking = Column(
        "max_tickets_per_booking", Whole(1, 100), keeps=True, help="1 to 100. Empty for a new event: 10."
    )
    cancellation_hours = Column(
        "cancellation_hours", Whole(0, 32767), help="Until so many hours before customers may cancel. Empty: never."
    )
    exchange_hours = Column(
        "exchange_hours", Whole(0, 32767), help="Until so many hours before customers may exchange. Empty: never."
    )
    city = Field(attribute="venue__city", column_name="city")

    class Meta:
        model = Event
        fields = (
            *("id", "slug", "name", "venue", "city", "plan", "category", "production", "event_date", "doors_at"),
            *("ends_at", "status", "published_at", "description", "max_tickets_per_booking", "cancellation_hours"),
            "exchange_hours",
        )
        export_order = fields

    def zone_of(self, instance: Event) -> ZoneInfo:
        return instance.venue.tz

    # Checking ---------------------------------------------------------------------------------

    def prepare(self, rows: Sequence[Row]) -> None:
        venues = {venue.name: venue for venue in Venue.objects.filter(name__in={row["venue"] for row in rows})}
        plans = SeatingPlan.objects.filter(venue__in=list(venues.values())).select_related("venue")
        titles = {row.get("production", "") for row in rows} - {""}
        productions = list(Production.objects.filter(title__in=titles))
        twins = {title for title, count in Counter(row.title for row in productions).items() if count > 1}
        self.fields["venue"].widget.table = venues
        self.fields["plan"].widget.table = {(plan.venue.name, plan.name): plan for plan in plans}
        self.fields["category"].widget.table = {row.name: row for row in Category.objects.all()}
        self.fields["production"].widget.table = {row.title: row for row in productions if row.title not in twins}
        slugs = {row.get("slug", "") for row in rows} - {""}
        related = Event.objects.select_related(*self.joins)
        for event in related.filter(venue__in=list(venues.values()), name__in={row["name"] for row in rows}):
            self.known[event.name, event.venue.name, event.event_date] = event
        for event in related.filter(slug__in=slugs):
            self.known[(event.slug,)] = event
        present = [event.pk for event in self.known.values()]
        # The relation is named as a string because its room lies above this one.
        places = Event._meta.get_field("places").related_model.objects.filter(event=OuterRef("pk"))
        self.on_sale = set(Event.objects.filter(Exists(places), pk__in=present).values_list("pk", flat=True))

    def key_of(self, row: Row) -> tuple | None:
        if row.get("slug"):
            return (row["slug"],)
        venue = self.fields["venue"].widget.table.get(row["venue"])
        try:
            moment = self.fields["event_date"].widget.clean(row["event_date"], instance=Event(venue=venue))
        except ValueError:
            return None
        return (row["name"], row["venue"], moment)

    def examine(self, instance: Event, row: Row) -> None:
        if self.before is None:
            self._examine_new(instance)
        else:
            self._examine_changed(instance, row)
        instance.clean()

    def _examine_new(self, event: Event) -> None:
        if event.status == Event.Status.ACTIVE:
            event.check_to_come(self.context.now)
        elif event.status == Event.Status.CANCELLED:
            raise ValidationError({"status": "A cancelled event cannot be imported."})
        elif not event.is_past(self.context.now):
            raise ValidationError({"event_date": "A completed event lies in the past."})

    def _examine_changed(self, event: Event, row: Row) -> None:
        changed = set(event.changed_columns)
        if "status" in changed:
            raise ValidationError({"status": f"The event is {self.before['status']}; an import does not change that."})
        fixed = {"venue", "plan"} if event.pk in self.on_sale else set()
        if event.status != Event.Status.ACTIVE:
            fixed |= {"venue", "plan", "event_date", "doors_at", "ends_at"}
        if wrong := sorted(fixed & changed):
            why = "its places have been made" if event.status == Event.Status.ACTIVE else f"it is {event.status}"
            raise ValidationError(dict.fromkeys(wrong, f"cannot be changed: {why}."))
        if "event_date" in changed:
            event.check_to_come(self.context.now)
            shift = event.event_date - self.before["event_date"]
            for name in {"doors_at", "ends_at"} - row.keys():  # which move along
                setattr(event, name, getattr(event, name) and getattr(event, name) + shift)
            event.changed_columns += sorted({"doors_at", "ends_at"} & row.keys() - changed)

    # Writing ----------------------------------------------------------------------------------

    def write(self, tick: Tick) -> None:
        slugs = Slugs(Event)
        slugs.taken |= {event.slug for event in self.create_instances if event.slug}
        for event in self.create_instances:
            local = event.event_date.astimezone(event.venue.tz)
            event.slug = event.slug or slugs.take(f"{event.name} {local:%Y-%m-%d}")
        for event in self.update_instances:
            if "event_date" in event.changed_columns:
                services.reschedule(
                    event=event, event_date=event.event_date, now=self.context.now, by=self.context.actor
                )
        super().write(tick)
        lines = [(event, {"new": True}) for event in self.create_instances]
        lines += [(event, {"changed": event.changed_columns}) for event in self.update_instances]
        record_import(self, lines)


def record_import(resource: ImportResource, lines: Sequence[tuple[Event, dict]]) -> None:
    """Write down in the history of events who has imported what."""
    context = resource.context
    EventActivity.objects.bulk_create(
        [
            EventActivity(
                event=event,
                at=context.now,
                actor=context.actor,
                channel=Channel.BOX_OFFICE,
                verb=f"import {resource.key}",
                detail={"file": context.file_name, **detail},
            )
            for event, detail in lines
        ],
        batch_size=1_000,
    )
