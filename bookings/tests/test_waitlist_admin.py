"""The waiting list behind the counter: who is where in the line, served out of turn, taken off it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from bookings import services
from bookings.models import Booking, WaitlistEntry
from bookings.tests.factories import WaitlistEntryFactory
from bookings.tests.visits import sold
from ticketing.tests.factories import make_offer

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    user = User.objects.create_user("bob", is_staff=True)
    user.groups.add(Group.objects.get(name="Box office"))
    client.force_login(user)
    return client


@pytest.fixture
def line():
    """Three who wait for an event with two places, both sold to one booking."""
    offer = make_offer(2)
    sold(offer, 2)
    return [
        services.join_waitlist(
            event=offer.event, name=name, email=f"{name}@example.org", quantity=quantity, now=timezone.now()
        )
        for name, quantity in (("ada", 2), ("bea", 1), ("cleo", 1))
    ]


def url(name, *args):
    return reverse(f"admin:bookings_waitlistentry_{name}", args=args)


def act(staff, entry, action):
    address = url("act", entry.pk)
    asked = staff.post(address, {"action": action})
    if asked.status_code == 200:
        asked = staff.post(address, {"action": action, "answer": asked.context["answer"]})
    return [str(message) for message in staff.get(asked["Location"]).context["messages"]]


def states():
    return list(WaitlistEntry.objects.order_by("pk").values_list("status", flat=True))


def free_one():
    """Let a place come back that the first in line cannot use, without serving the others."""
    booking = Booking.objects.get(status="confirmed")
    WaitlistEntry.objects.update(quantity=2)
    services.cancel_tickets(
        booking=booking, tickets=[booking.tickets.first().pk], now=timezone.now(), actor="bob", channel="box_office"
    )
    WaitlistEntry.objects.filter(name__in=["bea", "cleo"]).update(quantity=1)


def test_the_list_numbers_each_line(staff, line):
    WaitlistEntryFactory(event=make_offer(1).event, name="else")

    page = staff.get(url("changelist"))

    assert {entry.name: entry.number for entry in page.context["cl"].result_list} == {
        "ada": 1,
        "bea": 2,
        "cleo": 3,
        "else": 1,
    }


def test_somebody_is_served_out_of_turn(staff, line):
    free_one()

    assert act(staff, line[2], "offer_now") == [f"{line[2]}: places are held for them, and a letter is on the way."]
    assert states() == ["waiting", "waiting", "offered"]


def test_there_may_be_nothing_to_offer(staff, line):
    assert act(staff, line[0], "offer_now") == [f"{line[0]}: There are no 2 places free that ada could have."]


def test_somebody_is_taken_off_the_list(staff, line):
    assert act(staff, line[0], "remove") == [f"{line[0]}: taken off the list."]
    assert states() == ["left", "waiting", "waiting"]


def test_what_was_offered_goes_to_the_next(staff, line):
    free_one()
    services.offer_places_now(entry=line[1], now=timezone.now())

    act(staff, line[1], "remove")

    assert states() == ["waiting", "left", "offered"]


def test_what_is_offered_cannot_be_deleted(staff, line):
    WaitlistEntry.objects.update(status="offered")

    assert staff.post(url("delete", line[0].pk), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("status", ["booked", "missed", "left"])
def test_what_is_over_stays_as_it_was(staff, line, status):
    WaitlistEntry.objects.update(status=status)

    assert staff.post(url("change", line[0].pk), {"name": "x"}).status_code == 403


def test_whoever_calls_gets_the_letter(staff):
    event = make_offer(1).event

    staff.post(url("add"), {"event": event.pk, "name": "Ada", "email": "ada@example.org", "quantity": "1"})

    assert DBTaskResult.objects.get().task_path == "bookings.tasks.send_waitlist_letter"


def test_whoever_waits_already_is_not_added_again(staff, line):
    data = {"event": line[0].event_id, "name": "Ada", "email": "ADA@example.org", "quantity": "1"}

    page = staff.post(url("add"), data)

    assert page.status_code == 200
    assert len(states()) == 3
