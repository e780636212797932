"""What a customer picks: read, checked, and turned into a selection of the stock."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from datetime import datetime

from django import forms
from django.http import QueryDict

from events.models import Event

from . import stock
from .best import best_seats
from .errors import PlacesTaken, TicketingError
from .models import Offer
from .money import format_money
from .stock import Selection

QUANTITY = "quantity-"
"""What the names of quantity fields begin with; the offer's id follows."""

SEAT_ID = re.compile(r"[0-9]{1,18}", re.ASCII)
"""A number that fits into the database's integers."""


class SeatsField(forms.Field):
    """The ids of chosen seats, from any number of checkboxes."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value) -> tuple[int, ...]:
        return read_seat_ids(value or ())

    def clean(self, value) -> tuple[int, ...]:
        if any(not SEAT_ID.fullmatch(str(item)) for item in value or ()):
            raise forms.ValidationError("One of the chosen seats is not part of this event.")
        return self.to_python(value)


def read_seat_ids(values: Iterable[object]) -> tuple[int, ...]:
    """Read seat ids, each once; what is not one is left out."""
    return tuple(dict.fromkeys(int(str(value)) for value in values if SEAT_ID.fullmatch(str(value))))


class SelectionForm(forms.Form):
    """Quantities per offer and chosen seats of one event: a :class:`~ticketing.stock.Selection`.

    It judges what can be judged without the stock, in the stock's own words. ``claim`` names the intention to book
    that one rendering of the picker stands for.
    """

    seat = SeatsField(required=False)

    def __init__(self, *args, event: Event, offers: Iterable[Offer], now: datetime, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.event, self.offers, self.now = event, list(offers), now
        self.refusal: TicketingError | None = None
        for offer in self.offers:
            self.fields[quantity_name(offer.pk)] = self._quantity_field(offer)

    def _quantity_field(self, offer: Offer) -> forms.IntegerField:
        limit = self.event.max_tickets_per_booking
        return forms.IntegerField(
            label=f"{offer.name}: number of tickets",
            required=False,
            initial=0,
            min_value=0,
            max_value=limit,
            widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
            error_messages={
                "invalid": f"{offer.name}: enter a number from 0 to {limit}.",
                "min_value": f"{offer.name}: the number of tickets cannot be negative.",
                "max_value": f"{offer.name}: you can book at most {limit} tickets at a time.",
            },
        )

    @classmethod
    def of_query(cls, query: QueryDict, **kwargs) -> SelectionForm:
        """Make a blank form that is filled in with what an address says, as far as it makes sense."""
        numbers = {name: value for name, value in query.items() if name.startswith(QUANTITY) and value.isdecimal()}
        return cls(initial={**numbers, "seat": read_seat_ids(query.getlist("seat"))}, **kwargs)

    @property
    def claim(self) -> uuid.UUID:
        """The intention to book that this rendering stands for, or a new one."""
        try:
            return uuid.UUID(self.data.get("claim", ""))
        except ValueError:
            return uuid.uuid4()

    @property
    def chosen(self) -> tuple[int, ...]:
        """The seats that are ticked, whether or not they are valid."""
        return read_seat_ids(self["seat"].value() or ())

    def quantity_field(self, offer: Offer) -> forms.BoundField:
        return self[quantity_name(offer.pk)]

    def clean(self) -> dict:
        cleaned = super().clean()
        for name, value in self.data.items():
            if name.startswith(QUANTITY) and name not in self.fields and value not in ("", "0"):
                self.add_error(None, "One of the chosen tickets is not part of this event.")
        if not self.errors:
            self._check(self.selection)
        return cleaned

    def _check(self, selection: Selection) -> None:
        try:
            stock.check_on_sale(self.event, [], self.now)
            stock.check_selection(self.event, selection)
        except TicketingError as refusal:
            self.add_error(None, refusal.message)
            return
        for offer in self.offers:
            if selection.quantities.get(offer.pk):
                try:
                    stock.check_on_sale(self.event, [offer], self.now)
                except TicketingError as refusal:
                    self.add_error(quantity_name(offer.pk), refusal.message)

    @property
    def selection(self) -> Selection:
        """What was picked, of a form whose fields are valid."""
        quantities = {offer.pk: self.cleaned_data.get(quantity_name(offer.pk)) or 0 for offer in self.offers}
        return Selection(
            quantities={offer_id: count for offer_id, count in quantities.items() if count},
            seats=self.cleaned_data["seat"],
        )

    def refuse(self, refusal: TicketingError) -> None:
        """Show why the stock says no, beside the fields that it is about where there are such."""
        self.refusal = refusal
        self.add_error(None, refusal.message)
        if isinstance(refusal, PlacesTaken):
            for offer_id, left in refusal.left.items():
                if left < self.selection.quantities.get(offer_id, 0):
                    self.add_error(quantity_name(offer_id), f"Only {left} left." if left else "Sold out.")


def quantity_name(offer_id: int) -> str:
    return f"{QUANTITY}{offer_id}"


class BestSeatsForm(forms.Form):
    """How many seats to propose, for whom, at which price and where."""

    def __init__(
        self, *args, limit: int, offers: Iterable[Offer], sections: Iterable[tuple[int, str]], **kwargs
    ) -> None:
        super().__init__(*args, **kwargs)
        range_message = f"Enter a number from 1 to {limit}."
        self.fields["party"] = _number("How many?", range_message, initial=min(2, limit), min_value=1, max_value=limit)
        self.fields["offer"] = _choice(
            "Price", "Any price", [(offer.pk, f"{offer.name}, {format_money(offer.price)}") for offer in offers]
        )
        self.fields["where"] = _choice("Where", "Anywhere", sections)
        self.fields["wheelchairs"] = _number(
            "Wheelchair places among them",
            f"Enter a number from 0 to {limit}.",
            required=False,
            initial=0,
            min_value=0,
            max_value=limit,
        )

    def clean(self) -> dict:
        cleaned = super().clean()
        if (cleaned.get("wheelchairs") or 0) > cleaned.get("party", 0) and not self.errors:
            self.add_error("wheelchairs", "That is more than you are.")
        return cleaned

    @property
    def has_wishes(self) -> bool:
        """Whether anything but the number of people is asked for."""
        return any(self[name].value() not in (None, "", "0", 0) for name in ("offer", "where", "wheelchairs"))

    def find(
        self, event: Event, now: datetime, claim: uuid.UUID | None, *, at_any_time: bool = False
    ) -> tuple[int, ...]:
        """Find the best seats for a valid form. One query once the room is known."""
        return best_seats(
            event,
            self.cleaned_data["party"],
            now=now,
            offer_id=self.cleaned_data["offer"],
            section_id=self.cleaned_data["where"],
            wheelchairs=self.cleaned_data["wheelchairs"] or 0,
            claim=claim,
            at_any_time=at_any_time,
        )


def _number(label: str, message: str, **kwargs) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages=dict.fromkeys(["required", "invalid", "min_value", "max_value"], message),
        **kwargs,
    )


def _choice(label: str, empty: str, choices: Iterable[tuple[int, str]]) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label, required=False, coerce=int, empty_value=None, choices=[("", empty), *choices]
    )
