"""What is on today and in the days after it, with what the box office has to know of each event at a glance."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q

from events.models import Event, EventQuerySet
from ticketing.availability import Availability, availability_by_event
from ticketing.models import Offer

from .models import Ticket

AHEAD = timedelta(days=7)
"""So far into the days to come the box office looks."""
MOST = 100
"""So many events are shown, at most: those that begin first."""
STILL_ON = timedelta(hours=4)
"""An event that does not say when it ends is over after that."""

LOW_SHARE, LOW_COUNT = 10, 10
"""An event is almost sold out once no more than so many places in a hundred are left, or no more than so many."""

STATES = ("sold", "held", "blocked")
"""What a bar draws, from its left; what remains is free."""


@dataclass(frozen=True)
class EventLine:
    """An event as the box office sees it. ``stock`` is None as long as its places have not been made."""

    event: Event
    stock: Availability | None
    valid: int
    admitted: int
    offers: tuple[Offer, ...]
    now: datetime

    @property
    def starts(self) -> datetime:
        """When it begins, on the clock of its venue."""
        return self.event.event_date.astimezone(self.event.venue.tz)

    @property
    def has_opened_doors(self) -> bool:
        return (self.event.doors_at or self.event.event_date) <= self.now

    @property
    def is_over(self) -> bool:
        ends_at = self.event.ends_at or self.event.event_date + STILL_ON
        return self.event.status == Event.Status.COMPLETED or ends_at <= self.now

    @property
    def is_today(self) -> bool:
        """Whether it is on the calendar of its venue today, or began yesterday and is not over."""
        today = self.now.astimezone(self.event.venue.tz).date()
        return self.starts.date() == today or (self.starts.date() < today and not self.is_over)

    @property
    def is_cancelled(self) -> bool:
        return self.event.status == Event.Status.CANCELLED

    @property
    def is_draft(self) -> bool:
        return not self.event.is_published(self.now)

    @property
    def is_sellable(self) -> bool:
        """Whether it could be sold at all: it is neither cancelled nor over, and has not begun."""
        return self.event.status == Event.Status.ACTIVE and self.event.event_date > self.now

    @property
    def is_sold_out(self) -> bool:
        return bool(self.stock) and self.stock.is_sold_out

    @property
    def is_low(self) -> bool:
        """Whether it costs something and is almost sold out: nobody hurries for what is free of charge."""
        if not self.stock or not self.stock.free or not self.stock.sold:
            return False
        few = self.stock.free <= LOW_COUNT or self.stock.free * 100 <= self.stock.capacity * LOW_SHARE
        return few and any(offer.price for offer in self.offers)

    @property
    def why_not_on_sale(self) -> str:
        """Say what keeps customers from buying, as long as it is not that all is sold; empty: nothing does."""
        if self.is_draft:
            return "not published yet"
        if not self.stock:
            return "sales have not been opened"
        if not any(offer.is_on_sale(self.now) for offer in self.offers):
            return "no offer is on sale now"
        return ""

    @property
    def percent(self) -> int:
        """How many places in a hundred are sold, rounded down: 100 means all."""
        return self.stock.sold * 100 // self.stock.capacity if self.stock and self.stock.capacity else 0

    @property
    def bar(self) -> list[tuple[str, int, int]]:
        """What to draw: state, where it begins, and how wide it is, in places."""
        parts, start = [], 0
        for state in STATES:
            width = getattr(self.stock, state) if self.stock else 0
            parts.append((state, start, width))
            start += width
        return parts


@dataclass(frozen=True)
class Programme:
    """The events of today, and of each day after it."""

    today: list[EventLine]
    coming: list[tuple[date, list[EventLine]]]
    is_cut_short: bool

    @property
    def lines(self) -> list[EventLine]:
        return [*self.today, *(line for _, lines in self.coming for line in lines)]

    @property
    def doors_open(self) -> bool:
        """Whether somebody may be let in somewhere."""
        return any(line.has_opened_doors and not line.is_over for line in self.today)


def programme(now: datetime) -> Programme:
    """Read what is on, each event on the calendar of its own venue. Four queries."""
    events = Event.objects.filter(event_date__gt=now - timedelta(days=2), event_date__lt=now + AHEAD)
    found = list(events.select_related("venue", "category", "seating_plan").order_by("event_date", "pk")[: MOST + 1])
    lines = read_lines(found[:MOST], now)
    coming: dict[date, list[EventLine]] = {}
    for line in lines:
        if line.starts.date() > now.astimezone(line.event.venue.tz).date():
            coming.setdefault(line.starts.date(), []).append(line)
    return Programme(
        today=sorted((line for line in lines if line.is_today), key=lambda line: (line.is_over, _by_clock(line))),
        coming=[(day, sorted(lines, key=_by_clock)) for day, lines in sorted(coming.items())],
        is_cut_short=len(found) > MOST,
    )


def _by_clock(line: EventLine) -> datetime:
    """Sort as a calendar on the wall does, wherever the wall is."""
    return line.starts.replace(tzinfo=None)


def read_lines(events: Iterable[Event], now: datetime) -> list[EventLine]:
    """Add to each event its stock, its offers and who has come. Three queries."""
    events = list(events)
    stock = availability_by_event(events, now)
    offers = Offer.objects.filter(event__in=events).select_related("ticket_type")
    by_event: dict[int, list[Offer]] = {}
    for offer in offers.order_by("event", "pk"):
        by_event.setdefault(offer.event_id, []).append(offer)
    tickets = Ticket.objects.valid().filter(offer__event__in=events).order_by().values("offer__event")
    counts = tickets.annotate(valid=Count("pk"), admitted=Count("pk", filter=Q(checked_in_at__isnull=False)))
    came = {row["offer__event"]: (row["valid"], row["admitted"]) for row in counts}
    return [
        EventLine(
            event=event,
            stock=stock.get(event.pk),
            valid=came.get(event.pk, (0, 0))[0],
            admitted=came.get(event.pk, (0, 0))[1],
            offers=tuple(by_event.get(event.pk, ())),
            now=now,
        )
        for event in events
    ]


def doors(events: EventQuerySet, now: datetime) -> list[EventLine]:
    """Of ``events``, those of today that were not cancelled, with who has come, but without stock and offers.

    At most :data:`MOST`. One query.
    """
    near = events.filter(event_date__gt=now - timedelta(days=2), event_date__lt=now + timedelta(days=2))
    is_valid = Q(offers__tickets__status=Ticket.Status.VALID)
    came = near.exclude(status=Event.Status.CANCELLED).annotate(
        valid=Count("offers__tickets", filter=is_valid),
        admitted=Count("offers__tickets", filter=is_valid & Q(offers__tickets__checked_in_at__isnull=False)),
    )
    lines = [
        EventLine(event, None, event.valid, event.admitted, (), now)
        for event in came.select_related("venue").order_by("event_date", "pk")
    ]
    return [line for line in lines if line.is_today][:MOST]
