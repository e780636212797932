"""The ticket report: one row for each ticket, those that are void included."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import F, QuerySet

from bookings.models import Ticket
from reports.reading import narrow
from reports.report import Column, Kind
from reports.scope import Scope

from .export import Export
from .paging import on_clock, pages

ZONE = "booking__event__venue__time_zone"

COLUMNS = (
    Column("ticket_code", "Ticket", about="Its code, as it can be typed at the door."),
    Column("booking_code", "Booking"),
    Column("event", "Event"),
    Column("event_slug", "Event's address", about="What the event is called in addresses: never used twice."),
    Column("event_date", "Begins", Kind.MOMENT, "When the event begins, on the clock of its venue."),
    Column("venue", "Venue"),
    Column("ticket_type", "Ticket type"),
    Column("label", "Offer", about="What the offer is called besides, such as Early bird."),
    Column("section", "Section", about="Empty for general admission, like the next two."),
    Column("row", "Row"),
    Column("seat", "Seat"),
    Column("price", "Price", Kind.MONEY, "Before its share of the discount."),
    Column("discount", "Discount", Kind.MONEY, "Its share of the booking's discount."),
    Column("net", "Net", Kind.MONEY, "Price less discount."),
    Column("status", "Status", about="held, valid or void."),
    Column("void_reason", "Why void", about="cancelled, exchanged or passed_on."),
    Column("customer_name", "Customer"),
    Column("customer_email", "E-mail"),
    Column("holder_name", "Holder", about="To whom it was passed on."),
    Column("holder_email", "Holder's e-mail"),
    Column("channel", "Channel", about="web, box_office or api."),
    Column("booked_at", "Booked", Kind.MOMENT, "On the clock of the venue, like the next two."),
    Column("admitted_at", "Admitted", Kind.MOMENT),
    Column("voided_at", "Void since", Kind.MOMENT),
)


@dataclass(frozen=True, slots=True)
class TicketRow:
    ticket_code: str
    booking_code: str
    event: str
    event_slug: str
    event_date: datetime
    venue: str
    ticket_type: str
    label: str
    section: str | None
    row: str | None
    seat: str | None
    price: Decimal
    discount: Decimal
    status: str
    void_reason: str
    customer_name: str
    customer_email: str
    holder_name: str
    holder_email: str
    channel: str
    booked_at: datetime
    admitted_at: datetime | None
    voided_at: datetime | None

    @property
    def net(self) -> Decimal:
        return self.price - self.discount


def _asked(scope: Scope) -> QuerySet[Ticket]:
    made = scope.within("booking__booking_date", ZONE)
    return narrow(scope, Ticket.objects.filter(made, **scope.narrowed("booking__event__")), "booking__")


def count(scope: Scope) -> int:
    return _asked(scope).count()


def rows(scope: Scope) -> Iterator[TicketRow]:
    """Yield the tickets of the bookings that were made in the period, the oldest first."""
    asked = _asked(scope).values(
        *("pk", "price", "discount", "status", "void_reason", "holder_name", "holder_email"),
        *("booking__booking_date", "booking_id", "checked_in_at", "voided_at", "code"),
        booking_code=F("booking__booking_code"),
        event=F("booking__event__name"),
        event_slug=F("booking__event__slug"),
        begins=F("booking__event__event_date"),
        venue=F("booking__event__venue__name"),
        zone=F(ZONE),
        ticket_type=F("offer__ticket_type__name"),
        label=F("offer__label"),
        section=F("place__seat__section__name"),
        row=F("place__seat__row"),
        seat=F("place__seat__number"),
        customer_name=F("booking__customer_name"),
        customer_email=F("booking__customer_email"),
        channel=F("booking__channel"),
    )
    for page in pages(asked, "booking__booking_date", "booking_id", "pk"):
        yield from map(_row, page)


SAME = tuple(name for name in TicketRow.__dataclass_fields__ if not name.endswith("_at"))


def _row(of: dict) -> TicketRow:
    zone = of["zone"]
    of["ticket_code"], of["event_date"] = of["code"], on_clock(of["begins"], zone)
    return TicketRow(
        **{name: of[name] for name in SAME},
        booked_at=on_clock(of["booking__booking_date"], zone),
        admitted_at=on_clock(of["checked_in_at"], zone),
        voided_at=on_clock(of["voided_at"], zone),
    )


EXPORT = Export(
    slug="tickets",
    title="Ticket report",
    about="One row for each ticket, those that are void included.",
    period="Tickets of bookings made in this time, on the clocks of the venues.",
    columns=COLUMNS,
    rows=rows,
    count=count,
)
