"""What is sent, when, and to whom."""

from __future__ import annotations

import re

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import QueryDict

from reports.models import ScheduledReport
from reports.periods import Preset
from reports.services import Wish

from .sources import sources_for

MOST_RECIPIENTS = 20
PERIODS = [(preset, label) for preset, label in Preset.choices if preset not in (Preset.ALL, Preset.CUSTOM)]
"""Periods that move along with time."""


class RecipientsField(forms.CharField):
    """Some addresses, in lines or between commas."""

    widget = forms.Textarea(attrs={"rows": 2, "autocomplete": "off", "spellcheck": "false"})

    def clean(self, value: str) -> list[str]:
        text = super().clean(value)
        found = list(dict.fromkeys(word for word in re.split(r"[\s,;]+", text) if word))
        if len(found) > MOST_RECIPIENTS:
            raise ValidationError(f"At most {MOST_RECIPIENTS} addresses.")
        for address in found:
            try:
                validate_email(address)
            except ValidationError:
                raise ValidationError(f"“{address}” is not an e-mail address.") from None
        return found


class ScheduleForm(forms.Form):
    """A wish to have something sent regularly, by whoever is signed in. ``query`` is what the filter bar says."""

    what = forms.ChoiceField(label="What")
    name = forms.CharField(label="Called", max_length=120)
    period = forms.ChoiceField(label="Period", choices=PERIODS, initial=Preset.YESTERDAY)
    form = forms.ChoiceField(label="File", choices=ScheduledReport.Form.choices)
    every = forms.ChoiceField(label="How often", choices=ScheduledReport.Every.choices)
    hour = forms.TypedChoiceField(
        label="At", choices=[(hour, f"{hour:02}:00") for hour in range(24)], coerce=int, initial=7
    )
    recipients = RecipientsField(label="To")
    query = forms.CharField(required=False, max_length=500, widget=forms.HiddenInput)

    def __init__(self, *args, user: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["what"].choices = [(source.key, source.title) for source in sources_for(user)]

    def clean_query(self) -> str:
        """Keep what narrows the report; the period is asked for by itself."""
        query = QueryDict(self.cleaned_data["query"], mutable=True)
        for name in ("period", "since", "until", "compare"):
            query.pop(name, None)
        return query.urlencode()

    @property
    def wish(self) -> Wish:
        return Wish(**self.cleaned_data)
