"""Questions to ask of a house, for the tests of figures."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from reports.scope import Period, Scope
from venues.models import Venue

ALWAYS = Period(date(2020, 1, 1), date(2035, 12, 31))


def ask(now: datetime, period: Period = ALWAYS, **asked) -> Scope:
    """Ask about all that there is, or what is named."""
    zones = tuple(sorted(set(Venue.objects.values_list("time_zone", flat=True)))) or ("UTC",)
    return Scope(now=now, period=period, zones=zones, **asked)


def on_clock(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone))
