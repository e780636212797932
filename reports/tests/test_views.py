"""The pages of the reports: who sees what, what they cost, what they say when there is nothing to say."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from bookings.tests import sales
from events.tests.factories import CategoryFactory
from reports.figures import REPORTS
from ticketing.tests.factories import make_offer

pytestmark = pytest.mark.django_db

REVENUE = "/reports/revenue/"


def sell(count: int = 1) -> None:
    for number in range(count):
        offer = make_offer(4, event__name=f"Evening {number}", event__category=CategoryFactory(name=f"Kind {number}"))
        sales.sold(offer, 2, now=sales.NOW - timedelta(hours=1))


# Who sees what ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("group", "answer"), [("Managers", 200), ("Box office", 200), ("Door", 403), ("none", 403)])
@pytest.mark.parametrize("address", ["/reports/", REVENUE, "/reports/revenue/by-event.csv"])
def test_reports_are_for_whoever_may_see_sales(as_member, group, answer, address):
    assert as_member(group).get(address).status_code == answer


def test_reports_send_customers_away(client):
    assert client.get(REVENUE).status_code == 302


@pytest.mark.parametrize("address", ["/reports/", *(f"/reports/{report.slug}/" for report in REPORTS)])
def test_box_office_is_shown_no_amounts(as_member, address):
    sell()
    client = as_member("Box office")

    response = client.get(f"{address}?period=this_year")

    assert response.status_code == 200
    assertNotContains(response, "€")
    assertNotContains(response, "%{y:$")


def test_files_have_the_columns_that_one_may_see(as_member):
    sell()

    def columns(group: str) -> list[str]:
        file = as_member(group).get("/reports/revenue/by-event.csv")
        return next(csv.reader(StringIO(b"".join(file.streaming_content).decode())))

    money = ["gross", "discounts", "refunds", "exchanges", "net", "share"]
    assert columns("Managers") == ["event", "venue", "begins", "sold", *money]
    assert columns("Box office") == ["event", "venue", "begins", "sold"]


def test_menu_has_what_one_may_open_and_keeps_the_question(manager):
    response = manager.get(f"{REVENUE}?channel=web&revenue-sort=net")

    for report in REPORTS:
        assertContains(response, f'href="/reports/{report.slug}/?channel=web"')


@pytest.mark.parametrize(("group", "times"), [("Managers", 1), ("Box office", 1), ("Door", 0)])
def test_back_office_leads_to_reports(as_member, group, times):
    response = as_member(group).get(reverse("admin:events_event_changelist"))

    assertContains(response, '<a href="/reports/">Reports</a>', count=times, html=True)


# The page -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.slug)
def test_report_of_an_empty_house_says_so(manager, report):
    response = manager.get(f"/reports/{report.slug}/")

    assertContains(response, report.question)
    for section in report.sections:
        assertContains(response, section.empty)


def test_report_shows_reading_chart_table_and_files(manager):
    sell(2)

    response = manager.get(f"{REVENUE}?channel=web")

    assertContains(response, "Evening 0 earned most")
    assertContains(response, 'id="figure-by-event"')
    assertContains(response, 'href="by-event.xlsx?channel=web"')
    assertContains(response, "<tfoot>")


def test_report_that_cannot_be_asked_for_says_why(manager):
    response = manager.get(f"{REVENUE}?period=custom&since=2026-11-30&until=2026-11-01&venue=nowhere")

    assert response.status_code == 422
    assertContains(response, "The last day is before the first.", status_code=422)
    assertContains(response, 'value="2026-11-30"', status_code=422)
    assertNotContains(response, "by-event.csv", status_code=422)


def test_file_that_cannot_be_asked_for_says_why(manager):
    response = manager.get("/reports/revenue/by-event.csv?channel=door&period=custom")

    assert response.status_code == 422
    assert response.content.decode().splitlines()[1:] == [
        "since: Enter the first day.",
        "until: Enter the last day.",
    ]


@pytest.mark.parametrize(
    "address", ["/reports/nothing/", "/reports/revenue/nothing.csv", "/reports/revenue/by-event.pdf"]
)
def test_what_is_not_there_is_not_found(manager, address):
    assert manager.get(address).status_code == 404


def test_names_are_no_markup(manager):
    sales.sold(make_offer(event__name="</script><script>alert(1)</script>"), 1, now=sales.NOW)

    assertNotContains(manager.get(REVENUE), "<script>alert(1)")


def test_file_is_named_for_what_it_is(manager):
    response = manager.get("/reports/revenue/by-event.csv?period=custom&since=2026-11-01&until=2026-11-30")

    name = 'attachment; filename="revenue-by-event-2026-11-01-2026-11-30.csv"'
    assert response["Content-Disposition"] == name


@pytest.mark.parametrize("count", [1, 3])
def test_revenue_costs_the_same_for_any_number_of_events(manager, django_assert_num_queries, count):
    sell(count)

    with django_assert_num_queries(12):
        manager.get(REVENUE)
