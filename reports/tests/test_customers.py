"""Customers: their pages, what is handed over, how they are erased, and how often they come."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from bookings import services, tasks
from bookings.models import Booking
from bookings.personal import find_everywhere
from bookings.tests.factories import WaitlistEntryFactory
from bookings.tests.sales import NOW, sold
from events.models import Event
from reports.customers.history import find_email, find_reference, read_history
from reports.customers.personal_data import FORMAT, personal_data
from reports.figures import customers
from reports.scope import Period, Scope
from reports.tests.histories import House
from ticketing.models import TicketType
from ticketing.tests.factories import make_offer
from venues.models import Venue

pytestmark = pytest.mark.django_db

ADA = "ada@example.org"
ALL = Period(date(2026, 1, 1), date(2026, 12, 31))


@pytest.fixture
def managers(as_member):
    return as_member("Managers")


def address_of(booking, name="customer", **kwargs) -> str:
    return reverse(f"reports:{name}", args=["booking", booking.pk, *kwargs.values()])


def be_over(now=NOW) -> None:
    """Let all events have ended."""
    Event.objects.update(event_date=now - timedelta(days=30), doors_at=None, ends_at=None)


# Finding --------------------------------------------------------------------------------------


def test_customer_is_found_by_an_address_that_stands_in_no_address(managers):
    booking = sold(make_offer())

    response = managers.post(reverse("reports:find_customer"), {"email": " ADA@example.org "})

    assert response["Location"] == address_of(booking)
    assert "example" not in response["Location"]
    assert managers.get(reverse("reports:find_customer"), {"email": ADA}).status_code == 405


@pytest.mark.parametrize("email", ["nobody@example.org", "no address", ""])
def test_whoever_is_not_known_is_not_found(email, managers):
    response = managers.post(reverse("reports:find_customer"), {"email": email})

    assert response["Location"] == reverse("reports:report", args=["customers"])


def test_people_who_only_wait_or_hold_a_ticket_are_found():
    entry = WaitlistEntryFactory(email="wait@example.org")
    booking = sold(make_offer())
    ticket = services.pass_on(ticket=booking.tickets.get(), name="Bob", email="bob@example.org", now=NOW)

    assert find_reference("WAIT@example.org") == ("waiting", entry.pk)
    assert find_reference("bob@example.org") == ("ticket", ticket.pk)
    assert find_email("waiting", entry.pk) == "wait@example.org"
    assert find_email("ticket", ticket.pk) == "bob@example.org"
    assert find_email("booking", 123_456) is None


# History --------------------------------------------------------------------------------------


def test_history_tells_all_that_was_booked_with_an_address():
    offer = make_offer(30)
    first, cancelled = sold(offer, 2), sold(offer, 3, email="Ada@Example.org")
    services.cancel(booking=cancelled, reason="customer", now=NOW, actor="customer")
    services.carry_out_refund(refund=cancelled.payments.get(kind="refund"), now=NOW)
    services.pass_on(ticket=sold(offer, email="bob@example.org").tickets.get(), name="Ada", email=ADA, now=NOW)
    WaitlistEntryFactory(email=ADA)

    history = read_history(ADA)

    assert [(line.booking.pk, line.what, str(line.paid)) for line in history.bookings] == [
        (cancelled.pk, "3 × Standard", "0.00"),
        (first.pk, "2 × Standard", "80.00"),
    ]
    totals = history.totals
    assert (totals.bookings, totals.cancelled, totals.tickets, str(totals.spent)) == (2, 1, 2, "80.00")
    assert (len(history.held), len(history.waiting), history.names) == (1, 1, ["Ada Lovelace"])
    assert history.letters > 0


@pytest.mark.parametrize("count", [1, 3])
def test_page_costs_the_same_for_any_number_of_bookings(count, managers, django_assert_num_queries):
    offer = make_offer(30)
    for _ in range(count):
        booking = sold(offer, 2)

    with django_assert_num_queries(13):
        page = managers.get(address_of(booking))

    assert len(page.context["history"].bookings) == count


def test_page_shows_no_amounts_without_the_permission(as_member):
    booking = sold(make_offer())
    client = as_member("Box office")

    page = client.get(address_of(booking)).content.decode()

    assert booking.booking_code in page
    assert "40.00" not in page
    assert "Erase" not in page


def test_long_history_is_cut_and_says_so(managers, monkeypatch):
    monkeypatch.setattr("reports.customers.history.MOST", 2)
    offer = make_offer(30)
    booking = [sold(offer) for _ in range(3)][-1]

    history = managers.get(address_of(booking)).context["history"]

    assert (len(history.bookings), history.more) == (2, 1)


def test_page_of_nobody_is_not_found(managers):
    assert managers.get(reverse("reports:customer", args=["booking", 1])).status_code == 404


# What is kept ---------------------------------------------------------------------------------


def test_everything_that_is_kept_is_handed_over(managers):
    booking = sold(make_offer(), 2)
    Venue.objects.update(time_zone="Europe/Vienna")
    services.resend_confirmation(booking=booking, now=NOW, actor="grace")
    WaitlistEntryFactory(email=ADA, event=booking.event)
    tasks.send_sign_in_link.enqueue(ADA, "/x")

    response = managers.get(address_of(booking, "customer_data"))

    data = json.loads(response.content)
    assert response["Content-Disposition"] == f'attachment; filename="customer-booking-{booking.pk}.json"'
    assert (data["format"], data["address"]) == (FORMAT, ADA)
    (told,) = data["bookings"]
    assert (told["booking_code"], told["customer_name"], told["total_price"]) == (
        booking.booking_code,
        "Ada Lovelace",
        "80.00",
    )
    assert [ticket["price"] for ticket in told["tickets"]] == ["40.00", "40.00"]
    assert [(payment["kind"], payment["amount"]) for payment in told["payments"]] == [("charge", "80.00")]
    assert [(line["what"], line["by"]) for line in told["history"]] == [
        ("hold", "customer"),
        ("confirm", "customer"),
        ("resend", "staff"),
    ]
    assert datetime.fromisoformat(told["confirmed_at"]) == NOW.replace(microsecond=0)
    assert told["confirmed_at"][-6:] in ("+01:00", "+02:00")
    assert [entry["status"] for entry in data["waiting_lists"]] == ["waiting"]
    assert "send_sign_in_link" in [letter["what"] for letter in data["letters"]]


def test_what_is_handed_over_names_everything_that_would_be_erased():
    """Each table in which the address is found has its part of the document."""
    booking = sold(make_offer())
    services.pass_on(ticket=sold(make_offer(), email="bob@example.org").tickets.get(), name="Ada", email=ADA, now=NOW)
    WaitlistEntryFactory(email=ADA)

    data = personal_data(ADA, NOW)

    tables = {mention.table for mention in find_everywhere(ADA)}
    assert tables == {"booking", "ticket", "waitlist entry"}
    assert [told["booking_code"] for told in data["bookings"]] == [booking.booking_code]
    assert len(data["tickets_passed_on_to_the_address"]) == len(data["waiting_lists"]) == 1


def test_bookings_are_handed_over_as_a_table(managers):
    booking = sold(make_offer())
    sold(make_offer(), email="bob@example.org")

    response = managers.get(address_of(booking, "customer_bookings", form="csv"))

    header, *rows = b"".join(response.streaming_content).decode().splitlines()
    assert header.startswith("booking_code,status")
    assert [row.split(",")[0] for row in rows] == [booking.booking_code]


# Erasure --------------------------------------------------------------------------------------


def test_erasing_shows_first_what_it_does(managers):
    booking = sold(make_offer())
    be_over()

    page = managers.get(address_of(booking, "erase_customer"))

    assert page.context["plan"].bookings == 1
    assert page.context["reasons"] == []
    assert Booking.objects.get().customer_email == ADA


def test_erasing_is_done_once_it_is_sure(managers):
    booking = sold(make_offer())
    be_over()
    url = address_of(booking, "erase_customer")

    unsure = managers.post(url, {"reason": "a letter"})
    sure = managers.post(url, {"reason": "a letter", "is_sure": "on"})

    assert unsure.status_code == 422
    assert sure["Location"] == address_of(booking)
    assert find_everywhere(ADA) == []
    assert managers.get(sure["Location"]).context["history"].is_erased


def test_erasing_says_why_not(managers):
    booking = sold(make_offer())

    page = managers.post(address_of(booking, "erase_customer"), {"reason": "a letter", "is_sure": "on"})

    assert page.status_code == 422
    assert page.context["form"].non_field_errors() == page.context["reasons"]
    assert Booking.objects.get().customer_email == ADA


def test_erasing_is_for_managers(as_member):
    booking = sold(make_offer())
    be_over()
    client = as_member("Box office")

    assert client.get(address_of(booking)).status_code == 200
    assert client.post(address_of(booking, "erase_customer"), {"reason": "x", "is_sure": "on"}).status_code == 403


# How often they come --------------------------------------------------------------------------


def recompute(period: Period, **asked) -> tuple[dict, dict]:
    """How many bookings each address has made in the period; which addresses had booked before each month."""
    of_these = set(Booking.objects.filter(**asked).values_list("pk", flat=True))
    made, first = defaultdict(list), {}
    bought = Booking.objects.filter(confirmed_at__isnull=False, replaces=None)
    for booking in bought.order_by("booking_date"):
        if email := booking.customer_email.upper():
            first.setdefault(email, booking.booking_date)
            if booking.booking_date.date() in period and booking.pk in of_these:
                made[email].append(booking.booking_date)
    months = defaultdict(lambda: [set(), set()])
    for email, moments in made.items():
        for moment in moments:
            start = moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
            months[start.date()][0].add(email)
            if first[email] < start:
                months[start.date()][1].add(email)
    counts = {email: len(moments) for email, moments in made.items()}
    return counts, {month: (len(all_of), len(again)) for month, (all_of, again) in sorted(months.items())}


@pytest.mark.parametrize("part", ["house", "venue", "channel", "ticket type"])
@pytest.mark.parametrize(
    "period",
    [ALL, Period(date(2026, 3, 2), date(2026, 3, 29)), Period(date(2026, 3, 10), date(2026, 7, 31))],
)
def test_repeat_rate_agrees_with_plain_python(period, part):
    House(seed=9).live(150)
    for index, booking in enumerate(Booking.objects.order_by("pk")):
        name = f"person{index % 23}@example.org"
        Booking.objects.filter(pk=booking.pk).exclude(customer_email="").update(
            customer_email=name.upper() if index % 2 else name
        )
    venue, ticket_type = Venue.objects.first(), TicketType.objects.first()
    narrowed, asked = {
        "house": ({}, {}),
        "venue": ({"venue": venue}, {"event__venue": venue}),
        "channel": ({"channel": "web"}, {"channel": "web"}),
        "ticket type": ({"ticket_type": ticket_type}, {"tickets__offer__ticket_type": ticket_type}),
    }[part]
    scope = Scope(now=datetime(2026, 4, 20, tzinfo=UTC), period=period, **narrowed)
    counts, months = recompute(period, **asked)

    loyalty = {row.name: (row.customers, row.bookings) for row in customers.loyalty(scope)}
    by_month = {row.month: (row.customers, row.returning) for row in customers.by_month(scope)}

    def between(low, high):
        some = [count for count in counts.values() if low <= count <= high]
        return len(some), sum(some)

    assert loyalty == {
        "One booking": between(1, 1),
        "Two bookings": between(2, 2),
        "Three to five": between(3, 5),
        "Six or more": between(6, 10**6),
    }
    assert by_month == months
    assert len(months) > 0


def test_repeat_rate_of_nothing_is_nothing():
    scope = Scope(now=NOW, period=ALL)

    assert customers.loyalty(scope) == customers.by_month(scope) == []


def test_repeat_rate_is_the_same_after_an_erasure():
    for email in (ADA, ADA.upper(), "bob@example.org"):
        sold(make_offer(), email=email)
    be_over()
    day = NOW.date()
    scope = Scope(now=NOW, period=Period(day - timedelta(days=2), day + timedelta(days=2)))
    before = customers.loyalty(scope), customers.by_month(scope)

    services.erase_customer(email=ADA, by="grace", now=NOW, reason="asked for it")

    assert (customers.loyalty(scope), customers.by_month(scope)) == before


def test_page_of_the_report_has_the_search(as_member):
    client = as_member("Box office")

    page = client.get(reverse("reports:report", args=["customers"])).content.decode()

    assert 'id="find-email"' in page
