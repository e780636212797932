"""``manage.py benchmark_seats``: how many parties a second one process finds the best seats for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from time import perf_counter
from uuid import uuid4

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction
from django.utils import timezone

from events.models import Category, Event
from ticketing import stock
from ticketing.best import best_seats
from ticketing.models import FOREVER, Offer, Place, TicketType
from ticketing.services import open_sales
from ticketing.stock import Selection
from venues.models import SeatingPlan, Section, Venue
from venues.services import build_seats

LAYOUT = {"rows": {"count": 50, "skip": ["I", "O"]}, "seats": 60, "aisles": [20, 40], "radius": 60}
"""3,000 seats: 50 bent rows of 60, with two aisles."""


class Command(BaseCommand):
    help = (
        "Measure the best seats for parties of 1 to 6 in a hall of 3,000 seats, half sold at random, beside a plain "
        "claim of as many arbitrary seats. Needs PostgreSQL; everything happens in one transaction that is rolled back."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--parties", type=int, default=2_000, help="How many parties are seated in each round.")
        parser.add_argument("--seed", type=int, default=1, help="What chance begins with.")

    def handle(self, *args, parties: int, seed: int, **options) -> None:
        if connection.vendor != "postgresql":
            raise CommandError("This measures PostgreSQL: set DATABASE_URL to a migrated database")
        with transaction.atomic():
            self.measure(parties, Random(seed), timezone.now())
            transaction.set_rollback(True)

    def measure(self, parties: int, random: Random, now: datetime) -> None:
        event = make_hall(random, now)
        sizes = [random.randint(1, 6) for _ in range(parties)]
        for size in set(sizes):  # what a process learns once of a room
            best_seats(event, size, now=now)
        found = rate(sizes, lambda size: best_seats(event, size, now=now))
        free = list(Place.objects.free(now).filter(event=event).values_list("seat_id", flat=True))
        offers = list(event.offers.select_related("ticket_type"))

        def claim(size: int) -> None:
            with transaction.atomic():
                seats = Selection(seats=tuple(random.sample(free, size)))
                stock.claim(event=event, offers=offers, selection=seats, claim=uuid4(), now=now, until=now)

        claimed = rate(sizes, claim)
        self.stdout.write(f"{'':32}{'parties':>9}{'a second':>10}")
        self.stdout.write(f"{'best seats, found':32}{parties:>9,}{found:>10,.0f}")
        self.stdout.write(f"{'arbitrary seats, claimed':32}{parties:>9,}{claimed:>10,.0f}")
        self.stdout.write(f"{'found for each one claimed':32}{'':>9}{found / claimed:>10.2f}")


def rate(sizes: list[int], work: Callable[[int], object]) -> float:
    """Do the work for parties of these sizes. Returns how many were done a second."""
    began = perf_counter()
    for size in sizes:
        work(size)
    return len(sizes) / (perf_counter() - began)


def make_hall(random: Random, now: datetime) -> Event:
    """Make a hall, an event in it, and sell half of its seats."""
    name = f"Benchmark {uuid4()}"
    venue = Venue.objects.create(name=name, address="–", city="–", capacity=3_000)
    plan = SeatingPlan.objects.create(venue=venue, name="Hall", focus_y=-6)
    section = Section.objects.create(plan=plan, name="Stalls", layout=LAYOUT)
    build_seats(section=section)
    event = Event.objects.create(
        name=name,
        category=Category.objects.get_or_create(name="Benchmark", slug="benchmark")[0],
        venue=venue,
        seating_plan=plan,
        event_date=now + timedelta(days=30),
        published_at=now,
    )
    kind = TicketType.objects.get_or_create(name="Benchmark", defaults={"price": 40})[0]
    offer = Offer.objects.create(event=event, ticket_type=kind, price=40, capacity=1)
    offer.sections.add(section)
    open_sales(event=event, now=now)
    places = list(event.places.values_list("pk", flat=True))
    Place.objects.filter(pk__in=random.sample(places, len(places) // 2)).update(free_from=FOREVER, claim=uuid4())
    event.seating_plan.refresh_from_db()
    return event
