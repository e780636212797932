"""What a booking is made of, as a customer reads it: so many of each ticket, where, at what price."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from ticketing.models import Offer
from ticketing.money import ZERO
from ticketing.seating import name_seats

from .models import Booking, Payment, Ticket


@dataclass(frozen=True)
class OrderLine:
    """Tickets of one offer at one price."""

    offer: Offer
    quantity: int
    price: Decimal
    seats: list[str]

    @property
    def amount(self) -> Decimal:
        return self.quantity * self.price


def order_lines(tickets: Iterable[Ticket]) -> list[OrderLine]:
    """Add tickets up, dearest first. They come with their details (see :meth:`TicketQuerySet.with_details`)."""
    groups: dict[tuple[Decimal, int], list[Ticket]] = {}
    for ticket in tickets:
        groups.setdefault((-ticket.price, ticket.offer_id), []).append(ticket)
    return [
        OrderLine(
            offer=group[0].offer,
            quantity=len(group),
            price=group[0].price,
            seats=name_seats(_in_order(ticket.place.seat for ticket in group if ticket.place.seat)),
        )
        for _, group in sorted(groups.items(), key=lambda item: item[0])
    ]


def _in_order(seats) -> list:
    return sorted(seats, key=lambda seat: (seat.section.order, seat.section_id, seat.row_index, seat.position))


def refundable(booking: Booking) -> Decimal:
    """Return what would be given back if the booking were cancelled now."""
    return sum((charge.refundable for charge in booking.payments.with_refundable()), ZERO)


def latest(payments: Iterable[Payment]) -> list[Payment]:
    """Keep of each payment only its last state: a refund is one row when it is decided, and another when it is done."""
    return list({(payment.kind, payment.reference): payment for payment in payments}.values())


def refunded(payments: Iterable[Payment]) -> Decimal:
    """Add up what has been given back, or is about to be."""
    return sum((payment.amount for payment in latest(payments) if payment.kind == Payment.Kind.REFUND), ZERO)
