"""What is left: per offer on an event's pages, and at a glance on lists."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from django.db import connection
from django.db.models import Count, F, Q

from events.models import Event

from .models import FOREVER, NamedHold, Offer, Place, PlaceQuerySet

FEW_LEFT = 20
"""From so many free places on, a list says "few left"."""


ON_SALE = "({0}.on_sale_at IS NULL OR {0}.on_sale_at <= %s) AND ({0}.off_sale_at IS NULL OR {0}.off_sale_at > %s)"
"""SQL for "offer {0} is on sale", asked with a moment, twice. Twin: :meth:`ticketing.models.OfferQuerySet.on_sale`."""


@dataclass(frozen=True)
class Availability:
    """The stock of one offer: ``capacity == sold + held + blocked + free``, in places.

    ``kept`` are those of the held ones that the box office keeps for somebody by name; the others are customers'.
    """

    capacity: int = 0
    sold: int = 0
    held: int = 0
    blocked: int = 0
    free: int = 0
    kept: int = 0

    @property
    def in_baskets(self) -> int:
        """What customers hold while they pay."""
        return self.held - self.kept

    @property
    def is_sold_out(self) -> bool:
        return self.free == 0

    @property
    def is_low(self) -> bool:
        return 0 < self.free <= FEW_LEFT


def availability(event: Event, now: datetime) -> dict[int, Availability]:
    """Count the stock of each offer of an event, by offer id. One query; offers without places are absent."""
    return _count_by("offer_id", Place.objects.filter(event=event), now)


def availability_by_event(events: Iterable[Event], now: datetime) -> dict[int, Availability]:
    """Count the stock of each event, all offers together, by event id. One query; events without places are absent."""
    return _count_by("event_id", Place.objects.filter(event__in=[event.pk for event in events]), now)


def availability_by_offer(offers: Iterable[Offer], now: datetime) -> dict[int, Availability]:
    """Count the stock of each offer, of whatever event, by offer id. One query; offers without places are absent."""
    return _count_by("offer_id", Place.objects.filter(offer__in=[offer.pk for offer in offers]), now)


def availability_by_section(event: Event, now: datetime) -> dict[int, Availability]:
    """Count the seats of an event by the id of their section. One query; sections that are not on sale are absent."""
    seats = Place.objects.filter(event=event, seat__isnull=False)
    return {row.pop("section"): Availability(**row) for row in _count(seats.values(section=F("seat__section")), now)}


def standing_availability(event: Event, now: datetime) -> dict[Offer, Availability]:
    """Count the standing places of an event by their offer, dearest first. One query, or two."""
    found = _count_by("offer_id", Place.objects.filter(event=event, seat__isnull=True), now)
    offers = event.offers.select_related("ticket_type").filter(pk__in=found) if found else []
    return {offer: found[offer.pk] for offer in offers}


def _count_by(key: str, places: PlaceQuerySet, now: datetime) -> dict[int, Availability]:
    return {row.pop(key): Availability(**row) for row in _count(places.values(key), now)}


def _count(groups: PlaceQuerySet, now: datetime) -> PlaceQuerySet:
    names = NamedHold.objects.live(now).values("claim")
    return groups.order_by().annotate(
        capacity=Count("pk"),
        free=Count("pk", filter=Q(free_from__lte=now)),
        held=Count("pk", filter=Q(free_from__gt=now, free_from__lt=FOREVER)),
        kept=Count("pk", filter=Q(free_from__gt=now, free_from__lt=FOREVER, claim__in=names)),
        sold=Count("pk", filter=Q(free_from=FOREVER, claim__isnull=False)),
        blocked=Count("pk", filter=Q(free_from=FOREVER, claim__isnull=True)),
    )


class SalesState(StrEnum):
    """What a card says of an event."""

    AVAILABLE = "available"
    FEW_LEFT = "few_left"
    SOLD_OUT = "sold_out"
    NOT_ON_SALE = "not_on_sale"
    CANCELLED = "cancelled"
    PAST = "past"


@dataclass(frozen=True)
class Sales:
    """An event's sales at a glance. ``from_price`` is that of its cheapest offer on sale, None if there is none."""

    state: SalesState
    from_price: Decimal | None = None
    left: int | None = None


def sales_at_a_glance(events: Iterable[Event], now: datetime) -> dict[int, Sales]:
    """Say of each event what a card needs, by event id. One query, whose cost does not depend on the stock's size.

    Free places are counted only up to :data:`FEW_LEFT`; ``left`` is set when there are so few. An offer without
    places is not on sale: nobody has opened its sales yet.
    """
    events = {event.pk: event for event in events}
    if not events:
        return {}
    place, offer = Place._meta.db_table, Offer._meta.db_table
    sql = f"""
        SELECT o.event_id, MIN(o.price), (
            SELECT COUNT(*) FROM (
                SELECT 1 FROM {offer} s JOIN {place} p ON p.offer_id = s.id
                WHERE s.event_id = o.event_id AND {ON_SALE.format("s")} AND p.free_from <= %s LIMIT %s
            ) bounded
        )
        FROM {offer} o
        WHERE o.event_id IN ({", ".join(["%s"] * len(events))}) AND {ON_SALE.format("o")}
          AND EXISTS (SELECT 1 FROM {place} p WHERE p.offer_id = o.id)
        GROUP BY o.event_id
    """
    moment = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        cursor.execute(sql, [moment, moment, moment, FEW_LEFT + 1, *events, moment, moment])
        found = {event_id: (Decimal(str(price)).quantize(Decimal("0.01")), left) for event_id, price, left in cursor}
    return {pk: _glance(event, *found.get(pk, (None, None)), now) for pk, event in events.items()}


def _glance(event: Event, from_price: Decimal | None, left: int | None, now: datetime) -> Sales:
    if event.status == Event.Status.CANCELLED:
        return Sales(SalesState.CANCELLED)
    if event.is_past(now) or event.status == Event.Status.COMPLETED:
        return Sales(SalesState.PAST)
    if left is None or not event.is_published(now):
        return Sales(SalesState.NOT_ON_SALE)
    if left == 0:
        return Sales(SalesState.SOLD_OUT, from_price)
    if left <= FEW_LEFT:
        return Sales(SalesState.FEW_LEFT, from_price, left)
    return Sales(SalesState.AVAILABLE, from_price)
