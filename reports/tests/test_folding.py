from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from bookings.models import LedgerLine
from bookings.tests.factories import LedgerLineFactory
from bookings.tests.racing import crashes, race
from reports import folding
from reports.folding import fold
from reports.models import Fold, HourSum, MonthSum
from reports.tests.histories import House
from reports.tests.recomputing import read_lines

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 4, 20, tzinfo=UTC)
KEYS = {HourSum: ("day", "hour", "channel", "kind"), MonthSum: ("month", "event", "offer", "channel", "kind")}
FIGURES = ("lines", "bookings", "quantity", "comps", "gross", "discount", "retained")


def expected(table):
    """Add the ledger up in plain Python, by the key of a table."""
    found, seen = {}, set()
    for row in read_lines():
        line = row["line"]
        row |= {"hour": line.at.astimezone(line.event.venue.tz).hour, "month": row["day"].replace(day=1)}
        sums = found.setdefault(tuple(row[name] for name in KEYS[table]), dict.fromkeys(FIGURES, 0))
        is_sale = line.kind == "sale"
        sums["lines"] += 1
        sums["bookings"] += is_sale and line.booking_id not in seen
        sums["comps"] += line.quantity if is_sale and not line.gross else 0
        for name in ("quantity", "gross", "discount", "retained"):
            sums[name] += getattr(line, name)
        if is_sale:
            seen.add(line.booking_id)
    return found


def kept(table):
    width = len(KEYS[table])
    rows = table.objects.values_list(*KEYS[table], *FIGURES)
    return {row[:width]: dict(zip(FIGURES, row[width:], strict=True)) for row in rows}


def check():
    for table in KEYS:
        assert kept(table) == expected(table)


def test_fold_adds_each_line_once():
    house = House(seed=3)
    lines = 0
    for _ in range(4):
        house.live(25)
        lines += fold(NOW)
        check()

    assert lines == LedgerLine.objects.count()
    assert fold(NOW) == 0
    check()
    assert Fold.objects.get().folded_until == LedgerLine.objects.latest("pk").pk


def test_fold_of_nothing():
    assert fold(NOW) == 0
    assert not HourSum.objects.exists()


def test_fold_takes_few_statements(django_assert_num_queries):
    House(seed=3).live(20)
    ours = 3 if connection.vendor == "postgresql" else 1  # the lock, and how long it is waited for

    with django_assert_num_queries(ours + 6 + 4):  # four are the savepoints that the test's transaction makes of ours
        fold(NOW)


def test_sums_are_to_the_cent_after_many_folds():
    line = LedgerLineFactory(gross="0.10", quantity=1)
    for _ in range(50):
        LedgerLineFactory(booking=line.booking, event=line.event, offer=line.offer, at=line.at, gross="0.10")
        fold(NOW)

    found = str(HourSum.objects.get().gross)

    assert found == "5.10"


def test_a_fold_that_fails_adds_nothing(monkeypatch):
    House(seed=3).live(20)
    monkeypatch.setattr(Fold, "save", lambda *args: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        fold(NOW)

    assert not HourSum.objects.exists()
    monkeypatch.undo()
    fold(NOW)
    check()


# Races --------------------------------------------------------------------------------------------


class Writer(threading.Thread):
    """A connection of its own that writes a line and ends its transaction when it is told to."""

    def __init__(self, line):
        super().__init__()
        self.line, self.has_written, self.may_end = line, threading.Event(), threading.Event()

    def run(self):
        try:
            with transaction.atomic():
                self.line.save(force_insert=True)
                self.has_written.set()
                self.may_end.wait(30)
        finally:
            self.has_written.set()
            connection.close()


def late_line():
    """Let a line be drawn before another one and be committed after it, with a fold in between.

    Returns how many lines are in the sums at the end, and how many there are.
    """
    first = LedgerLineFactory()
    copies = [LedgerLineFactory.build(booking=first.booking, event=first.event, offer=first.offer) for _ in range(2)]
    late, other = (Writer(copy) for copy in copies)
    late.start()
    late.has_written.wait(30)
    other.may_end.set()
    other.start()
    other.join()
    assert late.line.pk < other.line.pk

    fold(NOW)
    late.may_end.set()
    late.join()
    fold(NOW)
    return sum(HourSum.objects.values_list("lines", flat=True)), LedgerLine.objects.count()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_fold_loses_no_line_that_is_committed_late(monkeypatch):
    monkeypatch.setattr(folding, "TRIES", 2)

    assert late_line() == (3, 3)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_a_late_line_is_lost(monkeypatch):
    def read_without_lock():
        return LedgerLine.objects.latest("pk").pk

    monkeypatch.setattr(folding, "read_end", read_without_lock)

    assert late_line() == (2, 3)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_folds_at_once_add_each_line_once():
    House(seed=4).live(15)

    outcomes = race(*[lambda: fold(NOW)] * 6)

    assert crashes(outcomes) == []
    assert sum(outcomes) == LedgerLine.objects.count()
    check()
