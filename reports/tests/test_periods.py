from datetime import date

import pytest

from reports.periods import (
    Comparison,
    Grain,
    Preset,
    compared_with,
    counterparts,
    describe,
    grain_of,
    name_of,
    period_of,
    steps,
)
from reports.scope import Period

TODAY = date(2026, 11, 27)


def days(first: str, last: str) -> Period:
    return Period(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("preset", "today", "period"),
    [
        (Preset.TODAY, TODAY, days("2026-11-27", "2026-11-27")),
        (Preset.YESTERDAY, date(2026, 3, 1), days("2026-02-28", "2026-02-28")),
        (Preset.LAST_7, date(2026, 1, 3), days("2025-12-28", "2026-01-03")),
        (Preset.LAST_30, TODAY, days("2026-10-29", "2026-11-27")),
        (Preset.LAST_90, TODAY, days("2026-08-30", "2026-11-27")),
        (Preset.NEXT_7, date(2026, 12, 28), days("2026-12-28", "2027-01-03")),
        (Preset.NEXT_30, TODAY, days("2026-11-27", "2026-12-26")),
        (Preset.THIS_MONTH, date(2026, 11, 1), days("2026-11-01", "2026-11-01")),
        (Preset.THIS_MONTH, TODAY, days("2026-11-01", "2026-11-27")),
        (Preset.LAST_MONTH, date(2028, 3, 31), days("2028-02-01", "2028-02-29")),
        (Preset.LAST_MONTH, date(2026, 1, 1), days("2025-12-01", "2025-12-31")),
        (Preset.THIS_YEAR, TODAY, days("2026-01-01", "2026-11-27")),
        (Preset.LAST_YEAR, TODAY, days("2025-01-01", "2025-12-31")),
    ],
)
def test_preset_is_these_days(preset, today, period):
    assert period_of(preset, today) == period


def test_preset_of_what_is_to_come_goes_to_its_end():
    assert period_of(Preset.THIS_MONTH, date(2028, 2, 3), is_to_come=True) == days("2028-02-01", "2028-02-29")
    assert period_of(Preset.THIS_YEAR, TODAY, is_to_come=True) == days("2026-01-01", "2026-12-31")


@pytest.mark.parametrize(
    ("period", "comparison", "compared"),
    [
        (days("2026-11-01", "2026-11-30"), Comparison.BEFORE, days("2026-10-02", "2026-10-31")),
        (days("2026-11-01", "2026-11-30"), Comparison.YEAR, days("2025-11-01", "2025-11-30")),
        (days("2028-02-29", "2028-02-29"), Comparison.YEAR, days("2027-02-28", "2027-02-28")),
        (days("2026-11-01", "2026-11-30"), Comparison.NONE, None),
    ],
)
def test_period_is_compared_with(period, comparison, compared):
    assert compared_with(period, comparison) == compared


@pytest.mark.parametrize(
    ("period", "beside", "words"),
    [
        (days("2026-11-27", "2026-11-27"), None, "27 November 2026"),
        (days("2026-11-01", "2026-11-30"), None, "1–30 November 2026"),
        (days("2026-10-29", "2026-11-27"), None, "29 October – 27 November 2026"),
        (days("2025-12-29", "2026-01-04"), None, "29 December 2025 – 4 January 2026"),
        (days("2026-10-02", "2026-10-31"), days("2026-11-01", "2026-11-30"), "2–31 October"),
        (days("2025-12-02", "2025-12-31"), days("2026-01-01", "2026-01-30"), "2–31 December 2025"),
        (days("2026-12-29", "2027-01-04"), days("2026-12-20", "2026-12-26"), "29 December 2026 – 4 January 2027"),
    ],
)
def test_period_in_words(period, beside, words):
    assert describe(period, beside) == words


def test_grain_suits_the_length():
    assert grain_of(days("2026-01-01", "2026-03-03")) == Grain.DAY
    assert grain_of(days("2026-01-01", "2026-03-04")) == Grain.WEEK
    assert grain_of(days("2024-01-01", "2024-12-31")) == Grain.WEEK
    assert grain_of(days("2026-01-01", "2027-01-02")) == Grain.MONTH


@pytest.mark.parametrize("grain", Grain)
@pytest.mark.parametrize("period", [days("2026-02-26", "2026-04-01"), days("2027-12-31", "2028-03-01")])
def test_steps_are_the_period_without_gap_or_overlap(period, grain):
    parts = steps(period, grain)

    assert [day for part in parts for day in part.each()] == list(period.each())


def test_steps_begin_on_mondays_and_firsts():
    weeks = steps(days("2026-11-01", "2026-11-10"), Grain.WEEK)
    months = steps(days("2026-01-31", "2026-03-01"), Grain.MONTH)

    assert [(part.first.day, part.last.day) for part in weeks] == [(1, 1), (2, 8), (9, 10)]
    assert [name_of(part, Grain.WEEK) for part in weeks] == ["Sun 1 Nov 2026", "2–8 Nov 2026", "9–10 Nov 2026"]
    assert [(part.first, part.last.day) for part in months] == [
        (date(2026, 1, 31), 31),
        (date(2026, 2, 1), 28),
        (date(2026, 3, 1), 1),
    ]


@pytest.mark.parametrize("grain", Grain)
@pytest.mark.parametrize("comparison", [Comparison.BEFORE, Comparison.YEAR])
@pytest.mark.parametrize(
    "period", [days("2026-11-01", "2026-11-27"), days("2028-02-20", "2028-03-10"), days("2028-02-29", "2028-06-01")]
)
def test_twins_are_all_of_what_is_compared(period, comparison, grain):
    compared = compared_with(period, comparison)
    parts = steps(period, grain)

    pairs = counterparts(parts, period, compared)

    assert len(pairs) == len(parts)
    assert [day for part in pairs for day in part.each()] == list(compared.each())
