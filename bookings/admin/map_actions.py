"""What staff do with places that they have picked: block, put on sale, keep for somebody, give away."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django import forms
from django.core.exceptions import ValidationError

from bookings import services
from events.clock import on_clock
from events.models import Event
from ticketing import blocking, house_stock, named_holds
from ticketing.models import NamedHold, Offer, Place
from ticketing.transactions import atomic
from venues.backoffice import name_some

MOST = 5_000
"""So many seats are changed at a time, at most."""

PERMISSIONS = {
    "block": "ticketing.change_place",
    "release": "ticketing.change_place",
    "hold": "ticketing.add_namedhold",
    "comp": "bookings.comp_booking",
}

LONGEST_NAME = NamedHold._meta.get_field("name").max_length

NUMBER = re.compile(r"standing-([0-9]{1,18})")
KEPT = timedelta(hours=24)
"""So long before an event begins, what is kept for somebody usually goes on sale."""
KEPT_AT_LAST = timedelta(minutes=30)
"""So long before it begins what is kept on the day itself goes on sale: those who wait at the counter get it."""


class PickForm(forms.Form):
    """What to do with the chosen places. Seats come as checkboxes, or, from the map, as one list; standing places as a
    number for each offer."""

    action = forms.ChoiceField(choices=[(name, name) for name in PERMISSIONS], widget=forms.HiddenInput)
    reason = forms.CharField(max_length=200, required=False, help_text="To block or to give; for the record.")
    name = forms.CharField(
        label="For whom", max_length=200, required=False, help_text="To keep for somebody, or to give."
    )
    kind = forms.ChoiceField(choices=NamedHold.Kind, required=False, initial=NamedHold.Kind.HOUSE)
    until = forms.DateTimeField(
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text="On the venue's clock. Then they are on sale.",
    )
    source = forms.ChoiceField(label="Standing places come from", required=False)
    email = forms.EmailField(label="E-mail", required=False, help_text="Where the tickets go, if anywhere.")

    def __init__(
        self, data=None, *, event: Event, offers: Iterable[Offer], holds: Iterable[NamedHold], now: datetime
    ) -> None:
        super().__init__(data)
        self.event, self.offers = event, {offer.pk: offer for offer in offers}
        self.holds = {hold.pk: hold for hold in holds}
        self.fields["source"].choices = [
            ("", "What is free, or blocked"),
            *((pk, str(hold)) for pk, hold in self.holds.items()),
        ]
        until = _usual_end(event, now).astimezone(event.venue.tz)
        self.fields["until"].initial = until.replace(tzinfo=None, second=0, microsecond=0)

    @property
    def seats(self) -> list[int]:
        """The ids of the chosen seats; what is no number is no seat."""
        given = [*getattr(self.data, "getlist", lambda key: [])("seat"), *self.data.get("seats", "").split(",")]
        return list(dict.fromkeys(int(seat) for seat in given if seat.isascii() and seat.isdecimal()))

    @property
    def quantities(self) -> dict[int, int]:
        """The numbers of standing places by offer id; what is no number is none."""
        numbers = {}
        for name, value in self.data.items():
            match = NUMBER.fullmatch(name)
            if match and value.strip().isascii() and value.strip().isdecimal() and int(value):
                numbers[int(match[1])] = int(value)
        return numbers

    @property
    def standing_names(self) -> list[str]:
        return [f"{count:,} × {self.offers[pk].name}" for pk, count in self.quantities.items() if pk in self.offers]

    def clean_until(self) -> datetime | None:
        until = self.cleaned_data["until"]
        return until and on_clock(until.replace(tzinfo=None), self.event.venue.tz)

    def clean(self) -> dict:
        data = super().clean()
        action = data.get("action")
        if not self.seats and not self.quantities:
            self.add_error(None, "Choose at least one seat." if self.event.seating_plan_id else "Say how many places.")
        elif len(self.seats) > MOST:
            self.add_error(None, f"Choose at most {MOST:,} seats at a time.")
        self._require(action in ("block", "comp"), "reason", "Say why: it is written into the history.")
        self._require(action == "comp", "name", "Say for whom the tickets are.")
        self._require(action == "hold", "name", "Say for whom the places are kept.")
        if action == "hold" and len(data.get("name", "")) > LONGEST_NAME:
            self.add_error("name", f"Use at most {LONGEST_NAME} characters.")
        self._require(action == "hold", "until", "Say until when they are kept.")
        return data

    def _require(self, is_needed: bool, name: str, message: str) -> None:
        if is_needed and not self.cleaned_data.get(name) and name not in self.errors:
            self.add_error(name, ValidationError(message))


def _usual_end(event: Event, now: datetime) -> datetime:
    """Say until when places are usually kept: until the day before, or, if that is over, until shortly before."""
    ends = (event.event_date - early for early in (KEPT, KEPT_AT_LAST))
    return next((end for end in ends if end > now), event.event_date)


@atomic
def carry_out(form: PickForm, names: list[str], *, now: datetime, by: str) -> tuple[str, str]:
    """Do what the form says, all of it or nothing. Returns what to tell, and what to write into the admin's log.

    Raises:
        TicketingError: with the reason why not.
    """
    do: dict[str, Callable] = {"block": _block, "release": _release, "hold": _hold, "comp": _comp}
    return do[form.cleaned_data["action"]](form, [*names, *form.standing_names], now, by)


def _block(form: PickForm, names: list[str], now: datetime, by: str) -> tuple[str, str]:
    reason = form.cleaned_data["reason"]
    blocking.block(event=form.event, seats=form.seats, quantities=form.quantities, reason=reason, now=now, by=by)
    return f"Blocked: {name_some(names, 3)}.", f"Blocked {'; '.join(names)}. Reason: {reason}"


def _release(form: PickForm, names: list[str], now: datetime, by: str) -> tuple[str, str]:
    """Put places on sale that are blocked, and seats that are kept for somebody; standing ones from where it says."""
    reason, source = form.cleaned_data["reason"], form.holds.get(int(form.cleaned_data["source"] or 0))
    kept = _kept_seats(form, now)
    for hold, seats in kept.items():
        numbers = form.quantities if hold == source else {}
        named_holds.put_on_sale(named_hold=hold, seats=seats, quantities=numbers, now=now, by=by)
    if source and source not in kept and form.quantities:
        named_holds.put_on_sale(named_hold=source, quantities=form.quantities, now=now, by=by)
    seats = set(form.seats) - {seat for seats in kept.values() for seat in seats}
    quantities = {} if source else form.quantities
    if seats or quantities:
        blocking.unblock(event=form.event, seats=seats, quantities=quantities, reason=reason, now=now, by=by)
    log = f"Released {'; '.join(names)}.{f' Reason: {reason}' if reason else ''}"
    return f"On sale again: {name_some(names, 3)}.", log


def _hold(form: PickForm, names: list[str], now: datetime, by: str) -> tuple[str, str]:
    data = form.cleaned_data
    hold = named_holds.hold_for(
        event=form.event,
        name=data["name"],
        kind=data["kind"] or NamedHold.Kind.HOUSE,
        seats=form.seats,
        quantities=form.quantities,
        expires_at=data["until"],
        note=data["reason"],
        now=now,
        by=by,
    )
    return f"Kept for {hold.name}: {name_some(names, 3)}.", f"Kept {'; '.join(names)} for {hold}."


def _comp(form: PickForm, names: list[str], now: datetime, by: str) -> tuple[str, str]:
    """Give places away: free, blocked or kept seats; standing ones that are free, or kept where it says."""
    data, source = form.cleaned_data, form.holds.get(int(form.cleaned_data["source"] or 0))
    if source and form.quantities:
        named_holds.take_out_of(named_hold=source, quantities=form.quantities, now=now)
    for hold, seats in _kept_seats(form, now).items():
        named_holds.take_out_of(named_hold=hold, seats=seats, now=now)
    booking = services.comp(
        event=form.event,
        seats=form.seats,
        quantities=form.quantities,
        name=data["name"],
        email=data["email"],
        reason=data["reason"],
        now=now,
        actor=by,
    )
    sent = f" and sent to {booking.customer_email}" if booking.customer_email else ""
    told = f"{booking}: {name_some(names, 3)} given to {booking.customer_name}{sent}."
    return told, f"Gave {'; '.join(names)} away as {booking}. Reason: {data['reason']}"


def _kept_seats(form: PickForm, now: datetime) -> dict[NamedHold, list[int]]:
    """Tell which of the chosen seats are kept, by the hold that keeps them."""
    kept: dict[NamedHold, list[int]] = {}
    for hold in form.holds.values():
        places = Place.objects.filter(house_stock.claimed(hold.claim, now), event=form.event, seat__in=form.seats)
        if seats := list(places.values_list("seat_id", flat=True)):
            kept[hold] = seats
    return kept
