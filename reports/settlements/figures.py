"""The settlement of an event for its promoter: what its tickets brought, how it was paid, what the house keeps.

Everything is computed afresh from tickets, ledger and payments, in the same few queries for any number of events. The
three agree to the cent; where they do not, a settlement says so and cannot be signed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from typing import Any, Self

from django.db.models import Count, Sum

from bookings.models import LedgerLine, Payment, Ticket
from reports.models import SettlementTerms
from ticketing.money import ZERO, format_money, to_cents

HUNDRED = Decimal(100)
Kind, Status = Payment.Kind, Payment.Status


@dataclass(frozen=True)
class TicketLine:
    """The valid tickets of one offer at one price. ``net`` is what they cost after their discounts."""

    ticket_type: str
    label: str
    price: Decimal
    tickets: int
    gross: Decimal
    discounts: Decimal

    @property
    def net(self) -> Decimal:
        return self.gross - self.discounts


@dataclass(frozen=True)
class PaymentLine:
    """What went through one provider: what came in, what went back, what is still to go back, what it refused to."""

    provider: str
    charges: Decimal = ZERO
    refunds: Decimal = ZERO
    pending: Decimal = ZERO
    refused: Decimal = ZERO

    @property
    def net(self) -> Decimal:
        """What stays, once what is pending has gone back."""
        return self.charges - self.refunds - self.pending


@dataclass(frozen=True)
class Figures:
    """All figures of one event's settlement.

    ``gross`` to ``exchanges`` and ``takings`` are those of the ledger, as ``reports.sums.Sales`` has them; ``retained``
    is the part of the takings that was kept of the price of cancelled tickets. ``percent`` and ``per_ticket`` are the
    house's terms.
    """

    lines: tuple[TicketLine, ...] = ()
    payments: tuple[PaymentLine, ...] = ()
    sold: int = 0
    returned: int = 0
    gross: Decimal = ZERO
    discounts: Decimal = ZERO
    refunds: Decimal = ZERO
    exchanges: Decimal = ZERO
    retained: Decimal = ZERO
    takings: Decimal = ZERO
    percent: Decimal = ZERO
    per_ticket: Decimal = ZERO

    @property
    def tickets(self) -> int:
        return sum(line.tickets for line in self.lines)

    @property
    def comps(self) -> int:
        """Valid tickets that were given away."""
        return sum(line.tickets for line in self.lines if not line.price)

    @property
    def tickets_gross(self) -> Decimal:
        return sum((line.gross for line in self.lines), ZERO)

    @property
    def tickets_discounts(self) -> Decimal:
        return sum((line.discounts for line in self.lines), ZERO)

    @property
    def tickets_net(self) -> Decimal:
        return self.tickets_gross - self.tickets_discounts

    @property
    def charges(self) -> Decimal:
        return sum((line.charges for line in self.payments), ZERO)

    @property
    def refunded(self) -> Decimal:
        return sum((line.refunds for line in self.payments), ZERO)

    @property
    def pending(self) -> Decimal:
        return sum((line.pending for line in self.payments), ZERO)

    @property
    def refused(self) -> Decimal:
        return sum((line.refused for line in self.payments), ZERO)

    @property
    def paid(self) -> Decimal:
        """What was paid, less what went back or is to go back."""
        return sum((line.net for line in self.payments), ZERO)

    @property
    def is_tied(self) -> bool:
        """Whether tickets, ledger and payments come to the same."""
        return self.takings == self.paid == self.tickets_net + self.retained

    @property
    def commission(self) -> Decimal:
        """The house's share of the takings."""
        return to_cents(self.takings * self.percent / HUNDRED)

    @property
    def ticket_fees(self) -> Decimal:
        return self.per_ticket * (self.tickets - self.comps)

    @property
    def fees(self) -> Decimal:
        """All that the house keeps."""
        return self.commission + self.ticket_fees

    @property
    def due(self) -> Decimal:
        """What the promoter gets; below zero, what the promoter owes."""
        return self.takings - self.fees

    def as_json(self) -> dict[str, Any]:
        """Write the figures down for ever, sums included, amounts as texts."""
        sums = ("tickets", "comps", "tickets_net", "paid", "commission", "ticket_fees", "due")
        return _plain(asdict(self) | {name: getattr(self, name) for name in sums})

    @classmethod
    def from_json(cls, written: dict[str, Any]) -> Self:
        """Read what :meth:`as_json` wrote."""
        known = {field.name: written[field.name] for field in fields(cls) if field.name in written}
        return cls(
            **{name: _amount(value) for name, value in known.items() if name not in ("lines", "payments")},
            lines=tuple(TicketLine(**_amounts(line)) for line in known["lines"]),
            payments=tuple(PaymentLine(**_amounts(line)) for line in known["payments"]),
        )


def write_money(amount: Decimal) -> str:
    """Write an amount as people read it; nothing has no sign."""
    return format_money(amount or abs(amount))


TEXTS = ("ticket_type", "label", "provider")


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return str(value) if isinstance(value, Decimal) else value


def _amounts(line: dict[str, Any]) -> dict[str, Any]:
    return {name: value if name in TEXTS else _amount(value) for name, value in line.items()}


def _amount(value: Any) -> Any:
    return Decimal(value) if isinstance(value, str) else value


# Reading ------------------------------------------------------------------------------------------


def settle(event_ids: Iterable[int]) -> dict[int, Figures]:
    """Compute the settlements of these events, as they are now. Four queries, for any number of them."""
    ids = list(event_ids)
    tickets, ledger, payments = _tickets(ids), _ledger(ids), _payments(ids)
    terms = {it.event_id: it for it in SettlementTerms.objects.filter(event__in=ids)}
    return {
        pk: Figures(
            lines=tuple(tickets[pk]),
            payments=tuple(payments[pk]),
            **ledger[pk],
            percent=terms[pk].percent if pk in terms else ZERO,
            per_ticket=terms[pk].per_ticket if pk in terms else ZERO,
        )
        for pk in ids
    }


def _tickets(ids: list[int]) -> dict[int, list[TicketLine]]:
    found: dict[int, list[TicketLine]] = defaultdict(list)
    valid = Ticket.objects.valid().filter(offer__event__in=ids).order_by()
    groups = valid.values_list("offer__event", "offer__ticket_type__name", "offer__label", "offer", "price")
    rows = groups.annotate(tickets=Count("pk"), gross=Sum("price"), discounts=Sum("discount"))
    for event, ticket_type, label, _, price, tickets, gross, discounts in rows.order_by("-price", "offer"):
        line = TicketLine(ticket_type, label, price, tickets, to_cents(gross), to_cents(discounts))
        found[event].append(line)
    return found


def _ledger(ids: list[int]) -> dict[int, dict[str, Any]]:
    found: dict[int, dict[str, Any]] = defaultdict(lambda: defaultdict(lambda: ZERO, sold=0, returned=0))
    rows = LedgerLine.objects.filter(event__in=ids).order_by().values_list("event", "kind")
    sums = rows.annotate(q=Sum("quantity"), g=Sum("gross"), d=Sum("discount"), r=Sum("retained"))
    for event, kind, quantity, *amounts in sums:
        gross, discount, retained = map(to_cents, amounts)
        figures, net = found[event], gross - discount + retained
        figures["takings"] += net
        figures["retained"] += retained
        if kind == LedgerLine.Kind.SALE:
            figures["sold"] += quantity
            figures["gross"] += gross
            figures["discounts"] += discount
        elif kind == LedgerLine.Kind.EXCHANGE:
            figures["exchanges"] += net
        else:
            figures["returned"] -= quantity
            figures["refunds"] -= net
    return found


def _payments(ids: list[int]) -> dict[int, list[PaymentLine]]:
    sums: dict[tuple[int, str], dict[tuple[str, str], Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    rows = Payment.objects.filter(booking__event__in=ids).order_by()
    for event, provider, kind, status, amount in rows.values_list(
        "booking__event", "provider", "kind", "status"
    ).annotate(total=Sum("amount")):
        sums[event, provider][kind, status] = to_cents(amount)
    found: dict[int, list[PaymentLine]] = defaultdict(list)
    for (event, provider), of in sorted(sums.items()):
        back, refused = of[Kind.REFUND, Status.SUCCEEDED], of[Kind.REFUND, Status.FAILED]
        pending = of[Kind.REFUND, Status.PENDING] - back - refused  # each answer follows its pending row
        line = PaymentLine(provider, of[Kind.CHARGE, Status.SUCCEEDED], back, pending, refused)
        found[event].append(line)
    return found
