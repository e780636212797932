"""A demo that looks as if the house had been open for two months: real rooms, invented evenings, believable sales.

``manage.py demo`` calls :func:`build` once, in one transaction: either all of it is there, or nothing. What is drawn by
lot comes from a seed, so that the same moment and the same seed make the same sales; codes, keys and passwords are
secrets all the same, and never repeat.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from bookings import tasks
from bookings.models import Booking, Ticket, WaitlistEntry
from events.models import Event
from ticketing.services import open_sales
from venues.models import Section, Venue
from venues.services import build_seats

from .dates import move_to
from .people import people
from .plan import HISTORY, plan
from .selling import BoxOffice
from .staff import Login, make_staff
from .waiting import keep_some, let_some_wait

SEED = 1870
"""The year in which the Musikverein opened."""

CANCELLED = "Kobalt Kinder"
ALMOST_SOLD_OUT = "Gunpowder, Treason and Pudding"
SOLD_OUT = "Preview: The Glass Orchard"
"""The names of events to which something happens."""
MUCH_WANTED = {CANCELLED: 18, ALMOST_SOLD_OUT: 44, SOLD_OUT: 34}
"""How many want to go there."""

FEW = 5
LETTERS = 6
"""So many confirmations of the history are really sent, so that the demo's mail page has something to show."""

ROOMS = ("venues", "events", "ticketing", "bookings", "reports")

Say = Callable[[str], None]


def is_there() -> bool:
    """Whether there is anything in this database that the demo would add to."""
    return Venue.objects.exists()


@transaction.atomic
def build(*, now: datetime, say: Say, seed: int = SEED) -> list[Login]:
    """Make the whole demo in a database without venues, and return the log-ins of its staff."""
    say("Loading venues, rooms and events …")
    call_command("loaddata", "demo", verbosity=0)
    move_to(timezone.localdate(now))
    _build_rooms(say)
    _open_sales(now, say)
    _sell(now, Random(seed), seed, say)  # noqa: S311
    _close_what_is_over(now, Random(seed))  # noqa: S311
    let_some_wait(Event.objects.get(name=SOLD_OUT), now, Random(seed))  # noqa: S311
    keep_some(_next_with_seats(now), now)
    _post_letters()
    return make_staff()


def _build_rooms(say: Say) -> None:
    sections = Section.objects.select_related("plan")
    say(f"Building the seats of {len(sections)} sections …")
    total = sum(build_seats(section=section) for section in sections)
    say(f"  {total:,} seats")


def _open_sales(now: datetime, say: Say) -> None:
    events = Event.objects.order_by("pk")
    say(f"Opening the sales of {len(events)} events …")
    total = sum(open_sales(event=event, now=min(event.published_at, now - HISTORY)) for event in events)
    say(f"  {total:,} places")


def _sell(now: datetime, random: Random, seed: int, say: Say) -> None:
    events = list(Event.objects.select_related("venue", "category").order_by("pk"))
    named = {event.name: event for event in events}
    ends = {
        named[CANCELLED].pk: now - timedelta(days=3),
        named[ALMOST_SOLD_OUT].pk: now - timedelta(hours=3),
        named[SOLD_OUT].pk: now - timedelta(hours=3),
    }
    box_office = BoxOffice(events, random)
    demand = _demand(events, seed) | {named[name].pk: wishes for name, wishes in MUCH_WANTED.items()}
    for wish in plan(events, demand, ends, now, seed):
        box_office.at(wish.at, box_office.hold, wish)
    rush = now - timedelta(minutes=100)
    box_office.at(ends[named[CANCELLED].pk], box_office.cancel_event, named[CANCELLED])
    box_office.at(rush, box_office.sell_out, named[ALMOST_SOLD_OUT], FEW, people())
    box_office.at(rush, box_office.sell_out, named[SOLD_OUT], 0, people())
    say("Selling, two months in one go …")
    for done in box_office.run():
        if done % 500 == 0:
            say(f"  {done:,} things have happened")
    say(f"  {Booking.objects.count():,} bookings")


def _demand(events: list[Event], seed: int) -> dict[int, int]:
    """How many wishes each event gets: more for what is featured, fewer for one showing among many."""
    random = Random(seed)  # noqa: S311
    demand = {}
    for event in events:
        share = (1.8 if event.is_featured else 1) / (2 if event.production_id else 1)
        demand[event.pk] = round(random.randint(8, 15) * share)
    return demand


def _next_with_seats(now: datetime) -> Event:
    """The first event in a few days whose room is not yet full."""
    coming = Event.objects.bookable(now).filter(seating_plan__isnull=False, event_date__gt=now + timedelta(days=5))
    return coming.exclude(name__in=MUCH_WANTED).order_by("event_date", "pk").first()


def _close_what_is_over(now: datetime, random: Random) -> None:
    """Complete past events; most of those who had a ticket came, around the time when the doors opened."""
    over = Event.objects.filter(status=Event.Status.ACTIVE, ends_at__lte=now)
    came = []
    for ticket in Ticket.objects.valid().filter(booking__event__in=over).select_related("booking__event"):
        if random.random() < 0.93:
            event = ticket.booking.event
            ticket.checked_in_at = event.doors_at + (event.event_date - event.doors_at) * random.betavariate(3, 2)
            came.append(ticket)
    Ticket.objects.bulk_update(came, ["checked_in_at"], batch_size=500)
    over.update(status=Event.Status.COMPLETED)


def _post_letters() -> None:
    """Leave only the last few letters in the queue: nobody wants the mail of two months at once."""
    DBTaskResult.objects.filter(task_path__startswith=f"{tasks.__name__}.").delete()
    latest = (
        Booking.objects.filter(status=Booking.Status.CONFIRMED).exclude(customer_email="").order_by("-confirmed_at")
    )
    for booking in list(latest[:LETTERS])[::-1]:
        tasks.send_confirmation.enqueue(booking.pk)
    given_back = Booking.objects.filter(cancellation_reason=Booking.Reason.CUSTOMER).order_by("-cancelled_at").first()
    if given_back:
        tasks.send_cancellation.enqueue(given_back.pk)
    for entry in WaitlistEntry.objects.filter(status=WaitlistEntry.Status.OFFERED):
        tasks.send_waitlist_letter.enqueue(entry.pk)
        tasks.end_waitlist_offers.using(run_after=entry.expires_at).enqueue(entry.event_id)


def clear() -> None:
    """Empty the tables of every room, and the folder of letters. Staff keep their log-ins."""
    models = [model for room in ROOMS for model in apps.get_app_config(room).get_models(include_auto_created=True)]
    tables = [model._meta.db_table for model in (*models, DBTaskResult)]
    statements = connection.ops.sql_flush(no_style(), tables, reset_sequences=True)
    connection.ops.execute_sql_flush(statements)
    for letter in settings.MAIL_DIR.glob("*.eml"):
        letter.unlink()
