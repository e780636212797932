"""Customers: who comes for the first time, who comes again, and how often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import Count, Min, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth, Upper
from django.utils.dateformat import format as format_date

from bookings.models import LedgerLine
from reports import charts
from reports.reading import lines_in
from reports.report import Column, Figure, Kind, Report, Section
from reports.scope import Scope
from reports.words import percent, things

WHO = Upper("booking__customer_email")
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


def _sold(scope: Scope) -> QuerySet[LedgerLine]:
    """What was sold to customers whose address is known."""
    sold = lines_in(scope).filter(kind=LedgerLine.Kind.SALE).exclude(booking__customer_email="")
    return sold.order_by().annotate(who=WHO)


def loyalty(scope: Scope) -> list[LoyaltyRow]:
    """Say how many customers have booked how often. One query; empty if nobody has."""
    customers = _sold(scope).values("who").annotate(n=Count("booking", distinct=True))
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

    Whoever came in a month is joined with the day on which they came first of all: to ask about each of them apart
    takes a minute for a million bookings.
    """
    came = _sold(scope).annotate(month=TruncMonth("day")).values_list("who", "month").distinct()
    ever = LedgerLine.objects.filter(kind=LedgerLine.Kind.SALE).exclude(booking__customer_email="")
    firsts = ever.annotate(who=WHO).order_by().values_list("who").annotate(first=Min("day"))
    came_sql, came_params = came.query.sql_with_params()
    firsts_sql, firsts_params = firsts.query.sql_with_params()
    statement = f"""
        SELECT came.month, COUNT(*), SUM(CASE WHEN firsts.first < came.month THEN 1 ELSE 0 END)
        FROM ({came_sql}) came JOIN ({firsts_sql}) firsts ON firsts.who = came.who
        GROUP BY came.month ORDER BY came.month
    """
    with connection.cursor() as cursor:
        cursor.execute(statement, (*came_params, *firsts_params))
        rows = [(date.fromisoformat(str(month)[:10]), *counts) for month, *counts in cursor.fetchall()]
    return [
        MonthRow(
            month=month,
            name=format_date(month, "F Y"),
            customers=customers,
            new=customers - returning,
            returning=returning,
            share=Decimal(returning) / customers,
        )
        for month, customers, returning in rows
    ]


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
    "most of those at the counter, are not counted; nor is one that replaces another after an exchange."
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
