"""Customers: who comes for the first time, who comes again, and how often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.db.models import Count, Min, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth, Upper
from django.utils.dateformat import format as format_date

from bookings.models import Booking
from reports import charts
from reports.reading import bookings_of
from reports.report import Column, Figure, Kind, Report, Section
from reports.scope import Scope
from reports.words import percent, things

WHO = Upper("customer_email")
"""Whatever the case in which it was written, an address is one customer. Index: ``booking_email_upper``."""

FEW_DAYS = 92
"""Of so many days, and fewer, customers are few enough to be found by their addresses, as those of a venue are."""

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

    Whoever came in a month is joined with the month in which they came first of all: to look each of them up by
    themselves takes a minute for a million bookings.
    """
    with connection.cursor() as cursor:
        cursor.execute(*_newcomers(scope))
        found = [(date.fromisoformat(str(month)[:10]), int(all_), int(known)) for month, all_, known in cursor]
    return [
        MonthRow(
            month=month,
            name=format_date(month, "F Y"),
            customers=customers,
            new=customers - returning,
            returning=returning,
            share=Decimal(returning) / customers,
        )
        for month, customers, returning in found
    ]


def _newcomers(scope: Scope) -> tuple[str, tuple]:
    """Ask of each month, on the office's clock, how many customers it had, and how many of them had come before."""
    bought, zone = _bought(bookings_of(scope)), ZoneInfo(settings.TIME_ZONE)
    came = bought.annotate(month=TruncMonth("booking_date", tzinfo=zone)).values_list("who", "month").distinct()
    ever = _bought(Booking.objects.all())
    if scope.period.days <= FEW_DAYS or scope.is_narrowed:
        ever = ever.filter(who__in=bought.values("who"))
    firsts = ever.values_list("who").annotate(first=TruncMonth(Min("booking_date"), tzinfo=zone))
    (came_sql, came_params), (firsts_sql, firsts_params) = (query.query.sql_with_params() for query in (came, firsts))
    statement = f"""
        SELECT came.month, COUNT(*), SUM(CASE WHEN firsts.first < came.month THEN 1 ELSE 0 END)
        FROM ({came_sql}) came JOIN ({firsts_sql}) firsts ON firsts.who = came.who
        GROUP BY came.month ORDER BY came.month
    """
    return statement, (*came_params, *firsts_params)


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
