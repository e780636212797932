"""The price list of one event: each offer with its stock and whether it can be bought now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from events.models import Event

from .availability import Availability, Sales, SalesState, availability, sales_at_a_glance
from .models import Offer


class OfferState(StrEnum):
    """What the price list says of an offer."""

    AVAILABLE = "available"
    FEW_LEFT = "few_left"
    SOLD_OUT = "sold_out"
    LATER = "later"
    ENDED = "ended"


@dataclass(frozen=True)
class PriceRow:
    """One line: an offer, its stock, its state."""

    offer: Offer
    stock: Availability
    state: OfferState


@dataclass(frozen=True)
class PriceList:
    """What an event's page says about its sales. ``opens_at`` is when the next offer goes on sale, if none is yet."""

    sales: Sales
    rows: list[PriceRow]
    opens_at: datetime | None

    @property
    def can_book(self) -> bool:
        return self.sales.state in (SalesState.AVAILABLE, SalesState.FEW_LEFT)


def price_list(event: Event, now: datetime) -> PriceList:
    """Write the price list of an event. Three queries."""
    stock = availability(event, now)
    offers = event.offers.select_related("ticket_type")
    rows = [_row(offer, stock.get(offer.pk, Availability()), now) for offer in offers]
    sales = sales_at_a_glance([event], now)[event.pk]
    opens = [row.offer.on_sale_at for row in rows if row.state == OfferState.LATER]
    opens_at = min(opens) if opens and sales.state == SalesState.NOT_ON_SALE else None
    return PriceList(sales, rows, opens_at)


def _row(offer: Offer, stock: Availability, now: datetime) -> PriceRow:
    return PriceRow(offer, stock, offer_state(offer, stock, now))


def offer_state(offer: Offer, stock: Availability, now: datetime) -> OfferState:
    """Judge an offer, or the part of it whose stock this is."""
    if not offer.is_on_sale(now):
        return OfferState.LATER if offer.on_sale_at and offer.on_sale_at > now else OfferState.ENDED
    if stock.is_sold_out:
        return OfferState.SOLD_OUT
    return OfferState.FEW_LEFT if stock.is_low else OfferState.AVAILABLE
