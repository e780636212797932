"""The filter bar of all reports: one FilterSet owns its form, and makes of it the question that is asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self
from zoneinfo import ZoneInfo

import django_filters
from django import forms
from django.conf import settings
from django.db.models import Max, Min, Model
from django.http import QueryDict
from django.utils.functional import cached_property

from bookings.models import LedgerLine
from events.filters import SENSIBLE_DAYS, Chip
from events.history import Channel
from events.models import Category, Event, Production
from ticketing.models import TicketType
from venues.models import Venue

from .choices import read_choices
from .forms import ScopeForm
from .periods import TO_COME, Comparison, Grain, Preset, compared_with, describe, period_of
from .report import Basis
from .scope import Period, Scope

CHANNELS = [(channel.value, channel.label) for channel in (Channel.WEB, Channel.BOX_OFFICE, Channel.API)]
"""Where bookings come from: nothing is sold at the door."""


def _choice(label: str, empty: str | None = None, choices: list | None = None) -> django_filters.ChoiceFilter:
    return django_filters.ChoiceFilter(label=label, empty_label=empty, choices=choices or [])


def _day(label: str) -> django_filters.DateFilter:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return django_filters.DateFilter(label=label, widget=widget, validators=SENSIBLE_DAYS)


SHORTCUTS = (Preset.TODAY, Preset.LAST_7, Preset.LAST_30, Preset.LAST_90, Preset.THIS_MONTH, Preset.LAST_MONTH)
STAGED_SHORTCUTS = (Preset.LAST_30, Preset.TODAY, Preset.NEXT_7, Preset.NEXT_30, Preset.THIS_MONTH, Preset.ALL)


@dataclass(frozen=True)
class Shortcut:
    """A period that is one click away."""

    label: str
    url: str
    is_chosen: bool


class ScopeFilter(django_filters.FilterSet):
    """What somebody asks of the reports. Building it takes one query, and one for each part of the house that is named.

    Today is today on the clock of the site, or of the venue that is asked about.
    """

    period = _choice("Period")
    since = _day("From")
    until = _day("To")
    compare = _choice("Compared with", choices=Comparison.choices)
    venue = _choice("Venue", "All venues")
    category = _choice("Category", "All categories")
    production = _choice("Production", "All productions")
    event = django_filters.CharFilter(label="Event", max_length=240)
    ticket_type = _choice("Ticket type", "All ticket types")
    channel = _choice("Channel", "All channels", CHANNELS)
    by = _choice("Divided into", "What suits it", Grain.choices)

    class Meta:
        model = Event
        form = ScopeForm
        fields: list[str] = []

    def __init__(
        self, data: QueryDict, *, now: datetime, basis: Basis = Basis.SOLD, period: str = Preset.LAST_30
    ) -> None:
        self.now, self.basis, self.asked = now, basis, data
        self.defaults = {"period": period, "compare": Comparison.BEFORE}
        super().__init__(self._completed(data), Event.objects.none())
        choices = read_choices()
        self.zones = choices.zones or (settings.TIME_ZONE,)
        presets = [(key, label) for key, label in Preset.choices if self.is_staged or key not in TO_COME]
        self.filters["period"].extra["choices"] = presets
        self.filters["venue"].extra["choices"] = choices.venues
        self.filters["category"].extra["choices"] = choices.categories
        self.filters["production"].extra["choices"] = choices.productions
        self.filters["ticket_type"].extra["choices"] = choices.ticket_types

    @property
    def is_staged(self) -> bool:
        return self.basis == Basis.STAGED

    def _completed(self, data: QueryDict) -> QueryDict:
        """Add what goes without saying. Days without a period mean the period between them."""
        data = data.copy()
        if not data.get("period"):
            has_days = data.get("since") or data.get("until")
            data["period"] = Preset.CUSTOM if has_days else self.defaults["period"]
        if not self.is_staged and data["period"] in TO_COME:
            data["period"] = self.defaults["period"]  # somebody came from a report of what is to come
        if not data.get("compare"):
            data["compare"] = self.defaults["compare"]
        return data

    @classmethod
    def alone(cls, data: QueryDict, *, now: datetime, basis: Basis = Basis.SOLD) -> Self:
        """Ask without a comparison: for lists, which have nothing to compare."""
        asked = data.copy()
        asked["compare"] = Comparison.NONE
        return cls(asked, now=now, basis=basis)

    # The question -------------------------------------------------------------------------------

    @cached_property
    def scope(self) -> Scope:
        """The question. Ask only if the form is valid."""
        said = self.form.cleaned_data
        venue = self._named(Venue, "venue")
        period = self._period(said["period"], venue)
        return Scope(
            now=self.now,
            period=period,
            compared=None if said["period"] == Preset.ALL else compared_with(period, said["compare"]),
            zones=self.zones,
            venue=venue,
            category=self._named(Category, "category"),
            production=self._named(Production, "production"),
            event=said["event"] or None,
            ticket_type=self._named(TicketType, "ticket_type", "pk"),
            channel=said["channel"],
            grain=said["by"],
        )

    def _named(self, model: type[Model], name: str, key: str = "slug") -> Model | None:
        said = self.form.cleaned_data[name]
        return model.objects.get(**{key: said}) if said else None

    def _period(self, preset: str, venue: Venue | None) -> Period:
        if preset == Preset.CUSTOM:
            return Period(self.form.cleaned_data["since"], self.form.cleaned_data["until"])
        if preset == Preset.ALL:
            return self._all_days()
        tz = venue.tz if venue else ZoneInfo(settings.TIME_ZONE)
        return period_of(preset, self.now.astimezone(tz).date(), is_to_come=self.is_staged)

    def _all_days(self) -> Period:
        """From the first sale until today, or from the first event to the last; on whichever clock is the farthest."""
        if self.is_staged:
            first, last = Event.objects.aggregate(first=Min("event_date"), last=Max("event_date")).values()
        else:
            first, last = LedgerLine.objects.aggregate(first=Min("at"))["first"], self.now
        zones = [ZoneInfo(zone) for zone in self.zones]
        begins = min((first or self.now).astimezone(zone).date() for zone in zones)
        return Period(begins, max((last or self.now).astimezone(zone).date() for zone in zones))

    # The page -----------------------------------------------------------------------------------

    @property
    def query(self) -> str:
        """The filters in use as a query string, without what goes without saying."""
        return self._query()

    def narrowed(self, query: str) -> str:
        """Return an address that asks what ``query`` says, and all else that is asked now."""
        return "?" + self._query(**QueryDict(query.removeprefix("?")).dict())

    def _query(self, **changed: str) -> str:
        said = {name: self.asked.get(name, "").strip() for name in self.filters} | changed
        if said["period"] not in (Preset.CUSTOM, ""):
            said["since"] = said["until"] = ""
        query = QueryDict(mutable=True)
        query.update({name: value for name, value in said.items() if value and value != self.defaults.get(name)})
        return query.urlencode()

    @property
    def chips(self) -> list[Chip]:
        """Which part of the house is asked about, each part with the way out of it."""
        return [
            Chip(name, str(label), label, self._query(**{name: ""}))
            for name, label in (
                ("venue", self.scope.venue),
                ("category", self.scope.category),
                ("production", self.scope.production),
                ("event", self.scope.event and self.scope.event.name),
                ("ticket_type", self.scope.ticket_type),
                ("channel", dict(CHANNELS).get(self.scope.channel)),
            )
            if label
        ]

    @property
    def when(self) -> str:
        """The period in words."""
        is_all = self.form.cleaned_data["period"] == Preset.ALL
        return "All of it" if is_all else describe(self.scope.period)

    @property
    def compared_words(self) -> str:
        """What the period is compared with, in words: ``compared with 2–31 October``."""
        return f"compared with {describe(self.scope.compared, self.scope.period)}" if self.scope.compared else ""

    @property
    def sentence(self) -> str:
        """The question in words: ``1–30 November 2026, Royal Hall, compared with 2–31 October``."""
        return ", ".join(filter(None, [self.when, *(chip.label for chip in self.chips), self.compared_words]))

    @property
    def shortcuts(self) -> list[Shortcut]:
        """The usual periods, each one click away."""
        chosen = self.form.cleaned_data["period"]
        names = STAGED_SHORTCUTS if self.is_staged else SHORTCUTS
        return [Shortcut(Preset(name).label, self.narrowed(f"?period={name}"), name == chosen) for name in names]

    @property
    def candidates(self) -> list[tuple[Event, str]]:
        """The events that a name may mean, each with the address that asks about it."""
        return [(event, self.narrowed(f"?event={event.slug}")) for event in self.form.several]
