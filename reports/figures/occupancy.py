"""How full the house is: by venue, by event, and by section of one event."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal

from events.models import Event
from reports import charts
from reports.columns import BEGINS, EACH_VENUE, EVENT, VENUE, events_column
from reports.reading import EventFacts, once, read_facts, share, stock_by_event
from reports.report import Basis, Column, Figure, Kind, Report, Section
from reports.scope import Scope
from reports.words import percent, things
from ticketing.availability import Availability, availability_by_section, standing_availability
from ticketing.models import Offer
from venues.models import Section as RoomSection

EMPTY = "No event with places begins in this time."
HALF = Decimal("0.5")


@dataclass(frozen=True, kw_only=True)
class Filled:
    """Places by what has become of them: ``capacity == sold + held + blocked + free``."""

    capacity: int
    sold: int
    held: int
    blocked: int
    free: int

    @property
    def rate(self) -> Decimal | None:
        return share(self.sold, self.capacity)


@dataclass(frozen=True, kw_only=True)
class VenueRow(Filled):
    venue_slug: str
    venue: str
    events: int


@dataclass(frozen=True, kw_only=True)
class EventRow(Filled, EventFacts):
    pass


@dataclass(frozen=True, kw_only=True)
class SectionRow(Filled):
    """``section_id`` is None for standing places, which belong to an offer."""

    section_id: int | None
    section: str


COUNTS = tuple(field.name for field in fields(Filled))


def add_up(stocks: Iterable[Filled | Availability]) -> dict[str, int]:
    """Add places up, state by state."""
    stocks = list(stocks)
    return {name: sum(getattr(stock, name) for stock in stocks) for name in COUNTS}


@once
def by_event(scope: Scope) -> list[EventRow]:
    """The events that begin in the period, as they come; without cancelled ones, and those that have no places yet."""
    events = scope.staged().exclude(status=Event.Status.CANCELLED)
    stocks = stock_by_event(scope, events)
    facts = read_facts(events)
    return [EventRow(**vars(event), **add_up([stocks[event.event_id]])) for event in facts if event.event_id in stocks]


def by_venue(scope: Scope) -> list[VenueRow]:
    """The venues in which these events are, the fullest first."""
    venues: dict[str, list[EventRow]] = defaultdict(list)
    for row in by_event(scope):
        venues[row.venue_slug].append(row)
    rows = [
        VenueRow(venue_slug=slug, venue=rows[0].venue, events=len(rows), **add_up(rows))
        for slug, rows in venues.items()
    ]
    return sorted(rows, key=lambda row: (-row.rate, row.venue))


@once
def by_section(scope: Scope) -> list[SectionRow]:
    """The sections of the one event that is asked about, if it has seats, in the order of its room.

    Its standing places follow, offer by offer. Whether it begins in the period does not matter.
    """
    event = scope.event
    if event is None or event.seating_plan_id is None:
        return []
    stocks = availability_by_section(event, scope.now)
    sections = RoomSection.objects.filter(plan=event.seating_plan_id, pk__in=stocks).order_by("order", "pk")
    rows = [
        SectionRow(section_id=section.pk, section=section.name, **add_up([stocks[section.pk]])) for section in sections
    ]
    standing = standing_availability(event, scope.now)
    return rows + [
        SectionRow(section_id=None, section=_name_standing(offer), **add_up([stock]))
        for offer, stock in standing.items()
    ]


def _name_standing(offer: Offer) -> str:
    return offer.name if "standing" in offer.name.lower() else f"{offer.name}, standing"


def read_venues(rows: Sequence[VenueRow], scope: Scope) -> str:
    sum_of = add_up(rows)
    events = things(sum(row.events for row in rows), "event")
    whole = f"{percent(share(sum_of['sold'], sum_of['capacity']))} of the places at {events} are sold"
    best, last = rows[0], rows[-1]
    if len(rows) == 1 or best.rate == last.rate:
        return f"{whole}."
    return f"{whole}: {percent(best.rate)} at {best.venue}, {percent(last.rate)} at {last.venue}."


def read_events(rows: Sequence[EventRow], scope: Scope) -> str:
    full = sum(row.free == 0 for row in rows)
    half = sum(row.rate < HALF for row in rows)
    return (
        f"Of {things(len(rows), 'event')}, {full:,} {'has' if full == 1 else 'have'} no free place left; "
        f"{half:,} {'has' if half == 1 else 'have'} sold less than half of {'its' if half == 1 else 'their'} places."
    )


def read_sections(rows: Sequence[SectionRow], scope: Scope) -> str:
    best, last = max(rows, key=lambda row: row.rate), min(rows, key=lambda row: row.rate)
    if best.rate == last.rate:
        return f"{percent(best.rate)} of the places are sold."
    return (
        f"{best.section} is the fullest, with {percent(best.rate)} sold; {last.section} has sold {percent(last.rate)}."
    )


def draw(label: str) -> Callable[[Sequence[Filled], Scope], Figure]:
    """Draw what has become of places: one bar for each row, named by its attribute ``label``."""

    def figure(rows: Sequence[Filled], scope: Scope) -> Figure:
        parts = {
            name.capitalize(): [getattr(row, name) for row in rows] for name in ("sold", "held", "blocked", "free")
        }
        labels = [getattr(row, label) for row in rows]
        return charts.stacked_bars(labels, parts, colours=charts.STOCK)

    return figure


PLACES = (
    Column("capacity", "Places", Kind.COUNT, "All places that were made when sales were opened.", is_added_up=True),
    Column("sold", "Sold", Kind.COUNT, "Places of valid tickets.", is_added_up=True),
    Column("held", "Held", Kind.COUNT, "While somebody pays, or for somebody by name.", is_added_up=True),
    Column("blocked", "Blocked", Kind.COUNT, "Taken out of sale by the box office.", is_added_up=True),
    Column("free", "Free", Kind.COUNT, "What could be sold now, or could have been.", is_added_up=True),
    Column("rate", "Full", Kind.SHARE, "Sold places of all places."),
)

NOTE = (
    "The period is when events begin. Cancelled events, and those whose sales were never opened, are left out. "
    "Places do not belong to a channel: that filter changes nothing here."
)

REPORT = Report(
    slug="occupancy",
    title="Occupancy",
    question="How full is the house?",
    basis=Basis.STAGED,
    period="next_30",
    template="reports/occupancy.html",
    sections=(
        Section(
            slug="venues",
            title="By venue",
            rows=by_venue,
            columns=(
                EACH_VENUE,
                events_column("Events of the period that have places."),
                *PLACES,
            ),
            chart=draw("venue"),
            reading=read_venues,
            empty=EMPTY,
            note=NOTE,
        ),
        Section(
            slug="events",
            title="By event",
            rows=by_event,
            columns=(EVENT, VENUE, BEGINS, *PLACES),
            reading=read_events,
            empty=EMPTY,
            note=NOTE,
        ),
        Section(
            slug="sections",
            title="By section",
            rows=by_section,
            columns=(Column("section", "Section"), *PLACES),
            chart=draw("section"),
            reading=read_sections,
            empty="No single event with a seating plan is chosen.",
            advice="Choose one in the filter, or click on one in the list above.",
            note="All ticket types of the event, whenever it begins.",
        ),
    ),
)
