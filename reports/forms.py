"""The form of the filter bar."""

from __future__ import annotations

from django import forms

from events.models import Event

from .choices import MOST_NAMED, find_events
from .periods import Preset


class ScopeForm(forms.Form):
    """What the filters of :class:`reports.filters.ScopeFilter` must agree on."""

    several: list[Event]
    """Events among which somebody has to choose, where a name means more than one."""

    def clean(self) -> dict[str, object]:
        data = super().clean()
        self.several = []
        if data.get("period") == Preset.CUSTOM:
            self._clean_days(data)
        elif data.get("since") or data.get("until"):
            self.add_error("since", f"Choose “{Preset.CUSTOM.label}” as the period, or leave the days empty.")
        if data.get("event"):
            self._clean_event(data)
        return data

    def _clean_days(self, data: dict[str, object]) -> None:
        for name, message in (("since", "Enter the first day."), ("until", "Enter the last day.")):
            if not data.get(name) and name not in self.errors:
                self.add_error(name, message)
        if data.get("since") and data.get("until") and data["until"] < data["since"]:
            self.add_error("until", "The last day is before the first.")

    def _clean_event(self, data: dict[str, object]) -> None:
        asked = {f"{name}__slug": data[name] for name in ("venue", "category", "production") if data.get(name)}
        found = find_events(data["event"], Event.objects.filter(**asked))
        if len(found) == 1:
            data["event"] = found[0]
            return
        self.several = found[:MOST_NAMED]
        self.add_error("event", "That may be several events. Choose one." if found else "No event is called that.")
