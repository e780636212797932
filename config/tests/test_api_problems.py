"""What the API answers when something is wrong: one shape, whatever it was."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError, OperationalError, connection
from django.urls import get_resolver

from bookings import errors as bookings
from bookings.tests.factories import BookingFactory
from config.api.problems import RULES, kinds, problem_of
from events import errors as events
from ticketing import errors as ticketing
from venues import errors as venues
from venues.api import problems as basic
from venues.api.catalogue import create_venue
from venues.api.problems import document_of
from venues.tests.factories import VenueFactory, make_bearer

MEMBERS = {"type", "title", "status", "detail", "code", "instance", "errors"}
BODY = {"name": "Hall", "address": "1 Main Street", "city": "Vienna", "capacity": 5}


def post(client, body, address="/api/venues", content_type="application/json"):
    return client.post(address, body, content_type=content_type, headers=make_bearer("venues.add_venue"))


def check(response, status: int, code: str) -> dict:
    """Read a problem document, and check what all of them have in common."""
    problem = response.json()
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    assert response["Cache-Control"] == "no-store"
    assert problem.keys() >= MEMBERS
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["type"] == f"http://127.0.0.1:8000/api/problems/{code}"
    return problem


@pytest.mark.django_db
def test_what_is_no_json_is_a_bad_request(client):
    problem = check(post(client, "{"), 400, "invalid_json")

    assert problem["detail"] == "The body is not a JSON document in UTF-8."
    assert problem["instance"] == "/api/venues"
    assert problem["errors"] == []


@pytest.mark.django_db
def test_the_character_nul_is_a_bad_request_wherever_it_is(client):
    assert check(post(client, BODY | {"name": "a\x00b"}), 400, "invalid_json")["detail"].endswith("NUL.")
    check(client.get("/api/venues?q=%00"), 400, "bad_request")


@pytest.mark.django_db
def test_fields_are_named_where_they_are_wrong(client):
    problem = check(post(client, {"name": " ", "capacity": "5", "colour": "red"}), 422, "invalid")

    assert {(error["field"], error["code"]) for error in problem["errors"]} == {
        ("name", "string_too_short"),
        ("address", "missing"),
        ("city", "missing"),
        ("capacity", "int_type"),
        ("colour", "extra_forbidden"),
    }


@pytest.mark.django_db
def test_parameters_of_the_address_are_fields_too(client):
    problem = check(client.get("/api/venues?limit=101&offset=x"), 422, "invalid")

    assert [error["field"] for error in problem["errors"]] == ["limit", "offset"]


@pytest.mark.django_db
def test_a_body_that_is_no_object_is_wrong_as_a_whole(client):
    problem = check(post(client, "[]"), 422, "invalid")

    assert problem["errors"][0]["field"] == "body"
    assert check(post(client, ""), 422, "invalid")["errors"][0]["code"] == "missing"


@pytest.mark.django_db
def test_what_models_refuse_looks_the_same(client):
    VenueFactory(name="Hall")

    problem = check(post(client, BODY | {"time_zone": "Mars/Base"}), 422, "invalid")

    assert [(error["field"], error["code"]) for error in problem["errors"]] == [
        ("time_zone", "invalid"),
        ("name", "unique"),
    ]


@pytest.mark.parametrize("address", ["/api/nothing", "/api/venues/", "/api/venues/x", "/api/docs/", "/api/venues/-1"])
def test_addresses_that_are_none_are_not_found(client, address):
    assert check(client.get(address), 404, "not_found")["instance"] == address


@pytest.mark.django_db
@pytest.mark.parametrize("number", ["7", "99999999999999999999999999"])
def test_rows_that_are_none_are_not_found(client, number):
    assert check(client.get(f"/api/venues/{number}"), 404, "not_found")["detail"] == f"There is no venue {number}."


def test_a_method_that_the_address_does_not_know(client):
    response = client.put("/api/venues")

    problem = check(response, 405, "method_not_allowed")
    assert set(response["Allow"].split(", ")) == {"GET", "POST"}
    assert problem["detail"].startswith("This address knows ")


@pytest.mark.django_db
def test_a_body_that_is_too_large(client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100

    check(post(client, BODY | {"description": "x" * 200}), 413, "too_large")


@pytest.mark.django_db
def test_what_nobody_expects_is_logged_and_tells_nothing(client, monkeypatch, caplog):
    def crash(*args, **kwargs):
        raise RuntimeError("secret detail")

    monkeypatch.setitem(create_venue.__globals__, "save", crash)

    response = post(client, BODY)

    check(response, 500, "server_error")
    assert "secret detail" not in response.text
    assert "secret detail" in caplog.text


@pytest.mark.django_db
def test_the_database_is_away(client, caplog):
    def refuse(execute, sql, params, many, context):
        raise OperationalError("connection refused")

    with connection.execute_wrapper(refuse):
        answers = [client.get("/api/venues"), client.post("/api/venues"), client.get("/api/health")]

    for answer in answers[::2]:
        check(answer, 503, "unavailable")
    check(answers[1], 503, "unavailable")
    assert "connection refused" not in "".join(answer.text for answer in answers)


@pytest.mark.django_db
def test_head_is_get_without_a_body(client):
    VenueFactory()
    full, head = client.get("/api/venues"), client.head("/api/venues")

    assert head.status_code == 200
    assert head.content == b""
    assert head["ETag"] == full["ETag"]


# The table --------------------------------------------------------------------------------------


def domain_errors() -> set[type[Exception]]:
    found = set()
    for module, root in (
        (venues, venues.VenueError),
        (events, events.EventError),
        (ticketing, ticketing.TicketingError),
        (bookings, bookings.BookingError),
    ):
        found |= {cls for cls in vars(module).values() if isinstance(cls, type) and issubclass(cls, root)}
    return found


def test_every_error_of_the_rooms_is_in_the_table():
    assert set(RULES) == domain_errors()


def test_codes_of_problems_are_their_own():
    classes = [
        *RULES,
        *(cls for cls in vars(basic).values() if isinstance(cls, type) and issubclass(cls, basic.Problem)),
    ]

    assert len({cls.code for cls in classes}) == len(classes)
    assert len(kinds()) == len(classes)


def document(error: Exception) -> dict:
    return document_of(problem_of(error), "/api/bookings")


def test_an_error_says_its_own_sentence_and_what_is_left():
    told = document(ticketing.PlacesTaken("Only 2 are left.", left={9: 0, 4: 2}, taken=(7,)))

    assert told == {
        "type": "http://127.0.0.1:8000/api/problems/places_taken",
        "title": "Not enough places left",
        "status": 409,
        "detail": "Only 2 are left.",
        "code": "places_taken",
        "instance": "/api/bookings",
        "errors": [],
        "left": [{"offer_id": 4, "left": 2}, {"offer_id": 9, "left": 0}],
        "taken": [7],
    }


@pytest.mark.django_db
def test_a_duplicate_names_the_booking():
    twin = BookingFactory()

    assert document(bookings.DuplicateBooking("Booked already.", twin))["booking"] == {
        "id": twin.pk,
        "booking_code": twin.booking_code,
    }


def test_a_difference_is_told_as_money():
    assert document(bookings.PriceDiffers("It costs more.", Decimal("5.00")))["difference"] == Decimal("5.00")


def test_a_broken_rule_of_the_schema_is_our_fault():
    assert problem_of(IntegrityError("some_constraint")) is None


@pytest.mark.django_db
def test_problems_explain_themselves(client):
    found = client.get("/api/problems").json()
    one = client.get("/api/problems/places_taken").json()

    assert one in found["items"]
    assert one["status"] == 409
    assert one["description"] == "There are fewer places left than asked for."
    check(client.get("/api/problems/unheard_of"), 404, "not_found")


def test_every_address_of_the_api_is_guarded():
    """Or else an error there would be a page for people."""
    root = next(pattern for pattern in get_resolver().url_patterns if getattr(pattern, "namespace", "") == "api")

    assert root.url_patterns
    assert {pattern.callback.__name__ for pattern in root.url_patterns} == {"guard"}
