"""Post to the ledger: how what a booking costs has changed, offer by offer, in the transaction that changes it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection

from bookings.models import Booking, LedgerLine, Ticket
from bookings.models.ledger import read_clock
from ticketing.money import ZERO, spread

SALE, CANCELLATION = LedgerLine.Kind.SALE, LedgerLine.Kind.CANCELLATION
EXCHANGE, ALLOWANCE = LedgerLine.Kind.EXCHANGE, LedgerLine.Kind.ALLOWANCE


@dataclass(frozen=True)
class Sum:
    """Tickets of one offer, added up."""

    quantity: int = 0
    gross: Decimal = ZERO
    discount: Decimal = ZERO

    @classmethod
    def of(cls, ticket: Ticket) -> Sum:
        return cls(1, ticket.price, ticket.discount)

    def __add__(self, other: Sum) -> Sum:
        return Sum(self.quantity + other.quantity, self.gross + other.gross, self.discount + other.discount)

    def __neg__(self) -> Sum:
        return Sum(-self.quantity, -self.gross, -self.discount)


def add_up(tickets: Iterable[Ticket]) -> dict[int, Sum]:
    """Add tickets up by offer id."""
    sums: dict[int, Sum] = defaultdict(Sum)
    for ticket in tickets:
        sums[ticket.offer_id] += Sum.of(ticket)
    return dict(sums)


def post(
    booking: Booking,
    kind: str,
    *,
    before: dict[int, Sum],
    after: dict[int, Sum],
    now: datetime,
    retained: Decimal = ZERO,
) -> None:
    """Write how a booking's living tickets have changed from ``before`` to ``after``, and what was ``retained`` for it.

    What was retained is divided among the offers whose tickets have gone, in proportion to what those cost.
    """
    changes = {offer: after.get(offer, Sum()) + -before.get(offer, Sum()) for offer in sorted({*before, *after})}
    lost = [max(change.discount - change.gross, ZERO) for change in changes.values()]
    LedgerLine.objects.bulk_create(
        _make_line(booking, kind, offer, change, now, kept)
        for (offer, change), kept in zip(changes.items(), spread(retained, lost), strict=True)
        if change != Sum()
    )


def make_sale_lines(booking: Booking, tickets: Iterable[Ticket], at: datetime) -> list[LedgerLine]:
    """Make the unsaved lines of a sale, for whoever writes those of many bookings at a time."""
    return [_make_line(booking, SALE, offer, sold, at) for offer, sold in sorted(add_up(tickets).items())]


def _make_line(
    booking: Booking, kind: str, offer: int, change: Sum, at: datetime, retained: Decimal = ZERO
) -> LedgerLine:
    day, hour = read_clock(booking.event, at)
    return LedgerLine(
        booking=booking,
        event_id=booking.event_id,
        offer_id=offer,
        kind=kind,
        channel=booking.channel,
        at=at,
        day=day,
        hour=hour,
        quantity=change.quantity,
        gross=change.gross,
        discount=change.discount,
        retained=retained,
    )


def post_sale(booking: Booking, now: datetime) -> None:
    """Write that the valid tickets of a booking have been sold. In one statement: it is on every buyer's way."""
    line, ticket = LedgerLine._meta.db_table, Ticket._meta.db_table
    columns = "booking_id, event_id, offer_id, kind, channel, at, day, hour, quantity, gross, discount, retained"
    sql = f"""
        INSERT INTO {line} ({columns})
        SELECT booking_id, %s, offer_id, %s, %s, %s, %s, %s, COUNT(*), ROUND(SUM(price), 2), ROUND(SUM(discount), 2), 0
        FROM {ticket} WHERE booking_id = %s AND status = %s GROUP BY booking_id, offer_id ORDER BY offer_id
    """
    moment = connection.ops.adapt_datetimefield_value(now)
    day, hour = read_clock(booking.event, now)
    sold = [booking.event_id, SALE, booking.channel, moment, connection.ops.adapt_datefield_value(day), hour]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*sold, booking.pk, Ticket.Status.VALID])
