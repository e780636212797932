import re

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from venues.backoffice import break_email
from venues.models import Seat, SeatingPlan, Section, Venue
from venues.neutral import neutralise
from venues.tests.factories import SeatFactory, SeatingPlanFactory, SectionFactory, VenueFactory, make_seats

pytestmark = pytest.mark.django_db

LAYOUT = '{"rows": {"count": 3}, "seats": 8}'


def venue_data(**changes) -> dict:
    return {
        "name": "Opera",
        "slug": "",
        "kind": "hall",
        "capacity": "2000",
        "address": "Ring 1",
        "city": "Vienna",
        "country": "Austria",
        "time_zone": "Europe/Vienna",
        "plans-TOTAL_FORMS": "0",
        "plans-INITIAL_FORMS": "0",
    } | changes


def section_data(section: Section, **changes) -> dict:
    return {
        "plan": section.plan_id,
        "name": section.name,
        "order": "0",
        "standing_capacity": "",
        "x": "0",
        "y": "0",
        "rotation": "0",
        "layout": "{}",
    } | changes


def errors_of(response) -> dict:
    return response.context["adminform"].form.errors.get_json_data()


@pytest.mark.parametrize(
    ("table", "factory", "queries"),
    [
        ("venue", VenueFactory, 8),
        ("seatingplan", SeatingPlanFactory, 7),
        ("section", SectionFactory, 7),
        ("seat", SeatFactory, 6),
    ],
)
@pytest.mark.parametrize("rows", [1, 3])
def test_list_costs_the_same_for_any_number_of_rows(
    admin_client, django_assert_num_queries, table, factory, queries, rows
):
    factory.create_batch(rows)

    with django_assert_num_queries(queries):
        response = admin_client.get(reverse(f"admin:venues_{table}_changelist"))

    assert response.context["cl"].result_count == rows


def test_venue_list_counts_plans_and_events_to_come(admin_client):
    SeatingPlanFactory.create_batch(2, venue=VenueFactory())

    response = admin_client.get(reverse("admin:venues_venue_changelist"))

    (listed,) = response.context["cl"].result_list
    assert listed.counts == {"events": 0, "plans": 2}


def test_venue_is_made_with_a_slug_of_its_own(admin_client):
    response = admin_client.post(reverse("admin:venues_venue_add"), venue_data())

    assert response.status_code == 302
    assert Venue.objects.get().slug == "opera"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"capacity": "0"}, "capacity"),
        ({"capacity": "many"}, "capacity"),
        ({"name": ""}, "name"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
    ],
)
def test_venue_that_breaks_a_rule_is_refused_beside_the_field(admin_client, changes, field):
    response = admin_client.post(reverse("admin:venues_venue_add"), venue_data(**changes))

    assert list(errors_of(response)) == [field]
    assert Venue.objects.count() == 0


def test_venue_keeps_a_time_zone_that_is_not_listed(admin_client):
    venue = VenueFactory(time_zone="CET")
    url = reverse("admin:venues_venue_change", args=[venue.pk])

    response = admin_client.post(url, venue_data(name=venue.name, time_zone="CET", capacity="1500"))

    venue.refresh_from_db()
    assert response.status_code == 302
    assert (venue.time_zone, venue.capacity) == ("CET", 1500)


def test_venue_change_writes_only_what_was_changed(admin_client):
    venue = VenueFactory(name="Opera", slug="opera", address="Ring 1", capacity=2000, kind="hall")
    url = reverse("admin:venues_venue_change", args=[venue.pk])

    with CaptureQueriesContext(connection) as queries:
        admin_client.post(url, venue_data(slug="opera", city="Graz"))

    (update,) = [query["sql"] for query in queries if query["sql"].startswith('UPDATE "venues_venue"')]
    assert re.findall(r'"(\w+)" = ', update.partition("WHERE")[0]) == ["city"]


def test_venue_deletion_says_in_numbers_what_goes_along(admin_client):
    section = SectionFactory()
    make_seats(section, rows=10, seats=30)
    venue = section.plan.venue

    page = admin_client.get(reverse("admin:venues_venue_delete", args=[venue.pk]))

    assert dict(page.context["model_count"]) == {"venues": 1, "seating plans": 1, "sections": 1, "seats": 300}
    assert len(page.context["deleted_objects"]) == 1


def test_selected_venues_without_events_are_deleted(admin_client):
    venues = VenueFactory.create_batch(3)
    data = {"action": "delete_selected", "_selected_action": [venue.pk for venue in venues], "post": "yes"}

    response = admin_client.post(reverse("admin:venues_venue_changelist"), data)

    assert response.status_code == 302
    assert Venue.objects.count() == 0


def test_plan_list_counts_sections_seats_and_standing_places(admin_client):
    seated = SectionFactory(name="Stalls")
    make_seats(seated, rows=2, seats=5)
    SectionFactory(plan=seated.plan, name="Floor", standing_capacity=300)

    response = admin_client.get(reverse("admin:venues_seatingplan_changelist"))

    (listed,) = response.context["cl"].result_list
    assert listed.counts == (2, 300, 10)


def test_seats_are_made_from_the_layout(admin_client):
    section = SectionFactory(layout={"rows": {"count": 3}, "seats": 8})

    admin_client.post(reverse("admin:venues_section_act", args=[section.pk]), {"action": "build_seats"})

    assert section.seats.count() == 24
    assert LogEntry.objects.get().change_message == "Seats made."


def test_seats_of_a_whole_plan_are_made_or_none(admin_client):
    plan = SeatingPlanFactory()
    good = SectionFactory(plan=plan, name="Good", layout={"rows": {"count": 3}, "seats": 8})
    SectionFactory(plan=plan, name="Worse", layout={"rows": {"count": 3}})

    response = admin_client.post(
        reverse("admin:venues_seatingplan_act", args=[plan.pk]), {"action": "build_seats"}, follow=True
    )

    assert [message.level_tag for message in response.context["messages"]] == ["error"]
    assert good.seats.count() == 0


def test_section_layout_that_makes_no_sense_is_refused_beside_the_field(admin_client):
    section = SectionFactory()
    url = reverse("admin:venues_section_change", args=[section.pk])

    response = admin_client.post(url, section_data(section, layout='{"rows": {"count": 0}}'))

    assert list(errors_of(response)) == ["layout"]


def test_section_layout_is_saved(admin_client):
    section = SectionFactory()
    url = reverse("admin:venues_section_change", args=[section.pk])

    response = admin_client.post(url, section_data(section, layout=LAYOUT))

    section.refresh_from_db()
    assert response.status_code == 302
    assert section.layout == {"rows": {"count": 3}, "seats": 8}


@pytest.mark.parametrize(
    ("kind", "names"), [("seated", ["Stalls"]), ("standing", ["Floor"]), ("", ["Floor", "Stalls"])]
)
def test_section_list_is_filtered_by_kind(admin_client, kind, names):
    plan = SeatingPlanFactory()
    SectionFactory(plan=plan, name="Stalls")
    SectionFactory(plan=plan, name="Floor", standing_capacity=300)

    response = admin_client.get(reverse("admin:venues_section_changelist"), {"kind": kind} if kind else {})

    assert [section.name for section in response.context["cl"].result_list] == names


def test_seats_are_marked_in_their_list(admin_client):
    seat = SeatFactory()
    data = {
        "form-TOTAL_FORMS": "1",
        "form-INITIAL_FORMS": "1",
        "form-0-id": seat.pk,
        "form-0-is_accessible": "on",
        "_save": "Save",
    }

    admin_client.post(reverse("admin:venues_seat_changelist"), data)

    assert list(Seat.objects.values_list("is_accessible", "is_companion")) == [(True, False)]


def test_plans_are_added_on_the_venue_page(admin_client):
    data = venue_data(**{"plans-TOTAL_FORMS": "1", "plans-0-name": "Great Hall", "plans-0-focus": "stage"})

    admin_client.post(reverse("admin:venues_venue_add"), data)

    assert str(SeatingPlan.objects.get()) == "Opera: Great Hall"


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+43 1 234", "'+43 1 234"),
        ("-5", "'-5"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("  =1", "'  =1"),
        ("Opera", "Opera"),
        ("O'Neill", "O'Neill"),
        (-5, -5),
    ],
)
def test_neutralise_disarms_formulas_only(value, cell):
    assert neutralise(value) == cell


def test_venue_export_is_filtered_and_disarmed(admin_client):
    VenueFactory(name="=HYPERLINK(1)", city="Graz", capacity=50)
    VenueFactory(city="Linz")

    response = admin_client.get(reverse("admin:venues_venue_export"), {"city": "Graz"})

    head, line, *rest = response.content.decode().splitlines()
    assert head == "id,name,kind,address,city,country,capacity,time_zone,description,access_information"
    assert line.split(",", 1)[1] == "'=HYPERLINK(1),hall,1 Main Street,Graz,Austria,50,Europe/Vienna,,"
    assert rest == []


@pytest.mark.parametrize(
    ("address", "markup"),
    [("ada@example.org", "ada<wbr>@example.org"), ("", "<wbr>"), ("<b>@x", "&lt;b&gt;<wbr>@x")],
)
def test_address_breaks_before_its_at_only(address, markup):
    assert break_email(address) == markup
