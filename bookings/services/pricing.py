"""What a booking costs: the sum of its tickets' prices, less the discount, to the cent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from bookings.models import Booking, Ticket
from ticketing.models import PromoCode
from ticketing.money import ZERO
from ticketing.stock import Claimed


def make_tickets(booking: Booking, rows: Iterable[Claimed], prices: Mapping[int, Decimal], status: str) -> list[Ticket]:
    """Make unsaved tickets for claimed places, at these prices by offer id."""
    return [
        Ticket(
            booking=booking,
            place_id=row.place_id,
            offer_id=row.offer_id,
            price=prices[row.offer_id],
            status=status,
        )
        for row in rows
    ]


def price_up(booking: Booking, tickets: list[Ticket], promo_code: PromoCode | None) -> None:
    """Set the tickets' discounts and the booking's quantity, discount and total. Nothing is saved.

    ``promo_code.offers`` narrows the discount to those tickets; none named means all of them.
    """
    covered = set(promo_code.offers.values_list("pk", flat=True)) if promo_code else set()
    prices = [
        ticket.price if promo_code and (not covered or ticket.offer_id in covered) else ZERO for ticket in tickets
    ]
    discounts = promo_code.discounts(prices) if promo_code else prices
    for ticket, discount in zip(tickets, discounts, strict=True):
        ticket.discount = discount
    booking.promo_code = promo_code
    booking.quantity = len(tickets)
    booking.discount = sum(discounts, ZERO)
    booking.total_price = sum((ticket.price for ticket in tickets), ZERO) - booking.discount


def reprice(booking: Booking, promo_code: PromoCode | None) -> None:
    """Price a pending booking, which the caller has locked, with another promo code, or with none, and save it."""
    tickets = list(booking.tickets.all())
    price_up(booking, tickets, promo_code)
    booking.save(update_fields=["promo_code", "discount", "total_price"])
    Ticket.objects.bulk_update(tickets, ["discount"])
