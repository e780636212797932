"""What people want: promo codes that are used, and waiting lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Q, Sum

from bookings.models import LedgerLine, WaitlistEntry
from events.models import Event
from reports import charts
from reports.columns import BEGINS, EVENT
from reports.reading import lines_in, local, share
from reports.report import Column, Figure, Kind, Report, Section
from reports.scope import Scope
from reports.words import percent, things
from ticketing.models import PromoCode
from ticketing.money import ZERO, to_cents

SALE = Q(kind=LedgerLine.Kind.SALE)
STATUS = WaitlistEntry.Status


@dataclass(frozen=True)
class CodeRow:
    """``uses`` are the bookings that were sold with the code. ``net`` is what stays of them, refunds taken off.

    ``share`` is what the code took off of its bookings' prices.
    """

    promo_code_id: int
    promo_code: str
    uses: int
    tickets: int
    gross: Decimal
    discounts: Decimal
    share: Decimal | None
    net: Decimal


@dataclass(frozen=True)
class WaitingRow:
    """The waiting list of one event: ``people`` put themselves on it in the period, for so many ``wanted`` tickets.

    ``people == waiting + offered + booked + missed + left``, each as it stands now.
    """

    event_id: int
    event_slug: str
    event: str
    begins: datetime
    people: int
    wanted: int
    waiting: int
    offered: int
    booked: int
    missed: int
    left: int


def by_code(scope: Scope) -> list[CodeRow]:
    """The promo codes with which something was sold in the period, the most used first. Two statements."""
    with_code = lines_in(scope).filter(booking__promo_code__isnull=False).values("booking__promo_code")
    sums = with_code.annotate(
        net=Sum("gross") - Sum("discount") + Sum("retained"),
        uses=Count("booking", filter=SALE, distinct=True),
        tickets=Sum("quantity", filter=SALE, default=0),
        gross=Sum("gross", filter=SALE, default=ZERO),
        discounts=Sum("discount", filter=SALE, default=ZERO),
    )
    found = {row.pop("booking__promo_code"): row for row in sums}
    names = dict(PromoCode.objects.filter(pk__in=found).order_by().values_list("pk", "code"))
    rows = []
    for pk, row in found.items():
        money = {name: to_cents(row[name]) for name in ("gross", "discounts", "net")}
        part = share(money["discounts"], money["gross"])
        rows.append(CodeRow(pk, names[pk], row["uses"], row["tickets"], share=part, **money))
    return sorted(rows, key=lambda row: (-row.uses, row.promo_code))


def by_waiting_list(scope: Scope) -> list[WaitingRow]:
    """The events for which people put themselves on the waiting list in the period, the most tickets first."""
    entries = WaitlistEntry.objects.filter(
        scope.within("created_at", "event__venue__time_zone"), **scope.narrowed("event__")
    )
    if scope.ticket_type:
        entries = entries.filter(Q(offer__ticket_type=scope.ticket_type) | Q(offer__isnull=True))
    states = {status.value: Count("pk", filter=Q(status=status)) for status in STATUS}
    sums = entries.order_by().values("event").annotate(people=Count("pk"), wanted=Sum("quantity"), **states)
    found = {row.pop("event"): row for row in sums}
    events = Event.objects.filter(pk__in=found).select_related("venue").in_bulk()
    rows = [
        WaitingRow(event_id=pk, event_slug=events[pk].slug, event=events[pk].name, begins=local(events[pk]), **row)
        for pk, row in found.items()
    ]
    return sorted(rows, key=lambda row: (-row.wanted, row.begins, row.event_id))


def read_codes(rows: Sequence[CodeRow], scope: Scope) -> str:
    uses = sum(row.uses for row in rows)
    gross, off = sum(row.gross for row in rows), sum(row.discounts for row in rows)
    if not uses:
        return "No code was used; bookings with a code were changed."
    taken = f", and took {percent(share(off, gross))} off their prices" if gross else ""
    return f"{rows[0].promo_code} was used most. All codes together were used for {things(uses, 'booking')}{taken}."


def draw_codes(rows: Sequence[CodeRow], scope: Scope) -> Figure:
    return charts.bars([row.promo_code for row in rows], [row.uses for row in rows])


def read_waiting(rows: Sequence[WaitingRow], scope: Scope) -> str:
    people, booked = sum(row.people for row in rows), sum(row.booked for row in rows)
    wanted = things(sum(row.wanted for row in rows), "ticket")
    return (
        f"{things(people, 'person', 'people')} put themselves on a waiting list, for {wanted}; "
        f"{percent(share(booked, people))} have got places. The longest line is that of {rows[0].event}."
    )


def draw_waiting(rows: Sequence[WaitingRow], scope: Scope) -> Figure:
    parts = {status.label: [getattr(row, status.value) for row in rows] for status in STATUS}
    return charts.stacked_bars([row.event for row in rows], parts)


REPORT = Report(
    slug="demand",
    title="Demand",
    question="Which promo codes are used, and for what do people wait?",
    sections=(
        Section(
            slug="promo-codes",
            title="Promo codes",
            rows=by_code,
            columns=(
                Column("promo_code", "Promo code"),
                Column("uses", "Bookings", Kind.COUNT, "Sold with the code in the period.", is_added_up=True),
                Column("tickets", "Tickets", Kind.COUNT, "In these bookings, when they were sold.", is_added_up=True),
                Column("gross", "Gross", Kind.MONEY, "These tickets at their full prices.", is_added_up=True),
                Column("discounts", "Discounts", Kind.MONEY, "What was taken off.", is_added_up=True),
                Column("share", "Of the price", Kind.SHARE, "How much of the full prices that is."),
                Column("net", "Net", Kind.MONEY, "What stays of the period, refunds taken off.", is_added_up=True),
            ),
            chart=draw_codes,
            reading=read_codes,
            empty="Nothing was sold with a promo code in this time.",
            note="Discounts that the box office gave are not among them.",
            speaks_of_money=False,
        ),
        Section(
            slug="waiting-lists",
            title="Waiting lists",
            rows=by_waiting_list,
            columns=(
                EVENT,
                BEGINS,
                Column("people", "People", Kind.COUNT, "Who joined the list in the period.", is_added_up=True),
                Column("wanted", "Tickets wanted", Kind.COUNT, "By all of them.", is_added_up=True),
                Column("waiting", "Waiting", Kind.COUNT, "Still in line.", is_added_up=True),
                Column("offered", "Offered", Kind.COUNT, "Have places offered to them now.", is_added_up=True),
                Column("booked", "Booked", Kind.COUNT, "Took what was offered.", is_added_up=True),
                Column("missed", "Missed", Kind.COUNT, "Did not take it in time.", is_added_up=True),
                Column("left", "Left", Kind.COUNT, "Left the list.", is_added_up=True),
            ),
            chart=draw_waiting,
            reading=read_waiting,
            empty="Nobody joined a waiting list in this time.",
            note="With a ticket type chosen: who waits for it, or for any. Waiting lists know no channel.",
        ),
    ),
)
