"""Writes of this room: opening an event's sales."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Sum

from events.models import Event
from venues.models import Seat

from .errors import SelectionInvalid, StockInUse
from .models import Offer, Place
from .signals import places_returned

BATCH = 5_000


@transaction.atomic
def open_sales(*, event: Event, now: datetime) -> int:
    """Make the places that the event's offers lack, and take away those that are too many. Returns how many there are.

    Offers with sections get one place per seat and per standing place of these, and that number as their capacity;
    others get as many places as their capacity says. Safe to repeat.

    Raises:
        SelectionInvalid: the event has no offers, a section is of another plan or offered twice, an offer mixes seated
            and standing sections, or the venue is too small.
        StockInUse: an offer would shrink below what is held or sold.
    """
    # Buyers' bookings refer to the event, and whoever locks places must not wait for those who do: hence no key.
    event = Event.objects.select_for_update(of=("self",), no_key=True).select_related("venue").get(pk=event.pk)
    offers = list(event.offers.select_related("ticket_type").prefetch_related("sections"))
    if not offers:
        raise SelectionInvalid("Add at least one offer first.")
    _check_sections(event, offers)
    for offer in offers:  # first, so that a seat can move from one offer to another
        _take_away(offer.places.filter(seat__isnull=False).exclude(seat__section__offers=offer), None, now)
    for offer in offers:
        sections = offer.sections.all()
        if sections:
            _fit_seats(event, offer, now)
            _fit_standing(event, offer, sum(section.standing_capacity or 0 for section in sections), now)
            offer.capacity = offer.places.count()
            if not offer.capacity:
                raise SelectionInvalid(f"The sections of {offer} have no seats.")
            offer.save(update_fields=["capacity"])
        else:
            _fit_standing(event, offer, offer.capacity, now)
    total = event.offers.aggregate(total=Sum("capacity"))["total"]
    if total > event.venue.capacity:
        raise SelectionInvalid(
            f"The offers add up to {total:,} places, but {event.venue.name} holds {event.venue.capacity:,}."
        )
    places_returned.send(sender=Event, event=event, now=now)
    return total


def _check_sections(event: Event, offers: list[Offer]) -> None:
    seen: dict[int, Offer] = {}
    for offer in offers:
        if len({section.is_standing for section in offer.sections.all()}) > 1:
            raise SelectionInvalid(f"{offer} has seated and standing sections: make an offer for each kind.")
        for section in offer.sections.all():
            if section.plan_id != event.seating_plan_id:
                raise SelectionInvalid(f"{section.name} is not part of the event's seating plan.")
            if other := seen.get(section.pk):
                raise SelectionInvalid(f"{section.name} is in two offers: {other} and {offer}.")
            seen[section.pk] = offer


def _fit_seats(event: Event, offer: Offer, now: datetime) -> None:
    seats = Seat.objects.filter(section__offers=offer).exclude(places__event=event).order_by("pk").values("pk")
    _make_places(event, offer, now, *seats.query.sql_with_params())


def _fit_standing(event: Event, offer: Offer, wanted: int, now: datetime) -> None:
    standing = offer.places.filter(seat__isnull=True)
    missing = wanted - standing.count()
    if missing < 0:
        _take_away(standing, -missing, now)
    if missing > 0:
        count = "WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < %s)"
        _make_places(event, offer, now, f"{count} SELECT CAST(NULL AS bigint) FROM counted", [missing])


def _make_places(event: Event, offer: Offer, now: datetime, seats: str, params: Iterable) -> None:
    """Make a place for every row of the statement ``seats``, whose one column is the seat's id.

    In one statement inside the database: a stadium takes a second.
    """
    sql = f"""
        INSERT INTO {Place._meta.db_table} (event_id, offer_id, seat_id, free_from)
        SELECT %s, %s, seats.*, %s FROM ({seats}) seats
    """
    moment = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        cursor.execute(sql, [event.pk, offer.pk, moment, *params])


def _take_away(places, count: int | None, now: datetime) -> None:
    """Delete ``count`` of ``places`` (None: all), choosing among those that are free and were never ticketed.

    Those that are locked are being bought right now.
    """
    count = places.count() if count is None else count
    spare = (
        list(
            places.free(now)
            .filter(tickets__isnull=True)
            .select_for_update(of=("self",), skip_locked=True)
            .order_by("pk")
            .values_list("pk", flat=True)[:count]
        )
        if count
        else []
    )
    if len(spare) < count:
        raise StockInUse(f"{count - len(spare)} of the places to take away are held or have been sold.")
    for start in range(0, count, BATCH):
        Place.objects.filter(pk__in=spare[start : start + BATCH]).delete()
