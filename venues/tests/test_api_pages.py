"""Lists in parts: by number, and by a cursor that nothing moves."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from venues.api.pages import CursorPart, Part, paginate, paginate_by_cursor
from venues.api.problems import Invalid
from venues.models import Venue
from venues.tests.factories import VenueFactory

pytestmark = pytest.mark.django_db

NEWEST_FIRST = ("-capacity", "-pk")


@pytest.fixture
def venues():
    """Seven venues; three of them hold the same number of people."""
    return [VenueFactory(capacity=capacity) for capacity in (10, 20, 30, 30, 30, 40, 50)]


def ask(address: str):
    return RequestFactory().get(address)


def by_number(address: str) -> list:
    request = ask(address)
    part = Part(**{name: int(value) for name, value in request.GET.items()})
    return paginate(request, Venue.objects.order_by("pk"), part)


def by_cursor(address: str, order=NEWEST_FIRST):
    request = ask(address)
    return paginate_by_cursor(request, Venue.objects.all(), CursorPart(**request.GET.dict()), order)


def test_parts_by_number_lead_to_each_other(venues):
    first = by_number("/api/venues?limit=3")
    second = by_number(first.next)
    third = by_number(second.next)

    assert [venue.pk for found in (first, second, third) for venue in found.items] == [venue.pk for venue in venues]
    assert {first.count, second.count, third.count} == {7}
    assert (first.previous, third.next) == (None, None)
    assert second.previous == "http://testserver/api/venues?limit=3"
    assert third.previous == "http://testserver/api/venues?limit=3&offset=3"


def test_a_part_beyond_the_end_is_empty_and_leads_back(venues):
    found = by_number("/api/venues?limit=3&offset=100")

    assert found.items == []
    assert found.count == 7
    assert found.previous == "http://testserver/api/venues?limit=3&offset=97"


@pytest.mark.parametrize("order", [NEWEST_FIRST, ("capacity", "pk"), ("name", "pk")])
def test_cursors_lead_through_the_whole_list_and_back(venues, order):
    expected = [venue.pk for venue in Venue.objects.order_by(*order)]

    found, there = by_cursor("/api/venues?limit=2", order), []
    while True:
        there.append([venue.pk for venue in found.items])
        if found.next is None:
            break
        found = by_cursor(found.next, order)
    back = [[venue.pk for venue in found.items]]
    while found.previous:
        found = by_cursor(found.previous, order)
        back.insert(0, [venue.pk for venue in found.items])

    assert [pk for part in there for pk in part] == expected
    assert back == there


def test_rows_that_come_meanwhile_move_nothing(venues):
    first = by_cursor("/api/venues?limit=2")

    VenueFactory(capacity=60)

    assert [venue.capacity for venue in by_cursor(first.next).items] == [30, 30]


def test_filters_stay_in_the_addresses(venues):
    found = by_cursor("/api/venues?limit=2")

    assert found.next.startswith("http://testserver/api/venues?limit=2&cursor=")
    assert by_number("/api/venues?limit=2").next == "http://testserver/api/venues?limit=2&offset=2"


@pytest.mark.parametrize("cursor", ["x", "W10", "WzAsMV0", ":::"])
def test_a_cursor_that_nobody_has_handed_out_is_refused(venues, cursor):
    with pytest.raises(Invalid) as refusal:
        by_cursor(f"/api/venues?cursor={cursor}")

    assert refusal.value.errors[0].field == "cursor"


def test_a_cursor_of_another_list_is_refused(venues):
    address = by_cursor("/api/venues?limit=2").next.replace("/venues", "/others")

    with pytest.raises(Invalid):
        by_cursor(address)


@pytest.mark.parametrize("limit", [1, 3])
def test_a_part_takes_two_queries(venues, limit, django_assert_num_queries):
    following = by_cursor(f"/api/venues?limit={limit}").next

    with django_assert_num_queries(2):
        by_number(f"/api/venues?limit={limit}")
    with django_assert_num_queries(2):
        by_cursor(following)
