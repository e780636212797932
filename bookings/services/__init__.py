"""What can be done to a booking: the same verbs for web, counter, API and commands.

Each takes ``now``, runs in a transaction of its own, and writes who did what into the booking's history. Locks are
taken in one order: the booking, then its places in the order of ``ticketing.stock``, then the promo code, then the
shift of the member of staff through whose hands money goes.
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
from .details import apply_promo_code, correct_details, find_twin, remove_promo_code, set_details
from .exchanging import Quote, check_exchangeable, complete_exchange, exchange, quote_exchange, start_exchange
from .holding import abandon, change, extend, hold, revive
from .importing import import_bookings
from .passing_on import check_transferable, pass_on
from .refunding import carry_out_refund, pay_out, refund_again
from .returning import cancel_tickets, refund_part

__all__ = [
    "Quote",
    "abandon",
    "apply_promo_code",
    "cancel",
    "cancel_as_customer",
    "cancel_bookings_of_cancelled_events",
    "cancel_bookings_of_event",
    "cancel_lapsed",
    "cancel_tickets",
    "carry_out_refund",
    "change",
    "check_cancellable",
    "check_confirmable",
    "check_exchangeable",
    "check_transferable",
    "comp",
    "complete_exchange",
    "confirm",
    "correct_details",
    "exchange",
    "extend",
    "find_twin",
    "hold",
    "import_bookings",
    "pass_on",
    "pay_out",
    "quote_exchange",
    "refund_again",
    "refund_part",
    "remove_promo_code",
    "resend_confirmation",
    "revive",
    "set_details",
    "start_exchange",
]
