"""The drawing page of the back office: preview, saving, export, new rooms."""

import json

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from venues.models import SeatingPlan
from venues.plans import export_plan, import_plan
from venues.tests.factories import VenueFactory
from venues.tests.test_plans import BLOCK, HALL, document, section
from venues.tests.test_pretix import HALL as PRETIX

pytestmark = pytest.mark.django_db
NEW = "admin:venues_seatingplan_new"


@pytest.fixture
def plan():
    return import_plan(venue=VenueFactory(capacity=500), document=HALL)


@pytest.fixture
def staff(client):
    """Log in somebody who may add and change plans."""
    user = User.objects.create_user("ada", is_staff=True)
    rights = ("add_seatingplan", "change_seatingplan")
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client.force_login(user)
    return user


def url(plan, page="draw") -> str:
    return reverse(f"admin:venues_seatingplan_{page}", args=[plan.pk])


def send(client, address, data):
    text = data if isinstance(data, str) else json.dumps(data)
    return client.post(address, text, content_type="application/json")


# Drawing --------------------------------------------------------------------------------------


def test_draw_page_has_the_document_and_its_version(client, staff, plan):
    editor = client.get(url(plan)).context["editor"]

    assert editor["document"] == export_plan(plan, with_ids=True)
    assert (editor["version"], editor["capacity"]) == (plan.version, 500)


@pytest.mark.parametrize("count", [1, 20])
def test_draw_page_costs_the_same_for_any_number_of_sections(client, staff, django_assert_num_queries, count):
    plan = import_plan(venue=VenueFactory(), document=document(*(section(f"S{i}") for i in range(count))))

    with django_assert_num_queries(8):  # session, user, rights (2), plan, venue, sections (2)
        client.get(url(plan))


def test_save_takes_the_whole_document(client, staff, plan):
    drawn = export_plan(plan, with_ids=True)
    drawn["sections"][0]["rotation"] = 15
    drawn["sections"].append(section("New"))

    response = send(client, url(plan), {"version": plan.version, "document": drawn})

    plan.refresh_from_db()
    assert response.json() == {"version": plan.version, "document": export_plan(plan, with_ids=True)}
    assert plan.sections.count() == 5
    assert LogEntry.objects.get().get_change_message() == "Drawn."


def test_save_of_what_is_wrong_says_where(client, staff, plan):
    wrong = document(section(layout=BLOCK | {"aisles": [9]}))

    response = send(client, url(plan), {"version": plan.version, "document": wrong})

    assert response.status_code == 400
    assert response.json()["problems"] == [
        {
            "where": "sections[0].layout.aisles[0]",
            "reason": "expected at most 2: 3 is the last slot of the widest row.",
            "section": 0,
        }
    ]


def test_save_on_top_of_a_newer_version_is_refused(client, staff, plan):
    old = plan.version
    plan.save()

    response = send(client, url(plan), {"version": old, "document": HALL})

    assert (response.status_code, response.json()["code"]) == (409, "plan_changed")


@pytest.mark.parametrize("body", ["", "{", "[]", "[" * 100_000, "9" * 5_000, '{"document": 7}', "{}"])
@pytest.mark.parametrize("page", ["draw", "preview"])
def test_hostile_bodies_are_refused_or_explained(client, staff, plan, page, body):
    response = send(client, url(plan, page), body)

    assert response.status_code in (200, 400)
    assert response.json()["problems"]


def test_body_that_is_too_large_is_refused(client, staff, plan, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000

    response = send(client, url(plan), {"document": "x" * 2_000})

    assert response.json()["message"] == "The document is too large."


# Preview --------------------------------------------------------------------------------------


def test_preview_says_where_seats_are_and_what_is_wrong(client, staff, plan):
    layout = {"rows": {"count": 1}, "seats": 3, "gaps": ["A3"], "wheelchair": ["A1"]}
    drawn = document(section(layout=layout, x=50), section("Bad", layout={}), section("Floor", standing=8, layout={}))

    answer = send(client, url(plan, "preview"), {"document": drawn}).json()

    assert answer["sections"] == [
        {"places": 2, "rows": [["A", [["1", -1, 0, "w"], ["2", 0, 0, ""]]]], "gaps": [["A", "3", 1, 0]]},
        None,
        {"places": 8, "area": [2, 2]},
    ]
    assert [(problem["where"], problem["section"]) for problem in answer["problems"]] == [
        ("sections[1].layout.rows", 1)
    ]


def test_preview_draws_only_what_is_wanted(client, staff, plan):
    drawn = document(section(), section("Second"))

    answer = send(client, url(plan, "preview"), {"document": drawn, "only": [1]}).json()

    assert [sorted(one) for one in answer["sections"]] == [["places"], ["gaps", "places", "rows"]]


def test_preview_writes_nothing(client, staff, plan):
    send(client, url(plan, "preview"), {"document": document(section("Other"))})

    assert export_plan(plan) == HALL


# Rights ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["draw", "preview", "export"])
def test_pages_are_closed_to_staff_without_the_permission(client, plan, page):
    client.force_login(User.objects.create_user("door", is_staff=True))

    assert client.get(url(plan, page)).status_code == 403
    assert send(client, url(plan, page), {"document": HALL}).status_code == 403
    assert client.get(reverse(NEW)).status_code == 403


@pytest.mark.parametrize("page", ["draw", "export"])
def test_pages_of_no_plan_are_not_found(client, staff, page):
    assert client.get(reverse(f"admin:venues_seatingplan_{page}", args=[404])).status_code == 404


def test_export_downloads_the_document(client, staff, plan):
    response = client.get(url(plan, "export"))

    assert response.json() == HALL
    assert response["Content-Disposition"].startswith('attachment; filename="concert-hall')


# New rooms ------------------------------------------------------------------------------------


def upload(data) -> SimpleUploadedFile:
    text = data if isinstance(data, str) else json.dumps(data)
    return SimpleUploadedFile("plan.json", text.encode(), content_type="application/json")


def start(client, *, button="create", **data):
    venue = data.pop("venue", None) or VenueFactory()
    return client.post(reverse(NEW), {"venue": venue.pk, button: "1"} | data)


@pytest.mark.parametrize(("preset", "seats"), [("empty", 0), ("cinema", 312)])
def test_new_room_from_a_preset(client, staff, preset, seats):
    response = start(client, start=preset, name="Screen 9")

    plan = SeatingPlan.objects.get()
    assert response["Location"] == url(plan)
    assert (plan.name, sum(one.seats.count() for one in plan.sections.all())) == ("Screen 9", seats)


@pytest.mark.parametrize(("data", "name"), [(HALL, "Great Hall"), (PRETIX, "Town Hall")])
def test_new_room_from_a_file(client, staff, data, name):
    start(client, start="file", file=upload(data))

    assert SeatingPlan.objects.get().name == name


def test_new_room_is_looked_at_first(client, staff):
    look = start(client, button="look", start="file", file=upload(PRETIX))

    assert not SeatingPlan.objects.exists()
    found = look.context["look"]
    assert (found["places"], found["notes"][0]) == (6, "6 seats in 2 sections; a seat is 25 pixels wide there.")

    start(client, start="file", document=found["document"])

    assert SeatingPlan.objects.get().name == "Town Hall"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("{", "This is no JSON: line 1, column 2."),
        (document(section(layout=BLOCK | {"seats": 0})), "sections[0].layout.seats: expected a whole number from 1 to"),
        ({"zones": []}, "zones: have no seats."),
    ],
)
def test_file_that_is_wrong_is_explained_beside_its_field(client, staff, data, message):
    form = start(client, start="file", file=upload(data)).context["form"]

    assert form.errors["file"][0].startswith(message)
    assert not SeatingPlan.objects.exists()


def test_file_that_is_missing(client, staff):
    assert start(client, start="file").context["form"].errors == {"file": ["Choose a file."]}


def test_name_that_is_taken_is_explained_beside_its_field(client, staff, plan):
    form = start(client, start="empty", name="Great Hall", venue=plan.venue).context["form"]

    assert form.errors == {"name": [f"{plan.venue.name} has a plan “Great Hall” already."]}
