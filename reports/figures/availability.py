"""What can still be had, right now: the events to come, and which of them are almost or quite sold out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Sum

from bookings.models import WaitlistEntry
from bookings.today import MOST, EventLine, read_lines
from reports import charts
from reports.columns import BEGINS, EVENT, VENUE
from reports.reading import share, to_come
from reports.report import Basis, Column, Figure, Kind, Report, Section
from reports.scope import Scope
from reports.words import begin, evening, listed, percent, things

SOLD_OUT, LOW, ON_SALE = "Sold out", "Almost sold out", "On sale"


@dataclass(frozen=True)
class ComingRow:
    """``in_baskets`` are places that customers hold while they pay, ``kept`` those that are kept for somebody by name.

    ``wanted`` are the tickets that people on the waiting list wait for.
    """

    event_id: int
    event_slug: str
    event: str
    venue: str
    begins: datetime
    state: str
    capacity: int
    sold: int
    in_baskets: int
    kept: int
    blocked: int
    free: int
    rate: Decimal | None
    wanted: int


def coming(scope: Scope) -> list[ComingRow]:
    """The next events, at most :data:`bookings.today.MOST`. Five statements."""
    found = list(to_come(scope).select_related("venue").order_by("event_date", "pk")[:MOST])
    waiting = WaitlistEntry.objects.active().filter(event__in=found).order_by()
    wanted = dict(waiting.values_list("event").annotate(Sum("quantity")))
    return [_row(line, wanted.get(line.event.pk, 0)) for line in read_lines(found, scope.now)]


def _row(line: EventLine, wanted: int) -> ComingRow:
    stock = line.stock
    return ComingRow(
        event_id=line.event.pk,
        event_slug=line.event.slug,
        event=line.event.name,
        venue=line.event.venue.name,
        begins=line.starts,
        state=_state(line),
        capacity=stock.capacity if stock else 0,
        sold=stock.sold if stock else 0,
        in_baskets=stock.in_baskets if stock else 0,
        kept=stock.kept if stock else 0,
        blocked=stock.blocked if stock else 0,
        free=stock.free if stock else 0,
        rate=share(stock.sold, stock.capacity) if stock else None,
        wanted=wanted,
    )


def _state(line: EventLine) -> str:
    if line.is_sold_out:
        return SOLD_OUT
    if line.why_not_on_sale:
        return line.why_not_on_sale.capitalize()
    return LOW if line.is_low else ON_SALE


def read_coming(rows: Sequence[ComingRow], scope: Scope) -> str:
    counts = Counter(row.state for row in rows)
    said = [f"{counts[state]:,} {state.lower()}" for state in (SOLD_OUT, LOW, ON_SALE) if counts[state]]
    rest = len(rows) - sum(counts[state] for state in (SOLD_OUT, LOW, ON_SALE))
    said += [f"{rest:,} not on sale"] if rest else []
    wanted = sum(row.wanted for row in rows)
    waiting = f" People wait for {things(wanted, 'ticket')}." if wanted else ""
    left = percent(share(sum(row.free for row in rows), sum(row.capacity for row in rows)) or Decimal(0))
    return f"Of {things(len(rows), 'event')} to come: {listed(said)}. {begin(left)} of all places are free.{waiting}"


def draw_coming(rows: Sequence[ComingRow], scope: Scope) -> Figure | None:
    rows = [row for row in rows if row.capacity]
    parts = {
        "Sold": [row.sold for row in rows],
        "Held": [row.in_baskets + row.kept for row in rows],
        "Blocked": [row.blocked for row in rows],
        "Free": [row.free for row in rows],
    }
    labels = [evening(row.event, row.begins) for row in rows]
    return charts.stacked_bars(labels, parts, colours=charts.STOCK) if rows else None


REPORT = Report(
    slug="availability",
    title="Availability",
    question="What can still be had, and what is almost gone?",
    basis=Basis.STAGED,
    period="next_30",
    sections=(
        Section(
            slug="coming",
            title="Events to come",
            rows=coming,
            columns=(
                EVENT,
                VENUE,
                BEGINS,
                Column("state", "State", about="Almost sold out: ten places, or one in ten, are left."),
                Column("capacity", "Places", Kind.COUNT, "All places of the event.", is_added_up=True),
                Column("sold", "Sold", Kind.COUNT, "Places of valid tickets.", is_added_up=True),
                Column("in_baskets", "In baskets", Kind.COUNT, "Held by customers who pay.", is_added_up=True),
                Column("kept", "Kept", Kind.COUNT, "For somebody, by name.", is_added_up=True),
                Column("blocked", "Blocked", Kind.COUNT, "Taken out of sale.", is_added_up=True),
                Column("free", "Free", Kind.COUNT, "Can be sold now.", is_added_up=True),
                Column("rate", "Full", Kind.SHARE, "Sold places of all places."),
                Column(
                    "wanted", "Wanted", Kind.COUNT, "Tickets that people on the waiting list want.", is_added_up=True
                ),
            ),
            chart=draw_coming,
            reading=read_coming,
            empty="No event is to come.",
            note=(
                f"The events of the period that are to come, or, where it looks back, all of them; at most {MOST}. "
                "Ticket type and channel change nothing here."
            ),
        ),
    ),
)
