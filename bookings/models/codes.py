"""Keys and codes: what a customer holds, and what a door reads."""

from __future__ import annotations

import secrets
from datetime import datetime

CODE_ALPHABET = "ACDEFGHJKLMNPQRTUVWXY34679"
"""No look-alikes: neither 0 and O, 1 and I, 2 and Z, 5 and S, nor 8 and B."""


def make_key() -> str:
    """Make the secret of a booking's link: 192 random bits."""
    return secrets.token_urlsafe(24)


def make_code(length: int) -> str:
    """Make a random code that can be read out on the telephone."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(length))


def make_booking_code(now: datetime) -> str:
    """Make a booking code: ``BK-20261122-A7K3XQ``."""
    return f"BK-{now:%Y%m%d}-{make_code(6)}"


def make_ticket_code() -> str:
    return make_code(16)
