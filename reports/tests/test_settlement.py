"""Settlements tie to tickets, ledger and payments; what was signed never changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError

from bookings import services as selling
from bookings.models import Booking, Payment, Ticket
from bookings.tests.sales import NOW, sold
from events.history import AppendOnlyError
from events.models import Event
from events.services import cancel_event
from reports import services
from reports.errors import SigningRefused
from reports.models import Settlement, SettlementTerms
from reports.scope import Period, Scope
from reports.settlements.figures import Figures, PaymentLine, TicketLine, settle
from reports.sums import sales
from reports.tests.factories import SettlementFactory, SettlementTermsFactory
from reports.tests.histories import House
from ticketing.tests.factories import make_offer

pytestmark = pytest.mark.django_db

AFTER = NOW + timedelta(days=400)
ALL = Period(date(2026, 1, 1), date(2026, 12, 31))


def carry_out_refunds():
    for refund in Payment.objects.filter(kind="refund", status="pending"):
        selling.carry_out_refund(refund=refund, now=NOW)


def figures_of(event) -> Figures:
    return settle([event.pk])[event.pk]


def sign(event, now=AFTER, by="grace", **kwargs):
    return services.sign_settlement(event=event, seen=services.digest(figures_of(event)), by=by, now=now, **kwargs)


@pytest.fixture
def evening():
    """An event of which five tickets were sold at 40.00, and two given away; two came back for half of the price."""
    offer = make_offer(20)
    booking = sold(offer, 5)
    selling.cancel_tickets(
        booking=booking,
        tickets=list(booking.tickets.values_list("pk", flat=True)[:2]),
        refund=Decimal("40.00"),
        now=NOW,
        actor="grace",
    )
    selling.comp(event=offer.event, quantities={offer.pk: 2}, name="Press", reason="press", now=NOW, actor="grace")
    carry_out_refunds()
    return offer.event


# Figures --------------------------------------------------------------------------------------


def test_settlement_says_what_was_sold_given_back_and_kept(evening):
    figures = figures_of(evening)

    assert figures == Figures(
        lines=(
            TicketLine("Standard", "", Decimal("40.00"), 3, Decimal("120.00"), Decimal("0.00")),
            TicketLine("Standard", "", Decimal("0.00"), 2, Decimal("0.00"), Decimal("0.00")),
        ),
        payments=(PaymentLine("demo", Decimal("200.00"), Decimal("40.00")),),
        sold=7,
        returned=2,
        gross=Decimal("200.00"),
        refunds=Decimal("40.00"),
        retained=Decimal("40.00"),
        takings=Decimal("160.00"),
    )
    assert (figures.tickets, figures.comps, figures.paid, figures.due) == (5, 2, Decimal(160), Decimal(160))
    assert figures.is_tied


def test_settlement_counts_refunds_once_they_are_decided(evening):
    selling.cancel(booking=Booking.objects.first(), reason="staff", now=NOW, actor="grace")
    selling.cancel(booking=Booking.objects.last(), reason="staff", now=NOW, actor="grace")

    figures = figures_of(evening)

    assert (figures.pending, figures.paid, figures.takings) == (Decimal(120), Decimal(40), Decimal(40))
    assert figures.is_tied


def test_house_keeps_a_share_and_so_much_for_each_paid_ticket(evening):
    services.set_terms(event=evening, percent=Decimal("12.5"), per_ticket=Decimal("1.50"), now=NOW, by="grace")

    figures = figures_of(evening)

    assert (figures.commission, figures.ticket_fees) == (Decimal("20.00"), Decimal("4.50"))
    assert figures.due == Decimal("135.50")


@pytest.mark.parametrize("seed", [4, 5])
def test_settlements_tie_to_sales_and_payments_in_random_histories(seed):
    house = House(seed=seed).live(120)
    scope = Scope(now=datetime(2026, 4, 20, tzinfo=UTC), period=ALL)
    by_event = {row.key[0]: row for row in sales(scope, "event")}

    found = settle([event.pk for event in house.events])

    assert len(by_event) > 4
    for event, row in by_event.items():
        figures = found[event]
        assert figures.is_tied
        assert (figures.tickets, figures.sold, figures.returned) == (row.tickets, row.sold, row.returned)
        for name in ("gross", "discounts", "refunds", "exchanges"):
            assert getattr(figures, name) == getattr(row, name), name
        assert figures.takings == row.net == _plainly_paid(event)
        assert Figures.from_json(figures.as_json()) == figures


def _plainly_paid(event: int) -> Decimal:
    """Add payments up one by one."""
    total = Decimal("0.00")
    for payment in Payment.objects.filter(booking__event=event):
        if payment.kind == "charge" and payment.status == "succeeded":
            total += payment.amount
        elif payment.kind == "refund":
            total += {"pending": -payment.amount, "failed": payment.amount}.get(payment.status, 0)
    return total


@pytest.mark.parametrize("count", [1, 3])
def test_settlements_cost_the_same_for_any_number_of_events(count, django_assert_num_queries):
    events = [sold(make_offer()).event for _ in range(count)]

    with django_assert_num_queries(4):
        found = settle([event.pk for event in events])

    assert [figures.takings for figures in found.values()] == [Decimal("40.00")] * count


def test_settlement_of_an_event_without_sales_is_all_zero():
    event = make_offer().event

    assert figures_of(event) == Figures()
    assert Figures().is_tied


# Signing --------------------------------------------------------------------------------------


def test_what_was_signed_is_kept_for_ever(evening):
    settlement = sign(evening, note="as agreed")

    with pytest.raises(AppendOnlyError):
        settlement.save()
    with pytest.raises(AppendOnlyError):
        Settlement.objects.update(note="")
    assert Figures.from_json(Settlement.objects.get().figures) == figures_of(evening)
    assert (settlement.number, settlement.signed_by, settlement.note) == (1, "grace", "as agreed")
    line = evening.activities.get(verb="sign settlement")
    assert line.detail == {"number": 1, "due": "160.00"}


def test_event_is_signed_again_only_after_something_has_changed(evening):
    first = sign(evening)
    with pytest.raises(SigningRefused, match="have been signed already"):
        sign(evening)

    selling.refund_part(
        booking=Booking.objects.filter(total_price__gt=0).get(),
        amount=Decimal("5.00"),
        why="A pillar",
        now=NOW,
        actor="grace",
    )
    carry_out_refunds()
    second = sign(evening)

    assert (first.number, second.number) == (1, 2)
    assert [Figures.from_json(it.figures).due for it in Settlement.objects.all()] == [Decimal(160), Decimal(155)]


def test_other_terms_are_a_change(evening):
    sign(evening)

    services.set_terms(event=evening, percent=Decimal(10), per_ticket=Decimal(0), now=NOW, by="grace")

    assert Settlement.objects.get().figures != figures_of(evening).as_json()
    assert sign(evening).number == 2


def test_signing_is_refused_while_the_event_is_to_come(evening):
    with pytest.raises(SigningRefused, match="not over yet"):
        sign(evening, now=NOW)


def test_signing_is_refused_while_refunds_are_pending(evening):
    selling.cancel(booking=Booking.objects.filter(total_price__gt=0).get(), reason="staff", now=NOW, actor="grace")

    with pytest.raises(SigningRefused, match="Money is still to be given back"):
        sign(evening)


def test_signing_is_refused_for_figures_that_were_not_seen(evening):
    seen = services.digest(figures_of(evening))
    services.set_terms(event=evening, percent=Decimal(1), per_ticket=Decimal(0), now=NOW, by="grace")

    with pytest.raises(SigningRefused, match="changed meanwhile"):
        services.sign_settlement(event=evening, seen=seen, by="grace", now=AFTER)


def test_signing_is_refused_where_figures_do_not_tie(evening):
    ticket = evening.bookings.first().tickets.filter(status="valid").first()
    Ticket.objects.filter(pk=ticket.pk).update(discount=ticket.price)

    with pytest.raises(SigningRefused, match="do not come to the same"):
        sign(evening)


def test_cancelled_event_is_signed_once_its_bookings_are_cancelled(evening):
    cancel_event(event=evening, now=NOW, by="grace")
    with pytest.raises(SigningRefused, match="not all of its bookings"):
        sign(evening, now=NOW)

    selling.cancel_bookings_of_event(event_id=evening.pk, now=NOW)
    carry_out_refunds()

    assert Figures.from_json(sign(evening, now=NOW).figures).due == Decimal("40.00")
    assert Event.objects.get(pk=evening.pk).settlements.count() == 1


def test_two_sign_offs_of_one_number_are_one_too_many(evening):
    SettlementFactory(event=evening, number=1)
    SettlementFactory(event=evening, number=2)

    assert sign(evening).number == 3


def test_terms_are_kept_in_the_history_of_the_event(evening):
    for percent in ("10", "10", "12"):
        services.set_terms(event=evening, percent=Decimal(percent), per_ticket=Decimal(0), now=NOW, by="grace")

    assert [line.detail["share of the takings"] for line in evening.activities.filter(verb="settlement terms")] == [
        ["0.00", "10"],
        ["10.00", "12"],
    ]
    assert SettlementTerms.objects.get(event=evening).percent == Decimal(12)


@pytest.mark.parametrize("wrong", [{"percent": -1}, {"percent": 101}, {"per_ticket": -1}])
def test_terms_that_make_no_sense_are_refused_by_the_database(wrong):
    with pytest.raises(IntegrityError):
        SettlementTermsFactory(**wrong)
