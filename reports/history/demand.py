"""When people buy, how many, and what becomes of it: decided by lot from a seed, before any money comes in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import accumulate
from random import Random
from zoneinfo import ZoneInfo

from bookings.demo.plan import BY_HOUR, BY_WEEKDAY, PARTIES
from bookings.models import Channel

ONSALE = (26, 9, 5, 3, 2)
"""The days after sales open, against an ordinary day."""

LAST_WEEK = (11, 8, 6.5, 5, 4, 3.2, 2.6, 2)
"""The days before the event, the day itself first."""

CLOSES = timedelta(minutes=30)
HOURS = list(range(24))
HOUR_WEIGHTS = list(accumulate(BY_HOUR))


class Fate(StrEnum):
    """What becomes of a booking."""

    KEPT = "kept"
    COMP = "comp"
    LAPSED = "lapsed"
    ABANDONED = "abandoned"
    RETURNED = "returned"  # by the customer, for all the money
    CANCELLED = "cancelled"  # by the box office, which keeps a part
    PARTLY = "partly"  # some tickets come back, and a part is kept of some
    ALLOWED = "allowed"  # a part of the price goes back
    PASSED_ON = "passed on"
    EXCHANGED = "exchanged"  # for places of another offer
    OPEN = "open"  # held at this very moment


FATES = {
    Channel.WEB: {
        Fate.KEPT: 835, Fate.LAPSED: 62, Fate.ABANDONED: 22, Fate.RETURNED: 38, Fate.PARTLY: 14, Fate.ALLOWED: 5,
        Fate.PASSED_ON: 13, Fate.EXCHANGED: 11,
    },
    Channel.BOX_OFFICE: {
        Fate.KEPT: 838, Fate.COMP: 95, Fate.CANCELLED: 37, Fate.PARTLY: 14, Fate.ALLOWED: 8, Fate.EXCHANGED: 8,
    },
    Channel.API: {Fate.KEPT: 930, Fate.LAPSED: 30, Fate.RETURNED: 40},
}  # fmt: skip
CHANNELS = {Channel.WEB: 77, Channel.BOX_OFFICE: 15, Channel.API: 8}
LATER = frozenset({Fate.RETURNED, Fate.CANCELLED, Fate.PARTLY, Fate.ALLOWED, Fate.EXCHANGED, Fate.PASSED_ON})
"""Fates that befall a booking after it was sold."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One customer at one event: when, through which channel, how many, and what becomes of it ``later``."""

    at: datetime
    channel: str
    party: int
    fate: Fate
    later: datetime


class Lots:
    """Draws of one kind after another, many at a time: drawing singly takes ten times as long."""

    def __init__(self, random: Random, weights: dict) -> None:
        self.random, self.values, self.weights = random, list(weights), list(accumulate(weights.values()))

    def draw(self, count: int) -> list:
        return self.random.choices(self.values, cum_weights=self.weights, k=count)


class Demand:
    """What the customers of all events want."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.parties, self.channels = Lots(random, PARTIES), Lots(random, CHANNELS)
        self.fates = {channel: Lots(random, weights) for channel, weights in FATES.items()}

    def at(self, opens: datetime, begins: datetime, until: datetime, count: int, tz: ZoneInfo) -> list[Wish]:
        """Draw ``count`` wishes for an event between ``opens`` and ``until``, in the order of time."""
        moments = self._moments(opens, begins, min(until, begins - CLOSES), count, tz)
        channels, parties = self.channels.draw(count), self.parties.draw(count)
        wishes = []
        for at, channel, party in zip(moments, channels, parties, strict=True):
            fate = self.fates[channel].draw(1)[0]
            later = at
            if fate in LATER:
                later = at + (until - at) * (0.02 + 0.9 * self.random.random())
                if later > begins - timedelta(hours=48) and fate != Fate.ALLOWED:
                    fate = Fate.KEPT
            wishes.append(Wish(at, channel, party, fate, later))
        return wishes

    def _moments(self, opens: datetime, begins: datetime, ends: datetime, count: int, tz: ZoneInfo) -> list[datetime]:
        local_opens, local_ends = opens.astimezone(tz), ends.astimezone(tz)
        first, event_day = local_opens.date(), begins.astimezone(tz).date()
        days = [first + timedelta(days=n) for n in range((local_ends.date() - first).days + 1)]
        weights = list(accumulate(_weigh(day, first, event_day) for day in days))
        chosen = self.random.choices(days, cum_weights=weights, k=count)
        hours = self.random.choices(HOURS, cum_weights=HOUR_WEIGHTS, k=count)
        moments = []
        for day, hour in zip(chosen, hours, strict=True):
            seconds = int(self.random.random() * 3600)
            at = datetime.combine(day, time(hour, seconds // 60, seconds % 60), tz).astimezone(UTC)
            if day == first:
                at = opens + timedelta(seconds=int(self.random.expovariate(1 / 9_000)))
            if not opens <= at < ends:
                at = opens + (ends - opens) * self.random.random()
            moments.append(at)
        return sorted(moments)

    def fill(self, capacity: int) -> float:
        """How much of a room is wanted: few are full, most are half full."""
        return capacity * min(1.25, self.random.betavariate(2.4, 1.6) * self.random.lognormvariate(0.15, 0.35))


def _weigh(day: date, first: date, event_day: date) -> float:
    weight = BY_WEEKDAY[day.weekday()]
    since, left = (day - first).days, (event_day - day).days
    if since < len(ONSALE):
        weight *= ONSALE[since]
    return weight * (LAST_WEEK[left] if left < len(LAST_WEEK) else 1)
