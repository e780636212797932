"""The audit finds each kind of spoil, and nothing where all is well."""

from __future__ import annotations

import inspect
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from bookings import services
from bookings.errors import PaymentFailed, TransitionRefused
from bookings.models import Booking, Payment, Ticket
from bookings.tests.factories import LedgerLineFactory, PaymentFactory, TicketFactory, WaitlistEntryFactory
from bookings.tests.sales import LAPSED, NOW, checked_out, hold, pay, places_of, seat_ids, sold
from events.models import Event
from events.tests.factories import EventFactory
from reports.audit import CHECKS, audit, bookings, findings, money, schema, stock, sums, waiting
from reports.folding import fold
from reports.models import HourSum, MonthSum
from reports.tests.factories import FoldFactory, HourSumFactory, MonthSumFactory
from ticketing.models import FOREVER, Offer, Place, PromoCode
from ticketing.stock import Selection
from ticketing.tests.factories import NamedHoldFactory, PlaceFactory, PromoCodeFactory, make_offer, make_seated_offer
from venues.models import Section, Venue
from venues.tests.factories import SeatFactory, SeatingPlanFactory, SectionFactory, VenueFactory

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
BIG = 10**9


@contextmanager
def unjudged(*constraints):
    """Take constraints away for good: what PostgreSQL undoes with the test, SQLite only stops asking for a while."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no table is altered that has checks to come
            for name in constraints:
                cursor.execute(
                    "SELECT conrelid::regclass::text FROM pg_constraint WHERE conname = %s AND contype IN ('c', 'u')",
                    [name],
                )
                table = cursor.fetchone()
                cursor.execute(f"ALTER TABLE {table[0]} DROP CONSTRAINT {name}" if table else f"DROP INDEX {name}")
        else:
            cursor.execute("PRAGMA ignore_check_constraints = ON")
    yield
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA ignore_check_constraints = OFF")


@pytest.fixture
def busy():
    """A house with every kind of booking: the one that the spoils spoil is sold, two seats, with a promo code."""
    seated, standing = make_seated_offer(rows=1, seats=8), make_offer(6)
    promo = PromoCodeFactory(code="CODE", percent=33)
    booking = services.apply_promo_code(
        booking=checked_out(seated, seats=seat_ids(seated)[:2]), code=promo.code, now=NOW
    )
    pay(booking)
    hold(seated, seats=seat_ids(seated)[2:3])
    checked_out(standing, 2)
    services.exchange(
        booking=sold(seated, seats=seat_ids(seated)[3:4]),
        offers=[seated],
        selection=Selection(seats=tuple(seat_ids(seated)[4:5])),
        now=NOW,
    )
    cancelled = services.cancel(booking=sold(standing), reason="customer", now=NOW, actor="customer")
    services.carry_out_refund(refund=cancelled.payments.get(kind="refund"), now=NOW)
    with pytest.raises(TransitionRefused):
        pay(sold(standing))
    services.abandon(booking=hold(standing), now=NOW)
    Place.objects.filter(seat=seat_ids(seated)[7]).update(free_from=FOREVER)
    booking.refresh_from_db()
    return booking


def found(now=NOW):
    return sorted({finding.check for finding in findings(now)})


@pytest.mark.parametrize("now", [NOW, LAPSED, NOW + 20 * HOUR])
def test_audit_finds_nothing_where_all_is_well(busy, now):
    assert findings(now) == []


def test_audit_finds_nothing_in_an_empty_house():
    assert findings(NOW) == []


def test_audit_takes_as_many_statements_for_more_bookings(busy):
    with CaptureQueriesContext(connection) as few:
        audit(NOW)
    offer = make_offer(10)
    for _ in range(5):
        sold(offer, 2)

    with CaptureQueriesContext(connection) as many:
        audit(NOW)

    assert len(many) == len(few)


# Each spoil breaks one thing with plain updates, behind the back of the services.


def ticket(booking):
    return Ticket.objects.filter(pk=booking.tickets.valid().first().pk)


def place(booking):
    return Place.objects.filter(pk=places_of(booking)[0])


def only(booking):
    return Booking.objects.filter(pk=booking.pk)


def charge(booking):
    return booking.payments.filter(kind="charge").first()


def payment(booking, **changes):
    fields = {"booking": booking, "kind": "refund", "status": "pending", "amount": charge(booking).amount}
    return PaymentFactory(**fields | {"charge": charge(booking), "created_at": NOW} | changes)


def append(booking, **changes):
    """Change a row that is append-only, as only somebody with a database client could."""
    assignments = ", ".join(f"{column} = %s" for column in changes)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE bookings_payment SET {assignments} WHERE booking_id = %s", [*changes.values(), booking.pk]
        )


def post(booking, **changes):
    return LedgerLineFactory(**{"booking": booking, "offer": ticket(booking).get().offer, "at": NOW} | changes)


def elsewhere(booking):
    return EventFactory(venue=booking.event.venue, seating_plan=booking.event.seating_plan).pk


def wait(sold, **changes):
    fields = {"event": sold.event, "created_at": NOW, "offered_at": NOW, "expires_at": NOW + HOUR}
    return WaitlistEntryFactory(**fields | changes)


def keep(place, until):
    """Let a place carry a claim, which is returned."""
    claim = uuid4()
    Place.objects.filter(pk=place.pk).update(claim=claim, free_from=until)
    return claim


def foreign_seat(booking):
    return SeatFactory(section=SectionFactory(plan=SeatingPlanFactory(venue=booking.event.venue)))


def free_place(booking):
    return Place.objects.filter(event=booking.event, free_from__lte=NOW).first()


SPOILS = {
    "event_plan": [
        (lambda b: Event.objects.filter(pk=b.event_id).update(venue=VenueFactory()), ["event_plan"]),
    ],
    "place_event": [(lambda b: place(b).update(event=elsewhere(b)), ["place_event", "ticket_event"])],
    "place_seat_plan": [
        (lambda b: place(b).update(seat=foreign_seat(b)), ["place_seat_plan", "place_seat_section"]),
        (lambda b: Event.objects.filter(pk=b.event_id).update(seating_plan=None), ["place_seat_plan"]),
    ],
    "place_seat_section": [
        (lambda b: Offer.objects.get(pk=ticket(b).get().offer_id).sections.clear(), ["place_seat_section"]),
        (lambda b: Section.objects.get(seats__places=place(b).get()).offers.clear(), ["place_seat_section"]),
    ],
    "offer_capacity": [
        (lambda b: Offer.objects.update(capacity=F("capacity") + 1), ["offer_capacity"]),
        (lambda b: PlaceFactory(offer=ticket(b).get().offer), ["offer_capacity"]),
    ],
    "venue_capacity": [(lambda b: Venue.objects.filter(pk=b.event.venue_id).update(capacity=7), ["venue_capacity"])],
    "place_claim": [
        (lambda b: Place.objects.filter(pk=free_place(b).pk).update(claim=uuid4()), ["place_claim"]),
        (
            lambda b: Place.objects.filter(pk=free_place(b).pk).update(claim=uuid4(), free_from=NOW + HOUR),
            ["place_claim"],
        ),
    ],
    "place_sold": [
        (
            lambda b: ticket(b).delete(),
            ["booking_discount", "booking_quantity", "booking_total", "ledger_tickets", "place_sold"],
        ),
        (
            lambda b: ticket(b).void("cancelled", NOW),
            ["booking_discount", "booking_quantity", "booking_total", "ledger_tickets", "place_sold"],
        ),
        (
            lambda b: Place.objects.filter(pk=free_place(b).pk).update(claim=b.claim, free_from=FOREVER),
            ["place_sold"],
        ),
    ],
    "place_hold_end": [
        (
            lambda b: Place.objects.filter(claim__in=Booking.objects.filter(status="pending").values("claim")).update(
                free_from=NOW + HOUR
            ),
            ["place_hold_end"],
        )
    ],
    "ticket_status": [
        (lambda b: ticket(b).update(status="held"), ["ledger_tickets", "place_sold", "ticket_status"]),
        (
            lambda b: Ticket.objects.filter(status="held").update(status="valid"),
            ["ledger_tickets", "ticket_place", "ticket_status"],
        ),
    ],
    "ticket_place": [
        (lambda b: place(b).update(free_from=NOW), ["ticket_place"]),
        (lambda b: place(b).update(claim=None), ["ticket_place"]),
        (lambda b: place(b).update(claim=uuid4()), ["place_claim", "place_sold", "ticket_place"]),
        (lambda b: ticket(b).update(place=free_place(b)), ["place_sold", "ticket_place"]),
    ],
    "ticket_held": [
        (
            lambda b: Place.objects.held(NOW).update(claim=None, free_from=NOW),
            ["ticket_held"],
        )
    ],
    "ticket_offer": [
        (lambda b: ticket(b).update(offer=Offer.objects.exclude(event=b.event).first()), ["ticket_offer"]),
    ],
    "ticket_event": [(lambda b: only(b).update(event=elsewhere(b)), ["ledger_event", "ticket_event"])],
    "booking_quantity": [
        (lambda b: only(b).update(quantity=3), ["booking_quantity"]),
        (
            lambda b: TicketFactory(booking=b, place=free_place(b), price=0, status="held"),
            ["booking_quantity", "ticket_status"],
        ),
    ],
    "booking_event": [(lambda b: Event.objects.filter(pk=b.event_id).update(status="cancelled"), ["booking_event"])],
    "booking_code_form": [
        (lambda b: only(b).update(booking_code="BK-20261122-ABC000"), ["booking_code_form"]),
        (lambda b: only(b).update(booking_code="bk-20261122-ACDEFG"), ["booking_code_form"]),
        (lambda b: only(b).update(booking_code="BK-20261122-ACDEFG7"), ["booking_code_form"]),
    ],
    "ticket_code_form": [
        (lambda b: ticket(b).update(code=""), ["ticket_code_form"]),
        (lambda b: ticket(b).update(code="A" * 15), ["ticket_code_form"]),
        (lambda b: ticket(b).update(code="0" * 16), ["ticket_code_form"]),
    ],
    "promo_code_uses": [
        (lambda b: PromoCode.objects.update(uses=0), ["promo_code_uses"]),
        (lambda b: PromoCode.objects.update(uses=2), ["promo_code_uses"]),
        (lambda b: only(b).update(promo_code=None), ["promo_code_uses"]),
    ],
    "booking_total": [
        (
            lambda b: only(b).update(total_price=F("total_price") + Decimal("0.01")),
            ["booking_paid", "booking_total", "ledger_booking"],
        ),
        (lambda b: ticket(b).update(price=Decimal("39.99")), ["booking_total"]),
    ],
    "booking_discount": [
        (lambda b: only(b).update(discount=F("discount") - Decimal("0.01")), ["booking_discount"]),
        (lambda b: ticket(b).update(discount=F("discount") + Decimal("0.01")), ["booking_discount", "booking_total"]),
    ],
    "booking_paid": [
        (lambda b: append(b, amount="53.59"), ["booking_paid"]),
        (lambda b: append(b, status="failed"), ["booking_paid"]),
        (lambda b: PaymentFactory(booking=b, amount=1), ["booking_paid"]),
        (lambda b: payment(b, amount=1), ["booking_paid"]),
        (
            lambda b: PaymentFactory(booking=Booking.objects.filter(status="pending").first(), amount=1),
            ["booking_paid"],
        ),
        (
            lambda b: PaymentFactory(booking=Booking.objects.filter(status="cancelled").first(), amount=1),
            ["booking_paid"],
        ),
    ],
    "ledger_booking": [
        (lambda b: post(b, kind="allowance", quantity=0, gross=0, discount=1), ["ledger_booking"]),
        (lambda b: post(b, kind="exchange", quantity=0, gross=1), ["ledger_booking"]),
    ],
    "ledger_tickets": [(lambda b: post(b, kind="exchange", quantity=1, gross=0), ["ledger_tickets"])],
    "ledger_event": [
        (lambda b: post(b, kind="exchange", quantity=0, gross=0, event=EventFactory()), ["ledger_event"]),
    ],
    "ledger_day": [
        (lambda b: post(b, kind="exchange", quantity=0, gross=0, day=NOW.date() - 2 * DAY), ["ledger_day"]),
        (lambda b: post(b, kind="exchange", quantity=0, gross=0, day=NOW.date() + 2 * DAY), ["ledger_day"]),
    ],
    "fold_within_ledger": [
        (lambda b: FoldFactory(folded_until=BIG), ["fold_within_ledger", "hour_sums", "month_sums"])
    ],
    "hour_sums": [
        (lambda b: FoldFactory(folded_until=b.ledger.get().pk), ["hour_sums", "month_sums"]),
        (lambda b: HourSumFactory(), ["hour_sums"]),
        (lambda b: fold(NOW) and HourSum.objects.update(lines=F("lines") + 1), ["hour_sums"]),
        (lambda b: fold(NOW) and HourSum.objects.first().delete(), ["hour_sums"]),
    ],
    "month_sums": [
        (lambda b: MonthSumFactory(), ["month_sums"]),
        (lambda b: fold(NOW) and MonthSum.objects.update(quantity=F("quantity") + 1), ["month_sums"]),
        (lambda b: fold(NOW) and MonthSum.objects.update(discount=F("discount") + Decimal("0.01")), ["month_sums"]),
        (lambda b: fold(NOW) and MonthSum.objects.update(bookings=0), ["month_sums"]),
    ],
    "charge_refunds": [
        (lambda b: payment(b, amount=100), ["booking_paid", "charge_refunds"]),
        (
            lambda b: payment(b, amount=1, charge=PaymentFactory(booking=b, amount=1, status="failed")),
            ["booking_paid", "charge_refunds"],
        ),
    ],
    "refund_charge": [
        (
            lambda b: append(b, provider="on_site") or payment(b, provider="demo", amount=1),
            ["booking_paid", "refund_charge"],
        ),
        (
            lambda b: PaymentFactory(
                booking=b,
                kind="refund",
                status="pending",
                amount=Decimal("0.01"),
                created_at=NOW,
                charge=Payment.objects.filter(kind="charge").exclude(booking=b).first(),
            ),
            ["booking_paid", "refund_charge"],
        ),
    ],
    "refund_answer": [
        (lambda b: payment(b, status="succeeded"), ["refund_answer"]),
        (
            lambda b: [
                payment(b, status=status, reference="r", amount=1) for status in ("pending", "failed", "failed")
            ],
            ["booking_paid", "refund_answer"],
        ),
        (
            lambda b: [
                payment(b, status="pending", reference="r", amount=2),
                payment(b, status="succeeded", reference="r", amount=1),
            ],
            ["booking_paid", "refund_answer"],
        ),
    ],
    "refund_unanswered": [
        (
            lambda b: (
                services.cancel(booking=b, reason="staff", now=NOW, actor="grace")
                and append(b, created_at=NOW - 25 * HOUR)
            ),
            ["refund_unanswered"],
        )
    ],
    "waitlist_offered": [
        (lambda b: wait(b, status="offered"), ["waitlist_offered"]),
        (lambda b: wait(b, status="offered", booking=b), ["waitlist_offered"]),
    ],
    "waitlist_booked": [
        (lambda b: wait(b, status="booked"), ["waitlist_booked"]),
        (lambda b: wait(b, status="booked", booking=Booking.objects.live_holds(NOW).first()), ["waitlist_booked"]),
    ],
    "waitlist_event": [
        (lambda b: wait(b, status="booked", booking=b, event=EventFactory()), ["waitlist_event"]),
    ],
    "named_hold_end": [
        (
            lambda b: NamedHoldFactory(
                event=b.event, claim=keep(free_place(b), NOW + HOUR), created_at=NOW, expires_at=NOW + 2 * HOUR
            ),
            ["named_hold_end"],
        )
    ],
}


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [pytest.param(*case, id=f"{check}-{n}") for check, cases in SPOILS.items() for n, case in enumerate(cases, 1)],
)
def test_audit_finds_a_spoil(busy, spoil, expected):
    spoil(busy)

    assert found() == expected


def test_audit_finds_a_refund_that_failed(busy):
    services.cancel(booking=busy, reason="staff", now=NOW, actor="grace")
    refund = busy.payments.get(kind="refund")
    payment(busy, status="failed", reference=refund.reference, amount=refund.amount)

    assert found() == ["booking_paid"]


def test_audit_finds_a_place_that_is_sold_twice(busy):
    with unjudged("ticket_place_sold_once"):
        if connection.vendor == "sqlite":
            connection.cursor().execute("DROP INDEX ticket_place_sold_once")
        ticket(busy).update(place=busy.tickets.last().place)

        results = {result.check: result for result in audit(NOW) if not result.is_ok}

    assert sorted(results) == ["place_sold", "place_sold_once", "schema_constraints"]
    assert results["place_sold_once"].findings[0].message == "It has 2 valid tickets."
    assert results["schema_constraints"].findings[0].message == (
        "The table bookings_ticket lacks the constraint ticket_place_sold_once: it no longer refuses what is wrong."
    )


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("model", "column", "constraint", "check"),
    [
        (Booking, "booking_code", "booking_code_unique", "booking_code_twice"),
        (Ticket, "code", "ticket_code_unique", "ticket_code_twice"),
    ],
)
def test_audit_finds_a_code_that_is_there_twice(busy, model, column, constraint, check):
    with unjudged(constraint):
        model.objects.update(**{column: getattr(model.objects.first(), column)})

        assert found() == sorted([check, "schema_constraints"])


@pytest.mark.parametrize(
    ("constraint", "spoil"),
    [
        ("venue_capacity_positive", lambda b: Venue.objects.update(capacity=0)),
        ("event_ends_after_begin", lambda b: Event.objects.update(ends_at=F("event_date"))),
        ("event_doors_before_begin", lambda b: Event.objects.update(doors_at=F("event_date") + HOUR)),
        ("offer_price_not_negative", lambda b: Offer.objects.update(price=-1)),
        ("promo_code_not_over_used", lambda b: PromoCode.objects.update(uses=2, max_uses=1)),
        ("booking_status_known", lambda b: only(b).update(status="lost")),
        ("booking_pending_expires", lambda b: Booking.objects.filter(status="pending").update(expires_at=None)),
        ("booking_confirmed_has_when", lambda b: only(b).update(confirmed_at=None)),
        ("booking_cancelled_has_when_and_why", lambda b: only(b).update(cancelled_at=NOW)),
        ("booking_confirmed_knows_customer", lambda b: only(b).update(customer_email="")),
        ("ticket_held_not_checked_in", lambda b: Ticket.objects.filter(status="held").update(checked_in_at=NOW)),
        ("ticket_discount_within_price", lambda b: ticket(b).update(discount=F("price") + 1)),
        ("payment_amount_positive", lambda b: append(b, amount=0)),
    ],
)
def test_audit_finds_rows_that_break_a_constraint(busy, constraint, spoil):
    with unjudged(constraint):
        spoil(busy)

        broken = [check for check in found() if check not in SPOILS and check != "schema_constraints"]

    assert broken == [constraint]


def test_audit_counts_all_and_shows_the_first(busy):
    Ticket.objects.update(price=F("price") + 1)

    result = next(result for result in audit(NOW, shown=2) if result.check == "booking_total")

    assert result.count == 5
    assert len(result.findings) == 2
    assert result.findings[0].row == f"Booking {busy.pk}"
    assert result.findings[0].message == f"{busy.booking_code} costs 53.60, but its tickets come to 55.60."


def test_audit_command_succeeds_when_all_is_well(busy, capsys):
    call_command("audit")

    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(CHECKS) + 1
    assert lines[-1] == f"All {len(CHECKS)} rules hold."


def test_audit_command_fails_and_shows_what_is_wrong(busy, capsys):
    Ticket.objects.update(code=F("id"))

    with pytest.raises(SystemExit) as status:
        call_command("audit", shown=1)

    lines = capsys.readouterr().out.splitlines()
    count = Ticket.objects.count()
    assert status.value.code == 1
    assert lines[-1] == f"1 of {len(CHECKS)} rules are broken."
    assert [line for line in lines if line.startswith(" " * 9 + "  -")] == [
        f"{'':>9}  - Ticket {Ticket.objects.order_by('pk').first().pk}: Its code is not one that was made here.",
        f"{'':>9}  - and {count - 1} more",
    ]
    assert [line.split()[0] for line in lines if " ticket_code_form " in line] == [str(count)]


def test_every_check_of_rows_is_spoiled():
    """A new check needs a spoil."""
    own = {
        check.name
        for room in (schema, stock, bookings, money, sums, waiting)
        for check in room.CHECKS
        if inspect.isfunction(check.find)
    }

    assert own - SPOILS.keys() == {
        "schema_constraints",
        "place_sold_once",
        "booking_code_twice",
        "ticket_code_twice",
    }


def test_a_refund_that_was_refused_does_not_count_as_given_back(busy, monkeypatch):
    def refuse(self, refund):
        raise PaymentFailed("No.")

    monkeypatch.setattr("bookings.payments.demo.DemoProvider.refund", refuse)
    services.cancel(booking=busy, reason="staff", now=NOW, actor="grace")
    services.carry_out_refund(refund=busy.payments.get(kind="refund"), now=NOW)

    assert found() == ["booking_paid"]
