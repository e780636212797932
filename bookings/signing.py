"""Signed ticket codes: what a QR code says, and who has said it.

A code reads ``MQ1.<event>.<ticket code>.<signature>``, in the letters that a QR code holds most densely. The signature
is Ed25519, so a door that knows only the public key tells a forged ticket from one that the house has made, without a
network. Whether a ticket is still good is another question, and only the database knows.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from .models import CODE_ALPHABET, Ticket

PREFIX = "MQ1"
"""Which kind of code this is. The letters after it belong to the signature's message: they cannot be exchanged."""

DERIVED_FOR = b"marquee ticket codes 1"
"""What a key that is derived from SECRET_KEY is for: another purpose gives another key."""

LONGEST = 200
"""No code of ours has more characters; what is longer is not looked at."""

TYPED = re.compile(f"[{CODE_ALPHABET}]{{16}}")
SIGNED = re.compile(rf"{PREFIX}\.([0-9]{{1,18}})\.([{CODE_ALPHABET}]{{16}})\.([A-Z2-7]{{103}})")


@dataclass(frozen=True)
class Reading:
    """What a scanner has read, or somebody has typed.

    ``code`` is the ticket's code, empty if it is none of ours; ``event_id`` is known from signed codes only.
    """

    raw: str
    code: str = ""
    event_id: int | None = None
    is_forged: bool = False


def ticket_payload(ticket: Ticket) -> str:
    """Write what the QR code of a ticket says. Its place must be joined."""
    return sign_code(ticket.place.event_id, ticket.code)


def sign_code(event_id: int, code: str) -> str:
    message = f"{PREFIX}.{event_id}.{code}"
    signature = _signing_key().sign(message.encode())
    return f"{message}.{base64.b32encode(signature).decode().rstrip('=')}"


def read(text: str) -> Reading:
    """Understand what was read: a signed code, or a bare one with any spaces, dashes and case.

    Anything at all may come in; nothing but a :class:`Reading` comes out.
    """
    raw = "".join(letter for letter in text[: 2 * LONGEST] if letter.isprintable()).strip()[:LONGEST]
    plain = raw.upper().replace(" ", "")
    if plain.startswith(f"{PREFIX}."):
        return _read_signed(raw, plain)
    typed = plain.replace("-", "")
    return Reading(raw, typed if TYPED.fullmatch(typed) else "")


def _read_signed(raw: str, plain: str) -> Reading:
    match = SIGNED.fullmatch(plain)
    if match is None:
        return Reading(raw, is_forged=True)
    event, code, signature = match.groups()
    message = f"{PREFIX}.{event}.{code}".encode()
    if not is_ours(message, base64.b32decode(f"{signature}=")):
        return Reading(raw, is_forged=True)
    return Reading(raw, code, int(event))


def sign(message: bytes) -> bytes:
    """Sign a document of the house: the list of tickets that a door keeps."""
    return _signing_key().sign(message)


def is_ours(message: bytes, signature: bytes) -> bool:
    """Whether any key of the house has signed this: the present one, or one before it."""
    return any(_verifies(key, message, signature) for key in _keys())


def public_keys() -> list[str]:
    """Return the keys that verify, in base64: what a door without a network needs to know."""
    return [base64.b64encode(key.public_key().public_bytes_raw()).decode() for key in _keys()]


def _verifies(key: Ed25519PrivateKey, message: bytes, signature: bytes) -> bool:
    public: Ed25519PublicKey = key.public_key()
    try:
        public.verify(signature, message)
    except InvalidSignature:
        return False
    return True


# Keys -------------------------------------------------------------------------------------------


def _signing_key() -> Ed25519PrivateKey:
    return _keys()[0]


def _keys() -> list[Ed25519PrivateKey]:
    return _load(
        settings.TICKET_SIGNING_KEY,
        tuple(settings.TICKET_SIGNING_KEY_FALLBACKS),
        (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS),
    )


@lru_cache(maxsize=8)
def _load(chosen: str, before: tuple[str, ...], secrets: tuple[str, ...]) -> list[Ed25519PrivateKey]:
    """Make the keys, the one that signs first.

    Those derived from SECRET_KEY count even where another one was chosen: tickets were printed before that.
    """
    seeds = [base64.b64decode(text) for text in (chosen, *before) if text]
    seeds += [_derive(secret) for secret in secrets]
    return [Ed25519PrivateKey.from_private_bytes(seed) for seed in dict.fromkeys(seeds)]


def _derive(secret: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=DERIVED_FOR).derive(secret.encode())
