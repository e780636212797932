"""What staff say when they cancel or move events: the money, the dates, the house, and their own words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.utils import timezone

from events.admin.date_forms import MomentField
from events.clock import on_clock
from events.dates import move_on_clock
from events.models import Event
from events.services import Cancellation
from ticketing.models import Place
from venues.models import Venue

REFUND, KEEP = "refund", "keep"


class MessageForm(forms.Form):
    message = forms.CharField(
        label="Your own words",
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="They are put into every letter, as you write them.",
    )


class CancelForm(MessageForm):
    """What becomes of the money of cancelled events, and what we say."""

    money = forms.ChoiceField(
        label="The money",
        choices=[
            (REFUND, "Give everything back, the way it came"),
            (KEEP, "Keep it here: the promoter pays it back, and the letter says so"),
        ],
        widget=forms.RadioSelect,
        initial=REFUND,
    )
    field_order = ["money", "message"]

    @property
    def how(self) -> Cancellation:
        return Cancellation(self.cleaned_data["money"] == REFUND, self.cleaned_data["message"])


class MoveForm(MessageForm):
    """To when one event moves, or by how much many do, and where to; and whether those who cannot come then get their
    money back. Only events that are not sold by seats can move to another house: standing is the same everywhere."""

    begins = MomentField(label="New date")
    days = forms.IntegerField(label="Days later", required=False, min_value=-3650, max_value=3650)
    hours = forms.IntegerField(label="Hours later", required=False, min_value=-23, max_value=23)
    venue = forms.ModelChoiceField(
        label="Another house",
        queryset=Venue.objects.order_by("name"),
        required=False,
        empty_label="None: it stays where it is",
        help_text="As many people must fit in. Without a new date, it begins at the same time on the clock there.",
    )
    refundable_until = MomentField(
        label="Money back until",
        required=False,
        help_text="Until then all who have booked may cancel by themselves for a full refund, whatever the event's "
        "rules say. Empty: only as its rules say.",
    )
    field_order = ["begins", "days", "hours", "venue", "refundable_until", "message"]

    def __init__(self, *args, events: Sequence[Event], now: datetime, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.events, self.now, self.tz = events, now, events[0].venue.tz
        self.moments: dict[int, datetime] = {}
        self.house: Venue | None = None
        """Where all of them move, if anywhere."""
        for name in ("days", "hours") if len(events) == 1 else ("begins",):
            del self.fields[name]
        if any(event.seating_plan_id for event in events):
            del self.fields["venue"]
        elif "begins" in self.fields:
            self.fields["begins"].required = False

    def clean(self) -> dict:
        data = super().clean()
        self.house = self._read_house(data)
        if data.get("begins"):
            self._move("begins", lambda event: on_clock(data["begins"], self._clock(event)))
        elif not self.errors:
            shift = timedelta(days=data.get("days") or 0, hours=data.get("hours") or 0)
            name = "begins" if "begins" in self.fields else "days" if data.get("days") or not shift else "hours"
            if not shift and not self.house:
                self.add_error(name, "Say when, or where." if name == "begins" else "Say by how many days or hours.")
            else:
                self._move(name, lambda event: self._shift(event, shift))
        if data.get("refundable_until"):
            self._check_refundable(data)
        return data

    def _read_house(self, data: dict) -> Venue | None:
        """Return the house that events move to, unless all of them are there already; refuse one that is too small."""
        house = data.get("venue")
        if house is None or all(event.venue_id == house.pk for event in self.events):
            return None
        places = Place.objects.filter(event__in=[event.pk for event in self.events])
        most = max(places.order_by().values_list("event").annotate(count=Count("pk")).values_list("count"), default=[0])
        if most[0] > house.capacity:
            self.add_error("venue", f"{house} holds {house.capacity:,}, and {most[0]:,} places are on sale or sold.")
        return house

    def _clock(self, event: Event) -> ZoneInfo:
        return self.house.tz if self.house else event.venue.tz

    def _shift(self, event: Event, shift: timedelta) -> datetime:
        """Move an event on the clock, and read that on the clock of the house where it will be."""
        tz = event.venue.tz
        return on_clock(timezone.make_naive(move_on_clock(event.event_date, shift, tz), tz), self._clock(event))

    def _move(self, name: str, new_date: Callable[[Event], datetime]) -> None:
        for event in self.events:
            try:
                self.moments[event.pk] = new_date(event)
            except ValidationError:
                self.add_error(name, f"The clock in {event.venue.city} is changed at that time of that day.")
                return
        if min(self.moments.values()) <= self.now:
            self.add_error(name, "Events must begin in the future.")
        elif not self.house and all(self.moments[event.pk] == event.event_date for event in self.events):
            self.add_error(name, "That is when it begins already.")

    def _check_refundable(self, data: dict) -> None:
        try:
            data["refundable_until"] = on_clock(data["refundable_until"], self.tz)
        except ValidationError as error:
            self.add_error("refundable_until", error)
            return
        if data["refundable_until"] <= self.now:
            self.add_error("refundable_until", "That moment has passed.")
        elif self.moments and data["refundable_until"] > min(self.moments.values()):
            self.add_error("refundable_until", "It must be before the new date.")
