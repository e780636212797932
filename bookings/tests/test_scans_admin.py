import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from bookings.tests.doors import NIGHT, scan, seated_evening, signed
from bookings.tests.factories import ScanFactory, UserFactory
from bookings.tests.test_budgets import statements
from venues.tests.factories import VenueFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    user = UserFactory(is_superuser=True)
    client.force_login(user)
    return client


def scans(client, **data):
    return client.get(reverse("admin:bookings_scan_changelist"), data)


@pytest.mark.parametrize("quantity", [1, 10])
def test_list_of_scans_asks_as_often_for_ten_as_for_one(staff, quantity):
    offer, tickets = seated_evening(quantity)
    for ticket in tickets:
        scan(offer.event, signed(ticket), gate="North")
        scan(offer.event, "nonsense")

    with statements(7):
        page = scans(staff)

    assert page.context["cl"].result_count == 2 * quantity


def test_list_of_scans_says_what_where_and_by_whom(staff):
    offer, (ticket,) = seated_evening()
    scan(offer.event, signed(ticket), gate="North")

    html = scans(staff).content.decode()

    local = NIGHT.astimezone(VenueFactory.build().tz)
    for text in (ticket.code, "Ada Lovelace", "Stalls, row A, seat 1", "North", "tunde", "Admitted", f"{local:%H:%M}"):
        assert text in html


@pytest.mark.parametrize("query", ["code", "booking", "gate"])
def test_scans_are_found(staff, query):
    offer, (ticket,) = seated_evening()
    scan(offer.event, signed(ticket), gate="North")
    ScanFactory()
    text = {"code": ticket.code, "booking": ticket.booking.booking_code, "gate": "North"}[query]

    assert scans(staff, q=text).context["cl"].result_count == 1


def test_scan_of_a_forged_code_has_a_page_and_a_shortened_name(staff):
    row = ScanFactory(code="MQ1." + "X" * 100, result="forged", is_offline=True)

    listed = scans(staff, is_offline__exact=1).content.decode()
    page = staff.get(reverse("admin:bookings_scan_change", args=[row.pk]))

    assert f"{row.code[:32]}…" in listed
    assert page.status_code == 200


@pytest.mark.parametrize("group", ["Door", "Box office", "Managers"])
def test_groups_see_scans_and_come_to_the_door(client, group):
    user = UserFactory()
    user.groups.add(Group.objects.get(name=group))
    client.force_login(user)

    assert scans(client).status_code == 200
    assert client.get(reverse("door:events")).status_code == 200
    assert reverse("door:events") in client.get(reverse("admin:index")).content.decode()
