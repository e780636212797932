"""Stretches of days as people name them: presets, comparisons, and how a period is written."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from django.db.models import TextChoices
from django.utils.dateformat import format as format_date

from .scope import Period


class Preset(TextChoices):
    """Periods with a name. What is *last* ends today, what is *next* begins today."""

    TODAY = "today", "Today"
    YESTERDAY = "yesterday", "Yesterday"
    LAST_7 = "last_7", "Last 7 days"
    LAST_30 = "last_30", "Last 30 days"
    LAST_90 = "last_90", "Last 90 days"
    NEXT_7 = "next_7", "Next 7 days"
    NEXT_30 = "next_30", "Next 30 days"
    THIS_MONTH = "this_month", "This month"
    LAST_MONTH = "last_month", "Last month"
    THIS_YEAR = "this_year", "This year"
    LAST_YEAR = "last_year", "Last year"
    ALL = "all", "All of it"
    CUSTOM = "custom", "From … to …"


SPANS = {Preset.LAST_7: 7, Preset.LAST_30: 30, Preset.LAST_90: 90, Preset.NEXT_7: 7, Preset.NEXT_30: 30}
"""How many days some of them have, today included."""

TO_COME = (Preset.NEXT_7, Preset.NEXT_30)
"""What only makes sense for events, not for sales."""


class Comparison(TextChoices):
    BEFORE = "before", "The days before"
    YEAR = "year", "The same days a year before"
    NONE = "none", "Nothing"


class Grain(TextChoices):
    """How finely a period is divided."""

    DAY = "day", "Days"
    WEEK = "week", "Weeks"
    MONTH = "month", "Months"


def period_of(preset: str, today: date, *, is_to_come: bool = False) -> Period:
    """Return the days of a preset other than ``ALL`` and ``CUSTOM``.

    This month and this year end today, as nothing has been sold after it, unless ``is_to_come`` says that days to come
    count as well.
    """
    if preset in SPANS:
        rest = timedelta(days=SPANS[preset] - 1)
        return Period(today, today + rest) if preset in TO_COME else Period(today - rest, today)
    if preset == Preset.YESTERDAY:
        return Period(today - timedelta(days=1), today - timedelta(days=1))
    if preset == Preset.THIS_MONTH:
        return Period(today.replace(day=1), _month_end(today) if is_to_come else today)
    if preset == Preset.LAST_MONTH:
        last = today.replace(day=1) - timedelta(days=1)
        return Period(last.replace(day=1), last)
    if preset == Preset.THIS_YEAR:
        return Period(date(today.year, 1, 1), date(today.year, 12, 31) if is_to_come else today)
    if preset == Preset.LAST_YEAR:
        return Period(date(today.year - 1, 1, 1), date(today.year - 1, 12, 31))
    return Period(today, today)


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def compared_with(period: Period, comparison: str) -> Period | None:
    """Return what a period is compared with; None for nothing."""
    if comparison == Comparison.BEFORE:
        return period.before
    if comparison == Comparison.YEAR:
        return Period(_year_before(period.first), _year_before(period.last))
    return None


def _year_before(day: date) -> date:
    """The same day a year before; for the 29th of February, the 28th."""
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def grain_of(period: Period) -> Grain:
    """Choose how finely a period is divided, so that a chart of it can be read."""
    if period.days <= 62:
        return Grain.DAY
    return Grain.WEEK if period.days <= 366 else Grain.MONTH


def steps(period: Period, grain: str) -> list[Period]:
    """Divide a period into days, weeks from Monday on, or months. The first and the last may be cut short."""
    parts, first = [], period.first
    while first <= period.last:
        last = min(_end_of_step(first, grain), period.last)
        parts.append(Period(first, last))
        first = last + timedelta(days=1)
    return parts


def _end_of_step(day: date, grain: str) -> date:
    if grain == Grain.WEEK:
        return day + timedelta(days=6 - day.weekday())
    return _month_end(day) if grain == Grain.MONTH else day


def counterparts(parts: list[Period], period: Period, compared: Period) -> list[Period]:
    """Divide ``compared`` as ``period`` is divided into ``parts``: one for each of them, together all of it.

    A counterpart has the same dates where a year lies between, and is else as far from the beginning. Of the 28th and
    29th of February, one has the only day that there is, and the other one without days.
    """
    if compared == compared_with(period, Comparison.YEAR):
        begins = [_year_before(part.first) for part in parts]
    else:
        begins = [part.first - (period.first - compared.first) for part in parts]
    ends = [first - timedelta(days=1) for first in begins[1:]]
    return [Period(first, last) for first, last in zip(begins, [*ends, compared.last], strict=True)]


def name_of(step: Period, grain: str) -> str:
    """Write a step of a period: ``Fri 27 Nov 2026``, ``23–29 Nov 2026``, ``November 2026``."""
    if grain == Grain.MONTH:
        return format_date(step.first, "F Y")
    if grain == Grain.DAY or step.first == step.last:
        return format_date(step.first, "D j M Y")
    same = step.first.month == step.last.month
    return f"{format_date(step.first, 'j' if same else 'j M')}–{format_date(step.last, 'j M Y')}"


def describe(period: Period, beside: Period | None = None) -> str:
    """Write a period as people do: ``1–30 November 2026``. The year is left out where ``beside`` has the same."""
    first, last = period.first, period.last
    known = beside is not None and first.year == last.year == beside.first.year == beside.last.year
    year = "" if known else " Y"
    if first == last:
        return format_date(first, f"j F{year}")
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{format_date(last, f'j F{year}')}"
    if first.year == last.year:
        return f"{format_date(first, 'j F')} – {format_date(last, f'j F{year}')}"
    return f"{format_date(first, 'j F Y')} – {format_date(last, 'j F Y')}"
