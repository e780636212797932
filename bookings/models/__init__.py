"""What has been sold: bookings, their tickets, payments and history; the till, the door, the waiting list."""

from events.history import Channel

from .activity import Activity
from .booking import Booking, BookingQuerySet
from .codes import CODE_ALPHABET, make_booking_code, make_code, make_key, make_ticket_code
from .exchange import Exchange
from .ledger import LedgerLine
from .payment import Payment, PaymentQuerySet
from .scan import Scan
from .ticket import Ticket, TicketQuerySet
from .till import CashMovement, Shift
from .waitlist import WaitlistEntry
from .webhook import Delivery, Kind, Subscription, make_secret

__all__ = [
    "CODE_ALPHABET",
    "Activity",
    "Booking",
    "BookingQuerySet",
    "CashMovement",
    "Channel",
    "Delivery",
    "Exchange",
    "Kind",
    "LedgerLine",
    "Payment",
    "PaymentQuerySet",
    "Scan",
    "Shift",
    "Subscription",
    "Ticket",
    "TicketQuerySet",
    "WaitlistEntry",
    "make_booking_code",
    "make_code",
    "make_key",
    "make_secret",
    "make_ticket_code",
]
