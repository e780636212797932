"""The admin of what has been sold. Bookings change by pages and actions that call services; history never changes."""

from . import (
    bookings,
    event_changes,
    event_map,
    exchanges,
    ledger,
    payments,
    places,
    queue,
    records,
    scans,
    staff,
    tickets,
    till,
    waitlist,
    webhooks,
)

__all__ = [
    "bookings",
    "event_changes",
    "event_map",
    "exchanges",
    "ledger",
    "payments",
    "places",
    "queue",
    "records",
    "scans",
    "staff",
    "tickets",
    "till",
    "waitlist",
    "webhooks",
]
