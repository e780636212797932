"""The figures once more, in plain Python, line by line: what the reports must come to."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from bookings.models import LedgerLine

ZERO = Decimal("0.00")


def read_lines() -> list[dict]:
    """Read the whole ledger, each line with all that it may be added up by; days are told by the clock anew."""
    rows = []
    lines = LedgerLine.objects.select_related("event__venue", "offer")
    for line in lines.order_by("pk"):
        zone = ZoneInfo(line.event.venue.time_zone)
        rows.append(
            {
                "line": line,
                "day": line.at.astimezone(zone).date(),
                "weekday": line.at.astimezone(zone).isoweekday(),
                "hour": line.at.astimezone(zone).hour,
                "event": line.event_id,
                "offer": line.offer_id,
                "ticket_type": line.offer.ticket_type_id,
                "channel": line.channel,
                "kind": line.kind,
                "venue": line.event.venue_id,
                "category": line.event.category_id,
                "production": line.event.production_id,
            }
        )
    return rows


def recompute(by: tuple[str, ...], first: date, last: date, **asked) -> dict[tuple, dict]:
    """Add up, by the same keys and names as :func:`reports.sums.sales`; ``bookings`` as well."""
    found = {}
    for row in read_lines():
        if not first <= row["day"] <= last or any(row[name] != value for name, value in asked.items()):
            continue
        figures = found.setdefault(tuple(row[name] for name in by), _nothing())
        _add(figures, row["line"])
    for figures in found.values():
        figures["bookings"] = len(figures["bookings"])
        assert figures["net"] == (figures["gross"] - figures["discounts"] - figures["refunds"] + figures["exchanges"])
    return found


def _nothing() -> dict:
    counts = dict.fromkeys(("sold", "returned", "comps", "tickets"), 0)
    money = dict.fromkeys(("gross", "discounts", "refunds", "exchanges", "net"), ZERO)
    return counts | money | {"bookings": set()}


def _add(figures: dict, line: LedgerLine) -> None:
    net = line.gross - line.discount + line.retained
    figures["tickets"] += line.quantity
    figures["net"] += net
    if line.kind == "sale":
        figures["sold"] += line.quantity
        figures["comps"] += line.quantity if line.gross == 0 else 0
        figures["gross"] += line.gross
        figures["discounts"] += line.discount
        figures["bookings"].add(line.booking_id)
    elif line.kind == "exchange":
        figures["exchanges"] += net
    else:
        figures["returned"] -= line.quantity
        figures["refunds"] -= net
