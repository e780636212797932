"""Find a booking by its code: the page never tells whether there is one; the mailbox does."""

import re

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from pytest_django.asserts import assertContains

from bookings import services, tasks
from bookings.tests.visits import checked_out, sold
from ticketing.tests.factories import make_offer

pytestmark = pytest.mark.django_db

FIND = reverse("bookings:find")


@pytest.fixture(autouse=True)
def _no_earlier_tries():
    cache.clear()


def find(client, code, email="ada@example.org", **kwargs):
    return client.post(FIND, {"code": code, "email": email}, **kwargs)


def mails_asked_for():
    return [row.args_kwargs["args"] for row in DBTaskResult.objects.order_by("enqueued_at")]


def without_tokens(response):
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.text)


def test_page_asks_for_code_and_address(client):
    response = client.get(FIND)

    assertContains(response, 'autocomplete="email"')
    assert list(response.context["form"].fields) == ["code", "email"]


def test_answer_is_the_same_whether_or_not_there_is_a_booking(client, django_assert_num_queries):
    booking = sold(make_offer())
    cache.clear()

    with django_assert_num_queries(1):
        hit = find(client, booking.booking_code)
    with django_assert_num_queries(1):
        miss = find(client, booking.booking_code, "eve@example.org")

    assert hit.status_code == miss.status_code == 200
    assert without_tokens(hit) == without_tokens(miss).replace("eve@example.org", "ada@example.org")


def test_link_is_mailed_to_whoever_knows_code_and_address(mailoutbox):
    booking = sold(make_offer())

    tasks.send_booking_link.func(booking.booking_code, "ADA@example.org")

    assert [(letter.to, letter.subject) for letter in mailoutbox] == [
        (["ada@example.org"], f"Your booking {booking.booking_code}")
    ]
    assert booking.get_absolute_url() in mailoutbox[0].body
    assert booking.get_absolute_url() in mailoutbox[0].alternatives[0].content


def test_link_of_a_cancelled_booking_is_mailed_as_well(mailoutbox):
    booking = services.cancel_as_customer(booking=sold(make_offer()), now=timezone.now())

    tasks.send_booking_link.func(booking.booking_code, "ada@example.org")

    assert len(mailoutbox) == 1


@pytest.mark.parametrize(
    ("code", "email"), [("BK-20260101-AAAAAA", "ada@example.org"), (None, "eve@example.org"), (None, "")]
)
def test_nothing_is_mailed_when_code_and_address_do_not_belong_together(mailoutbox, code, email):
    booking = sold(make_offer())

    tasks.send_booking_link.func(code or booking.booking_code, email)

    assert mailoutbox == []


def test_hold_that_was_never_bought_is_not_found(mailoutbox):
    booking = checked_out(make_offer())

    tasks.send_booking_link.func(booking.booking_code, "ada@example.org")

    assert mailoutbox == []


def test_code_may_be_typed_in_small_letters(client):
    find(client, " bk-20261122-a7k3xq ")

    assert mails_asked_for() == [["BK-20261122-A7K3XQ", "ada@example.org"]]


@pytest.mark.parametrize(
    ("code", "email", "errors"),
    [
        ("", "", {"code": ["Enter your booking code."], "email": ["Enter your e-mail address."]}),
        ("x" * 10_000, "ada@example.org", {"code": ["This is not a booking code."]}),
        ("BK", "ada@", {"email": ["This is not an e-mail address. It should look like name@example.org."]}),
        ("BK\x00", "ada@example.org", {"code": ["Null characters are not allowed."]}),
    ],
)
def test_nonsense_comes_back_with_a_message(client, code, email, errors):
    response = find(client, code, email)

    assert response.status_code == 422
    assert response.context["form"].errors == errors
    assert mails_asked_for() == []


def test_an_address_is_not_flooded_and_the_answer_stays_the_same(client):
    answers = [find(client, "BK-1").status_code for _ in range(5)]

    assert answers == [200] * 5
    assert len(mails_asked_for()) == 3


def test_whoever_guesses_is_slowed_down(client):
    for number in range(30):
        find(client, f"BK-{number}", f"ada{number}@example.org")

    response = find(client, "BK-31", "ada31@example.org")

    assertContains(response, "One moment, please", status_code=429)
    assert len(mails_asked_for()) == 30


def test_whoever_guesses_behind_the_proxy_does_not_slow_others_down(client, settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    for number in range(31):
        find(client, "BK-1", f"ada{number}@example.org", headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.1"})

    response = find(client, "BK-1", "bob@example.org", headers={"X-Forwarded-For": "203.0.113.1, 203.0.113.2"})

    assert response.status_code == 200
