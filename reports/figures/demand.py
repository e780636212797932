"""What people want: promo codes that are used, and waiting lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Q, Sum

from bookings.models import LedgerLine, WaitlistEntry
from events.models import Event
from reports.reading import local, share
from reports.report import Column, Kind, Report, Section
from reports.scope import Scope
from reports.sums import lines
from reports.words import percent, things
from ticketing.models import PromoCode
from ticketing.money import ZERO, format_money, to_cents

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
    with_code = lines(scope).filter(booking__promo_code__isnull=False).order_by().values("booking__promo_code")
    sums = with_code.annotate(
        uses=Count("booking", filter=SALE, distinct=True),
        tickets=Sum("quantity", filter=SALE, default=0),
        gross=Sum("gross", filter=SALE, default=ZERO),
        discounts=Sum("discount", filter=SALE, default=ZERO),
        net=Sum("gross") - Sum("discount") + Sum("retained"),
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
    rows = [WaitingRow(event_id=pk, event=events[pk].name, begins=local(events[pk]), **row) for pk, row in found.items()]
    return sorted(rows, key=lambda row: (-row.wanted, row.begins, row.event_id))
