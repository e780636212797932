"""``manage.py benchmark_reports``: how long each report takes on the database at hand, and why the slowest does."""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median
from time import perf_counter

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django.db.models import Count
from django.http import HttpRequest
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bookings.models import Booking
from events.models import Event
from reports import files, views
from reports.exports import EXPORTS
from reports.figures import REPORTS
from reports.scope import Period, Scope
from venues.models import Venue

DASHBOARD, REPORT = 300, 1_000
"""What is aimed at, in milliseconds, with a million bookings."""

PLAN_LINES = 60


@dataclass(frozen=True)
class Run:
    """One page with one filter: how long it took in the middle of its repetitions, and what it asked the database."""

    page: str
    asked: str
    ms: int
    size: int
    queries: list[dict]

    @property
    def target(self) -> int:
        return DASHBOARD if self.page == "dashboard" else REPORT

    @property
    def in_database(self) -> int:
        return round(sum(seconds(query) for query in self.queries) * 1_000)

    @property
    def slowest(self) -> dict:
        return max(self.queries, key=seconds)


def seconds(query: dict) -> float:
    return float(query["time"])


class Command(BaseCommand):
    help = (
        "Time every report and the dashboard on this database, as a manager sees them, and show the plan of the "
        "slowest query. With --exports, stream every export as CSV and watch the memory. Writes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--repeat", type=int, default=3, help="How often each page is made.")
        parser.add_argument("--only", default="", help="Only the report of this slug, or dashboard.")
        parser.add_argument("--exports", action="store_true", help="Time the exports instead of the pages.")

    def handle(self, *args, **options) -> None:
        self.stdout.write(f"{connection.vendor}, {Booking.objects.count():,} bookings\n\n")
        if options["exports"]:
            self.time_exports()
            return
        runs = []
        self.stdout.write(f"{'page':<16}{'asked':<24}{'statements':>10}{'database':>10}{'ms':>8}{'kB':>7}")
        for run in time_pages(options["repeat"], options["only"]):
            runs.append(run)
            self.show(run)
        slow = [run for run in runs if run.ms > run.target]
        self.stdout.write(f"\n{len(runs) - len(slow)} of {len(runs)} within {REPORT:,} ms (dashboard: {DASHBOARD} ms)")
        if runs:
            self.explain(max(runs, key=lambda run: seconds(run.slowest)))

    def show(self, run: Run) -> None:
        line = f"{run.page:<16}{run.asked:<24}{len(run.queries):>10}{run.in_database:>10,}{run.ms:>8,}{run.size:>7,}"
        self.stdout.write(self.style.WARNING(f"{line}  slow") if run.ms > run.target else line)
        self.stdout.flush()

    def explain(self, run: Run) -> None:
        """Show the plan of the slowest statement of a page."""
        sql = run.slowest["sql"]
        self.stdout.write(f"\nThe slowest query, of {run.page} ({run.asked}), {run.slowest['time']} s:\n{sql}\n")
        how = "EXPLAIN (ANALYZE, BUFFERS)" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
        with connection.cursor() as cursor:
            cursor.cursor.execute(f"{how} {sql}")  # past Django, which would take % for a placeholder
            for row in cursor.fetchmany(PLAN_LINES):
                self.stdout.write(f"  {row[-1]}")

    def time_exports(self) -> None:
        """Stream all of each export, and tell by how much the process has grown."""
        user, now = manager(), timezone.now()
        zones = tuple(Venue.objects.order_by().values_list("time_zone", flat=True).distinct())
        scope = Scope(now=now, period=Period(now.date().replace(year=now.year - 10), now.date()), zones=zones)
        self.stdout.write(f"{'export':<16}{'rows':>12}{'MB':>8}{'seconds':>10}{'rows a second':>15}{'grown by MB':>13}")
        for export in EXPORTS:
            before, began, rows, size = peak(), perf_counter(), -1, 0
            for text in files.csv_lines(export.columns_for(user), export.rows(scope)):
                rows += text.count("\n")
                size += len(text)
            took = perf_counter() - began
            self.stdout.write(
                f"{export.slug:<16}{rows:>12,}{size / 1e6:>8.0f}{took:>10.1f}{rows / took:>15,.0f}"
                f"{peak() - before:>13.1f}"
            )
            self.stdout.flush()


def peak() -> float:
    """The most memory that this process has ever had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def manager() -> User:
    """Somebody who may see everything, and is in no table."""
    return User(username="benchmark", is_staff=True, is_superuser=True)


def time_pages(repeat: int, only: str) -> Iterator[Run]:
    for report in REPORTS:
        if only in ("", report.slug):
            for asked, query in filters(report.slug):
                yield _time(
                    report.slug, asked, query, lambda request, slug=report.slug: views.report(request, slug), repeat
                )
    if only in ("", "dashboard"):
        for asked, query in filters("dashboard"):
            yield _time("dashboard", asked, query, views.dashboard, repeat)


def filters(page: str) -> Iterator[tuple[str, dict[str, str]]]:
    """What managers ask: a month, a year, everything; and a year of one venue, and one event."""
    yield "30 days", {"period": "last_30"}
    yield "a year", {"period": "last_year"}
    yield "all", {"period": "all"}
    if busiest := Venue.objects.annotate(n=Count("events")).order_by("-n", "pk").first():
        yield "a year of one venue", {"period": "last_year", "venue": busiest.slug}
    if event := Event.objects.filter(event_date__lt=timezone.now()).order_by("-event_date", "pk").first():
        yield "one event", {"period": "all", "event": event.slug}


def _time(page: str, asked: str, query: dict, view: Callable, repeat: int) -> Run:
    times = []
    with CaptureQueriesContext(connection) as captured:
        response = view(_request(query))
    for _ in range(repeat):
        began = perf_counter()
        view(_request(query))
        times.append(perf_counter() - began)
    return Run(page, asked, round(median(times) * 1_000), len(response.content) // 1024, captured.captured_queries)


def _request(query: dict) -> HttpRequest:
    request = RequestFactory().get("/", query)
    request.user, request.htmx = manager(), None
    return request
