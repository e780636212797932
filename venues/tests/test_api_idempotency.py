"""Writes that may be sent twice."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from venues.api import idempotency
from venues.models import ApiKey, IdempotentRequest, Venue
from venues.tests.factories import IdempotentRequestFactory, make_bearer

NOW = timezone.now()
BODY = {"name": "Hall", "address": "1 Main Street", "city": "Vienna", "capacity": 5}


def post(client, headers, key="first", body=BODY, address="/api/venues"):
    headers = headers | ({"Idempotency-Key": key} if key else {})
    return client.post(address, body, content_type="application/json", headers=headers)


@pytest.fixture
def headers(db):
    return make_bearer("venues.add_venue", "venues.change_venue", "venues.delete_venue")


def test_a_repeat_answers_what_was_answered(client, headers):
    first, again = post(client, headers), post(client, headers)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again["Location"] == first["Location"] == f"/api/venues/{first.json()['id']}"
    assert again["Content-Type"] == first["Content-Type"]
    assert again["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first
    assert Venue.objects.count() == 1


def test_an_answer_without_a_body_is_repeated_too(client, headers):
    address = post(client, headers, key=None)["Location"]

    first = client.delete(address, headers=headers | {"Idempotency-Key": "gone"})
    again = client.delete(address, headers=headers | {"Idempotency-Key": "gone"})

    assert (first.status_code, again.status_code) == (204, 204)
    assert again.content == b""
    assert client.delete(address, headers=headers).status_code == 404


def test_without_the_header_nothing_is_kept(client, headers):
    post(client, headers, key=None)

    assert not IdempotentRequest.objects.exists()


def test_another_body_is_refused(client, headers):
    post(client, headers)

    response = post(client, headers, body=BODY | {"name": "Other"})

    assert response.status_code == 422
    assert response.json()["code"] == "idempotency_key_reused"
    assert Venue.objects.count() == 1


def test_another_path_or_query_is_refused(client, headers):
    post(client, headers)

    assert post(client, headers, address="/api/venues?dry=1").json()["code"] == "idempotency_key_reused"
    assert post(client, headers, address="/api/ticket-types").status_code == 403
    answer = client.patch(
        "/api/venues/1", BODY, content_type="application/json", headers=headers | {"Idempotency-Key": "first"}
    )
    assert answer.json()["code"] == "idempotency_key_reused"


def test_keys_of_different_clients_do_not_meet(client, headers):
    post(client, headers)

    response = post(client, make_bearer("venues.add_venue"), body=BODY | {"name": "Other"})

    assert response.status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "line\u2028"])
def test_what_is_no_key_is_refused(client, headers, key):
    response = client.post(
        "/api/venues", BODY, content_type="application/json", headers=headers | {"Idempotency-Key": key}
    )

    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "Idempotency-Key"


def test_a_refusal_frees_the_key(client, headers):
    """It has changed nothing, so that the same key may be tried again, corrected."""
    refused = post(client, headers, body=BODY | {"capacity": 0})

    assert refused.status_code == 422
    assert post(client, headers).status_code == 201


def running(headers, **changes) -> IdempotentRequest:
    """Leave a row behind as a process does that is in the middle of making the hall."""
    post(Client(), headers)
    Venue.objects.all().delete()
    IdempotentRequest.objects.update(status=None, body="", headers={}, **changes)
    return IdempotentRequest.objects.get()


def test_a_request_that_is_being_carried_out_is_told_so(client, headers):
    running(headers)

    response = post(client, headers)

    assert response.status_code == 409
    assert response.json()["code"] == "request_running"
    assert response["Retry-After"] == "1"
    assert not Venue.objects.exists()


def test_a_request_whose_process_died_is_carried_out_when_its_lease_has_ended(client, headers):
    dead = running(headers, leased_until=NOW - timedelta(seconds=1))

    response = post(client, headers)

    assert response.status_code == 201
    assert Venue.objects.count() == 1
    row = IdempotentRequest.objects.get()
    assert (row.pk, row.status) == (dead.pk, 201)
    assert row.lease != dead.lease
    assert post(client, headers)["Idempotency-Replayed"] == "true"


def test_a_dead_request_is_not_taken_over_by_another_one(client, headers):
    running(headers, leased_until=NOW - timedelta(seconds=1))

    assert post(client, headers, body=BODY | {"name": "Other"}).json()["code"] == "idempotency_key_reused"


def test_a_request_that_has_outlived_its_lease_is_undone(client, headers, monkeypatch):
    """Somebody else has carried it out meanwhile: both say the same, and there is one hall."""
    store = idempotency._Claim.store

    def store_late(claim, response):
        IdempotentRequest.objects.update(lease=IdempotentRequestFactory.build().lease, status=201, body='{"id": 7}')
        store(claim, response)

    monkeypatch.setattr(idempotency._Claim, "store", store_late)

    response = post(client, headers)

    assert not Venue.objects.exists()
    assert response.status_code in (201, 409)


def test_a_crash_changes_nothing_and_frees_the_key(client, headers, monkeypatch):
    def crash(claim, response):
        raise RuntimeError("the power went out")

    with monkeypatch.context() as patch:
        patch.setattr(idempotency._Claim, "store", crash)
        assert post(client, headers).status_code == 500

    assert not Venue.objects.exists()
    assert post(client, headers).status_code == 201


def test_an_answer_is_kept_for_a_day(client, headers):
    post(client, headers)
    IdempotentRequest.objects.update(started_at=NOW - timedelta(hours=24, seconds=1))

    response = post(client, headers, body=BODY | {"name": "Other"})

    assert response.status_code == 201
    assert "Idempotency-Replayed" not in response


def test_old_answers_are_forgotten(db):
    old = IdempotentRequestFactory(started_at=NOW - timedelta(hours=25))
    kept = IdempotentRequestFactory(started_at=NOW - timedelta(hours=23))

    assert idempotency.forget_requests(NOW) == 1
    assert set(IdempotentRequest.objects.all()) == {kept} - {old}


MARKS = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")


def statements(captured) -> int:
    """Count statements, without those that only mark where a transaction begins and ends."""
    return len([query for query in captured if not query["sql"].startswith(MARKS)])


def test_a_key_costs_two_queries(client, headers):
    with CaptureQueriesContext(connection) as without:
        post(client, headers, key=None)
    with CaptureQueriesContext(connection) as first:
        post(client, headers, body=BODY | {"name": "Other"})
    with CaptureQueriesContext(connection) as again:
        post(client, headers, body=BODY | {"name": "Other"})

    assert statements(first) == statements(without) + 2
    assert statements(again) == 4  # key, count, taken, answer


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_many_at_the_same_time_one_is_carried_out():
    headers, answers, start = make_bearer("venues.add_venue"), [], threading.Barrier(8)

    def send():
        start.wait()
        try:
            answers.append(post(Client(), headers))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Venue.objects.count() == 1
    assert {answer.status_code for answer in answers} <= {201, 409}
    made = [answer for answer in answers if answer.status_code == 201]
    assert len({answer.content for answer in made}) == 1
    assert len([answer for answer in made if "Idempotency-Replayed" not in answer]) == 1
    assert ApiKey.objects.count() == 1
