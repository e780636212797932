"""An invented history: valid under the audit, the same for the same seed, and never among real sales."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from bookings.models import Booking, LedgerLine, Ticket
from bookings.tests.factories import BookingFactory
from events.models import Event
from reports.audit import findings
from reports.folding import fold
from reports.history import populate
from reports.history.rows import make_booking_code
from reports.scope import Period, Scope
from reports.sums import sales
from ticketing.models import Place

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)


def figures():
    """What chance has decided, apart from secrets."""
    bookings = Booking.objects.order_by("pk")
    return [
        list(bookings.values_list("booking_date", "customer_email", "quantity", "total_price", "status")),
        list(LedgerLine.objects.order_by("pk").values_list("kind", "at", "day", "hour", "quantity", "gross")),
    ]


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
    emails = Booking.objects.exclude(customer_email="").values_list("customer_email", flat=True)
    assert len(set(emails)) < len(emails)
    lines = list(LedgerLine.objects.order_by("pk").values_list("at", flat=True))
    assert lines == sorted(lines)
    BookingFactory(event=Event.objects.first())  # the database goes on counting


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
