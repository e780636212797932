"""What has become of bookings: their statuses, why they were cancelled, and whether lapsed holds came back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Upper

from bookings.models import Booking
from reports import charts
from reports.columns import BEGINS, EVENT
from reports.reading import bookings_of, events_among, once, read_facts, share
from reports.report import Column, Figure, Kind, Report, Section
from reports.scope import Scope
from reports.words import percent, things
from ticketing.money import to_cents

LAPSED = Booking.Reason.LAPSED
CONFIRMED, CANCELLED = Booking.Status.CONFIRMED, Booking.Status.CANCELLED

EMPTY = "No booking was begun in this time."


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
    """``had_been_sold`` counts the bookings that were confirmed before; the others were holds."""

    reason: str
    label: str
    bookings: int
    share: Decimal | None
    had_been_sold: int
    tickets: int


@dataclass(frozen=True)
class LapsedRow:
    """``customers`` are e-mail addresses: whoever lets a hold lapse before giving one cannot be known again."""

    event_id: int
    event_slug: str
    event: str
    begins: datetime
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
        ReasonRow(reason, Booking.Reason(reason).label, bookings, share(bookings, every), had_been_sold, tickets)
        for _, reason, bookings, tickets, _, had_been_sold in counted
    ]
    return sorted(rows, key=lambda row: (-row.bookings, row.reason))


def lapsed_holds(scope: Scope) -> QuerySet[Booking]:
    """Holds that ran out, whether that has been written down yet or not."""
    return bookings_of(scope).filter(
        Q(cancellation_reason=LAPSED) | Q(status=Booking.Status.PENDING, expires_at__lte=scope.now)
    )


def lapsed(scope: Scope) -> list[LapsedRow]:
    """The events at which holds lapsed, the most first, and how many of the customers bought there after all.

    Somebody came back who has a booking of the same event, with the same address, that was confirmed after the hold
    had begun; it counts if it was cancelled later. Three statements.
    """
    holds = lapsed_holds(scope)
    people = Count(Upper("customer_email"), distinct=True, filter=~Q(customer_email=""))
    sums = holds.values_list("event").annotate(Count("pk"), Sum("quantity"), people=people)
    counted = {pk: counts for pk, *counts in sums}
    later = Booking.objects.annotate(address=Upper("customer_email")).filter(
        address=Upper(OuterRef("customer_email")),
        event=OuterRef("event"),
        confirmed_at__gt=OuterRef("booking_date"),
    )
    back = dict(holds.filter(Exists(later)).exclude(customer_email="").values_list("event").annotate(people=people))
    rows = []
    for event in read_facts(events_among(scope, counted)):
        if event.event_id not in counted:
            continue
        count, tickets, customers = counted[event.event_id]
        came_back = back.get(event.event_id, 0)
        rows.append(
            LapsedRow(
                event_id=event.event_id,
                event_slug=event.event_slug,
                event=event.event,
                begins=event.begins,
                holds=count,
                tickets=tickets,
                customers=customers,
                came_back=came_back,
                share=share(came_back, customers),
            )
        )
    return sorted(rows, key=lambda row: (-row.holds, row.event, row.event_id))


def read_statuses(rows: Sequence[StatusRow], scope: Scope) -> str:
    counts = {row.status: row for row in rows}
    every = things(sum(row.bookings for row in rows), "booking")
    confirmed, cancelled = counts[CONFIRMED], counts[CANCELLED]
    return f"Of {every}, {percent(confirmed.share)} are confirmed and {percent(cancelled.share)} are cancelled."


def draw_statuses(rows: Sequence[StatusRow], scope: Scope) -> Figure:
    return charts.share_bar({row.label: row.bookings for row in rows})


def read_reasons(rows: Sequence[ReasonRow], scope: Scope) -> str:
    every, sold = sum(row.bookings for row in rows), sum(row.had_been_sold for row in rows)
    return (
        f"The most frequent reason, with {percent(rows[0].share)}: {rows[0].label.lower()}. "
        f"{things(sold, 'booking')} of {every:,} had been confirmed before."
    )


def draw_reasons(rows: Sequence[ReasonRow], scope: Scope) -> Figure:
    return charts.bars([row.label for row in rows], [row.bookings for row in rows])


def read_lapsed(rows: Sequence[LapsedRow], scope: Scope) -> str:
    holds, customers = sum(row.holds for row in rows), sum(row.customers for row in rows)
    if not customers:
        return f"{things(holds, 'hold')} lapsed before anybody had said who they were."
    back = percent(share(sum(row.came_back for row in rows), customers))
    known = things(customers, "customer")
    return f"{things(holds, 'hold')} lapsed. Of {known} who had said who they were, {back} came back."


NOTE = "The period is when the bookings were begun. Those of the chosen ticket type have a ticket of it, among others."

REPORT = Report(
    slug="status",
    title="Statuses",
    question="What becomes of bookings, and why are they cancelled?",
    sections=(
        Section(
            slug="statuses",
            title="By status",
            rows=by_status,
            columns=(
                Column("label", "Status"),
                Column("bookings", "Bookings", Kind.COUNT, "As they stand now.", is_added_up=True),
                Column("share", "Share", Kind.SHARE, "Of all bookings begun in the period.", is_added_up=True),
                Column("tickets", "Tickets", Kind.COUNT, "What the bookings are, or were, for.", is_added_up=True),
                Column("total", "Worth", Kind.MONEY, "What the bookings cost, discounts taken off."),
            ),
            chart=draw_statuses,
            reading=read_statuses,
            empty=EMPTY,
            note=NOTE,
            speaks_of_money=False,
        ),
        Section(
            slug="reasons",
            title="Why they were cancelled",
            rows=by_reason,
            columns=(
                Column("label", "Reason"),
                Column("bookings", "Bookings", Kind.COUNT, "Cancelled for this reason.", is_added_up=True),
                Column("share", "Share", Kind.SHARE, "Of all cancelled bookings.", is_added_up=True),
                Column("had_been_sold", "Confirmed before", Kind.COUNT, "The others were holds.", is_added_up=True),
                Column("tickets", "Tickets", Kind.COUNT, "What the bookings were for.", is_added_up=True),
            ),
            chart=draw_reasons,
            reading=read_reasons,
            empty="No booking begun in this time has been cancelled.",
            note=NOTE,
        ),
        Section(
            slug="lapsed",
            title="Holds that lapsed",
            rows=lapsed,
            columns=(
                EVENT,
                BEGINS,
                Column("holds", "Holds", Kind.COUNT, "Ran out before they were paid.", is_added_up=True),
                Column("tickets", "Tickets", Kind.COUNT, "That were held.", is_added_up=True),
                Column("customers", "Customers", Kind.COUNT, "E-mail addresses that were given.", is_added_up=True),
                Column("came_back", "Came back", Kind.COUNT, "Bought for the same event later.", is_added_up=True),
                Column("share", "Of these", Kind.SHARE, "Customers who came back."),
            ),
            reading=read_lapsed,
            empty="No hold has lapsed in this time.",
            note=NOTE,
        ),
    ),
)
