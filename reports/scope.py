"""What a report is asked about: a stretch of days, and which part of the house."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from django.db.models import Q

from events.models import Category, Event, EventQuerySet, Production
from ticketing.models import TicketType
from venues.models import Venue


@dataclass(frozen=True)
class Period:
    """Whole days, the first and the last included, on the clocks of the venues."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def before(self) -> Period:
        """The same number of days just before."""
        return Period(self.first - timedelta(days=self.days), self.first - timedelta(days=1))

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def each(self) -> Iterator[date]:
        """Its days, one after the other."""
        return (self.first + timedelta(days=number) for number in range(self.days))

    def bounds(self, tz: ZoneInfo) -> tuple[datetime, datetime]:
        """The moment at which it begins in ``tz``, and the one at which it is over."""
        end = self.last + timedelta(days=1)
        return datetime.combine(self.first, time.min, tz), datetime.combine(end, time.min, tz)


@dataclass(frozen=True)
class Scope:
    """One question to the reports. What is None, or empty, does not narrow it.

    ``period`` is when something was sold, or when it is staged, as each report says; ``compared`` is the period that
    it is compared with. ``zones`` are the time zones of all venues. ``grain`` is how finely a period is divided:
    ``day``, ``week`` or ``month``; empty leaves it to the report.
    """

    now: datetime
    period: Period
    compared: Period | None = None
    zones: tuple[str, ...] = ("UTC",)
    venue: Venue | None = None
    category: Category | None = None
    production: Production | None = None
    event: Event | None = None
    ticket_type: TicketType | None = None
    channel: str = ""
    grain: str = ""

    def during(self, period: Period) -> Self:
        """The same question about another period, compared with nothing."""
        return replace(self, period=period, compared=None)

    @property
    def before(self) -> Self | None:
        """The question that this one is compared with."""
        return self.during(self.compared) if self.compared else None

    def events(self) -> EventQuerySet:
        """The events that are asked about, whenever they are staged."""
        asked = {
            "venue": self.venue,
            "category": self.category,
            "production": self.production,
            "pk": self.event and self.event.pk,
        }
        return Event.objects.filter(**{name: value for name, value in asked.items() if value is not None})

    @property
    def is_narrowed(self) -> bool:
        """Whether :meth:`events` leaves any out."""
        return any((self.venue, self.category, self.production, self.event))

    def staged(self) -> EventQuerySet:
        """Those of :meth:`events` that begin within the period, each on the calendar of its venue."""
        begins = Q()
        for zone in self.zones:
            first, end = self.period.bounds(ZoneInfo(zone))
            begins |= Q(venue__time_zone=zone, event_date__gte=first, event_date__lt=end)
        return self.events().filter(begins)
