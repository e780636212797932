"""The dashboard: how things stand, at a glance; and whether anything has changed since somebody looked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256

from django.db import connection
from django.db.models import BooleanField, Case, Q, QuerySet, Sum, When
from django.db.models.functions import Coalesce

from bookings.models import Activity, Booking, LedgerLine, Scan
from bookings.today import EventLine, doors
from events.models import Event, EventActivity

from . import charts
from .formats import for_people
from .periods import counterparts, describe, grain_of, name_of, steps
from .reading import average, share, tickets_by_event
from .report import Figure, Kind
from .scope import Period, Scope
from .sums import Sales, bookings_made, sales
from .words import percent

RECENT = 10
"""So many bookings are listed."""
SECONDS = 15
"""After so long, a page looks for news."""
FRESH = timedelta(minutes=5)
"""Without news, a page is made anew after that: doors open, and a day ends, because time passes."""


@dataclass(frozen=True)
class Card:
    """One figure and what it was before. ``report`` is the slug of the report that has more to say."""

    title: str
    kind: Kind
    value: int | Decimal | None
    before: int | Decimal | None = None
    about: str = ""
    report: str = ""

    @property
    def text(self) -> str:
        return for_people(self.value, self.kind)

    @property
    def change(self) -> Decimal | None:
        """How much more it is than before, 1 being as much again; below zero, less. None: nothing to compare with."""
        if self.value is None or not self.before or self.before < 0:
            return None
        return Decimal(self.value - self.before) / Decimal(self.before)

    @property
    def change_text(self) -> str:
        if self.change is None:
            return "nothing before" if self.before == 0 and self.value else ""
        return f"{percent(abs(self.change))} {'more' if self.change > 0 else 'less'}" if self.change else "no change"

    @property
    def direction(self) -> str:
        return "" if not self.change else "up" if self.change > 0 else "down"


@dataclass(frozen=True)
class Step:
    """A day, a week or a month: how many bookings were made in it, and in its counterpart before."""

    period: Period
    name: str
    bookings: int
    before: int | None


@dataclass(frozen=True)
class Dashboard:
    cards: list[Card]
    trend: list[Step]
    chart: Figure
    recent: list[Booking]
    doors: list[EventLine]
    compared: str


def read_dashboard(scope: Scope, *, sees_revenue: bool) -> Dashboard:
    """Read all of it. Seven queries, and two more where the period that it is compared with lies far away."""
    sums, made = _by_day(scope)
    trend = _trend(scope, made)
    return Dashboard(
        cards=_cards(scope, sums, made, sees_revenue),
        trend=trend,
        chart=_chart(trend, scope),
        recent=list(_recent(scope)),
        doors=doors(scope.events(), scope.now),
        compared=describe(scope.compared, scope.period) if scope.compared else "",
    )


# What was sold ------------------------------------------------------------------------------------


def _by_day(scope: Scope) -> tuple[dict, dict]:
    """Sales and bookings by day, of the period and of the one before it: read together where they touch."""
    if scope.compared is None:
        asked = [scope]
    elif scope.compared == scope.period.before:
        asked = [scope.during(Period(scope.compared.first, scope.period.last))]
    else:
        asked = [scope, scope.before]
    sums = {row.key[0]: row for one in asked for row in sales(one, "day")}
    made = {key[0]: count for one in asked for key, count in bookings_made(one, "day").items()}
    return sums, made


def _cards(scope: Scope, sums: dict, made: dict, sees_revenue: bool) -> list[Card]:
    now, before = [
        (Sales.total(row for day, row in sums.items() if day in period), _count(made, period))
        for period in (scope.period, scope.compared or NEVER)
    ]
    house, house_before = _house(scope)
    cards = [
        Card("Bookings", Kind.COUNT, now[1], before[1], "made"),
        Card("Tickets", Kind.COUNT, now[0].sold, before[0].sold, "sold", "ticket-types"),
    ]
    if sees_revenue:
        cards += [
            Card("Revenue", Kind.MONEY, now[0].net, before[0].net, "net of discounts and refunds", "revenue"),
            Card("Average order", Kind.MONEY, _order(*now), _order(*before), "as it was sold"),
        ]
    cards += [
        Card("Events", Kind.COUNT, house.events, house_before.events, "begin in this time", "popular"),
        Card("Venues", Kind.COUNT, house.venues, house_before.venues, "in which they are", "popular"),
        Card("Occupancy", Kind.SHARE, house.occupancy, house_before.occupancy, "of their places sold", "occupancy"),
    ]
    return cards if scope.compared else [replace(card, before=None) for card in cards]


NEVER = Period(date.max, date.min)
"""A period without days."""
NOWHERE = Q(pk__in=[])
"""No event at all."""


def _count(made: dict, period: Period) -> int:
    return sum(count for day, count in made.items() if day in period)


def _order(sums: Sales, bookings: int) -> Decimal | None:
    return average(sums.gross - sums.discounts, bookings)


# What is on ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class House:
    """The events of a time, cancelled ones apart."""

    events: int
    venues: int
    capacity: int
    tickets: int

    @property
    def occupancy(self) -> Decimal | None:
        return share(self.tickets, self.capacity)


def _house(scope: Scope) -> tuple[House, House]:
    """Count what is staged in the period, and in the one before it. Two queries."""
    within = [one.within("event_date", "venue__time_zone") if one else NOWHERE for one in (scope, scope.before)]
    events = scope.events().filter(within[0] | within[1]).exclude(status=Event.Status.CANCELLED).order_by()
    is_staged = {
        f"is_staged_{index}": Case(When(begins, then=True), default=False, output_field=BooleanField())
        for index, begins in enumerate(within)
    }
    rows = list(
        events.annotate(capacity=Coalesce(Sum("offers__capacity"), 0), **is_staged).values_list(
            "pk", "venue", "capacity", *is_staged
        )
    )
    tickets = tickets_by_event(replace(scope, ticket_type=None, channel=""), events)
    now, before = [
        House(
            events=len(staged),
            venues=len({venue for _, venue, _ in staged}),
            capacity=sum(capacity for *_, capacity in staged),
            tickets=sum(tickets.get(pk, 0) for pk, *_ in staged),
        )
        for staged in ([row[:3] for row in rows if row[index]] for index in (3, 4))
    ]
    return now, before


# Bookings -----------------------------------------------------------------------------------------


def _trend(scope: Scope, made: dict) -> list[Step]:
    grain = scope.grain or grain_of(scope.period)
    parts = steps(scope.period, grain)
    pairs = counterparts(parts, scope.period, scope.compared) if scope.compared else [None] * len(parts)
    return [
        Step(part, name_of(part, grain), _count(made, part), _count(made, counterpart) if counterpart else None)
        for part, counterpart in zip(parts, pairs, strict=True)
    ]


def _chart(trend: Sequence[Step], scope: Scope) -> Figure:
    days = [step.period.first for step in trend]
    before = [step.before for step in trend] if scope.compared else []
    before_name = describe(scope.compared, scope.period) if scope.compared else ""
    name = describe(scope.period)
    return charts.trend(days, [step.bookings for step in trend], name=name, before=before, before_name=before_name)


def _recent(scope: Scope) -> QuerySet[Booking]:
    """The newest bookings that were sold, whenever that was, whatever has become of them since."""
    bookings = Booking.objects.filter(confirmed_at__isnull=False, **scope.narrowed("event__"))
    if scope.channel:
        bookings = bookings.filter(channel=scope.channel)
    if scope.ticket_type:
        bookings = bookings.filter(tickets__offer__ticket_type=scope.ticket_type).distinct()
    return bookings.select_related("event__venue").order_by("-booking_date")[:RECENT]


# News ---------------------------------------------------------------------------------------------

JOURNALS = (Activity, LedgerLine, Scan, EventActivity)
"""What is done is written into one of them: so they tell whether anything has changed."""


def read_stamp(asked: str, now: datetime) -> str:
    """Return what changes as soon as the answer to ``asked`` may: the last entries of the journals. One query."""
    last = ", ".join(f"(SELECT MAX(id) FROM {model._meta.db_table})" for model in JOURNALS)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {last}")
        ids = cursor.fetchone()
    return sha256(f"{asked} {ids} {now.timestamp() // FRESH.total_seconds()}".encode()).hexdigest()[:24]
