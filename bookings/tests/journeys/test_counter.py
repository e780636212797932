"""At the counter: a walk-up sale without a mouse, seats from the map, and the till closed in the evening."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone
from playwright.sync_api import expect

from bookings.models import Booking, Shift
from events.models import Event
from reports.audit import findings

from . import steps
from .test_staff import logs_in
from .visitor import PHONE, Visitor


class Keys:
    """The keys of somebody who never touches the mouse, counted."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor, self.pressed = visitor, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.visitor.page.keyboard.press(key)
            self.pressed += 1


def opens_till(visitor: Visitor, amount: str = "100") -> None:
    visitor.goes("/admin/counter/till/")
    visitor.sees("Till")
    visitor.fills({"Cash in the drawer": amount})
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_url("**/admin/counter/")
    visitor.sees("Counter sale")


def chooses(visitor: Visitor, event: Event) -> None:
    """Choose what is sold this evening: other journeys may have put on something that begins earlier."""
    visitor.clicks(event.name, "link", within=visitor.page.locator(".counter-events"), exact=False)
    visitor.page.wait_for_url(f"**/admin/counter/?event={event.pk}**")
    visitor.sees("Counter sale")
    expect(visitor.page.get_by_role("heading", level=2, name=event.name)).to_be_visible()


def is_handed_over(visitor: Visitor, heading: str = "Sold") -> Booking:
    visitor.page.wait_for_url("**/sold/**")
    visitor.sees(heading)
    return Booking.objects.get(booking_code=visitor.page.url.rstrip("/").rpartition("/")[2])


def test_counter_sale_by_keyboard(come, house):
    offer = steps.standing_evening("Walk Right Up", event__event_date=timezone.now() + timedelta(minutes=20))
    bernadette = come()
    logs_in(bernadette, house, "box_office")
    opens_till(bernadette)
    chooses(bernadette, offer.event)
    keys = Keys(bernadette)

    # Two standing tickets, paid in cash: a sale, and the page is ready for the next customer.
    keys.press("2", "c", "Enter")
    booking = is_handed_over(bernadette)
    keys.press("Enter")
    bernadette.page.wait_for_url("**/admin/counter/?event=**")
    bernadette.sees("Counter sale")

    assert keys.pressed <= 5
    assert (booking.status, booking.quantity, booking.total_price) == ("confirmed", 2, Decimal("80.00"))
    assert booking.payments.get().provider == "cash"

    # The next one gives a hundred, and waits for the change.
    bernadette.page.keyboard.type("2")
    bernadette.page.keyboard.press("Enter")
    bernadette.page.keyboard.type("c100")
    expect(bernadette.page.locator("[data-change]")).to_have_text("€20.00")
    bernadette.looks()
    bernadette.page.keyboard.press("Enter")
    is_handed_over(bernadette)
    bernadette.reads("€20.00")
    bernadette.page.keyboard.press("Enter")
    bernadette.page.wait_for_url("**/admin/counter/?event=**")
    bernadette.sees("Counter sale")

    # A student with an e-mail address pays by card, at a discount.
    bernadette.page.keyboard.press("1")
    bernadette.page.keyboard.press("d")
    bernadette.page.keyboard.type("10%")
    expect(bernadette.page.locator("[data-total]")).to_have_text("€36.00")
    bernadette.fills({"Reason": "student", "Promo code": ""})
    bernadette.page.keyboard.press("Escape")
    bernadette.page.keyboard.press("n")
    bernadette.page.get_by_label("E-mail", exact=True).fill("student.walks@example.org")
    bernadette.page.keyboard.press("Escape")
    bernadette.page.keyboard.press("k")
    bernadette.looks()
    bernadette.page.keyboard.press("Enter")
    booking = is_handed_over(bernadette)

    assert (booking.total_price, booking.discount) == (Decimal("36.00"), Decimal("4.00"))
    assert booking.activities.get(verb="discount").detail["reason"] == "student"
    steps.gets_letter("student.walks@example.org", "ticket")
    closes_till(bernadette, cash="260", cards="36")


def closes_till(visitor: Visitor, *, cash: str, cards: str) -> None:
    """Count a little too little, be asked why, count again."""
    visitor.goes("/admin/counter/till/")
    visitor.sees("Till")
    visitor.fills({"Cash counted": str(int(cash) - 1), "Total of the card terminal": cards})
    visitor.page.keyboard.press("Enter")
    visitor.reads("There is €1.00 too little in the drawer. Count again, or say why.")
    visitor.looks(status=422)
    visitor.fills({"Cash counted": cash})
    visitor.page.keyboard.press("Enter")
    visitor.sees("Closing report")
    shift = Shift.objects.latest("closed_at")
    assert (shift.expected_cash, shift.counted_cash) == (Decimal(cash), Decimal(cash))
    assert (shift.expected_cards, shift.counted_cards) == (Decimal(cards), Decimal(cards))
    visitor.goes("/admin/counter/shifts/")
    visitor.sees(re.compile("^Shifts on"))
    assert findings(timezone.now()) == []


def test_seats_are_sold_from_the_map(come, house):
    offer = steps.seated_evening("A Seat in the Stalls", event__event_date=timezone.now() + timedelta(minutes=40))
    tunde = come(size=PHONE, is_phone=True)
    logs_in(tunde, house, "manager")
    opens_till(tunde)

    tunde.goes(f"/admin/counter/?event={offer.event_id}")
    tunde.sees("Counter sale")
    tunde.page.get_by_label("Best seats for").fill("2")
    tunde.clicks("Find seats")
    expect(tunde.page.locator("[data-total]")).to_have_text("€80.00")
    tunde.looks()
    tunde.page.get_by_text("Card", exact=False).filter(visible=True).first.click()
    tunde.clicks("Sell", exact=False)
    booking = is_handed_over(tunde)

    assert [ticket.place.seat.section.name for ticket in booking.tickets.all()] == ["Stalls", "Stalls"]
    assert booking.payments.get().provider == "terminal"
    tunde.goes(f"/admin/counter/receipts/{booking.booking_code}/")
    tunde.sees("Receipt")
    tunde.goes("/admin/counter/till/")
    tunde.sees("Till")
