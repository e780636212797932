"""Pictures of rooms, and the page of a venue that shows them."""

from xml.etree import ElementTree

import pytest
from django.urls import reverse

from venues.drawing import draw
from venues.pictures import describe, draft_room, picture
from venues.plans import import_plan, parse_plan
from venues.tests.factories import SeatingPlanFactory, VenueFactory
from venues.tests.test_plans import HALL, document, section

SVG = "{http://www.w3.org/2000/svg}"


def test_picture_shows_each_kind_of_seat_by_its_shape():
    layout = {"rows": {"count": 1}, "seats": 4, "wheelchair": ["A1"], "companion": ["A2"], "restricted_view": ["A3"]}

    root = ElementTree.fromstring(picture(draft_room(parse_plan(document(section(layout=layout))))))  # noqa: S314

    paths = [path.get("d") for path in root.iter(f"{SVG}path")]
    assert paths == ["M1.5 8h0", "M-1.9 7.6h.8v.8h-.8z", "M-0.5 7.54l.46 .46l-.46 .46l-.46 -.46z", "M0.5 8h0"]


def test_picture_needs_no_style_of_its_own():
    drawn = picture(draft_room(parse_plan(HALL)))

    assert "style" not in drawn
    assert "<script" not in drawn


def test_picture_escapes_names():
    drawn = picture(draft_room(parse_plan(document(section("<b>&", standing=5, layout={})))))

    assert "&lt;b&gt;&amp;" in drawn
    assert "<b>" not in drawn


def test_box_holds_everything():
    room = draft_room(parse_plan(HALL))
    box = draw(room).box

    seats = [seat for part in room.sections for row in part.rows for seat in row]

    assert all(box.x < seat.x < box.x + box.width and box.y < seat.y < box.y + box.height for seat in seats)


@pytest.mark.django_db
def test_plan_picture_is_cached_for_ever_by_its_version(client, django_assert_num_queries):
    plan = import_plan(venue=VenueFactory(), document=HALL)
    client.get(plan.picture_url)

    with django_assert_num_queries(1):
        response = client.get(plan.picture_url)

    assert response["Content-Type"] == "image/svg+xml"
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert client.get(reverse("venues:plan_picture", args=[plan.pk, "0" * 12])).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3])
def test_venue_page_shows_its_plans_within_its_budget(client, django_assert_num_queries, count):
    venue = VenueFactory()
    plans = [import_plan(venue=venue, document=HALL, name=f"Room {index}") for index in range(count)]

    with django_assert_num_queries(4):  # the venue, its events, its rooms, their sections
        text = client.get(venue.get_absolute_url()).text

    assert all(f'<img src="{plan.picture_url}" alt="{describe(plan)}"' in text for plan in plans)
    assert describe(plans[0]) == "Plan of Room 0: a stage, and the sections Stalls, Gallery, Floor and Bar."


@pytest.mark.django_db
def test_venue_page_leaves_out_rooms_that_nobody_has_drawn(client):
    plan = SeatingPlanFactory()

    assert plan.picture_url not in client.get(plan.venue.get_absolute_url()).text


@pytest.mark.parametrize("name", ["plan", "layout"])
def test_schema_is_public(client, name):
    response = client.get(reverse("venues:schema", args=[name]))

    assert response["Content-Type"] == "application/schema+json"
    assert response.json()["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_schema_of_nothing_is_not_found(client):
    assert client.get(reverse("venues:schema", args=["seat"])).status_code == 404
