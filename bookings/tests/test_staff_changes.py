"""The pages on which staff change a booking: who may, what is asked, what is shown first, and that it happens."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse
from django.utils import timezone

from bookings import services
from bookings.models import Booking, Channel, Payment
from bookings.payments import get_provider
from bookings.tests import sales
from bookings.tests.factories import ShiftFactory
from events.tests.factories import ProductionFactory
from reports.audit import findings
from ticketing.models import Offer
from ticketing.services import open_sales
from ticketing.tests.factories import OfferFactory, TicketTypeFactory, make_offer, make_seated_offer
from venues.tests.factories import SectionFactory, make_seats

pytestmark = pytest.mark.django_db

PAGES = ["exchange", "cancel", "refund", "pass_on"]
REFUND_PAGES = ["cancel", "refund"]


@pytest.fixture
def bob(client):
    user = User.objects.create_user("bob", is_staff=True)
    user.groups.add(Group.objects.get(name="Box office"))
    client.force_login(user)
    return user


@pytest.fixture
def shift(bob):
    return ShiftFactory(user=bob)


def url(page, booking, query="") -> str:
    return reverse(f"admin:bookings_booking_{page}", args=[booking.pk]) + query


def look(client, page, booking, query="", **data):
    """Ask what would happen."""
    return client.post(url(page, booking, query), data)


def do(client, page, booking, query="", **data):
    """Ask what would happen, and say yes to just that."""
    shown = look(client, page, booking, query, **data)
    assert shown.status_code == 200, shown.context["form"].errors
    return confirm(client, page, booking, shown, query, **data)


def confirm(client, page, booking, shown, query="", **data):
    answer = shown.context["preview"].answer
    return client.post(url(page, booking, query), {**data, "answer": answer, "do": "1"}, follow=True)


def messages_of(response) -> list[tuple[str, str]]:
    return [(message.level_tag, str(message)) for message in response.context["messages"]]


def lines(response) -> list[str]:
    return response.context["preview"].lines


def tickets_of(booking) -> list[int]:
    return list(booking.tickets.living().order_by("pk").values_list("pk", flat=True))


def seats_of(booking) -> list[int]:
    return sorted(booking.tickets.valid().values_list("place__seat_id", flat=True))


def sold_at_counter(offer: Offer, quantity=1, *, way="cash", shift=None, **kwargs) -> Booking:
    booking = sales.checked_out(offer, quantity, channel=Channel.BOX_OFFICE, actor="bob", **kwargs)
    charge = get_provider(way).charge(booking.total_price)
    return services.confirm(
        booking=booking, now=sales.NOW, charge=charge, actor="bob", channel="box_office", shift=shift
    )


# Who may ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("group", ["Box office", "Door", "Managers", None])
@pytest.mark.parametrize("page", PAGES)
def test_page_is_open_to_those_who_may_change_bookings(client, page, group):
    user = User.objects.create_user("ada", is_staff=True)
    if group:
        user.groups.add(Group.objects.get(name=group))
    client.force_login(user)
    booking = sales.sold(make_offer())

    codes = {client.get(url(page, booking)).status_code, client.post(url(page, booking)).status_code}

    assert codes == ({200, 422} if group in ("Box office", "Managers") else {403})


@pytest.mark.parametrize("page", REFUND_PAGES)
def test_money_goes_back_only_with_the_permission(client, page):
    user = User.objects.create_user("ada", is_staff=True)
    group = Group.objects.get(name="Box office")
    group.permissions.remove(group.permissions.get(codename="refund_booking"))
    user.groups.add(group)
    client.force_login(user)
    booking = sales.sold(make_offer())

    assert client.get(url(page, booking)).status_code == 403
    assert url(page, booking) not in client.get(reverse("admin:bookings_booking_change", args=[booking.pk])).text


@pytest.mark.parametrize("page", PAGES)
def test_page_of_what_is_not_confirmed_leads_back(client, bob, page):
    booking = sales.hold(make_offer())

    response = client.get(url(page, booking), follow=True)

    assert messages_of(response) == [("warning", f"{booking} is pending: there is nothing to do on that page.")]


@pytest.mark.parametrize("page", PAGES)
def test_page_of_no_booking_is_not_found(client, bob, page):
    assert client.get(reverse(f"admin:bookings_booking_{page}", args=[4711])).status_code == 404
    assert client.get(reverse(f"admin:bookings_booking_{page}", args=[10**30])).status_code == 404


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("tickets", [1, 10])
def test_page_costs_the_same_for_any_number_of_tickets(client, bob, page, tickets, django_assert_max_num_queries):
    booking = sales.sold(make_seated_offer(rows=2, seats=10), tickets)
    client.get(url(page, booking))

    with django_assert_max_num_queries(14):
        response = client.get(url(page, booking))

    assert response.status_code == 200


def test_booking_page_leads_to_what_can_be_done(client, bob):
    booking = sales.sold(make_offer())

    page = client.get(reverse("admin:bookings_booking_change", args=[booking.pk]))

    assert [link["text"] for link in page.context["page_links"]] == [
        *("Exchange…", "Cancel…", "Give money back…", "Pass a ticket on…", "Print tickets", "Story")
    ]


# Cancel -------------------------------------------------------------------------------------------


def test_cancel_shows_what_will_happen_and_does_nothing_yet(client, bob):
    booking = sales.sold(make_seated_offer(), 3)
    first, *_ = tickets_of(booking)

    shown = look(client, "cancel", booking, tickets=[first], refund="part", amount="15.50", why="Ill")

    assert lines(shown) == [
        "Stalls, row A, seat 1, Standard, €40.00: void, and the place is free.",
        "€15.50 goes back by itself, the way it was paid: by card.",
        "€24.50 is kept by the house.",
        f"2 tickets left in {booking}.",
        "ada@example.org is written to.",
    ]
    assert len(tickets_of(booking)) == 3


def test_cancel_of_some_gives_a_part_back_to_the_cent(client, bob):
    booking = sales.sold(make_seated_offer(), 3)
    first, *others = tickets_of(booking)

    response = do(client, "cancel", booking, tickets=[first], refund="part", amount="15.50", why="Ill")

    booking.refresh_from_db()
    activity = booking.activities.get(verb="cancel tickets")
    assert tickets_of(booking) == others
    assert (booking.total_price, booking.retained, booking.status) == (80, Decimal("24.50"), "confirmed")
    assert sales.payments_of(booking) == [("charge", "succeeded", "120.00"), ("refund", "pending", "15.50")]
    assert (activity.actor, activity.channel, activity.detail["why"]) == ("bob", "box_office", "Ill")
    assert messages_of(response) == [("success", f"{booking}: 1 ticket cancelled.")]
    assert findings(timezone.now()) == []


def test_cancel_of_all_cancels_the_booking(client, bob):
    booking = sales.sold(make_offer(), 2)

    shown = look(client, "cancel", booking, tickets=tickets_of(booking), refund="all", why="Ill")
    response = confirm(client, "cancel", booking, shown, tickets=tickets_of(booking), refund="all", why="Ill")

    booking.refresh_from_db()
    assert f"{booking} is cancelled as a whole." in lines(shown)
    assert (booking.status, booking.cancellation_reason, booking.retained) == ("cancelled", "staff", 0)
    assert sales.payments_of(booking)[-1] == ("refund", "pending", "80.00")
    assert response.redirect_chain[-1][0] == reverse("admin:bookings_booking_change", args=[booking.pk])


def test_cancel_without_a_refund_keeps_the_money(client, bob):
    booking = sales.sold(make_offer(), 2)

    shown = look(client, "cancel", booking, tickets=tickets_of(booking), refund="none", why="No show")
    confirm(client, "cancel", booking, shown, tickets=tickets_of(booking), refund="none", why="No show")

    booking.refresh_from_db()
    assert lines(shown)[2:4] == ["No money goes back.", "€80.00 is kept by the house."]
    assert (booking.status, booking.retained) == ("cancelled", 80)
    assert len(sales.payments_of(booking)) == 1


@pytest.mark.parametrize(
    ("data", "errors"),
    [
        ({"tickets": []}, {"tickets": ["Choose the tickets that are to be cancelled."]}),
        ({"why": ""}, {"why": ["This field is required."]}),
        ({"refund": "part"}, {"amount": ["Say how much."]}),
        ({"refund": "part", "amount": "40.01"}, {"amount": ["More than nothing, and at most €40.00."]}),
        ({"refund": "part", "amount": "0"}, {"amount": ["More than nothing, and at most €40.00."]}),
        ({"refund": "part", "amount": "-1"}, {"amount": ["More than nothing, and at most €40.00."]}),
        ({"refund": "part", "amount": "x"}, {"amount": ["Enter a number."]}),
        ({"refund": "part", "amount": "1.234"}, {"amount": ["Ensure that there are no more than 2 decimal places."]}),
    ],
)
def test_cancel_says_beside_the_field_what_is_wrong(client, bob, data, errors):
    booking = sales.sold(make_offer(), 2)
    given = {"tickets": tickets_of(booking)[:1], "refund": "all", "why": "Ill"} | data

    shown = look(client, "cancel", booking, **given)

    assert shown.status_code == 422
    assert shown.context["form"].errors == errors
    assert len(tickets_of(booking)) == 2


def test_cancel_does_not_reach_tickets_of_others_nor_used_ones(client, bob):
    booking, other = sales.sold(make_offer(), 2), sales.sold(make_offer())
    used = booking.tickets.first()
    booking.tickets.filter(pk=used.pk).update(checked_in_at=timezone.now())

    for pk in (used.pk, *tickets_of(other)):
        shown = look(client, "cancel", booking, tickets=[pk], refund="all", why="Ill")
        assert list(shown.context["form"].errors) == ["tickets"]


def test_cancel_pressed_twice_cancels_once(client, bob):
    booking = sales.sold(make_offer(), 3)
    data = {"tickets": tickets_of(booking)[:1], "refund": "all", "why": "Ill"}
    shown = look(client, "cancel", booking, **data)

    confirm(client, "cancel", booking, shown, **data)
    again = confirm(client, "cancel", booking, shown, **data)

    assert again.status_code == 422
    assert len(tickets_of(booking)) == 2
    assert [amount for kind, _, amount in sales.payments_of(booking) if kind == "refund"] == ["40.00"]


def test_cancel_asks_again_when_the_answer_is_to_something_else(client, bob):
    booking = sales.sold(make_offer(), 3)
    data = {"tickets": tickets_of(booking)[:1], "refund": "all", "why": "Ill"}
    shown = look(client, "cancel", booking, **data)

    again = confirm(client, "cancel", booking, shown, **data | {"tickets": tickets_of(booking)})

    assert messages_of(again) == [("warning", "Something has changed meanwhile. Please look again.")]
    assert len(tickets_of(booking)) == 3


# Cash goes out of a drawer ------------------------------------------------------------------------


def test_cash_is_handed_out_at_once_from_an_open_shift(client, bob, shift):
    booking = sold_at_counter(make_offer(), 2, shift=shift)
    data = {"tickets": tickets_of(booking)[:1], "refund": "all", "why": "Ill", "payout": "now"}

    shown = look(client, "cancel", booking, **data)
    confirm(client, "cancel", booking, shown, **data)

    refund = booking.payments.filter(kind="refund").latest("pk")
    assert "€40.00 is handed out now, the way it was paid: in cash." in lines(shown)
    assert (refund.status, refund.provider, refund.amount, refund.shift) == ("succeeded", "cash", 40, shift)


@pytest.mark.parametrize("way", ["cash", "terminal"])
def test_money_from_the_counter_may_wait_and_be_paid_out_later(client, bob, shift, way):
    booking = sold_at_counter(make_offer(), 2, way=way)
    data = {"tickets": tickets_of(booking)[:1], "refund": "all", "why": "Ill", "payout": "later"}
    do(client, "cancel", booking, **data)
    waiting = booking.payments.get(kind="refund")
    act = reverse("admin:bookings_payment_act", args=[waiting.pk])

    question = client.post(act, {"action": "pay_out"})
    response = client.post(act, {"action": "pay_out", "answer": question.context["answer"]}, follow=True)

    paid = booking.payments.get(kind="refund", status="succeeded")
    assert waiting.status == "pending"
    assert (paid.shift, paid.amount, paid.provider) == (shift, 40, way)
    assert booking.activities.get(verb="pay out").actor == "bob"
    assert messages_of(response) == [("success", f"{waiting}: €40.00 paid out.")]


def test_money_from_the_counter_waits_for_those_without_a_shift(client, bob):
    booking = sold_at_counter(make_offer(), 2)
    data = {"tickets": tickets_of(booking)[:1], "refund": "all", "why": "Ill"}

    shown = look(client, "cancel", booking, **data, payout="now")
    do(client, "cancel", booking, **data, payout="later")

    assert list(shown.context["form"].errors) == ["payout"]
    assert sales.payments_of(booking)[-1] == ("refund", "pending", "40.00")


# Give money back ----------------------------------------------------------------------------------


def test_refund_gives_money_back_and_leaves_the_tickets(client, bob):
    booking = sales.sold(make_offer(), 2)

    shown = look(client, "refund", booking, amount="12.34", why="Pillar")
    response = confirm(client, "refund", booking, shown, amount="12.34", why="Pillar")

    booking.refresh_from_db()
    assert lines(shown) == [
        "€12.34 goes back by itself, the way it was paid: by card.",
        f"{booking} costs €67.66 afterwards, instead of €80.00.",
        "All tickets stay valid.",
        "ada@example.org is written to.",
    ]
    assert (booking.total_price, len(tickets_of(booking))) == (Decimal("67.66"), 2)
    assert sales.payments_of(booking)[-1] == ("refund", "pending", "12.34")
    assert messages_of(response) == [("success", f"{booking}: €12.34 given back.")]
    assert findings(timezone.now()) == []


def test_refund_pressed_twice_gives_back_once(client, bob):
    booking = sales.sold(make_offer(), 2)
    shown = look(client, "refund", booking, amount="10", why="Pillar")

    confirm(client, "refund", booking, shown, amount="10", why="Pillar")
    again = confirm(client, "refund", booking, shown, amount="10", why="Pillar")

    booking.refresh_from_db()
    assert messages_of(again) == [("warning", "Something has changed meanwhile. Please look again.")]
    assert booking.total_price == 70


@pytest.mark.parametrize("amount", ["0", "-5", "80.01", "x", ""])
def test_refund_of_too_much_or_nothing_is_refused_beside_the_field(client, bob, amount):
    booking = sales.sold(make_offer(), 2)

    shown = look(client, "refund", booking, amount=amount, why="Pillar")

    assert (shown.status_code, list(shown.context["form"].errors)) == (422, ["amount"])


# Pass on ------------------------------------------------------------------------------------------


def test_pass_on_makes_a_new_ticket_and_the_old_one_dies(client, bob):
    booking = sales.sold(make_seated_offer(), 2)
    old = booking.tickets.first()
    data = {"ticket": old.pk, "name": "Mary", "email": "mary@example.org"}

    shown = look(client, "pass_on", booking, **data)
    response = confirm(client, "pass_on", booking, shown, **data)

    old.refresh_from_db()
    new = booking.tickets.valid().get(place=old.place)
    assert lines(shown)[:2] == [
        f"Stalls, row A, seat 1, Standard, €40.00: the ticket {old.code} is void, also where it was printed.",
        "A new ticket with a new code goes to Mary, mary@example.org.",
    ]
    assert (old.status, old.void_reason) == ("void", "passed_on")
    assert (new.holder_name, new.holder_email, new.price) == ("Mary", "mary@example.org", 40)
    assert new.code != old.code
    assert messages_of(response) == [
        ("success", f"{booking}: {new.place} passed on to Mary, with the new ticket {new.code}.")
    ]


@pytest.mark.parametrize(
    ("data", "field"),
    [({"ticket": ""}, "ticket"), ({"ticket": "0"}, "ticket"), ({"name": ""}, "name"), ({"email": "mary"}, "email")],
)
def test_pass_on_says_beside_the_field_what_is_missing(client, bob, data, field):
    booking = sales.sold(make_offer())
    given = {"ticket": tickets_of(booking)[0], "name": "Mary", "email": "mary@example.org"} | data

    shown = look(client, "pass_on", booking, **given)

    assert (shown.status_code, list(shown.context["form"].errors)) == (422, [field])


def test_pass_on_pressed_twice_passes_on_once(client, bob):
    booking = sales.sold(make_offer())
    data = {"ticket": tickets_of(booking)[0], "name": "Mary", "email": "mary@example.org"}
    shown = look(client, "pass_on", booking, **data)

    confirm(client, "pass_on", booking, shown, **data)
    again = confirm(client, "pass_on", booking, shown, **data)

    assert again.status_code == 422
    assert booking.tickets.count() == 2


# Details, resending, printing ---------------------------------------------------------------------


def test_tickets_are_printed_all_or_one(client, bob):
    booking = sales.sold(make_seated_offer(), 3)
    ticket = booking.tickets.first()

    everything = client.get(url("tickets", booking))
    one = client.get(url("tickets", booking, f"?ticket={ticket.code}"))

    assert (everything["Content-Type"], one["Content-Type"]) == ("application/pdf", "application/pdf")
    assert everything.content[:5] == one.content[:5] == b"%PDF-"
    assert len(one.content) < len(everything.content)
    assert ticket.code.lower() in one["Content-Disposition"]


def test_tickets_are_not_printed_for_the_door_nor_when_void(client, bob):
    booking = sales.sold(make_offer())
    ticket = booking.tickets.get()
    services.pass_on(
        ticket=ticket, name="Mary", email="mary@example.org", now=timezone.now(), actor="bob", channel="box_office"
    )

    assert client.get(url("tickets", booking, f"?ticket={ticket.code}")).status_code == 404
    bob.groups.set([Group.objects.get(name="Door")])
    assert client.get(url("tickets", booking)).status_code == 403


# Exchange -----------------------------------------------------------------------------------------


@pytest.fixture
def hall():
    """A room of dear stalls (A1–A4) and a cheap balcony (A1–A4)."""
    stalls = make_seated_offer(rows=1, seats=4)
    balcony = SectionFactory(plan=stalls.event.seating_plan, name="Balcony", order=2)
    make_seats(balcony, rows=1, seats=4)
    cheap = OfferFactory(event=stalls.event, ticket_type=TicketTypeFactory(name="Economy"), price=25, capacity=4)
    cheap.sections.add(balcony)
    open_sales(event=stalls.event, now=sales.NOW - timedelta(days=1))
    stalls.event.seating_plan.refresh_from_db()
    return stalls, cheap


def seats(offer) -> list[int]:
    return sales.seat_ids(offer)


def test_exchange_for_dearer_seats_takes_the_difference_in_cash(client, bob, shift, hall):
    stalls, cheap = hall
    booking = sales.sold(cheap, seats=seats(cheap)[:2])
    data = {"seat": seats(stalls)[:2], "seats": "", "way": "cash"}

    shown = look(client, "exchange", booking, **data)
    response = confirm(client, "exchange", booking, shown, **data)

    booking.refresh_from_db()
    charge = booking.payments.latest("pk")
    assert lines(shown) == [
        "Given back: Balcony, row A, seats 1, 2.",
        "Instead: Stalls, row A, seats 1, 2.",
        "It costs €80.00 instead of €50.00.",
        "Take €30.00 in cash.",
        "ada@example.org is written to.",
    ]
    assert (booking.total_price, seats_of(booking)) == (80, seats(stalls)[:2])
    assert (charge.provider, charge.kind, charge.amount, charge.shift) == ("cash", "charge", 30, shift)
    assert messages_of(response) == [("success", f"{booking} exchanged, €30.00 taken.")]
    assert findings(timezone.now()) == []


def test_exchange_for_cheaper_seats_gives_the_difference_back(client, bob, hall):
    stalls, cheap = hall
    booking = sales.sold(stalls, seats=seats(stalls)[:2])
    data = {"seat": seats(cheap)[:1], "numbers": "Stalls A2"}

    shown = look(client, "exchange", booking, **data)
    confirm(client, "exchange", booking, shown, **data)

    booking.refresh_from_db()
    assert lines(shown) == [
        "Given back: Stalls, row A, seat 1.",
        "Instead: Balcony, row A, seat 1.",
        "1 ticket stays as it is.",
        "It costs €65.00 instead of €80.00.",
        "€15.00 goes back by itself, the way it was paid: by card.",
        "ada@example.org is written to.",
    ]
    assert booking.total_price == 65
    assert sales.payments_of(booking)[-1] == ("refund", "pending", "15.00")
    assert findings(timezone.now()) == []


def test_exchange_works_when_sold_out_because_own_places_count(client, bob):
    offer = make_seated_offer(rows=1, seats=4)
    booking, other = sales.sold(offer, seats=seats(offer)[:3]), sales.sold(offer, seats=seats(offer)[3:])
    cut = seats(offer)[1:3]

    do(client, "exchange", booking, seat=cut)

    booking.refresh_from_db()
    assert seats_of(booking) == cut
    assert seats_of(other) == seats(offer)[3:]


def test_exchange_of_standing_places_when_sold_out(client, bob, shift):
    offer = make_offer(4)
    dear = OfferFactory(event=offer.event, ticket_type=TicketTypeFactory(name="VIP"), price=60, capacity=2)
    open_sales(event=offer.event, now=sales.NOW - timedelta(days=1))
    booking = sales.sold(offer, 4)
    data = {f"quantity-{offer.pk}": 3, f"quantity-{dear.pk}": 1, "way": "terminal"}

    shown = look(client, "exchange", booking, **data)
    confirm(client, "exchange", booking, shown, **data)

    booking.refresh_from_db()
    assert lines(shown)[:4] == [
        "Given back: 1 × Standard.",
        "Instead: 1 × VIP.",
        "3 tickets stay as they are.",
        "It costs €180.00 instead of €160.00.",
    ]
    assert booking.payments.latest("pk").provider == "terminal"
    assert booking.total_price == 180


def test_exchange_for_another_date_replaces_the_booking(client, bob):
    offer, later = make_offer(), make_offer(event__event_date=sales.NOW + timedelta(days=90))
    booking = sales.sold(offer, 2)
    query = f"?event={later.event_id}"

    response = do(client, "exchange", booking, query, **{f"quantity-{later.pk}": 2})

    booking.refresh_from_db()
    after = Booking.objects.get(replaces=booking)
    assert (booking.status, booking.cancellation_reason) == ("cancelled", "exchanged")
    assert (after.event, after.total_price, after.quantity) == (later.event, 80, 2)
    assert messages_of(response) == [("success", f"{booking} exchanged for {after}.")]
    assert response.redirect_chain[-1][0] == reverse("admin:bookings_booking_change", args=[after.pk])
    assert findings(timezone.now()) == []


def test_exchange_for_another_date_keeps_what_the_house_has_kept(client, bob):
    offer, later = make_offer(), make_offer(event__event_date=sales.NOW + timedelta(days=90))
    booking = sales.sold(offer, 3)
    do(client, "cancel", booking, tickets=tickets_of(booking)[:1], refund="none", why="No show")
    query = f"?event={later.event_id}"

    shown = look(client, "exchange", booking, query, **{f"quantity-{later.pk}": 2})
    confirm(client, "exchange", booking, shown, query, **{f"quantity-{later.pk}": 2})

    after = Booking.objects.get(replaces=booking)
    assert {"It costs €80.00, as before.", "No money goes back."} <= set(lines(shown))
    assert sales.payments_of(after) == [("charge", "succeeded", "80.00")]
    assert findings(timezone.now()) == []


def test_exchange_that_costs_more_needs_a_shift(client, bob, hall):
    stalls, cheap = hall
    booking = sales.sold(cheap, seats=seats(cheap)[:1])

    shown = look(client, "exchange", booking, seat=seats(stalls)[:1], way="cash")

    assert shown.status_code == 422
    assert shown.context["form"].non_field_errors() == [
        "It costs €15.00 more, and you have no shift open to take money in. Open one first."
    ]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({}, "Choose at least one place."),
        ({"seat": ["own"]}, "These are the places that the booking has already."),
        ({"seat": ["taken"]}, "Not free any more: Stalls, row A, seat 4."),
        ({"numbers": "Z9"}, "There is no seat “Z9” here."),
        ({"numbers": "A1"}, "“A1” may be in more than one section: Stalls, Balcony."),
        ({"seat": ["x"]}, "One of the chosen seats is not part of this event."),
        ({"seat": ["999999"]}, "One of the chosen seats is not part of this event."),
    ],
)
def test_exchange_says_what_is_wrong_and_changes_nothing(client, bob, hall, data, message):
    stalls, _ = hall
    booking = sales.sold(stalls, seats=seats(stalls)[:1])
    sales.sold(stalls, seats=seats(stalls)[3:], email="grace@example.org")
    names = {"own": seats(stalls)[0], "taken": seats(stalls)[3]}
    given = data | ({"seat": [names.get(seat, seat) for seat in data["seat"]]} if "seat" in data else {})

    shown = look(client, "exchange", booking, **given)

    assert shown.status_code == 422
    assert [error for errors in shown.context["form"].errors.values() for error in errors] == [message]
    assert seats_of(booking) == seats(stalls)[:1]


def test_exchange_pressed_twice_takes_the_difference_once(client, bob, shift, hall):
    stalls, cheap = hall
    booking = sales.sold(cheap, seats=seats(cheap)[:1])
    data = {"seat": seats(stalls)[:1], "way": "cash"}
    shown = look(client, "exchange", booking, **data)

    confirm(client, "exchange", booking, shown, **data)
    again = confirm(client, "exchange", booking, shown, **data)

    assert again.status_code == 422
    assert Payment.objects.filter(booking=booking, provider="cash").count() == 1


def test_exchange_offers_other_dates_of_the_same_production_first(client, bob):
    offer, other = make_offer(), make_offer()
    same = make_offer(event__production=None)
    offer.event.production = same.event.production = ProductionFactory()
    offer.event.save()
    same.event.save()
    booking = sales.sold(offer)

    groups = client.get(url("exchange", booking)).context["dates"]

    assert [(title, [pk for pk, _ in events]) for title, events in groups] == [
        ("This date", [offer.event_id]),
        ("Other dates of the same production", [same.event_id]),
        ("Other events", [other.event_id]),
    ]


def test_exchange_for_no_event_is_not_found(client, bob):
    booking = sales.sold(make_offer())

    for wanted in ("4711", "x", "9" * 30, "-1"):
        assert client.get(url("exchange", booking, f"?event={wanted}")).status_code == 404


def test_exchange_map_says_where_the_stage_is(client, bob, hall):
    stalls, cheap = hall
    booking = sales.sold(cheap, seats=seats(cheap)[:1])

    response = client.get(url("exchange", booking))

    assert response.context["focus"].text == stalls.event.seating_plan.get_focus_display()
