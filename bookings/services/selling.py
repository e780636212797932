"""Sell at the counter: the places, the money and the tickets in one transaction, so that nothing is half sold."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bookings.errors import BookingError, PaymentFailed, PriceDiffers, ShiftClosed, TransitionRefused
from bookings.models import Booking, Channel, Shift
from bookings.payments import Charge, get_provider
from events.models import Event
from ticketing.errors import TicketingError
from ticketing.models import Offer
from ticketing.money import format_money
from ticketing.stock import Selection
from ticketing.transactions import atomic

from .confirming import check_confirmable, confirm
from .details import NOBODY, Buyer, apply_promo_code, set_details
from .discounting import Discount, discount
from .history import record
from .holding import hold


@dataclass(frozen=True)
class Tender:
    """How a customer pays at the counter: by which means (``cash`` or ``terminal``), into which open shift.

    ``given`` is the cash that was handed over, if anybody has said. ``expected`` is the sum that the customer was told.
    """

    means: str
    shift: Shift | None = None
    given: Decimal | None = None
    expected: Decimal | None = None


class _SoldBefore(TransitionRefused):
    """The same intention has been sold a moment ago."""


def sell(
    *,
    event: Event,
    offers: Iterable[Offer],
    selection: Selection,
    tender: Tender,
    now: datetime,
    actor: str,
    claim: uuid.UUID | None = None,
    buyer: Buyer = NOBODY,
    promo_code: str = "",
    off: Discount | None = None,
) -> Booking:
    """Sell places over the counter: a confirmed booking, all of it or nothing.

    ``claim`` identifies one intention to sell, such as one view of the counter: the same one again returns what was
    sold the first time, so that a key that is pressed twice sells once.

    Raises:
        SalesClosed, SelectionInvalid, PlacesTaken: see :func:`ticketing.stock.claim`.
        PromoCodeRefused, DiscountRefused: the price cannot be reduced like that.
        PriceDiffers: it is not the price that the customer was told.
        PaymentFailed: too little cash was given.
        ShiftClosed: there is something to pay, and no open shift to pay it into.
    """
    claim = claim or uuid.uuid4()
    try:
        return _sell(event, list(offers), selection, tender, now, actor, claim, buyer, promo_code, off)
    except (BookingError, TicketingError):
        if sold := Booking.objects.filter(claim=claim, event=event, status=Booking.Status.CONFIRMED).first():
            return sold
        raise


@atomic
def _sell(
    event: Event,
    offers: list[Offer],
    selection: Selection,
    tender: Tender,
    now: datetime,
    actor: str,
    claim: uuid.UUID,
    buyer: Buyer,
    promo_code: str,
    off: Discount | None,
) -> Booking:
    booking = hold(
        event=event,
        offers=offers,
        selection=selection,
        now=now,
        claim=claim,
        channel=Channel.BOX_OFFICE,
        actor=actor,
    )
    if booking.claim != claim:
        raise _SoldBefore("This has been sold already.")
    if buyer.is_known:
        set_details(booking=booking, name=buyer.name, email=buyer.email, phone=buyer.phone, now=now)
    if promo_code:
        booking = apply_promo_code(booking=booking, code=promo_code, now=now, actor=actor)
    if off:
        booking = discount(booking=booking, discount=off, now=now, actor=actor)
    return _take(booking, tender, now, actor)


@atomic
def take_payment(*, booking: Booking, tender: Tender, now: datetime, actor: str) -> Booking:
    """Confirm a pending booking, such as one that was reserved to be paid at the counter, with money that was taken.

    Raises:
        TransitionRefused, DetailsMissing, SalesClosed, SelectionInvalid, PromoCodeRefused: see
            :func:`~bookings.services.check_confirmable`.
        HoldLapsed: the places have gone.
        PriceDiffers, PaymentFailed, ShiftClosed: see :func:`sell`.
    """
    check_confirmable(booking, now)
    return _take(booking, tender, now, actor)


def _take(booking: Booking, tender: Tender, now: datetime, actor: str) -> Booking:
    charge = _charge(booking.total_price, tender)
    booking = confirm(
        booking=booking,
        now=now,
        charge=charge,
        actor=actor,
        channel=Channel.BOX_OFFICE,
        shift=tender.shift if charge else None,
    )
    if charge and tender.given is not None:
        change = tender.given - charge.amount
        record(
            booking,
            "cash",
            now=now,
            actor=actor,
            channel=Channel.BOX_OFFICE,
            given=str(tender.given),
            change=str(change),
        )
    return booking


def _charge(total: Decimal, tender: Tender) -> Charge | None:
    if tender.expected is not None and tender.expected != total:
        raise PriceDiffers(
            f"The price is {format_money(total)} now, not {format_money(tender.expected)}. Tell the customer first.",
            total - tender.expected,
        )
    if not total:
        return None
    if tender.shift is None:
        raise ShiftClosed("Open your till before you take money.")
    if tender.given is not None and tender.given < total:
        raise PaymentFailed(f"{format_money(tender.given)} is less than {format_money(total)}.")
    return get_provider(tender.means).charge(total)
