"""The rows of a populated history, light ones: a million model instances would take minutes by themselves.

Their attributes are the columns of the tables, every one that the database does not fill by itself.
"""

from __future__ import annotations

import os
import secrets
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from bookings.models import CODE_ALPHABET
from ticketing.money import ZERO

_LETTERS = bytes(ord(CODE_ALPHABET[n % len(CODE_ALPHABET)]) for n in range(256))
_STEP = 167_772_161
"""Shares no factor with the number of codes, so that no two bookings get the same."""


def make_ticket_code() -> str:
    return os.urandom(16).translate(_LETTERS).decode()


def make_booking_code(number: int, at: datetime) -> str:
    """Make the code of the booking with this id: unlike that of any other id."""
    rest, letters = number * _STEP, []
    for _ in range(6):
        rest, letter = divmod(rest, len(CODE_ALPHABET))
        letters.append(CODE_ALPHABET[letter])
    return f"BK-{at:%Y%m%d}-{''.join(letters)}"


@dataclass(slots=True)
class PlaceRow:
    id: int
    event_id: int
    offer_id: int
    seat_id: int | None
    free_from: datetime
    claim: UUID | None = None


@dataclass(slots=True)
class BookingRow:
    id: int
    booking_code: str
    event_id: int
    customer_name: str
    customer_email: str
    customer_phone: str
    quantity: int
    channel: str
    claim: UUID
    booking_date: datetime
    expires_at: datetime | None = None
    total_price: Decimal = ZERO
    discount: Decimal = ZERO
    retained: Decimal = ZERO
    promo_code_id: int | None = None
    status: str = "pending"
    cancellation_reason: str = ""
    confirmed_at: datetime | None = None
    cancelled_at: datetime | None = None
    replaces_id: int | None = None
    extended_at: datetime | None = None
    key: str = field(default_factory=lambda: secrets.token_urlsafe(24))


@dataclass(slots=True)
class TicketRow:
    id: int
    booking_id: int
    place_id: int
    offer_id: int
    price: Decimal
    discount: Decimal = ZERO
    status: str = "held"
    holder_name: str = ""
    holder_email: str = ""
    checked_in_at: datetime | None = None
    voided_at: datetime | None = None
    void_reason: str = ""
    code: str = field(default_factory=make_ticket_code)

    def void(self, why: str, at: datetime) -> None:
        self.status, self.void_reason, self.voided_at = "void", why, at


@dataclass(slots=True)
class ScanRow:
    id: int
    uid: UUID
    event_id: int
    ticket_id: int | None
    code: str
    result: str
    gate: str
    at: datetime
    received_at: datetime
    actor: str
    is_offline: bool = False


@dataclass(slots=True)
class PaymentRow:
    id: int
    booking_id: int
    kind: str
    provider: str
    reference: str
    amount: Decimal
    status: str
    created_at: datetime
    charge_id: int | None = None
    shift_id: int | None = None


@dataclass(slots=True)
class LineRow:
    """A line of the ledger; its id is given when it is written, in the order of time."""

    booking_id: int
    event_id: int
    offer_id: int
    kind: str
    channel: str
    at: datetime
    day: date
    hour: int
    quantity: int
    gross: Decimal
    discount: Decimal
    retained: Decimal = ZERO
    id: int = 0


@dataclass(slots=True)
class ActivityRow:
    id: int
    booking_id: int
    at: datetime
    actor: str
    channel: str
    verb: str
    detail: dict


@dataclass(slots=True)
class Change:
    """How the tickets of one offer change: as :class:`bookings.services.posting.Sum`, but to be added to in place."""

    quantity: int = 0
    gross: Decimal = ZERO
    discount: Decimal = ZERO


def add_up(came: list[TicketRow], gone: list[TicketRow]) -> dict[int, Change]:
    """Add up by offer what came, less what has gone."""
    changes: dict[int, Change] = defaultdict(Change)
    for tickets, sign in ((came, 1), (gone, -1)):
        for ticket in tickets:
            change = changes[ticket.offer_id]
            change.quantity += sign
            change.gross += sign * ticket.price
            change.discount += sign * ticket.discount
    return changes
