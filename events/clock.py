"""Moments in forms, on the clock of the venue: staff anywhere type the times that visitors read."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from django import forms
from django.contrib.admin.widgets import AdminSplitDateTime, BaseAdminTimeWidget
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.utils import from_current_timezone
from django.utils import timezone


def on_clock(moment: datetime, tz: ZoneInfo) -> datetime:
    """Read a naive moment as the clock of ``tz`` shows it.

    Raises:
        ValidationError: the clock never shows it, or shows it twice: when summer time begins and ends.
    """
    with timezone.override(tz):
        return from_current_timezone(moment)


class ShortTimeWidget(BaseAdminTimeWidget):
    """Leave out seconds, as long as there are none."""

    def format_value(self, value: object) -> str | None:
        if isinstance(value, time) and not value.second and not value.microsecond:
            return f"{value:%H:%M}"
        return super().format_value(value)


class LocalDateTimeWidget(AdminSplitDateTime):
    def __init__(self, attrs: dict | None = None) -> None:
        super().__init__(attrs)
        self.widgets[1] = ShortTimeWidget(attrs)


class LocalDateTimeField(forms.SplitDateTimeField):
    """A date and a time that mean nothing before the form knows whose clock shows them: its value is naive."""

    def compress(self, data_list: list) -> datetime | None:
        with timezone.override(UTC):
            moment = super().compress(data_list)
        return moment and timezone.make_naive(moment, UTC)


class LocalTimesForm(forms.ModelForm):
    """A form whose :class:`LocalDateTimeField` s are shown and read on the clock of :meth:`get_zone`."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        zone = self.get_zone()
        for name in self.local_fields:
            moment = self.initial.get(name)
            if zone and moment and timezone.is_aware(moment):
                self.initial[name] = timezone.make_naive(moment, zone)

    @property
    def local_fields(self) -> list[str]:
        return [name for name, field in self.fields.items() if isinstance(field, LocalDateTimeField)]

    def get_zone(self) -> ZoneInfo | None:
        """Return whose clock it is; None: not known yet, or chosen wrongly."""
        raise NotImplementedError

    def clean(self) -> dict:
        data = super().clean()
        zone = self.get_zone() or timezone.get_current_timezone()
        for name in self.local_fields:
            if data.get(name):
                try:
                    data[name] = on_clock(data[name], zone)
                except ValidationError as error:
                    self.add_error(name, error)
        return data


LOCAL_TIMES = {models.DateTimeField: {"form_class": LocalDateTimeField, "widget": LocalDateTimeWidget}}
"""``formfield_overrides`` of admins whose forms are :class:`LocalTimesForm` s."""
