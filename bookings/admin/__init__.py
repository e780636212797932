"""The admin of what has been sold. Bookings change by actions that call the services; history never changes."""

from . import bookings, event_map, exchanges, ledger, queue, records, scans, staff, tickets, till, waitlist

__all__ = [
    "bookings",
    "event_map",
    "exchanges",
    "ledger",
    "queue",
    "records",
    "scans",
    "staff",
    "tickets",
    "till",
    "waitlist",
]
