"""How many requests somebody may make."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone
from redis.exceptions import ConnectionError as RedisAway

from venues.api import limits
from venues.models import RequestCount
from venues.tests.factories import RequestCountFactory, make_bearer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def few(settings):
    settings.API_REQUESTS_PER_KEY, settings.API_REQUESTS_PER_ADDRESS = 3, 2


@pytest.fixture
def shared(settings):
    """A cache that all processes share: counted as if it were."""
    settings.CACHE_IS_SHARED = True
    cache.clear()
    yield
    cache.clear()


def remaining(response) -> tuple[int, str]:
    return response.status_code, response["RateLimit-Remaining"]


def test_every_answer_says_what_is_left(client):
    response = client.get("/api/venues")

    assert response["RateLimit-Limit"] == "2"
    assert response["RateLimit-Remaining"] == "1"
    assert response["RateLimit-Policy"] == "2;w=60"
    assert 1 <= int(response["RateLimit-Reset"]) <= 60


def test_one_request_too_many_is_refused(client):
    answers = [client.get("/api/venues") for _ in range(3)]

    assert [remaining(answer) for answer in answers] == [(200, "1"), (200, "0"), (429, "0")]
    problem = answers[-1].json()
    assert problem["code"] == "too_many_requests"
    assert problem["detail"].startswith("At most 2 requests a minute are answered. Try again in ")
    assert answers[-1]["Retry-After"] == answers[-1]["RateLimit-Reset"]


def test_the_next_minute_begins_anew(client):
    for _ in range(3):
        client.get("/api/venues")
    RequestCount.objects.update(window=0)

    assert client.get("/api/venues").status_code == 200


def test_keys_and_addresses_are_counted_by_themselves(client):
    one, other = make_bearer(), make_bearer()
    for _ in range(3):
        client.get("/api/venues")

    assert remaining(client.get("/api/venues", headers=one)) == (200, "2")
    assert remaining(client.get("/api/venues", headers=other)) == (200, "2")
    assert remaining(client.get("/api/venues", REMOTE_ADDR="192.0.2.7")) == (200, "1")


def test_whoever_guesses_keys_is_counted_by_address(client):
    answers = [client.get("/api/venues", headers={"Authorization": f"Bearer mq_{n}"}) for n in range(3)]

    assert [answer.status_code for answer in answers] == [401, 401, 429]


def test_behind_a_proxy_the_address_is_the_one_that_it_has_seen(client, settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

    client.get("/api/venues", headers={"X-Forwarded-For": "203.0.113.9, 192.0.2.7"})

    assert RequestCount.objects.get().who == "address:192.0.2.7"


def test_health_is_never_refused(client):
    assert [client.get("/api/health").status_code for _ in range(4)] == [200] * 4
    assert "RateLimit-Limit" not in client.get("/api/health")


def test_a_shared_cache_counts_without_a_query(client, shared, django_assert_num_queries):
    with django_assert_num_queries(1):  # the number of venues: there is none
        client.get("/api/venues")

    assert [client.get("/api/venues").status_code for _ in range(2)] == [200, 429]


def test_the_table_counts_while_the_cache_is_away(client, shared, monkeypatch):
    def refuse(*args):
        raise RedisAway

    monkeypatch.setattr(limits.cache, "add", refuse, raising=False)

    assert [client.get("/api/venues").status_code for _ in range(3)] == [200, 200, 429]


def test_old_counts_are_forgotten():
    now = timezone.now()
    RequestCountFactory(window=int((now - timedelta(hours=2)).timestamp()))
    kept = RequestCountFactory(window=int(now.timestamp()))

    assert limits.forget_counts(now) == 1
    assert list(RequestCount.objects.all()) == [kept]
