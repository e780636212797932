"""Many events from one: a season by rule, and copies of an event to other dates, with their offers and places."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from datetime import datetime

from events.dates import MOST, follow
from events.errors import DateRefused
from events.history import Channel
from events.models import Event, EventActivity, Production

from .errors import SelectionInvalid
from .models import Offer
from .offers import Draft, find_problems
from .services import open_sales
from .tasks import open_season
from .transactions import atomic

AT_ONCE = 100_000
"""So many places are made while somebody waits: some seconds' work. More are left to the queue."""

AN_EVENT = 500
"""To open an event's sales is as much work as to make so many places."""

Section = Offer.sections.through


@atomic
def make_season(
    *,
    prototype: Event,
    moments: Sequence[datetime],
    offers: Sequence[Draft],
    publish_at: datetime | None,
    now: datetime,
    by: str,
    production: Production | None = None,
    copied_from: Event | None = None,
    channel: str = Channel.BOX_OFFICE,
) -> list[Event]:
    """Make an event like ``prototype`` at each of ``moments``, with these offers and their places: all, or none.

    Doors, ends and the sales periods of offers move along with the date. Nothing of ``prototype`` is saved but its
    production, if that is a new one. Where there are too many places to wait for, the queue makes them, and the events
    are drafts until all of them have theirs: they are published together in any case.

    Raises:
        DateRefused: no date, too many of them, or one that has passed.
        SelectionInvalid: the offers contradict each other, the plan or the venue.
    """
    _check_dates(moments, now)
    if problems := find_problems(prototype, offers, now):
        raise SelectionInvalid(problems[0].message)
    if production and production.pk is None:
        production.save()
    prototype.production = production
    waits = is_left_to_queue(moments, offers)
    events = [_make_event(prototype, moment, None if waits else publish_at, now) for moment in moments]
    _note(events, copied_from, publish_at, now, by, channel)
    if not offers:
        return events
    _make_offers(prototype, events, offers)
    if waits:
        pks = [event.pk for event in events]
        open_season.enqueue(pks, publish_at.isoformat() if publish_at else "", by)
        return events
    for event in events:
        open_sales(event=event, now=now, by=by, channel=channel)
    return events


def is_left_to_queue(moments: Sequence[datetime], offers: Sequence[Draft]) -> bool:
    """Whether there is more to make than anybody would wait for."""
    return len(moments) * (AN_EVENT + sum(draft.offer.capacity for draft in offers)) > AT_ONCE


def copy_event(
    *, event: Event, moments: Sequence[datetime], publish_at: datetime | None, now: datetime, by: str
) -> list[Event]:
    """Copy an event to other dates, with its offers and their places: see :func:`make_season`.

    Raises:
        DateRefused, SelectionInvalid: see there.
    """
    offers = event.offers.select_related("ticket_type").prefetch_related("sections")
    return make_season(
        prototype=event,
        moments=moments,
        offers=[Draft(_unsaved(offer), list(offer.sections.all())) for offer in offers],
        publish_at=publish_at,
        now=now,
        by=by,
        production=event.production,
        copied_from=event,
    )


def _check_dates(moments: Sequence[datetime], now: datetime) -> None:
    if not moments:
        raise DateRefused("There is no date to make an event at.")
    if len(moments) > MOST:
        raise DateRefused(f"At most {MOST} events are made at a time.")
    if min(moments) <= now:
        raise DateRefused("Events must begin in the future.")


def _make_event(prototype: Event, moment: datetime, published_at: datetime | None, now: datetime) -> Event:
    event = copy(prototype)
    event._state = copy(prototype._state)
    event.pk, event._state.adding = None, True
    event.slug, event.is_featured, event.status = "", False, Event.Status.ACTIVE
    event.rescheduled_from = event.refundable_until = None
    event.published_at, event.created_at = published_at, now
    shift = moment - prototype.event_date
    event.event_date = moment
    event.doors_at = prototype.doors_at and prototype.doors_at + shift
    event.ends_at = prototype.ends_at and prototype.ends_at + shift
    event.save(force_insert=True)
    return event


def _unsaved(offer: Offer) -> Offer:
    return Offer(
        ticket_type=offer.ticket_type,
        label=offer.label,
        price=offer.price,
        capacity=offer.capacity,
        on_sale_at=offer.on_sale_at,
        off_sale_at=offer.off_sale_at,
    )


def _make_offers(prototype: Event, events: Sequence[Event], drafts: Sequence[Draft]) -> None:
    """Give each event its own copy of the offers: two statements for all of them, however many there are."""
    made = []
    for event in events:
        for draft in drafts:
            offer = _unsaved(draft.offer)
            offer.event = event
            for name in ("on_sale_at", "off_sale_at"):
                if moment := getattr(draft.offer, name):
                    setattr(offer, name, follow(moment, prototype.event_date, event.event_date, event.venue.tz))
            made.append((offer, draft.sections))
    Offer.objects.bulk_create([offer for offer, _ in made], batch_size=500)
    links = [Section(offer=offer, section=section) for offer, sections in made for section in sections]
    Section.objects.bulk_create(links, batch_size=500)


def _note(
    events: Sequence[Event],
    copied_from: Event | None,
    publish_at: datetime | None,
    now: datetime,
    by: str,
    channel: str,
) -> None:
    detail = {"publish at": publish_at.isoformat() if publish_at else ""}
    if copied_from:
        detail["copied from"] = copied_from.slug
    EventActivity.objects.bulk_create(
        EventActivity(event=event, at=now, actor=by, channel=channel, verb="create", detail=detail) for event in events
    )
