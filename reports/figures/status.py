"""What has become of bookings: their statuses, why they were cancelled, and whether lapsed holds came back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Upper

from bookings.models import Booking
from events.models import Event
from reports.reading import bookings_of, once, share
from reports.report import Column, Kind, Report, Section
from reports.scope import Scope
from reports.words import percent, things
from ticketing.money import to_cents

LAPSED = Booking.Reason.LAPSED
CANCELLED = Booking.Status.CANCELLED


@dataclass(frozen=True)
class StatusRow:
    """``tickets`` is what the bookings are, or were, for; ``total`` what they cost now."""

    status: str
    label: str
    bookings: int
    share: Decimal | None
    tickets: int
    total: Decimal


@dataclass(frozen=True)
class ReasonRow:
    """``sold`` says whether it is a reason for which confirmed bookings end, or holds that were never bought."""

    reason: str
    label: str
    bookings: int
    share: Decimal | None
    had_been_sold: int


@dataclass(frozen=True)
class LapsedRow:
    """``customers`` are e-mail addresses: whoever lets a hold lapse before giving one cannot be known again."""

    event_id: int
    event: str
    holds: int
    tickets: int
    customers: int
    came_back: int
    share: Decimal | None


@once
def _counted(scope: Scope) -> list[tuple]:
    """Bookings by status and by reason, with how many of them had once been confirmed."""
    groups = bookings_of(scope).values_list("status", "cancellation_reason").order_by("status", "cancellation_reason")
    sums = groups.annotate(Count("pk"), Sum("quantity"), Sum("total_price"), Count("confirmed_at"))
    return list(sums)


def by_status(scope: Scope) -> list[StatusRow]:
    """The bookings that were begun in the period by their status now; none at all: no rows."""
    counted = _counted(scope)
    every = sum(row[2] for row in counted)
    rows = []
    for status in Booking.Status:
        of_it = [row for row in counted if row[0] == status]
        bookings, tickets = sum(row[2] for row in of_it), sum(row[3] for row in of_it)
        total = to_cents(sum((row[4] for row in of_it), Decimal(0)))
        rows.append(StatusRow(status.value, status.label, bookings, share(bookings, every), tickets, total))
    return rows if every else []


def by_reason(scope: Scope) -> list[ReasonRow]:
    """Why bookings that were begun in the period have been cancelled, the most frequent reason first."""
    counted = [row for row in _counted(scope) if row[0] == CANCELLED]
    every = sum(row[2] for row in counted)
    rows = [
        ReasonRow(reason, Booking.Reason(reason).label, bookings, share(bookings, every), had_been_sold)
        for _, reason, bookings, _, _, had_been_sold in counted
    ]
    return sorted(rows, key=lambda row: (-row.bookings, row.reason))


def lapsed_holds(scope: Scope) -> QuerySet[Booking]:
    """Holds that ran out, whether that has been written down yet or not."""
    ran_out = Q(status=CANCELLED, cancellation_reason=LAPSED)
    return bookings_of(scope).filter(ran_out | Q(status=Booking.Status.PENDING, expires_at__lte=scope.now))


def lapsed(scope: Scope) -> list[LapsedRow]:
    """The events at which holds lapsed, the most first, and how many of the customers bought there after all.

    Somebody came back who has a booking of the same event, with the same address, that was confirmed after the hold
    had begun; it counts if it was cancelled later. Three statements.
    """
    holds = lapsed_holds(scope)
    people = Count(Upper("customer_email"), distinct=True, filter=~Q(customer_email=""))
    counted = holds.values_list("event").annotate(Count("pk"), Sum("quantity"), people)
    later = Booking.objects.annotate(address=Upper("customer_email")).filter(
        address=Upper(OuterRef("customer_email")),
        event=OuterRef("event"),
        confirmed_at__gt=OuterRef("booking_date"),
    )
    back = dict(
        holds.filter(Exists(later)).exclude(customer_email="").values_list("event").annotate(people)
    )
    names = dict(Event.objects.filter(pk__in=holds.values("event")).order_by().values_list("pk", "name"))
    rows = [
        LapsedRow(pk, names[pk], count, tickets, customers, back.get(pk, 0), share(back.get(pk, 0), customers))
        for pk, count, tickets, customers in counted
    ]
    return sorted(rows, key=lambda row: (-row.holds, row.event, row.event_id))
