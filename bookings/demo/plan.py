"""What customers of the demo are going to do: decided before anything is sold, from a seed, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random

from bookings.models import Channel
from events.models import Event

from .people import Person, people

HISTORY = timedelta(days=60)
STILL_HELD = 5
JUST_LAPSED = 4


class Fate(StrEnum):
    """What becomes of a hold."""

    KEPT = "kept"
    RETURNED = "returned"  # by the customer
    CANCELLED = "cancelled"  # by the box office
    LAPSED = "lapsed"
    ABANDONED = "abandoned"
    OPEN = "open"  # neither paid nor tidied up yet


@dataclass(frozen=True)
class Wish:
    """One customer who wants places at one event, and what becomes of it."""

    at: datetime
    event_id: int
    person: Person | None
    party: int
    channel: str
    fate: Fate
    pays_after: timedelta
    ends_after: timedelta = timedelta(0)
    promo_code: str = ""


BY_HOUR = (1, 0, 0, 0, 0, 1, 2, 4, 6, 8, 9, 10, 13, 11, 8, 8, 9, 11, 13, 16, 19, 18, 11, 4)
"""How many bookings each hour of a day brings, on the venue's clock: a little at lunch, most after dinner."""

BY_WEEKDAY = (0.75, 0.75, 0.8, 0.9, 1.0, 0.8, 0.95)
"""How many bookings each day of a week brings, against the best."""

PARTIES = {1: 17, 2: 46, 3: 11, 4: 17, 5: 4, 6: 5}
CHANNELS = {Channel.WEB: 78, Channel.BOX_OFFICE: 16, Channel.API: 6}
FATES = {Fate.KEPT: 80, Fate.RETURNED: 5, Fate.CANCELLED: 2, Fate.LAPSED: 9, Fate.ABANDONED: 4}


def plan(
    events: Iterable[Event], demand: dict[int, int], ends: dict[int, datetime], now: datetime, seed: int
) -> list[Wish]:
    """Plan the bookings of the past 60 days, and the holds of this minute.

    ``demand`` is how many wishes each event (by id) gets; ``ends`` is when its sales end, where not at its beginning.
    """
    random, crowd = Random(seed), people()  # noqa: S311
    events, wishes = list(events), []
    for event in events:
        opens = max(event.published_at, now - HISTORY)
        closes = min(now - timedelta(hours=3), ends.get(event.pk, event.event_date - timedelta(hours=1)))
        if opens < closes:
            wishes += [_wish(random, event, crowd, opens, closes) for _ in range(demand[event.pk])]
    open_now = [event for event in events if event.is_bookable(now) and event.pk not in ends]
    for index in range(STILL_HELD + JUST_LAPSED):
        minutes = 1 + index if index < STILL_HELD else 16 + 5 * index
        at = now - timedelta(minutes=minutes, seconds=random.randrange(60))
        wish = _wish(random, random.choice(open_now), crowd, now - HISTORY, now)
        wishes.append(replace(wish, at=at, fate=Fate.OPEN, channel=Channel.WEB))
    return sorted(wishes, key=lambda wish: wish.at)


def _wish(random: Random, event: Event, crowd: list[Person], opens: datetime, closes: datetime) -> Wish:
    at, channel, fate = _moment(random, event, opens, closes), _pick(random, CHANNELS), _pick(random, FATES)
    person = crowd[int(len(crowd) * random.random() ** 1.6)]  # some come again and again
    if channel == Channel.BOX_OFFICE:
        person = person if random.random() < 0.6 else None
        fate = fate if fate in (Fate.KEPT, Fate.CANCELLED) else Fate.KEPT
    ends_after = timedelta(hours=random.uniform(5, 24 * 12))
    until = event.cancellable_until or opens
    if fate in (Fate.RETURNED, Fate.CANCELLED) and at + ends_after + timedelta(hours=1) >= min(closes, until):
        fate = Fate.KEPT
    return Wish(
        at=at,
        event_id=event.pk,
        person=person,
        party=min(_pick(random, PARTIES), event.max_tickets_per_booking),
        channel=channel,
        fate=fate,
        pays_after=timedelta(seconds=random.randint(70, 540)),
        ends_after=ends_after,
        promo_code=_promo_code(random, event, channel),
    )


def _moment(random: Random, event: Event, opens: datetime, closes: datetime) -> datetime:
    """Choose when: a rush at the start, then rising towards the end; at hours and on days when people book."""
    span = closes - opens
    while True:
        rush = random.random() < 0.25
        share = min(random.expovariate(12), 1.0) if rush else 1 - random.betavariate(1, 2)
        local = (opens + span * share).astimezone(event.venue.tz)
        hour = _pick(random, dict(enumerate(BY_HOUR)))
        local = local.replace(hour=hour, minute=random.randrange(60), second=random.randrange(60), microsecond=0)
        if opens <= local < closes and random.random() < BY_WEEKDAY[local.weekday()]:
            return local


def _promo_code(random: Random, event: Event, channel: str) -> str:
    if channel != Channel.WEB or random.random() > 0.14:
        return ""
    if event.venue.slug == "gaiety-theatre":
        return "GALLERY5"
    return random.choice(("WELCOME10", "WELCOME10", "EARLYOWL"))


def _pick(random: Random, weights: dict):
    return random.choices(list(weights), list(weights.values()))[0]
