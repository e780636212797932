"""What people who have been forgotten are called. See ``services.erase_customer``."""

from __future__ import annotations

import secrets

ERASED = "Erased"
"""The name of whoever has been forgotten."""
DOMAIN = "@erased.invalid"
"""Nobody's: RFC 2606 keeps it free, so no mail ever arrives there."""


def make_pseudonym() -> str:
    """Make an address for somebody who has been forgotten: random, so that nothing leads back from it."""
    return f"erased-{secrets.token_hex(6)}{DOMAIN}"


def is_reachable(email: str) -> bool:
    """Whether an address can be written to: it is neither empty nor the pseudonym of somebody forgotten."""
    return bool(email) and not email.endswith(DOMAIN)
