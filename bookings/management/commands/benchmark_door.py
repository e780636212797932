"""``manage.py benchmark_door``: how many tickets a second the doors of one event read together, none admitted twice."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from datetime import datetime, timedelta
from itertools import count
from random import Random
from time import perf_counter

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.test import Client
from django.test.utils import setup_test_environment, teardown_test_environment
from django.urls import reverse
from django.utils import timezone

from bookings import services
from bookings.models import Scan, Ticket
from bookings.signing import sign_code
from events.models import Category, Event
from ticketing.models import Offer, TicketType
from ticketing.services import open_sales
from ticketing.stock import Selection
from venues.models import Venue

PARTY = 4
SHOWN_AT = 3
"""At so many doors each ticket is shown."""


class Command(BaseCommand):
    help = (
        "Let several doors scan the tickets of one event, each ticket at three of them, through the whole site as a "
        "browser's requests go. Needs PostgreSQL, and makes a database of its own, which it drops afterwards."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--doors", type=int, default=8)
        parser.add_argument("--tickets", type=int, default=400)
        parser.add_argument("--seed", type=int, default=1, help="What chance begins with.")

    def handle(self, *args, doors: int, tickets: int, seed: int, **options) -> None:
        if connection.vendor != "postgresql":
            raise CommandError("This measures PostgreSQL: set DATABASE_URL")
        ours = connection.settings_dict["NAME"]
        connection.settings_dict["TEST"]["NAME"] = f"benchmark_{uuid.uuid4().hex[:12]}"
        connection.creation.create_test_db(verbosity=0, serialize=False)
        setup_test_environment(debug=False)
        try:
            self.measure(doors, tickets, Random(seed), timezone.now())
        finally:
            teardown_test_environment()
            connection.creation.destroy_test_db(ours, verbosity=0)

    def measure(self, doors: int, tickets: int, random: Random, now: datetime) -> None:
        event = sell_event(tickets, now)
        codes = [sign_code(event.pk, code) for code in Ticket.objects.values_list("code", flat=True)]
        piles: list[list[str]] = [[] for _ in range(doors)]
        for turn, code in zip(count(), codes, strict=False):
            for door in range(min(SHOWN_AT, doors)):
                piles[(turn + door) % doors].append(code)
        for pile in piles:
            random.shuffle(pile)
        began = perf_counter()
        answers = run_doors(event, piles)
        seconds = perf_counter() - began
        admitted = Counter(Scan.objects.filter(result="admitted").values_list("ticket", flat=True))
        twice = sum(times > 1 for times in admitted.values())
        self.stdout.write(f"{doors} doors, {len(codes):,} tickets, {sum(answers.values()):,} scans in {seconds:.1f} s")
        self.stdout.write(f"{sum(answers.values()) / seconds:,.0f} scans a second: {dict(sorted(answers.items()))}")
        self.stdout.write(f"admitted twice: {twice}; not admitted: {len(codes) - len(admitted)}")
        if twice or len(admitted) != len(codes):
            raise CommandError("The doors are broken.")


def run_doors(event: Event, piles: list[list[str]]) -> Counter[str]:
    """Let each door scan its pile, all at once. Returns how often each answer was given."""
    answers: Counter[str] = Counter()
    lock, line = threading.Lock(), threading.Barrier(len(piles))
    url = reverse("door:scan", args=[event.pk])

    def work(number: int, pile: list[str]) -> None:
        client = Client(headers={"accept": "application/json"})
        client.force_login(User.objects.get_or_create(username=f"door{number}", is_staff=True, is_superuser=True)[0])
        line.wait()
        given: Counter[str] = Counter()
        for code in pile:
            shown = {"read": code, "gate": f"Gate {number}", "uid": uuid.uuid4()}
            given[client.post(url, shown, secure=True).json()["result"]] += 1
        connection.close()
        with lock:
            answers.update(given)

    threads = [threading.Thread(target=work, args=pair) for pair in enumerate(piles, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def sell_event(tickets: int, now: datetime) -> Event:
    """Sell an event that begins in half an hour, to parties of four."""
    event = Event.objects.create(
        name="Benchmark",
        category=Category.objects.create(name="Benchmark", slug="benchmark"),
        venue=Venue.objects.create(name="Benchmark", address="–", city="–", capacity=100_000),
        event_date=now + timedelta(minutes=30),
        published_at=now,
    )
    kind = TicketType.objects.create(name="Benchmark", price=40)
    offer = Offer.objects.create(event=event, ticket_type=kind, price=0, capacity=tickets)
    open_sales(event=event, now=now)
    for start in range(0, tickets, PARTY):
        selection = Selection({offer.pk: min(PARTY, tickets - start)})
        booking = services.hold(event=event, offers=[offer], selection=selection, now=now)
        booking = services.set_details(booking=booking, name="Ada Lovelace", email=f"ada{start}@example.org", now=now)
        services.confirm(booking=booking, now=now, charge=None)
    return event
