"""Cancelling by oneself, all or some: what it means is said before, and the policy is kept."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from bookings import services
from bookings.models import Booking, Ticket
from bookings.payments import Charge
from bookings.tests.factories import PaymentFactory
from bookings.tests.sales import pay, payments_of, seat_ids
from bookings.tests.visits import checked_out, sold, url
from events.models import Event
from ticketing.tests.factories import PromoCodeFactory, make_offer, make_seated_offer

pytestmark = pytest.mark.django_db


def status_of(booking):
    return Booking.objects.values_list("status", flat=True).get(pk=booking.pk)


def ids_of(booking):
    return list(booking.tickets.valid().order_by("pk").values_list("pk", flat=True))


def press(client, booking, tickets=None, shown=None, **kwargs):
    """Press the button with these tickets ticked, which it has spoken of; by default, all."""
    tickets = ids_of(booking) if tickets is None else tickets
    shown = " ".join(map(str, tickets if shown is None else shown))
    return client.post(url("cancel", booking), {"ticket": tickets, "shown": shown}, **kwargs)


def test_page_says_the_refund_and_changes_nothing(client):
    booking = sold(make_offer(), 2)

    response = client.get(url("cancel", booking))

    assertContains(response, "<span data-refund>€80.00</span>", count=2)
    assertContains(response, "Cancel <span data-count>2 tickets</span>")
    assertContains(response, " checked>", count=2)
    assert status_of(booking) == "confirmed"


def test_free_booking_gives_nothing_back(client):
    booking = sold(make_offer(price=0))

    assertContains(client.get(url("cancel", booking)), "Nothing was paid, so there is nothing to give back.")


def test_button_cancels_and_gives_the_money_back(client):
    booking = sold(make_offer(), 2)

    response = press(client, booking, follow=True)

    assertRedirects(response, url("booking", booking))
    assertContains(response, "Your booking is cancelled.")
    assert status_of(booking) == "cancelled"
    assert payments_of(booking) == [("charge", "succeeded", "80.00"), ("refund", "pending", "80.00")]


@pytest.mark.parametrize("count", [1, 2])
def test_button_pressed_twice_gives_the_money_back_once(client, count):
    booking = sold(make_offer(), 2)
    tickets = ids_of(booking)[:count]
    press(client, booking, tickets)

    response = press(client, booking, tickets)

    assertRedirects(response, url("booking", booking))
    assert payments_of(booking) == [("charge", "succeeded", "80.00"), ("refund", "pending", f"{count * 40}.00")]


def test_one_of_three_is_cancelled_and_the_others_stay(client):
    booking = sold(make_offer(), 3)
    first, *others = ids_of(booking)

    response = press(client, booking, [first], follow=True)

    assertContains(response, "1 ticket is cancelled. The others stay valid.")
    assert ids_of(booking) == others
    assert payments_of(booking) == [("charge", "succeeded", "120.00"), ("refund", "pending", "40.00")]


def test_discount_of_a_ticket_is_not_given_back(client):
    PromoCodeFactory(code="HALF", percent=50)
    booking = checked_out(make_offer(), 2)
    booking = services.apply_promo_code(booking=booking, code="HALF", now=timezone.now())
    booking = pay(booking, now=timezone.now())

    press(client, booking, ids_of(booking)[:1])

    assert payments_of(booking)[1:] == [("refund", "pending", "20.00")]


def test_button_that_speaks_of_other_tickets_only_says_what_it_means_now(client):
    booking = sold(make_offer(), 3)
    tickets = ids_of(booking)

    response = press(client, booking, tickets[:1], shown=tickets)

    assertContains(response, "Cancel <span data-count>1 ticket</span>")
    assertContains(response, "<span data-refund>€40.00</span>", count=2)
    assert ids_of(booking) == tickets


def test_nothing_ticked_is_pointed_out(client):
    booking = sold(make_offer(), 2)

    assertContains(press(client, booking, []), "Choose at least one ticket.", status_code=422)


@pytest.mark.parametrize("forged", ["0", "x", "9" * 30])
def test_ticket_of_nobody_is_refused(client, forged):
    booking = sold(make_offer(), 2)

    response = press(client, booking, [forged])

    assertContains(response, "One of these tickets is not yours any more.", status_code=422)
    assert len(ids_of(booking)) == 2


def test_ticket_of_somebody_else_is_refused(client):
    offer = make_offer()
    booking, other = sold(offer, 2), sold(offer, 1, email="eve@example.org")

    assert press(client, booking, ids_of(other)).status_code == 422
    assert len(ids_of(other)) == 1


def test_ticket_that_was_passed_on_is_not_offered(client):
    booking = sold(make_seated_offer(), 3)
    given = booking.tickets.valid().first()
    new = services.pass_on(ticket=given, name="Grace", email="grace@example.org", now=timezone.now())

    response = client.get(url("cancel", booking))
    refused = press(client, booking, [new.pk])

    assert [ticket.pk for ticket in response.context["form"].tickets] == [pk for pk in ids_of(booking) if pk != new.pk]
    assertContains(response, "was passed on: only the box office can cancel it.")
    assert refused.status_code == 422


def test_booking_whose_tickets_were_all_passed_on_has_nothing_to_cancel(client):
    booking = sold(make_offer())
    services.pass_on(ticket=booking.tickets.get(), name="Grace", email="grace@example.org", now=timezone.now())

    assertContains(client.get(url("cancel", booking)), "All tickets of this booking", status_code=409)


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"cancellation_hours": None}, "Tickets for this event cannot be returned."),
        ({"event_date": timezone.now() + timedelta(hours=47)}, "It is too late to cancel this booking."),
    ],
)
def test_policy_is_kept(client, method, changes, reason):
    booking = sold(make_offer())
    Event.objects.update(**changes)

    response = client.get(url("cancel", booking)) if method == "get" else press(client, booking)

    assertContains(response, reason, status_code=409)
    assertNotContains(response, "btn-danger", status_code=409)
    assert status_of(booking) == "confirmed"


def test_used_ticket_cannot_be_given_back(client):
    booking = sold(make_offer(), 2)
    Ticket.objects.filter(pk=ids_of(booking)[0]).update(checked_in_at=timezone.now())

    assertContains(press(client, booking), "A ticket of this booking has been used already.", status_code=409)
    assert status_of(booking) == "confirmed"


def test_pending_booking_cannot_be_cancelled_here(client):
    booking = checked_out(make_offer())

    assertContains(client.post(url("cancel", booking)), "This booking is pending.", status_code=409)


def test_money_that_was_paid_at_the_counter_waits_there(client):
    cash = Charge("cash", "till-1", Decimal("40.00"))
    booking = services.confirm(booking=checked_out(make_offer()), now=timezone.now(), charge=cash)

    told = client.get(url("cancel", booking))
    done = press(client, booking, follow=True)

    assertContains(told, "at our box office, where you paid")
    assertContains(done, "€40.00 are waiting for you at our box office")
    assertContains(done, "Waiting for you at the counter")


@pytest.mark.parametrize(("hours", "is_offered"), [(48, True), (None, False)])
def test_booking_page_offers_it_within_the_policy_only(client, hours, is_offered):
    booking = sold(make_offer(event__cancellation_hours=hours))

    response = client.get(url("booking", booking))

    assert (url("cancel", booking) in response.text) == is_offered


def test_places_that_come_back_can_be_bought(client):
    offer = make_seated_offer(rows=1, seats=2)
    booking = sold(offer, seats=seat_ids(offer))

    press(client, booking, ids_of(booking)[:1])

    assert offer.places.free(timezone.now()).count() == 1


def test_refund_that_the_provider_refuses_is_said_and_still_owed(client):
    booking = sold(make_offer(), 2)
    press(client, booking)
    refund = booking.payments.get(kind="refund")
    PaymentFactory(
        booking=booking,
        kind="refund",
        reference=refund.reference,
        amount=refund.amount,
        charge=refund.charge,
        status="failed",
    )

    response = client.get(url("booking", booking))

    assertContains(response, "Refund failed: we are looking into it")
    assertContains(response, "You get €80.00 back")
