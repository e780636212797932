"""Exchange the places of a confirmed booking for others at the same price."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bookings.errors import PriceDiffers, TransitionRefused
from bookings.models import Booking, Ticket
from ticketing import stock
from ticketing.models import Offer
from ticketing.money import format_money
from ticketing.stock import Selection

from .history import CUSTOMER, record
from .locking import lock
from .pricing import make_tickets, price_up


def exchange(
    *,
    booking: Booking,
    offers: Iterable[Offer],
    selection: Selection,
    now: datetime,
    actor: str = CUSTOMER,
    channel: str = "",
) -> Booking:
    """Give a confirmed booking other places of its event, in one step: the old tickets die, new ones are valid.

    Places of an offer that the booking has already keep the price that was paid; others are at today's. One's own
    places count as free, so it works when the event is sold out. When this raises, nothing has changed.

    Raises:
        TransitionRefused: the booking is not confirmed, or a ticket of it has been used.
        PriceDiffers: the new places cost more or less than what has been paid.
        SalesClosed, SelectionInvalid, PlacesTaken: see :func:`ticketing.stock.claim`.
    """
    offers = list(offers)

    def write(patient: bool) -> Booking:
        fresh = lock(booking)
        if fresh.status != Booking.Status.CONFIRMED:
            raise TransitionRefused("Only a confirmed booking can be exchanged.")
        paid = fresh.total_price
        prices = {offer.pk: offer.price for offer in offers} | dict(fresh.tickets.valid().values_list("offer", "price"))
        unused = fresh.tickets.valid().filter(checked_in_at__isnull=True)
        if unused.void(Ticket.VoidReason.EXCHANGED, now) != fresh.quantity:
            raise TransitionRefused("A ticket of this booking has been used already.")
        stock.release(claim=fresh.claim, now=now)
        rows = stock.claim(
            event=fresh.event,
            offers=offers,
            selection=selection,
            claim=fresh.claim,
            now=now,
            until=now,
            patient=patient,
        )
        stock.keep(claim=fresh.claim, quantity=len(rows))
        tickets = make_tickets(fresh, rows, prices, Ticket.Status.VALID)
        price_up(fresh, tickets, fresh.promo_code)
        if fresh.total_price != paid:
            raise PriceDiffers(
                f"The new places cost {format_money(fresh.total_price)}, but {format_money(paid)} has been paid."
            )
        fresh.save(update_fields=["quantity", "discount", "total_price"])
        Ticket.objects.bulk_create(tickets)
        record(fresh, "exchange", now=now, actor=actor, channel=channel, quantity=fresh.quantity)
        return fresh

    return stock.claiming(write)
