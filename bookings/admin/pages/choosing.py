"""Choose other places for a booking: seats on the map or by their numbers, standing places by how many."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from django import forms
from django.db.models import Count, Q

from bookings.models import Booking, Ticket
from bookings.stories.finding import find_seats
from events.models import Event
from ticketing.forms import QUANTITY, SeatsField, read_seat_ids
from ticketing.models import Offer, Place
from ticketing.money import format_money
from ticketing.stock import STAFF_LIMIT, Selection
from venues.rooms import Room, room_of

from .base import Staff
from .money import ReturningForm, way_choices

BY_NUMBER = "numbers"


class ExchangeForm(ReturningForm):
    """Which places of which event the booking is to have afterwards, and how a difference is paid."""

    seat = SeatsField(required=False)
    seats = forms.CharField(required=False, widget=forms.HiddenInput)
    numbers = forms.CharField(
        label="Seats by number",
        max_length=400,
        required=False,
        help_text="Such as “C12, C13” or “Balcony A 1”; or choose them on the map.",
    )
    way = forms.ChoiceField(
        label="If it costs more", choices=way_choices(), initial="cash", required=False, widget=forms.RadioSelect
    )

    def __init__(self, data: Mapping | None = None, *, booking: Booking, staff: Staff, event: Event, **kwargs) -> None:
        super().__init__(data, booking=booking, staff=staff, **kwargs)
        self.event = event
        self.is_same = event.pk == booking.event_id
        self.room: Room | None = room_of(event.seating_plan) if event.seating_plan else None
        self.offers = list(event.offers.select_related("ticket_type"))
        self.now_has = list(booking.tickets.living().with_details().order_by("pk"))
        self._add_quantities()
        if not self.room:
            del self.fields[BY_NUMBER]
        if staff.shift is None:
            self.fields["way"].help_text = "You have no shift open: you can take no money."
            self.fields["way"].disabled = True

    def _add_quantities(self) -> None:
        free = self._free()
        own = Counter(ticket.offer_id for ticket in self.now_has if not ticket.place.seat_id) if self.is_same else {}
        for offer in self.offers:
            if offer.pk in free:
                has = own.get(offer.pk, 0)
                text = (
                    f"{format_money(offer.price)}, {free[offer.pk]:,} free{f', and {has} that it has' if has else ''}"
                )
                self.fields[f"{QUANTITY}{offer.pk}"] = forms.IntegerField(
                    label=offer.name, min_value=0, max_value=STAFF_LIMIT, required=False, initial=has, help_text=text
                )

    def _free(self) -> dict[int, int]:
        """Count the free standing places by offer; offers without any standing place are absent."""
        places = Place.objects.filter(event=self.event, seat__isnull=True).order_by()
        is_free = Q(free_from__lte=self.staff.now)
        return dict(places.values_list("offer").annotate(free=Count("pk", filter=is_free)))

    @property
    def quantity_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith(QUANTITY)]

    @property
    def own_seats(self) -> list[Ticket]:
        """Tickets for seats of this very event: they may stay."""
        return [ticket for ticket in self.now_has if ticket.place.seat_id] if self.is_same else []

    @property
    def picked(self) -> set[int]:
        """Seats that are ticked on the page as it is shown."""
        if self.is_bound:
            return set(read_seat_ids([*self.data.getlist("seat"), *self.data.get("seats", "").split(",")]))
        return {ticket.place.seat_id for ticket in self.own_seats}

    def clean_numbers(self) -> list[int]:
        found = []
        for words in filter(str.strip, re.split(r"[,;\n]", self.cleaned_data[BY_NUMBER])):
            meant = find_seats(self.room, words)
            if not meant:
                raise forms.ValidationError(f"There is no seat “{words.strip()}” here.")
            if len(meant) > 1:
                names = ", ".join(section.name for section, _ in meant[:4])
                raise forms.ValidationError(f"“{words.strip()}” may be in more than one section: {names}.")
            found.append(meant[0][1].pk)
        return found

    def clean(self) -> dict:
        data = super().clean()
        if not self.errors and not self.selection.quantity:
            self.add_error(None, "Choose at least one place.")
        return data

    @property
    def selection(self) -> Selection:
        data = self.cleaned_data
        seats = [*data["seat"], *read_seat_ids(data["seats"].split(",")), *data.get(BY_NUMBER, [])]
        quantities = {
            offer.pk: data[f"{QUANTITY}{offer.pk}"] for offer in self.offers if data.get(f"{QUANTITY}{offer.pk}")
        }
        return Selection(quantities, tuple(dict.fromkeys(seats)))

    def offer(self, pk: int) -> Offer:
        return next(offer for offer in self.offers if offer.pk == pk)
