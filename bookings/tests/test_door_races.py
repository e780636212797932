"""Eight doors at once, on a real PostgreSQL. The controls take out what keeps them apart, and see it break."""

from __future__ import annotations

from functools import partial
from uuid import uuid4

import pytest

from bookings import services
from bookings.models import Booking, Scan, Ticket
from bookings.services import admitting
from bookings.services.admitting import Answer
from bookings.tests.doors import NIGHT, evening, results, scan, signed
from bookings.tests.racing import crashes, deadlocks, race
from bookings.tests.sales import NOW, verbs_of

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

DOORS, TICKETS = 8, 6


@pytest.fixture(autouse=True)
def _without_deadlocks(transactional_db):
    before = deadlocks()
    yield
    assert deadlocks() == before


def rush() -> tuple[list[Ticket], list[object]]:
    """Show each ticket at every door, all at the same moment."""
    offer, tickets = evening(TICKETS)
    outcomes = race(
        *[partial(scan, offer.event, signed(ticket), gate=str(door)) for ticket in tickets for door in range(DOORS)]
    )
    return tickets, outcomes


def admissions(ticket: Ticket) -> int:
    return Scan.objects.filter(ticket=ticket, result="admitted").count()


def test_doors_admit_each_ticket_once():
    tickets, outcomes = rush()

    assert crashes(outcomes) == []
    assert [admissions(ticket) for ticket in tickets] == [1] * TICKETS
    assert Scan.objects.filter(result="already").count() == TICKETS * (DOORS - 1)
    assert verbs_of(tickets[0].booking).count("check in") == TICKETS


def read_without_lock(**which) -> Ticket | None:
    return Ticket.objects.with_details().select_related("booking__event__venue").filter(**which).first()


def admit_without_condition(ticket: Ticket, at) -> bool:
    if ticket.checked_in_at:
        return False
    Ticket.objects.filter(pk=ticket.pk).update(checked_in_at=at)
    return True


def test_control_without_lock_and_condition_a_ticket_is_admitted_twice(monkeypatch):
    monkeypatch.setattr(admitting, "_lock_ticket", read_without_lock)
    monkeypatch.setattr(admitting, "_admit", admit_without_condition)

    tickets, outcomes = rush()

    assert crashes(outcomes) == []
    assert max(admissions(ticket) for ticket in tickets) > 1


def test_condition_alone_admits_once(monkeypatch):
    monkeypatch.setattr(admitting, "_lock_ticket", read_without_lock)

    tickets, _ = rush()

    assert [admissions(ticket) for ticket in tickets] == [1] * TICKETS


def test_scan_that_is_sent_by_two_requests_at_once_counts_once():
    offer, (ticket,) = evening()
    known, unknown = uuid4(), uuid4()

    outcomes = race(
        *[partial(scan, offer.event, signed(ticket), uid=known) for _ in range(DOORS)],
        *[partial(scan, offer.event, "nonsense", uid=unknown) for _ in range(DOORS)],
    )

    assert crashes(outcomes) == []
    assert {answer.result for answer in outcomes[:DOORS]} == {"admitted"}
    assert sorted(results(offer.event)) == ["admitted", "unknown"]


@pytest.mark.parametrize("turn", range(5))
def test_ticket_is_either_used_or_given_back(turn):
    offer, (ticket,) = evening()
    cancel = partial(services.cancel_as_customer, booking=ticket.booking, now=NOW)

    outcomes = race(partial(scan, offer.event, signed(ticket)), cancel, partial(scan, offer.event, signed(ticket)))

    ticket.refresh_from_db()
    answers = [outcome for outcome in outcomes if isinstance(outcome, Answer)]
    assert crashes(outcomes) == []
    if ticket.status == "void":
        assert {answer.result for answer in answers} == {"void"}
        assert ticket.checked_in_at is None
    else:
        assert sorted(answer.result for answer in answers) == ["admitted", "already"]
        assert Booking.objects.get().status == "confirmed"
        assert ticket.checked_in_at == NIGHT
