from datetime import timedelta

import factory
from django.contrib.auth.models import User
from django.utils import timezone
from factory.django import DjangoModelFactory

from bookings.models import (
    Activity,
    Booking,
    CashMovement,
    Delivery,
    Exchange,
    LedgerLine,
    Payment,
    Scan,
    Shift,
    Subscription,
    Ticket,
    WaitlistEntry,
    make_booking_code,
)
from bookings.models.ledger import read_clock
from events.tests.factories import EventFactory
from ticketing.tests.factories import OfferFactory, PlaceFactory


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
    status = Ticket.Status.HELD
    voided_at = factory.LazyAttribute(lambda ticket: timezone.now() if ticket.status == Ticket.Status.VOID else None)
    void_reason = factory.LazyAttribute(lambda ticket: "cancelled" if ticket.status == Ticket.Status.VOID else "")


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


class UserFactory(DjangoModelFactory):
    """A member of staff without any permission."""

    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"staff{n}")
    is_staff = True


class ShiftFactory(DjangoModelFactory):
    class Meta:
        model = Shift

    user = factory.SubFactory(UserFactory)
    opened_at = factory.LazyFunction(timezone.now)


class CashMovementFactory(DjangoModelFactory):
    class Meta:
        model = CashMovement

    shift = factory.SubFactory(ShiftFactory)
    kind = CashMovement.Kind.PAY_IN
    amount = 20
    reason = "Change from the bank"
    actor = factory.SelfAttribute("shift.user.username")
    at = factory.LazyFunction(timezone.now)


class ExchangeFactory(DjangoModelFactory):
    class Meta:
        model = Exchange

    booking = factory.SubFactory(BookingFactory)
    event = factory.SelfAttribute("booking.event")
    due = 10
    created_at = factory.LazyFunction(timezone.now)
    expires_at = factory.LazyAttribute(lambda exchange: exchange.created_at + timedelta(minutes=10))


class ScanFactory(DjangoModelFactory):
    class Meta:
        model = Scan

    event = factory.SubFactory(EventFactory)
    code = "NOTATICKET"
    result = Scan.Result.UNKNOWN
    actor = "door"
    at = factory.LazyFunction(timezone.now)
    received_at = factory.SelfAttribute("at")


class LedgerLineFactory(DjangoModelFactory):
    class Meta:
        model = LedgerLine

    booking = factory.SubFactory(BookingFactory)
    event = factory.SelfAttribute("booking.event")
    offer = factory.SubFactory(OfferFactory, event=factory.SelfAttribute("..event"))
    kind = LedgerLine.Kind.SALE
    channel = "web"
    at = factory.LazyFunction(timezone.now)
    day = factory.LazyAttribute(lambda line: read_clock(line.event, line.at)[0])
    hour = factory.LazyAttribute(lambda line: read_clock(line.event, line.at)[1])
    quantity = 2
    gross = 80


class SubscriptionFactory(DjangoModelFactory):
    class Meta:
        model = Subscription

    name = "The ledger"
    url = "https://hooks.example.org/marquee"
    kinds = ["booking.confirmed"]
    created_at = factory.LazyFunction(timezone.now)


class DeliveryFactory(DjangoModelFactory):
    class Meta:
        model = Delivery

    subscription = factory.SubFactory(SubscriptionFactory)
    kind = "booking.confirmed"
    booking = factory.SubFactory(BookingFactory)
    created_at = factory.LazyFunction(timezone.now)
    next_attempt_at = factory.SelfAttribute("created_at")
