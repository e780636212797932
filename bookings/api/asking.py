"""What is asked for in a booking: from ticket types and numbers to places that can be claimed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Exists, OuterRef
from ninja import Field
from pydantic import AfterValidator, model_validator

from bookings.models import Ticket
from bookings.services.line import seats_apart
from bookings.services.outright import Collected
from events.models import Event
from ticketing.availability import availability
from ticketing.best import best_seats
from ticketing.errors import PlacesTaken
from ticketing.models import Offer, Place
from ticketing.stock import BIGGEST_ID, STAFF_LIMIT, Selection
from venues.api.problems import NotFound, invalid_field
from venues.api.schemas import Amount, Body, Id, Line


def _email(address: str) -> str:
    try:
        validate_email(address)
    except ValidationError as error:
        raise ValueError("Enter a valid e-mail address.") from error
    return address


Name = Annotated[Line, Field(min_length=1, max_length=200, examples=["Ada Lovelace"])]
Email = Annotated[Line, Field(max_length=254, examples=["ada@example.org"]), AfterValidator(_email)]
Phone = Annotated[Line, Field(max_length=40, examples=["+43 1 234567"])]
Quantity = Annotated[int, Field(strict=True, ge=1, le=STAFF_LIMIT, examples=[2])]
Code = Annotated[Line, Field(min_length=1, max_length=40, examples=["SPRING"])]


class ItemIn(Body):
    """Tickets of one kind: of a ticket type or an offer so many, or the seats that are named."""

    ticket_type_id: Id | None = Field(None, description="The cheapest offer of this type that has enough left.")
    offer_id: Id | None = Field(None, description="Exactly this offer.")
    quantity: Quantity | None = Field(
        None, description="Of an offer with seats, so many of the best are taken, side by side if there are such."
    )
    seats: list[Id] | None = Field(None, min_length=1, max_length=STAFF_LIMIT, description="Seats by their ids.")

    @model_validator(mode="after")
    def _is_clear(self) -> ItemIn:
        if self.ticket_type_id and self.offer_id:
            raise ValueError("Name either a ticket type or an offer.")
        if (self.quantity is None) == (self.seats is None):
            raise ValueError("Give either a quantity or seats.")
        if self.quantity and not (self.ticket_type_id or self.offer_id):
            raise ValueError("Name a ticket type or an offer.")
        return self


class PaymentIn(Body):
    """Money that the caller has collected itself."""

    reference: Annotated[Line, Field(min_length=1, max_length=120)] = Field(
        description="The caller's own name for it, which pays once.", examples=["till-7-000123"]
    )
    amount: Amount | None = Field(None, description="If given, it must be what is due.", examples=[80])

    def collected(self) -> Collected:
        return Collected(self.reference, self.amount)


class PlacesIn(Body):
    """What a booking shall have instead. What is left out stays as it is."""

    event_id: Id | None = Field(None, description="Another date: another booking replaces this one.", examples=[18])
    ticket_type_id: Id | None = Field(None, examples=[2])
    quantity: Quantity | None = None
    items: list[ItemIn] | None = Field(None, min_length=1, max_length=50, examples=[None])
    payment: PaymentIn | None = Field(None, description="How the difference was paid, if there is one.")

    @model_validator(mode="after")
    def _is_one_wish(self) -> PlacesIn:
        if self.items and (self.ticket_type_id or self.quantity):
            raise ValueError("Give either a ticket_type_id and a quantity, or items.")
        return self

    @property
    def asks_for_places(self) -> bool:
        return bool(self.items or self.ticket_type_id or self.quantity or self.event_id)


@dataclass(frozen=True)
class Wanted:
    """What is to be claimed at an event, and how many tickets of each offer that makes."""

    event: Event
    offers: list[Offer]
    selection: Selection
    content: Counter[int]


def find_offers(event_id: int) -> tuple[Event, list[Offer]]:
    """Read an event with its venue and its offers, which know whether they are ``is_seated``. One query.

    Raises:
        NotFound: there is no such event.
    """
    seats = Place.objects.filter(offer=OuterRef("pk"), seat__isnull=False)
    found = Offer.objects.filter(event=event_id).annotate(is_seated=Exists(seats))
    offers = list(found.select_related("ticket_type", "event__venue", "event__seating_plan").order_by("price", "pk"))
    event = offers[0].event if offers else Event.objects.select_related("venue").filter(pk=event_id).first()
    if event is None:
        raise NotFound(f"There is no event {event_id}.")
    for offer in offers:
        offer.event = event
    return event, offers


def choose(
    event: Event, offers: list[Offer], items: Sequence[ItemIn], now: datetime, present: Iterable[Ticket] = ()
) -> Wanted:
    """Choose what ``items`` ask for. ``present`` are tickets that the customer has already, and keeps if they fit.

    Raises:
        Invalid: a ticket type, an offer or a seat is not of this event.
        PlacesTaken: there are fewer seats than asked for.
    """
    quantities: Counter[int] = Counter()
    for index, item in enumerate(items):
        if item.quantity:
            quantities[_offer_of(event, offers, item, f"items[{index}]", now, present).pk] += item.quantity
    named = [seat for item in items for seat in item.seats or ()]
    content = quantities + _check_seats(event, offers, items)
    for offer in offers:
        if offer.is_seated and quantities[offer.pk]:
            named += _choose_seats(event, offer, quantities.pop(offer.pk), now, present, named)
    return Wanted(event, offers, Selection(dict(+quantities), tuple(named)), content)


def _offer_of(
    event: Event, offers: list[Offer], item: ItemIn, where: str, now: datetime, present: Iterable[Ticket]
) -> Offer:
    """Return the offer that an item means: of a ticket type, the one of which the customer has tickets, or the cheapest
    on sale of which enough is left."""
    if item.offer_id:
        found = [offer for offer in offers if offer.pk == item.offer_id]
        if not found:
            raise invalid_field(f"{where}.offer_id", "The event has no such offer.", "unknown_offer")
        return found[0]
    found = [offer for offer in offers if offer.ticket_type_id == item.ticket_type_id]
    if not found:
        raise invalid_field(f"{where}.ticket_type_id", "The event has no tickets of this type.", "unknown_ticket_type")
    had = {ticket.offer_id for ticket in present}
    on_sale = [offer for offer in found if offer.pk in had] or [offer for offer in found if offer.is_on_sale(now)]
    if len(on_sale) < 2:
        return (on_sale or found)[0]
    left = availability(event, now)
    return next((one for one in on_sale if one.pk in left and left[one.pk].free >= item.quantity), on_sale[0])


def _check_seats(event: Event, offers: list[Offer], items: Sequence[ItemIn]) -> Counter[int]:
    """Count the named seats by offer, and refuse those that are not of the ticket type or offer they are named with."""
    seats = {seat for item in items for seat in item.seats or ()}
    if not seats:
        return Counter()
    places = Place.objects.filter(event=event, seat__in=[seat for seat in seats if seat <= BIGGEST_ID])
    offer_of = dict(places.values_list("seat_id", "offer_id"))
    types = {offer.pk: offer.ticket_type_id for offer in offers}
    for index, item in enumerate(items):
        for number, seat in enumerate(item.seats or ()):
            offer_id = offer_of.get(seat)
            where = f"items[{index}].seats[{number}]"
            if offer_id is None:
                raise invalid_field(where, "The event has no such seat on sale.", "unknown_seat")
            if item.offer_id not in (None, offer_id) or item.ticket_type_id not in (None, types.get(offer_id)):
                raise invalid_field(where, "This seat is of another ticket type.", "other_ticket_type")
    return Counter(offer_of[seat] for item in items for seat in item.seats or ())


def _choose_seats(
    event: Event, offer: Offer, quantity: int, now: datetime, present: Iterable[Ticket], besides: Collection[int]
) -> tuple[int, ...]:
    """Choose seats: those that the customer has, and the best for the rest of the party, none of them ``besides``."""
    kept = tuple(ticket.place.seat_id for ticket in present if ticket.offer_id == offer.pk)[:quantity]
    more = quantity - len(kept)
    if not more:
        return kept
    seats = best_seats(event, more, now=now, offer_id=offer.pk)
    if not seats or set(seats) & set(besides):
        apart = seats_apart(event, [offer.pk], more + len(besides), now)
        seats = tuple(seat for seat in apart if seat not in besides)[:more]
    if len(seats) < more:
        left = len(seats)
        why = f"{offer.name}: only {left} left" if left else f"{offer.name} is sold out"
        raise PlacesTaken(f"Sorry, there are not enough tickets. {why}.", left={offer.pk: left})
    return kept + seats
