"""All reports at once: their rows, columns, charts and sentences, on random histories and on nothing at all."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product

import pytest

from reports.figures import REPORTS
from reports.report import Kind
from reports.scope import Period, Scope
from reports.tests.histories import House
from venues.models import Venue

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 30, 21, 30, tzinfo=UTC)
ALL = Period(date(2026, 2, 1), date(2026, 6, 30))

SECTIONS = [(report, section) for report in REPORTS for section in report.sections]

TYPES = {
    Kind.TEXT: str,
    Kind.COUNT: int,
    Kind.MONEY: Decimal,
    Kind.SHARE: Decimal,
    Kind.NUMBER: Decimal,
    Kind.DAY: date,
    Kind.MOMENT: datetime,
}


def every_scope(house):
    """Questions of every kind, before, between and after all that has happened."""
    zones = tuple(sorted(set(Venue.objects.values_list("time_zone", flat=True))))
    for now in (NOW, NOW + timedelta(days=30)):
        whole = Scope(now=now, period=ALL, zones=zones)
        yield whole
        yield from (Scope(now=now, period=ALL, zones=zones, event=event) for event in house.events[:2])
        yield Scope(now=now, period=ALL, zones=zones, venue=house.events[0].venue, channel="web")
        yield Scope(now=now, period=ALL, zones=zones, production=house.events[0].production)
        offer = house.events[0].offers.select_related("ticket_type").first()
        yield Scope(now=now, period=ALL, zones=zones, ticket_type=offer.ticket_type)


def test_sections_are_what_their_columns_say():
    house = House(seed=3).live(120)

    for scope, (report, section) in product(every_scope(house), SECTIONS):
        rows = section.rows(scope)
        for row in rows:
            for column in section.columns:
                value = getattr(row, column.name)
                assert value is None or type(value) is TYPES[column.kind], (report.slug, column.name, value)
                assert column.link is None or column.link(row).startswith("?")
        if rows:
            assert section.reading is None or section.reading(rows, scope).endswith(".")
            figure = section.chart(rows, scope) if section.chart else None
            assert figure is None or json.dumps(figure)


def test_sections_of_an_empty_house_have_no_rows():
    asked = Scope(now=NOW, period=ALL)

    assert {section.slug: list(section.rows(asked)) for _, section in SECTIONS} == {
        section.slug: [] for _, section in SECTIONS
    }


def test_reports_have_names_of_their_own():
    slugs = [report.slug for report in REPORTS]

    assert sorted(set(slugs)) == sorted(slugs)
    for report in REPORTS:
        names = [section.slug for section in report.sections]
        assert sorted(set(names)) == sorted(names)
