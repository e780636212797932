"""What can be done to a booking: the same verbs for web, counter, API and commands.

Each takes ``now``, runs in a transaction of its own, and writes who did what into the booking's history. Locks are
taken in one order: the booking, then its places in the order of ``ticketing.stock``, then the promo code, then the
shift of the member of staff through whose hands money goes, then the event whose waiting list is served.
"""

from .cancelling import (
    cancel,
    cancel_as_customer,
    cancel_bookings_of_cancelled_events,
    cancel_bookings_of_event,
    cancel_lapsed,
    check_cancellable,
    end_waitlist_offers,
)
from .comping import comp
from .confirming import check_confirmable, confirm, resend_confirmation
from .details import apply_promo_code, correct_details, find_twin, find_twin_of, remove_promo_code, set_details
from .discounting import discount
from .erasing import Erasure, erase_customer, plan_erasure
from .exchanging import (
    Quote,
    abandon_exchange,
    check_exchangeable,
    complete_exchange,
    exchange,
    quote_exchange,
    start_exchange,
)
from .holding import abandon, change, extend, hold, revive
from .importing import import_bookings
from .line import serve_line, serve_lines
from .outright import sell_outright
from .passing_on import check_transferable, pass_on
from .refunding import carry_out_refund, pay_out, refund_again
from .returning import cancel_tickets, refund_part
from .selling import sell, take_payment
from .telling import tell_some_of_new_date
from .till import close_shift, move_cash, open_shift
from .waiting import close_waitlists, join_waitlist, leave_waitlist, offer_places_now

__all__ = [
    "Erasure",
    "Quote",
    "abandon",
    "abandon_exchange",
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
    "close_shift",
    "close_waitlists",
    "comp",
    "complete_exchange",
    "confirm",
    "correct_details",
    "discount",
    "end_waitlist_offers",
    "erase_customer",
    "exchange",
    "extend",
    "find_twin",
    "find_twin_of",
    "hold",
    "import_bookings",
    "join_waitlist",
    "leave_waitlist",
    "move_cash",
    "offer_places_now",
    "open_shift",
    "pass_on",
    "pay_out",
    "plan_erasure",
    "quote_exchange",
    "refund_again",
    "refund_part",
    "remove_promo_code",
    "resend_confirmation",
    "revive",
    "sell",
    "sell_outright",
    "serve_line",
    "serve_lines",
    "set_details",
    "start_exchange",
    "take_payment",
    "tell_some_of_new_date",
]
