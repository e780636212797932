"""What several operations do to a booking: exchange its places, confirm it, cancel it."""

from __future__ import annotations

import secrets
from collections import Counter
from decimal import Decimal

from django.http import HttpRequest

from bookings import services, states
from bookings.errors import DetailsMissing, HoldLapsed, PaymentFailed, PriceDiffers, TransitionRefused
from bookings.models import Booking, Channel, Ticket
from bookings.payments import Charge
from bookings.services.outright import Collected
from ticketing.errors import PlacesTaken, PromoCodeRefused, SalesClosed, SelectionInvalid
from ticketing.money import format_money
from ticketing.stock import Selection
from venues.api.problems import Forbidden, invalid_field

from .asking import ItemIn, PaymentIn, PlacesIn, Wanted, choose, find_offers

COLLECT = "bookings.collect_booking"
"""The permission to say that money has been collected."""

REFUSED = (SalesClosed, SelectionInvalid, PlacesTaken)
"""What whoever asks for places may be answered instead."""

CONFIRMING = (
    *(*REFUSED, PromoCodeRefused, TransitionRefused),
    *(DetailsMissing, PriceDiffers, PaymentFailed, HoldLapsed),
)
"""What whoever confirms a booking may be answered instead."""


def carry_out(
    request: HttpRequest, booking: Booking, status: str, *, payment: PaymentIn | None = None, why: str = ""
) -> Booking:
    """Confirm or cancel a booking in the name of the key's member of staff. A hold is let go rather than cancelled."""
    actor = request.user.get_username()
    if status == Booking.Status.CANCELLED:
        is_hold = booking.status == Booking.Status.PENDING
        return services.cancel(
            booking=booking,
            reason=Booking.Reason.ABANDONED if is_hold else Booking.Reason.STAFF,
            now=request.now,
            actor=actor,
            channel=Channel.API,
            why=why,
        )
    services.check_confirmable(booking, request.now)
    charge = pay(request, booking.total_price, payment or PaymentIn(reference=secrets.token_hex(8)))
    return services.confirm(booking=booking, now=request.now, charge=charge, actor=actor, channel=Channel.API)


def move_to(request: HttpRequest, booking: Booking, status: str, *, payment: PaymentIn | None, why: str) -> Booking:
    """Move a booking to a status, if the table of transitions lets it.

    Raises:
        TransitionRefused: it does not.
    """
    if booking.status == status:
        return booking
    if not states.is_allowed(booking.status, status):
        raise TransitionRefused(f"A {booking.status} booking cannot become {status}.")
    return carry_out(request, booking, status, payment=payment, why=why)


def pay(request: HttpRequest, due: Decimal, payment: PaymentIn | None) -> Charge | None:
    """Return the charge of money that the caller has collected. Nothing is due: nothing is needed.

    Raises:
        PriceDiffers: nothing, or another sum, was collected.
        Forbidden: the caller may not collect money.
    """
    if due <= 0:
        return None
    if payment is None:
        raise PriceDiffers(f"{format_money(due)} is due. Collect it, and send its reference as payment.", due)
    if not request.has_insight:
        raise Forbidden(f"The member of staff of this key needs the permission {COLLECT}.")
    return Collected(payment.reference, payment.amount).pay(due)


def change_places(request: HttpRequest, booking: Booking, data: PlacesIn) -> Booking:
    """Give a booking the places that ``data`` asks for; none are changed if it has just these."""
    wanted, present = choose_instead(request, booking, data)
    if wanted.event.pk == booking.event_id and _is_the_same(present, wanted.selection):
        return booking
    common = {
        "booking": booking,
        "event": wanted.event,
        "offers": wanted.offers,
        "selection": wanted.selection,
        "now": request.now,
        "actor": request.user.get_username(),
    }
    if booking.status == Booking.Status.PENDING:
        return services.change(**common)
    quote = services.quote_exchange(
        booking=booking, event=wanted.event, offers=wanted.offers, selection=wanted.selection
    )
    return services.exchange(**common, channel=Channel.API, charge=pay(request, quote.difference, data.payment))


def choose_instead(request: HttpRequest, booking: Booking, data: PlacesIn) -> tuple[Wanted, list[Ticket]]:
    """Choose what a booking shall have instead; also return the tickets that it has."""
    present = [ticket for ticket in booking.tickets.all() if ticket.status != Ticket.Status.VOID]
    event, offers = find_offers(data.event_id or booking.event_id)
    mine = present if event.pk == booking.event_id else []
    items = data.items or _items(present, data.ticket_type_id, data.quantity)
    return choose(event, offers, items, request.now, mine), present


def _items(present: list[Ticket], ticket_type_id: int | None, quantity: int | None) -> list[ItemIn]:
    """Read a change of the ticket type or the number as what it makes of the whole booking."""
    had = Counter(ticket.offer.ticket_type_id for ticket in present)
    if ticket_type_id is None and quantity is not None and len(had) > 1:
        raise invalid_field("quantity", "This booking has several ticket types: say what you want as items.")
    if ticket_type_id is None and quantity is None:
        return [ItemIn(ticket_type_id=kind, quantity=count) for kind, count in had.items()]
    kind = ticket_type_id or next(iter(had))
    return [ItemIn(ticket_type_id=kind, quantity=quantity or len(present))]


def _is_the_same(present: list[Ticket], selection: Selection) -> bool:
    seats = {ticket.place.seat_id for ticket in present if ticket.place.seat_id}
    standing = Counter(ticket.offer_id for ticket in present if not ticket.place.seat_id)
    return seats == set(selection.seats) and standing == Counter(selection.quantities)
