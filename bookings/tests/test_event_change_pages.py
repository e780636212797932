"""The pages on which events are cancelled and moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse
from django.utils import timezone

from bookings import services
from bookings.models import Booking
from bookings.tests import visits
from bookings.tests.factories import UserFactory
from events.models import Event
from events.tests.factories import EventFactory
from ticketing.tests.factories import make_offer, make_seated_offer
from venues.tests.factories import VenueFactory

pytestmark = pytest.mark.django_db


def url(page: str, *events: Event) -> str:
    return f"{reverse(f'admin:events_event_{page}')}?events={','.join(str(event.pk) for event in events)}"


def progress_url(event: Event) -> str:
    return reverse("admin:events_event_progress", args=[event.pk])


def messages_of(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def do(client, address: str, data: dict, **kwargs):
    """Look at it, and agree."""
    seal = client.post(address, data | {"do": "look"}).context["seal"]
    return client.post(address, data | {"do": "it", "seal": seal}, **kwargs)


@pytest.mark.parametrize("page", ["move", "cancel_event"])
def test_button_of_an_event_leads_to_its_page(admin_client, page):
    event = EventFactory()

    response = admin_client.post(reverse("admin:events_event_act", args=[event.pk]), {"action": page})

    assert response.url == url(page.removesuffix("_event"), event)


def test_too_many_events_at_a_time_are_refused(admin_client, monkeypatch):
    monkeypatch.setattr("events.admin.pages.MOST", 1)
    data = {"action": "move", "_selected_action": [EventFactory().pk, EventFactory().pk]}

    response = admin_client.post(reverse("admin:events_event_changelist"), data, follow=True)

    assert messages_of(response) == ["Choose at most 1 events at a time."]


# Cancelling -----------------------------------------------------------------------------------


def test_cancelling_is_looked_at_before_it_is_done(admin_client):
    booking = visits.sold(make_offer(), 2)

    response = admin_client.get(url("cancel", booking.event))

    assert response.context["total"].tickets == 2
    assert [(str(amount), way) for way, amount, _ in response.context["money"]] == [
        ("80.00", "the card page of the demo")
    ]
    assert Event.objects.get().status == "active"


def test_events_are_cancelled_together_in_the_way_that_was_chosen(admin_client):
    events = [make_offer().event, make_offer().event]

    response = do(admin_client, url("cancel", *events), {"money": "keep", "message": "Sorry."}, follow=True)

    assert messages_of(response) == ["2 events are cancelled. Their pages show how far it is."]
    assert set(Event.objects.values_list("status", flat=True)) == {"cancelled"}
    for event in events:
        line = event.activities.get(verb="cancel")
        assert (line.actor, line.detail) == ("admin", {"refunds": False, "message": "Sorry."})


def test_one_event_leads_to_how_far_it_is(admin_client):
    event = make_offer().event

    response = do(admin_client, url("cancel", event), {"money": "refund"})

    assert response.url == progress_url(event)


def test_cancelling_asks_again_when_somebody_has_booked_meanwhile(admin_client):
    offer = make_offer()
    seal = admin_client.get(url("cancel", offer.event)).context["seal"]
    visits.sold(offer)

    response = admin_client.post(url("cancel", offer.event), {"do": "it", "seal": seal, "money": "refund"})

    assert messages_of(response) == ["Something has changed meanwhile. Please look again."]
    assert Event.objects.get().status == "active"


def test_cancelling_needs_an_answer_about_the_money(admin_client):
    event = make_offer().event

    response = admin_client.post(url("cancel", event), {"do": "look", "money": "burn"})

    assert (response.status_code, list(response.context["form"].errors)) == (422, ["money"])


def test_event_that_is_cancelled_already_stops_all(admin_client):
    open_event, closed = EventFactory(), EventFactory(status="cancelled")

    response = do(admin_client, url("cancel", open_event, closed), {"money": "refund"})

    open_event.refresh_from_db()
    assert "is already cancelled" in str(response.context["form"].non_field_errors())
    assert open_event.status == "active"


def test_cancelling_needs_the_permission_to_give_money_back(client):
    user, event = UserFactory(), EventFactory()
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_event", "change_event"]))
    client.force_login(User.objects.get(pk=user.pk))

    codes = [client.get(url(page, event)).status_code for page in ("cancel", "move")]
    button = client.post(reverse("admin:events_event_act", args=[event.pk]), {"action": "cancel_event"})

    assert codes == [403, 200]
    assert button.status_code == 403


# Moving ---------------------------------------------------------------------------------------


def moving(day: str = "2030-07-01", time: str = "19:30", **more) -> dict:
    return {"begins_0": day, "begins_1": time, "refundable_until_0": "", "refundable_until_1": "", "message": ""} | more


def test_one_event_is_moved_to_a_date_on_its_venues_clock(admin_client):
    booking = visits.sold(make_offer(event__name="Gala"))

    preview = admin_client.post(url("move", booking.event), moving() | {"do": "look"})
    do(admin_client, url("move", booking.event), moving(message="Ill."))

    event = Event.objects.get()
    ((name, _, new, warnings, found),) = preview.context["rows"]
    assert (name, new, warnings, found.letters) == ("Gala", "Mon 1 Jul 2030, 19:30", [], 1)
    assert event.event_date == datetime(2030, 7, 1, 17, 30, tzinfo=UTC)
    assert event.activities.get(verb="move").detail["message"] == "Ill."


def test_many_events_are_moved_by_days_on_their_clocks(admin_client):
    dates = [datetime(2030, 3, 28, 18, 30, tzinfo=UTC), datetime(2030, 4, 4, 17, 30, tzinfo=UTC)]
    events = [EventFactory(event_date=date) for date in dates]

    do(admin_client, url("move", *events), {"days": "7"})

    assert list(Event.objects.order_by("event_date").values_list("event_date", flat=True)) == [
        datetime(2030, 4, 4, 17, 30, tzinfo=UTC),
        datetime(2030, 4, 11, 17, 30, tzinfo=UTC),
    ]


def test_events_that_move_together_do_not_stand_in_their_own_way(admin_client):
    first = EventFactory(event_date=datetime(2030, 5, 1, 18, tzinfo=UTC))
    second = EventFactory(venue=first.venue, event_date=datetime(2030, 5, 2, 18, tzinfo=UTC))
    other = EventFactory(name="Ball", venue=first.venue, event_date=datetime(2030, 5, 3, 18, tzinfo=UTC))

    response = admin_client.post(url("move", first, second), {"days": "1", "do": "look"})

    assert [row[3] for row in response.context["rows"]] == [[], ["Ball, Fri 3 May 2030, 20:00"]]
    assert other.event_date.day == 3


def test_money_back_until_a_moment_is_promised(admin_client):
    event = make_offer().event
    data = moving(refundable_until_0="2030-06-01", refundable_until_1="12:00")

    do(admin_client, url("move", event), data)

    event.refresh_from_db()
    assert event.refundable_until == datetime(2030, 6, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("data", "errors"),
    [
        (moving(day=""), {"begins": ["Enter a valid date."]}),
        (moving(day="", time=""), {"begins": ["Say when, or where."]}),
        (moving("2020-01-01"), {"begins": ["Events must begin in the future."]}),
        (moving("2030-03-31", "02:30"), {"begins": ["The clock in Vienna is changed at that time of that day."]}),
        (
            moving(refundable_until_0="2030-08-01", refundable_until_1="12:00"),
            {"refundable_until": ["It must be before the new date."]},
        ),
        (
            moving(refundable_until_0="2020-08-01", refundable_until_1="12:00"),
            {"refundable_until": ["That moment has passed."]},
        ),
    ],
)
def test_wrong_dates_are_said_beside_the_field(admin_client, data, errors):
    response = admin_client.post(url("move", EventFactory()), data | {"do": "look"})

    assert (response.status_code, response.context["form"].errors) == (422, errors)


@pytest.mark.parametrize(
    ("data", "errors"),
    [
        ({}, {"days": ["Say by how many days or hours."]}),
        ({"days": "-100"}, {"days": ["Events must begin in the future."]}),
        ({"days": "x"}, {"days": ["Enter a whole number."]}),
        ({"hours": "24"}, {"hours": ["Ensure this value is less than or equal to 23."]}),
    ],
)
def test_wrong_shifts_are_said_beside_the_field(admin_client, data, errors):
    response = admin_client.post(url("move", EventFactory(), EventFactory()), data | {"do": "look"})

    assert (response.status_code, response.context["form"].errors) == (422, errors)


def test_event_moves_to_another_house_at_the_same_time_on_its_clock(admin_client):
    begins = datetime(2030, 7, 1, 17, 30, tzinfo=UTC)
    booking = visits.sold(make_offer(event__event_date=begins, event__venue__name="Hall"))
    house = VenueFactory(name="Arena", city="London", time_zone="Europe/London")

    data = moving(day="", time="", venue=house.pk)
    preview = admin_client.post(url("move", booking.event), data | {"do": "look"})
    do(admin_client, url("move", booking.event), data)

    ((_, old, new, *_),) = preview.context["rows"]
    event = Event.objects.get()
    assert (old, new) == ("Mon 1 Jul 2030, 19:30, Hall, Vienna", "Mon 1 Jul 2030, 19:30, Arena, London")
    assert (event.venue, event.event_date) == (house, begins + timedelta(hours=1))
    assert "Who has been told" in admin_client.get(reverse("admin:events_event_change", args=[event.pk])).text


def test_many_events_move_to_another_house(admin_client):
    house = VenueFactory(name="Arena")
    events = [make_offer().event, make_offer().event]
    dates = [event.event_date for event in events]

    do(admin_client, url("move", *events), {"days": "", "venue": house.pk})

    moved = Event.objects.order_by("pk")
    assert [(event.venue, event.event_date) for event in moved] == [(house, date) for date in dates]


def test_house_that_is_too_small_is_refused(admin_client):
    event = make_offer(20).event
    closet = VenueFactory(name="Closet", city="Vienna", capacity=19)

    response = admin_client.post(url("move", event), moving(venue=closet.pk) | {"do": "look"})

    assert response.status_code == 422
    assert response.context["form"].errors == {"venue": ["Closet, Vienna holds 19, and 20 places are on sale or sold."]}


def test_event_that_is_sold_by_seats_is_offered_no_other_house(admin_client):
    event = make_seated_offer().event

    assert "venue" not in admin_client.get(url("move", event)).context["form"].fields


def test_event_that_is_cancelled_stops_the_move_of_all(admin_client):
    event, closed = EventFactory(), EventFactory(status="cancelled")
    was = event.event_date

    response = do(admin_client, url("move", event, closed), {"days": "1"})

    event.refresh_from_db()
    assert "Nothing was moved" in str(response.context["form"].non_field_errors())
    assert event.event_date == was


# How far it is --------------------------------------------------------------------------------


def test_page_of_a_cancelled_event_follows_until_all_is_done(admin_client):
    event = visits.sold(make_offer()).event
    do(admin_client, url("cancel", event), {"money": "refund"})

    running = admin_client.get(progress_url(event))
    services.cancel_bookings_of_event(event_id=event.pk, now=timezone.now())
    then = admin_client.get(progress_url(event))

    assert 'hx-trigger="every 2s"' in running.content.decode()
    assert (running.context["progress"].done, then.context["progress"].done) == (0, 1)
    assert "Cancelled bookings" in admin_client.get(f"/admin/events/event/{event.pk}/change/").content.decode()


def test_page_of_an_event_that_nothing_has_happened_to_is_not_found(admin_client):
    assert admin_client.get(progress_url(EventFactory())).status_code == 404


def test_page_of_an_event_that_was_cancelled_long_ago_is_shown(admin_client):
    event = EventFactory(status="cancelled")

    response = admin_client.get(progress_url(event))

    assert (response.status_code, response.context["is_running"]) == (200, False)


def test_those_whom_no_letter_reaches_are_listed_to_be_telephoned(admin_client):
    booking = visits.sold(make_offer(event__slug="gala"))
    Booking.objects.update(customer_email="", customer_phone="+43 660 1", customer_name="=Ada", channel="box_office")

    response = admin_client.get(url("telephone", booking.event))

    header, row = response.content.decode().splitlines()
    assert header.startswith("customer_name,customer_phone,booking_code,quantity,event,event_date")
    assert row.startswith(f"'=Ada,'+43 660 1,{booking.booking_code},1,")
    assert response["Content-Disposition"] == 'attachment; filename="to-telephone-gala.csv"'


@pytest.mark.parametrize("count", [1, 4])
def test_pages_cost_the_same_for_any_number_of_bookings(admin_client, count, django_assert_num_queries):
    offer = make_offer()
    for _ in range(count):
        visits.sold(offer)
    admin_client.get(url("cancel", offer.event))

    with django_assert_num_queries(5):
        admin_client.get(url("cancel", offer.event))
    with django_assert_num_queries(6):
        admin_client.get(url("move", offer.event))
