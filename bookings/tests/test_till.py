"""The till: shifts, cash in and out, reports that add up to the cent, and receipts."""

from __future__ import annotations

import csv
import random
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse
from django.utils import timezone

from bookings import services
from bookings.errors import NoteMissing, ShiftClosed, TillError
from bookings.models import CashMovement, Payment, Shift
from bookings.services.selling import Tender
from bookings.takings import takings_by_shift, takings_of
from bookings.tests.factories import CashMovementFactory, ShiftFactory, UserFactory
from bookings.tests.sales import NOW
from bookings.tests.test_budgets import statements
from ticketing.stock import Selection
from ticketing.tests.factories import make_offer

pytestmark = pytest.mark.django_db

ZERO = Decimal("0.00")


@pytest.fixture
def user():
    user = User.objects.create_user("bernadette", is_staff=True, first_name="Bernadette", last_name="Ogilvy")
    user.groups.add(Group.objects.get(name="Box office"))
    return user


@pytest.fixture
def staff(client, user):
    client.force_login(user)
    return client


@pytest.fixture
def shift(user):
    return ShiftFactory(user=user, opening_float=Decimal("100.00"))


def sell(offer, shift, quantity=1, means="cash"):
    return services.sell(
        event=offer.event,
        offers=[offer],
        selection=Selection({offer.pk: quantity}),
        tender=Tender(means, shift),
        now=NOW,
        actor="bernadette",
    )


def move(shift, kind, amount, reason="change"):
    return services.move_cash(
        shift=shift, kind=kind, amount=Decimal(amount), reason=reason, now=NOW, actor="bernadette"
    )


def close(shift, cash, cards="0.00", note=""):
    return services.close_shift(
        shift=shift, counted_cash=Decimal(cash), counted_cards=Decimal(cards), note=note, now=NOW
    )


# Services -----------------------------------------------------------------------------------------


def test_shift_begins_with_its_float(user):
    shift = services.open_shift(user=user, opening_float=Decimal("150.50"), now=NOW)

    assert (shift.opening_float, shift.opened_at, shift.closed_at) == (Decimal("150.50"), NOW, None)
    assert takings_of(shift).expected_cash == Decimal("150.50")


def test_nobody_has_two_open_shifts(user, shift):
    with pytest.raises(TillError, match="open already"):
        services.open_shift(user=user, opening_float=ZERO, now=NOW)

    close(shift, "100.00")
    assert services.open_shift(user=user, opening_float=ZERO, now=NOW).pk != shift.pk


def test_cash_goes_in_and_out(shift):
    move(shift, "pay_in", "50.00")
    move(shift, "pay_out", "149.99")

    assert takings_of(shift).expected_cash == Decimal("0.01")


def test_no_more_is_paid_out_than_is_there(shift):
    with pytest.raises(TillError, match=r"only €100\.00 in the drawer"):
        move(shift, "pay_out", "100.01")

    assert not CashMovement.objects.exists()


def test_nothing_moves_in_a_closed_shift(shift):
    close(shift, "100.00")

    with pytest.raises(ShiftClosed):
        move(shift, "pay_in", "1.00")
    with pytest.raises(ShiftClosed):
        close(shift, "100.00")


def test_closing_compares_what_was_counted_with_what_is_expected(shift):
    offer = make_offer()
    sell(offer, shift, 2)
    sell(offer, shift, 1, "terminal")
    booking = sell(offer, shift)
    services.cancel(booking=booking, reason="staff", now=NOW, actor="bernadette", channel="box_office", shift=shift)

    closed = close(shift, "177.00", "40.00", note="three coins fell behind the radiator")

    closed.refresh_from_db()
    assert (closed.expected_cash, closed.counted_cash) == (Decimal("180.00"), Decimal("177.00"))
    assert (closed.expected_cards, closed.counted_cards) == (Decimal("40.00"), Decimal("40.00"))
    assert closed.note == "three coins fell behind the radiator"


@pytest.mark.parametrize(
    ("cash", "cards", "words"),
    [
        ("99.99", "0.00", "There is €0.01 too little in the drawer."),
        ("100.00", "-5.00", "There is €5.00 too little on the terminal."),
        ("101.00", "2.00", "There is €1.00 too much in the drawer and €2.00 too much on the terminal."),
    ],
)
def test_a_difference_needs_a_note(shift, cash, cards, words):
    with pytest.raises(NoteMissing) as refusal:
        close(shift, cash, cards, note="  ")

    assert refusal.value.message.startswith(words)
    shift.refresh_from_db()
    assert shift.closed_at is None


def recompute(shift) -> tuple[Decimal, Decimal]:
    """Add a shift up anew, row by row, without the code that is tested."""
    cash, cards = shift.opening_float, ZERO
    for movement in CashMovement.objects.filter(shift=shift):
        cash += movement.amount if movement.kind == "pay_in" else -movement.amount
    for payment in Payment.objects.filter(shift=shift):
        if payment.status == "succeeded":
            amount = payment.amount if payment.kind == "charge" else -payment.amount
            cash, cards = (cash + amount, cards) if payment.provider == "cash" else (cash, cards + amount)
    return cash, cards


@pytest.mark.parametrize("seed", range(3))
def test_report_adds_up_whatever_happened(seed):
    chance = random.Random(seed)
    offers = [make_offer(60, price=Decimal(price)) for price in ("33.33", "19.99", "0.01")]
    shifts = [ShiftFactory(opening_float=Decimal("100.00")) for _ in range(2)]
    bookings = []
    for _ in range(25):
        shift = chance.choice(shifts)
        match chance.choice(["sell", "sell", "in", "out", "cancel", "part"]):
            case "sell":
                means = chance.choice(["cash", "terminal"])
                bookings.append(sell(chance.choice(offers), shift, chance.randint(1, 3), means))
            case "in" | "out" as way:
                move(shift, f"pay_{way}", "7.77" if way == "in" else "1.11")
            case "cancel" if bookings:
                booking = bookings.pop()
                services.cancel(booking=booking, reason="staff", now=NOW, actor="bob", shift=shift)
            case "part" if bookings and bookings[-1].total_price > 1:
                services.refund_part(
                    booking=bookings[-1], amount=Decimal("0.50"), why="x", now=NOW, actor="bob", shift=shift
                )
                bookings.pop()

    found = takings_by_shift(shifts)

    assert [(found[it.pk].expected_cash, found[it.pk].expected_cards) for it in shifts] == [
        recompute(it) for it in shifts
    ]
    assert sum((found[it.pk].sold for it in shifts), ZERO) == sum(
        payment.amount if payment.kind == "charge" else -payment.amount
        for payment in Payment.objects.filter(status="succeeded")
    )


def test_money_that_came_along_with_an_exchange_counts_by_the_means_it_came_in(shift):
    first, second = make_offer(), make_offer()
    booking = sell(first, shift, means="terminal")
    booking = services.exchange(
        booking=booking,
        event=second.event,
        offers=[second],
        selection=Selection({second.pk: 1}),
        now=NOW,
        actor="bernadette",
    )
    services.cancel(booking=booking, reason="staff", now=NOW, actor="bernadette", shift=shift)

    takings = takings_of(shift)

    assert (takings.cards_taken, takings.cards_refunded, takings.cash) == (Decimal("40.00"), Decimal("40.00"), ZERO)


# Pages --------------------------------------------------------------------------------------------


def test_member_opens_a_till(staff, user):
    response = staff.post(reverse("counter:open"), {"opening_float": "120,50"})

    assert response["Location"] == reverse("counter:sale")
    assert Shift.objects.get(user=user).opening_float == Decimal("120.50")


@pytest.mark.parametrize("value", ["", "-1", "much", "1e9", "9999999999", "NaN"])
def test_till_needs_a_sensible_float(staff, value):
    response = staff.post(reverse("counter:open"), {"opening_float": value})

    assert response.status_code == 422
    assert response.context["float"].errors["opening_float"]
    assert not Shift.objects.exists()


def test_member_pays_in(staff, shift):
    staff.post(reverse("counter:move"), {"kind": "pay_in", "amount": "20", "reason": "coins from the bank"})

    movement = CashMovement.objects.get()
    assert (movement.shift, movement.kind, movement.amount, movement.actor) == (shift, "pay_in", 20, "bernadette")


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"reason": ""}, "reason"),
        ({"amount": "0"}, "amount"),
        ({"amount": "100.01"}, "amount"),
        ({"kind": "x"}, "kind"),
    ],
)
def test_movement_is_refused_beside_the_field(staff, shift, data, field):
    data = {"kind": "pay_out", "amount": "20", "reason": "to the safe"} | data

    response = staff.post(reverse("counter:move"), data)

    assert response.status_code == 422
    assert list(response.context["movement"].errors) == [field]
    assert not CashMovement.objects.exists()


def test_member_closes_the_till(staff, shift):
    response = staff.post(reverse("counter:close"), {"counted_cash": "100", "counted_cards": "0"})

    shift.refresh_from_db()
    assert response["Location"] == reverse("counter:shift", args=[shift.pk])
    assert shift.closed_at
    assert "Closing report" in staff.get(response["Location"]).content.decode()


def test_difference_is_said_beside_the_note(staff, shift):
    response = staff.post(reverse("counter:close"), {"counted_cash": "90", "counted_cards": "0"})

    assert response.status_code == 422
    assert response.context["count"].errors["note"] == [
        "There is €10.00 too little in the drawer. Count again, or say why."
    ]


@pytest.mark.parametrize("name", ["move", "close"])
def test_without_a_till_there_is_nothing_to_move_or_to_close(staff, name):
    response = staff.post(reverse(f"counter:{name}"), {"counted_cash": "1", "counted_cards": "0"})

    assert response["Location"] == reverse("counter:till")


def others_shift():
    user = UserFactory(username="tunde", first_name="=cmd()", last_name="Lascelles")
    return ShiftFactory(user=user, opening_float=Decimal("50.00"))


def test_members_see_their_own_shifts_only(staff, shift):
    other = others_shift()

    assert [it.shift for it in staff.get(reverse("counter:shifts")).context["reports"]] == [shift]
    assert staff.get(reverse("counter:shift", args=[shift.pk])).status_code == 200
    assert staff.get(reverse("counter:shift", args=[other.pk])).status_code == 404
    assert staff.get(reverse("admin:bookings_shift_change", args=[other.pk])).status_code == 302
    assert "tunde" not in staff.get(reverse("admin:bookings_shift_changelist")).content.decode()


def test_managers_see_the_day_of_everybody(client, shift):
    other = others_shift()
    sell(make_offer(), shift, 2)
    sell(make_offer(), other, 1, "terminal")
    manager = User.objects.create_user("margarethe", is_staff=True)
    manager.groups.add(Group.objects.get(name="Managers"))
    client.force_login(manager)

    page = client.get(reverse("counter:shifts"), {"on": timezone.localdate(shift.opened_at).isoformat()})

    assert {it.shift for it in page.context["reports"]} == {shift, other}
    assert page.context["total"].sold == Decimal("120.00")
    assert page.context["expected_cash"] == Decimal("230.00")


def test_day_is_downloaded_with_cells_that_no_spreadsheet_runs(client, shift):
    other = others_shift()
    close(other, "49.00", note="=HYPERLINK(1)")
    client.force_login(User.objects.create_superuser("boss"))

    text = client.get(reverse("counter:shifts_csv")).content.decode()

    rows = {row["staff"]: row for row in csv.DictReader(text.splitlines())}
    assert set(rows) == {"Bernadette Ogilvy", "'=cmd() Lascelles"}
    row = rows["'=cmd() Lascelles"]
    assert (row["note"], row["expected_cash"], row["cash_difference"]) == ("'=HYPERLINK(1)", "50.00", "-1.00")


@pytest.mark.parametrize("day", ["", "x", "2026-13-01", "0001-01-01"])
def test_any_day_may_be_asked_for(staff, shift, day):
    assert staff.get(reverse("counter:shifts"), {"on": day}).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_lists_cost_the_same_for_one_shift_and_for_three(client, count):
    client.force_login(User.objects.create_superuser("boss"))
    for _ in range(count):
        shift = ShiftFactory()
        CashMovementFactory(shift=shift)
        sell(make_offer(), shift)

    with statements(7):
        client.get(reverse("counter:shifts"))
    with statements(7):
        client.get(reverse("admin:bookings_shift_changelist"))
    with statements(6):
        client.get(reverse("admin:bookings_cashmovement_changelist"))


# Receipts -----------------------------------------------------------------------------------------


def test_receipt_says_everything(staff, shift):
    booking = sell(make_offer(), shift, 2)

    text = staff.get(reverse("counter:receipt", args=[booking.booking_code])).content.decode()

    for words in (booking.event.venue.name, booking.event.name, "2 × Standard", "€80.00", "Cash", booking.booking_code):
        assert words in text
    assert "Served by Bernadette Ogilvy" in text


def test_receipt_of_money_given_back(staff, shift):
    booking = sell(make_offer(), shift)
    services.cancel(booking=booking, reason="staff", now=NOW, actor="bernadette", shift=shift)
    refund = booking.payments.get(kind="refund", status="succeeded")

    text = staff.get(reverse("counter:refund", args=[booking.booking_code, refund.pk])).content.decode()

    assert "€40.00" in text
    assert "Paid out by Bernadette Ogilvy" in text
    assert staff.get(reverse("counter:receipt", args=[booking.booking_code])).status_code == 200


def test_there_is_no_receipt_of_another_bookings_refund(staff, shift):
    first, second = sell(make_offer(), shift), sell(make_offer(), shift)
    services.cancel(booking=first, reason="staff", now=NOW, actor="bernadette", shift=shift)
    refund = first.payments.get(kind="refund", status="succeeded")
    pending = first.payments.get(kind="refund", status="pending")

    assert staff.get(reverse("counter:refund", args=[second.booking_code, refund.pk])).status_code == 404
    assert staff.get(reverse("counter:refund", args=[first.booking_code, pending.pk])).status_code == 404
