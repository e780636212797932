"""Settlements: one row for each event, as it stands now, and whether that was signed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db.models import F
from django.urls import reverse

from events.models import Event
from reports.access import REVENUE
from reports.models import Settlement
from reports.report import Basis, Column, Kind
from reports.scope import Scope
from reports.settlements.figures import Figures, settle

from .export import Export
from .paging import on_clock, pages

BATCH = 200

COLUMNS = (
    Column("event", "Event"),
    Column("event_slug", "Event's address", about="What the event is called in addresses: never used twice."),
    Column("event_date", "Begins", Kind.MOMENT, "When the event begins, on the clock of its venue."),
    Column("venue", "Venue"),
    Column("event_status", "Event's status", about="active, cancelled or completed."),
    Column("tickets", "Tickets", Kind.COUNT, "Valid tickets.", is_added_up=True),
    Column("comps", "Comps", Kind.COUNT, "Valid tickets that were given away.", is_added_up=True),
    Column("gross", "Gross", Kind.MONEY, "Tickets sold, at their prices.", is_added_up=True),
    Column("discounts", "Discounts", Kind.MONEY, "What was taken off at once.", is_added_up=True),
    Column("refunds", "Refunds", Kind.MONEY, "What went back for cancelled tickets, or was reduced later.", True),
    Column("exchanges", "Exchanges", Kind.MONEY, "What exchanges brought or cost.", is_added_up=True),
    Column("retained", "Of it retained", Kind.MONEY, "Part of the takings: kept of cancelled tickets.", True),
    Column("takings", "Takings", Kind.MONEY, "Gross, less discounts and refunds, with exchanges.", is_added_up=True),
    Column("paid", "Paid", Kind.MONEY, "Payments, less refunds made or still to be made: the same as takings.", True),
    Column("pending", "Still to go back", Kind.MONEY, "Refunds that are decided and not made yet.", is_added_up=True),
    Column("fees", "The house keeps", Kind.MONEY, "Share of the takings, and so much for each ticket.", True),
    Column("due", "Due to the promoter", Kind.MONEY, "Takings, less what the house keeps.", is_added_up=True),
    Column("state", "State", about="to come, open, signed, or changed since it was signed."),
    Column("signed_by", "Signed by"),
    Column("signed_at", "Signed", Kind.MOMENT, "On the clock of the office."),
)


LISTED = (
    Column("event", "Event", link=lambda row: reverse("reports:settlement", args=[row.event_slug])),
    *(column for column in COLUMNS if column.name in ("event_date", "venue", "tickets", "takings", "due")),
    *(column for column in COLUMNS if column.name in ("state", "signed_by")),
)
"""The columns of the page."""


@dataclass(frozen=True, slots=True)
class SettlementRow:
    event: str
    event_slug: str
    event_date: datetime
    venue: str
    event_status: str
    tickets: int
    comps: int
    gross: Decimal
    discounts: Decimal
    refunds: Decimal
    exchanges: Decimal
    retained: Decimal
    takings: Decimal
    paid: Decimal
    pending: Decimal
    fees: Decimal
    due: Decimal
    state: str
    signed_by: str
    signed_at: datetime | None


FIGURES = (
    *("tickets", "comps", "gross", "discounts", "refunds", "exchanges", "retained"),
    *("takings", "paid", "pending", "fees", "due"),
)


def state_of(is_over: bool, figures: Figures, last: Settlement | None) -> str:
    """Say how far a settlement is: ``to come``, ``open``, ``signed`` or ``changed``."""
    if last is None:
        return "open" if is_over else "to come"
    return "signed" if last.figures == figures.as_json() else "changed"


def last_signed(event_ids: list[int]) -> dict[int, Settlement]:
    """Find the sign-offs that hold. One query."""
    signed = Settlement.objects.filter(event__in=event_ids).order_by("event", "number")
    return {settlement.event_id: settlement for settlement in signed}


def count(scope: Scope) -> int:
    return scope.staged().order_by().count()


def rows(scope: Scope) -> Iterator[SettlementRow]:
    """Yield the events of the period, in the order in which they begin."""
    events = scope.staged().values(
        *("pk", "name", "slug", "event_date", "ends_at", "status"),
        house=F("venue__name"),
        zone=F("venue__time_zone"),
    )
    for page in pages(events, "event_date", "pk", size=BATCH):
        ids = [of["pk"] for of in page]
        figures, signed = settle(ids), last_signed(ids)
        yield from (_row(of, figures[of["pk"]], signed.get(of["pk"]), scope.now) for of in page)


def _row(of: dict, figures: Figures, last: Settlement | None, now: datetime) -> SettlementRow:
    event = Event(event_date=of["event_date"], ends_at=of["ends_at"])
    is_over = event.is_over(now) or of["status"] == Event.Status.CANCELLED
    return SettlementRow(
        event=of["name"],
        event_slug=of["slug"],
        event_date=on_clock(of["event_date"], of["zone"]),
        venue=of["house"],
        event_status=of["status"],
        **{name: getattr(figures, name) for name in FIGURES},
        state=state_of(is_over, figures, last),
        signed_by=last.signed_by if last else "",
        signed_at=on_clock(last.signed_at, settings.TIME_ZONE) if last else None,
    )


EXPORT = Export(
    slug="settlements",
    title="Settlements",
    about="One row for each event, as it stands now, and whether that was signed.",
    period="Events that begin in this time, on the clocks of their venues.",
    columns=COLUMNS,
    rows=rows,
    count=count,
    permission=REVENUE,
    basis=Basis.STAGED,
)
