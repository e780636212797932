"""Ten thousand rows of each kind in less than a minute, checked twice and written, on a real PostgreSQL."""

import time

import pytest
from django.utils import timezone

from bookings.models import Booking, Ticket
from events.models import Event
from events.tests.factories import CategoryFactory
from reports.audit import findings
from ticketing.models import Offer, PromoCode
from ticketing.tests.factories import OfferFactory, TicketTypeFactory, make_offer, make_seated_offer
from venues.models import Seat, Venue
from venues.tests.factories import VenueFactory
from venues.tests.importing import as_csv, bring, counts_of

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]

ROWS = 10_000
MINUTE = 60


def timed(key, data, **options):
    """Import a file, and say how long it took: printed, to be read with ``-s``.

    Judged is the time of our own process, which does most of the work: others on the machine slow down the rest.
    """
    began, worked = time.monotonic(), time.process_time()
    job = bring(key, data, **options)
    took, worked = time.monotonic() - began, time.process_time() - worked
    print(f"{ROWS:,} rows of {key}: {took:.1f} s, of which {worked:.1f} s in this process")  # noqa: T201
    assert job.state == "done"
    assert worked < MINUTE
    return job


def test_venues():
    rows = [(f"Hall {n}", f"{n} Main Street", "Vienna", 100) for n in range(ROWS)]

    timed("venues", as_csv("name address city capacity", *rows))
    job = timed("venues", as_csv("name address city capacity", *((*row[:2], "Graz", 101) for row in rows)))

    assert counts_of(job) == (0, ROWS, 0)
    assert Venue.objects.filter(city="Graz", capacity=101).count() == ROWS


def test_seats():
    VenueFactory(name="Arena", capacity=ROWS)
    rows = [
        ("Arena", "Bowl", f"Block {block}", chr(ord("A") + row), seat + 1, block * 30 + seat, row * 1.8)
        for block in range(20)
        for row in range(20)
        for seat in range(25)
    ]

    timed("seats", as_csv("venue plan section row number x y", *rows))

    assert Seat.objects.count() == ROWS


def test_events():
    CategoryFactory()
    VenueFactory(name="Opera")
    rows = [(f"evening-{n}", f"Evening {n}", "Opera", "Concerts", "2040-05-01 19:30") for n in range(ROWS)]

    timed("events", as_csv("slug name venue category event_date", *rows))

    assert Event.objects.count() == ROWS


def test_offers():
    TicketTypeFactory()
    events = [make_offer(5, ticket_type__name="Box", price=30).event for _ in range(100)]
    rows = [(event.slug, "Standard", f"Part {n}", 20, 1) for event in events for n in range(ROWS // 100)]

    timed("offers", as_csv("event ticket_type label price capacity", *rows))

    assert Offer.objects.count() == ROWS + 100
    assert findings(timezone.now()) == []


def test_promo_codes():
    slug = OfferFactory().event.slug
    rows = [(f"CODE{n}", 10, slug) for n in range(ROWS)]

    timed("promo-codes", as_csv("code percent events", *rows))

    assert PromoCode.objects.filter(events__slug=slug).count() == ROWS


def test_bookings():
    standing = [make_offer(3_000, event__venue__capacity=3_000).event.slug for _ in range(4)]
    seated = make_seated_offer(rows=20, seats=50)
    rows = [
        (f"A-{n}", standing[n % 4], f"Guest {n}", f"guest{n}@example.org", "Standard", 1, "", "", "")
        for n in range(ROWS - 1_000)
    ]
    rows += [
        (f"S-{n // 2}", seated.event.slug, "", "", "", "", "Stalls", chr(ord("A") + n // 50), n % 50 + 1)
        for n in range(1_000)
    ]
    columns = "reference event customer_name customer_email offer quantity section row number"

    timed("bookings", as_csv(columns, *rows))

    assert Booking.objects.count() == ROWS - 500
    assert Ticket.objects.count() == ROWS
    assert findings(timezone.now()) == []
