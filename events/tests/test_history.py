"""Every change of an event is written down: what, by whom, when."""

from datetime import timedelta

import pytest
from django.db.models.signals import pre_save
from django.utils import timezone

from events import services
from events.admin.activities import tell
from events.errors import DateRefused
from events.models import Event
from events.services import Cancellation, how_cancelled
from events.tests.factories import EventFactory
from events.tests.test_admin import change, event_data

pytestmark = pytest.mark.django_db

NOW = timezone.now()


def lines(event: Event) -> list[tuple[str, str, dict]]:
    return list(event.activities.values_list("verb", "actor", "detail"))


def test_publishing_and_hiding_are_written_down_for_those_that_change():
    draft, shown = EventFactory(published_at=None), EventFactory()

    services.publish(events=Event.objects.all(), now=NOW, by="ada")
    services.unpublish(events=Event.objects.filter(pk=shown.pk), now=NOW, by="bob")

    assert lines(draft) == [("publish", "ada", {})]
    assert lines(shown) == [("unpublish", "bob", {})]


@pytest.mark.parametrize("count", [1, 5])
def test_publishing_costs_the_same_for_any_number(count, django_assert_num_queries):
    EventFactory.create_batch(count, published_at=None)

    with django_assert_num_queries(5):
        services.publish(events=Event.objects.all(), now=NOW, by="ada")


def test_cancelling_writes_down_how():
    event, plain = EventFactory(), EventFactory()

    services.cancel_event(event=event, now=NOW, by="ada", how=Cancellation(refunds=False, message="Sorry."))
    services.cancel_event(event=plain, now=NOW, by="ada")

    assert lines(event) == [("cancel", "ada", {"refunds": False, "message": "Sorry."})]
    assert how_cancelled(event.pk) == Cancellation(False, "Sorry.")
    assert how_cancelled(plain.pk) == how_cancelled(EventFactory().pk) == Cancellation()


def test_moving_writes_down_from_where_to_where():
    event = EventFactory(event_date=NOW + timedelta(days=9))
    later, until = NOW + timedelta(days=30), NOW + timedelta(days=5)

    services.reschedule(event=event, event_date=later, now=NOW, by="ada", refundable_until=until, message="Ill.")

    event.refresh_from_db()
    ((verb, actor, detail),) = lines(event)
    assert (verb, actor, detail["begins at"]) == (
        "move",
        "ada",
        [(NOW + timedelta(days=9)).isoformat(), later.isoformat()],
    )
    assert (detail["message"], detail["refundable until"]) == ("Ill.", until.isoformat())
    assert event.refundable_until == until
    assert event.cancellable_until == max(until, later - timedelta(hours=48))


def test_money_back_that_was_promised_is_not_taken_away_by_the_next_move():
    event = EventFactory(event_date=NOW + timedelta(days=9))
    until = NOW + timedelta(days=5)

    services.reschedule(event=event, event_date=NOW + timedelta(days=30), now=NOW, by="ada", refundable_until=until)
    for sooner in (None, NOW + timedelta(days=1)):
        date = NOW + timedelta(days=31 if sooner else 32)
        services.reschedule(event=event, event_date=date, now=NOW, by="ada", refundable_until=sooner)

    event.refresh_from_db()
    assert event.refundable_until == until


@pytest.mark.parametrize("days", [0, 31])
def test_money_back_must_end_between_now_and_the_new_date(days):
    event, until = EventFactory(), NOW + timedelta(days=days)

    with pytest.raises(DateRefused):
        services.reschedule(event=event, event_date=NOW + timedelta(days=30), now=NOW, by="ada", refundable_until=until)


# In the admin ---------------------------------------------------------------------------------


def test_edits_are_written_down_field_by_field(admin_client):
    event = EventFactory(name="Gala", cancellation_hours=48, is_transferable=False, exchange_hours=None)
    published = timezone.localtime(event.published_at, event.venue.tz)
    data = event_data(
        event,
        name="Ball",
        cancellation_hours="",
        published_at_0=f"{published:%Y-%m-%d}",
        published_at_1=f"{published:%H:%M:%S}",
    )
    Event.objects.update(
        published_at=published.replace(microsecond=0), event_date=event.event_date.replace(microsecond=0)
    )

    admin_client.post(change(event), data)

    assert lines(event) == [("edit", "admin", {"name": ["Gala", "Ball"], "cancellation hours": ["48", ""]})]


def test_what_is_saved_unchanged_is_not_written_down(admin_client):
    event = EventFactory(published_at=None, is_transferable=False, exchange_hours=None)
    Event.objects.update(event_date=event.event_date.replace(microsecond=0))

    admin_client.post(change(event), event_data(event))

    assert lines(event) == []


def test_event_that_is_added_begins_its_history(admin_client):
    admin_client.post("/admin/events/event/add/", event_data())

    assert lines(Event.objects.get()) == [("create", "admin", {})]


def test_page_of_an_event_shows_its_history_newest_last(admin_client):
    event = EventFactory()
    services.unpublish(events=Event.objects.all(), now=NOW, by="ada")
    services.publish(events=Event.objects.all(), now=NOW + timedelta(hours=1), by="bob")

    shown = admin_client.get(change(event)).context["history"]

    assert [(line.verb, line.actor) for line, _, _ in shown] == [("unpublish", "ada"), ("publish", "bob")]


def test_long_history_is_cut_and_links_to_the_rest(admin_client):
    event = EventFactory()
    for number in range(62):
        services.record(event, f"thing {number}", now=NOW + timedelta(minutes=number), by="ada")

    page = admin_client.get(change(event))

    assert [line.verb for line, _, _ in page.context["history"]] == [f"thing {number}" for number in range(2, 62)]
    assert f"event__id__exact={event.pk}" in page.context["all_history"]


def test_history_is_told_in_words():
    event = EventFactory(venue__time_zone="Europe/Vienna")
    detail = {
        "name": ["Gala", ""],
        "begins at": ["2030-07-01T17:30:00+00:00", "2030-07-02T17:30:00+00:00"],
        "refunds": False,
        "places": [1, 2, 3],
        "message": "",
        "sections": ["A", "B", "C"],
        "made": 22290,
        "named_hold": "The Herald",
    }

    line = services.record(event, "edit", now=NOW, by="ada", **detail)

    assert tell(line) == [
        "name: Gala → –",
        "begins at: Mon 1 Jul 2030, 19:30 → Tue 2 Jul 2030, 19:30",
        "refunds: no",
        "places: 3",
        "sections: A, B, C",
        "made: 22,290",
        "named hold: The Herald",
    ]


# Addresses ------------------------------------------------------------------------------------


def test_address_that_somebody_takes_at_the_same_moment_is_looked_for_again():
    begins = (NOW + timedelta(days=3)).replace(hour=12)
    like = EventFactory()

    def be_faster(sender, instance, **kwargs):
        pre_save.disconnect(be_faster, sender=Event)
        Event.objects.bulk_create(
            [Event(name="Gala", slug=instance.slug, event_date=begins, venue=like.venue, category=like.category)]
        )

    pre_save.connect(be_faster, sender=Event)
    event = EventFactory(name="Gala", event_date=begins)

    # The other one was made inside the savepoint that is rolled back, so its address is free again.
    assert Event.objects.get(slug=f"gala-{begins:%Y-%m-%d}") == event
