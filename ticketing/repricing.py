"""Other prices for many events at once: for what is sold from now on, never for what has been sold."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from events.models import Event
from events.services import record

from .errors import TicketingError
from .models import Offer
from .money import CENT, ZERO, to_cents
from .transactions import atomic

PRICE = re.compile(r"(?P<sign>[+\-−–]?)\s*(?P<number>\d{1,8}(?:[.,]\d{1,2})?)\s*(?P<percent>%?)")
MOST = Decimal("99999999.99")


class PriceRefused(TicketingError):
    """What was typed is no price, or makes none."""

    code = "price_refused"


@dataclass(frozen=True)
class Change:
    """How a price is changed: set to an amount, or raised by an amount or a percentage, and rounded to whole steps."""

    amount: Decimal
    is_relative: bool = False
    is_percent: bool = False
    step: Decimal = CENT

    def apply(self, price: Decimal) -> Decimal:
        """Return the new price; less than nothing is nothing."""
        if not self.is_relative:
            return to_cents(self.amount)
        new = price * (100 + self.amount) / 100 if self.is_percent else price + self.amount
        return max(ZERO, to_cents((new / self.step).quantize(Decimal(1), rounding=ROUND_HALF_UP) * self.step))


def read_change(text: str, step: Decimal = CENT) -> Change:
    """Read ``45``, ``+2.50``, ``-5`` or ``+10%`` as people type it.

    Raises:
        PriceRefused: it is none of those.
    """
    match = PRICE.fullmatch(text.strip())
    if not match or (match["percent"] and not match["sign"]):
        raise PriceRefused("Write a price, such as 45 or 45.50, or a change, such as +2.50, -5 or +10%.")
    amount = Decimal(match["number"].replace(",", "."))
    is_relative = bool(match["sign"])
    amount = -amount if match["sign"] in "-−–" and is_relative else amount
    return Change(amount, is_relative, bool(match["percent"]), step)


@atomic
def reprice(*, changes: Mapping[int, tuple[Decimal, Decimal]], now: datetime, by: str) -> int:
    """Change prices: by offer id, what it is and what it shall be. Returns how many events have other prices now.

    Prices are fixed when places are held, so that what has been sold or held keeps its price.

    Raises:
        PriceRefused: somebody has changed one of them meanwhile; none is changed then.
    """
    offers = Offer.objects.filter(pk__in=changes).select_related("ticket_type", "event").order_by("pk")
    lines: dict[Event, dict[str, list[str]]] = defaultdict(dict)
    for offer in offers:
        old, new = changes[offer.pk]
        if old == new:
            continue
        if not Offer.objects.filter(pk=offer.pk, price=old).update(price=new):
            raise PriceRefused(f"The price of {offer} has been changed meanwhile. Please look again.")
        lines[offer.event][offer.name] = [str(old), str(new)]
    for event, prices in lines.items():
        record(event, "change price", now=now, by=by, **prices)
    return len(lines)


def offers_by_name(events: Iterable[Event]) -> dict[str, list[Offer]]:
    """Group the offers of events by what they are called, dearest first. One query."""
    offers = Offer.objects.filter(event__in=[event.pk for event in events])
    found: dict[str, list[Offer]] = defaultdict(list)
    for offer in offers.select_related("ticket_type", "event__venue").order_by("-price", "event__event_date", "pk"):
        found[offer.name].append(offer)
    return dict(found)
