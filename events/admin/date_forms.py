"""Dates as staff type them: days, times of day, and lists of them, on the clock of the venue."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time

from django import forms
from django.core.exceptions import ValidationError

from events.clock import LocalDateTimeField

WEEKDAYS = [(str(number), name) for number, name in enumerate(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"))]
DAY = forms.DateField()
TIME = forms.TimeField()


class DayField(forms.DateField):
    """A day, with the calendar of the browser."""

    def __init__(self, **kwargs) -> None:
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


class MomentField(LocalDateTimeField):
    """A day and a time of day, with the fields of the browser; naive: see :class:`LocalDateTimeField`."""

    def __init__(self, **kwargs) -> None:
        widget = MomentWidget(
            date_format="%Y-%m-%d",
            time_format="%H:%M",
            date_attrs={"type": "date", "aria-label": f"{kwargs.get('label', '')}: day".lstrip(": ")},
            time_attrs={"type": "time", "aria-label": f"{kwargs.get('label', '')}: time".lstrip(": ")},
        )
        super().__init__(widget=widget, **kwargs)


class MomentWidget(forms.SplitDateTimeWidget):
    """Leave out what a label cannot point at: each of its two fields has a name of its own."""

    use_fieldset = True


class TimesField(forms.CharField):
    """Times of day, with commas or spaces between them: ``14:30, 19:30``."""

    def clean(self, value: object) -> tuple[time, ...]:
        return tuple(dict.fromkeys(_read_time(part) for part in _parts(super().clean(value))))


class DaysField(forms.CharField):
    """Days, one in each line or with commas between them."""

    widget = forms.Textarea(attrs={"rows": 3})

    def clean(self, value: object) -> frozenset[date]:
        return frozenset(_read_day(part) for part in _parts(super().clean(value)))


class DatesField(forms.CharField):
    """Days with times of day: ``2030-12-31 15:00, 20:00``, one day in each line."""

    widget = forms.Textarea(attrs={"rows": 3})

    def clean(self, value: object) -> tuple[datetime, ...]:
        return tuple(dict.fromkeys(moment for line in super().clean(value).splitlines() for moment in _read(line)))


def _read(line: str) -> Iterator[datetime]:
    parts = _parts(line)
    if not parts:
        return
    day = _read_day(parts[0])
    if len(parts) == 1:
        raise ValidationError(f"“{line.strip()}”: say at what time, such as 19:30.")
    for part in parts[1:]:
        yield datetime.combine(day, _read_time(part))


def _parts(text: str) -> list[str]:
    return [part for part in re.split(r"[\s,;]+", text) if part]


def _read_day(text: str) -> date:
    try:
        return DAY.clean(text)
    except ValidationError:
        raise ValidationError(f"“{text}” is not a day: write it like 2030-12-31 or 31/12/2030.") from None


def _read_time(text: str) -> time:
    try:
        return TIME.clean(text)
    except ValidationError:
        raise ValidationError(f"“{text}” is not a time of day: write it like 19:30.") from None
