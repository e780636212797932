from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from events import services
from events.errors import DateRefused, EventClosed, VenueRefused
from events.models import Event
from events.signals import event_cancelled, event_rescheduled
from events.tests.factories import EventFactory
from venues.tests.factories import SeatingPlanFactory, VenueFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def heard():
    """Collect what the rooms above would hear, as (signal, what it carried)."""
    calls = []

    def note_cancelled(sender, *, signal, **sent):
        calls.append(("cancelled", sent))

    def note_rescheduled(sender, *, signal, **sent):
        calls.append(("rescheduled", sent))

    event_cancelled.connect(note_cancelled)
    event_rescheduled.connect(note_rescheduled)
    yield calls
    event_cancelled.disconnect(note_cancelled)
    event_rescheduled.disconnect(note_rescheduled)


def test_publish_shows_drafts_and_scheduled_events(now):
    draft = EventFactory(published_at=None)
    scheduled = EventFactory(published_at=now + timedelta(days=2))

    count = services.publish(events=Event.objects.all(), now=now, by="ada")

    assert count == 2
    assert set(Event.objects.published(now)) == {draft, scheduled}


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "cancelled"},
        {"status": "completed"},
        {"event_date": timezone.now() - timedelta(days=1)},
    ],
)
def test_publish_leaves_closed_events_alone(now, changes):
    event = EventFactory(published_at=None, **changes)

    count = services.publish(events=Event.objects.all(), now=now, by="ada")

    event.refresh_from_db()
    assert count == 0
    assert event.published_at is None


def test_publish_keeps_the_moment_of_a_published_event(now):
    event = EventFactory(published_at=now - timedelta(days=5))

    services.publish(events=Event.objects.all(), now=now, by="ada")

    event.refresh_from_db()
    assert event.published_at == now - timedelta(days=5)


def test_unpublish_makes_a_draft(now):
    event = EventFactory()

    count = services.unpublish(events=Event.objects.all(), now=now, by="ada")

    event.refresh_from_db()
    assert count == 1
    assert event.is_published(now) is False


def test_unpublish_leaves_a_cancelled_event_on_show(now):
    event = EventFactory(status="cancelled")

    count = services.unpublish(events=Event.objects.all(), now=now, by="ada")

    event.refresh_from_db()
    assert count == 0
    assert event.is_published(now) is True


def test_cancel_event_tells_the_rooms_above_once(now, heard):
    event = EventFactory()

    cancelled = services.cancel_event(event=event, now=now, by="ada")

    event.refresh_from_db()
    assert event.status == cancelled.status == "cancelled"
    assert heard == [("cancelled", {"event": event, "now": now, "by": "ada"})]


def test_cancel_event_twice_is_refused(now, heard):
    event = EventFactory()
    services.cancel_event(event=event, now=now, by="ada")

    with pytest.raises(EventClosed, match="is already cancelled"):
        services.cancel_event(event=event, now=now, by="bob")

    assert len(heard) == 1


def test_cancel_event_that_a_receiver_refuses_changes_nothing(now):
    def refuse(sender, **sent):
        raise RuntimeError("no")

    event = EventFactory()
    event_cancelled.connect(refuse)
    try:
        with pytest.raises(RuntimeError):
            services.cancel_event(event=event, now=now, by="ada")
    finally:
        event_cancelled.disconnect(refuse)

    event.refresh_from_db()
    assert event.status == "active"


def test_reschedule_moves_doors_and_end_along(now, heard):
    begins = now + timedelta(days=10)
    event = EventFactory(event_date=begins, doors_at=begins - timedelta(hours=1), ends_at=begins + timedelta(hours=2))

    services.reschedule(event=event, event_date=begins + timedelta(days=7), now=now, by="ada")

    event.refresh_from_db()
    assert event.event_date == begins + timedelta(days=7)
    assert event.doors_at == begins + timedelta(days=7, hours=-1)
    assert event.ends_at == begins + timedelta(days=7, hours=2)
    assert event.rescheduled_from == begins
    sent = {"event": event, "previous_date": begins, "now": now, "by": "ada", "activity": event.activities.get()}
    assert heard == [("rescheduled", sent)]


def test_reschedule_twice_remembers_the_first_date(now):
    begins = now + timedelta(days=10)
    event = EventFactory(event_date=begins)

    services.reschedule(event=event, event_date=begins + timedelta(days=1), now=now, by="ada")
    services.reschedule(event=event, event_date=begins + timedelta(days=2), now=now, by="ada")

    event.refresh_from_db()
    assert event.rescheduled_from == begins


def test_reschedule_back_to_the_first_date_forgets_it(now):
    begins = now + timedelta(days=10)
    event = EventFactory(event_date=begins)

    services.reschedule(event=event, event_date=begins + timedelta(days=1), now=now, by="ada")
    services.reschedule(event=event, event_date=begins, now=now, by="ada")

    event.refresh_from_db()
    assert event.rescheduled_from is None


def test_reschedule_to_the_same_moment_tells_nobody(now, heard):
    event = EventFactory()

    services.reschedule(event=event, event_date=event.event_date, now=now, by="ada")

    assert heard == []


def test_reschedule_of_a_draft_leaves_no_trace(now, heard):
    event = EventFactory(published_at=None)

    services.reschedule(event=event, event_date=now + timedelta(days=50), now=now, by="ada")

    event.refresh_from_db()
    assert event.event_date == now + timedelta(days=50)
    assert event.rescheduled_from is None
    assert [name for name, _ in heard] == ["rescheduled"]


def test_reschedule_to_another_venue_keeps_the_date_and_tells(now, heard):
    begins, before = now + timedelta(days=10), VenueFactory(name="Hall", city="Vienna")
    event, venue = EventFactory(event_date=begins, venue=before), VenueFactory(name="Arena", city="Graz")

    services.reschedule(event=event, event_date=begins, venue=venue, now=now, by="ada")

    event.refresh_from_db()
    assert (event.venue, event.event_date, event.rescheduled_from) == (venue, begins, None)
    assert event.activities.get().detail == {"venue": ["Hall, Vienna", "Arena, Graz"], "message": ""}
    assert [name for name, _ in heard] == ["rescheduled"]


def test_reschedule_to_the_venue_where_it_is_tells_nobody(now, heard):
    event = EventFactory()

    services.reschedule(event=event, event_date=event.event_date, venue=event.venue, now=now, by="ada")

    assert heard == []


def test_reschedule_of_seats_to_another_venue_is_refused(now):
    plan = SeatingPlanFactory()
    event = EventFactory(venue=plan.venue, seating_plan=plan)

    with pytest.raises(VenueRefused):
        services.reschedule(event=event, event_date=event.event_date, venue=VenueFactory(), now=now, by="ada")


def test_reschedule_into_the_past_is_refused(now):
    event = EventFactory()

    with pytest.raises(DateRefused):
        services.reschedule(event=event, event_date=now, now=now, by="ada")


def test_reschedule_of_a_cancelled_event_is_refused(now):
    event = EventFactory(status="cancelled")

    with pytest.raises(EventClosed):
        services.reschedule(event=event, event_date=now + timedelta(days=50), now=now, by="ada")


def test_event_with_the_plan_of_another_venue_is_refused():
    event = EventFactory.build(venue=SeatingPlanFactory().venue, seating_plan=SeatingPlanFactory())

    with pytest.raises(ValidationError) as refusal:
        event.clean()

    assert list(refusal.value.message_dict) == ["seating_plan"]


def test_event_whose_times_are_out_of_order_is_refused_beside_the_fields(now):
    event = EventFactory.build(
        event_date=now, doors_at=now + timedelta(minutes=1), ends_at=now, seating_plan=None, venue=None
    )

    with pytest.raises(ValidationError) as refusal:
        event.clean()

    assert refusal.value.message_dict == {
        "doors_at": ["Doors open before the event begins."],
        "ends_at": ["The event ends after it begins."],
    }


def test_event_that_has_begun_is_not_to_come(now):
    event = EventFactory.build(event_date=now, venue=None)

    with pytest.raises(ValidationError) as refusal:
        event.check_to_come(now)

    assert refusal.value.message_dict == {"event_date": ["The event must begin in the future."]}
