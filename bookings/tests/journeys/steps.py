"""What people in the journeys do often, and the evenings that they go to."""

from __future__ import annotations

from django.utils import timezone
from playwright.sync_api import expect

from bookings.models import Booking
from bookings.tests import sales
from config.mail import Letter, letter, letters
from events.models import Event
from ticketing.models import Offer
from ticketing.tests.factories import make_offer, make_seated_offer

from .house import wait_until
from .visitor import Visitor

CARD = {"Expiry date": "12 / 34", "Security code": "123", "Name on card": "Ada Lovelace"}
GOOD, DECLINED = "4242 4242 4242 4242", "4000 0000 0000 0002"


def standing_evening(name: str, capacity: int = 20, **kwargs) -> Offer:
    """Put an evening without seats on sale, in thirty days, at 40.00 a ticket."""
    return make_offer(capacity, event__name=name, event__venue__name=f"Hall of {name}", **kwargs)


def seated_evening(name: str, **kwargs) -> Offer:
    """Put an evening with seats on sale: stalls with rows A to C of seats 1 to 8, at 40.00 a seat."""
    return make_seated_offer(event__name=name, **kwargs)


def sold(offer: Offer, quantity: int, *, email: str, **kwargs) -> Booking:
    """Let somebody have booked and paid already: of seats, unless they are named, the first free ones."""
    now = timezone.now()
    free = offer.places.free(now).filter(seat__isnull=False).order_by("seat").values_list("seat", flat=True)
    kwargs.setdefault("seats", list(free[:quantity]))
    return sales.sold(offer, quantity, now=now, email=email, **kwargs)


def opens_picker(visitor: Visitor, event: Event) -> None:
    """Go from the event's page to the picker."""
    visitor.goes(event.get_absolute_url())
    visitor.sees(event.name)
    visitor.page.get_by_role("link", name="Get tickets").filter(visible=True).first.click()
    visitor.sees("Choose your tickets")


def picks(visitor: Visitor, quantity: int, offer: str = "Standard") -> None:
    """Choose so many of an offer, one by one, and continue."""
    for _ in range(quantity):
        visitor.clicks(f"One {offer} ticket more")
    continues(visitor)


def continues(visitor: Visitor) -> None:
    visitor.page.get_by_role("button", name="Continue", exact=True).filter(visible=True).last.click()


def says_who(visitor: Visitor, *, email: str, name: str = "Ada Lovelace") -> None:
    visitor.fills({"Full name": name, "E-mail address": email})
    visitor.page.get_by_label("I agree to the terms of sale").check()


def goes_to_payment(visitor: Visitor) -> None:
    visitor.page.get_by_role("button", name="Continue to payment").click()
    visitor.sees("Payment")


def pays(visitor: Visitor, number: str = GOOD) -> None:
    visitor.fills({"Card number": number} | CARD)
    visitor.page.locator("#card").get_by_role("button", name="Pay").click()


def has_tickets(visitor: Visitor, event: Event, count: int) -> Booking:
    """Be on the page of a booking just made, with so many tickets; return the booking."""
    visitor.sees(event.name)
    visitor.reads("You’re going!")
    expect(visitor.page.locator("article.stub")).to_have_count(count)
    return booking_of(visitor)


def booking_of(visitor: Visitor) -> Booking:
    """Return the booking whose page, or checkout, is open."""
    return Booking.objects.get(key=visitor.page.url.partition("/bookings/")[2].partition("/")[0])


def gets_letter(to: str, subject: str) -> Letter:
    """Wait for the worker to send a letter to this address, and open it."""
    found: list[str] = []

    def has_come() -> bool:
        found.extend(
            each.name for each in letters(limit=50) if each.to.lower() == to and subject.lower() in each.subject.lower()
        )
        return bool(found)

    wait_until(has_come)
    return letter(found[0])
