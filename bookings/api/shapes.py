"""What the API shows of bookings and their parts. Webhooks send the same documents."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db.models import Prefetch, prefetch_related_objects
from django.urls import reverse
from ninja import Field, Schema

from bookings.mail import absolute
from bookings.models import Booking, BookingQuerySet, Payment, Ticket
from events.models import Event
from ticketing.seating import name_seats
from venues.api.schemas import Moment, Money

API_VERSION = "1"


class EventOfBooking(Schema):
    id: int = Field(examples=[17])
    name: str = Field(examples=["Spring Concert"])
    event_date: Moment = Field(description="When it begins.")
    status: str = Field(description="`active`, `cancelled` or `completed`.", examples=["active"])
    venue_id: int = Field(examples=[3])
    venue_name: str = Field(examples=["Grand Theatre"])
    city: str = Field(examples=["Vienna"])


class TicketOut(Schema):
    """The right to one place."""

    id: int = Field(examples=[501])
    code: str = Field(description="What its QR code says in short.", examples=["7K4MQ2XW9RTC3HBN"])
    status: str = Field(description="`held`, `valid` or `void`.", examples=["valid"])
    void_reason: str | None = Field(
        description="Why it is void: `cancelled`, `exchanged` or `passed_on`.", examples=[None]
    )
    offer_id: int = Field(examples=[41])
    ticket_type_id: int = Field(examples=[2])
    ticket_type: str = Field(description="What the customer reads.", examples=["Standard"])
    seat_id: int | None = Field(description="Empty: a standing place.", examples=[None])
    seat: str | None = Field(examples=["Stalls, row C, seat 12"])
    price: Money
    discount: Money
    holder_name: str | None = Field(description="Whom it was passed on to.", examples=[None])
    checked_in_at: Moment | None = Field(examples=[None])


class ItemOut(Schema):
    """Tickets of one offer at one price."""

    offer_id: int = Field(examples=[41])
    ticket_type_id: int = Field(examples=[2])
    ticket_type: str = Field(examples=["Standard"])
    quantity: int = Field(examples=[2])
    price: Money = Field(description="Of one ticket.")


class BookingOut(Schema):
    """A booking: what one customer buys at one go, for one event."""

    id: int = Field(examples=[1204])
    booking_code: str = Field(examples=["BK-20270514-7K4MQ2"])
    status: str = Field(description="`pending`, `confirmed` or `cancelled`.", examples=["confirmed"])
    cancellation_reason: str | None = Field(examples=[None])
    customer_name: str = Field(examples=["Ada Lovelace"])
    customer_email: str = Field(examples=["ada@example.org"])
    customer_phone: str = Field(examples=[""])
    event_id: int = Field(examples=[17])
    event: EventOfBooking
    ticket_type_id: int | None = Field(description="Of its first item; empty once it has no tickets.", examples=[2])
    quantity: int = Field(examples=[2])
    items: list[ItemOut] = Field(description="Its living tickets, added up.")
    tickets: list[TicketOut] = Field(description="All that it has had, void ones as well.")
    total_price: Money = Field(description="What its living tickets cost, after the discount.")
    discount: Money
    retained: Money = Field(description="What was kept of the price of cancelled tickets.")
    currency: str = Field(examples=["EUR"])
    promo_code: str | None = Field(examples=[None])
    customer_url: str = Field(
        description="The customer's own page; of a pending booking, the one where it is paid. Whoever has this address "
        "can open the booking: give it to nobody else.",
        examples=["https://tickets.example.org/bookings/…/"],
    )
    channel: str = Field(description="`web`, `box_office` or `api`.", examples=["api"])
    replaces: str | None = Field(description="The code of the booking that was exchanged for it.", examples=[None])
    booking_date: Moment
    expires_at: Moment | None = Field(description="Until when the places of a pending one are held.", examples=[None])
    confirmed_at: Moment | None
    cancelled_at: Moment | None = Field(examples=[None])


class PaymentOut(Schema):
    """Money that moved, or tried to."""

    id: int = Field(examples=[88])
    kind: str = Field(description="`charge` or `refund`.", examples=["charge"])
    provider: str = Field(examples=["external"])
    reference: str = Field(examples=["till-7-000123"])
    amount: Money
    currency: str = Field(examples=["EUR"])
    status: str = Field(description="`succeeded`, `pending` or `failed`.", examples=["succeeded"])
    created_at: Moment


def for_document(bookings: BookingQuerySet) -> BookingQuerySet:
    """Fetch what :func:`booking_document` shows: two queries, however many bookings."""
    tickets = Ticket.objects.with_details().order_by("pk")
    return bookings.select_related("event__venue", "promo_code", "replaces").prefetch_related(
        Prefetch("tickets", tickets)
    )


def with_tickets(booking: Booking) -> Booking:
    """Read the tickets of a booking whose event, with its venue, is known already. One query."""
    prefetch_related_objects([booking], Prefetch("tickets", Ticket.objects.with_details().order_by("pk")))
    return booking


def booking_document(booking: Booking) -> dict[str, object]:
    """Show a booking as :class:`BookingOut` describes it. Fetch it by :func:`for_document`."""
    tickets = list(booking.tickets.all())
    page = "checkout" if booking.status == Booking.Status.PENDING else "booking"
    items = _items(ticket for ticket in tickets if ticket.status != Ticket.Status.VOID)
    shown = {
        **{name: getattr(booking, name) for name in _AS_THEY_ARE},
        "cancellation_reason": booking.cancellation_reason or None,
        "event": event_document(booking.event),
        "ticket_type_id": items[0]["ticket_type_id"] if items else None,
        "items": items,
        "tickets": [ticket_document(ticket) for ticket in tickets],
        "currency": settings.CURRENCY,
        "promo_code": booking.promo_code.code if booking.promo_code else None,
        "customer_url": absolute(reverse(f"bookings:{page}", args=[booking.key])),
        "replaces": booking.replaces.booking_code if booking.replaces else None,
        "expires_at": booking.expires_at if booking.status == Booking.Status.PENDING else None,
    }
    return BookingOut.model_validate(shown).model_dump()


_AS_THEY_ARE = (
    *("id", "booking_code", "status", "customer_name", "customer_email", "customer_phone", "event_id", "quantity"),
    *("total_price", "discount", "retained", "channel", "booking_date", "confirmed_at", "cancelled_at"),
)


def event_document(event: Event) -> dict[str, object]:
    """Show of an event what says which one it is. Its venue is joined."""
    return {
        "id": event.pk,
        "name": event.name,
        "event_date": event.event_date,
        "status": event.status,
        "venue_id": event.venue_id,
        "venue_name": event.venue.name,
        "city": event.venue.city,
    }


def ticket_document(ticket: Ticket) -> dict[str, object]:
    """Show a ticket as :class:`TicketOut` describes it. Fetch it with its details."""
    seat = ticket.place.seat
    return {
        "id": ticket.pk,
        "code": ticket.code,
        "status": ticket.status,
        "void_reason": ticket.void_reason or None,
        "offer_id": ticket.offer_id,
        "ticket_type_id": ticket.offer.ticket_type_id,
        "ticket_type": ticket.offer.name,
        "seat_id": seat.pk if seat else None,
        "seat": name_seats([seat])[0] if seat else None,
        "price": ticket.price,
        "discount": ticket.discount,
        "holder_name": ticket.holder_name or None,
        "checked_in_at": ticket.checked_in_at,
    }


def payment_document(payment: Payment) -> dict[str, object]:
    """Show a payment as :class:`PaymentOut` describes it."""
    names = ("id", "kind", "provider", "reference", "amount", "status", "created_at")
    return {name: getattr(payment, name) for name in names} | {"currency": settings.CURRENCY}


def _items(tickets) -> list[dict[str, object]]:
    items: dict[tuple[int, Decimal], dict] = {}
    for ticket in tickets:
        item = items.setdefault(
            (ticket.offer_id, ticket.price),
            {
                "offer_id": ticket.offer_id,
                "ticket_type_id": ticket.offer.ticket_type_id,
                "ticket_type": ticket.offer.name,
                "quantity": 0,
                "price": ticket.price,
            },
        )
        item["quantity"] += 1
    return list(items.values())
