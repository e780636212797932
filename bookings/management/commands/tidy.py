"""Tidy up: to be run every minute. Customers depend on none of it but those who wait for places."""

from __future__ import annotations

import logging
import time

from django.core.management.base import BaseCommand, CommandParser
from django.db import OperationalError, close_old_connections
from django.utils import timezone

from bookings import services
from bookings.signals import tidied
from bookings.tasks import requeue_stuck_tasks
from bookings.webhooks import sending
from venues.api.idempotency import forget_requests
from venues.api.limits import forget_counts
from venues.imports.jobs import forget

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = (
        "Offer places that have come back to those who wait for them, cancel holds that lapsed long ago and bookings "
        "that a cancelled event has left behind, forget the rows of files that nobody has imported and webhooks of a "
        "month ago, put tasks whose worker died back into the queue, and let it send the reports that are due."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--every", type=int, metavar="SECONDS", help="Do so again and again, instead of once, with such a pause."
        )

    def handle(self, *args, **options) -> None:
        self.tidy(options["verbosity"])
        while options["every"]:
            time.sleep(options["every"])
            try:
                self.tidy(options["verbosity"])
            except OperationalError:  # the database is away for a moment
                logger.exception("Could not tidy up; next in %d seconds.", options["every"])
            close_old_connections()

    def tidy(self, verbosity: int) -> None:
        now = timezone.now()
        closed, ended = services.close_waitlists(now=now), services.end_waitlist_offers(now=now)
        offers = services.serve_lines(now=now)
        lapsed = services.cancel_lapsed(now=now)
        left = services.cancel_bookings_of_cancelled_events(now=now)
        forgotten, requeued = forget(now=now), requeue_stuck_tasks(now)
        woken, old = sending.wake(now), sending.forget(now)
        answers, counts = forget_requests(now), forget_counts(now)
        done_above = [line for _, line in tidied.send(sender=Command, now=now) if line]
        if not verbosity:
            return
        self.stdout.write(f"Waiting lists: {offers:,} offers made, {ended:,} ended, {closed:,} people taken off.")
        self.stdout.write(f"Holds that lapsed: {lapsed:,} cancelled.")
        self.stdout.write(f"Bookings of cancelled events: {left:,} cancelled.")
        self.stdout.write(f"Files that nobody has imported: the rows of {forgotten:,} forgotten.")
        self.stdout.write(f"Webhooks: {woken:,} receivers woken, {old:,} old deliveries forgotten.")
        self.stdout.write(f"API: {answers:,} stored answers and {counts:,} counts forgotten.")
        self.stdout.write(f"Tasks whose worker died: {requeued:,} put back.")
        for line in done_above:
            self.stdout.write(line)
