"""What staff fill in for a season: the form, its weekly lines, and its offers."""

from __future__ import annotations

from datetime import datetime, timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import fields_for_model
from django.http import QueryDict

from events.admin.date_forms import WEEKDAYS, DatesField, DayField, DaysField, MomentField, TimesField
from events.admin.events import RULES
from events.clock import on_clock
from events.dates import MOST, Rule, Weekly, read_clock
from events.models import Category, Event, Production
from ticketing.models import Offer
from ticketing.offers import Draft, find_problems
from venues.backoffice import local_time
from venues.models import SeatingPlan, Venue

from .offer_forms import Choices, OfferForm

MOST_LINES = 40
"""So many lines of offers, or of the week, a form has at most."""

DAY = 24 * 60
NOW, LATER, NEVER = "now", "later", "draft"
PUBLISH = [(NOW, "All of them now"), (LATER, "All of them at a moment:"), (NEVER, "Not yet: they are drafts")]


def _rule_fields() -> dict[str, forms.Field]:
    """Make the fields of an event's rules, with the validators of the model, which asks them only of whole rows."""
    fields = fields_for_model(Event, RULES)
    for name, field in fields.items():
        field.validators = [*field.validators, *Event._meta.get_field(name).validators]
    return fields


EventRules = type("EventRules", (forms.Form,), _rule_fields())


RENEW = {
    "hx-post": "",
    "hx-trigger": "change",
    "hx-vals": '{"do": "refresh"}',
    "hx-target": "#season",
    "hx-select": "#season",
    "hx-swap": "outerHTML",
}
"""What makes the page show the plans of a venue, and the sections of a plan, as soon as it is chosen."""


class SeasonForm(EventRules):
    """What is staged, where, from when until when, and what customers may do. The week and the offers are lines."""

    production = forms.ModelChoiceField(
        Production.objects.select_related("category"), required=False, empty_label="A new one:"
    )
    title = forms.CharField(max_length=200, required=False, help_text="Of a new production.")
    category = forms.ModelChoiceField(Category.objects.all(), required=False, help_text="Of a new production.")
    venue = forms.ModelChoiceField(Venue.objects.all(), widget=forms.Select(attrs=RENEW))
    seating_plan = forms.ModelChoiceField(
        SeatingPlan.objects.none(),
        required=False,
        label="Plan",
        empty_label="None: general admission",
        widget=forms.Select(attrs=RENEW),
    )
    since = DayField(label="From")
    until = DayField(label="Until", help_text="That day, too.")
    left_out = DaysField(label="Except", required=False, help_text="Days without an event, one in each line.")
    extra = DatesField(
        label="And besides", required=False, help_text="One day in each line, with its times: 2030-12-31 15:00, 20:00"
    )
    minutes = forms.IntegerField(
        label="Lasts", min_value=1, max_value=7 * DAY, required=False, help_text="Minutes. Empty: as the production."
    )
    doors = forms.IntegerField(
        label="Doors open", min_value=0, max_value=DAY, required=False, help_text="Minutes before. Empty: not said."
    )
    publish = forms.ChoiceField(choices=PUBLISH, widget=forms.RadioSelect, initial=NOW)
    publish_at = MomentField(label="Publish at", required=False)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.chosen_venue = self._chosen("venue")
        """Before anything is judged: its plans are to choose from, and their sections."""
        plans = SeatingPlan.objects.filter(venue=self.chosen_venue).select_related("venue")
        self.fields["seating_plan"].queryset = plans
        self.fields["seating_plan"].label_from_instance = lambda plan: plan.name
        self.chosen_plan = self._chosen("seating_plan")

    def _chosen(self, name: str):
        value = self[name].value()
        try:
            return self.fields[name].clean(value) if value else None
        except ValidationError:
            return None

    def clean(self) -> dict:
        data = super().clean()
        if not data.get("production"):
            for name in ("title", "category"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, "Choose a production, or say what the new one is.")
        if data.get("since") and data.get("until") and data["until"] < data["since"]:
            self.add_error("until", "The last day is before the first.")
        if data.get("publish") == LATER and "publish_at" not in self.errors:
            self._check_publish_at(data)
        return data

    def _check_publish_at(self, data: dict) -> None:
        if not data.get("publish_at"):
            self.add_error("publish_at", "Say when.")
        elif data.get("venue"):
            try:
                data["publish_at"] = on_clock(data["publish_at"], data["venue"].tz)
            except ValidationError as error:
                self.add_error("publish_at", error)

    @property
    def publication(self) -> str:
        """Say in a sentence when the events will be seen."""
        data = self.cleaned_data
        at = local_time(data["publish_at"], data["venue"].tz) if data["publish"] == LATER else ""
        return {
            NOW: "They are published at once, all together.",
            LATER: f"They are published on {at}, all together.",
            NEVER: "They will be drafts.",
        }[data["publish"]]

    def publish_moment(self, now: datetime) -> datetime | None:
        return {NOW: now, LATER: self.cleaned_data.get("publish_at"), NEVER: None}[self.cleaned_data["publish"]]

    def read_moments(self, weekly: list[Weekly], now: datetime) -> list[datetime]:
        """Work out the dates; what is wrong with them is said beside the fields. Empty: something is."""
        data = self.cleaned_data
        rule = Rule(data["since"], data["until"], weekly, data["left_out"], data["extra"])
        shown = rule.on_the_clock()
        if len(shown) > MOST:
            self.add_error("until", f"That makes more than {MOST} events. Make them in two goes.")
        elif not shown:
            self.add_error("until", "There is no event between these days.")
        else:
            try:
                moments = read_clock(shown, data["venue"].tz)
            except ValidationError as error:
                self.add_error("since", error)
                return []
            if moments[0] > now:
                return moments
            self.add_error("extra" if shown[0] in data["extra"] else "since", "Events must begin in the future.")
        return []

    def make_prototype(self, moment: datetime) -> Event:
        """Make the event that all of them are like. Nothing is saved."""
        data = self.cleaned_data
        production = data["production"] or Production(title=data["title"], category=data["category"])
        minutes = data["minutes"] or production.running_time
        return Event(
            name=production.title,
            category=production.category,
            production=production if production.pk else None,
            venue=data["venue"],
            seating_plan=data["seating_plan"],
            event_date=moment,
            doors_at=None if data["doors"] is None else moment - timedelta(minutes=data["doors"]),
            ends_at=moment + timedelta(minutes=minutes) if minutes else None,
            **{name: data[name] for name in RULES},
        )

    def make_production(self) -> Production:
        data = self.cleaned_data
        return data["production"] or Production(
            title=data["title"], category=data["category"], running_time=data["minutes"]
        )


class WeeklyForm(forms.Form):
    days = forms.MultipleChoiceField(choices=WEEKDAYS, widget=forms.CheckboxSelectMultiple, label="On")
    times = TimesField(label="At", help_text="Such as 14:30, 19:30.", widget=forms.TextInput(attrs={"size": 16}))

    @property
    def weekly(self) -> Weekly:
        return Weekly(frozenset(map(int, self.cleaned_data["days"])), self.cleaned_data["times"])


class SeasonOfferForm(OfferForm):
    """An offer that every event of the season gets. Without a price of its own, it costs what its type usually does."""

    class Meta(OfferForm.Meta):
        model = Offer
        fields = ["ticket_type", "label", "price", "capacity", "sections"]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["price"].required = False
        self.fields["price"].help_text = "All-in. Empty: the usual price."

    def clean(self) -> dict:
        if self.cleaned_data.get("price") is None and "price" not in self.errors:
            ticket_type = self.cleaned_data.get("ticket_type")
            self.cleaned_data["price"] = ticket_type.price if ticket_type else None
        return super().clean()


class LinesFormSet(forms.BaseFormSet):
    """Lines of a form; empty ones count for nothing."""

    @property
    def filled(self) -> list[forms.Form]:
        return [form for form in self.forms if form.has_changed()]


class WeeklyFormSet(LinesFormSet):
    pass


class SeasonOfferFormSet(LinesFormSet):
    """All offers of the season. They must agree with each other, and with the plan and the venue."""

    def __init__(self, *args, event: Event, **kwargs) -> None:
        self.event, self.choices = event, Choices(event)
        super().__init__(*args, **kwargs)

    def get_form_kwargs(self, index: int | None) -> dict:
        return {"event": self.event, "choices": self.choices}

    def clean(self) -> None:
        if any(self.errors):
            return
        seen = set()
        for form in self.filled:
            key = (form.cleaned_data["ticket_type"], form.cleaned_data["label"])
            if key in seen:
                form.add_error("label", "There is such an offer already: give one of them another label.")
            seen.add(key)
        if self.event.venue_id and not any(self.errors):
            for problem in find_problems(self.event, self.drafts, None):
                self.filled[problem.index].add_error(problem.field, problem.message)

    @property
    def drafts(self) -> list[Draft]:
        return [Draft(form.instance, form.cleaned_data["sections"]) for form in self.filled]


WeeklyLines = forms.formset_factory(WeeklyForm, WeeklyFormSet, extra=1, max_num=MOST_LINES, absolute_max=MOST_LINES)
OfferLines = forms.formset_factory(
    SeasonOfferForm, SeasonOfferFormSet, extra=2, max_num=MOST_LINES, absolute_max=MOST_LINES
)


class Season:
    """The whole of it: what was typed, and whether it can be made."""

    def __init__(self, data: QueryDict | None = None, initial: dict | None = None) -> None:
        if data is not None:
            data = _with_more_lines(data)
        self.form = SeasonForm(data, initial=initial)
        self.weekly = WeeklyLines(data, prefix="weekly")
        self.prototype = Event(venue=self.form.chosen_venue, seating_plan=self.form.chosen_plan)
        self.offers = OfferLines(data, prefix="offers", event=self.prototype)
        self.moments: list[datetime] = []

    def is_valid(self, now: datetime) -> bool:
        fine = [self.form.is_valid(), self.weekly.is_valid(), self.offers.is_valid()]
        if not all(fine):
            return False
        self.moments = self.form.read_moments([line.weekly for line in self.weekly.filled], now)
        if not self.moments:
            return False
        self.prototype = self.form.make_prototype(self.moments[0])
        return True

    def hush(self) -> None:
        """Say nothing about what is not filled in yet: somebody has only asked for another line, or for the plans."""
        for form in (self.form, *self.weekly.forms, *self.offers.forms):
            form._errors = forms.utils.ErrorDict()
        for lines in (self.weekly, self.offers):
            lines._errors = [{} for _ in lines.forms]
            lines._non_form_errors = lines.error_class()


def _with_more_lines(data: QueryDict) -> QueryDict:
    """Give the form another line, if that is what was asked for: ``do`` is "more weekly" or "more offers"."""
    wanted = data.get("do", "").removeprefix("more ")
    total = data.get(f"{wanted}-TOTAL_FORMS", "")
    if total.isascii() and total.isdecimal():
        data = data.copy()
        data[f"{wanted}-TOTAL_FORMS"] = str(min(int(total[:4]) + 1, MOST_LINES))
    return data
