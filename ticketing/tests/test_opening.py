"""Open an event's sales: make its places, once, and take away those that are too many."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from bookings.tests.factories import TicketFactory
from events.tests.factories import EventFactory
from ticketing.errors import SelectionInvalid, StockInUse
from ticketing.models import FOREVER, Offer, Place
from ticketing.services import BATCH, open_sales
from ticketing.tests.factories import OfferFactory, TicketTypeFactory, make_offer, make_seated_offer
from venues.tests.factories import SeatingPlanFactory, SectionFactory, make_seats

pytestmark = pytest.mark.django_db

NOW = timezone.now()
HOUR = timedelta(hours=1)


@pytest.fixture
def plan():
    """A plan with eight seats in the stalls, four in the circle, and a pit for six."""
    plan = SeatingPlanFactory()
    for name, rows in (("Stalls", 2), ("Circle", 1)):
        make_seats(SectionFactory(plan=plan, name=name), rows=rows, seats=4)
    SectionFactory(plan=plan, name="Pit", standing_capacity=6)
    return plan


def offer_of(plan, *sections, event=None, name="Standard", **kwargs):
    offer = OfferFactory(
        event=event or EventFactory(venue=plan.venue, seating_plan=plan),
        ticket_type=TicketTypeFactory(name=name),
        **kwargs,
    )
    offer.sections.set(plan.sections.filter(name__in=sections))
    return offer


def opened(offer):
    return open_sales(event=offer.event, now=NOW)


def resize(offer, capacity):
    Offer.objects.filter(pk=offer.pk).update(capacity=capacity)


def test_opening_makes_a_place_for_each_seat_and_each_who_stands(plan):
    stalls = offer_of(plan, "Stalls", capacity=1)
    pit = offer_of(plan, "Pit", event=stalls.event, name="Economy", capacity=1)

    total = opened(stalls)

    stalls.refresh_from_db()
    pit.refresh_from_db()
    assert (total, stalls.capacity, pit.capacity) == (14, 8, 6)
    assert stalls.places.filter(seat__isnull=False).count() == 8
    assert pit.places.filter(seat__isnull=True).count() == 6
    assert set(Place.objects.values_list("event", "free_from", "claim")) == {(stalls.event.pk, NOW, None)}


def test_opening_refuses_an_offer_of_seats_and_standing_places(plan):
    offer = offer_of(plan, "Stalls", "Pit")

    with pytest.raises(SelectionInvalid, match="seated and standing"):
        opened(offer)


def test_opening_makes_as_many_places_as_a_general_admission_offers():
    offer = OfferFactory(capacity=7)

    assert opened(offer) == 7
    assert offer.places.filter(seat__isnull=True).count() == 7


def test_opening_again_changes_nothing(plan):
    offer = offer_of(plan, "Stalls", "Circle")
    opened(offer)
    places = set(Place.objects.values_list("pk", flat=True))

    assert opened(offer) == 12
    assert set(Place.objects.values_list("pk", flat=True)) == places


def test_opening_adds_what_is_missing():
    offer = make_offer(5)
    resize(offer, 8)

    assert opened(offer) == 8
    assert offer.places.count() == 8


def test_opening_takes_away_what_is_too_much_and_free():
    offer = make_offer(5)
    first, second, *_ = offer.places.all()
    Place.objects.filter(pk=first.pk).update(free_from=FOREVER, claim=uuid4())
    Place.objects.filter(pk=second.pk).update(free_from=NOW + HOUR, claim=uuid4())
    resize(offer, 2)

    assert opened(offer) == 2
    assert list(offer.places.all()) == [first, second]


def test_opening_takes_away_a_large_stock():
    offer = make_offer(3 * BATCH, event__venue__capacity=100_000)
    resize(offer, 10)

    assert opened(offer) == 10
    assert offer.places.count() == 10


@pytest.mark.parametrize("state", [{"free_from": FOREVER}, {"free_from": NOW + HOUR, "claim": uuid4()}])
def test_opening_does_not_take_away_what_is_held_or_blocked(state):
    offer = make_offer(3)
    Place.objects.filter(pk__in=[place.pk for place in offer.places.all()[:2]]).update(**state)
    resize(offer, 1)

    with pytest.raises(StockInUse) as refusal:
        opened(offer)

    assert str(refusal.value) == "1 of the places to take away are held or have been sold."
    assert offer.places.count() == 3


def test_opening_does_not_take_away_what_has_a_history():
    offer = make_offer(1)
    TicketFactory(place=offer.places.get(), status="void")
    other = OfferFactory(event=offer.event, ticket_type=TicketTypeFactory(name="Economy"))
    Place.objects.create(event=offer.event, offer=other, free_from=NOW)
    resize(other, 1)
    Place.objects.create(event=offer.event, offer=offer, free_from=NOW)

    assert opened(offer) == 2
    assert offer.places.get().tickets.count() == 1


def test_opening_moves_free_seats_to_another_offer(plan):
    standard = offer_of(plan, "Stalls", "Circle")
    opened(standard)
    vip = offer_of(plan, "Circle", event=standard.event, name="VIP")
    standard.sections.set(plan.sections.filter(name="Stalls"))

    assert opened(standard) == 12
    assert (standard.places.count(), vip.places.count()) == (8, 4)


def test_opening_does_not_move_a_seat_that_is_sold(plan):
    standard = offer_of(plan, "Stalls", "Circle")
    opened(standard)
    Place.objects.filter(seat__section__name="Circle").update(free_from=FOREVER, claim=uuid4())
    offer_of(plan, "Circle", event=standard.event, name="VIP")
    standard.sections.set(plan.sections.filter(name="Stalls"))

    with pytest.raises(StockInUse):
        opened(standard)

    assert standard.places.count() == 12


def test_opening_adds_a_seat_that_came_to_the_section_later(plan):
    offer = offer_of(plan, "Circle")
    opened(offer)
    make_seats(plan.sections.get(name="Pit"), rows=1, seats=1)
    plan.sections.get(name="Circle").seats.create(row="Z", number="1", row_index=9, position=1, x=0, y=0)

    assert opened(offer) == 5


def test_opening_needs_an_offer():
    with pytest.raises(SelectionInvalid) as refusal:
        open_sales(event=EventFactory(), now=NOW)

    assert refusal.value.message == "Add at least one offer first."


def test_opening_refuses_a_section_that_is_offered_twice(plan):
    offer = offer_of(plan, "Stalls")
    offer_of(plan, "Stalls", event=offer.event, name="VIP", price=90)

    with pytest.raises(SelectionInvalid) as refusal:
        opened(offer)

    assert refusal.value.message == "Stalls is in two offers: VIP and Standard."


@pytest.mark.parametrize("has_plan", [True, False])
def test_opening_refuses_a_section_of_another_plan(plan, has_plan):
    own = SeatingPlanFactory() if has_plan else None
    offer = offer_of(plan, "Stalls", event=EventFactory(seating_plan=own))

    with pytest.raises(SelectionInvalid) as refusal:
        opened(offer)

    assert refusal.value.message == "Stalls is not part of the event's seating plan."


def test_opening_refuses_sections_without_seats(plan):
    SectionFactory(plan=plan, name="Balcony")
    offer = offer_of(plan, "Balcony")

    with pytest.raises(SelectionInvalid) as refusal:
        opened(offer)

    assert refusal.value.message == "The sections of Standard have no seats."


def test_opening_refuses_more_places_than_the_venue_holds():
    offer = OfferFactory(capacity=1_001, event__venue__name="Concert Hall", event__venue__capacity=1_000)

    with pytest.raises(SelectionInvalid) as refusal:
        opened(offer)

    assert refusal.value.message == "The offers add up to 1,001 places, but Concert Hall holds 1,000."
    assert Place.objects.count() == 0


def test_opening_fills_the_venue_to_the_last_place():
    seated = make_seated_offer(rows=2, seats=5, event__max_tickets_per_booking=4)
    venue = seated.event.venue
    venue.capacity = 13
    venue.save()
    OfferFactory(event=seated.event, ticket_type=TicketTypeFactory(name="Floor"), capacity=3)

    assert opened(seated) == 13
