"""Take something off at the counter: a percentage or an amount, for a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bookings.errors import DiscountRefused
from bookings.models import Booking, Channel, Ticket
from ticketing.money import to_cents
from ticketing.transactions import atomic

from .history import record
from .locking import lock_pending
from .pricing import price_up, take_off

BESIDE_PROMO_CODE = "There is a promo code already. Use either the code or a discount."


@dataclass(frozen=True)
class Discount:
    """What the box office takes off a booking: so many per cent, or an amount. ``reason`` is for the record."""

    reason: str
    percent: Decimal | None = None
    amount: Decimal | None = None

    def off(self, total: Decimal) -> Decimal:
        """Say how much is taken off a sum, to the cent.

        Raises:
            DiscountRefused: nothing, or everything.
        """
        off = to_cents(total * self.percent / 100) if self.percent is not None else self.amount
        if off <= 0:
            raise DiscountRefused("The discount takes nothing off.")
        if off >= total:
            raise DiscountRefused("That leaves nothing to pay: give complimentary tickets instead.")
        return off


def price_less(booking: Booking, tickets: list[Ticket], discount: Discount) -> None:
    """Set the tickets' discounts, and the booking's discount and total. Nothing is saved.

    Raises:
        DiscountRefused: see :meth:`Discount.off`; or the booking has a promo code.
    """
    if booking.promo_code_id:
        raise DiscountRefused(BESIDE_PROMO_CODE)
    price_up(booking, tickets, None)
    take_off(booking, tickets, discount.off(booking.total_price))


@atomic
def discount(
    *, booking: Booking, discount: Discount, now: datetime, actor: str, channel: str = Channel.BOX_OFFICE
) -> Booking:
    """Take something off the price of a pending booking; each of its tickets carries its share, to the cent.

    Whoever may give discounts is for the caller to know.

    Raises:
        DiscountRefused: see :func:`price_less`.
        TransitionRefused: the booking is not pending any more.
    """
    fresh = lock_pending(booking)
    tickets = list(fresh.tickets.all())
    price_less(fresh, tickets, discount)
    fresh.save(update_fields=["discount", "total_price"])
    Ticket.objects.bulk_update(tickets, ["discount"])
    given = {"percent": str(discount.percent)} if discount.percent is not None else {}
    record(
        fresh,
        "discount",
        now=now,
        actor=actor,
        channel=channel,
        discount=str(fresh.discount),
        reason=discount.reason,
        **given,
    )
    return fresh
