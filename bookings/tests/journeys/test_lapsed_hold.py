"""The time runs out: the same places come back if nobody has taken them, and the page says so if somebody has."""

from datetime import timedelta

from django.utils import timezone

from bookings.models import Booking

from . import steps
from .visitor import PHONE


def runs_out(booking):
    """Move the end of a hold into the past, as if the customer had waited."""
    past = timezone.now() - timedelta(minutes=1)
    Booking.objects.filter(pk=booking.pk).update(booking_date=past - timedelta(minutes=10), expires_at=past)
    booking.event.places.filter(claim=booking.claim).update(free_from=past)


def holds(visitor, offer):
    steps.opens_picker(visitor, offer.event)
    steps.picks(visitor, 2)
    visitor.sees("Checkout")
    return steps.booking_of(visitor)


def test_lapsed_hold_is_revived_and_paid(come):
    offer = steps.standing_evening("Time and Again")
    ada = come(size=PHONE)

    booking = holds(ada, offer)
    runs_out(booking)
    ada.page.reload()
    ada.sees("Your time ran out")
    ada.clicks("Get my tickets back")
    ada.sees("Checkout")
    ada.reads("Your tickets are held for you again.")
    steps.says_who(ada, email="ada.lapsed@example.org")
    steps.goes_to_payment(ada)
    runs_out(booking)  # once more, on the card page: the payment heals it
    steps.pays(ada)

    assert steps.has_tickets(ada, offer.event, 2) == booking


def test_lapsed_hold_that_somebody_else_has_bought(come):
    offer = steps.standing_evening("Too Late for Two", capacity=2)
    ada = come()

    runs_out(holds(ada, offer))
    steps.sold(offer, 2, email="grace@example.org")
    steps.says_who(ada, email="ada.late@example.org")
    ada.page.get_by_role("button", name="Continue to payment").click()
    ada.sees("Your time ran out", status=409)
    ada.reads("These tickets are no longer held")
    ada.clicks("See what is left", "link")
    ada.sees("Choose your tickets")
    ada.reads("Sold out")
