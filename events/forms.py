"""The form of the event list."""

from __future__ import annotations

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Field, Layout
from django import forms
from django.urls import reverse


class EventFilterForm(forms.Form):
    """How the filters of :class:`events.filters.EventFilter` are laid out, and what they must agree on.

    Live through htmx: any change fetches the results anew and puts the address of the new list into the address bar.
    Without JavaScript the button does the same.
    """

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_method = "get"
        self.helper.form_action = reverse("events:list")
        self.helper.form_id = "event-filter"
        self.helper.attrs = {
            "hx-get": reverse("events:list"),
            "hx-target": "#results",
            "hx-swap": "outerHTML",
            "hx-trigger": "change, input changed delay:350ms from:#id_q",
            "hx-sync": "this:replace",
            "hx-indicator": "#results",
        }
        self.helper.layout = Layout(
            Field("q", placeholder="Event, artist, venue, city", autocomplete="off"),
            Field("when", template="components/choice_chips.html"),
            Div("since", "until", css_class="field-row"),
            "category",
            "city",
            "venue",
            Field("price", inputmode="decimal", placeholder="Any price"),
            "availability",
            "sort",
            HTML('<button class="btn btn-dark filters-submit" type="submit">Show events</button>'),
        )

    def clean(self) -> dict[str, object]:
        data = super().clean()
        since, until = data.get("since"), data.get("until")
        if since and until and until < since:
            self.add_error("until", "The last day is before the first.")
        return data
