"""Bookings of another system: they claim places like any sale, and the audit finds nothing wrong with them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from bookings import services
from bookings.legacy import LegacyBookingResource
from bookings.models import Booking, Payment, Ticket
from bookings.services.importing import LegacyBooking, LegacyTickets
from bookings.tests.sales import payments_of, sold, verbs_of
from events.models import Event
from events.tests.factories import EventFactory
from reports.audit import findings
from ticketing.errors import PlacesTaken, SelectionInvalid
from ticketing.models import FOREVER
from ticketing.tests.factories import OfferFactory, make_offer, make_seated_offer
from venues.imports import jobs
from venues.imports.files import Table
from venues.tests.importing import as_csv, bring, check, counts_of, errors_of

pytestmark = pytest.mark.django_db

COLUMNS = "reference event customer_name customer_email booked_at offer quantity section row number price status"
NOW = timezone.now()


def line(
    reference, offer, quantity="", *, name="", email="", at="", kind="Standard", seat=("", "", ""), price="", status=""
):
    return (reference, offer.event.slug, name, email, at, kind, quantity, *seat, price, status)


def bring_lines(*lines, **options):
    return bring("bookings", as_csv(COLUMNS, *lines), **options)


def letters() -> list[str]:
    return list(DBTaskResult.objects.filter(queue_name="mail").values_list("task_path", flat=True))


def test_lines_with_one_reference_make_one_confirmed_booking():
    offer = make_offer(10)
    at = "2026-05-02 10:15"

    job = bring_lines(
        line("A-1", offer, 2, name="Ada", email="ada@example.org", at=at, price="30"),
        line("B-2", offer, 1, name="Bob"),
        line("A-1", offer, 1, price="0"),
    )

    assert (job.state, counts_of(job)) == ("done", (3, 0, 0))
    ada, bob = Booking.objects.order_by("pk")
    assert (ada.status, ada.channel, ada.quantity, ada.total_price) == ("confirmed", "box_office", 3, Decimal("60.00"))
    assert (ada.customer_name, ada.customer_email) == ("Ada", "ada@example.org")
    assert ada.booking_date == ada.confirmed_at == datetime(2026, 5, 2, 8, 15, tzinfo=UTC)
    assert ada.booking_code.startswith("BK-20260502-")
    assert [str(ticket.price) for ticket in ada.tickets.all()] == ["30.00", "30.00", "0.00"]
    assert set(ada.tickets.values_list("status", "place__free_from", "place__claim")) == {("valid", FOREVER, ada.claim)}
    assert payments_of(ada) == [("charge", "succeeded", "60.00")]
    assert ada.payments.get().reference == "A-1"
    assert bob.total_price == Decimal("40.00")
    assert findings(timezone.now()) == []


def test_who_imported_what_is_in_the_history():
    bring_lines(line("A-1", make_offer(10), 2))

    activity = Booking.objects.get().activities.get()
    assert (activity.verb, activity.actor) == ("import", "bernadette")
    assert activity.detail == {"reference": "A-1", "file": "rows.csv", "quantity": 2, "paid": "80.00"}


def test_seats_are_named_and_know_their_offer():
    offer = make_seated_offer(rows=2, seats=4)

    bring_lines(
        line("A-1", offer, kind="", seat=("Stalls", "B", "3")),
        line("A-1", offer, kind="Standard", seat=("Stalls", "B", "4"), price="5,50"),
    )

    booking = Booking.objects.get()
    tickets = booking.tickets.values_list("place__seat__row", "place__seat__number", "price")
    assert sorted(tickets) == [("B", "3", Decimal("40.00")), ("B", "4", Decimal("5.50"))]
    assert findings(timezone.now()) == []


def test_seats_and_standing_places_keep_their_own_prices_in_one_booking():
    seated = make_seated_offer(rows=1, seats=2)
    standing = OfferFactory(event=seated.event, ticket_type__name="Floor", price=15, capacity=5)
    cheap = OfferFactory(event=seated.event, ticket_type__name="Pit", price=10, capacity=5)
    from ticketing.services import open_sales

    open_sales(event=seated.event, now=NOW)

    bring_lines(
        line("A-1", seated, kind="", seat=("Stalls", "A", "2"), price="50"),
        line("A-1", cheap, 1, kind="Pit", price="9"),
        line("A-1", standing, 2, kind="Floor", price="14"),
    )

    tickets = Booking.objects.get().tickets.values_list("offer__ticket_type__name", "price")
    assert sorted(tickets) == [
        ("Floor", Decimal("14.00")),
        ("Floor", Decimal("14.00")),
        ("Pit", Decimal("9.00")),
        ("Standard", Decimal("50.00")),
    ]
    assert findings(timezone.now()) == []


def test_a_code_that_looks_like_ours_is_kept():
    offer = make_offer(10)
    taken = sold(offer).booking_code

    bring_lines(line("BK-20200101-ACDEFG", offer), line("BK-20200101-lower1", offer), line(taken, offer))

    codes = dict(Payment.objects.filter(provider="import").values_list("reference", "booking__booking_code"))
    assert codes["BK-20200101-ACDEFG"] == "BK-20200101-ACDEFG"
    assert codes["BK-20200101-lower1"] != "BK-20200101-lower1"
    assert codes[taken] != taken
    assert findings(timezone.now()) == []


def test_events_that_are_over_bring_their_bookings_along():
    offer = make_offer(10, off_sale_at=NOW - timedelta(days=400))
    past = NOW - timedelta(days=300)
    Event.objects.filter(pk=offer.event_id).update(event_date=past, status="completed", published_at=None)

    bring_lines(line("A-1", offer, 10, at=(past - timedelta(days=9)).isoformat(" ", "seconds")))

    assert Booking.objects.get().quantity == 10
    assert findings(timezone.now()) == []


def test_a_reference_is_imported_once():
    offer = make_offer(10)
    bring_lines(line("A-1", offer, 2))

    job = bring_lines(line("A-1", offer, 2), line("A-2", offer, 1))

    assert counts_of(job) == (1, 0, 1)
    assert list(Booking.objects.order_by("pk").values_list("quantity", flat=True)) == [2, 1]


def test_free_bookings_have_no_payment_and_are_imported_once_too():
    offer = make_offer(10)
    bring_lines(line("A-1", offer, 2, price="0.00"))

    job = check("bookings", as_csv(COLUMNS, line("A-1", offer, 2, price="0.00")))

    assert counts_of(job) == (0, 0, 1)
    assert Payment.objects.count() == 0
    assert findings(timezone.now()) == []


def test_nobody_is_written_to_unless_asked_for():
    offer = make_offer(10)

    bring_lines(line("A-1", offer, email="ada@example.org"))
    assert letters() == []
    bring_lines(line("A-2", offer, email="bob@example.org"), line("A-3", offer), send_tickets=True)

    assert letters() == ["bookings.tasks.send_confirmation"]


def test_refunds_of_imported_money_are_handed_out_by_staff():
    bring_lines(line("A-1", make_offer(10), 1))
    booking = Booking.objects.get()

    services.cancel(booking=booking, reason=Booking.Reason.STAFF, now=timezone.now(), actor="bernadette")

    assert payments_of(booking) == [("charge", "succeeded", "40.00"), ("refund", "pending", "40.00")]
    assert DBTaskResult.objects.filter(task_path="bookings.tasks.carry_out_refund").count() == 0
    assert verbs_of(booking) == ["import", "cancel"]
    assert findings(timezone.now()) == []


def test_errors_are_listed_by_row_and_column():
    offer, seated = make_offer(3), make_seated_offer(rows=1, seats=3)
    sold(seated, seats=[seated.places.earliest("pk").seat_id])
    closed = OfferFactory(event__slug="closed")
    cancelled = make_offer(3)
    Event.objects.filter(pk=cancelled.event_id).update(status="cancelled")
    other = make_offer(3)
    nothing = ("", "none", "", "nobody", "soon", "Gold", 0, "", "", "", "x", "cancelled")

    job = check(
        "bookings",
        as_csv(
            COLUMNS,
            nothing,
            line("A-1", offer, 1, name="Ada", email="ada"),
            line("A-2", offer, 1, kind="Gold"),
            line("A-3", offer, 1, kind=""),
            line("A-4", offer, 2, at="2999-01-01 10:00"),
            line("A-5", offer, 2),
            line("A-6", offer, 2),
            line("A-7", closed),
            line("A-8", cancelled),
            line("B-1", seated, seat=("Stalls", "A", "1")),
            line("B-2", seated, seat=("Stalls", "A", "9")),
            line("B-3", seated, 2, seat=("Stalls", "A", "2")),
            line("B-4", seated, seat=("Stalls", "A", "2")),
            line("B-5", seated, seat=("Stalls", "A", "2")),
            line("C-1", offer, 1, name="Ada"),
            line("C-1", other, 1, name="Ada"),
            line("D-1", other, 1, name="Ada"),
            line("D-1", other, 1, name="Bob"),
        ),
    )

    assert errors_of(job) == [
        (2, "reference", "is missing."),
        (2, "event", "there is no event with the slug “none”."),
        (2, "customer_email", "Enter a valid email address."),
        (2, "booked_at", "“soon” is no date and time. Write a moment as 2026-12-24 19:30."),
        (2, "quantity", "0 is not from 1 to 500."),
        (2, "price", "“x” is no amount. Write it as 1234.50."),
        (2, "status", "“cancelled”: only confirmed bookings are imported. Leave the others out."),
        (3, "customer_email", "Enter a valid email address."),
        (4, "offer", "the event has no offer “Gold”."),
        (5, "offer", "Say which offer, or which seat."),
        (6, "booked_at", "lies in the future."),
        (8, "quantity", "Standard: only 1 places are left for this row."),
        (9, "event", "has no places yet: open its sales first."),
        (10, "event", "is cancelled, so it has no bookings."),
        (11, "number", "This seat is not free."),
        (12, "number", "there is no such seat at this event."),
        (13, "quantity", "A seat is one ticket."),
        (15, "number", "Row 14 has this seat as well."),
        (17, "event", "differs from row 16, which has the same reference: a booking is for one event."),
        (19, "customer_name", "differs from row 18, which has the same reference."),
    ]
    assert Booking.objects.filter(payments__provider="import").count() == 0


def test_places_that_are_sold_between_check_and_import_are_not_sold_twice():
    offer = make_offer(3)
    job = check("bookings", as_csv(COLUMNS, line("A-1", offer, 1), line("A-2", offer, 2)))
    job = jobs.start(job=job, now=timezone.now())
    sold(offer)

    job = jobs.carry_out(job=job, now=timezone.now())

    assert (job.state, errors_of(job)) == (
        "failed",
        [(3, "quantity", "Standard: only 1 places are left for this row.")],
    )
    assert Booking.objects.count() == 1


def test_the_stock_has_the_last_word():
    """What the check cannot have seen: somebody buys while the rows are being written."""
    standing, seated = make_offer(2), make_seated_offer(rows=1, seats=2)
    seat = seated.places.earliest("pk").seat_id
    sold(seated, seats=[seat])

    def bookings(*tickets, event):
        return [LegacyBooking(reference="A-1", event=event, booked_at=NOW, tickets=list(tickets))]

    too_many = bookings(LegacyTickets(standing.pk, Decimal(1), 3), event=standing.event)
    with pytest.raises(PlacesTaken, match="Standard: only 2 places are left"):
        services.import_bookings(bookings=too_many, now=NOW, actor="ada")
    taken = bookings(LegacyTickets(seated.pk, Decimal(1), seat_id=seat), event=seated.event)
    with pytest.raises(PlacesTaken, match="not free any more"):
        services.import_bookings(bookings=taken, now=NOW, actor="ada")
    foreign = bookings(LegacyTickets(standing.pk, Decimal(1), seat_id=seat), event=standing.event)
    with pytest.raises(SelectionInvalid):
        services.import_bookings(bookings=foreign, now=NOW, actor="ada")

    assert Ticket.objects.count() == 1
    assert findings(timezone.now()) == []


def test_checking_costs_the_same_for_any_number_of_rows(django_assert_num_queries):
    from venues.imports.resource import Context

    offer = make_offer(100)
    EventFactory()

    for count in (1, 50):
        rows = [[n, f"A-{n}", offer.event.slug, "Standard", "1"] for n in range(count)]
        resource = LegacyBookingResource(Context(now=timezone.now(), actor="ada"))
        with django_assert_num_queries(5):
            resource.check(Table(["reference", "event", "offer", "quantity"], rows), lambda done: None)
        assert resource.findings.created == count
