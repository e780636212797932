"""Tidy up: to be run every few minutes. Nothing that customers see depends on it."""

from __future__ import annotations

from django.core.management.base import BaseCommand
from django.utils import timezone

from bookings import services
from bookings.tasks import requeue_stuck_tasks
from venues.imports.jobs import forget


class Command(BaseCommand):
    help = (
        "Cancel holds that lapsed long ago and bookings that a cancelled event has left behind, "
        "forget the rows of files that nobody has imported, and put tasks whose worker died back into the queue."
    )

    def handle(self, *args, **options) -> None:
        now = timezone.now()
        lapsed = services.cancel_lapsed(now=now)
        left = services.cancel_bookings_of_cancelled_events(now=now)
        self.stdout.write(f"Holds that lapsed: {lapsed:,} cancelled.")
        self.stdout.write(f"Bookings of cancelled events: {left:,} cancelled.")
        self.stdout.write(f"Files that nobody has imported: the rows of {forget(now=now):,} forgotten.")
        self.stdout.write(f"Tasks whose worker died: {requeue_stuck_tasks(now):,} put back.")
