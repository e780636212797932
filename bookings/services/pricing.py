"""What a booking costs: the sum of its tickets' prices, less the discount, to the cent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from bookings.models import Booking, Ticket
from ticketing.models import PromoCode
from ticketing.money import ZERO, spread
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
    discounts = _discounts(promo_code, tickets) if promo_code else [ZERO for _ in tickets]
    for ticket, discount in zip(tickets, discounts, strict=True):
        ticket.discount = discount
    booking.promo_code = promo_code
    booking.quantity = len(tickets)
    booking.discount = sum(discounts, ZERO)
    booking.total_price = sum((ticket.price for ticket in tickets), ZERO) - booking.discount


def _discounts(promo_code: PromoCode, tickets: list[Ticket]) -> list[Decimal]:
    covered = set(promo_code.offers.values_list("pk", flat=True))
    return promo_code.discounts(
        [ZERO if covered and ticket.offer_id not in covered else ticket.price for ticket in tickets]
    )


def carry_discount(source: Booking, before: list[Ticket], target: Booking, tickets: list[Ticket]) -> None:
    """Price exchanged tickets with what was taken off ``source``, whose tickets were ``before``. Nothing is saved.

    A promo code's percentage is taken off the new prices; any other sum stays what it was. A code that is not for the
    event of ``target`` is lost.
    """
    promo_code, lump = source.promo_code, source.discount
    if promo_code and promo_code.percent:
        lump -= sum(_discounts(promo_code, before), ZERO)
    if promo_code and target.event_id != source.event_id and not covers_event(promo_code, target.event_id):
        lump -= promo_code.amount or ZERO
        promo_code = None
    price_up(target, tickets, promo_code if promo_code and promo_code.percent else None)
    target.promo_code = promo_code
    take_off(target, tickets, max(lump, ZERO))


def take_off(booking: Booking, tickets: list[Ticket], amount: Decimal) -> None:
    """Take ``amount`` more off the tickets' prices, as far as they go. Nothing is saved."""
    left = [ticket.price - ticket.discount for ticket in tickets]
    shares = spread(min(amount, sum(left, ZERO)), left)
    for ticket, share in zip(tickets, shares, strict=True):
        ticket.discount += share
    booking.discount += sum(shares, ZERO)
    booking.total_price -= sum(shares, ZERO)


def covers_event(promo_code: PromoCode, event_id: int) -> bool:
    """Whether a code may be used at this event; a code that names none is for all."""
    events = set(promo_code.events.values_list("pk", flat=True))
    return not events or event_id in events


def reprice(booking: Booking, promo_code: PromoCode | None) -> None:
    """Price a pending booking, which the caller has locked, with another promo code, or with none, and save it."""
    tickets = list(booking.tickets.all())
    price_up(booking, tickets, promo_code)
    booking.save(update_fields=["promo_code", "discount", "total_price"])
    Ticket.objects.bulk_update(tickets, ["discount"])
