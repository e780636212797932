"""The one vocabulary of money: every report that tells what was sold asks here, so that no two can disagree.

The figures are those of the ledger, whose lines are never changed. A day is one on the clock of the event's venue, as
it was when the line was written.

Where a long time is asked about, the sums of what has been folded are read instead of lines, together with the lines
that have come since, in one statement (see ``reports.folding``): the figures are the same, to the cent and the second.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Self

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import ExtractIsoWeekDay

from bookings.models import LedgerLine
from ticketing.money import ZERO, to_cents

from .models import HourSum, MonthSum
from .models.sums import NOT_FOLDED
from .reading import lines_in, narrow
from .scope import Period, Scope

Kind = LedgerLine.Kind
Key = tuple[Any, ...]

COLUMNS = {
    "day": F("day"),
    "weekday": ExtractIsoWeekDay("day"),
    "hour": F("hour"),
    "event": F("event"),
    "offer": F("offer"),
    "ticket_type": F("offer__ticket_type"),
    "channel": F("channel"),
    "kind": F("kind"),
    "venue": F("event__venue"),
    "category": F("event__category"),
    "production": F("event__production"),
}
"""By what sales can be added up: days, weekdays (Monday is 1), hours, channels, kinds, and else ids; an event without a
production has None."""

TIMES = frozenset({"day", "weekday", "hour"})
OF_THE_HOUSE = TIMES | {"channel", "kind"}
MIXED = frozenset({"offer", "ticket_type"})
"""A booking may have several of these."""

DAY = timedelta(days=1)
SHORT = 45
"""So many days, and fewer, are read line by line."""


@dataclass(frozen=True)
class Sales:
    """What was sold and taken back, added up. ``key`` holds what it is of, in the order in which that was asked for.

    ``sold`` tickets, of which ``comps`` cost nothing, less those ``returned``, with those that exchanges brought or
    took, are the ``tickets`` that are left. ``gross`` is what was sold at its prices and ``discounts`` what was taken
    off at once; ``refunds`` is what went back later for cancelled tickets and as allowances, above zero; ``exchanges``
    is what exchanges brought, or, below zero, cost. ``net`` is what stays.
    """

    key: Key = ()
    sold: int = 0
    returned: int = 0
    comps: int = 0
    tickets: int = 0
    gross: Decimal = ZERO
    discounts: Decimal = ZERO
    refunds: Decimal = ZERO
    exchanges: Decimal = ZERO
    net: Decimal = ZERO

    @property
    def exchanged(self) -> int:
        """How many more tickets there are by exchanges; below zero, fewer."""
        return self.tickets - self.sold + self.returned

    def __add__(self, other: Self) -> Self:
        """Add the figures up; the key stays."""
        return type(self)(
            self.key,
            self.sold + other.sold,
            self.returned + other.returned,
            self.comps + other.comps,
            self.tickets + other.tickets,
            self.gross + other.gross,
            self.discounts + other.discounts,
            self.refunds + other.refunds,
            self.exchanges + other.exchanges,
            self.net + other.net,
        )

    @classmethod
    def total(cls, rows: Iterable[Self]) -> Self:
        """Add rows up to one without a key."""
        return sum(rows, cls())


def sales(scope: Scope, *by: str) -> list[Sales]:
    """Add up what was sold within the scope: one row for each combination of ``by`` (see :data:`COLUMNS`), in order.

    Combinations of which nothing was written have no row; without ``by`` there is always one.

    Raises:
        KeyError: it cannot be added up by that.
    """
    tallies: dict[Key, _Tally] = defaultdict(_Tally) if by else defaultdict(_Tally, {(): _Tally()})
    for *values, kind, quantity, comps, gross, discount, retained in _read(scope, by):
        tallies[tuple(values)].add(kind, quantity, comps, gross, discount, retained)
    return [tallies[key].as_sales(key) for key in _in_order(tallies)]


def bookings_made(scope: Scope, *by: str) -> dict[Key, int]:
    """Count the bookings that were sold within the scope, by the same keys as :func:`sales`.

    A booking with two offers counts once with each of them, but once in all. One that replaces another, whose date was
    exchanged, has not been sold again.
    """
    counts: dict[Key, int] = defaultdict(int) if by else defaultdict(int, {(): 0})
    is_mixed = scope.ticket_type or MIXED & set(by)
    sources = [lines_in(scope)] if is_mixed else _sources(scope, by)
    counted = [_count(source, by) for source in sources]
    for *key, count in counted[0].union(*counted[1:], all=True) if counted[1:] else counted[0]:
        counts[tuple(key)] += count
    return {key: counts[key] for key in _in_order(counts)}


def _read(scope: Scope, by: Iterable[str]) -> QuerySet:
    parts = [_add_up(source, by) for source in _sources(scope, by)]
    return parts[0].union(*parts[1:], all=True) if parts[1:] else parts[0]


def _sources(scope: Scope, by: Iterable[str]) -> list[QuerySet]:
    """Choose what to read: sums, as far as they reach, and the lines beside them; every line is in one of these."""
    period, asked = scope.period, set(by)
    if period.days > SHORT and asked <= OF_THE_HOUSE and not (scope.is_narrowed or scope.ticket_type):
        sums = HourSum.objects.filter(day__range=(period.first, period.last))
        return [narrow(scope, sums), lines_in(scope).filter(NOT_FOLDED)]
    months = _whole_months(period)
    if months is None or scope.event or asked & TIMES:
        return [lines_in(scope)]
    around = [Period(period.first, months.first - DAY), Period(months.last + DAY, period.last)]
    return [
        _months_in(scope.during(months)),
        lines_in(scope.during(months)).filter(NOT_FOLDED),
        *(lines_in(scope.during(rest)) for rest in around if rest.days > 0),
    ]


def _whole_months(period: Period) -> Period | None:
    """The months that lie within a period from their first to their last day; None: there is none."""
    first = period.first if period.first.day == 1 else _month_after(period.first)
    last = _month_after(period.last) - DAY
    if last != period.last:
        last = period.last.replace(day=1) - DAY
    return Period(first, last) if first < last else None


def _month_after(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _months_in(scope: Scope) -> QuerySet[MonthSum]:
    months = (scope.period.first, scope.period.last)
    return narrow(scope, MonthSum.objects.filter(month__range=months, **scope.narrowed("event__")))


def _add_up(source: QuerySet, by: Iterable[str]) -> QuerySet:
    keys = {f"by_{name}": COLUMNS[name] for name in by}
    sums = {f"sum_{name}": Sum(name) for name in ("quantity", "gross", "discount", "retained")}
    is_ledger = source.model is LedgerLine
    sums["sum_comps"] = Sum("quantity", filter=Q(kind=Kind.SALE, gross=0), default=0) if is_ledger else Sum("comps")
    grouped = source.order_by().values(**keys, of_kind=F("kind")).annotate(**sums)
    figures = ("sum_quantity", "sum_comps", "sum_gross", "sum_discount", "sum_retained")
    return grouped.values_list(*keys, "of_kind", *figures)


def _count(source: QuerySet, by: Iterable[str]) -> QuerySet:
    """Count bookings. All lines of a booking's sale are written at once, so they are in the same source."""
    keys = {f"by_{name}": COLUMNS[name] for name in by}
    counted = Count("booking", distinct=True) if source.model is LedgerLine else Sum("bookings", default=0)
    sold = source.order_by().filter(kind=Kind.SALE)
    if not keys:
        return sold.values(of_kind=F("kind")).annotate(count=counted).values_list("count")
    return sold.values(**keys).annotate(count=counted).values_list(*keys, "count")


class _Tally:
    """Sales in the making: there may be tens of thousands of parts, too many to make a :class:`Sales` of each."""

    __slots__ = ("comps", "discounts", "exchanges", "gross", "refunds", "returned", "sold", "tickets")

    def __init__(self) -> None:
        self.sold = self.returned = self.comps = self.tickets = 0
        self.gross = self.discounts = self.refunds = self.exchanges = ZERO

    def add(self, kind: str, quantity: int, comps: int, gross: Decimal, discount: Decimal, retained: Decimal) -> None:
        self.tickets += quantity
        if kind == Kind.SALE:
            self.sold += quantity
            self.comps += comps
            self.gross += gross
            self.discounts += discount
        elif kind == Kind.EXCHANGE:
            self.exchanges += gross - discount + retained
        else:
            self.returned -= quantity
            self.refunds -= gross - discount + retained

    def as_sales(self, key: Key) -> Sales:
        gross, discounts = to_cents(self.gross), to_cents(self.discounts)
        refunds, exchanges = to_cents(self.refunds), to_cents(self.exchanges)
        net = gross - discounts - refunds + exchanges
        return Sales(key, self.sold, self.returned, self.comps, self.tickets, gross, discounts, refunds, exchanges, net)


def _in_order(keys: Iterable[Key]) -> list[Key]:
    """Sort keys by their values, None last."""
    keys = list(keys)
    if any(None in key for key in keys):
        return sorted(keys, key=lambda key: [(value is None, value) for value in key])
    return sorted(keys)
