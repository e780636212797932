"""Managers look a customer up, forget one, sign a settlement, and let a report be sent: at a desk and on a phone."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from bookings.models import Booking
from bookings.personal import find_everywhere
from events.models import Event

from . import steps
from .test_staff import logs_in
from .visitor import DESK, PHONE

ANY = re.compile(".")
SIZES = pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])


def be_over(event: Event) -> Event:
    at = timezone.now() - timedelta(days=3)
    Event.objects.filter(pk=event.pk).update(event_date=at, doors_at=None, ends_at=None)
    return event


@SIZES
def test_pages_of_settlements_exports_and_schedules_are_seen(come, house, size):
    event = be_over(steps.sold(steps.standing_evening(f"Accounts at {size[0]}"), 2, email="a@example.org").event)
    manager = come(size=size)

    logs_in(manager, house, "manager")
    event.refresh_from_db()
    for address in ("settlements/", f"settlements/{event.slug}/", "exports/", "exports/bookings/", "schedules/"):
        manager.goes(f"/reports/{address}")
        manager.sees(ANY)
    manager.goes(f"/reports/settlements/{event.slug}/")
    manager.sees(ANY)
    manager.clicks("Sign €80.00")
    manager.sees(ANY)
    manager.reads(re.compile("The settlement is signed."))


@SIZES
def test_customer_is_found_and_forgotten(come, house, size):
    email = f"forget.me.{size[0]}@example.org"
    booking = steps.sold(steps.standing_evening(f"Forgotten at {size[0]}"), 2, email=email)
    be_over(booking.event)
    manager = come(size=size)
    page = manager.page

    logs_in(manager, house, "manager")
    manager.goes("/reports/customers/")
    manager.sees("Customers")
    page.get_by_label("One customer’s history").fill(email.upper())
    page.locator(".reports-find").get_by_role("button", name="Show").click()
    manager.sees(email)
    assert "example" not in page.url
    manager.clicks("Erase…", "link")
    manager.sees("Erase a customer")
    page.get_by_label("Why").fill("letter of today")
    page.get_by_label("Whoever asks for it").check()
    manager.clicks("Erase this customer")
    manager.sees("Erased customer")
    assert find_everywhere(email) == []
    assert Booking.objects.get(pk=booking.pk).customer_name == "Erased"
