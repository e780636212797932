"""QR codes of tickets, for the screen and for paper. They hold the ticket's signed code (:mod:`bookings.signing`)."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import segno
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from bookings.models import Ticket
from bookings.signing import ticket_payload

QUIET_ZONE = 4
"""Light modules around the code, which scanners need to find it."""


def ticket_qr(payload: str) -> segno.QRCode:
    """Encode a signed code, so that a seventh of the picture may be lost to folds and coffee.

    More would make its modules smaller, and a phone in the dark reads large ones sooner.
    """
    return segno.make_qr(payload, error="m", boost_error=False)


def ticket_qr_svg(ticket: Ticket) -> SafeString:
    """Return a ticket's QR code as inline SVG: dark on white, with a quiet zone, sized by the style sheet (``.qr``)."""
    out = io.BytesIO()
    ticket_qr(ticket_payload(ticket)).save(
        out,
        kind="svg",
        border=QUIET_ZONE,
        dark="#17100d",
        light="#ffffff",
        xmldecl=False,
        svgns=True,
        omitsize=True,
        svgclass="qr",
        lineclass=None,
        nl=False,
    )
    title = f"QR code of ticket {group(ticket.code)}"
    drawing = re.sub("^<svg ", f'<svg role="img" aria-label="{escape(title)}" ', out.getvalue().decode())
    return mark_safe(drawing.replace(">", f"><title>{escape(title)}</title>", 1))  # noqa: S308


def modules(payload: str) -> Iterator[tuple[int, int, int]]:
    """Yield the dark parts of a code without its quiet zone, as (row from the top, first column, length)."""
    for row, line in enumerate(ticket_qr(payload).matrix):
        bits = "".join("1" if module else "0" for module in line)
        for match in re.finditer("1+", bits):
            yield row, match.start(), match.end() - match.start()


def size(payload: str) -> int:
    """How many modules a code is wide, without its quiet zone."""
    return len(ticket_qr(payload).matrix)


def group(code: str) -> str:
    """Write a ticket's code as it is read out: ``7KQX 9M4P ACDE FGHJ``."""
    return " ".join(re.findall(".{1,4}", code))
