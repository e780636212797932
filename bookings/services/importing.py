"""Bring bookings over from another system: they claim their places through the stock, like any sale.

They were sold long ago, by others, so some rules of a sale do not hold for them: the event may be a draft, or over; its
offers may be closed; the limit per booking and the duplicates are none of ours; the prices are what was paid. What does
hold is what the audit asks of every booking: a place for each ticket, nobody else's, and a payment and a line in the
ledger for every cent, on the day on which it was sold.
"""

from __future__ import annotations

import re
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from bookings import tasks
from bookings.models import CODE_ALPHABET, Activity, Booking, Channel, LedgerLine, Payment, Ticket, make_booking_code
from events.models import Event
from ticketing.allotting import Wanted, allot_many
from ticketing.money import ZERO
from ticketing.transactions import atomic

from .posting import make_sale_lines

PROVIDER = "import"
NAMESPACE = uuid.UUID("6f3b1c52-0b0e-5f0c-9a53-9e0d1f6f7c11")
BATCH = 1_000

WELL_FORMED = re.compile(rf"BK-[0-9]{{8}}-[{CODE_ALPHABET}]{{6}}")


@dataclass(frozen=True)
class LegacyTickets:
    """Tickets of one kind in a booking to be imported: one seat by id, or so many standing places of an offer.

    ``price`` is what was paid for each.
    """

    offer_id: int
    price: Decimal
    quantity: int = 1
    seat_id: int | None = None


@dataclass
class LegacyBooking:
    """A booking as the other system knew it. The same ``reference`` again is the same booking, for ever."""

    reference: str
    event: Event
    booked_at: datetime
    name: str = ""
    email: str = ""
    phone: str = ""
    tickets: list[LegacyTickets] = field(default_factory=list)

    @property
    def claim(self) -> uuid.UUID:
        return claim_of(self.reference)

    @property
    def wanted(self) -> Wanted:
        standing: Counter[int] = Counter()
        for line in self.tickets:
            if line.seat_id is None:
                standing[line.offer_id] += line.quantity
        seats = tuple(line.seat_id for line in self.tickets if line.seat_id is not None)
        return Wanted(self.claim, self.event.pk, standing, seats)


def claim_of(reference: str) -> uuid.UUID:
    """Return the claim of the booking with this reference, whose uniqueness refuses to import it twice."""
    return uuid.uuid5(NAMESPACE, reference)


def find_imported(references: Iterable[str]) -> set[str]:
    """Return those of ``references`` that have been imported before."""
    by_claim = {claim_of(reference): reference for reference in references}
    claims = list(by_claim)
    found: set[str] = set()
    for start in range(0, len(claims), BATCH):
        present = Booking.objects.filter(claim__in=claims[start : start + BATCH])
        found |= {by_claim[claim] for claim in present.values_list("claim", flat=True)}
    return found


@atomic
def import_bookings(
    *,
    bookings: Sequence[LegacyBooking],
    now: datetime,
    actor: str,
    file_name: str = "",
    sends_tickets: bool = False,
    tick: Callable[[int], None] = lambda count: None,
) -> list[Booking]:
    """Make confirmed bookings of what another system has sold: all of them, or none.

    Their own codes are kept where they look like ours; the reference is in the history and with the payment anyhow.
    Nobody is written to, unless ``sends_tickets``: then those whose event is to come.

    Raises:
        SelectionInvalid, PlacesTaken: see :func:`ticketing.allotting.allot_many`.
    """
    claimed = allot_many([one.wanted for one in bookings], now)
    codes = _make_codes(bookings)
    made = []
    for start in range(0, len(bookings), BATCH):
        batch = bookings[start : start + BATCH]
        pairs = [(one, _make_booking(one, code)) for one, code in zip(batch, codes[start:], strict=False)]
        tickets = {booking.claim: _make_tickets(one, booking, claimed[one.claim]) for one, booking in pairs}
        Booking.objects.bulk_create([booking for _, booking in pairs])
        Ticket.objects.bulk_create([ticket for row in tickets.values() for ticket in row], batch_size=BATCH)
        Payment.objects.bulk_create([_make_payment(one, booking) for one, booking in pairs if booking.total_price])
        Activity.objects.bulk_create([_make_activity(one, booking, now, actor, file_name) for one, booking in pairs])
        lines = [make_sale_lines(booking, tickets[booking.claim], one.booked_at) for one, booking in pairs]
        LedgerLine.objects.bulk_create([line for found in lines for line in found], batch_size=BATCH)
        made += [booking for _, booking in pairs]
        tick(sum(len(one.tickets) for one in batch))
    if sends_tickets:
        for booking in made:
            if booking.customer_email and not booking.event.is_past(now):
                tasks.send_confirmation.enqueue(booking.pk)
    return made


def _make_codes(bookings: Sequence[LegacyBooking]) -> list[str]:
    """Choose a code for each: its own, if that looks like ours and nobody has it."""
    own = [one.reference for one in bookings if WELL_FORMED.fullmatch(one.reference)]
    taken = set(Booking.objects.filter(booking_code__in=own).values_list("booking_code", flat=True))
    kept = set(own) - taken
    codes, fresh = [], set()
    for one in bookings:
        code = one.reference if one.reference in kept else make_booking_code(one.booked_at)
        while code != one.reference and (code in fresh or code in kept):
            code = make_booking_code(one.booked_at)
        fresh.add(code)
        codes.append(code)
    return _without_taken(bookings, codes)


def _without_taken(bookings: Sequence[LegacyBooking], codes: list[str]) -> list[str]:
    """Replace codes that, by chance, other bookings have."""
    while taken := set(Booking.objects.filter(booking_code__in=codes).values_list("booking_code", flat=True)):
        codes = [
            make_booking_code(one.booked_at) if code in taken else code
            for one, code in zip(bookings, codes, strict=True)
        ]
    return codes


def _make_booking(one: LegacyBooking, code: str) -> Booking:
    return Booking(
        booking_code=code,
        event=one.event,
        customer_name=one.name,
        customer_email=one.email,
        customer_phone=one.phone,
        quantity=sum(line.quantity for line in one.tickets),
        total_price=sum((line.price * line.quantity for line in one.tickets), ZERO),
        status=Booking.Status.CONFIRMED,
        channel=Channel.BOX_OFFICE,
        claim=one.claim,
        booking_date=one.booked_at,
        confirmed_at=one.booked_at,
    )


def _make_tickets(one: LegacyBooking, booking: Booking, claimed) -> list[Ticket]:
    """Make a ticket for each place, at the prices of the lines that asked for it: standing ones first, as claimed."""
    standing = sorted((line for line in one.tickets if line.seat_id is None), key=lambda line: line.offer_id)
    prices = [line.price for line in standing for _ in range(line.quantity)]
    prices += [line.price for line in one.tickets if line.seat_id is not None]
    return [
        Ticket(
            booking=booking,
            place_id=row.place_id,
            offer_id=row.offer_id,
            price=price,
            status=Ticket.Status.VALID,
        )
        for row, price in zip(claimed, prices, strict=True)
    ]


def _make_payment(one: LegacyBooking, booking: Booking) -> Payment:
    return Payment(
        booking=booking,
        kind=Payment.Kind.CHARGE,
        provider=PROVIDER,
        reference=one.reference,
        amount=booking.total_price,
        status=Payment.Status.SUCCEEDED,
        created_at=one.booked_at,
    )


def _make_activity(one: LegacyBooking, booking: Booking, now: datetime, actor: str, file_name: str) -> Activity:
    return Activity(
        booking=booking,
        at=now,
        actor=actor,
        channel=booking.channel,
        verb="import",
        detail={
            "reference": one.reference,
            "file": file_name,
            "quantity": booking.quantity,
            "paid": str(booking.total_price),
        },
    )
