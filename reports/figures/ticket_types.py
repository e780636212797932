"""Which ticket types sell, and at what price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from reports.reading import share
from reports.report import Column, Kind, Report, Section
from reports.scope import Scope
from reports.sums import sales
from reports.words import percent
from ticketing.models import TicketType
from ticketing.money import format_money, to_cents


@dataclass(frozen=True)
class TypeRow:
    """``average`` is what one ticket that was paid for cost, discounts taken off; None where all were given away."""

    ticket_type_id: int
    ticket_type: str
    sold: int
    share: Decimal | None
    comps: int
    returned: int
    tickets: int
    average: Decimal | None
    net: Decimal


def by_type(scope: Scope) -> list[TypeRow]:
    """The ticket types of which something was sold, exchanged or returned in the period, the most sold first."""
    sums = sales(scope, "ticket_type")
    every = sum(row.sold for row in sums)
    names = dict(TicketType.objects.order_by().values_list("pk", "name"))
    rows = []
    for row in sums:
        (pk,), paid_for = row.key, row.sold - row.comps
        average = to_cents((row.gross - row.discounts) / paid_for) if paid_for else None
        rows.append(
            TypeRow(
                ticket_type_id=pk,
                ticket_type=names[pk],
                sold=row.sold,
                share=share(row.sold, every),
                comps=row.comps,
                returned=row.returned,
                tickets=row.tickets,
                average=average,
                net=row.net,
            )
        )
    return sorted(rows, key=lambda row: (-row.sold, row.ticket_type))
