"""An event's stock where it lies: by section and row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, Q

from events.models import Event

from .availability import Availability
from .models import FOREVER, Offer, Place


class SectionKey(NamedTuple):
    """A section, in the order of the plan."""

    order: int
    name: str
    pk: int


class RowKey(NamedTuple):
    """A row, in the order of its section."""

    index: int
    name: str


@dataclass(frozen=True)
class Part:
    """What an offer has in one row of one section; or, without these, its standing places."""

    offer: Offer
    section: SectionKey | None
    row: RowKey | None
    stock: Availability


def read_parts(event: Event, offers: Iterable[Offer], now: datetime, claim: UUID | None = None) -> list[Part]:
    """Count the stock of an event's offers, row by row in the order of the room; what ``claim`` has is free."""
    is_mine = Q(claim=claim) if claim else Q(pk__in=())
    by_id = {offer.pk: offer for offer in offers}
    counted = (
        Place.objects.filter(event=event, offer__in=by_id)
        .values_list(
            "offer_id",
            "seat__section__order",
            "seat__section__name",
            "seat__section_id",
            "seat__row_index",
            "seat__row",
        )
        .annotate(
            capacity=Count("pk"),
            free=Count("pk", filter=Q(free_from__lte=now) | is_mine),
            held=Count("pk", filter=Q(free_from__gt=now, free_from__lt=FOREVER) & ~is_mine),
        )
        .order_by("seat__section__order", "seat__section__name", "seat__row_index", "seat__row", "offer_id")
    )
    return [
        Part(
            by_id[offer_id],
            SectionKey(order, section, section_id) if section_id else None,
            RowKey(index, row) if section_id else None,
            Availability(capacity=capacity, free=free, held=held),
        )
        for offer_id, order, section, section_id, index, row, capacity, free, held in counted
    ]


def total(parts: Iterable[Part]) -> Availability:
    """Add the stock of parts up."""
    stocks = [part.stock for part in parts]
    return Availability(
        capacity=sum(stock.capacity for stock in stocks),
        free=sum(stock.free for stock in stocks),
        held=sum(stock.held for stock in stocks),
    )
