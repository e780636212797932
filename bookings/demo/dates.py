"""Move the fixture's dates to today, by whole weeks: a Friday stays a Friday, half past seven stays half past seven."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import CharField
from django.db.models.functions import Cast

from events.models import Event
from ticketing.models import Offer, PromoCode, TicketType
from venues.models import Venue

ANCHOR = date(2027, 1, 4)
"""The Monday around which the fixture's dates lie."""

_EVENT_DATES = ("event_date", "doors_at", "ends_at", "rescheduled_from", "published_at", "created_at")
_OFFER_DATES = ("on_sale_at", "off_sale_at")
_PROMO_DATES = ("valid_from", "valid_until")


def weeks_from_anchor(today: date) -> timedelta:
    """How far the fixture has to move for its Monday to be the one nearest to ``today``."""
    middle = today + timedelta(days=3)
    return middle - timedelta(days=middle.weekday()) - ANCHOR


def move(moment: datetime | None, by: timedelta, tz: tzinfo) -> datetime | None:
    """Move a moment by whole days, so that clocks in ``tz`` show the same time, whatever summer time does."""
    if moment is None:
        return None
    return (moment.astimezone(tz).replace(tzinfo=None) + by).replace(tzinfo=tz).astimezone(UTC)


def move_to(today: date) -> None:
    """Move every date of the fixture to the week of ``today``, in each venue's own zone."""
    by = weeks_from_anchor(today)
    events = list(Event.objects.select_related("venue"))
    zones = {event.pk: ZoneInfo(event.venue.time_zone) for event in events}
    Event.objects.update(slug=Cast("pk", CharField()))  # so that none meets another on its way
    for event in events:
        event.slug = _move_slug(event, by)
        _move_row(event, _EVENT_DATES, by, zones[event.pk])
    Event.objects.bulk_update(events, ["slug", *_EVENT_DATES])
    offers = list(Offer.objects.all())
    for offer in offers:
        _move_row(offer, _OFFER_DATES, by, zones[offer.event_id])
    Offer.objects.bulk_update(offers, _OFFER_DATES)
    _move_all(PromoCode.objects.all(), _PROMO_DATES, by)
    _move_all(TicketType.objects.all(), ("created_at",), by)
    _move_all(Venue.objects.all(), ("created_at",), by)


def _move_slug(event: Event, by: timedelta) -> str:
    """An event's address ends in its date."""
    day = event.day
    return event.slug.replace(day.isoformat(), (day + by).isoformat())


def _move_row(row: models.Model, names: Iterable[str], by: timedelta, tz: tzinfo) -> None:
    for name in names:
        setattr(row, name, move(getattr(row, name), by, tz))


def _move_all(rows: models.QuerySet, names: tuple[str, ...], by: timedelta) -> None:
    found = list(rows)
    for row in found:
        _move_row(row, names, by, UTC)
    rows.model.objects.bulk_update(found, names)
