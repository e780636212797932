"""Customers: who comes for the first time, who comes again, and how often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth, Upper
from django.utils.dateformat import format as format_date

from bookings.models import Booking
from reports import charts
from reports.reading import bookings_of
from reports.report import Column, Figure, Kind, Report, Section
from reports.scope import Period, Scope
from reports.words import percent, things

WHO = Upper("customer_email")
"""Whatever the case in which it was written, an address is one customer. Index: ``booking_email_upper``."""

STEPS = (
    ("One booking", Q(n=1)),
    ("Two bookings", Q(n=2)),
    ("Three to five", Q(n__gte=3, n__lte=5)),
    ("Six or more", Q(n__gte=6)),
)


@dataclass(frozen=True)
class LoyaltyRow:
    """Customers who have booked so often in the period. ``share`` is of all customers."""

    name: str
    customers: int
    bookings: int
    share: Decimal


@dataclass(frozen=True)
class MonthRow:
    """Customers of one month. ``returning`` are those who had booked before it began, whenever and whatever."""

    month: date
    name: str
    customers: int
    new: int
    returning: int
    share: Decimal


def _bought(bookings: QuerySet[Booking]) -> QuerySet[Booking]:
    """Those that somebody whose address is known has bought; not what merely replaces another one."""
    bought = bookings.filter(confirmed_at__isnull=False, replaces__isnull=True).exclude(customer_email="")
    return bought.order_by().annotate(who=WHO)


def loyalty(scope: Scope) -> list[LoyaltyRow]:
    """Say how many customers have booked how often. One query; empty if nobody has."""
    customers = _bought(bookings_of(scope)).values("who").annotate(n=Count("pk"))
    counts = {f"customers_{index}": Count("who", filter=step) for index, (_, step) in enumerate(STEPS)}
    sums = {f"bookings_{index}": Sum("n", filter=step, default=0) for index, (_, step) in enumerate(STEPS)}
    found = customers.aggregate(**counts, **sums)
    whole = sum(found[name] for name in counts)
    if not whole:
        return []
    return [
        LoyaltyRow(
            name, found[f"customers_{index}"], found[f"bookings_{index}"], Decimal(found[f"customers_{index}"]) / whole
        )
        for index, (name, _) in enumerate(STEPS)
    ]


def by_month(scope: Scope) -> list[MonthRow]:
    """Say how many customers of each month had come before. One query; months without customers have no row.

    Customers are added up by month and address first, so that each of them is looked up once a month, however often
    they have booked.
    """
    zone = ZoneInfo(settings.TIME_ZONE)
    before = _bought(Booking.objects.all()).filter(who=OuterRef("who"), booking_date__lt=OuterRef("month"))
    months = _bought(bookings_of(scope)).annotate(month=TruncMonth("booking_date", tzinfo=zone)).values("month", "who")
    customers = months.annotate(n=Count("pk"), is_known=Exists(before))
    found = [(start, _of_month(index, start)) for index, start in enumerate(_months(scope.period, zone))]
    counts = customers.aggregate(**{name: count for _, asked in found for name, count in asked.items()})
    rows = [(start, *(counts[name] for name in asked)) for start, asked in found]
    return [
        MonthRow(
            month=start.date(),
            name=format_date(start, "F Y"),
            customers=customers,
            new=customers - returning,
            returning=returning,
            share=Decimal(returning) / customers,
        )
        for start, customers, returning in rows
        if customers
    ]


def _of_month(index: int, start: datetime) -> dict[str, Count]:
    """Count the customers of one month, and those among them who had come before."""
    return {
        f"customers_{index}": Count("who", filter=Q(month=start)),
        f"returning_{index}": Count("who", filter=Q(month=start, is_known=True)),
    }


def _months(period: Period, zone: ZoneInfo) -> list[datetime]:
    """When the months begin, on the office's clock, in which venues anywhere may have days of the period."""
    first, last = period.first - timedelta(days=1), period.last + timedelta(days=1)
    starts = [datetime.combine(first.replace(day=1), time.min, zone)]
    while (later := (starts[-1] + timedelta(days=32)).replace(day=1)).date() <= last:
        starts.append(later)
    return starts


# The report ---------------------------------------------------------------------------------------


def read_loyalty(rows: Sequence[LoyaltyRow], scope: Scope) -> str:
    customers = sum(row.customers for row in rows)
    again = Decimal(customers - rows[0].customers) / customers
    bookings = sum(row.bookings for row in rows)
    return (
        f"{percent(again)} of {things(customers, 'customer')} booked more than once; "
        f"they made {things(bookings, 'booking')} in all."
    )


def chart_loyalty(rows: Sequence[LoyaltyRow], scope: Scope) -> Figure:
    return charts.share_bar({row.name: row.customers for row in rows if row.customers})


def read_months(rows: Sequence[MonthRow], scope: Scope) -> str:
    customers, returning = sum(row.customers for row in rows), sum(row.returning for row in rows)
    if len(rows) == 1:
        return f"{percent(rows[0].share)} of the {things(customers, 'customer')} of {rows[0].name} had booked before."
    best = max(rows, key=lambda row: row.share)
    return (
        f"On average {percent(Decimal(returning) / customers)} of a month’s customers had booked before; "
        f"most in {best.name}, with {percent(best.share)}."
    )


def chart_months(rows: Sequence[MonthRow], scope: Scope) -> Figure:
    series = {"New": [row.new for row in rows], "Returning": [row.returning for row in rows]}
    return charts.columns([row.name for row in rows], series, is_stacked=True)


NOTE = (
    "A customer is an e-mail address, whatever the case in which it was written. Bookings without an address, such as "
    "most of those at the counter, are not counted; nor is one that replaces another after an exchange. One that was "
    "cancelled later counts. Months are those of the office’s calendar."
)
LOYALTY = (
    Column("name", "How often"),
    Column("customers", "Customers", Kind.COUNT, "Who have booked so often in this time.", is_added_up=True),
    Column("bookings", "Bookings", Kind.COUNT, "All that they booked in this time.", is_added_up=True),
    Column("share", "Share", Kind.SHARE, "Of all customers."),
)
MONTHS = (
    Column("name", "Month"),
    Column("customers", "Customers", Kind.COUNT, "Who have booked in this month, as far as it was asked about."),
    Column("new", "New", Kind.COUNT, "Who had never booked before this month."),
    Column("returning", "Returning", Kind.COUNT, "Who had booked before this month, whenever and whatever."),
    Column("share", "Share returning", Kind.SHARE),
)
EMPTY = "Nobody whose address is known has booked in this time."

REPORT = Report(
    slug="customers",
    title="Customers",
    question="Who comes again?",
    sections=(
        Section("loyalty", "How often customers book", loyalty, LOYALTY, chart_loyalty, read_loyalty, EMPTY, NOTE),
        Section("months", "New and returning customers", by_month, MONTHS, chart_months, read_months, EMPTY, NOTE),
    ),
    permission="reports.view_customers",
    template="reports/customers.html",
)
