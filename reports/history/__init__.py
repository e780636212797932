"""A believable history of as many bookings as one wants, made in bulk: to try reports, and to measure them.

``manage.py populate`` calls :func:`populate`. Nothing goes through the services, which would take a day for a million
bookings, but everything is written as they write it, and the audit agrees. What is drawn by lot comes from a seed, so
that the same moment and the same seed make the same figures; the secrets, keys and ticket codes, never repeat.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from random import Random

from django.db import transaction

from bookings.models import Activity, Booking, LedgerLine, Payment, Scan, Ticket
from events.models import Event
from ticketing.models import FOREVER, Place, PromoCode

from . import bulk, houses, programme
from .crowd import Crowd
from .demand import CLOSES, Demand, Fate, Wish
from .programme import Evening
from .selling import Books, BoxOffice

SEED = 1926
BOOKINGS_PER_EVENT = 100
FEWEST_EVENTS = 12
BATCH = 150
"""So many evenings are sold before their rows are written."""

CANCELLED_ONE_IN = 70
HELD_NOW = 30
CODES = {"HELLO10": {"percent": 10}, "FRIENDS20": {"percent": 20}, "FIVER": {"amount": 5}}

Say = Callable[[str], None]


def populate(*, bookings: int, now: datetime, seed: int = SEED, say: Say) -> int:
    """Make a history of about so many bookings, and return how many there are: all of it, or nothing."""
    random = Random(seed)  # noqa: S311
    with transaction.atomic(), bulk.without_indexes():
        evenings = _stage(max(FEWEST_EVENTS, bookings // BOOKINGS_PER_EVENT), now, random, say)
        made = _sell(evenings, bookings, now, random, say)
        bulk.renumber()
        say("Making the indexes …")
    say("Letting the planner know …")
    bulk.clean_up()
    return made


def _stage(count: int, now: datetime, random: Random, say: Say) -> list[Evening]:
    say(f"Building houses for {count:,} events …")
    stages = houses.build(count)
    evenings = programme.plan(stages, houses.ticket_types(), count, now, random)
    say(f"  {sum(evening.capacity for evening in evenings):,} places")
    return evenings


def _sell(evenings: list[Evening], bookings: int, now: datetime, random: Random, say: Say) -> int:
    codes = [PromoCode.objects.get_or_create(code=code, defaults=off)[0] for code, off in CODES.items()]
    books, demand = Books(), Demand(random)
    box_office = BoxOffice(books, Crowd(bookings, random), codes, random, now)
    made = owed = 0
    cancelled = []
    for number, (evening, wanted, until) in enumerate(_share_out(evenings, bookings, now, demand)):
        ends = _cancelled_at(evening, until, random)
        wishes = _wishes(evening, wanted + owed // 20, ends or until, demand)
        owed += wanted - len(wishes)
        if number >= len(evenings) - HELD_NOW and not ends:
            wishes.append(Wish(now - timedelta(minutes=3), "web", 2, Fate.OPEN, now))
        sold = box_office.sell(evening, wishes, ends)
        made, owed = made + sold, owed + len(wishes) - sold
        if ends:
            cancelled.append(evening.event.pk)
        if number % BATCH == BATCH - 1:
            _write(books, min(one.event.published_at for one in evenings[number:]))
            say(f"  {made:,} bookings")
    _write(books, FOREVER)
    _close(evenings, cancelled, box_office, now)
    return made


def _share_out(
    evenings: list[Evening], bookings: int, now: datetime, demand: Demand
) -> Iterator[tuple[Evening, int, datetime]]:
    """Say of each evening how many bookings are wanted, and until when it has been on sale."""
    found = []
    for evening in evenings:
        opens, closes = evening.event.published_at, evening.event.event_date - CLOSES
        until = min(now, closes)
        share = max((until - opens) / (closes - opens), 0)
        found.append((evening, demand.fill(evening.capacity) * share, until))
    total = sum(weight for _, weight, _ in found) or 1
    done, given = 0, 0
    for evening, weight, until in found:
        done += weight
        wanted = round(bookings * done / total) - given
        given += wanted
        yield evening, wanted, until


def _wishes(evening: Evening, wanted: int, until: datetime, demand: Demand) -> list[Wish]:
    event = evening.event
    if wanted <= 0 or until <= event.published_at:
        return []
    return demand.at(event.published_at, event.event_date, until, wanted, evening.stage.venue.tz)


def _cancelled_at(evening: Evening, until: datetime, random: Random) -> datetime | None:
    """Cancel one event of many, in the last weeks of its sale."""
    opens = evening.event.published_at
    if random.randrange(CANCELLED_ONE_IN) or until <= opens + timedelta(days=7):
        return None
    return until - (until - opens) * random.uniform(0.02, 0.3)


def _write(books: Books, horizon: datetime) -> None:
    for model in (Place, Booking, Ticket, Scan, Payment, Activity):
        bulk.write(model, books.take(model))
    bulk.write(LedgerLine, books.take_lines(horizon))


def _close(evenings: list[Evening], cancelled: list[int], box_office: BoxOffice, now: datetime) -> None:
    """Cancel events, complete those that are over, and count the uses of promo codes."""
    Event.objects.filter(pk__in=cancelled).update(status=Event.Status.CANCELLED)
    mine = Event.objects.filter(pk__gte=min(evening.event.pk for evening in evenings))
    mine.filter(status=Event.Status.ACTIVE, ends_at__lte=now).update(status=Event.Status.COMPLETED)
    for code in box_office.codes:
        PromoCode.objects.filter(pk=code.pk).update(uses=code.uses + box_office.uses[code.pk])
