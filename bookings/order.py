"""What a booking is made of, as a customer reads it: so many of each ticket, where, at what price."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from ticketing.models import Offer
from ticketing.money import ZERO, to_cents
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


def own_tickets(tickets: Iterable[Ticket]) -> list[Ticket]:
    """Keep the valid tickets that were not passed on: those that are still the customer's."""
    return [ticket for ticket in tickets if ticket.status == Ticket.Status.VALID and not ticket.holder_name]


def worth(tickets: Iterable[Ticket]) -> Decimal:
    """Add up what tickets have cost, after their discounts."""
    return sum((ticket.price - ticket.discount for ticket in tickets), ZERO)


def surplus(booking: Booking, charges: Iterable[Payment]) -> Decimal:
    """Return what has been paid for a booking beyond what its tickets cost, and what is retained for others.

    With what tickets cost that are cancelled now, it is what is given back. ``charges`` were fetched
    ``with_refundable()``.
    """
    paid = sum((to_cents(charge.refundable) for charge in charges), ZERO)
    return paid - booking.retained - booking.total_price


def latest(payments: Iterable[Payment]) -> list[Payment]:
    """Keep of each payment only its last state: a refund is one row when it is decided, and another when it is done."""
    return list({(payment.kind, payment.reference): payment for payment in payments}.values())
