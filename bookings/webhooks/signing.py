"""Sign what is sent, so that its receiver knows that it comes from here, unchanged, and not from long ago."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime

HEADER = "Marquee-Signature"


def sign(body: bytes, secrets: Iterable[str], now: datetime) -> str:
    """Return the value of the header: ``t=<seconds>,v1=<hex>``, with a further ``v1`` for each further secret.

    Each is the HMAC-SHA256 of the seconds, a full stop and the body.
    """
    stamp = int(now.timestamp())
    signed = b"%d.%s" % (stamp, body)
    marks = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={stamp}", *(f"v1={mark}" for mark in marks)])
