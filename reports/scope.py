"""What a report is asked about: a stretch of days, and which part of the house."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any, Self
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

    @cached_property
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

    @cached_property
    def before(self) -> Self | None:
        """The question that this one is compared with."""
        return self.during(self.compared) if self.compared else None

    @cached_property
    def answers(self) -> dict[Any, Any]:
        """What has been read for this question already: see :func:`reports.reading.once`."""
        return {}

    def narrowed(self, event: str = "") -> dict[str, Any]:
        """Conditions on the venue, category, production and event; ``event`` is the path to it, such as ``event__``."""
        asked = {
            "venue": self.venue,
            "category": self.category,
            "production": self.production,
            "pk": self.event and self.event.pk,
        }
        return {f"{event}{name}": value for name, value in asked.items() if value is not None}

    def within(self, moment: str, zone: str) -> Q:
        """Ask whether ``moment`` is in the period, on the clock of ``zone``; both are paths to columns.

        The outermost bounds are asked for by themselves, so that an index on the moment can be used. What lies within
        the innermost is in the period everywhere, which is quickly told of most rows.
        """
        (outer_first, outer_end), (first, end) = self.outermost, self.innermost
        inside = Q(**{f"{moment}__gte": first, f"{moment}__lt": end})
        for name in self.zones:
            first, end = self.period.bounds(ZoneInfo(name))
            inside |= Q(**{zone: name, f"{moment}__gte": first, f"{moment}__lt": end})
        return Q(**{f"{moment}__gte": outer_first, f"{moment}__lt": outer_end}) & inside

    @property
    def outermost(self) -> tuple[datetime, datetime]:
        """From the moment at which the period begins anywhere to the one at which it is over everywhere."""
        firsts, ends = zip(*(self.period.bounds(ZoneInfo(name)) for name in self.zones), strict=True)
        return min(firsts), max(ends)

    @property
    def innermost(self) -> tuple[datetime, datetime]:
        """From the moment at which the period has begun everywhere to its first end; of a day it may be nothing."""
        firsts, ends = zip(*(self.period.bounds(ZoneInfo(name)) for name in self.zones), strict=True)
        return max(firsts), min(ends)

    def events(self) -> EventQuerySet:
        """The events that are asked about, whenever they are staged."""
        return Event.objects.filter(**self.narrowed())

    @property
    def is_narrowed(self) -> bool:
        """Whether :meth:`events` leaves any out."""
        return any((self.venue, self.category, self.production, self.event))

    def staged(self) -> EventQuerySet:
        """Those of :meth:`events` that begin within the period, each on the calendar of its venue."""
        return self.events().filter(self.within("event_date", "venue__time_zone"))
