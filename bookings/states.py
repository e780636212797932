"""The life of a booking, in one table.

::

              hold                confirm
    (nothing) ────▶ pending ─────────────────▶ confirmed
                      │  lapse, abandon            │  cancel
                      └──────────▶ cancelled ◀─────┘

Every transition is a conditional UPDATE on the present status, so that a double click, a webhook that
arrives twice, or two members of staff make one change.
"""

from __future__ import annotations

from .models import Booking, BookingQuerySet

PENDING, CONFIRMED, CANCELLED = Booking.Status.PENDING, Booking.Status.CONFIRMED, Booking.Status.CANCELLED

TRANSITIONS: dict[str, frozenset[str]] = {
    PENDING: frozenset({CONFIRMED, CANCELLED}),
    CONFIRMED: frozenset({CANCELLED}),
    CANCELLED: frozenset(),
}
"""Where a booking may go from each status."""


def is_allowed(source: str, target: str) -> bool:
    return target in TRANSITIONS[source]


def move(bookings: BookingQuerySet, target: str, **changes) -> bool:
    """Move the one booking in ``bookings`` to ``target``, with ``changes`` to other columns, if its status allows it.

    Returns whether it did; the row is locked from then on. ``bookings`` may not join other tables: Django would put
    its conditions into a subquery, and PostgreSQL, having waited for somebody else's change to the row, asks anew only
    what is asked of the row itself.
    """
    if bookings.query.count_active_tables() > 1:
        raise ValueError("A move cannot be conditional on a join: use a subquery.")
    sources = [source for source in TRANSITIONS if is_allowed(source, target)]
    return bookings.filter(status__in=sources).update(status=target, **changes) == 1
