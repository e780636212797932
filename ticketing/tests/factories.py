from datetime import timedelta
from decimal import Decimal

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from events.tests.factories import EventFactory
from ticketing.models import NamedHold, Offer, Place, PromoCode, TicketType
from ticketing.services import open_sales
from venues.tests.factories import SeatingPlanFactory, SectionFactory, make_seats


class TicketTypeFactory(DjangoModelFactory):
    class Meta:
        model = TicketType
        django_get_or_create = ("name",)

    name = "Standard"
    price = Decimal("40.00")


class OfferFactory(DjangoModelFactory):
    class Meta:
        model = Offer

    event = factory.SubFactory(EventFactory)
    ticket_type = factory.SubFactory(TicketTypeFactory)
    price = Decimal("40.00")
    capacity = 20


class PlaceFactory(DjangoModelFactory):
    class Meta:
        model = Place

    offer = factory.SubFactory(OfferFactory)
    event = factory.SelfAttribute("offer.event")
    free_from = factory.LazyFunction(timezone.now)


class PromoCodeFactory(DjangoModelFactory):
    class Meta:
        model = PromoCode

    code = factory.Sequence(lambda n: f"PROMO{n}")
    percent = 10


class NamedHoldFactory(DjangoModelFactory):
    class Meta:
        model = NamedHold

    event = factory.SubFactory(EventFactory)
    name = "The Herald"
    kind = NamedHold.Kind.PRESS
    quantity = 2
    created_by = "box_office"
    created_at = factory.LazyFunction(timezone.now)
    expires_at = factory.LazyAttribute(lambda hold: hold.created_at + timedelta(days=7))


def make_offer(capacity: int = 20, **kwargs) -> Offer:
    """Make a general-admission offer whose sales are open: its places exist."""
    offer = OfferFactory(capacity=capacity, **kwargs)
    open_sales(event=offer.event, now=timezone.now() - timedelta(days=1))
    return offer


def make_seated_offer(rows: int = 3, seats: int = 8, **kwargs) -> Offer:
    """Make an offer on one section of ``rows`` × ``seats`` seats whose sales are open."""
    plan = SeatingPlanFactory()
    section = SectionFactory(plan=plan, name="Stalls")
    make_seats(section, rows=rows, seats=seats)
    offer = OfferFactory(event__venue=plan.venue, event__seating_plan=plan, capacity=1, **kwargs)
    offer.sections.add(section)
    open_sales(event=offer.event, now=timezone.now() - timedelta(days=1))
    offer.refresh_from_db()
    return offer
