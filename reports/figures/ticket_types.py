"""Which ticket types sell, and at what price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from reports import charts
from reports.reading import share
from reports.report import Column, Figure, Kind, Report, Section
from reports.scope import Scope
from reports.sums import sales
from reports.words import percent, things
from ticketing.models import TicketType
from ticketing.money import to_cents


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


def read_types(rows: Sequence[TypeRow], scope: Scope) -> str:
    sold, comps = sum(row.sold for row in rows), sum(row.comps for row in rows)
    if not sold:
        return "No ticket was sold; tickets sold earlier were exchanged or returned."
    best = rows[0]
    given = f" {things(comps, 'ticket')} of {sold:,} cost nothing." if comps else ""
    return f"{best.ticket_type} is the most popular: {percent(best.share)} of the tickets sold.{given}"


def draw_types(rows: Sequence[TypeRow], scope: Scope) -> Figure:
    parts = {"Paid for": [row.sold - row.comps for row in rows], "Free of charge": [row.comps for row in rows]}
    return charts.stacked_bars([row.ticket_type for row in rows], parts)


REPORT = Report(
    slug="ticket-types",
    title="Ticket types",
    question="Which ticket types sell, and at what price?",
    sections=(
        Section(
            slug="types",
            title="By ticket type",
            rows=by_type,
            columns=(
                Column("ticket_type", "Ticket type", link=lambda row: f"?ticket_type={row.ticket_type_id}"),
                Column("sold", "Sold", Kind.COUNT, "Tickets sold in the period.", is_added_up=True),
                Column("share", "Share", Kind.SHARE, "Of all tickets sold in the period.", is_added_up=True),
                Column("comps", "Free of charge", Kind.COUNT, "Of those sold: what cost nothing.", is_added_up=True),
                Column("returned", "Returned", Kind.COUNT, "Cancelled in the period.", is_added_up=True),
                Column("tickets", "Left", Kind.COUNT, "Sold, less returned, with exchanges.", is_added_up=True),
                Column("average", "Average price", Kind.MONEY, "Of a ticket that cost something, after discounts."),
                Column("net", "Net", Kind.MONEY, "Sales, less refunds, with exchanges.", is_added_up=True),
            ),
            chart=draw_types,
            reading=read_types,
            speaks_of_money=False,
        ),
    ),
)
