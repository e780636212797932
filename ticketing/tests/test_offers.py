from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from ticketing import stock
from ticketing.models import Offer, PromoCode
from ticketing.offers import Draft, Problem, find_problems, sections_with_places
from ticketing.stock import Selection
from ticketing.tests.factories import OfferFactory, PromoCodeFactory, TicketTypeFactory, make_offer, make_seated_offer
from venues.models import Section
from venues.tests.factories import SectionFactory, make_seats

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


def claim(offer: Offer, now, **selection) -> None:
    stock.claim(
        event=offer.event,
        offers=[offer],
        selection=Selection(**selection),
        claim=uuid4(),
        now=now,
        until=now + timedelta(minutes=10),
    )


def test_problems_of_sound_offers_are_none(now):
    offer = make_seated_offer()

    problems = find_problems(offer.event, [Draft(offer, list(offer.sections.all()))], now)

    assert problems == []


def test_problems_of_an_event_yet_to_be_saved_are_none(now):
    offer = OfferFactory.build(ticket_type=TicketTypeFactory())
    offer.event.venue.save()

    problems = find_problems(offer.event, [Draft(offer)], now)

    assert problems == []


def test_section_of_another_plan_is_a_problem(now):
    offer = make_seated_offer()
    foreign = SectionFactory(name="Balcony")

    problems = find_problems(offer.event, [Draft(offer, [*offer.sections.all(), foreign])], now)

    assert problems == [Problem(0, "sections", "“Balcony” is not part of the event's seating plan.")]


def test_section_in_two_offers_is_a_problem_of_the_second(now):
    offer = make_seated_offer(rows=1, seats=3)
    sections = list(offer.sections.all())
    other = Offer(event=offer.event, ticket_type=TicketTypeFactory(name="VIP"), capacity=3)

    problems = find_problems(offer.event, [Draft(offer, sections), Draft(other, sections)], now)

    assert problems == [Problem(1, "sections", "“Stalls” belongs to Standard already.")]


def test_offers_that_exceed_the_venue_are_a_problem_of_the_last(now):
    first = OfferFactory(capacity=600)
    second = OfferFactory(event=first.event, capacity=401, label="Late")

    problems = find_problems(first.event, [Draft(first), Draft(second)], now)

    message = f"The offers add up to 1,001 places, but {first.event.venue.name} holds 1,000."
    assert problems == [Problem(1, "capacity", message)]


def test_offer_cannot_shrink_below_what_is_held(now):
    offer = make_offer(capacity=10)
    claim(offer, now, quantities={offer.pk: 4})
    offer.capacity = 3

    problems = find_problems(offer.event, [Draft(offer)], now)

    assert problems == [Problem(0, "capacity", "4 places are held or have been sold, so there cannot be fewer.")]


def test_section_with_held_seats_cannot_be_taken_away(now):
    offer = make_seated_offer(rows=1, seats=4)
    claim(offer, now, seats=tuple(offer.places.values_list("seat", flat=True)[:2]))
    balcony = SectionFactory(plan=offer.event.seating_plan, name="Balcony")

    problems = find_problems(offer.event, [Draft(offer, [balcony])], now)

    assert problems == [Problem(0, "sections", "2 seats in sections that you take away are held or have been sold.")]


def test_sections_with_places_count_seats_and_standing_places(django_assert_num_queries):
    stalls = SectionFactory(name="Stalls", order=1)
    make_seats(stalls, rows=2, seats=5)
    SectionFactory(plan=stalls.plan, name="Floor", order=2, standing_capacity=300)

    with django_assert_num_queries(1):
        sections = sections_with_places(Section.objects.filter(plan=stalls.plan))

    assert [(section.name, section.places) for section in sections] == [("Stalls", 10), ("Floor", 300)]


def test_offer_whose_sales_end_before_they_begin_is_refused(now):
    offer = OfferFactory(on_sale_at=now)
    offer.off_sale_at = now

    with pytest.raises(ValidationError) as refusal:
        offer.full_clean()

    assert refusal.value.message_dict == {"off_sale_at": ["Sales end after they begin."]}


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"code": "summer "}, {"code": ["There is such a code already; upper and lower case are the same."]}),
        ({"percent": None}, {"percent": ["Give either a percentage or an amount."]}),
        ({"amount": 5}, {"percent": ["Give either a percentage or an amount."]}),
        (
            {"valid_from": timezone.now(), "valid_until": timezone.now() - timedelta(days=1)},
            {"valid_until": ["Validity ends after it begins."]},
        ),
        ({"uses": 3, "max_uses": 2}, {"max_uses": ["The code has been used more often than that."]}),
    ],
)
def test_promo_code_that_contradicts_itself_is_refused_beside_the_field(changes, errors):
    PromoCodeFactory(code="SUMMER")
    code = PromoCode(**{"code": "WINTER", "percent": 10} | changes)

    with pytest.raises(ValidationError) as refusal:
        code.full_clean()

    assert refusal.value.message_dict == errors


def test_problems_name_an_offer_of_seated_and_standing_sections(now):
    offer = make_seated_offer()
    floor = SectionFactory(plan=offer.event.seating_plan, name="Floor", standing_capacity=30)

    problems = find_problems(offer.event, [Draft(offer, [*offer.sections.all(), floor])], now)

    assert problems == [
        Problem(0, "sections", "These sections are seated and standing: make an offer for each kind."),
    ]
