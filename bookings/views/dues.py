"""What a card page can be asked to take money for: a booking, or what an exchange costs more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from urllib.parse import urlencode

from django.shortcuts import get_object_or_404
from django.urls import reverse

from bookings import services
from bookings.errors import BookingError
from bookings.models import Booking, Exchange
from bookings.payments import Charge
from bookings.payments.demo import DemoPayment
from ticketing.errors import PromoCodeRefused, TicketingError
from ticketing.forms import quantity_name
from ticketing.stock import Selection

from .checkout import get_booking, without_code

PRICE_CHANGED = "The price has changed since you started to pay. Please check it and pay again."


class Due(Protocol):
    """Something that waits for money. ``hold`` says until when its places are held; ``back`` leads to its summary."""

    booking: Booking
    hold: Booking | Exchange
    back: str

    def is_over(self) -> bool:
        """Whether there is nothing to pay any more; ``back`` then knows where to go."""

    def make_payable(self, payment: DemoPayment, now: datetime) -> None:
        """Refuse, before money is taken, what could not be had afterwards. Gets a lapsed hold back."""

    def explain(self, refusal: BookingError | TicketingError, now: datetime) -> str:
        """Say why nothing was charged."""

    def complete(self, charge: Charge, now: datetime) -> str:
        """Let the money do what it was for, and return where that is seen."""


@dataclass
class BookingDue:
    """A pending booking."""

    booking: Booking

    @property
    def hold(self) -> Booking:
        return self.booking

    @property
    def back(self) -> str:
        return reverse("bookings:checkout", args=[self.booking.key])

    def is_over(self) -> bool:
        return self.booking.status != Booking.Status.PENDING

    def make_payable(self, payment: DemoPayment, now: datetime) -> None:
        services.check_confirmable(self.booking, now)
        if self.booking.is_lapsed(now):
            self.booking = services.revive(booking=self.booking, now=now)
        if payment.amount != self.booking.total_price:
            raise BookingError(PRICE_CHANGED)

    def explain(self, refusal: BookingError | TicketingError, now: datetime) -> str:
        if not isinstance(refusal, PromoCodeRefused):
            return refusal.message
        self.booking = services.remove_promo_code(booking=self.booking, now=now)
        return without_code(refusal, self.booking)

    def complete(self, charge: Charge, now: datetime) -> str:
        services.confirm(booking=self.booking, now=now, charge=charge)
        return f"{self.booking.get_absolute_url()}?new=1"


@dataclass
class ExchangeDue:
    """An exchange for places that cost more."""

    exchange: Exchange

    @property
    def booking(self) -> Booking:
        return self.exchange.booking

    @property
    def hold(self) -> Exchange:
        return self.exchange

    @property
    def back(self) -> str:
        if self.is_over():
            return self.booking.get_absolute_url()
        return exchange_url("exchange_review", self.booking, self.exchange.event.slug, self.exchange.selection)

    def is_over(self) -> bool:
        return self.exchange.completed_at is not None or self.booking.status != Booking.Status.CONFIRMED

    def make_payable(self, payment: DemoPayment, now: datetime) -> None:
        services.check_exchangeable(self.booking, now)
        wanted = {
            "booking": self.booking,
            "event": self.exchange.event,
            "offers": list(self.exchange.event.offers.select_related("ticket_type")),
            "selection": self.exchange.selection,
        }
        if payment.amount != services.quote_exchange(**wanted).difference:
            raise BookingError(PRICE_CHANGED)
        if self.exchange.expires_at <= now:
            self.exchange = services.start_exchange(**wanted, now=now)

    def explain(self, refusal: BookingError | TicketingError, now: datetime) -> str:
        return f"{refusal.message} Nothing has been changed."

    def complete(self, charge: Charge, now: datetime) -> str:
        after = services.complete_exchange(exchange=self.exchange, charge=charge, now=now)
        return f"{after.get_absolute_url()}?exchanged=1"


def find_due(payment: DemoPayment) -> Due:
    """Return what a payment is for, or answer 404."""
    if not payment.is_exchange:
        return BookingDue(get_booking(payment.key))
    exchange = get_object_or_404(Exchange.objects.select_related("event__venue"), key=payment.key)
    exchange.booking = Booking.objects.with_details().get(pk=exchange.booking_id)
    return ExchangeDue(exchange)


def exchange_url(name: str, booking: Booking, slug: str, selection: Selection) -> str:
    """Return the address of a step of an exchange, with what was chosen."""
    query = [("seat", seat) for seat in selection.seats]
    query += [(quantity_name(offer), count) for offer, count in selection.quantities.items()]
    return f"{reverse(f'bookings:{name}', args=[booking.key, slug])}?{urlencode(query)}"
