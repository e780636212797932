"""The one vocabulary of money: every report that tells what was sold asks here, so that no two can disagree.

The figures are those of the ledger, whose lines are never changed. A day is one on the clock of the event's venue, as
it was when the line was written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Self

from django.db.models import Count, Q, QuerySet, Sum

from bookings.models import LedgerLine
from ticketing.money import ZERO, to_cents

from .scope import Scope

Kind = LedgerLine.Kind
Key = tuple[Any, ...]

COLUMNS = {
    "day": "day",
    "event": "event",
    "offer": "offer",
    "ticket_type": "offer__ticket_type",
    "channel": "channel",
    "kind": "kind",
    "venue": "event__venue",
    "category": "event__category",
    "production": "event__production",
}
"""By what sales can be added up, and where it stands. All but days, channels and kinds are ids; an event without a
production has None."""


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
        return replace(
            self,
            sold=self.sold + other.sold,
            returned=self.returned + other.returned,
            comps=self.comps + other.comps,
            tickets=self.tickets + other.tickets,
            gross=self.gross + other.gross,
            discounts=self.discounts + other.discounts,
            refunds=self.refunds + other.refunds,
            exchanges=self.exchanges + other.exchanges,
            net=self.net + other.net,
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
    columns = [COLUMNS[name] for name in by]
    rows: dict[Key, Sales] = {} if by else {(): Sales()}
    for *key, kind, quantity, comps, gross, discount, retained in _added_up(_lines(scope), columns):
        part = _to_sales(kind, quantity, comps, to_cents(gross), to_cents(discount), to_cents(retained))
        rows[tuple(key)] = rows.get(tuple(key), Sales(tuple(key))) + part
    return [rows[key] for key in sorted(rows, key=_in_order)]


def bookings_made(scope: Scope, *by: str) -> dict[Key, int]:
    """Count the bookings that were sold within the scope, by the same keys as :func:`sales`.

    A booking with two offers counts once with each of them, but once in all. One that replaces another, whose date was
    exchanged, has not been sold again.
    """
    columns = [COLUMNS[name] for name in by]
    counts: dict[Key, int] = defaultdict(int) if by else defaultdict(int, {(): 0})
    sold = _lines(scope).filter(kind=Kind.SALE).order_by().values_list(*columns)
    for *key, count in sold.annotate(bookings=Count("booking", distinct=True)).values_list(*columns, "bookings"):
        counts[tuple(key)] += count
    return {key: counts[key] for key in sorted(counts, key=_in_order)}


def _lines(scope: Scope) -> QuerySet[LedgerLine]:
    """The lines of the ledger that are asked about."""
    asked = {
        "event__venue": scope.venue,
        "event__category": scope.category,
        "event__production": scope.production,
        "event": scope.event,
        "offer__ticket_type": scope.ticket_type,
        "channel": scope.channel or None,
    }
    narrowed = {name: value for name, value in asked.items() if value is not None}
    return LedgerLine.objects.filter(day__range=(scope.period.first, scope.period.last), **narrowed)


def _added_up(lines: QuerySet, columns: list[str]) -> QuerySet:
    keys = [*columns, "kind"] if "kind" not in columns else columns
    comps = Sum("quantity", filter=Q(kind=Kind.SALE, gross=0), default=0)
    sums = {f"sum_{name}": Sum(name) for name in ("quantity", "gross", "discount", "retained")}
    grouped = lines.order_by().values(*keys).annotate(sum_comps=comps, **sums)
    return grouped.values_list(
        *columns, "kind", "sum_quantity", "sum_comps", "sum_gross", "sum_discount", "sum_retained"
    )


def _to_sales(kind: str, quantity: int, comps: int, gross: Decimal, discount: Decimal, retained: Decimal) -> Sales:
    net = gross - discount + retained
    if kind == Kind.SALE:
        return Sales(sold=quantity, comps=comps, tickets=quantity, gross=gross, discounts=discount, net=net)
    if kind == Kind.EXCHANGE:
        return Sales(tickets=quantity, exchanges=net, net=net)
    return Sales(returned=-quantity, tickets=quantity, refunds=-net, net=net)


def _in_order(key: Key) -> list[tuple[bool, Any]]:
    """Sort keys by their values, None last."""
    return [(value is None, value) for value in key]
