"""What a scope asks of tables beside the ledger: stock, bookings, tickets. Sums of money are in :mod:`reports.sums`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from functools import wraps
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.db.models import Case, Count, DateField, Q, QuerySet, Sum, When
from django.db.models.functions import TruncDate

from bookings.models import Booking, LedgerLine, Ticket
from events.models import Event, EventQuerySet
from ticketing.availability import Availability
from ticketing.models import FOREVER, Place

from .scope import Scope

TEN_THOUSANDTH = Decimal("0.0001")
HUNDREDTH = Decimal("0.01")


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


def day_of(scope: Scope, moment: str, zone: str) -> Case:
    """The day of a moment on the clock of ``zone``; both are paths to columns."""
    days = [When(**{zone: name}, then=TruncDate(moment, tzinfo=ZoneInfo(name))) for name in scope.zones]
    return Case(*days, output_field=DateField())


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
    return _narrowed(scope, LedgerLine.objects.filter(day__range=period, **scope.narrowed("event__")))


def lines_of(scope: Scope, events: EventQuerySet) -> QuerySet[LedgerLine]:
    """All lines of the ledger of these events, whenever they were written, of the scope's ticket type and channel."""
    return _narrowed(scope, LedgerLine.objects.filter(event__in=events.order_by().values("pk")))


def _narrowed(scope: Scope, lines: QuerySet[LedgerLine]) -> QuerySet[LedgerLine]:
    asked = {"offer__ticket_type": scope.ticket_type, "channel": scope.channel or None}
    return lines.filter(**{name: value for name, value in asked.items() if value is not None}).order_by()


def tickets_by_event(scope: Scope, events: EventQuerySet) -> dict[int, int]:
    """Count the tickets that are sold and not given back, by event id: as :func:`reports.sums.sales` does, over all
    time. One query; events of which nothing was ever sold are absent."""
    return dict(lines_of(scope, events).values_list("event_id").annotate(Sum("quantity")))


def bookings_of(scope: Scope) -> QuerySet[Booking]:
    """The bookings that were begun in the period, on the clocks of the venues, whatever became of them."""
    made = Booking.objects.filter(scope.within("booking_date", "event__venue__time_zone"), **scope.narrowed("event__"))
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
