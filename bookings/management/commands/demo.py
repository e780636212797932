"""``manage.py demo``: fill an empty installation with a house that has been open for two months."""

from __future__ import annotations

from time import monotonic

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse
from django.utils import timezone

from bookings import demo
from bookings.demo.staff import Login, renew_key, renew_passwords
from bookings.models import Booking
from events.models import Event
from venues.models import Venue


class Command(BaseCommand):
    help = "Make a demo: venues, events, and two months of sales around today. What is there already stays."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--reset", action="store_true", help="Delete everything first, and start anew.")
        parser.add_argument("--no-input", action="store_true", help="Do not ask before deleting.")
        parser.add_argument(
            "--passwords",
            action="store_true",
            help="Give the staff new passwords, and programs a new key, and print them.",
        )
        parser.add_argument("--seed", type=int, default=demo.SEED, help="What chance begins with.")

    def handle(self, *args, **options) -> None:
        if not settings.DEMO:
            raise CommandError("This is not a demo installation. Set DEMO=on if it is meant to be one.")
        if options["passwords"]:
            self.show(renew_passwords(), renew_key(timezone.now()))
            return
        if options["reset"] and demo.is_there():
            self.confirm_reset(ask=not options["no_input"])
            demo.clear()
        if demo.is_there():
            self.stdout.write(self.there_already())
            self.show([])
            return
        began = monotonic()
        logins = demo.build(now=timezone.now(), say=self.say, seed=options["seed"])
        self.say(f"Done in {monotonic() - began:.0f} seconds.")
        self.show(logins, renew_key(timezone.now()))

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def confirm_reset(self, *, ask: bool) -> None:
        """Ask whether everything may go.

        Raises:
            CommandError: it may not.
        """
        bookings, events = Booking.objects.count(), Event.objects.count()
        question = f"Delete all {bookings:,} bookings, {events:,} events, and every venue? Type yes to go on: "
        if ask and input(question).strip().lower() != "yes":
            raise CommandError("Nothing was deleted.")

    def there_already(self) -> str:
        venues, events, bookings = Venue.objects.count(), Event.objects.count(), Booking.objects.count()
        return (
            f"The data are there: {venues} venues, {events} events, {bookings:,} bookings.\n"
            "  Forgotten the passwords?  manage.py demo --passwords\n"
            "  Start anew, from today?   manage.py demo --reset"
        )

    def show(self, logins: list[Login], secret: str = "") -> None:
        """Print where everything is, and what is shown only now: passwords, and the secret of a key to the API."""
        places = ("Tickets", "events:home"), ("Staff", "admin:index"), ("API", "api_docs"), ("Mail", "demo_mail")
        for what, name in places:
            self.stdout.write(f"  {what:<12}{settings.SITE_URL}{reverse(name)}")
        if logins:
            self.stdout.write("\nLog-ins, shown only now (new ones: manage.py demo --passwords)")
        for login in logins:
            self.stdout.write(f"  {login.username:<12}{login.password:<20}{login.role}")
        if secret:
            self.stdout.write(f"\nKey to the API, which may do what the manager may do, shown only now\n  {secret}")
