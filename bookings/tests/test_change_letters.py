"""Letters about changes: what is different now, what it means for the money, and who may know which link."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from icalendar import Calendar
from pypdf import PdfReader

from bookings import mail, services, tasks
from bookings.access import ticket_url
from bookings.models import Booking, Ticket
from bookings.payments import Charge
from bookings.tests.sales import NOW, checked_out, seat_ids, sold
from events.tests.factories import ProductionFactory
from ticketing.stock import Selection
from ticketing.tests.factories import make_seated_offer

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(seconds=5)


@pytest.fixture(autouse=True)
def _site(settings):
    settings.SITE_URL = "https://tickets.example.org"


def paragraphs(letter):
    return letter.body.split("\n\n")


def html_of(letter):
    return letter.alternatives[0].content


def with_details(booking):
    return Booking.objects.with_details().select_related("replaces").get(pk=booking.pk)


def exchanged(offer, booking, seats, *, to=None, **kwargs):
    wanted = {"event": (to or offer).event, "offers": list((to or offer).event.offers.all())}
    return services.exchange(booking=booking, selection=Selection(seats=tuple(seats)), now=LATER, **wanted, **kwargs)


def change(booking, what):
    return mail.change(with_details(booking), what, now=LATER)


def pages(letter):
    (pdf,) = [content for _, content, kind in letter.attachments if kind == "application/pdf"]
    return [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]


# Exchanged, cancelled, given back ---------------------------------------------------------------------


def test_exchange_at_the_same_price():
    offer = make_seated_offer()
    booking = exchanged(offer, sold(offer, seats=seat_ids(offer)[:2]), seat_ids(offer)[1:3])

    letter = change(booking, "exchange")

    assert letter.subject == f"Exchanged: your tickets for {booking.event.name}"
    assert paragraphs(letter)[1:3] == [
        "we have exchanged your tickets. Tickets that you gave back are void, also where they are printed.",
        "The price is the same, so there is nothing to pay or to give back.",
    ]
    assert "Stalls, row A, seat 3 (Standard): €40.00" in letter.body
    assert len(pages(letter)) == 2
    assert [name for name, _, kind in letter.attachments if kind == "text/calendar"] == [f"{booking.booking_code}.ics"]


def test_exchange_for_dearer_places_says_what_was_paid():
    here, there = two_dates(price="50.00")
    charge = Charge("demo", "difference", Decimal("10.00"))
    booking = exchanged(here, sold(here, 1), seat_ids(there)[:1], to=there, charge=charge)

    letter = change(booking, "exchange")

    assert f"Booking {booking.booking_code} takes the place of booking {booking.replaces.booking_code}" in letter.body
    assert paragraphs(letter)[2] == "You have paid €10.00 for the difference."


def two_dates(price):
    production = ProductionFactory()
    return [make_seated_offer(event__production=production, price=Decimal(each)) for each in ("40.00", price)]


def test_exchange_for_cheaper_places_says_what_comes_back():
    here, there = two_dates(price="25.00")
    booking = exchanged(here, sold(here, 1), seat_ids(there)[:1], to=there)

    letter = change(booking, "exchange")

    assert paragraphs(letter)[2].startswith("We are giving you back €15.00, the way you paid.")
    assert "€15.00" in html_of(letter)


def test_some_cancelled():
    booking = sold(make_seated_offer(), 3)
    booking = services.cancel_tickets(booking=booking, tickets=[booking.tickets.first().pk], now=LATER)

    letter = change(booking, "cancel tickets")

    assert paragraphs(letter)[1:3] == [
        "one ticket of your booking is cancelled, and void. The others stay valid.",
        "We are giving you back €40.00, the way you paid. We send it off today; your bank may need up to five working "
        "days to show it. You do not have to do anything.",
    ]
    assert len(pages(letter)) == 2


def test_each_letter_speaks_of_its_own_money():
    booking = sold(make_seated_offer(), 3)
    for moment in (NOW + timedelta(seconds=1), LATER):
        booking = services.cancel_tickets(booking=booking, tickets=[booking.tickets.living().first().pk], now=moment)

    assert paragraphs(change(booking, "cancel tickets"))[2].startswith("We are giving you back €40.00,")
    booking = services.cancel_as_customer(booking=booking, now=LATER + timedelta(seconds=1))
    assert "giving you back €40.00" in mail.cancellation(with_details(booking)).body


def test_part_of_the_price_given_back():
    booking = sold(make_seated_offer(), 2)
    services.refund_part(booking=booking, amount=Decimal("15.00"), why="A pillar", now=LATER, actor="box_office")

    letter = change(booking, "refund")

    assert paragraphs(letter)[1] == (
        "we are giving you a part of the price of your booking back. Your tickets stay valid."
    )
    assert "€15.00, the way you paid" in letter.body
    assert "pillar" not in letter.body


def test_money_of_the_counter_waits_there():
    cash = Charge("cash", "till", Decimal("80.00"))
    booking = services.confirm(booking=checked_out(make_seated_offer(), 2), now=NOW, charge=cash)
    booking = services.cancel_tickets(booking=booking, tickets=[booking.tickets.first().pk], now=LATER)

    assert paragraphs(change(booking, "cancel tickets"))[2] == (
        "You paid €40.00 at the box office: it is waiting for you there, and this booking code is all you need to "
        "bring."
    )


def test_kept_money_is_said():
    booking = sold(make_seated_offer(), 2)
    booking = services.cancel(booking=booking, reason="staff", refund=Decimal("50.00"), now=LATER, actor="box_office")

    letter = mail.cancellation(with_details(booking))

    assert "giving you back €50.00" in letter.body
    assert "€30.00 of the price is kept." in letter.body


def test_change_that_nobody_has_put_into_words_still_says_what_is_valid():
    booking = sold(make_seated_offer(), 2)

    letter = change(booking, "something new")

    assert paragraphs(letter)[1] == "your booking has been changed. These are the tickets that are valid now."


# Passed on --------------------------------------------------------------------------------------------


def passed_on(booking, **kwargs):
    who = {"name": "Grace Hopper", "email": "grace@example.org"} | kwargs
    ticket = services.pass_on(ticket=booking.tickets.valid().first(), **who, now=LATER)
    ticket = Ticket.objects.with_details().get(pk=ticket.pk)
    ticket.booking = with_details(booking)
    return ticket


def test_holder_gets_the_ticket_and_a_link_of_its_own():
    booking = sold(make_seated_offer(), 2)
    ticket = passed_on(booking)

    letter = mail.passed_on(ticket, now=LATER)

    assert (letter.to, paragraphs(letter)[0]) == (["grace@example.org"], "Dear Grace Hopper,")
    assert paragraphs(letter)[1].startswith("Ada Lovelace has passed a ticket on to you.")
    assert f"https://tickets.example.org{ticket_url(ticket)}" in letter.body
    assert [booking.key in text for text in (letter.body, html_of(letter), str(letter.message()))] == [False] * 3
    (page,) = pages(letter)
    assert "Grace Hopper" in page
    (ics,) = [content for _, content, kind in letter.attachments if kind == "text/calendar"]
    assert [entry["url"] for entry in Calendar.from_ical(ics).events] == [
        f"https://tickets.example.org{ticket_url(ticket)}"
    ]


def test_customer_is_told_that_the_code_is_void():
    booking = sold(make_seated_offer(), 2)
    old = booking.tickets.valid().first()

    letter = mail.given_away(passed_on(booking), old)

    assert letter.to == ["ada@example.org"]
    assert "The code that you had is void" in letter.body
    assert booking.key in letter.body


def test_holder_who_passes_it_on_is_told_without_the_bookings_link():
    booking = sold(make_seated_offer())
    first = passed_on(booking)
    second = passed_on(booking, name="Bo", email="bo@example.org")

    letter = mail.given_away(second, first)

    assert (letter.to, paragraphs(letter)[0]) == (["grace@example.org"], "Dear Grace Hopper,")
    assert [booking.key in text for text in (letter.body, html_of(letter))] == [False, False]


def test_tickets_that_were_passed_on_are_not_sent_again():
    booking = sold(make_seated_offer(), 2)
    passed_on(booking)

    letter = mail.confirmation(with_details(booking), now=LATER)

    assert len(pages(letter)) == 1
    assert "Your ticket is attached" in letter.body
    assert "passed on to Grace Hopper: €40.00" in letter.body


# Addresses --------------------------------------------------------------------------------------------


def test_old_address_learns_neither_the_link_nor_the_new_address():
    booking = sold(make_seated_offer())
    services.correct_details(booking=booking, name="Ada", email="new@example.org", now=LATER)
    booking = with_details(booking)

    new, old = mail.new_address(booking), mail.old_address(booking, "ada@example.org")

    assert (new.to, old.to) == (["new@example.org"], ["ada@example.org"])
    assert booking.key in new.body
    assert [secret in old.body + html_of(old) for secret in (booking.key, "new@example.org")] == [False, False]


# Sent -------------------------------------------------------------------------------------------------


def sent(mailoutbox):
    return [(letter.to[0], letter.subject.partition(" ")[0]) for letter in mailoutbox]


def test_tasks_write_to_everybody_once(mailoutbox):
    booking = sold(make_seated_offer(), 2)
    ticket = passed_on(booking)

    tasks.send_passed_on.func(ticket.pk)
    tasks.send_given_away.func(ticket.pk)
    tasks.send_change.func(booking.pk, "exchange")
    tasks.send_address_change.func(booking.pk, "old@example.org")
    tasks.send_old_address.func(booking.pk, "old@example.org")

    assert sent(mailoutbox) == [
        ("grace@example.org", "Your"),
        ("ada@example.org", "Passed"),
        ("ada@example.org", "Exchanged:"),
        ("ada@example.org", "Your"),
        ("old@example.org", "Your"),
    ]


def test_nothing_is_sent_of_what_has_died_meanwhile(mailoutbox):
    booking = sold(make_seated_offer(), 1)
    ticket = passed_on(booking)
    services.cancel(booking=booking, reason="staff", now=LATER, actor="box_office")

    tasks.send_passed_on.func(ticket.pk)
    tasks.send_change.func(booking.pk, "exchange")
    tasks.send_address_change.func(booking.pk, "")

    assert sent(mailoutbox) == []
