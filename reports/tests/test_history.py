"""An invented history: valid under the audit, the same for the same seed, and never among real sales."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F
from django.utils import timezone

from bookings.models import Booking, LedgerLine, Scan, Ticket
from bookings.tests.factories import BookingFactory
from events.models import Event
from reports.audit import findings
from reports.figures import admissions, status
from reports.folding import fold
from reports.history import populate
from reports.history.rows import make_booking_code
from reports.scope import Period, Scope
from reports.sums import sales
from ticketing.models import Place
from venues.models import Venue

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)


def figures():
    """What chance has decided, apart from secrets."""
    bookings = Booking.objects.order_by("pk")
    return [
        list(bookings.values_list("booking_date", "customer_email", "quantity", "total_price", "status")),
        list(LedgerLine.objects.order_by("pk").values_list("kind", "at", "day", "hour", "quantity", "gross")),
    ]


def assert_doors_let_them_in(tickets):
    """Each ticket was admitted once, when it says so; some were shown twice; most came after doors, some were late."""
    admitted = Scan.objects.filter(result="admitted")
    assert sorted(admitted.values_list("ticket", "at")) == sorted(tickets.values_list("pk", "checked_in_at"))
    assert not admitted.exclude(event=F("ticket__booking__event"), code=F("ticket__code")).exists()
    again = Scan.objects.filter(result="already")
    assert 0 < again.count() < admitted.count() / 20
    assert 0 < admitted.filter(at__lt=F("event__doors_at")).count() < admitted.count() / 20
    assert 0 < admitted.filter(at__gt=F("event__event_date")).count() < admitted.count() / 4
    event = Event.objects.filter(pk=admitted.first().event_id).select_related("venue").get()
    scope = Scope(now=NOW, period=Period(NOW.date().replace(year=2020), NOW.date()), event=event)
    assert sum(row.admitted for row in admissions.gates(scope)) == admissions.arrivals(scope)[-1].so_far


@pytest.mark.django_db(transaction=True)
def test_history_is_valid_and_believable():
    made = populate(bookings=700, now=NOW, say=lambda line: None)

    assert findings(NOW) == []
    fold(NOW)
    assert findings(NOW) == []
    assert made == Booking.objects.count()
    assert 500 < made < 800
    assert {line.kind for line in LedgerLine.objects.all()} == set(LedgerLine.Kind.values)
    assert set(Booking.objects.values_list("status", flat=True)) == {"pending", "confirmed", "cancelled"}
    assert set(Booking.objects.values_list("channel", flat=True)) == {"web", "box_office", "api"}
    over = Ticket.objects.filter(status="valid", booking__event__status=Event.Status.COMPLETED)
    assert 0 < over.filter(checked_in_at=None).count() < over.count() / 4
    assert_doors_let_them_in(over.exclude(checked_in_at=None))
    emails = Booking.objects.exclude(customer_email="").values_list("customer_email", flat=True)
    assert len(set(emails)) < len(emails)
    lines = list(LedgerLine.objects.order_by("pk").values_list("at", flat=True))
    assert lines == sorted(lines)
    BookingFactory(event=Event.objects.first())  # the database goes on counting


@pytest.mark.django_db(transaction=True)
def test_some_whose_hold_ran_out_come_back_and_most_do_not():
    populate(bookings=3_000, now=NOW, say=lambda line: None)

    zones = tuple(Venue.objects.order_by().values_list("time_zone", flat=True).distinct())
    rows = status.lapsed(Scope(now=NOW, period=Period(NOW.date().replace(year=2020), NOW.date()), zones=zones))

    customers, came_back = sum(row.customers for row in rows), sum(row.came_back for row in rows)
    assert customers > 50
    assert customers / 8 < came_back < customers / 2


@pytest.mark.django_db(transaction=True)
def test_history_is_that_of_its_seed():
    populate(bookings=150, now=NOW, seed=5, say=lambda line: None)
    first, total = figures(), sales(Scope(now=NOW, period=Period(NOW.date().replace(year=2020), NOW.date())))
    codes = set(Ticket.objects.values_list("code", flat=True))
    call_command("flush", interactive=False, verbosity=0)

    populate(bookings=150, now=NOW, seed=5, say=lambda line: None)

    assert figures() == first
    assert sales(Scope(now=NOW, period=Period(NOW.date().replace(year=2020), NOW.date()))) == total
    assert total[0].net > Decimal(0)
    assert not codes & set(Ticket.objects.values_list("code", flat=True))


@pytest.mark.django_db
def test_populate_refuses_to_mix_with_real_sales():
    BookingFactory()

    with pytest.raises(CommandError, match="There are 1 bookings and 1 venues in this database already"):
        call_command("populate", bookings=10)

    assert not Place.objects.exists()


@pytest.mark.django_db
def test_populate_refuses_where_real_customers_buy(settings):
    settings.IS_LIVE = True

    with pytest.raises(CommandError, match="sells to real customers"):
        call_command("populate", bookings=10)


def test_codes_of_bookings_differ():
    codes = {make_booking_code(number, timezone.now()) for number in range(1, 20_000)}

    assert len(codes) == 19_999
