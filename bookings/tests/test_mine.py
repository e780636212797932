"""All bookings of an address: whoever can read its mail may see them."""

from datetime import timedelta

import pytest
from django.core import signing
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from bookings import access, services
from bookings.tests.visits import checked_out, sold
from events.models import Event
from ticketing.tests.factories import make_offer

pytestmark = pytest.mark.django_db

MINE = reverse("bookings:mine")
ADA = "ada@example.org"


@pytest.fixture(autouse=True)
def _no_earlier_tries():
    cache.clear()


def link_for(email=ADA):
    return access.make_sign_in_link(email).removeprefix("http://127.0.0.1:8000")


@pytest.fixture
def signed_in(client):
    client.post(link_for())
    return client


# The link ----------------------------------------------------------------------------------------


def test_link_is_asked_for(client):
    response = client.post(MINE, {"email": ADA})

    assertContains(response, "a link is on the way to that address. It works for 30 minutes.")
    (email, link), *rest = [row.args_kwargs["args"] for row in DBTaskResult.objects.all()]
    assert (email, rest) == (ADA, [])
    assert link.startswith("http://127.0.0.1:8000/bookings/mine/")


def test_an_address_is_not_flooded_and_the_answer_stays_the_same(client):
    answers = [client.post(MINE, {"email": ADA}).status_code for _ in range(5)]

    assert answers == [200] * 5
    assert DBTaskResult.objects.count() == 3


def test_whoever_asks_for_many_addresses_is_slowed_down(client):
    for number in range(30):
        client.post(MINE, {"email": f"ada{number}@example.org"})

    assert client.post(MINE, {"email": ADA}).status_code == 429


@pytest.mark.parametrize(
    "email", ["", "ada@", "ada@localhost", "x" * 10_000, "ada@example.org\r\nBcc: eve@example.org", "\x00"]
)
def test_nonsense_comes_back_with_a_message(client, email):
    response = client.post(MINE, {"email": email})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["email"]
    assert DBTaskResult.objects.count() == 0


def test_opening_the_link_does_not_sign_in_yet(client):
    response = client.get(link_for())

    assertContains(response, "Show my bookings")
    assert "customer" not in client.cookies


def test_button_behind_the_link_signs_in(client):
    response = client.post(link_for())

    assertRedirects(response, MINE)
    cookie = response.cookies["customer"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (
        MINE,
        True,
        "Lax",
        14 * 86_400,
    )


def test_signing_in_checks_where_a_post_comes_from():
    client = Client(enforce_csrf_checks=True)

    assert client.post(link_for()).status_code == 403


@pytest.mark.parametrize("token", ["x", "a:b:c", "é", "%00", "a" * 5_000])
@pytest.mark.parametrize("method", ["get", "post"])
def test_forged_link_says_what_next(client, method, token):
    response = getattr(client, method)(reverse("bookings:sign_in", args=[token]))

    assertContains(response, "This link is no longer valid", status_code=410)
    assert "customer" not in client.cookies


def test_expired_link_signs_nobody_in(client, monkeypatch):
    link = link_for()
    monkeypatch.setattr(access, "SIGN_IN_LINK_LIFE", timedelta(seconds=-1))

    response = client.post(link)

    assertContains(response, "Send a new link", status_code=410)
    assert "customer" not in client.cookies


def test_token_of_another_purpose_is_no_link(client):
    token = signing.dumps(ADA, salt="bookings.payments.demo")

    assert client.post(reverse("bookings:sign_in", args=[token])).status_code == 410


@pytest.mark.parametrize(
    "cookie", ["", "x", signing.dumps("ada@example.org", salt="x"), "é"], ids=["empty", "short", "other salt", "accent"]
)
def test_forged_cookie_shows_nothing(client, cookie):
    sold(make_offer())
    client.cookies["customer"] = cookie

    assertContains(client.get(MINE), "We send a link to your e-mail address")


def test_expired_cookie_shows_nothing(signed_in, monkeypatch):
    monkeypatch.setattr(access, "SIGN_IN_LIFE", timedelta(seconds=-1))

    assertContains(signed_in.get(MINE), "We send a link to your e-mail address")


# The history ---------------------------------------------------------------------------------------


def test_history_shows_upcoming_first_then_the_past(signed_in):
    late, early, past = (sold(make_offer(), email=email) for email in ("Ada@Example.org", ADA, ADA))
    for booking, days in ((late, 20), (early, 10), (past, -10)):
        Event.objects.filter(pk=booking.event_id).update(event_date=timezone.now() + timedelta(days=days))

    response = signed_in.get(MINE)

    assert list(response.context["coming"]) == [early, late]
    assert list(response.context["past"]) == [past]


def test_history_shows_cancelled_bookings_but_not_holds(signed_in):
    cancelled = services.cancel_as_customer(booking=sold(make_offer()), now=timezone.now())
    checked_out(make_offer())

    response = signed_in.get(MINE)

    assert list(response.context["coming"]) == [cancelled]
    assertContains(response, "state-cancelled")


def test_history_is_of_one_address_only(signed_in):
    sold(make_offer(), email="eve@example.org")

    assertContains(signed_in.get(MINE), "No bookings with this address")


@pytest.mark.parametrize("count", [1, 5])
def test_history_asks_the_database_as_often_for_many_as_for_one(signed_in, count, django_assert_num_queries):
    for _ in range(count):
        sold(make_offer())

    with django_assert_num_queries(2):
        response = signed_in.get(MINE)

    assert len(response.context["coming"]) == count


@pytest.mark.parametrize("page", ["x", "0", "-1", "99", "9" * 5_000])
def test_page_that_does_not_exist_is_forgiven(signed_in, page):
    assert signed_in.get(MINE, {"page": page}).status_code == 200


def test_signing_out_forgets_the_address(signed_in):
    response = signed_in.post(reverse("bookings:sign_out"), follow=True)

    assertContains(response, "You are signed out.")
    assertContains(response, "We send a link to your e-mail address")
    assertNotContains(response, ADA)


def test_history_is_private(signed_in):
    response = signed_in.get(MINE)

    assert response["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
