"""What comes in at the door: from our page, from a scanner, or from anybody who has something to show."""

from __future__ import annotations

from datetime import datetime, timedelta

from django import forms

from bookings.models import Scan
from bookings.services.admitting import Shown

OLDEST = timedelta(days=7)
"""A scan that was made without a network is at most so old: what says more has a broken clock."""


class RawField(forms.Field):
    """Text as it was read. ``signing.read`` knows how to take anything."""

    def to_python(self, value: object) -> str:
        return value if isinstance(value, str) else ""


class ScanForm(forms.Form):
    """One thing that was shown: a code that was read, or a ticket that was looked up."""

    read = RawField(required=False)
    ticket = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    gate = forms.CharField(required=False, max_length=60)
    uid = forms.UUIDField(required=False)
    anyway = forms.BooleanField(required=False)

    def clean(self) -> dict:
        data = super().clean()
        if not self.errors and not data["ticket"] and not data["read"].strip():
            self.add_error("read", "Scan or type a code.")
        return data

    def shown(self) -> Shown:
        data = self.cleaned_data
        return Shown(
            read=data["read"], ticket_id=data["ticket"], gate=data["gate"], uid=data["uid"], anyway=data["anyway"]
        )


class UndoForm(ScanForm):
    ticket = forms.IntegerField(min_value=1, max_value=2**63 - 1)


class MergedForm(ScanForm):
    """One thing that a device has answered without a network, so many milliseconds ago.

    Its age, not its moment: the clocks of phones are wrong, but go at the right speed.
    """

    uid = forms.UUIDField()
    age = forms.IntegerField(min_value=0)
    answered = forms.ChoiceField(choices=Scan.Result)

    def clean(self) -> dict:
        data = super().clean()
        if data.get("answered") == Scan.Result.UNDONE and not data.get("ticket"):
            self.add_error("ticket", "Say whose admission is taken back.")
        return data

    def shown_before(self, now: datetime) -> Shown:
        data = self.cleaned_data
        age = min(timedelta(milliseconds=min(data["age"], 10**12)), OLDEST)
        return Shown(
            read=data["read"],
            ticket_id=data["ticket"],
            gate=data["gate"],
            uid=data["uid"],
            at=now - age,
            answered=data["answered"],
            anyway=True,
        )


class SinceForm(forms.Form):
    """Of which moment the list is that a device has, in milliseconds; none: it has none."""

    since = forms.IntegerField(required=False, min_value=0, max_value=10**14)
