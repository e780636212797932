"""Forms of the back office: where a new room comes from."""

from __future__ import annotations

from django import forms

from .errors import PlanInvalid, Problem
from .models import SeatingPlan, Venue
from .plans import PlanDraft, parse_plan, read_json
from .presets import EMPTY, PRESETS, preset
from .pretix import from_pretix, is_pretix

MAX_FILE = 12 * 2**20
COMPLAINTS = 10
"""So many problems of a file are listed, at most."""


class NewRoomForm(forms.Form):
    """A starting point: a preset, a file, or what a file said when it was looked at (``document``).

    ``draft`` and ``notes`` are there once the form is valid.
    """

    venue = forms.ModelChoiceField(Venue.objects.order_by("name"))
    name = forms.CharField(max_length=100, required=False, help_text="Empty: the name that the document has.")
    start = forms.ChoiceField(
        label="Start from",
        choices=[("empty", "An empty room"), *PRESETS.items(), ("file", "A file")],
        widget=forms.RadioSelect,
        initial="theatre",
    )
    file = forms.FileField(
        required=False,
        help_text="JSON: an export of Marquee, or a seating plan of pretix.",
        widget=forms.ClearableFileInput(attrs={"accept": ".json,application/json"}),
    )
    document = forms.CharField(required=False, widget=forms.HiddenInput)

    draft: PlanDraft
    notes: list[str]
    source: dict

    def clean(self) -> dict:
        data = super().clean()
        start = data.get("start")
        if not start or self.errors:
            return data
        try:
            self.source, self.notes = self._read(start)
            self.draft = parse_plan(self.source)
        except PlanInvalid as invalid:
            for problem in invalid.problems[:COMPLAINTS]:
                self.add_error("file" if start == "file" else None, str(problem))
            return data
        data["name"] = data["name"] or self.draft.name
        if SeatingPlan.objects.filter(venue=data["venue"], name=data["name"]).exists():
            self.add_error("name", f"{data['venue'].name} has a plan “{data['name']}” already.")
        return data

    def _read(self, start: str) -> tuple[dict, list[str]]:
        if start != "file":
            return (dict(EMPTY) if start == "empty" else preset(start)), []
        file = self.cleaned_data.get("file")
        if file is None and not self.cleaned_data["document"]:
            raise PlanInvalid(Problem("", "Choose a file."))
        if file and file.size > MAX_FILE:
            raise PlanInvalid(Problem("", f"The file is larger than {MAX_FILE // 2**20} MB."))
        document = read_json(file.read() if file else self.cleaned_data["document"])
        return from_pretix(document) if is_pretix(document) else (document, [])
