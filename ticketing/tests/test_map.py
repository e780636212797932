"""The map of seats, and the documents that keep it live."""

from __future__ import annotations

import gzip
import json
import re
from random import Random

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from ticketing.best import nearest_seats
from ticketing.models import FOREVER, Offer, Place
from ticketing.services import open_sales
from ticketing.tests.factories import OfferFactory, make_offer, make_seated_offer
from venues.models import Seat, SeatingPlan
from venues.services import build_seats
from venues.tests.factories import SeatingPlanFactory, SectionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    cache.clear()


def visit(client, offer, query=""):
    return client.get(reverse("ticketing:picker", args=[offer.event.slug]) + query)


def live_of(offer) -> str:
    return reverse("ticketing:live", args=[offer.event.pk])


def boxes(response) -> dict[str, str]:
    """Find the checkboxes of seats, by their labels."""
    found = re.findall(
        r'<input type="checkbox" name="seat"[^>]*aria-label="([^"]*)"([^>]*)>', response.content.decode()
    )
    return {label: rest.strip() for label, rest in found}


@pytest.fixture
def stadium() -> Offer:
    """30,000 seats in 24 sections of 25 rows with 50 seats, half of them sold at random."""
    plan = SeatingPlanFactory(focus="pitch", venue__capacity=30_000)
    offer = OfferFactory(event__venue=plan.venue, event__seating_plan=plan, capacity=1)
    for number in range(24):
        layout = {"rows": {"count": 25}, "seats": 50, "radius": 60}
        section = SectionFactory(
            plan=plan, name=f"Block {number + 1}", order=number, layout=layout, y=60, rotation=15 * number
        )
        build_seats(section=section)
        offer.sections.add(section)
    open_sales(event=offer.event, now=timezone.now())
    places = list(offer.places.values_list("pk", flat=True))
    sold = Random(7).sample(places, 15_000)
    for start in range(0, len(sold), 5_000):
        Place.objects.filter(pk__in=sold[start : start + 5_000]).update(free_from=FOREVER)
    return offer


# The map --------------------------------------------------------------------------------------


def test_map_has_a_labelled_box_for_each_seat(client):
    offer = make_seated_offer(rows=1, seats=3)
    Seat.objects.filter(number="2").update(is_accessible=True)
    SeatingPlan.objects.renew()
    Place.objects.filter(seat__number="3").update(free_from=FOREVER)

    assert boxes(visit(client, offer)) == {
        "Stalls, row A, seat 1, €40.00": "",
        "Stalls, row A, seat 2, €40.00, wheelchair place": "",
        "Stalls, row A, seat 3, €40.00, taken": "disabled",
    }


def test_map_ticks_what_an_address_names(client):
    offer = make_seated_offer(rows=1, seats=2)
    seat = Seat.objects.get(number="2").pk

    assert boxes(visit(client, offer, f"?seat={seat}"))["Stalls, row A, seat 2, €40.00"] == "checked"


def test_map_escapes_what_staff_typed(client):
    offer = make_seated_offer(rows=1, seats=1)
    offer.sections.update(name='<b>"&')
    SeatingPlan.objects.renew()

    response = visit(client, offer)

    assertContains(response, 'aria-label="&lt;b&gt;&quot;&amp;, row A, seat 1, €40.00"')
    assertNotContains(response, "<b>&quot;")
    assertNotContains(response, '<b>"')


def test_seat_without_a_place_is_not_on_sale(client):
    offer = make_seated_offer(rows=1, seats=2)
    offer.places.filter(seat__number="2").delete()

    assert boxes(visit(client, offer))["Stalls, row A, seat 2, not on sale"] == "disabled data-off"


@pytest.mark.parametrize("query", ["?section=x", "?section=999999", "?view=x", "?seat=x&section=1", "?section=%00"])
def test_map_takes_no_harm_from_nonsense(client, query):
    offer = make_seated_offer(rows=1, seats=2)

    assert len(boxes(visit(client, offer, query))) == 2


def test_map_costs_four_statements_once_the_room_is_known(client, django_assert_num_queries):
    offer = make_seated_offer(rows=3, seats=8)
    visit(client, offer)

    with django_assert_num_queries(4):  # event, offers, stock by row, seats
        visit(client, offer)
    with django_assert_num_queries(5):  # and the best seats
        visit(client, offer, "?party=2")


def test_best_seats_are_ticked_on_the_map(client):
    offer = make_seated_offer(rows=2, seats=4)

    response = visit(client, offer, "?party=4")

    assert list(boxes(response).values()).count("checked") == 4
    assertContains(response, "We suggest Stalls, row A, seats 1, 2, 3, 4")


# A stadium -------------------------------------------------------------------------------------


def test_stadium_is_small_to_send(client, stadium):
    overview = visit(client, stadium)
    opened = visit(client, stadium, f"?section={stadium.sections.first().pk}")
    document = client.get(live_of(stadium))

    assert boxes(overview) == {}
    assert len(boxes(opened)) == 1_250
    assert len(gzip.compress(overview.content)) < 100_000
    assert len(gzip.compress(opened.content)) < 100_000
    assert len(gzip.compress(document.content)) < 20_000


# Documents -------------------------------------------------------------------------------------


def test_live_is_public_brief_and_conditional(client, django_assert_num_queries):
    offer = make_seated_offer(rows=1, seats=3)
    first = client.get(live_of(offer))

    with django_assert_num_queries(0):
        again = client.get(live_of(offer), headers={"if-none-match": first["ETag"]})

    assert first["Cache-Control"] == "public, max-age=1"
    assert json.loads(first.content)["room"] == offer.event.seating_plan.version
    assert (again.status_code, again.content) == (304, b"")


def test_live_of_a_draft_or_of_nothing_is_not_found(client):
    draft = make_seated_offer(event__published_at=None)

    assert client.get(live_of(draft)).status_code == 404
    assert client.get(reverse("ticketing:live", args=[987_654])).status_code == 404


def test_seats_of_a_section_are_the_same_for_ever(client):
    offer = make_seated_offer(rows=1, seats=2)
    section, version = offer.sections.get(), offer.event.seating_plan.version

    response = client.get(reverse("ticketing:seats", args=[version, section.pk]))

    assert list(boxes(response)) == ["Stalls, row A, seat 1", "Stalls, row A, seat 2"]
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert client.get(reverse("ticketing:seats", args=[version, section.pk + 1])).status_code == 404
    assert client.get(reverse("ticketing:seats", args=["0" * 12, section.pk])).status_code == 404


def test_best_answers_with_seats_and_words(client):
    offer = make_seated_offer(rows=1, seats=4)

    response = client.get(reverse("ticketing:best", args=[offer.event.slug]), {"party": 2})

    answer = response.json()
    assert answer["names"] == ["Stalls, row A, seats 1, 2"]
    assert answer["seats"] == [{"section": offer.sections.get().pk, "seats": [seat("A", 1), seat("A", 2)]}]


@pytest.mark.parametrize("query", [{}, {"party": "x"}, {"party": 2, "where": "x"}, {"party": 1, "wheelchairs": 2}])
def test_best_refuses_nonsense(client, query):
    offer = make_seated_offer(rows=1, seats=4)

    assert client.get(reverse("ticketing:best", args=[offer.event.slug]), query).status_code == 422


def test_best_of_an_event_without_seats_is_not_found(client):
    offer = make_offer()

    assert client.get(reverse("ticketing:best", args=[offer.event.slug]), {"party": 2}).status_code == 404


# The nearest seats instead -----------------------------------------------------------------------


def seat(row: str, number: int) -> int:
    return Seat.objects.get(row=row, number=str(number)).pk


def test_nearest_seats_are_side_by_side_and_free():
    offer = make_seated_offer(rows=2, seats=6)
    lost = [seat("A", 1), seat("A", 2)]
    Place.objects.filter(seat__in=lost).update(free_from=FOREVER)

    found = nearest_seats(offer.event, lost, besides=(), now=timezone.now())

    assert found == (seat("B", 1), seat("B", 2))


def test_nearest_seats_leave_the_customers_other_ones():
    offer = make_seated_offer(rows=1, seats=4)
    Place.objects.filter(seat=seat("A", 2)).update(free_from=FOREVER)

    assert nearest_seats(offer.event, [seat("A", 2)], besides=[seat("A", 1)], now=timezone.now()) == (seat("A", 3),)


def test_nearest_seats_are_none_where_too_few_are_left():
    offer = make_seated_offer(rows=1, seats=2)
    offer.places.update(free_from=FOREVER)

    assert nearest_seats(offer.event, [seat("A", 1)], besides=(), now=timezone.now()) == ()
