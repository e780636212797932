"""Sell at one go for a channel that has collected the money itself: no hold, no checkout, one short transaction."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError

from bookings import tasks
from bookings.errors import PaymentFailed, PriceDiffers
from bookings.models import Booking, Channel, Ticket, make_booking_code
from bookings.payments import Charge
from bookings.payments.external import ExternalProvider
from events.models import Event
from ticketing import stock
from ticketing.models import FOREVER, Offer
from ticketing.money import format_money
from ticketing.stock import Selection
from ticketing.transactions import atomic

from .confirming import confirm
from .constraints import violates
from .details import Buyer, apply_promo_code, check_known
from .history import record
from .holding import CODE_TRIES, hold
from .line import serve_line
from .posting import post_sale
from .pricing import make_tickets, price_up
from .refunding import record_charge


@dataclass(frozen=True)
class Collected:
    """Money that a channel has collected. ``reference`` is its own, and unique; ``amount`` is what it took, if it says.

    Without an amount, it is whatever is due.
    """

    reference: str
    amount: Decimal | None = None

    def pay(self, due: Decimal) -> Charge | None:
        """Return the charge that pays what is due.

        Raises:
            PriceDiffers: another sum was collected.
        """
        if self.amount is not None and self.amount != due:
            raise PriceDiffers(
                f"{format_money(due)} is due, not {format_money(self.amount)}.", difference=due - self.amount
            )
        return Charge(ExternalProvider.code, self.reference, due) if due else None


def sell_outright(
    *,
    event: Event,
    offers: Iterable[Offer],
    selection: Selection,
    buyer: Buyer,
    collected: Collected,
    now: datetime,
    actor: str,
    promo_code: str = "",
) -> Booking:
    """Make a confirmed booking that a channel has been paid for: all of it, or nothing. The tickets are sent.

    The offers' sales periods and the limit per booking bind the channel as they bind customers, and whoever waits for
    places comes first.

    Raises:
        SalesClosed, SelectionInvalid, PlacesTaken: see :func:`ticketing.stock.claim`.
        DetailsMissing: a name or an e-mail address is missing.
        PriceDiffers: it is not the price that was collected.
        PaymentFailed: the reference has paid for another booking.
        PromoCodeRefused: the price cannot be reduced like that.
    """
    check_known(buyer)
    offers = list(offers)
    if promo_code:
        return _sell_with_code(event, offers, selection, buyer, collected, now, actor, promo_code)
    serve_line(event, now)
    for _ in range(CODE_TRIES):
        try:
            return stock.claiming(
                lambda patient: _sell(event, offers, selection, buyer, collected, now, actor, patient)
            )
        except IntegrityError as error:
            if violates(error, "payment_succeeds_once", "bookings_payment.reference"):
                raise PaymentFailed("This reference has paid for another booking.") from error
            if not violates(error, "booking_code_unique", "bookings_booking.booking_code"):
                raise
    raise RuntimeError(f"No free booking code in {CODE_TRIES} tries.")


def _sell(
    event: Event,
    offers: list[Offer],
    selection: Selection,
    buyer: Buyer,
    collected: Collected,
    now: datetime,
    actor: str,
    patient: bool,
) -> Booking:
    booking = Booking(
        booking_code=make_booking_code(now),
        event=event,
        claim=uuid.uuid4(),
        channel=Channel.API,
        status=Booking.Status.CONFIRMED,
        booking_date=now,
        confirmed_at=now,
        **buyer.columns,
    )
    rows = stock.claim(
        event=event,
        offers=offers,
        selection=selection,
        claim=booking.claim,
        now=now,
        until=FOREVER,
        patient=patient,
    )
    tickets = make_tickets(booking, rows, {offer.pk: offer.price for offer in offers}, Ticket.Status.VALID)
    price_up(booking, tickets, None)
    charge = collected.pay(booking.total_price)
    booking.save(force_insert=True)
    Ticket.objects.bulk_create(tickets)
    post_sale(booking, now)
    if charge:
        record_charge(booking, charge, now)
    record(
        booking,
        "confirm",
        now=now,
        actor=actor,
        quantity=booking.quantity,
        paid=str(booking.total_price),
        places=[row.place_id for row in rows],
    )
    tasks.send_confirmation.enqueue(booking.pk)
    return booking


@atomic
def _sell_with_code(
    event: Event,
    offers: list[Offer],
    selection: Selection,
    buyer: Buyer,
    collected: Collected,
    now: datetime,
    actor: str,
    promo_code: str,
) -> Booking:
    booking = hold(
        event=event, offers=offers, selection=selection, now=now, channel=Channel.API, actor=actor, buyer=buyer
    )
    booking = apply_promo_code(booking=booking, code=promo_code, now=now, actor=actor)
    return confirm(booking=booking, now=now, charge=collected.pay(booking.total_price), actor=actor)
