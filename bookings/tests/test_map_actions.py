"""What staff do on the map beside blocking and giving seats: keep for somebody, give out of it, standing places."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.urls import reverse
from django.utils import timezone

from bookings.admin.map_actions import PickForm
from bookings.models import Booking
from bookings.tests.sales import hold, seat_ids
from events.models import EventActivity
from events.tests.factories import EventFactory
from reports.audit import findings
from ticketing.availability import Availability, availability
from ticketing.models import NamedHold
from ticketing.tests.factories import NamedHoldFactory, make_offer, make_seated_offer

pytestmark = pytest.mark.django_db


@pytest.fixture
def offer():
    return make_seated_offer(rows=2, seats=4)


@pytest.fixture
def standing():
    return make_offer(10)


@pytest.fixture
def staff(client):
    return log_in(client, "Box office")


def log_in(client, group=None, *permissions):
    user = User.objects.create_user("bob", is_staff=True)
    if group:
        user.groups.add(Group.objects.get(name=group))
    user.user_permissions.add(*Permission.objects.filter(codename__in=permissions))
    client.force_login(user)
    return client


def act(client, offer, action, picked=(), number="", **data):
    address = reverse("admin:events_event_map", args=[offer.event_id])
    data = {"action": action, "seat": list(picked), f"standing-{offer.pk}": number} | data
    return client.post(address, data, follow=True)


def keep(client, offer, picked=(), number="", **data):
    until = timezone.localtime(timezone.now() + timedelta(days=2), offer.event.venue.tz)
    usual = {"name": "The Herald", "kind": "press", "until": f"{until:%Y-%m-%dT%H:%M}"}
    return act(client, offer, "hold", picked, number, **usual | data)


def counts(offer):
    return availability(offer.event, timezone.now())[offer.pk]


def told(response):
    return [str(message) for message in response.context["messages"]]


def verbs(offer):
    lines = EventActivity.objects.filter(event=offer.event).exclude(verb="open sales")
    return list(lines.values_list("verb", "actor"))


# Keeping ----------------------------------------------------------------------------------------


def test_seats_are_kept_and_shown_as_such(staff, offer):
    first, second, *_ = seat_ids(offer)

    page = keep(staff, offer, [first, second])

    kept = NamedHold.objects.get()
    assert (kept.name, kept.kind, kept.created_by, kept.quantity) == ("The Herald", "press", "bob", 2)
    assert told(page) == ["Kept for The Herald: Stalls, row A, seats 1, 2."]
    assert dict(page.context["legend"])["kept"] == "2"
    assert page.context["takers"][f"hold-{kept.pk}"]["name"] == "The Herald"
    assert [(each.pk, each.left) for each in page.context["holds"]] == [(kept.pk, 2)]
    assert verbs(offer) == [("hold", "bob")]
    assert findings(timezone.now()) == []


def test_until_is_read_on_the_clock_of_the_venue(staff, offer):
    offer.event.venue.time_zone = "Asia/Tokyo"
    offer.event.venue.save()

    keep(staff, offer, seat_ids(offer)[:1], until="2099-05-01T12:00")

    assert NamedHold.objects.get().expires_at.isoformat() == "2099-05-01T03:00:00+00:00"


def test_kept_seats_are_given_away_out_of_the_hold(staff, offer):
    first, second, third, *_ = seat_ids(offer)
    keep(staff, offer, [first, second])

    page = act(staff, offer, "comp", [first, third], name="Grace", reason="Review")

    booking = Booking.objects.get()
    assert told(page) == [f"{booking}: Stalls, row A, seats 1, 3 given to Grace."]
    assert (booking.total_price, booking.payments.count()) == (0, 0)
    assert counts(offer) == Availability(capacity=8, sold=2, held=1, kept=1, free=5)
    assert findings(timezone.now()) == []


def test_kept_and_blocked_seats_are_released_together(staff, offer):
    first, second, third, *_ = seat_ids(offer)
    keep(staff, offer, [first, second])
    act(staff, offer, "block", [third], reason="Camera")

    act(staff, offer, "release", [first, third])

    assert counts(offer) == Availability(capacity=8, held=1, kept=1, free=7)
    assert verbs(offer) == [("hold", "bob"), ("block", "bob"), ("release", "bob"), ("unblock", "bob")]


def test_when_one_seat_cannot_be_released_none_is(staff, offer):
    first, second, *_ = seat_ids(offer)
    keep(staff, offer, [first])

    page = act(staff, offer, "release", [first, second])

    assert page.status_code == 422
    assert counts(offer) == Availability(capacity=8, held=1, kept=1, free=7)
    assert verbs(offer) == [("hold", "bob")]


@pytest.mark.parametrize(
    ("data", "errors"),
    [
        ({"name": ""}, {"name": ["Say for whom the places are kept."]}),
        ({"until": ""}, {"until": ["Say until when they are kept."]}),
        ({"until": "soon"}, {"until": ["Enter a valid date/time."]}),
        ({"until": "2020-01-01T12:00"}, {"__all__": ["Keep places until a moment that is still to come."]}),
        ({"kind": "king"}, {"kind": ["Select a valid choice. king is not one of the available choices."]}),
        ({"name": "x" * 121}, {"name": ["Use at most 120 characters."]}),
    ],
)
def test_what_is_missing_is_said(staff, offer, data, errors):
    page = keep(staff, offer, seat_ids(offer)[:1], **data)

    assert page.status_code == 422
    assert page.context["form"].errors == errors
    assert not NamedHold.objects.exists()


@pytest.mark.parametrize(("group", "permission"), [("Door", ""), (None, "view_event")])
def test_keeping_takes_a_permission(client, offer, group, permission):
    response = keep(log_in(client, group, permission), offer, seat_ids(offer)[:1])

    assert response.status_code == 403
    assert counts(offer).free == 8


def test_names_of_holds_are_for_those_who_may_see_them(client, offer):
    NamedHoldFactory(event=offer.event, name="Secret guest")
    client = log_in(client, None, "view_event")

    page = client.get(reverse("admin:events_event_map", args=[offer.event_id]))

    assert "Secret guest" not in page.content.decode()


# Standing places --------------------------------------------------------------------------------


def test_standing_places_are_blocked_kept_and_released_by_number(staff, standing):
    act(staff, standing, "block", number="3", reason="Stage")
    keep(staff, standing, number="4")
    assert counts(standing) == Availability(capacity=10, blocked=3, held=4, kept=4, free=3)

    page = act(staff, standing, "release", number="2")
    assert told(page) == ["On sale again: 2 × Standard."]
    act(staff, standing, "release", number="1", source=str(NamedHold.objects.get().pk))

    assert counts(standing) == Availability(capacity=10, blocked=1, held=3, kept=3, free=6)
    assert findings(timezone.now()) == []


def test_more_than_there_are_is_refused(staff, standing):
    page = act(staff, standing, "release", number="1")

    assert page.context["form"].non_field_errors() == [
        "Nothing was changed, because Standard has only 0 standing places that are blocked."
    ]


def test_standing_places_are_given_away_by_number(staff, standing):
    keep(staff, standing, number="4")

    act(staff, standing, "comp", number="2", name="Grace", reason="Press")
    page = act(staff, standing, "comp", number="3", name="Ada", reason="Press", source=str(NamedHold.objects.get().pk))

    assert told(page) == [f"{Booking.objects.get(customer_name='Ada')}: 3 × Standard given to Ada."]
    assert counts(standing) == Availability(capacity=10, sold=5, held=1, kept=1, free=4)
    assert [booking.total_price for booking in Booking.objects.all()] == [0, 0]
    assert findings(timezone.now()) == []


def test_more_than_a_hold_has_cannot_be_given_out_of_it(staff, standing):
    keep(staff, standing, number="2")

    page = act(staff, standing, "comp", number="3", name="Ada", reason="Press", source=str(NamedHold.objects.get().pk))

    assert page.context["form"].non_field_errors() == [
        "Nothing was changed, because Standard has only 2 standing places that are kept for The Herald."
    ]
    assert counts(standing).sold == 0


@pytest.mark.parametrize("number", ["", "0", "-1", "x", "1.5"])
def test_nonsense_is_no_number(staff, standing, number):
    page = act(staff, standing, "block", number=number, reason="x")

    assert page.context["form"].non_field_errors() == ["Say how many places."]


@pytest.mark.parametrize("number", ["10001", "9" * 30])
def test_a_number_may_be_too_large(staff, standing, number):
    page = act(staff, standing, "block", number=number, reason="x")

    assert page.context["form"].non_field_errors() == ["Choose between 1 and 10,000 standing places."]


# Following --------------------------------------------------------------------------------------


def state(client, offer, query=""):
    return client.get(reverse("admin:events_event_map_state", args=[offer.event_id]) + query).json()["state"]


def test_the_word_changes_with_what_is_shown(staff, offer, monkeypatch):
    monkeypatch.setattr("bookings.admin.event_map.FRESH_FOR", timedelta(0))
    before = state(staff, offer)
    assert state(staff, offer) == before

    hold(offer, seats=seat_ids(offer)[:1], now=timezone.now())

    assert state(staff, offer) != before
    assert state(staff, offer, "?section=0") != state(staff, offer)


def test_many_viewers_cost_one_reading(staff, offer, django_assert_num_queries):
    state(staff, offer)

    with django_assert_num_queries(5):  # session, user, two of permissions, event
        state(staff, offer)


@pytest.mark.parametrize("query", ["?section=x", "?section=" + "9" * 40, "?section=²"])
def test_nonsense_is_no_section(staff, offer, query):
    assert len(state(staff, offer, query)) == 16


def test_the_word_is_for_those_who_may_see_the_map(client, offer):
    response = log_in(client).get(reverse("admin:events_event_map_state", args=[offer.event_id]))

    assert response.status_code == 403


# The list of holds ------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_list_of_holds_costs_the_same_for_any_number(staff, offer, django_assert_num_queries, rows):
    for number in range(rows):
        keep(staff, offer, seat_ids(offer)[number : number + 1])

    with django_assert_num_queries(10):
        page = staff.get(reverse("admin:ticketing_namedhold_changelist"))

    assert page.content.decode().count("1 of 1") == rows


def hold_url(name, *args):
    return reverse(f"admin:ticketing_namedhold_{name}", args=args)


def test_a_hold_is_released_after_a_question(staff, offer):
    keep(staff, offer, seat_ids(offer)[:2])
    act_url = hold_url("act", NamedHold.objects.get().pk)

    asked = staff.post(act_url, {"action": "release"})
    assert (asked.context["lines"], counts(offer).kept) == (
        [f"The Herald (press), {offer.event}: 2 places"],
        2,
    )
    page = staff.post(act_url, {"action": "release", "answer": asked.context["answer"]}, follow=True)

    assert told(page) == ["The Herald (press): 2 places are on sale again."]
    assert counts(offer) == Availability(capacity=8, free=8)


def test_the_end_of_a_hold_is_moved_with_its_places(staff, offer):
    keep(staff, offer, seat_ids(offer)[:2])
    kept = NamedHold.objects.get()
    data = {"name": "The Times", "kind": "press", "note": "", "expires_at_0": "2099-05-01", "expires_at_1": "12:00"}

    staff.post(hold_url("change", kept.pk), data)

    kept.refresh_from_db()
    assert (kept.name, kept.expires_at.year) == ("The Times", 2099)
    assert set(offer.places.filter(claim=kept.claim).values_list("free_from", flat=True)) == {kept.expires_at}


def test_a_hold_cannot_be_moved_into_the_past(staff, offer):
    keep(staff, offer, seat_ids(offer)[:2])
    data = {"name": "x", "kind": "press", "expires_at_0": "2020-05-01", "expires_at_1": "12:00"}

    page = staff.post(hold_url("change", NamedHold.objects.get().pk), data)

    assert page.context["adminform"].form.errors == {
        "expires_at": ["Keep places until a moment that is still to come."]
    }


def test_what_has_ended_stays_as_it_was(staff):
    ended = NamedHoldFactory(released_at=timezone.now())

    assert staff.post(hold_url("change", ended.pk), {"name": "x"}).status_code == 403
    assert staff.post(hold_url("delete", ended.pk), {"post": "yes"}).status_code == 403


def test_adding_a_hold_leads_to_the_events(staff):
    response = staff.get(hold_url("add"))

    assert response["Location"] == reverse("admin:events_event_changelist")


@pytest.mark.parametrize(("state", "found"), [("live", 1), ("released", 1), ("expired", 1)])
def test_holds_are_filtered_by_state(staff, state, found):
    now = timezone.now()
    NamedHoldFactory()
    NamedHoldFactory(released_at=now)
    NamedHoldFactory(created_at=now - timedelta(days=2), expires_at=now - timedelta(days=1))

    page = staff.get(hold_url("changelist"), {"state": state})

    assert page.context["cl"].result_count == found


@pytest.mark.parametrize(
    ("begins_in", "ends_before"),
    [
        (timedelta(days=3), timedelta(hours=24)),
        (timedelta(hours=5), timedelta(minutes=30)),
        (timedelta(minutes=20), timedelta(0)),
    ],
)
def test_places_are_usually_kept_until_a_moment_that_is_to_come(begins_in, ends_before):
    now = datetime(2030, 5, 1, 12, tzinfo=UTC)
    event = EventFactory(event_date=now + begins_in)

    form = PickForm(event=event, offers=[], holds=[], now=now)

    usual = (event.event_date - ends_before).astimezone(event.venue.tz).replace(tzinfo=None)
    assert form.fields["until"].initial == usual
