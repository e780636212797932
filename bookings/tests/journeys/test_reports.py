"""Managers read the reports at a desk and on a phone; the dashboard keeps itself up to date."""

import re

import pytest
from playwright.sync_api import expect

from reports.figures import REPORTS

from . import steps
from .test_staff import logs_in
from .visitor import DESK, PHONE

ANY = re.compile(".")
SIZES = pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])

DRAWN = """() => [...document.querySelectorAll(".chart")].every((chart) => {
  const svg = chart.querySelector(".main-svg");
  return svg && Math.abs(svg.getBoundingClientRect().height - chart.getBoundingClientRect().height) < 1;
})"""
"""Whether each chart is drawn, and as high as the room that was kept for it."""


@SIZES
def test_every_report_is_drawn(come, house, size):
    manager = come(size=size)

    logs_in(manager, house, "manager")
    for address in ("", *(f"{report.slug}/?period=last_90" for report in REPORTS)):
        manager.goes(f"/reports/{address}")
        manager.page.wait_for_function(DRAWN)
        for chart in manager.page.locator(".chart").all():
            chart.hover()
        manager.sees(ANY)


def test_manager_asks_and_takes_the_answer_home(come, house):
    offer = steps.standing_evening("An Evening in Figures", event__venue__time_zone="UTC")  # as that of the office
    steps.sold(offer, 2, email="ada.figures@example.org")
    manager = come()
    page = manager.page

    logs_in(manager, house, "manager")
    manager.clicks("Reports", "link", within=page.locator("#user-tools"))
    manager.sees("Dashboard")
    manager.clicks("Revenue", "link", within=page.locator(".reports-menu"))
    manager.sees("Revenue")
    page.locator(".reports-filter summary").click()
    expect(page.locator("#id_since")).to_be_hidden()
    page.get_by_label("Event", exact=True).fill("nothing is called this")
    page.get_by_label("Period", exact=True).select_option("today")
    manager.clicks("Show")
    manager.sees("Revenue", status=422)
    manager.reads("No event is called that.")
    page.get_by_label("Event", exact=True).fill("evening in figures")
    manager.clicks("Show")
    manager.sees("Revenue")
    manager.reads("All of it is An Evening in Figures")
    with page.expect_download() as saved:
        page.locator("#by-event").get_by_role("link", name="CSV").click()
    assert "An Evening in Figures" in saved.value.path().read_text(encoding="utf-8")
    manager.clicks("Without An Evening in Figures", "link")
    manager.sees("Revenue")


def test_dashboard_shows_what_has_just_been_sold(come, house):
    offer = steps.standing_evening("Sold Before Your Eyes")
    manager = come()
    page = manager.page

    logs_in(manager, house, "manager")
    manager.goes("/reports/")
    page.wait_for_function(DRAWN)
    manager.sees("Dashboard")
    page.evaluate("document.querySelector('.chart-canvas').dataset.mark = 'kept'")
    with page.expect_response("**/reports/?") as unchanged:
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert unchanged.value.status == 304
    steps.sold(offer, 2, email="ada.eyes@example.org")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    manager.reads("Sold Before Your Eyes")
    expect(page.locator(".chart-canvas")).to_have_attribute("data-mark", "kept")
    manager.looks()


def test_box_office_reads_counts_without_javascript(come, house):
    bernadette = come(size=PHONE, is_phone=True, has_javascript=False)

    logs_in(bernadette, house, "box_office")
    bernadette.goes("/reports/revenue/?period=last_90&compare=none")
    bernadette.sees("Revenue")
    expect(bernadette.page.locator(".chart:visible")).to_have_count(0)
    expect(bernadette.page.locator("#content")).not_to_contain_text("€")
