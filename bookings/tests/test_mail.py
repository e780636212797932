from datetime import timedelta
from decimal import Decimal
from email import message_from_bytes, policy
from io import BytesIO

import pytest
from django.core.mail import EmailMultiAlternatives
from icalendar import Calendar
from pypdf import PdfReader

from bookings import mail
from bookings.models import Booking, Payment
from bookings.tests.documents import NOW, make_booking, make_event
from bookings.tests.factories import PaymentFactory
from ticketing.tests.factories import PromoCodeFactory
from venues.tests.factories import VenueFactory

pytestmark = pytest.mark.django_db


BOUGHT = NOW - timedelta(days=1)


@pytest.fixture(autouse=True)
def _site(settings):
    settings.SITE_URL = "https://tickets.example.org"


def html_of(letter: EmailMultiAlternatives) -> str:
    (alternative,) = letter.alternatives
    assert alternative.mimetype == "text/html"
    return alternative.content


def paragraphs(letter: EmailMultiAlternatives) -> list[str]:
    return letter.body.split("\n\n")


def cancelled(booking: Booking, reason: str, **refunds: str) -> Booking:
    """Cancel a booking on paper, with refunds by these providers."""
    booking.status, booking.cancellation_reason, booking.cancelled_at = Booking.Status.CANCELLED, reason, NOW
    booking.save()
    for provider, amount in refunds.items():
        charge = PaymentFactory(booking=booking, provider=provider, amount=Decimal(amount), created_at=BOUGHT)
        refund = {
            "booking": booking,
            "provider": provider,
            "amount": charge.amount,
            "charge": charge,
            "created_at": NOW,
        }
        PaymentFactory(kind=Payment.Kind.REFUND, reference=f"refund-{provider}", status="pending", **refund)
    return booking


def test_confirmation_says_what_was_booked():
    booking = make_booking(seated=True, discount="4.00", promo_code=PromoCodeFactory(code="WINTER"))

    letter = mail.confirmation(booking, now=NOW)

    assert letter.subject == "Your tickets for The Magic Flute, Saturday 12 December 2026"
    assert letter.to == ["ada@example.org"]
    assert paragraphs(letter) == [
        "Dear Ada Lovelace,",
        "Thank you for your booking. Your 2 tickets are attached to this message: print them, or show them on your "
        "phone. We look forward to seeing you.",
        "The Magic Flute\nSaturday 12 December 2026, 19:30 (doors open at 18:30)\nConcert Hall, 1 Main Street, Vienna",
        "Booking BK-20261122-A7K3XQ\n"
        "- Stalls, row A, seat 1 (Standard): €40.00\n"
        "- Stalls, row A, seat 2 (Standard): €40.00\n"
        "Discount WINTER: -€8.00\n"
        "Total: €72.00, all fees and taxes included",
        "See your booking, fetch your tickets again, or cancel it:\n"
        f"https://tickets.example.org/bookings/{booking.key}/",
        "You can cancel for a full refund until Thursday 10 December 2026, 19:30. This link opens your booking without "
        "a password, so please keep it to yourself: to share tickets, pass on the attached file instead of this "
        "message.",
        "If anything is not as it should be, answer this message and we will put it right.",
        "--\nMarquee\nhttps://tickets.example.org\n",
    ]


def test_confirmation_of_one_ticket_speaks_of_one():
    letter = mail.confirmation(make_booking(tickets=1), now=NOW)

    assert letter.subject == "Your ticket for The Magic Flute, Saturday 12 December 2026"
    assert paragraphs(letter)[1] == (
        "Thank you for your booking. Your ticket is attached to this message: print it, or show it on your phone. "
        "We look forward to seeing you."
    )


def test_confirmation_offers_no_cancelling_where_there_is_none():
    late = mail.confirmation(make_booking(), now=NOW + timedelta(days=19))

    assert "cancel" not in late.body
    assert "You can cancel" not in html_of(late)


def test_confirmation_attaches_tickets_and_calendar():
    letter = mail.confirmation(make_booking(tickets=3), now=NOW)

    (pdf_name, pdf, pdf_type), (ics_name, ics, ics_type) = letter.attachments
    assert (pdf_name, pdf_type) == ("tickets-BK-20261122-A7K3XQ.pdf", "application/pdf")
    assert len(PdfReader(BytesIO(pdf)).pages) == 3
    assert (ics_name, ics_type) == ("BK-20261122-A7K3XQ.ics", "text/calendar")
    assert [entry["summary"] for entry in Calendar.from_ical(ics).events] == ["The Magic Flute"]


def test_confirmation_reads_the_same_number_of_rows_at_a_time(django_assert_num_queries):
    booking = make_booking(tickets=10, seated=True)

    with django_assert_num_queries(1):
        mail.confirmation(booking, now=NOW)


def test_letters_are_well_formed_messages():
    booking = make_booking(make_event(name="Ж" * 200), customer_name="Зоя")

    letter = message_from_bytes(mail.confirmation(booking, now=NOW).message().as_bytes(), policy=policy.default)

    kinds = [part.get_content_type() for part in letter.walk() if not part.is_multipart()]
    assert kinds == ["text/plain", "text/html", "application/pdf", "text/calendar"]
    assert letter["subject"].strip() == f"Your tickets for {'Ж' * 200}, Saturday 12 December 2026"
    assert letter["auto-submitted"] == "auto-generated"


def test_names_break_no_header():
    booking = make_booking(make_event(name="Flute\r\nBcc: all@example.org\u2028\x07!"))

    letter = mail.confirmation(booking, now=NOW)

    assert letter.subject == "Your tickets for Flute Bcc: all@example.org !, Saturday 12 December 2026"
    assert letter.message()["Bcc"] is None
    assert letter.recipients() == ["ada@example.org"]


def test_names_appear_as_they_were_typed():
    event = make_event(name="<b>Flute</b> & Harp", venue=VenueFactory(name="<i>Hall</i>"))

    letter = mail.confirmation(make_booking(event, customer_name="<script>Ada</script>\n"), now=NOW)

    assert paragraphs(letter)[0] == "Dear <script>Ada</script>,"
    assert "<b>Flute</b> & Harp\n" in letter.body
    assert "&lt;b&gt;Flute&lt;/b&gt; &amp; Harp" in html_of(letter)
    assert "&lt;script&gt;Ada&lt;/script&gt;" in html_of(letter)
    assert [tag for tag in ("<script", "<b>", "<i>") if tag in html_of(letter)] == []


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (Booking.Reason.CUSTOMER, "As you asked, we have cancelled your booking."),
        (Booking.Reason.STAFF, "Our box office has cancelled your booking."),
        (Booking.Reason.EVENT, "We are very sorry: this event has been cancelled, and your booking with it."),
        (Booking.Reason.TAKEN, "We are very sorry: your payment reached us after the time for it had run out,"),
    ],
)
def test_cancellation_says_why(reason, words):
    letter = mail.cancellation(cancelled(make_booking(), reason))

    assert paragraphs(letter)[1].startswith(words)
    assert words in html_of(letter)


def test_cancellation_names_booking_and_event():
    booking = cancelled(make_booking(), Booking.Reason.CUSTOMER)

    letter = mail.cancellation(booking)

    assert letter.subject == "Your booking BK-20261122-A7K3XQ for The Magic Flute is cancelled"
    assert paragraphs(letter)[2] == (
        "The Magic Flute\nSaturday 12 December 2026, 19:30\nConcert Hall, Vienna\nBooking BK-20261122-A7K3XQ"
    )
    assert paragraphs(letter)[4] == (
        "The tickets of this booking are no longer valid. You can look at the booking here:\n"
        f"https://tickets.example.org/bookings/{booking.key}/"
    )


def test_cancellation_by_the_venue_names_the_event_first():
    letter = mail.cancellation(cancelled(make_booking(), Booking.Reason.EVENT))

    assert letter.subject == "Cancelled: The Magic Flute, Saturday 12 December 2026"


BY_CARD = (
    "We are giving you back €80.00, the way you paid. We send it off today; your bank may need up to five working days "
    "to show it. You do not have to do anything."
)
AT_BOX_OFFICE = (
    "You paid €80.00 at the box office: it is waiting for you there, and this booking code is all you need to bring."
)


@pytest.mark.parametrize(
    ("refunds", "words"),
    [
        ({"demo": "80.00"}, BY_CARD),
        ({"on_site": "80.00"}, AT_BOX_OFFICE),
        ({"demo": "80.00", "on_site": "80.00"}, f"{BY_CARD} {AT_BOX_OFFICE}"),
        ({}, "You had not been charged for it, so there is nothing to give back."),
    ],
)
def test_cancellation_says_what_is_given_back_and_how(refunds, words):
    letter = mail.cancellation(cancelled(make_booking(), Booking.Reason.STAFF, **refunds))

    assert paragraphs(letter)[3] == words
    assert words in html_of(letter)


def test_cancellation_counts_a_refund_once_when_it_has_been_carried_out():
    booking = cancelled(make_booking(), Booking.Reason.STAFF, demo="80.00")
    pending = booking.payments.get(kind=Payment.Kind.REFUND)
    answer = {"reference": pending.reference, "amount": pending.amount, "charge": pending.charge, "created_at": NOW}
    PaymentFactory(booking=booking, kind=Payment.Kind.REFUND, status="succeeded", **answer)

    letter = mail.cancellation(booking)

    assert paragraphs(letter)[3] == BY_CARD


@pytest.mark.parametrize("url", ["/bookings/mine/abc:def/", "https://tickets.example.org/bookings/mine/abc:def/"])
def test_sign_in_link_is_absolute(url):
    letter = mail.sign_in_link("ada@example.org", url)

    assert letter.to == ["ada@example.org"]
    assert letter.subject == "Your bookings at Marquee"
    assert paragraphs(letter)[2] == "https://tickets.example.org/bookings/mine/abc:def/"
    assert 'href="https://tickets.example.org/bookings/mine/abc:def/"' in html_of(letter)
    assert "works for 30 minutes" in paragraphs(letter)[3]
