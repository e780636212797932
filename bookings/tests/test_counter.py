"""The counter's page: what it shows, what it sells, what it refuses, and to whom it opens."""

from __future__ import annotations

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from bookings.models import Booking, Payment
from bookings.tests import sales, visits
from bookings.tests.factories import ShiftFactory
from bookings.tests.test_budgets import statements
from events.models import Event
from reports.audit import findings
from ticketing.services import open_sales
from ticketing.tests.factories import OfferFactory, PromoCodeFactory, make_offer, make_seated_offer

pytestmark = pytest.mark.django_db

COUNTER = "/admin/counter/"


def member(group: str, name: str = "bernadette") -> User:
    user = User.objects.create_user(name, is_staff=True, first_name="Bernadette", last_name="Ogilvy")
    user.groups.add(Group.objects.get(name=group))
    return user


@pytest.fixture
def staff(client):
    """A member of the box office with an open till."""
    user = member("Box office")
    ShiftFactory(user=user, opening_float=Decimal("100.00"))
    client.force_login(user)
    return client


@pytest.fixture
def offer():
    return make_offer()


def sell(client, offer, quantity=2, **data):
    data = {
        "event": offer.event_id,
        "claim": uuid.uuid4(),
        f"quantity-{offer.pk}": quantity,
        "means": "cash",
    } | data
    return client.post(COUNTER, {name: value for name, value in data.items() if value is not None})


def errors(response) -> dict[str, list[str]]:
    return {name: list(found) for name, found in response.context["form"].errors.items()}


# What is shown ------------------------------------------------------------------------------------


def test_counter_opens_with_the_next_event_to_begin(staff):
    later = make_offer(event__event_date=timezone.now() + timedelta(days=2))
    sooner = make_offer(event__event_date=timezone.now() + timedelta(hours=2))

    page = staff.get(COUNTER)

    assert page.context["event"] == sooner.event
    assert [(it.digit, it.event) for it in page.context["listed"]] == [(1, sooner.event), (2, later.event)]


def test_counter_shows_another_event_when_it_is_asked_for(staff, offer):
    make_offer(event__event_date=timezone.now() + timedelta(hours=2))

    assert staff.get(COUNTER, {"event": offer.event_id}).context["event"] == offer.event


def test_counter_lists_nine_events_and_finds_the_others(staff):
    for day, name in enumerate("abcdefghijk", start=1):
        make_offer(event__name=f"Quartet {name * 3}", event__event_date=timezone.now() + timedelta(days=day))

    assert len(staff.get(COUNTER).context["listed"]) == 9
    assert [it.event.name for it in staff.get(COUNTER, {"q": "quartet KKK"}).context["listed"]] == ["Quartet kkk"]
    assert staff.get(COUNTER, {"q": "opera"}).context["event"] is None


@pytest.mark.parametrize(
    "changes",
    [
        {"event_date": timezone.now() - timedelta(hours=1)},
        {"status": "cancelled"},
        {"published_at": None},
    ],
)
def test_counter_lists_only_what_it_can_sell(staff, offer, changes):
    Event.objects.filter(pk=offer.event_id).update(**changes)

    page = staff.get(COUNTER, {"event": offer.event_id})

    assert page.context["listed"] == []
    assert page.context["event"] is None


def test_counter_shows_what_is_left(staff, offer):
    sales.sold(offer, 5)

    (line,) = staff.get(COUNTER).context["picker"].lines

    assert line.stock.free == 15


def test_counter_sells_before_and_after_the_sales_period(staff):
    offer = make_offer(on_sale_at=timezone.now() + timedelta(days=1))

    assert staff.get(COUNTER).context["picker"].lines[0].can_be_picked
    assert sell(staff, offer).status_code == 302


def test_counter_shows_who_comes_to_pay(staff, offer):
    booking = visits.checked_out(offer, 2)
    visits.hold(offer)

    assert staff.get(COUNTER).context["holds"] == [booking]


def test_counter_proposes_the_best_seats(staff):
    offer = make_seated_offer(event__max_tickets_per_booking=2, on_sale_at=timezone.now() + timedelta(days=1))
    address = reverse("counter:best", args=[offer.event_id])

    found = staff.get(address, {"party": 6}).json()
    by_page = staff.get(COUNTER, {"event": offer.event_id, "party": 6})

    assert sum(len(part["seats"]) for part in found["seats"]) == 6
    assert len(by_page.context["proposal"]) == 6


def test_counter_reads_the_same_number_of_rows_for_one_offer_and_for_ten(staff, offer):
    def page():
        return staff.get(COUNTER)

    with statements(10):
        page()
    for number in range(9):
        OfferFactory(event=offer.event, label=f"Offer {number}")
        make_offer()
    open_sales(event=offer.event, now=timezone.now())
    with statements(10):
        page()


# What is sold -------------------------------------------------------------------------------------


@pytest.mark.parametrize("means", ["cash", "terminal"])
def test_sale_leads_to_its_result(staff, offer, means):
    response = sell(staff, offer, means=means)

    booking = Booking.objects.get()
    assert response["Location"] == reverse("counter:sold", args=[booking.booking_code])
    assert (booking.status, booking.channel, booking.total_price) == ("confirmed", "box_office", Decimal("80.00"))
    assert booking.payments.get().provider == means
    assert findings(timezone.now()) == []


def test_tickets_are_sent_to_an_address_that_is_said_after_the_sale(staff, offer):
    sell(staff, offer)
    booking = Booking.objects.get()
    address = reverse("counter:email", args=[booking.booking_code])

    response = staff.post(address, {"email": "ada@example.org"}, follow=True)
    staff.post(address, {"email": "eve@example.org"})  # by a page that was open before

    booking.refresh_from_db()
    assert booking.customer_email == "ada@example.org"
    assert booking.activities.get(verb="details").detail == {"email": ["", "ada@example.org"]}
    assert DBTaskResult.objects.get(task_path="bookings.tasks.send_confirmation").args_kwargs["args"] == [booking.pk]
    assert "on their way to ada@example.org" in response.text
    assert "E-mail the tickets" not in response.text


@pytest.mark.parametrize(
    ("email", "error"),
    [("", "Enter the address that the tickets are sent to."), ("ada", "Enter a valid email address.")],
)
def test_tickets_are_sent_to_no_address_that_is_none(staff, offer, email, error):
    sell(staff, offer)

    response = staff.post(
        reverse("counter:email", args=[Booking.objects.get().booking_code]), {"email": email}, follow=True
    )

    assert (response.status_code, response.context["form"].errors) == (422, {"email": [error]})
    assert Booking.objects.get().customer_email == ""


def test_result_shows_the_change(staff, offer):
    page = staff.get(sell(staff, offer, given="100")["Location"])

    assert page.context["receipt"].change == Decimal("20.00")
    assert "€20.00" in page.content.decode()


@pytest.mark.parametrize("quantity", [1, 10])
def test_sale_costs_the_same_for_one_ticket_and_for_ten(staff, quantity):
    offer = make_offer(20)

    with statements(19):
        assert sell(staff, offer, quantity, given="1000").status_code == 302


@pytest.mark.parametrize("quantity", [1, 10])
def test_result_costs_the_same_for_one_ticket_and_for_ten(staff, quantity):
    address = sell(staff, make_offer(20), quantity)["Location"]

    with statements(9):
        staff.get(address)


def test_sale_of_seats(staff):
    offer = make_seated_offer()
    seats = sales.seat_ids(offer)[:2]

    sell(staff, offer, "", seat=seats)

    assert sorted(Booking.objects.get().tickets.values_list("place__seat", flat=True)) == seats


def test_sale_with_everything_that_can_be_typed(staff, offer):
    sell(staff, offer, name="Grace Hopper", email="grace@example.org", phone="+1 555 0100", off="10%", reason="student")

    booking = Booking.objects.get()
    assert (booking.customer_name, booking.customer_email) == ("Grace Hopper", "grace@example.org")
    assert (booking.discount, booking.total_price) == (Decimal("8.00"), Decimal("72.00"))
    assert booking.activities.get(verb="discount").detail["reason"] == "student"


def test_sale_that_is_sent_twice_sells_once(staff, offer):
    claim = uuid.uuid4()

    first, second = sell(staff, offer, claim=claim), sell(staff, offer, claim=claim)

    assert first["Location"] == second["Location"]
    assert Payment.objects.count() == 1


def test_complimentary_tickets_need_no_till(client, offer):
    client.force_login(member("Box office"))

    sell(client, offer, means="comp", reason="press")

    booking = Booking.objects.get()
    assert (booking.status, booking.total_price, booking.quantity) == ("confirmed", Decimal("0.00"), 2)
    assert booking.activities.get().detail["reason"] == "press"
    assert not Payment.objects.exists()


# What is refused: said beside the field, and nothing typed is lost -------------------------------------


@pytest.mark.parametrize(
    ("data", "field", "words"),
    [
        ({"means": None}, "means", "Choose how the customer pays."),
        ({"means": "gold"}, "means", "Choose how the customer pays."),
        ({"given": "30"}, "given", "€30.00 is less than €80.00."),
        ({"given": "much"}, "given", "Enter a sum such as 50 or 49.90."),
        ({"email": "grace"}, "email", "Enter a valid email address."),
        ({"off": "10%"}, "reason", "Say why: it is written into the history."),
        ({"off": "lots", "reason": "x"}, "off", "Enter a percentage such as 10%, or a sum such as 5.00."),
        ({"off": "80", "reason": "x"}, "off", "That leaves nothing to pay: give complimentary tickets instead."),
        ({"promo_code": "NOPE"}, "promo_code", "There is no promo code “NOPE”."),
        ({"means": "comp"}, "reason", "Say why: it is written into the history."),
        ({"expected": "70.00"}, "__all__", "The price is €80.00 now, not €70.00. Tell the customer first."),
    ],
)
def test_sale_is_refused_beside_the_field(staff, offer, data, field, words):
    response = sell(staff, offer, **data, name="Grace Hopper")

    assert response.status_code == 422
    assert errors(response)[field] == [words]
    assert 'value="Grace Hopper"' in response.content.decode()
    assert not Booking.objects.exists()


@pytest.mark.parametrize("quantity", ["", "0", "-1", "101", "two", "9" * 30])
def test_sale_of_no_sensible_number_is_refused(staff, offer, quantity):
    response = sell(staff, offer, quantity)

    assert response.status_code == 422
    assert not Payment.objects.exists()


def test_sale_without_a_till_is_refused(client, offer):
    client.force_login(member("Box office"))

    response = sell(client, offer)

    assert errors(response)["__all__"] == ["Open your till before you take money."]
    assert not Booking.objects.exists()


def test_sale_of_what_was_sold_while_typing_is_said_at_once(staff):
    offer = make_offer(3)
    sales.sold(offer, 2)

    response = sell(staff, offer)

    assert response.status_code == 409
    assert errors(response)[f"quantity-{offer.pk}"] == ["Only 1 left."]
    assert Booking.objects.filter(channel="box_office").count() == 0


def test_sale_of_a_seat_that_was_sold_while_choosing_keeps_the_others(staff):
    offer = make_seated_offer()
    first, second, *_ = sales.seat_ids(offer)
    sales.sold(offer, seats=[first])

    response = sell(staff, offer, "", seat=[first, second])

    assert response.status_code == 409
    assert "Somebody was faster" in errors(response)["__all__"][0]
    assert [choice.seat.pk for choice in response.context["map"].choices if choice.is_free] == [second]


def test_sale_of_an_event_that_has_begun_is_refused(staff, offer):
    Event.objects.filter(pk=offer.event_id).update(event_date=timezone.now() - timedelta(minutes=1))

    response = sell(staff, offer)

    assert response.status_code == 422
    assert "already begun" in errors(response)["__all__"][0]


@pytest.mark.parametrize("event", ["", "x", "9" * 30, "-1", "٣", "999999"])
def test_sale_of_no_event_is_not_found(staff, offer, event):
    assert sell(staff, offer, event=event).status_code == 404


@pytest.mark.parametrize("event", ["", "x", "9" * 30, "-1", "٣", "999999"])
def test_counter_takes_no_event_for_the_next(staff, offer, event):
    assert staff.get(COUNTER, {"event": event}).context["event"] == offer.event


def test_what_is_typed_is_never_markup(staff, offer):
    response = sell(staff, offer, name="<script>alert(1)</script>", means=None)

    assert "<script>alert" not in response.content.decode()


def test_work_it_out_sells_nothing(staff, offer):
    response = sell(staff, offer, work_out="1", off="10%")

    assert response.context["bill"].total == Decimal("72.00")
    assert not Booking.objects.exists()


@pytest.mark.parametrize(
    ("data", "answer"),
    [
        ({}, {"total": "80.00", "words": "€80.00", "discount": "€0.00"}),
        ({"off": "5"}, {"total": "75.00", "words": "€75.00", "discount": "€5.00"}),
        ({"promo_code": "spring"}, {"total": "72.00", "words": "€72.00", "discount": "€8.00"}),
        ({"promo_code": "autumn"}, {"field": "promo_code", "error": "There is no promo code “autumn”."}),
    ],
)
def test_quote_is_what_the_sale_would_cost(staff, offer, data, answer):
    PromoCodeFactory(code="SPRING", percent=10)
    address = reverse("counter:quote", args=[offer.event_id])

    assert staff.get(address, {f"quantity-{offer.pk}": 2, **data}).json() == answer
    assert not Booking.objects.exists()


# What was reserved --------------------------------------------------------------------------------


def test_reservation_is_paid(staff, offer):
    booking = visits.checked_out(offer, 2)
    address = reverse("counter:pay", args=[booking.booking_code])

    assert staff.get(address).status_code == 200
    response = staff.post(address, {"means": "terminal", "expected": "80.00"})

    booking.refresh_from_db()
    assert response["Location"] == reverse("counter:sold", args=[booking.booking_code])
    assert (booking.status, booking.payments.get().provider) == ("confirmed", "terminal")
    assert staff.get(address)["Location"] == response["Location"]


@pytest.mark.parametrize("data", [{}, {"means": "comp"}, {"means": "cash", "given": "10"}])
def test_reservation_is_not_paid_like_that(staff, offer, data):
    booking = visits.checked_out(offer)

    response = staff.post(reverse("counter:pay", args=[booking.booking_code]), data)

    assert response.status_code == 422
    assert not Payment.objects.exists()


def test_reservation_that_was_cancelled_is_not_paid(staff, offer):
    booking = visits.checked_out(offer)
    Booking.objects.filter(pk=booking.pk).update(
        status="cancelled", cancelled_at=timezone.now(), cancellation_reason="staff"
    )

    response = staff.post(reverse("counter:pay", args=[booking.booking_code]), {"means": "cash"})

    assert response.status_code == 422
    assert not Payment.objects.exists()


# Who may ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("group", "code"), [("Box office", 200), ("Managers", 200), ("Door", 403)])
def test_counter_opens_to_those_who_sell(client, offer, group, code):
    client.force_login(member(group))
    booking = visits.checked_out(offer)

    pages = [
        COUNTER,
        reverse("counter:best", args=[make_seated_offer().event_id]) + "?party=2",
        reverse("counter:quote", args=[offer.event_id]),
        reverse("counter:pay", args=[booking.booking_code]),
        reverse("counter:till"),
        reverse("counter:shifts"),
        reverse("counter:shifts_csv"),
    ]
    assert {client.get(page).status_code for page in pages} == {code}
    assert sell(client, offer, means="comp", reason="press").status_code == (403 if code == 403 else 302)


def test_counter_is_closed_to_strangers_and_customers(client, offer):
    assert client.get(COUNTER).status_code == 302
    client.force_login(User.objects.create_user("ada"))
    assert client.get(COUNTER).status_code == 302
    assert sell(client, offer).status_code == 302
    assert not Booking.objects.exists()


@pytest.mark.parametrize(
    ("permission", "data"),
    [
        ("comp_booking", {"means": "comp", "reason": "press"}),
        ("discount_booking", {"off": "10%", "reason": "student"}),
    ],
)
def test_what_costs_the_house_needs_a_permission(client, offer, permission, data):
    user = User.objects.create_user("temp", is_staff=True)
    names = ["add_booking", "view_payment", "add_shift"]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    ShiftFactory(user=user)
    client.force_login(user)

    assert sell(client, offer, **data).status_code == 403
    assert not Booking.objects.exists()
    user.user_permissions.add(Permission.objects.get(codename=permission))
    assert sell(client, offer, **data).status_code == 302


def test_nobody_sells_into_the_till_of_somebody_else(client, offer):
    ShiftFactory(user=member("Box office", "tunde"))
    client.force_login(member("Box office"))

    assert sell(client, offer).status_code == 422


def test_what_is_wrong_stands_in_its_field(staff, offer):
    """A list within a paragraph would be put outside of it, beside another field."""
    html = sell(staff, offer, off="lots").text

    field = html[html.index('for="id_off"') :]
    assert field.index("errorlist") < field.index("</div>")
    assert '<p class="counter-field' not in html
