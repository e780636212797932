"""The dates of a season: by rule, with exceptions, on the clock of the venue."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format

from .clock import on_clock

MOST = 366
"""So many events are made or changed at a time, at most: a year of evenings."""


@dataclass(frozen=True)
class Weekly:
    """On these days of the week (Monday is 0), at these times of day."""

    days: frozenset[int]
    times: tuple[time, ...]


@dataclass(frozen=True)
class Rule:
    """From a day until another one, week by week, without some days, and with others besides."""

    since: date
    until: date
    weekly: Sequence[Weekly]
    left_out: frozenset[date] = frozenset()
    extra: tuple[datetime, ...] = field(default=())

    def on_the_clock(self) -> list[datetime]:
        """List the dates as the venue's clock shows them (naive), in order, each once. Extra ones are never left out.

        It is cut short after :data:`MOST` and one more, however far apart the two days are.
        """
        found = set(self.extra)
        for number in range((self.until - self.since).days + 1):
            day = self.since + timedelta(number)
            if day not in self.left_out:
                found.update(
                    datetime.combine(day, at)
                    for weekly in self.weekly
                    if day.weekday() in weekly.days
                    for at in weekly.times
                )
            if len(found) > MOST:
                break
        return sorted(found)


def read_clock(dates: Iterable[datetime], tz: ZoneInfo) -> list[datetime]:
    """Turn what the clock shows into moments.

    Raises:
        ValidationError: about each date that the clock leaves out, or shows twice: when summer time begins and ends.
    """
    moments, errors = [], []
    for shown in dates:
        try:
            moments.append(on_clock(shown, tz))
        except ValidationError:
            day = date_format(shown, "D j M Y")
            errors.append(f"On {day} the clock is changed: {shown:%H:%M} comes twice, or not at all.")
    if errors:
        raise ValidationError(errors)
    return moments


def move_on_clock(moment: datetime, shift: timedelta, tz: ZoneInfo) -> datetime:
    """Move a moment by what the clock shows: a week later is the same time of day, in summer and in winter.

    Raises:
        ValidationError: the clock never shows that, or shows it twice.
    """
    return on_clock(timezone.make_naive(moment, tz) + shift, tz)


def follow(moment: datetime, before: datetime, after: datetime, tz: ZoneInfo) -> datetime:
    """Move a moment as far, on the clock, as an event moves from ``before`` to ``after``. What the clock leaves out is
    read as if it had not been changed yet."""
    shift = timezone.make_naive(after, tz) - timezone.make_naive(before, tz)
    return (timezone.make_naive(moment, tz) + shift).replace(tzinfo=tz)
