"""What the counter shows: the next events, what is left of the chosen one, what a sale would cost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Q

from bookings.models import Booking, Channel, Ticket
from bookings.services.details import check_promo_code
from bookings.services.discounting import Discount, price_less
from bookings.services.pricing import price_up
from events.models import Event
from ticketing.availability import Sales, sales_at_a_glance
from ticketing.errors import PromoCodeRefused
from ticketing.models import Offer, Place, PromoCode
from ticketing.stock import Selection

LISTED = 9
"""So many events are listed: one for each digit."""

WAITING = 6


@dataclass(frozen=True)
class ListedEvent:
    """An event that can be chosen, by its digit."""

    digit: int
    event: Event
    sales: Sales
    is_today: bool


def list_events(now: datetime, *, search: str = "") -> list[ListedEvent]:
    """List the next events that can be sold, or those that ``search`` finds. Two queries."""
    events = Event.objects.bookable(now).with_details().select_related("seating_plan").order_by("event_date", "pk")
    for word in search.split()[:8]:
        events = events.filter(
            Q(name__icontains=word) | Q(venue__name__icontains=word) | Q(production__title__icontains=word)
        )
    found = list(events[:LISTED])
    sales = sales_at_a_glance(found, now)
    return [
        ListedEvent(digit, event, sales[event.pk], _day(event, event.event_date) == _day(event, now))
        for digit, event in enumerate(found, start=1)
    ]


def _day(event: Event, moment: datetime):
    return moment.astimezone(event.venue.tz).date()


def offers_at_the_counter(event: Event) -> list[Offer]:
    """Read the offers of an event as the box office sells them: whenever it wants, whatever their sales periods say."""
    offers = list(event.offers.select_related("ticket_type"))
    for offer in offers:
        offer.on_sale_at = offer.off_sale_at = None
    return offers


def waiting_to_pay(event: Event, now: datetime) -> list[Booking]:
    """List live holds of customers who have said who they are: they may come to the counter to pay. One query."""
    holds = Booking.objects.live_holds(now).filter(event=event).exclude(customer_email="")
    return list(holds.order_by("-booking_date")[:WAITING])


@dataclass(frozen=True)
class Bill:
    """What a sale would cost now."""

    quantity: int
    discount: Decimal
    total: Decimal


def draw_up(
    event: Event,
    offers: Iterable[Offer],
    selection: Selection,
    *,
    promo_code: str,
    off: Discount | None,
    now: datetime,
    email: str = "",
) -> Bill:
    """Say what a sale would cost, with the code that sells it, but without holding anything.

    Raises:
        PromoCodeRefused, DiscountRefused: the price cannot be reduced like that.
    """
    booking = Booking(event=event, channel=Channel.BOX_OFFICE, booking_date=now, expires_at=now, customer_email=email)
    tickets = _imagine_tickets(booking, {offer.pk: offer for offer in offers}, selection)
    promo = None
    if promo_code:
        promo = PromoCode.objects.filter(code__iexact=promo_code.strip()).first()
        if promo is None:
            raise PromoCodeRefused(f"There is no promo code “{promo_code.strip()}”.")
        booking.quantity = len(tickets)
        check_promo_code(promo, booking, now)
    price_up(booking, tickets, promo)
    if promo and not booking.discount:
        raise PromoCodeRefused(f"The code {promo} is not for these tickets.")
    if off:
        price_less(booking, tickets, off)
    return Bill(len(tickets), booking.discount, booking.total_price)


def _imagine_tickets(booking: Booking, offers: dict[int, Offer], selection: Selection) -> list[Ticket]:
    wanted = [pk for pk, count in sorted(selection.quantities.items()) for _ in range(count)]
    if selection.seats:
        places = Place.objects.filter(event=booking.event, seat__in=selection.seats).order_by("pk")
        wanted += places.values_list("offer_id", flat=True)
    return [Ticket(booking=booking, offer_id=pk, price=offers[pk].price) for pk in wanted if pk in offers]
