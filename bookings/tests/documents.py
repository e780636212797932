"""Bookings to make documents and letters of: confirmed, at a fixed moment, in Vienna."""

from datetime import UTC, datetime
from decimal import Decimal

from bookings.models import Booking, Ticket
from bookings.tests.factories import BookingFactory, TicketFactory
from events.tests.factories import CategoryFactory, EventFactory, ProductionFactory
from ticketing.tests.factories import OfferFactory, PlaceFactory
from venues.tests.factories import SeatingPlanFactory, SectionFactory, VenueFactory, make_seats

NOW = datetime(2026, 11, 22, 20, tzinfo=UTC)
BEGINS = datetime(2026, 12, 12, 18, 30, tzinfo=UTC)


def make_event(**kwargs):
    """Make an event that begins at 19:30 in Vienna, with doors an hour earlier."""
    defaults = {
        "name": "The Magic Flute",
        "slug": "the-magic-flute",
        "event_date": BEGINS,
        "doors_at": datetime(2026, 12, 12, 17, 30, tzinfo=UTC),
        "published_at": NOW,
    }
    if "venue" not in kwargs:
        defaults["venue"] = VenueFactory(name="Concert Hall", address="1 Main Street", city="Vienna", country="Austria")
    if "production" not in kwargs:
        category = CategoryFactory(name="Opera", slug="opera", colour="#0f766e")
        defaults |= {"category": category, "production": ProductionFactory(title="The Magic Flute", category=category)}
    return EventFactory(**defaults | kwargs)


def make_booking(event=None, *, tickets: int = 2, seated: bool = False, discount: str = "0.00", **kwargs) -> Booking:
    """Make a confirmed booking of valid tickets at €40.00 each, less ``discount`` each."""
    event = event or make_event()
    offer = OfferFactory(event=event, capacity=tickets)
    off = Decimal(discount)
    defaults = {
        "event": event,
        "booking_code": "BK-20261122-A7K3XQ",
        "status": Booking.Status.CONFIRMED,
        "confirmed_at": NOW,
        "booking_date": NOW,
        "quantity": tickets,
        "discount": off * tickets,
        "total_price": (offer.price - off) * tickets,
    }
    booking = BookingFactory(**defaults | kwargs)
    seats = [None] * tickets
    if seated:
        plan = SeatingPlanFactory(venue=event.venue)
        seats = make_seats(SectionFactory(plan=plan, name="Stalls"), rows=1, seats=tickets)
    for seat in seats:
        place = PlaceFactory(offer=offer, seat=seat)
        TicketFactory(booking=booking, place=place, status=Ticket.Status.VALID, discount=off)
    return Booking.objects.with_details().get(pk=booking.pk)
