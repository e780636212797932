"""Files of bookings that another system has made: their columns, and what is asked of each line."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Count

from events.models import Event
from events.resources import Moment, event_column
from ticketing.errors import TicketingError
from ticketing.models import Offer, Place
from ticketing.resources import Money
from ticketing.stock import STAFF_LIMIT
from venues.imports import importable
from venues.imports.columns import Cell, Column, Known, Text, Whole, quote
from venues.imports.resource import ImportResource, Option, Row, Tick

from .models import Booking
from .services.importing import LegacyBooking, LegacyTickets, find_imported, import_bookings

DETAILS = ("customer_name", "customer_email", "customer_phone", "booked_at")
"""What all lines of a booking have in common. It is enough for the first one to say it."""


@dataclass
class Line:
    """One line of a file: tickets of one kind, of the booking with that reference."""

    reference: str = ""
    event: Event | None = None
    customer_name: str = ""
    customer_email: str = ""
    customer_phone: str = ""
    booked_at: datetime | None = None
    offer: Offer | None = None
    quantity: int | None = None
    section: str = ""
    row: str = ""
    number: str = ""
    price: Decimal | None = None
    status: str = ""
    changed_columns: list[str] = field(default_factory=list)
    pk: None = None

    def __str__(self) -> str:
        return self.reference

    @property
    def seat(self) -> tuple[str, str, str]:
        return (self.section, self.row, self.number)


@dataclass(frozen=True)
class KnownSeat:
    """A seat of an event, with its place."""

    seat_id: int
    offer_id: int
    free_from: datetime


def line_zone(line: Line) -> ZoneInfo:
    """Return the clock of the line's venue; while nobody knows the event, any."""
    return line.event.venue.tz if line.event else ZoneInfo("UTC")


class OfferOfEvent(Known):
    """An offer by its name, at the event that the same line names."""

    def clean(self, value: str, row: Mapping[str, str], instance: Line | None = None, **kwargs) -> Offer:
        if instance.event and (instance.event.pk, value) not in self.table:
            raise ValueError(f"the event has no offer {quote(value)}.")
        return self.table.get((instance.event.pk, value)) if instance.event else None


class Confirmed(Cell):
    """Nothing else than a confirmed booking can be imported."""

    empty = ""

    def clean(self, value: str, row=None, instance=None, **kwargs) -> str:
        if value.lower() != "confirmed":
            raise ValueError(f"{quote(value)}: only confirmed bookings are imported. Leave the others out.")
        return value


@importable
class LegacyBookingResource(ImportResource):
    """Bookings of another system, a line for each kind of ticket or each seat in them."""

    key = "bookings"
    title = "Bookings"
    intro = (
        "For bookings that another system has made. Each line is one kind of ticket, or one seat; lines with the same "
        "reference make one booking. They claim their places like any sale, so the sales of the event have to be open: "
        "its places exist. The event may be over, or a draft. A reference that was imported before is left out, so a "
        "file can be imported again once it has grown."
    )
    model_admin = "bookings_booking"
    permissions = ("bookings.add_booking", "bookings.discount_booking")
    takes_exports = False
    options = (
        Option(
            "send_tickets",
            "Send the tickets by e-mail",
            "To everybody in the file who has an address, for events to come. Otherwise nobody is written to.",
        ),
    )
    refusals = (TicketingError,)

    reference = Column(
        "reference",
        Text(120),
        is_required=True,
        help="The number of the order in the other system. One that looks like ours stays its booking code.",
        example="A-1001",
    )
    event = event_column()
    customer_name = Column("customer_name", Text(200), help="Who has booked.", example="Ada Lovelace")
    customer_email = Column("customer_email", Text(254), help="Where to write to.", example="ada@example.org")
    customer_phone = Column("customer_phone", Text(40), help="Where to call.")
    booked_at = Column(
        "booked_at", Moment(line_zone), help="When, on the venue's clock. Empty: now.", example="2026-05-02 10:15"
    )
    offer = Column(
        "offer",
        OfferOfEvent("offer"),
        help="The offer by name, with its label: “Standard, Early bird”. A seat knows its own.",
        example="Standard",
    )
    quantity = Column("quantity", Whole(1, STAFF_LIMIT), help="How many. Empty: one. A seat is one.", example="2")
    section = Column("section", Text(100), help="For a seat: its section.")
    row = Column("row", Text(10), help="For a seat: its row.")
    number = Column("number", Text(10), help="For a seat: its number.")
    price = Column(
        "price", Money(), help="What was paid for each ticket. Empty: the price of the offer.", example="40.00"
    )
    status = Column("status", Confirmed(), help="confirmed, or empty: nothing else is imported.")

    class Meta:
        model = Booking
        fields = (
            *("reference", "event", "customer_name", "customer_email", "customer_phone", "booked_at", "offer"),
            *("quantity", "section", "row", "number", "price", "status"),
        )

    # Checking ---------------------------------------------------------------------------------

    def prepare(self, rows: Sequence[Row]) -> None:
        events = Event.objects.filter(slug__in={row["event"] for row in rows}).select_related("venue")
        by_pk = {event.pk: event for event in events}
        offers = list(Offer.objects.filter(event__in=list(by_pk)).select_related("ticket_type"))
        self.fields["event"].widget.table = {event.slug: event for event in by_pk.values()}
        self.fields["offer"].widget.table = {(offer.event_id, offer.name): offer for offer in offers}
        self.offers = {offer.pk: offer for offer in offers}
        places = Place.objects.filter(event__in=list(by_pk)).order_by()
        self.on_sale = set(places.values_list("event", flat=True).distinct())
        standing = places.free(self.context.now).filter(seat__isnull=True)
        self.left = Counter(dict(standing.values_list("offer").annotate(Count("pk"))))
        self.seats: dict[tuple, KnownSeat] = {}
        if any(row.get("section") for row in rows):
            columns = ("event_id", "seat__section__name", "seat__row", "seat__number", "seat_id", "offer_id")
            for *name, seat, offer, free_from in places.filter(seat__isnull=False).values_list(*columns, "free_from"):
                self.seats[tuple(name)] = KnownSeat(seat, offer, free_from)
        self.imported = find_imported({row["reference"] for row in rows} - {""})
        self.bookings: dict[str, LegacyBooking] = {}
        self.first: dict[str, int] = {}
        self.named: dict[int, dict[int, int]] = defaultdict(dict)

    def init_instance(self, row: Row) -> Line:
        return Line()

    def skip_row(self, instance: Line, original: None, row: Row, import_validation_errors=None) -> bool:
        """What was imported before is left out."""
        return not import_validation_errors and instance.reference in self.imported

    def clean_cells(self, instance: Line, wrong) -> None:
        """Its cells have been checked when they were read; only the address is left."""
        if instance.customer_email:
            try:
                validate_email(instance.customer_email)
            except ValidationError as error:
                raise ValidationError({"customer_email": error.messages}) from None

    def examine(self, instance: Line, row: Row) -> None:
        line = instance
        if line.event.status == Event.Status.CANCELLED:
            raise ValidationError({"event": "is cancelled, so it has no bookings."})
        if line.event.pk not in self.on_sale:
            raise ValidationError({"event": "has no places yet: open its sales first."})
        if line.booked_at and line.booked_at > self.context.now:
            raise ValidationError({"booked_at": "lies in the future."})
        tickets = self._seat(line) if any(line.seat) else self._standing(line)
        self._find_booking(line).tickets.append(tickets)

    def _standing(self, line: Line) -> LegacyTickets:
        if line.offer is None:
            raise ValidationError({"offer": "Say which offer, or which seat."})
        quantity = line.quantity or 1
        if self.left[line.offer.pk] < quantity:
            left = self.left[line.offer.pk]
            raise ValidationError({"quantity": f"{line.offer.name}: only {left:,} places are left for this row."})
        self.left[line.offer.pk] -= quantity
        return LegacyTickets(line.offer.pk, self._price(line, line.offer), quantity)

    def _seat(self, line: Line) -> LegacyTickets:
        seat = self.seats.get((line.event.pk, *line.seat))
        if seat is None:
            raise ValidationError({"number": "there is no such seat at this event."})
        if (line.quantity or 1) != 1:
            raise ValidationError({"quantity": "A seat is one ticket."})
        offer = self.offers[seat.offer_id]
        if line.offer and line.offer.pk != offer.pk:
            raise ValidationError({"offer": f"This seat is sold as {offer.name}."})
        if seat.free_from > self.context.now:
            raise ValidationError({"number": "This seat is not free."})
        first = self.named[line.event.pk].setdefault(seat.seat_id, line.import_row)
        if first != line.import_row:
            raise ValidationError({"number": f"Row {first:,} has this seat as well."})
        return LegacyTickets(offer.pk, self._price(line, offer), seat_id=seat.seat_id)

    def _price(self, line: Line, offer: Offer) -> Decimal:
        return offer.price if line.price is None else line.price

    def _find_booking(self, line: Line) -> LegacyBooking:
        """Return the booking that a line belongs to: with the lines before it, or a new one."""
        booking = self.bookings.get(line.reference)
        if booking is None:
            self.first[line.reference] = line.import_row
            booking = self.bookings[line.reference] = LegacyBooking(
                reference=line.reference,
                event=line.event,
                booked_at=line.booked_at or self.context.now,
                name=line.customer_name,
                email=line.customer_email,
                phone=line.customer_phone,
            )
            return booking
        first = f"row {self.first[line.reference]:,}, which has the same reference"
        if booking.event.pk != line.event.pk:
            raise ValidationError({"event": f"differs from {first}: a booking is for one event."})
        mine = (booking.name, booking.email, booking.phone, booking.booked_at)
        for name, value in zip(DETAILS, mine, strict=True):
            if getattr(line, name) and getattr(line, name) != value:
                raise ValidationError({name: f"differs from {first}."})
        return booking

    # Writing ----------------------------------------------------------------------------------

    def write(self, tick: Tick) -> None:
        import_bookings(
            bookings=list(self.bookings.values()),
            now=self.context.now,
            actor=self.context.actor,
            file_name=self.context.file_name,
            sends_tickets=self.context.options.get("send_tickets", False),
            tick=tick,
        )
