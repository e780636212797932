"""The checkout: who books, with which promo code, in how much time; then to the payment or straight to the tickets."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from bookings import services
from bookings.models import Booking
from bookings.payments.demo import DemoProvider
from bookings.tests.visits import DETAILS, check_out, checked_out, hold, sold, url
from events.models import Event
from ticketing.models import FOREVER, Offer, PromoCode
from ticketing.tests.factories import PromoCodeFactory, make_offer, make_seated_offer

pytestmark = pytest.mark.django_db

LONG_AGO = timedelta(minutes=11)


def fresh(booking):
    return Booking.objects.get(pk=booking.pk)


def payment(response):
    """Read which payment an answer leads to."""
    assert response.status_code == 302
    return DemoProvider().read(response["Location"].split("/")[-2])


def sell_to_others(booking):
    booking.event.places.update(free_from=FOREVER, claim=None)


# The page ---------------------------------------------------------------------------------------


def test_checkout_shows_the_order_and_the_time_left(client):
    offer = make_seated_offer()
    booking = hold(offer, seats=offer.places.order_by("seat").values_list("seat", flat=True)[:2])

    response = client.get(url("checkout", booking))

    assertContains(response, "2 × Standard")
    assertContains(response, "Stalls, row A, seats 1, 2")
    assertContains(response, "€80.00")
    assert response.context["seconds_left"] in (599, 600)


def test_checkout_says_without_javascript_until_when(client):
    booking = hold(make_offer(event__venue__city="Mumbai", event__venue__time_zone="Asia/Kolkata"))

    response = client.get(url("checkout", booking))

    until = f"{booking.expires_at.astimezone(ZoneInfo('Asia/Kolkata')):%H:%M}"
    assertContains(response, f"<noscript>, until {until} in Mumbai</noscript>")


def test_checkout_is_private(client):
    response = client.get(url("checkout", hold(make_offer())))

    assert response["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Referrer-Policy"] == "same-origin"


def test_checkout_is_filled_in_with_what_is_known(client):
    booking = checked_out(make_offer())

    assertContains(client.get(url("checkout", booking)), 'value="ada@example.org"')


def test_unknown_key_is_not_found(client):
    assert client.get(reverse("bookings:checkout", args=["x" * 32])).status_code == 404


# Details ----------------------------------------------------------------------------------------


def test_details_lead_to_the_payment_of_the_total(client):
    booking = hold(make_offer(), 2)

    response = check_out(client, booking)

    booking = fresh(booking)
    assert (booking.customer_name, booking.customer_email, booking.customer_phone) == (
        "Ada Lovelace",
        "ada@example.org",
        "+43 660 1234567",
    )
    assert (payment(response).key, payment(response).amount) == (booking.key, 80)
    assert booking.status == "pending"


def test_free_tickets_are_booked_at_once(client):
    booking = hold(make_offer(price=0), 2)

    response = check_out(client, booking)

    assertRedirects(response, f"{url('booking', booking)}?new=1")
    assert fresh(booking).status == "confirmed"


def test_free_tickets_posted_twice_are_booked_once(client):
    booking = hold(make_offer(price=0))

    responses = [check_out(client, booking) for _ in range(2)]

    assert [response.status_code for response in responses] == [302, 302]
    assert list(booking.activities.filter(verb="confirm").values_list("verb", flat=True)) == ["confirm"]


@pytest.mark.parametrize(
    ("field", "typed", "message"),
    [
        ("name", "", "Enter your name, as it should stand on the tickets."),
        ("name", " \n\t ", "Enter your name, as it should stand on the tickets."),
        ("name", "x" * 10_000, "This name is too long: use at most 200 characters."),
        ("name", "Ada\x00", "Null characters are not allowed."),
        ("email", "", "Enter your e-mail address, so that we can send your tickets."),
        ("email", "ada@", "This is not an e-mail address. It should look like name@example.org."),
        ("email", "ada@localhost", "This is not an e-mail address. It should look like name@example.org."),
        (
            "email",
            "ada@example.org\nBcc: eve@example.org",
            "This is not an e-mail address. It should look like name@example.org.",
        ),
        ("email", "a" * 300 + "@example.org", "This e-mail address is too long."),
        ("phone", "call me", "Enter a phone number with digits only, such as +43 660 1234567."),
        ("phone", "1" * 10_000, "This phone number is too long."),
        ("terms", "", "Please agree to the terms of sale."),
        ("code", "x" * 10_000, "There is no promo code as long as that."),
    ],
)
def test_wrong_detail_comes_back_with_a_message_and_as_it_was(client, field, typed, message):
    booking = hold(make_offer())

    response = check_out(client, booking, **{field: typed})

    assert response.status_code == 422
    form = response.context["promo" if field == "code" else "details"]
    assert message in form.errors[field]
    assert form[field].value() == (typed if field != "terms" else False)
    assert fresh(booking).customer_email == ""


def test_line_breaks_in_names_become_spaces(client):
    booking = hold(make_offer())

    check_out(client, booking, name="Ada\r\nBcc: eve@example.org\u2028\x07")

    assert fresh(booking).customer_name == "Ada Bcc: eve@example.org"


def test_html_in_names_is_literal(client):
    booking = hold(make_offer())

    check_out(client, booking, name="<script>alert(1)</script>")

    response = client.get(url("checkout", booking))
    assertContains(response, "&lt;script&gt;alert(1)&lt;/script&gt;")
    assertNotContains(response, "<script>alert(1)")


# The same twice -----------------------------------------------------------------------------------


def test_twin_is_pointed_out_before_it_is_paid(client):
    offer = make_offer()
    twin = sold(offer, 2)
    booking = hold(offer, 2)

    response = check_out(client, booking, email="ADA@example.org")

    assertContains(response, "You have just booked the same", status_code=409)
    assertContains(response, f"Booking {twin.booking_code} with this e-mail address", status_code=409)
    assertContains(response, 'name="again"', status_code=409)


def test_twin_that_is_wanted_goes_on(client):
    offer = make_offer()
    sold(offer, 2)

    response = check_out(client, hold(offer, 2), again="on")

    assert payment(response).amount == 80


def test_other_content_is_no_twin(client):
    offer = make_offer()
    sold(offer, 2)

    assert payment(check_out(client, hold(offer, 3))).amount == 120


# Time ------------------------------------------------------------------------------------------------


def test_more_time_keeps_what_was_typed(client):
    booking = hold(make_offer(), ago=timedelta(minutes=8))

    response = client.post(url("extend", booking), DETAILS | {"email": "ada@"})

    assertContains(response, "Done: you have more time.")
    assertContains(response, 'value="ada@"')
    assertNotContains(response, url("extend", booking))
    assert response.context["seconds_left"] > 590


def test_more_time_is_given_once(client):
    booking = services.extend(booking=hold(make_offer()), now=timezone.now())

    response = client.post(url("extend", booking), DETAILS)

    assertContains(response, "The time can be extended only once. Please finish your booking.")


@pytest.mark.parametrize("ago", [None, LONG_AGO])
def test_more_time_by_its_address_leads_to_the_checkout(client, ago):
    booking = hold(make_offer(), ago=ago)

    response = client.get(url("extend", booking))

    assertRedirects(response, url("checkout", booking))


def test_lapsed_hold_offers_to_get_the_tickets_back(client):
    booking = hold(make_offer(), 2, ago=LONG_AGO)

    response = client.get(url("checkout", booking))

    assertContains(response, "Your tickets are no longer held")
    assertContains(response, "2 × Standard")
    assertContains(response, url("revive", booking))


def test_lapsed_hold_comes_back_by_one_button(client):
    booking = hold(make_offer(), 2, ago=LONG_AGO)

    response = client.post(url("revive", booking), follow=True)

    assertContains(response, "Your tickets are held for you again.")
    assert fresh(booking).is_live(timezone.now())


def test_lapsed_hold_whose_places_are_gone_leads_to_the_picker(client):
    booking = hold(make_offer(), 2, ago=LONG_AGO)
    sell_to_others(booking)

    response = client.post(url("revive", booking))

    assertContains(
        response, "Your time had run out. Sorry, there are not enough tickets. Standard is sold out.", status_code=409
    )
    assertContains(response, reverse("ticketing:picker", args=[booking.event.slug]), status_code=409)


def test_lapsed_hold_whose_offer_has_closed_says_so(client):
    booking = hold(make_offer(), ago=LONG_AGO)
    Offer.objects.update(off_sale_at=timezone.now() - timedelta(minutes=1))

    response = client.post(url("revive", booking))

    assertContains(response, "Standard tickets are not on sale any more.", status_code=409)


def test_lapsed_hold_that_comes_back_without_its_promo_code_says_so(client):
    PromoCodeFactory(code="SPRING")
    booking = hold(make_offer(), 2, ago=LONG_AGO)
    services.apply_promo_code(booking=booking, code="SPRING", now=timezone.now())
    PromoCode.objects.update(valid_until=timezone.now() - timedelta(minutes=1))

    response = client.post(url("revive", booking), follow=True)

    assertContains(response, "Your promo code does not hold any more. The total is now €80.00.")


def test_details_that_come_too_late_still_lead_to_the_payment(client):
    booking = hold(make_offer(), 2, ago=LONG_AGO)

    response = check_out(client, booking)

    assert payment(response).amount == 80
    assert fresh(booking).is_live(timezone.now())


def test_details_that_come_too_late_do_not_pay_more_unseen(client):
    PromoCodeFactory(code="SPRING")
    booking = hold(make_offer(), 2, ago=LONG_AGO)
    services.apply_promo_code(booking=booking, code="SPRING", now=timezone.now())
    PromoCode.objects.update(valid_until=timezone.now() - timedelta(minutes=1))

    response = check_out(client, booking)

    assertContains(response, "Your promo code does not hold any more. The total is now €80.00.", status_code=409)


def test_details_that_come_too_late_for_places_that_are_gone_say_so(client):
    booking = hold(make_offer(), ago=LONG_AGO)
    sell_to_others(booking)

    assertContains(check_out(client, booking), "Standard is sold out.", status_code=409)


# Elsewhere in its life --------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "post"])
def test_confirmed_booking_leads_to_its_page(client, method):
    booking = sold(make_offer())

    response = getattr(client, method)(url("checkout", booking), DETAILS)

    assertRedirects(response, url("booking", booking))


@pytest.mark.parametrize("name", ["revive", "pay"])
def test_confirmed_booking_is_neither_revived_nor_paid_again(client, name):
    booking = sold(make_offer())

    response = client.post(url(name, booking), follow=True)

    assert response.redirect_chain[-1][0] == url("booking", booking)


@pytest.mark.parametrize(
    ("reason", "words"), [("abandoned", "You have let these tickets go."), ("lapsed", "Your time ran out,")]
)
def test_hold_that_has_ended_says_how_and_leads_to_the_picker(client, reason, words):
    booking = hold(make_offer())
    services.cancel(booking=booking, reason=reason, now=timezone.now(), actor="system")

    response = client.get(url("checkout", booking))

    assertContains(response, words)
    assertContains(response, reverse("ticketing:picker", args=[booking.event.slug]))


def test_event_that_was_cancelled_meanwhile_says_so(client):
    booking = hold(make_offer())
    Event.objects.update(status="cancelled")

    response = check_out(client, booking)

    assertContains(response, "This event has been cancelled, so it can no longer be booked.", status_code=409)
