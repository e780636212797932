import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from bookings.models import Activity, Booking, Payment, Ticket, WaitlistEntry, make_booking_code
from events.tests.factories import EventFactory
from ticketing.tests.factories import PlaceFactory


class BookingFactory(DjangoModelFactory):
    """The bare row of a hold. Tests of behaviour use the services instead."""

    class Meta:
        model = Booking

    booking_code = factory.LazyFunction(lambda: make_booking_code(timezone.now()))
    event = factory.SubFactory(EventFactory)
    customer_name = "Ada Lovelace"
    customer_email = "ada@example.org"
    booking_date = factory.LazyFunction(timezone.now)
    expires_at = factory.LazyFunction(timezone.now)


class TicketFactory(DjangoModelFactory):
    class Meta:
        model = Ticket

    place = factory.SubFactory(PlaceFactory)
    offer = factory.SelfAttribute("place.offer")
    price = factory.SelfAttribute("offer.price")
    booking = factory.SubFactory(BookingFactory, event=factory.SelfAttribute("..place.event"))


class PaymentFactory(DjangoModelFactory):
    class Meta:
        model = Payment

    booking = factory.SubFactory(BookingFactory)
    kind = Payment.Kind.CHARGE
    provider = "demo"
    reference = factory.Sequence(lambda n: f"charge-{n}")
    amount = 40
    status = Payment.Status.SUCCEEDED
    created_at = factory.LazyFunction(timezone.now)


class ActivityFactory(DjangoModelFactory):
    class Meta:
        model = Activity

    booking = factory.SubFactory(BookingFactory)
    at = factory.LazyFunction(timezone.now)
    actor = "customer"
    channel = "web"
    verb = "hold"


class WaitlistEntryFactory(DjangoModelFactory):
    class Meta:
        model = WaitlistEntry

    event = factory.SubFactory(EventFactory)
    name = "Ada Lovelace"
    email = "ada@example.org"
    created_at = factory.LazyFunction(timezone.now)
