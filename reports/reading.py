"""What a scope asks of tables beside the ledger: stock, bookings, tickets. Sums of money are in :mod:`reports.sums`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import wraps
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Count, Func, IntegerField, Q, QuerySet, Sum
from django.db.models.sql.compiler import SQLCompiler

from bookings.models import Booking, LedgerLine, Ticket
from events.models import Event, EventQuerySet
from ticketing.availability import Availability
from ticketing.models import FOREVER, Place

from .models import MonthSum
from .models.sums import NOT_FOLDED
from .scope import Scope

TEN_THOUSANDTH = Decimal("0.0001")
HUNDREDTH = Decimal("0.01")
MANY = 1_000
"""Of so many events it does not pay to name each."""


Answer = TypeVar("Answer")


def once(read: Callable[[Scope], Answer]) -> Callable[[Scope], Answer]:
    """Let a function of the scope read the database once for a question, however many sections of a report ask it."""

    @wraps(read)
    def answer(scope: Scope) -> Answer:
        if read not in scope.answers:
            scope.answers[read] = read(scope)
        return scope.answers[read]

    return answer


def share(part: int | Decimal, whole: int | Decimal) -> Decimal | None:
    """Say how much of the whole a part is: 1 is all of it. None: there is no whole."""
    return (Decimal(part) / Decimal(whole)).quantize(TEN_THOUSANDTH) if whole else None


def average(total: int | Decimal, count: int) -> Decimal | None:
    """Divide, to two places; None if there is nothing to divide by."""
    return (Decimal(total) / count).quantize(HUNDREDTH) if count else None


def local(event: Event) -> datetime:
    """When an event begins, on the clock of its venue, which has to be joined."""
    return event.event_date.astimezone(event.venue.tz)


class DaysBefore(Func):
    """The whole days from a date to the day of a moment on the clock of a zone: all three are columns."""

    output_field = IntegerField()

    def __init__(self, day: str, moment: str, zone: str) -> None:
        super().__init__(day, moment, zone)

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> tuple:
        template = "((%(moment)s AT TIME ZONE %(zone)s)::date - %(day)s)"
        return self._write(template, compiler)

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> tuple:
        local = "django_datetime_cast_date(%(moment)s, %(zone)s, 'UTC')"
        return self._write(f"CAST(julianday({local}) - julianday(%(day)s) AS INTEGER)", compiler)

    def _write(self, template: str, compiler: SQLCompiler) -> tuple:
        day, moment, zone = (compiler.compile(source)[0] for source in self.get_source_expressions())
        return template % {"day": day, "moment": moment, "zone": zone}, []


@dataclass(frozen=True)
class EventFacts:
    """What rows say of an event; ``begins`` is on the clock of its venue."""

    event_id: int
    event_slug: str
    event: str
    venue_id: int
    venue_slug: str
    venue: str
    begins: datetime


def read_facts(events: EventQuerySet) -> list[EventFacts]:
    """Read no more of events than rows say, as they come: there may be thousands. One query."""
    columns = ("pk", "slug", "name", "venue", "venue__slug", "venue__name", "event_date", "venue__time_zone")
    return [
        EventFacts(*facts, begins.astimezone(ZoneInfo(zone)))
        for *facts, begins, zone in events.order_by("event_date", "pk").values_list(*columns)
    ]


def events_among(scope: Scope, found: Collection[int]) -> EventQuerySet:
    """The events with these ids; where they are many, all events of the scope, which takes less time to ask for."""
    return scope.events() if len(found) > MANY else Event.objects.filter(pk__in=found)


def took_place(events: EventQuerySet, now: datetime) -> EventQuerySet:
    """Those that have begun and were not cancelled."""
    return events.filter(event_date__lte=now).exclude(status=Event.Status.CANCELLED)


def stock_by_event(scope: Scope, events: EventQuerySet) -> dict[int, Availability]:
    """Count the places of events, those of the scope's ticket type alone if it names one, by event id. One query.

    ``kept`` is not told apart from what customers hold. Events without places are absent.
    """
    places = Place.objects.filter(event__in=events.order_by().values("pk"))
    if scope.ticket_type:
        places = places.filter(offer__ticket_type=scope.ticket_type)
    counted = (
        places.order_by()
        .values("event_id")
        .annotate(
            capacity=Count("free_from"),
            free=Count("free_from", filter=Q(free_from__lte=scope.now)),
            held=Count("free_from", filter=Q(free_from__gt=scope.now, free_from__lt=FOREVER)),
            sold=Count("free_from", filter=Q(free_from=FOREVER, claim__isnull=False)),
            blocked=Count("free_from", filter=Q(free_from=FOREVER, claim__isnull=True)),
        )
    )
    return {row.pop("event_id"): Availability(**row) for row in counted}


def lines_in(scope: Scope) -> QuerySet[LedgerLine]:
    """The lines of the ledger that :func:`reports.sums.sales` adds up."""
    period = (scope.period.first, scope.period.last)
    return narrow(scope, LedgerLine.objects.filter(day__range=period, **scope.narrowed("event__")))


def lines_of(scope: Scope, events: EventQuerySet) -> QuerySet[LedgerLine]:
    """All lines of the ledger of these events, whenever they were written, of the scope's ticket type and channel."""
    return narrow(scope, LedgerLine.objects.filter(event__in=events.order_by().values("pk")))


def narrow(scope: Scope, rows: QuerySet, booking: str = "") -> QuerySet:
    """Those rows that are of the scope's ticket type and channel; ``booking`` is the path to where the channel stands.

    Lines of the ledger, and sums of them, say it themselves; of tickets it is ``booking__``.
    """
    asked = {"offer__ticket_type": scope.ticket_type, f"{booking}channel": scope.channel or None}
    return rows.filter(**{name: value for name, value in asked.items() if value is not None}).order_by()


def tickets_by_event(scope: Scope, events: EventQuerySet) -> dict[int, int]:
    """Count the tickets that are sold and not given back, by event id: as :func:`reports.sums.sales` does, over all
    time. One query; events of which nothing was ever sold are absent."""
    folded = narrow(scope, MonthSum.objects.filter(event__in=events.order_by().values("pk")))
    since = lines_of(scope, events).filter(NOT_FOLDED)
    parts = [part.values_list("event_id").annotate(Sum("quantity")) for part in (folded, since)]
    tickets: Counter[int] = Counter()
    for event, count in parts[0].union(parts[1], all=True):
        tickets[event] += count
    return dict(tickets)


def bookings_of(scope: Scope) -> QuerySet[Booking]:
    """The bookings that were begun in the period, on the clocks of the venues, whatever became of them.

    The clock of the venue matters only for the first and the last hours; a million bookings in between are not joined
    with it.
    """
    (outer_first, outer_end), (first, end) = scope.outermost, scope.innermost
    at_the_edges = Booking.objects.filter(
        Q(booking_date__lt=first) | Q(booking_date__gte=end), scope.within("booking_date", "event__venue__time_zone")
    )
    inside = Q(booking_date__gte=first, booking_date__lt=end) | Q(pk__in=at_the_edges.order_by().values("pk"))
    return narrow_bookings(
        scope, Booking.objects.filter(inside, booking_date__gte=outer_first, booking_date__lt=outer_end)
    )


def narrow_bookings(scope: Scope, bookings: QuerySet[Booking]) -> QuerySet[Booking]:
    """Those bookings that are of the scope's part of the house, its channel and its ticket type, whenever begun."""
    made = bookings.filter(**scope.narrowed("event__"))
    if scope.channel:
        made = made.filter(channel=scope.channel)
    if scope.ticket_type:
        made = made.filter(pk__in=Ticket.objects.filter(offer__ticket_type=scope.ticket_type).values("booking"))
    return made.order_by()


def to_come(scope: Scope) -> EventQuerySet:
    """Active events that have not begun: those of the period, or, where that looks back, all of them."""
    today = scope.now.date()
    looks_back = scope.period.first < today and scope.period.last <= today
    events = scope.events() if looks_back else scope.staged()
    return events.upcoming(scope.now).filter(status=Event.Status.ACTIVE)
