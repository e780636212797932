"""The dashboard: its figures, what it costs, and how it keeps itself up to date."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertTemplateUsed

from bookings import services
from bookings.tests import sales
from bookings.tests.factories import LedgerLineFactory, ScanFactory
from events.models import Event
from events.tests.factories import EventFactory
from reports.dashboard import Card, read_dashboard
from reports.periods import compared_with
from reports.report import Kind
from reports.scope import Period, Scope
from ticketing.tests.factories import make_offer

pytestmark = pytest.mark.django_db

NOW = sales.NOW
TODAY = NOW.date()


def read(days: int = 2, comparison: str = "before", sees_revenue: bool = True, **kwargs):
    period = Period(TODAY - timedelta(days=days - 1), TODAY)
    scope = Scope(now=NOW, period=period, compared=compared_with(period, comparison), **kwargs)
    return read_dashboard(scope, sees_revenue=sees_revenue)


def figures(board) -> dict[str, tuple]:
    return {card.title: (card.value, card.before) for card in board.cards}


def line(days_ago: int, net: str, **kwargs) -> None:
    day = TODAY - timedelta(days=days_ago)
    LedgerLineFactory(day=day, gross=Decimal(net), at=NOW - timedelta(days=days_ago), **kwargs)


def test_cards_are_those_of_the_period_and_the_one_before():
    line(0, "30.00", quantity=3)
    line(1, "10.00", quantity=1)
    line(2, "20.00", quantity=2)
    line(4, "99.00", quantity=9)

    found = figures(read(days=2))

    assert found["Bookings"] == (2, 1)
    assert found["Tickets"] == (4, 2)
    assert found["Revenue"] == (Decimal("40.00"), Decimal("20.00"))
    assert found["Average order"] == (Decimal("20.00"), Decimal("20.00"))


@pytest.mark.parametrize(("comparison", "before"), [("before", 0), ("year", 1), ("none", None)])
def test_cards_are_compared_as_is_asked(comparison, before):
    line(365, "5.00")

    assert figures(read(days=1, comparison=comparison))["Bookings"] == (0, before)


def test_events_venues_and_occupancy_are_those_that_begin_in_the_period():
    offer = make_offer(10, event__event_date=NOW + timedelta(hours=1))
    sales.sold(offer, 4, now=NOW - timedelta(hours=1))
    EventFactory(event_date=NOW, venue=offer.event.venue, status="cancelled")
    EventFactory(event_date=offer.event.event_date - timedelta(days=3), venue=offer.event.venue)
    zones = tuple({event.venue.time_zone for event in Event.objects.select_related("venue")})
    tonight = offer.event.event_date.astimezone(offer.event.venue.tz).date()
    period = Period(tonight - timedelta(days=1), tonight)

    board = read_dashboard(Scope(now=NOW, period=period, compared=period.before, zones=zones), sees_revenue=True)

    found = figures(board)
    assert found["Events"] == (1, 1)
    assert found["Venues"][0] == 1
    assert found["Occupancy"][0] == Decimal("0.4")


def test_trend_counts_bookings_step_by_step():
    line(0, "1.00")
    line(0, "1.00")
    line(1, "1.00")
    line(2, "1.00")

    steps = read(days=2).trend

    assert [(step.bookings, step.before) for step in steps] == [(1, 0), (2, 1)]


def test_dashboard_of_an_empty_house_has_no_figures_to_divide_by():
    found = figures(read())

    assert found["Average order"] == (None, None)
    assert found["Occupancy"] == (None, None)
    assert found["Revenue"] == (Decimal("0.00"), Decimal("0.00"))


@pytest.mark.parametrize(
    ("value", "before", "words", "direction"),
    [
        (12, 10, "20% more", "up"),
        (5, 10, "50% less", "down"),
        (10, 10, "no change", ""),
        (10, 0, "nothing before", ""),
        (0, 0, "", ""),
        (None, 10, "", ""),
        (10, None, "", ""),
        (Decimal("5.00"), Decimal("-5.00"), "", ""),
    ],
)
def test_card_says_how_it_has_changed(value, before, words, direction):
    card = Card("Net", Kind.COUNT, value, before)

    assert (card.change_text, card.direction) == (words, direction)


def test_newest_bookings_are_those_that_were_sold():
    offer = make_offer(10)
    sold = sales.sold(offer, 2)
    cancelled = sales.sold(offer, 1, now=NOW + timedelta(seconds=1))
    services.cancel(
        booking=cancelled, now=NOW + timedelta(seconds=2), reason="staff", actor="ada", channel="box_office"
    )
    sales.hold(offer)

    assert [booking.pk for booking in read().recent] == [cancelled.pk, sold.pk]


def test_box_office_sees_no_amounts():
    assert "Revenue" not in figures(read(sees_revenue=False))


# What it costs ------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_dashboard_costs_the_same_for_any_number_of_bookings(manager, django_assert_num_queries, count):
    for _ in range(count):
        sales.sold(make_offer(event__event_date=timezone.now() + timedelta(minutes=1)), now=NOW - timedelta(hours=1))

    with django_assert_num_queries(12):
        manager.get("/reports/")


def look(client, stamp: str = ""):
    return client.get("/reports/", headers={"hx-request": "true"} | ({"if-none-match": stamp} if stamp else {}))


def test_dashboard_without_news_is_not_sent_again(manager, django_assert_num_queries):
    stamp = look(manager)["ETag"]

    with django_assert_num_queries(5):
        response = look(manager, stamp)

    assert (response.status_code, response.content) == (304, b"")


def test_dashboard_with_news_sends_what_has_changed(manager):
    stamp = look(manager)["ETag"]
    sales.sold(make_offer(), now=NOW)

    response = look(manager, stamp)

    assert response.status_code == 200
    assertTemplateUsed(response, "reports/_dashboard.html")
    assertNotContains(response, "<html")
    assert response["ETag"] != stamp


@pytest.mark.parametrize("factory", [LedgerLineFactory, ScanFactory])
def test_stamp_changes_with_every_journal(manager, factory):
    stamp = look(manager)["ETag"]
    factory()

    assert look(manager, stamp).status_code == 200


def test_stamp_is_that_of_one_question(manager):
    stamp = look(manager)["ETag"]

    other = manager.get("/reports/?channel=web", headers={"hx-request": "true", "if-none-match": stamp})

    assert other.status_code == 200


def test_whole_page_is_always_sent(manager):
    stamp = manager.get("/reports/")["ETag"]

    response = manager.get("/reports/", headers={"if-none-match": stamp})

    assertContains(response, "<html")
    assertContains(response, f'data-stamp="{stamp.strip(chr(34))}"')


def test_dashboard_that_cannot_be_asked_for_says_why(manager):
    assertContains(manager.get("/reports/?period=custom"), "Enter the first day.", status_code=422)
