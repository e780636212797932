"""What can be done to a booking: the same verbs for web, counter, API and commands.

Each takes ``now``, runs in a transaction of its own, and writes who did what into the booking's history. Locks are
taken in one order: the booking, then its places in the order of ``ticketing.stock``, then the promo code.
"""

from .cancelling import (
    cancel,
    cancel_as_customer,
    cancel_bookings_of_cancelled_events,
    cancel_bookings_of_event,
    cancel_lapsed,
    check_cancellable,
)
from .comping import comp
from .confirming import check_confirmable, confirm, resend_confirmation
from .details import apply_promo_code, find_twin, remove_promo_code, set_details
from .exchanging import exchange
from .holding import abandon, change, extend, hold, revive
from .refunding import carry_out_refund

__all__ = [
    "abandon",
    "apply_promo_code",
    "cancel",
    "cancel_as_customer",
    "cancel_bookings_of_cancelled_events",
    "cancel_bookings_of_event",
    "cancel_lapsed",
    "carry_out_refund",
    "change",
    "check_cancellable",
    "check_confirmable",
    "comp",
    "confirm",
    "exchange",
    "extend",
    "find_twin",
    "hold",
    "remove_promo_code",
    "resend_confirmation",
    "revive",
    "set_details",
]
