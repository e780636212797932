"""Fill a database with a believable history of very many bookings, to try reports and to measure them."""

from __future__ import annotations

from time import monotonic

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from bookings.models import Booking
from reports.history import SEED, populate
from venues.models import Venue

REFUSAL = (
    "There are {bookings:,} bookings and {venues:,} venues in this database already. Invented sales among real ones "
    "cannot be told apart, nor taken out again. Use an empty database, or say --among-others if all of it may be lost."
)


class Command(BaseCommand):
    help = "Invent three years of events and their bookings, as many as asked for. Only for a database of its own."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--bookings", type=int, default=10_000, help="How many bookings, about.")
        parser.add_argument("--seed", type=int, default=SEED, help="What chance begins with.")
        parser.add_argument("--among-others", action="store_true", help="Even though there are bookings already.")

    def handle(self, *args, **options) -> None:
        bookings, venues = Booking.objects.count(), Venue.objects.count()
        if settings.IS_LIVE:
            raise CommandError("This installation sells to real customers: set DEMO=on if it is meant for trying out.")
        if (bookings or venues) and not options["among_others"]:
            raise CommandError(REFUSAL.format(bookings=bookings, venues=venues))
        began = monotonic()
        made = populate(bookings=options["bookings"], now=timezone.now(), seed=options["seed"], say=self.say)
        self.say(f"{made:,} bookings in {monotonic() - began:.0f} seconds.")

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
