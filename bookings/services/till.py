"""The till: open a shift, put cash into the drawer or take it out, count and close.

Whoever writes money of a shift locks the shift's row first (see ``bookings.services.locking``), so that none lands in a
shift that has been closed. It is the last lock in the order of locks: after the booking, its places, the promo code.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import IntegrityError

from bookings.errors import NoteMissing, TillError
from bookings.models import CashMovement, Shift
from bookings.takings import takings_of
from ticketing.money import format_money
from ticketing.transactions import atomic

from .constraints import violates
from .locking import lock_open


def open_shift(*, user: User, opening_float: Decimal, now: datetime) -> Shift:
    """Begin a shift with this much cash in the drawer.

    Raises:
        TillError: this member of staff has one open.
    """
    try:
        return _open(user, opening_float, now)
    except IntegrityError as error:
        if violates(error, "shift_open_once", "bookings_shift.user_id"):
            raise TillError("Your till is open already. Close it before you open another one.") from error
        raise


@atomic
def _open(user: User, opening_float: Decimal, now: datetime) -> Shift:
    return Shift.objects.create(user=user, opening_float=opening_float, opened_at=now)


@atomic
def move_cash(*, shift: Shift, kind: str, amount: Decimal, reason: str, now: datetime, actor: str) -> CashMovement:
    """Put cash into the drawer, or take it out: change from the bank, or the takings to the safe.

    Raises:
        ShiftClosed: the shift has been closed.
        TillError: there is less than that in the drawer.
    """
    fresh = lock_open(shift)
    if kind == CashMovement.Kind.PAY_OUT and amount > (left := takings_of(fresh).expected_cash):
        raise TillError(f"There should be only {format_money(left)} in the drawer.")
    return CashMovement.objects.create(shift=fresh, kind=kind, amount=amount, reason=reason, actor=actor, at=now)


@atomic
def close_shift(*, shift: Shift, counted_cash: Decimal, counted_cards: Decimal, note: str = "", now: datetime) -> Shift:
    """Close a shift for good, with what was counted beside what is expected.

    Raises:
        ShiftClosed: it has been closed before.
        NoteMissing: what was counted is not what is expected, and there is no note that says why.
    """
    fresh = lock_open(shift)
    takings = takings_of(fresh)
    if not note.strip() and (counted_cash, counted_cards) != (takings.expected_cash, takings.expected_cards):
        raise NoteMissing(_explain(counted_cash - takings.expected_cash, counted_cards - takings.expected_cards))
    fresh.closed_at = max(now, fresh.opened_at)
    fresh.expected_cash, fresh.counted_cash = takings.expected_cash, counted_cash
    fresh.expected_cards, fresh.counted_cards = takings.expected_cards, counted_cards
    fresh.note = note.strip()
    fresh.save()
    return fresh


def _explain(cash: Decimal, cards: Decimal) -> str:
    parts = [
        f"{format_money(abs(difference))} too {'much' if difference > 0 else 'little'} {where}"
        for difference, where in ((cash, "in the drawer"), (cards, "on the terminal"))
        if difference
    ]
    return f"There is {' and '.join(parts)}. Count again, or say why."
