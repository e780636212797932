"""What is staged in a populated history: productions, events over three years past and some months ahead, offers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from django.utils.text import slugify

from events.models import Category, Event, Production
from ticketing.models import Offer, TicketType

from . import words
from .houses import CONCERTS, ECONOMY, FILMS, SPORT, STANDARD, THEATRE, VIP, Part, Stage

PAST, AHEAD = timedelta(days=1_095), timedelta(days=100)
BATCH = 1_000

PRICES = {
    FILMS: {STANDARD: Decimal("12.50"), VIP: Decimal("18.90"), ECONOMY: Decimal("9.00")},
    THEATRE: {STANDARD: Decimal("38.00"), VIP: Decimal("64.00"), ECONOMY: Decimal("22.50")},
    CONCERTS: {STANDARD: Decimal("42.00"), VIP: Decimal("79.00"), ECONOMY: Decimal("29.00")},
    SPORT: {STANDARD: Decimal("24.00"), VIP: Decimal("45.00"), ECONOMY: Decimal("16.00")},
}
COLOURS = {FILMS: "#0e7490", THEATRE: "#b91c1c", CONCERTS: "#7c3aed", SPORT: "#15803d"}
BEGINS = {
    FILMS: ((14, 30), (17, 15), (20, 0), (20, 45)),
    THEATRE: ((19, 30), (19, 30), (19, 30), (15, 0)),
    CONCERTS: ((20, 0), (20, 30), (21, 0)),
    SPORT: ((15, 0), (19, 45)),
}
BY_WEEKDAY = (5, 6, 7, 9, 14, 16, 10)
"""How often each day of the week is played, Monday first."""

RUNS = {FILMS: 21, THEATRE: 42}
"""For so many days one production is on; what is not here has productions only now and then."""

LONGEST_SALE, SHORTEST_SALE = 140, 40


@dataclass
class Evening:
    """An event to be, its stage, and its offers with the part of the room that each sells."""

    event: Event
    stage: Stage
    offers: list[tuple[Offer, Part]]

    @property
    def capacity(self) -> int:
        return sum(offer.capacity for offer, _ in self.offers)


def plan(stages: list[Stage], types: dict[str, TicketType], count: int, now: datetime, random: Random) -> list[Evening]:
    """Make ``count`` events and their offers, in the order of their dates."""
    categories = {name: _category(name, order) for order, name in enumerate(COLOURS, 1)}
    dates = sorted(_dates(stages, count, now, random), key=lambda found: (found[0], found[1].venue.pk))
    bills = _Bills(categories, random)
    evenings = []
    for number, (day, stage) in enumerate(dates):
        event = _make_event(stage, day, bills, categories[stage.room.category], number, random)
        evenings.append(Evening(event, stage, _make_offers(event, stage, types, random)))
    Event.objects.bulk_create([evening.event for evening in evenings], batch_size=BATCH)
    Offer.objects.bulk_create([offer for evening in evenings for offer, _ in evening.offers], batch_size=BATCH)
    owned = Offer.sections.through
    owned.objects.bulk_create(list(_owned(evenings, owned)), batch_size=BATCH)
    return sorted(evenings, key=lambda evening: evening.event.event_date)


def _category(name: str, order: int) -> Category:
    defaults = {"slug": slugify(name), "colour": COLOURS[name], "order": order}
    return Category.objects.get_or_create(name=name, defaults=defaults)[0]


def _dates(stages: list[Stage], count: int, now: datetime, random: Random) -> Iterable[tuple[date, Stage]]:
    """Share the events out among the rooms; no room plays twice on a day, most play at the end of the week."""
    first = (now - PAST).date()
    days = [first + timedelta(days=n) for n in range((PAST + AHEAD).days)]
    total, left = sum(stage.room.weight for stage in stages), count
    for stage in stages:
        share = min(left, -(-count * stage.room.weight // total))
        left -= share
        weighed = sorted(days, key=lambda day: random.random() ** (60 / BY_WEEKDAY[day.weekday()]), reverse=True)
        yield from ((day, stage) for day in weighed[:share])


class _Bills:
    """Which production is on where and when: films run in all cinemas at once, a play in its own house."""

    def __init__(self, categories: dict[str, Category], random: Random) -> None:
        self.categories, self.random = categories, random
        self.made: dict[tuple, Production] = {}

    def find(self, stage: Stage, day: date) -> Production | None:
        name = stage.room.category
        if name not in RUNS:
            return None
        run = day.toordinal() // RUNS[name]
        key = (name, run, self.random.randrange(4)) if name == FILMS else (name, run, stage.venue.pk, stage.room.name)
        if key not in self.made:
            self.made[key] = self._make(name)
        return self.made[key]

    def _make(self, category: str) -> Production:
        title = words.title(self.random)
        slug = f"{slugify(title)}-{len(self.made) + 1}"
        minutes = self.random.choice((90, 100, 110, 125, 140))
        return Production.objects.create(
            title=title, slug=slug, category=self.categories[category], running_time=minutes
        )


def _make_event(stage: Stage, day: date, bills: _Bills, category: Category, number: int, random: Random) -> Event:
    production = bills.find(stage, day)
    title = production.title if production else words.act(random, stage.room.category == SPORT, stage.house.city)
    begins = datetime.combine(day, time(*random.choice(BEGINS[category.name])), stage.venue.tz)
    opens = datetime.combine(
        day - timedelta(days=random.randint(SHORTEST_SALE, LONGEST_SALE)), time(10), stage.venue.tz
    )
    return Event(
        name=title,
        slug=f"{slugify(title)}-{day:%Y-%m-%d}-{number}",
        category=category,
        production=production,
        venue=stage.venue,
        seating_plan=stage.plan,
        event_date=begins,
        doors_at=begins - timedelta(minutes=30 if category.name == FILMS else 60),
        ends_at=begins + timedelta(minutes=production.running_time if production else 150),
        published_at=opens,
    )


def _make_offers(event: Event, stage: Stage, types: dict[str, TicketType], random: Random) -> list[tuple[Offer, Part]]:
    dearer = random.randint(-2, 8)
    found = []
    for part in stage.room.parts:
        price = PRICES[stage.room.category][part.ticket_type] + dearer
        label = "" if stage.plan else part.name
        is_early = label == "Early bird"
        offer = Offer(
            event=event,
            ticket_type=types[part.ticket_type],
            label=label,
            price=price - 6 if is_early else price,
            capacity=stage.capacity(part),
            off_sale_at=event.event_date - timedelta(days=14) if is_early else None,
        )
        found.append((offer, part))
    return found


def _owned(evenings: Iterable[Evening], through: type) -> Iterable:
    for evening in evenings:
        for offer, part in evening.offers:
            if section := evening.stage.sections.get(part.name):
                yield through(offer_id=offer.pk, section_id=section.pk)
