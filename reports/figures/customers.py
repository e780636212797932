"""Customers: who comes for the first time, who comes again, and how often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Expression, Func, IntegerField, Min, QuerySet
from django.db.models.functions import Upper
from django.db.models.sql.compiler import SQLCompiler
from django.utils.dateformat import format as format_date

from bookings.models import Booking
from reports import charts
from reports.periods import steps
from reports.reading import narrow_bookings, once
from reports.report import Column, Figure, Kind, Report, Section
from reports.scope import Scope
from reports.words import percent, things

WHO = Upper("customer_email")
"""Whatever the case in which it was written, an address is one customer. Index: ``booking_by_customer``."""

FEW_DAYS = 7
"""Of so many days, and fewer, customers are few enough to be found by their addresses, as those of a venue are."""

MOST = 6
"""Bookings of one customer beyond this many are not told apart."""

OFTEN = (("One booking", 1, 1), ("Two bookings", 2, 2), ("Three to five", 3, 5), ("Six or more", MOST, MOST))

FIRST_ASKED = 2
"""The step, see :class:`Step`, with which the period begins."""


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


@dataclass(frozen=True)
class Came:
    """So many ``bookings`` of a month, each the ``nth`` of its customer in the period.

    They are by customers who are ``new`` in that month or had been ``known`` before, or who came ``again`` within it.
    """

    month: date
    kind: str
    nth: int
    bookings: int


class Step(Func):
    """How many of the bounds, moments in order, a moment has reached: a small number, quicker than a month's name.

    The first bound is the beginning of the month in which the period begins, the second that of the period, which may
    be the same; then comes that of each further month.
    """

    output_field = IntegerField()

    def __init__(self, moment: str | Expression, bounds: Sequence[datetime]) -> None:
        super().__init__(moment)
        self.bounds = list(bounds)

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> tuple:
        moment, params = compiler.compile(self.get_source_expressions()[0])
        return f"WIDTH_BUCKET({moment}, %s::timestamptz[])", [*params, self.bounds]

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> tuple:
        moment, params = compiler.compile(self.get_source_expressions()[0])
        reached, moments = [f"({moment} >= %s)"] * len(self.bounds), []
        for bound in self.bounds:
            moments += [*params, connection.ops.adapt_datetimefield_value(bound)]
        return f"({' + '.join(reached)})", moments


def loyalty(scope: Scope) -> list[LoyaltyRow]:
    """Say how many customers have booked how often; empty if nobody has."""
    nth: Counter[int] = Counter()
    for came in _came(scope):
        nth[came.nth] += came.bookings  # so many customers have booked so often, or more often
    further = nth.pop(MOST + 1, 0)
    if not nth:
        return []
    exactly = {often: count - nth[often + 1] for often, count in list(nth.items())}
    rows = []
    for name, low, high in OFTEN:
        customers = sum(exactly.get(often, 0) for often in range(low, high + 1))
        bookings = sum(often * exactly.get(often, 0) for often in range(low, high + 1))
        share = Decimal(customers) / nth[1]
        rows.append(LoyaltyRow(name, customers, bookings + (further if high == MOST else 0), share))
    return rows


def by_month(scope: Scope) -> list[MonthRow]:
    """Say how many customers of each month had come before; months without customers have no row."""
    counts: dict[date, Counter[str]] = {}
    for came in _came(scope):
        counts.setdefault(came.month, Counter())[came.kind] += came.bookings
    return [
        MonthRow(
            month=month,
            name=format_date(month, "F Y"),
            customers=count["new"] + count["known"],
            new=count["new"],
            returning=count["known"],
            share=Decimal(count["known"]) / (count["new"] + count["known"]),
        )
        for month, count in sorted(counts.items())
    ]


@once
def _came(scope: Scope) -> list[Came]:
    """Walk once through what each customer has booked, in the order of time, and count it. One query.

    Whoever asks about the whole house and a long time has every booking read anyway, those before the period as well:
    the index has them in this order. Elsewhere only what is asked about is read, and joined with when its customers
    came first of all.
    """
    zone = ZoneInfo(settings.TIME_ZONE)
    first, end = scope.period.bounds(zone)
    months = [part.first.replace(day=1) for part in steps(scope.period, "month")]
    starts = [datetime.combine(month, time.min, zone) for month in months]
    bounds = [starts[0], first, *starts[1:]]
    ever = _bought(Booking.objects.filter(booking_date__lt=end))
    asked = narrow_bookings(scope, ever.filter(booking_date__gte=first))
    is_whole = not (scope.is_narrowed or scope.channel or scope.ticket_type)
    if is_whole and scope.period.days > FEW_DAYS:
        source, params = _sql(ever, "booking_date", step=Step("booking_date", bounds))
        first_ever = "FIRST_VALUE(step) OVER w"
    else:
        source, params = _with_firsts(scope, asked, ever, bounds)
        first_ever = "first"
    with connection.cursor() as cursor:
        cursor.execute(_count(source, first_ever), params)
        return [Came(months[step - FIRST_ASKED], kind, nth, bookings) for step, kind, nth, bookings in cursor]


def _bought(bookings: QuerySet[Booking]) -> QuerySet[Booking]:
    """Those that somebody whose address is known has bought; not what merely replaces another one."""
    bought = bookings.filter(confirmed_at__isnull=False, replaces__isnull=True).exclude(customer_email="")
    return bought.order_by().annotate(who=WHO)


def _sql(bookings: QuerySet[Booking], *columns: str, **annotations: Expression) -> tuple[str, tuple]:
    return bookings.values("who", *columns).annotate(**annotations).query.sql_with_params()


def _with_firsts(
    scope: Scope, asked: QuerySet[Booking], ever: QuerySet[Booking], bounds: list[datetime]
) -> tuple[str, tuple]:
    if scope.period.days <= FEW_DAYS or scope.is_narrowed:
        ever = ever.filter(who__in=asked.values("who"))
    came, came_params = _sql(asked, "booking_date", step=Step("booking_date", bounds))
    firsts, firsts_params = _sql(ever, first=Step(Min("booking_date"), bounds))
    joined = f"SELECT came.*, firsts.first FROM ({came}) came JOIN ({firsts}) firsts ON firsts.who = came.who"
    return joined, (*came_params, *firsts_params)


def _count(source: str, first_ever: str) -> str:
    """Count bookings: what came before the period only tells who was known."""
    return f"""
        SELECT step, kind, nth, COUNT(*) FROM (
            SELECT step,
                CASE WHEN before = step THEN 'again'
                    WHEN first_ever < step AND NOT (first_ever = 1 AND step = {FIRST_ASKED}) THEN 'known'
                    ELSE 'new' END AS kind,
                CASE WHEN nth > {MOST} THEN {MOST + 1} ELSE nth END AS nth
            FROM (
                SELECT step, {first_ever} AS first_ever, LAG(step) OVER w AS before,
                    COUNT(CASE WHEN step >= {FIRST_ASKED} THEN 1 END) OVER w AS nth
                FROM ({source}) bought
                WINDOW w AS (PARTITION BY who ORDER BY booking_date ROWS UNBOUNDED PRECEDING)
            ) told
            WHERE step >= {FIRST_ASKED}
        ) counted
        GROUP BY step, kind, nth
    """


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
    "cancelled later counts. Days and months are those of the office’s calendar."
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
