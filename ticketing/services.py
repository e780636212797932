"""Writes of this room: opening an event's sales."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Count, Exists, OuterRef, QuerySet, Sum

from events.history import SYSTEM, Channel
from events.models import Event
from events.services import record
from venues.models import Seat

from .errors import SelectionInvalid, StockInUse
from .models import Offer, Place
from .signals import places_returned

BATCH = 5_000


@transaction.atomic
def open_sales(*, event: Event, now: datetime, by: str = SYSTEM, channel: str = Channel.BOX_OFFICE) -> int:
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
    astray, made, taken = _count_astray(event), 0, 0
    for offer in offers:  # first, so that a seat can move from one offer to another
        if offer.pk in astray:
            leaving = offer.places.filter(seat__isnull=False).exclude(seat__section__offers=offer)
            taken += _take_away(leaving, None, now)
    standing = _count_by_offer(event.places.filter(seat__isnull=True))
    for offer in offers:
        sections = offer.sections.all()
        if sections:
            room = sum(section.standing_capacity or 0 for section in sections)
            fitted = [_fit_seats(event, offer, now), _fit_standing(event, offer, standing.get(offer.pk, 0), room, now)]
            offer.capacity = offer.places.count()
            if not offer.capacity:
                raise SelectionInvalid(f"The sections of {offer} have no seats.")
            offer.save(update_fields=["capacity"])
        else:
            fitted = [_fit_standing(event, offer, standing.get(offer.pk, 0), offer.capacity, now)]
        made += sum(count for count in fitted if count > 0)
        taken -= sum(count for count in fitted if count < 0)
    total = event.offers.aggregate(total=Sum("capacity"))["total"]
    if total > event.venue.capacity:
        raise SelectionInvalid(
            f"The offers add up to {total:,} places, but {event.venue.name} holds {event.venue.capacity:,}."
        )
    if made or taken:
        changes = {"made": made, "taken away": taken, "places now": total}
        record(
            event,
            "open sales",
            now=now,
            by=by,
            channel=channel,
            **{name: count for name, count in changes.items() if count},
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


def _fit_seats(event: Event, offer: Offer, now: datetime) -> int:
    """Return how many places were made."""
    seats = Seat.objects.filter(section__offers=offer).exclude(places__event=event).order_by("pk").values("pk")
    return _make_places(event, offer, now, *seats.query.sql_with_params())


def _count_astray(event: Event) -> dict[int, int]:
    """Count the seats that are no longer in a section of their offer, by offer."""
    owned = Offer.sections.through.objects.filter(offer=OuterRef("offer"), section=OuterRef("seat__section"))
    return _count_by_offer(event.places.filter(~Exists(owned), seat__isnull=False))


def _count_by_offer(places: QuerySet[Place]) -> dict[int, int]:
    return dict(places.order_by().values_list("offer").annotate(Count("pk")))


def _fit_standing(event: Event, offer: Offer, present: int, wanted: int, now: datetime) -> int:
    """Return how many places were made; less than none: taken away."""
    missing = wanted - present
    if missing < 0:
        return -_take_away(offer.places.filter(seat__isnull=True), -missing, now)
    if missing > 0:
        count = "WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < %s)"
        return _make_places(event, offer, now, f"{count} SELECT CAST(NULL AS bigint) FROM counted", [missing])
    return 0


def _make_places(event: Event, offer: Offer, now: datetime, seats: str, params: Iterable) -> int:
    """Make a place for every row of the statement ``seats``, whose one column is the seat's id. Returns how many.

    In one statement inside the database: a stadium takes a second.
    """
    sql = f"""
        INSERT INTO {Place._meta.db_table} (event_id, offer_id, seat_id, free_from)
        SELECT %s, %s, seats.*, %s FROM ({seats}) seats
    """
    moment = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        cursor.execute(sql, [event.pk, offer.pk, moment, *params])
        return cursor.rowcount


def _take_away(places, count: int | None, now: datetime) -> int:
    """Delete ``count`` of ``places`` (None: all), choosing among those that are free and were never ticketed.

    Returns how many were deleted.

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
    return count
