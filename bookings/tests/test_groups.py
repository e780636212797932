"""What each group of staff may see and do. Whatever is not listed is forbidden."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.urls import reverse
from django.utils import timezone

from bookings import services
from bookings.tests import sales
from bookings.tests.factories import ShiftFactory, WaitlistEntryFactory
from events.tests.factories import EventFactory, ProductionFactory
from ticketing.tests.factories import OfferFactory, PromoCodeFactory, make_offer

pytestmark = pytest.mark.django_db

GROUPS = ["Box office", "Door", "Managers"]
SETUP = [
    *("venues_venue", "venues_seatingplan", "venues_section", "venues_seat"),
    *("events_category", "events_production", "events_event", "ticketing_tickettype", "ticketing_offer"),
]
SOLD = ["bookings_booking", "bookings_ticket"]
MONEY = ["bookings_payment", "bookings_activity", "bookings_ledgerline", "bookings_exchange"]
COUNTER = [
    *("bookings_shift", "bookings_cashmovement", "bookings_scan", "events_eventactivity"),
    *("ticketing_namedhold", "venues_importjob"),
]
MANAGED = [
    *("bookings_subscription", "bookings_delivery"),
    *("reports_settlement", "reports_settlementterms", "reports_scheduledreport"),
]

SEES = {
    "Box office": {*SETUP, *COUNTER, "ticketing_place", "ticketing_promocode", *SOLD, *MONEY, "bookings_waitlistentry"},
    "Door": {*SETUP, "ticketing_place", *SOLD, "bookings_scan"},
    "Managers": {
        *(*SETUP, *COUNTER, "ticketing_place", "ticketing_promocode", *SOLD, *MONEY, "bookings_waitlistentry"),
        *MANAGED,
    },
}
ADDS = {
    "Box office": {*SETUP, "bookings_waitlistentry"},
    "Door": set(),
    "Managers": {*SETUP, "ticketing_promocode", "bookings_waitlistentry", "bookings_subscription"},
}
TABLES = sorted(SEES["Managers"])
ADDED_ELSEWHERE = {"ticketing_namedhold"}
"""What has a button to add that leads to another page."""
PLUMBING = ["auth_user", "auth_group", "django_tasks_database_dbtaskresult"]


@pytest.fixture(params=GROUPS)
def group(request) -> str:
    return request.param


@pytest.fixture
def staff(client, group):
    user = User.objects.create_user("ada", is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    client.force_login(user)
    return client


def answers(client, urls: dict[str, str]) -> set[str]:
    """Return those of ``urls`` that are shown; the others must be forbidden."""
    codes = {name: client.get(url).status_code for name, url in urls.items()}
    assert set(codes.values()) <= {200, 403}
    return {name for name, code in codes.items() if code == 200}


def act(client, row, action: str, **data):
    url = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_act", args=[row.pk])
    return client.post(url, {"action": action, **data})


def test_group_sees_its_lists(staff, group):
    shown = answers(staff, {table: reverse(f"admin:{table}_changelist") for table in TABLES})

    assert shown == SEES[group]


def test_group_adds_what_it_sets_up(staff, group):
    shown = answers(staff, {table: reverse(f"admin:{table}_add") for table in set(TABLES) - ADDED_ELSEWHERE})

    assert shown == ADDS[group]


def test_group_does_not_see_the_plumbing(staff):
    assert answers(staff, {table: reverse(f"admin:{table}_changelist") for table in PLUMBING}) == set()


def test_group_sees_the_start_page(staff, group):
    page = staff.get(reverse("admin:index"))

    tables = {
        f"{app['app_label']}_{table['object_name'].lower()}"
        for app in page.context["app_list"]
        for table in app["models"]
    }
    assert tables == SEES[group]


@pytest.mark.parametrize(
    ("table", "factory"), [("events_production", ProductionFactory), ("ticketing_offer", OfferFactory)]
)
def test_group_deletes_what_was_not_sold(staff, group, table, factory):
    row = factory()

    response = staff.post(reverse(f"admin:{table}_delete", args=[row.pk]), {"post": "yes"})

    assert response.status_code == (403 if group == "Door" else 302)
    assert type(row).objects.filter(pk=row.pk).exists() is (group == "Door")


def test_no_group_deletes_a_sale(staff):
    booking = sales.sold(make_offer())
    rows = [booking, booking.tickets.get(), booking.payments.get(), booking.activities.first()]

    codes = [
        staff.post(reverse(f"admin:bookings_{row._meta.model_name}_delete", args=[row.pk]), {"post": "yes"}).status_code
        for row in rows
    ]

    assert codes == [403, 403, 403, 403]


def test_no_group_deletes_an_event_that_was_sold(staff):
    booking = sales.sold(make_offer())

    staff.post(reverse("admin:events_event_delete", args=[booking.event_id]), {"post": "yes"})

    booking.event.refresh_from_db()


def test_group_changes_prices(staff, group):
    offer = make_offer(capacity=5)
    data = {"ticket_type": offer.ticket_type_id, "label": "", "price": "12.00", "capacity": "5"}

    response = staff.post(reverse("admin:ticketing_offer_change", args=[offer.pk]), data)

    offer.refresh_from_db()
    assert response.status_code == (403 if group == "Door" else 302)
    assert offer.price == (40 if group == "Door" else 12)


def test_group_changes_promo_codes(staff, group):
    code = PromoCodeFactory(code="GALA", percent=10)
    data = {"code": "GALA", "percent": "20"}

    response = staff.post(reverse("admin:ticketing_promocode_change", args=[code.pk]), data)

    code.refresh_from_db()
    assert response.status_code == (302 if group == "Managers" else 403)
    assert code.percent == (20 if group == "Managers" else 10)


@pytest.mark.parametrize("action", ["publish", "open_sales"])
def test_group_runs_events(staff, group, action):
    event = OfferFactory(event__published_at=None, capacity=5).event

    response = act(staff, event, action)

    event.refresh_from_db()
    done = {"publish": event.is_published(timezone.now()), "open_sales": event.places.exists()}[action]
    assert response.status_code == (403 if group == "Door" else 302)
    assert done is (group != "Door")


def test_group_cancels_events(staff, group):
    event = EventFactory()

    page = act(staff, event, "cancel_event")
    if page.status_code == 302:
        seal = staff.get(page.url).context["seal"]
        staff.post(page.url, {"do": "it", "seal": seal, "money": "refund"})

    event.refresh_from_db()
    assert event.status == ("active" if group == "Door" else "cancelled")


@pytest.mark.parametrize("action", ["confirm", "cancel"])
def test_door_neither_confirms_nor_cancels(staff, group, action):
    booking = sales.checked_out(make_offer())
    ShiftFactory(user=User.objects.get(username="ada"))

    question = act(staff, booking, action)
    if question.status_code == 200:
        act(staff, booking, action, answer=question.context["answer"], way="cash", why="Rain")

    booking.refresh_from_db()
    outcome = {"confirm": "confirmed", "cancel": "cancelled"}[action]
    assert booking.status == ("pending" if group == "Door" else outcome)
    assert question.status_code == (403 if group == "Door" else 200)


def test_door_does_not_send_tickets_again(staff, group):
    booking = sales.sold(make_offer())

    response = act(staff, booking, "resend_confirmation")

    assert response.status_code == (403 if group == "Door" else 302)
    assert booking.activities.filter(verb="resend").exists() is (group != "Door")


def test_actions_of_lists_obey_the_group_too(staff, group):
    booking = sales.sold(make_offer())
    data = {"action": "resend_confirmation", "_selected_action": [booking.pk]}

    staff.post(reverse("admin:bookings_booking_changelist"), data)

    assert booking.activities.filter(verb="resend").exists() is (group != "Door")


def test_door_does_not_see_the_customers_secret_link(staff, group):
    booking = sales.sold(make_offer())

    page = staff.get(reverse("admin:bookings_booking_change", args=[booking.pk])).content.decode()

    assert (booking.key in page) is (group != "Door")


def test_booking_page_shows_a_group_what_it_may_see(staff, group):
    booking = sales.sold(make_offer())

    page = staff.get(reverse("admin:bookings_booking_change", args=[booking.pk]))

    inlines = [inline.opts.model._meta.model_name for inline in page.context["inline_admin_formsets"]]
    buttons = [button["name"] for button in page.context["buttons"]]
    assert inlines == (["ticket"] if group == "Door" else ["ticket", "payment", "activity"])
    assert buttons == ([] if group == "Door" else ["resend_confirmation"])


def test_door_takes_no_list_of_customers_home(staff, group):
    sales.sold(make_offer())

    response = staff.get(reverse("admin:bookings_booking_export"))

    assert response.status_code == (403 if group == "Door" else 200)


def test_door_does_not_correct_a_customer(staff, group):
    booking = sales.sold(make_offer())
    forms = {
        f"{name}-{count}_FORMS": 0 for name in ("tickets", "payments", "activities") for count in ("TOTAL", "INITIAL")
    }
    data = forms | {"customer_name": "Ada King", "customer_email": "ada@example.org"}

    response = staff.post(reverse("admin:bookings_booking_change", args=[booking.pk]), data)

    booking.refresh_from_db()
    assert response.status_code == (403 if group == "Door" else 302)
    assert booking.customer_name == ("Ada Lovelace" if group == "Door" else "Ada King")


def test_door_does_not_end_a_wait(staff, group):
    entry = WaitlistEntryFactory()

    response = staff.post(reverse("admin:bookings_waitlistentry_delete", args=[entry.pk]), {"post": "yes"})

    assert response.status_code == (403 if group == "Door" else 302)


def test_staff_without_a_group_see_nothing(client):
    client.force_login(User.objects.create_user("ada", is_staff=True))

    assert answers(client, {table: reverse(f"admin:{table}_changelist") for table in TABLES}) == set()


def test_abandoned_hold_is_shown_to_the_door_as_it_is(staff):
    booking = services.abandon(booking=sales.hold(make_offer()), now=timezone.now())

    response = staff.get(reverse("admin:bookings_booking_change", args=[booking.pk]))

    assert response.status_code == 200


@pytest.mark.django_db(transaction=True)
def test_groups_come_and_go_with_their_migration():
    executor = MigrationExecutor(connection)
    latest = executor.loader.graph.leaf_nodes()

    executor.migrate([("bookings", "0001_initial")])
    without = set(Group.objects.filter(name__in=GROUPS).values_list("name", flat=True))
    MigrationExecutor(connection).migrate(latest)

    assert without == set()
    assert {group.name: group.permissions.count() for group in Group.objects.filter(name__in=GROUPS)} == {
        "Box office": 69,
        "Door": 14,
        "Managers": 85,
    }
