"""Whatever is sent to the customer's pages, none answers with a 500, and nothing is held or sold by it.

What each mistake is told is tested beside each page; here is that there is always an answer.
"""

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertRedirects

from bookings.models import Booking
from bookings.payments import get_provider
from bookings.tests.visits import CARD, DETAILS, check_out, checked_out, hold, pay, pick, sold, url
from ticketing.models import Place
from ticketing.tests.factories import make_offer, make_seated_offer

pytestmark = pytest.mark.django_db

NASTY = [
    "0",
    "-1",
    "9" * 19,
    "9" * 10_000,
    "1e9",
    "NaN",
    "\x00",
    "\ud7ff\U0010ffff",
    "x" * 10_000,
    "<script>alert(1)</script>",
    "{{ settings.SECRET_KEY }}{% now 'Y' %}",
    "' OR 1=1 --",
    "%s%d%(x)s",
    "../../etc/passwd",
    "\r\nSet-Cookie: x=1",
    "١٢٣",
]

nasty = pytest.mark.parametrize("value", NASTY, ids=range(len(NASTY)))


def nothing_happened():
    return not Booking.objects.exists() and not Place.objects.filter(claim__isnull=False).exists()


@nasty
@pytest.mark.parametrize("name", ["section", "seat", "party", "offer", "quantity-1", "claim"])
def test_picker_answers_any_question(client, name, value):
    offer = make_seated_offer()

    response = client.get(reverse("ticketing:picker", args=[offer.event.slug]), {"party": "2", name: value})

    assert response.status_code == 200


@nasty
@pytest.mark.parametrize("name", ["quantity", "seat", "unknown offer"])
def test_hold_refuses_what_is_no_choice(client, name, value):
    offer = make_offer()
    name = {"quantity": f"quantity-{offer.pk}", "seat": "seat", "unknown offer": "quantity-987654"}[name]

    response = client.post(reverse("bookings:hold", args=[offer.event.slug]), {name: value})

    assert response.status_code == 422
    assert nothing_happened()


@nasty
@pytest.mark.parametrize("name", ["claim", "section"])
def test_hold_does_not_mind_odd_company(client, name, value):
    offer = make_offer()

    assert pick(client, offer, 1, **{name: value}).status_code == 302


@nasty
def test_opening_a_section_that_is_none(client, value):
    offer = make_seated_offer()

    response = pick(client, offer, 1, open=value)

    assert client.get(response["Location"]).status_code == 200


@pytest.mark.parametrize("count", [11, 900])
def test_hold_refuses_many_seats_before_it_asks_for_them(client, count):
    offer = make_seated_offer()

    response = pick(client, offer, "", seat=list(range(1, count + 1)))

    assertContains(response, "You can book at most 10 tickets at a time.", status_code=422)
    assert nothing_happened()


def test_hold_refuses_more_fields_than_any_form_has(client):
    offer = make_seated_offer()

    response = pick(client, offer, "", seat=list(range(5_000)))

    assert response.status_code == 400
    assert nothing_happened()


def test_two_events_in_one_hold_are_refused(client):
    offer, other = make_offer(), make_offer()

    response = pick(client, offer, 1, **{f"quantity-{other.pk}": "1"})

    assertContains(response, "One of the chosen tickets is not part of this event.", status_code=422)
    assert nothing_happened()


@nasty
@pytest.mark.parametrize("name", [*DETAILS, "code", "again", "do"])
def test_checkout_answers_any_detail(client, name, value):
    booking = hold(make_offer())

    response = check_out(client, booking, **{name: value})

    assert response.status_code in (302, 422)
    assert Booking.objects.get().status == "pending"


@nasty
@pytest.mark.parametrize("name", list(CARD))
def test_card_page_answers_any_card(client, name, value):
    booking = checked_out(make_offer())

    response = pay(client, booking, **{name: value})

    assert response.status_code in (302, 422)


@nasty
@pytest.mark.parametrize("page", ["find", "mine"])
def test_finding_answers_any_question(client, page, value):
    response = client.post(reverse(f"bookings:{page}"), {"code": value, "email": value})

    assert response.status_code == 422


@nasty
def test_changes_answer_anything_and_change_nothing(client, value):
    offer = make_seated_offer()
    booking = sold(offer, 2)
    before = list(booking.tickets.values_list("pk", "code"))
    pass_on = reverse("bookings:pass_on", args=[booking.key, before[0][0]])
    choice = {"seat": value, f"quantity-{offer.pk}": value, "difference": value, "section": value, "party": value}

    for name in ("exchange_picker", "exchange_review"):
        address = reverse(f"bookings:{name}", args=[booking.key, offer.event.slug])
        for response in (client.get(address, choice), client.post(address, choice)):
            assert response.status_code in (200, 302, 400, 422)  # 400: no address is that long
    for address in (pass_on, url("cancel", booking), url("details", booking)):
        response = client.post(address, {"ticket": value, "shown": value, "email": value, "name": value})
        assert response.status_code == 422
    assert list(booking.tickets.values_list("pk", "code")) == before


@pytest.mark.parametrize(
    "name", ["hold", "extend", "revive", "abandon", "pay", "checkout", "cancel", "details", "resend"]
)
def test_empty_post_is_answered(client, name):
    offer = make_offer()
    argument = offer.event.slug if name == "hold" else hold(offer).key

    response = client.post(reverse(f"bookings:{name}", args=[argument]))

    assert response.status_code in (200, 302, 409, 422)


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_not_allowed(client, method):
    booking = sold(make_offer())

    for name in ("booking", "checkout", "cancel", "pdf", "calendar", "extend", "revive", "abandon", "pay"):
        assert getattr(client, method)(url(name, booking)).status_code == 405


def test_html_in_names_is_literal_on_every_page(client):
    name = "<img src=x onerror=alert(1)>"
    offer = make_offer(event__name=name, label=name)
    booking = hold(offer)
    pages = [
        client.get(reverse("ticketing:picker", args=[offer.event.slug])),
        check_out(client, booking, name=name, email="broken"),
        check_out(client, booking, name=name),
        client.get(url("checkout", booking)),
        client.get(get_provider().start(Booking.objects.get())),
        client.get(url("booking", booking)),
        pay(client, Booking.objects.get(), holder=name),
        client.get(url("booking", booking)),
        client.get(url("cancel", booking)),
        client.get(url("details", booking)),
        client.post(url("details", booking), {"name": name, "email": "broken"}),
        client.get(reverse("bookings:pass_on", args=[booking.key, booking.tickets.get().pk])),
    ]

    assert [page.status_code for page in pages] == [200, 422, 302, 200, 200, 200, 302, 200, 200, 200, 422, 200]
    assert ["<img src=x" in page.text for page in pages] == [False] * len(pages)


@pytest.mark.parametrize("name", ["extend", "revive"])
def test_tab_that_is_opened_again_after_a_refusal_shows_the_checkout(client, name):
    booking = hold(make_offer())

    response = client.get(url(name, booking))

    assertRedirects(response, url("checkout", booking))
