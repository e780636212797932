from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.db import IntegrityError
from django.db.models.signals import pre_delete
from django.urls import reverse
from django.utils import timezone

from events.errors import EventClosed
from events.models import Event
from events.signals import event_rescheduled
from events.tests.factories import CategoryFactory, EventFactory, ProductionFactory
from venues.models import Venue
from venues.tests.factories import SeatingPlanFactory, VenueFactory

pytestmark = pytest.mark.django_db

LIST = "/admin/events/event/"
ADD = "/admin/events/event/add/"


def event_data(event: Event | None = None, **changes) -> dict:
    """What the form posts: an event in Vienna on 1 July 2030, or the one that is given, as it is shown."""
    venue = event.venue if event else VenueFactory(name="Opera", time_zone="Europe/Vienna")
    begins = timezone.localtime(event.event_date, venue.tz) if event else datetime(2030, 7, 1, 19, 30, tzinfo=UTC)
    return {
        "name": event.name if event else "Gala",
        "slug": event.slug if event else "",
        "category": (event.category if event else CategoryFactory()).pk,
        "production": "",
        "venue": venue.pk,
        "seating_plan": "",
        "event_date_0": f"{begins:%Y-%m-%d}",
        "event_date_1": f"{begins:%H:%M:%S}",
        "max_tickets_per_booking": "10",
        "cancellation_hours": "48",
        "offers-TOTAL_FORMS": "0",
        "offers-INITIAL_FORMS": "0",
    } | changes


def change(event: Event) -> str:
    return reverse("admin:events_event_change", args=[event.pk])


def act(client, event: Event, action: str, **data):
    url = reverse("admin:events_event_act", args=[event.pk])
    return client.post(url, {"action": action, **data}, follow=True)


def errors_of(response) -> list[str]:
    return sorted(response.context["adminform"].form.errors)


def messages_of(response) -> list[tuple[str, str]]:
    return [(message.level_tag, str(message)) for message in response.context["messages"]]


# Lists ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "factory", "queries"),
    [("category", lambda n: CategoryFactory(name=f"Kind {n}"), 5), ("production", lambda n: ProductionFactory(), 6)],
)
@pytest.mark.parametrize("rows", [1, 3])
def test_list_costs_the_same_for_any_number_of_rows(
    admin_client, django_assert_num_queries, table, factory, queries, rows
):
    for number in range(rows):
        factory(number)

    with django_assert_num_queries(queries):
        response = admin_client.get(reverse(f"admin:events_{table}_changelist"))

    assert response.context["cl"].result_count == rows


def test_event_list_shows_what_is_to_come_unless_asked_otherwise(admin_client):
    now = timezone.now()
    past = EventFactory(name="Past", event_date=now - timedelta(days=3))
    coming = EventFactory(name="Coming")

    def listed(**query) -> set[Event]:
        return set(admin_client.get(LIST, query).context["cl"].result_list)

    assert listed() == {coming}
    assert listed(when="past") == {past}
    assert listed(when="all") == {past, coming}
    assert listed(q="past") == {past}
    assert listed(event_date__year=past.event_date.year, event_date__month=past.event_date.month) >= {past}


@pytest.mark.parametrize(("publication", "names"), [("draft", ["D"]), ("scheduled", ["S"]), ("published", ["P"])])
def test_event_list_is_filtered_by_publication(admin_client, publication, names):
    EventFactory(name="D", published_at=None)
    EventFactory(name="S", published_at=timezone.now() + timedelta(days=1))
    EventFactory(name="P")

    response = admin_client.get(LIST, {"publication": publication})

    assert [event.name for event in response.context["cl"].result_list] == names


def test_event_list_shows_times_on_the_clock_of_the_venue(admin_client):
    EventFactory(venue__time_zone="Asia/Kolkata", event_date=datetime(2030, 1, 5, 14, 0, tzinfo=UTC))

    response = admin_client.get(LIST)

    assert "Sat 5 Jan 2030, 19:30" in response.content.decode()


def test_category_swatch_needs_no_inline_style(admin_client):
    CategoryFactory(colour="#ff8800")

    page = admin_client.get(reverse("admin:events_category_changelist")).content.decode()

    assert '<rect width="1" height="1" fill="#ff8800"/>' in page
    assert "style=" not in page.partition('id="result_list"')[2].partition("</table>")[0]


# Forms ----------------------------------------------------------------------------------------


def test_event_times_are_typed_on_the_clock_of_the_venue(admin_client):
    response = admin_client.post(ADD, event_data())

    event = Event.objects.get()
    assert response.status_code == 302
    assert event.event_date == datetime(2030, 7, 1, 17, 30, tzinfo=UTC)
    assert event.slug == "gala-2030-07-01"


def test_event_times_are_shown_on_the_clock_of_the_venue(admin_client):
    event = EventFactory(venue__time_zone="America/New_York", event_date=datetime(2030, 7, 1, 17, 30, tzinfo=UTC))

    form = admin_client.get(change(event)).context["adminform"].form

    assert form["event_date"].value() == datetime(2030, 7, 1, 13, 30)  # noqa: DTZ001
    assert 'value="13:30"' in str(form["event_date"])


def test_event_at_an_hour_that_the_clock_leaves_out_is_refused(admin_client):
    data = event_data(event_date_0="2030-03-31", event_date_1="02:30")

    response = admin_client.post(ADD, data)

    assert errors_of(response) == ["event_date"]


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"event_date_0": "2020-01-01"}, ["event_date"]),
        ({"event_date_0": "soon"}, ["event_date"]),
        ({"doors_at_0": "2030-07-01", "doors_at_1": "20:00"}, ["doors_at"]),
        ({"ends_at_0": "2030-07-01", "ends_at_1": "19:30"}, ["ends_at"]),
        ({"venue": ""}, ["venue"]),
        ({"venue": "999999"}, ["venue"]),
        ({"name": ""}, ["name"]),
        ({"name": "x" * 10_000}, ["name"]),
        ({"max_tickets_per_booking": "0"}, ["max_tickets_per_booking"]),
        ({"max_tickets_per_booking": "101"}, ["max_tickets_per_booking"]),
    ],
)
def test_event_that_breaks_a_rule_is_refused_beside_the_field(admin_client, changes, fields):
    response = admin_client.post(ADD, event_data(**changes))

    assert errors_of(response) == fields
    assert Event.objects.count() == 0


def test_event_on_a_plan_of_another_venue_is_refused_beside_the_field(admin_client):
    response = admin_client.post(ADD, event_data(seating_plan=SeatingPlanFactory().pk))

    assert errors_of(response) == ["seating_plan"]


def test_event_that_is_past_can_still_be_described(admin_client):
    event = EventFactory(event_date=timezone.now() - timedelta(days=2))

    response = admin_client.post(change(event), event_data(event, description="It was grand."))

    event.refresh_from_db()
    assert response.status_code == 302
    assert event.description == "It was grand."


def test_event_that_is_published_and_moved_keeps_a_trace(admin_client):
    begins = datetime(2030, 7, 1, 17, 30, tzinfo=UTC)
    event = EventFactory(event_date=begins, doors_at=begins - timedelta(hours=1), ends_at=begins + timedelta(hours=2))
    data = event_data(event, event_date_0="2030-07-02", published_at_0="2026-01-01", published_at_1="10:00")
    for name, moment in (("doors_at", event.doors_at), ("ends_at", event.ends_at)):
        local = timezone.localtime(moment, event.venue.tz)
        data |= {f"{name}_0": f"{local:%Y-%m-%d}", f"{name}_1": f"{local:%H:%M}"}

    admin_client.post(change(event), data)

    event.refresh_from_db()
    assert event.event_date == begins + timedelta(days=1)
    assert event.doors_at == begins + timedelta(days=1, hours=-1)
    assert event.ends_at == begins + timedelta(days=1, hours=2)
    assert event.rescheduled_from == begins


def test_event_that_goes_to_another_zone_keeps_the_time_on_the_clock(admin_client):
    event = EventFactory(event_date=datetime(2030, 7, 1, 17, 30, tzinfo=UTC), published_at=None)
    london = VenueFactory(time_zone="Europe/London")

    admin_client.post(change(event), event_data(event, venue=london.pk))

    event.refresh_from_db()
    assert event.venue == london
    assert event.event_date == datetime(2030, 7, 1, 18, 30, tzinfo=UTC)


def test_event_that_is_cancelled_cannot_be_moved(admin_client):
    event = EventFactory(status="cancelled")

    admin_client.post(change(event), event_data(event, event_date_0="2031-01-01", description="Sorry."))

    was = event.event_date
    event.refresh_from_db()
    assert event.event_date == was
    assert event.description == "Sorry."


def test_event_change_that_a_service_refuses_at_the_last_moment_saves_nothing(admin_client):
    def refuse(sender, **sent):
        raise EventClosed("It has just been cancelled.")

    event = EventFactory(name="Gala")
    event_rescheduled.connect(refuse)
    published = {"published_at_0": "2026-01-01", "published_at_1": "10:00"}
    data = event_data(event, name="Ball", event_date_0="2031-01-01", **published)
    response = admin_client.post(change(event), data, follow=True)
    event_rescheduled.disconnect(refuse)

    was = event.event_date
    event.refresh_from_db()
    assert messages_of(response) == [("error", "Nothing was saved: It has just been cancelled.")]
    assert (event.name, event.event_date) == ("Gala", was)


def test_event_status_cannot_be_typed(admin_client):
    event = EventFactory()

    admin_client.post(change(event), event_data(event, status="cancelled"))

    event.refresh_from_db()
    assert event.status == "active"


def test_event_that_is_copied_starts_as_a_draft_with_an_address_of_its_own(admin_client):
    event = EventFactory(is_featured=True)
    data = event_data(event, is_featured="on", published_at_0="2026-01-01", published_at_1="10:00", _saveasnew="1")

    admin_client.post(change(event), data)

    copy = Event.objects.latest("pk")
    assert copy != event
    assert copy.slug != event.slug
    assert (copy.published_at, copy.is_featured) == (None, False)


# Actions --------------------------------------------------------------------------------------


def test_publish_is_reported_and_logged(admin_client):
    event = EventFactory(published_at=None)

    response = act(admin_client, event, "publish")

    event.refresh_from_db()
    assert event.is_published(timezone.now()) is True
    assert messages_of(response) == [("success", f"{event}: published.")]
    assert LogEntry.objects.get().change_message == "Published."


def test_publish_says_which_events_were_left_alone(admin_client):
    draft, cancelled = EventFactory(published_at=None), EventFactory(published_at=None, status="cancelled")
    data = {"action": "publish", "_selected_action": [draft.pk, cancelled.pk]}

    response = admin_client.post(LIST, data, follow=True)

    assert messages_of(response) == [
        ("success", f"{draft}: published."),
        ("error", f"{cancelled}: left alone, because it is cancelled, over, or published already."),
    ]


def test_unpublish_makes_a_draft(admin_client):
    event = EventFactory()

    response = act(admin_client, event, "unpublish")

    event.refresh_from_db()
    assert event.published_at is None
    assert messages_of(response) == [("success", f"{event}: no longer published.")]


def test_action_that_does_not_exist_is_forbidden(admin_client):
    response = act(admin_client, EventFactory(), "delete_selected")

    assert response.status_code == 403


def test_action_on_an_event_that_is_gone_leads_home(admin_client):
    response = admin_client.post(reverse("admin:events_event_act", args=[999_999]), {"action": "publish"})

    assert response.status_code == 302


def test_action_asked_for_with_get_changes_nothing(admin_client):
    event = EventFactory(published_at=None)

    response = admin_client.get(reverse("admin:events_event_act", args=[event.pk]), {"action": "publish"})

    event.refresh_from_db()
    assert response.status_code == 302
    assert event.published_at is None


@pytest.mark.parametrize(
    ("changes", "buttons"),
    [
        ({"published_at": None}, ["publish", "open_sales", "copy", "reprice", "move", "cancel_event"]),
        ({}, ["open_sales", "unpublish", "copy", "reprice", "move", "cancel_event"]),
        ({"status": "cancelled"}, ["copy"]),
    ],
)
def test_buttons_are_those_that_make_sense(admin_client, changes, buttons):
    event = EventFactory(**changes)

    response = admin_client.get(change(event))

    assert [button["name"] for button in response.context["buttons"]] == buttons


# Deletions ------------------------------------------------------------------------------------


def test_venue_with_events_cannot_be_deleted_and_the_page_says_why(admin_client):
    venue = EventFactory().venue
    url = reverse("admin:venues_venue_delete", args=[venue.pk])

    page = admin_client.get(url)
    admin_client.post(url, {"post": "yes"})

    assert page.context["protected"] == ["1 event"]
    assert Venue.objects.filter(pk=venue.pk).exists() is True


def test_selected_venues_with_events_cannot_be_deleted(admin_client):
    venue = EventFactory().venue
    data = {"action": "delete_selected", "_selected_action": [venue.pk], "post": "yes"}

    response = admin_client.post(reverse("admin:venues_venue_changelist"), data)

    assert response.context["protected"] == ["1 event"]
    assert Venue.objects.filter(pk=venue.pk).exists() is True


@pytest.mark.parametrize("from_list", [True, False])
def test_event_that_is_sold_while_it_is_being_deleted_stays(admin_client, from_list):
    def sell(sender, **sent):
        raise IntegrityError("somebody was faster")

    event = EventFactory()
    pre_delete.connect(sell, sender=Event)
    if from_list:
        data = {"action": "delete_selected", "_selected_action": [event.pk], "post": "yes"}
        response = admin_client.post(LIST, data, follow=True)
    else:
        url = reverse("admin:events_event_delete", args=[event.pk])
        response = admin_client.post(url, {"post": "yes"}, follow=True)
    pre_delete.disconnect(sell, sender=Event)

    ((level, text),) = messages_of(response)
    assert (level, text.partition(":")[0]) == ("error", "Nothing was deleted")
    assert Event.objects.filter(pk=event.pk).exists() is True
    assert LogEntry.objects.count() == 0


def test_deleting_is_the_last_of_the_actions(admin_client):
    EventFactory()

    choices = admin_client.get(reverse("admin:events_event_changelist")).context["action_form"].fields["action"].choices

    assert choices[-1][0] == "delete_selected"
