"""The reports as JSON: the same figures as on the pages, for those who may see them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from bookings import services
from bookings.models import Booking
from bookings.tests.api import Call, caller, problem
from bookings.tests.sales import checked_out, sold
from bookings.tests.test_budgets import statements
from reports.figures import REPORTS
from ticketing.services import open_sales
from ticketing.tests.factories import OfferFactory, TicketTypeFactory, make_offer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office")]


SALES, MONEY = "reports.view_sales", "reports.view_revenue"


@pytest.fixture
def manager(client: Client) -> Call:
    return caller(client, SALES, MONEY, "reports.view_customers")


@pytest.fixture
def clerk(client: Client) -> Call:
    return caller(client, SALES, username="clerk")


def sell_some():
    """Sell 3 Standard at 40 and 2 VIP at 90 of one event, and take a Standard one back."""
    standard = make_offer()
    vip = OfferFactory(event=standard.event, ticket_type=TicketTypeFactory(name="VIP", price=90), price=90)
    open_sales(event=standard.event, now=timezone.now() - timedelta(hours=1))
    booking = sold(standard, 3)
    sold(vip, 2)
    services.cancel_tickets(
        booking=booking, tickets=[booking.tickets.first().pk], now=timezone.now(), actor="ada", refund=30
    )
    return standard.event, standard.ticket_type, vip.ticket_type


def figures(shown: dict) -> tuple:
    return tuple(shown[name] for name in ("sold", "returned", "tickets", "gross", "discounts", "refunds", "net"))


def test_revenue_of_an_event_is_that_of_the_ledger(manager):
    event, standard, vip = sell_some()
    sold(make_offer())

    shown = manager("GET", f"/events/{event.pk}/revenue").json()

    assert (shown["event_id"], shown["event_name"], shown["currency"], shown["bookings"]) == (
        event.pk,
        event.name,
        "EUR",
        2,
    )
    assert figures(shown) == (5, 1, 4, 300, 0, 30, 270)
    by_type = {row["ticket_type_id"]: (row["ticket_type"], figures(row)) for row in shown["by_ticket_type"]}
    assert by_type == {
        standard.pk: ("Standard", (3, 1, 2, 120, 0, 30, 90)),
        vip.pk: ("VIP", (2, 0, 2, 180, 0, 0, 180)),
    }


def test_revenue_of_an_event_without_sales_is_nothing(manager):
    offer = make_offer()

    shown = manager("GET", f"/events/{offer.event_id}/revenue").json()

    assert (figures(shown), shown["by_ticket_type"]) == ((0, 0, 0, 0, 0, 0, 0), [])


def test_revenue_is_for_those_who_may_see_it(manager, clerk):
    offer = make_offer()

    assert problem(clerk("GET", f"/events/{offer.event_id}/revenue"))[:2] == (403, "forbidden")
    assert problem(manager("GET", "/events/999999/revenue")) == (404, "not_found", "There is no event 999999.")


def test_stats_tell_the_house_at_a_glance(manager, clerk):
    event, *_ = sell_some()
    sold(make_offer(event__venue=event.venue))
    checked_out(make_offer())
    services.cancel(booking=sold(make_offer()), reason=Booking.Reason.STAFF, now=timezone.now(), actor="ada")

    shown, seen_by_clerk = (call("GET", "/booking-system/stats").json() for call in (manager, clerk))

    assert (shown["total_events"], shown["total_bookings"], shown["tickets_sold"]) == (4, 5, 5)
    assert shown["bookings_by_status"] == {"pending": 1, "confirmed": 3, "cancelled": 1}
    assert (shown["total_revenue"], shown["currency"]) == (310, "EUR")
    best, busiest = shown["most_popular_events"][0], shown["busiest_venues"][0]
    assert (best["event_id"], best["tickets_sold"], best["revenue"]) == (event.pk, 5, 270)
    assert (busiest["venue_id"], busiest["tickets_sold"], busiest["revenue"]) == (event.venue_id, 6, 310)
    assert (busiest["events"], shown["total_venues"]) == (2, 3)
    assert seen_by_clerk["total_revenue"] is seen_by_clerk["most_popular_events"][0]["revenue"] is None
    assert seen_by_clerk["busiest_venues"][0]["tickets_sold"] == 6


def test_stats_of_an_empty_house(manager):
    shown = manager("GET", "/booking-system/stats").json()

    assert (shown["total_bookings"], shown["total_revenue"], shown["most_popular_events"]) == (0, 0, [])


@pytest.mark.parametrize("events", [1, 3])
def test_stats_cost_the_same_for_any_number_of_events(manager, events):
    for _ in range(events):
        sold(make_offer())

    with statements(14):
        assert manager("GET", "/booking-system/stats").status_code == 200


def test_every_report_is_listed_and_shown_with_its_columns(manager):
    sell_some()
    listed = manager("GET", "/reports").json()

    assert [report["slug"] for report in listed["items"]] == [report.slug for report in REPORTS]
    for report in listed["items"]:
        response = manager("GET", f"/reports/{report['slug']}?period=all")
        assert response.status_code == 200, response.text
        for head, section in zip(report["sections"], response.json()["sections"], strict=True):
            assert section["columns"] == head["columns"]
            assert len(section["rows"]) == section["count"]
            names = [column["name"] for column in section["columns"]]
            assert all(list(row) == names for row in section["rows"])


def test_report_has_the_figures_of_its_page(manager):
    event, *_ = sell_some()

    shown = manager("GET", f"/reports/popular?event={event.slug}").json()

    (row,) = shown["sections"][0]["rows"]
    assert (row["event"], row["sold"], row["net"]) == (event.name, 5, 270)
    assert shown["sections"][0]["reading"] == f"{event.name} sold most: 5 tickets."
    assert shown["period"]["last"] == f"{timezone.localdate()}"


def test_whoever_may_not_see_revenue_gets_no_money(clerk):
    sell_some()

    section = clerk("GET", "/reports/popular").json()["sections"][0]

    assert "net" not in section["rows"][0]
    assert "money" not in {column["kind"] for column in section["columns"]}


def test_report_that_is_not_for_everybody(clerk):
    assert problem(clerk("GET", "/reports/customers"))[:2] == (403, "forbidden")
    assert problem(clerk("GET", "/reports/nothing")) == (404, "not_found", "There is no report nothing.")
    assert "customers" not in [report["slug"] for report in clerk("GET", "/reports").json()["items"]]


@pytest.mark.parametrize(
    ("query", "field"), [("since=yesterday", "since"), ("period=never", "period"), ("venue=nowhere", "venue")]
)
def test_question_that_makes_no_sense_is_named_by_its_field(manager, query, field):
    response = manager("GET", f"/reports/popular?{query}")

    assert problem(response)[:2] == (422, "invalid")
    assert field in [error["field"] for error in response.json()["errors"]]


def test_rows_come_in_parts(manager):
    sell_some()
    sold(make_offer())

    section = manager("GET", "/reports/popular?limit=1&offset=1").json()["sections"][0]

    assert (section["count"], [row["rank"] for row in section["rows"]]) == (2, [2])
