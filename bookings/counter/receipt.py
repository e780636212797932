"""What a receipt says: of a booking, and of money that was given back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bookings.models import Activity, Booking, Payment, Ticket
from bookings.order import OrderLine, order_lines
from bookings.takings import CASH, TERMINAL

MEANS = {CASH: "Cash", TERMINAL: "Card"}


@dataclass(frozen=True)
class PaymentLine:
    """Money that moved. ``staff`` is whoever took it, or handed it out, at the counter."""

    payment: Payment
    means: str
    staff: str

    @property
    def is_refund(self) -> bool:
        return self.payment.kind == Payment.Kind.REFUND


@dataclass(frozen=True)
class Receipt:
    """A booking's tickets, what they cost, and how that was paid."""

    booking: Booking
    lines: list[OrderLine]
    payments: list[PaymentLine]
    given: Decimal | None
    change: Decimal | None
    is_comp: bool
    at: datetime
    staff: str

    @property
    def means(self) -> str:
        """How it was paid."""
        charges = [line.means for line in self.payments if not line.is_refund]
        return charges[0] if charges else "Complimentary" if self.is_comp else "Free of charge"


def read_receipt(booking: Booking) -> Receipt:
    """Read what the receipt of a booking says. Three queries."""
    tickets = list(booking.tickets.with_details().exclude(status=Ticket.Status.VOID))
    payments = [line_of(payment) for payment in _moved(booking)]
    history = {
        activity.verb: activity
        for activity in Activity.objects.filter(booking=booking, verb__in=["confirm", "comp", "cash"])
    }
    made, cash = history.get("comp") or history.get("confirm"), history.get("cash")
    at_the_counter = [line.staff for line in payments if line.staff]
    return Receipt(
        booking=booking,
        lines=order_lines(tickets),
        payments=payments,
        given=Decimal(cash.detail["given"]) if cash else None,
        change=Decimal(cash.detail["change"]) if cash else None,
        is_comp="comp" in history,
        at=booking.confirmed_at or booking.booking_date,
        staff=at_the_counter[0] if at_the_counter else made.actor if made and booking.channel == "box_office" else "",
    )


def _moved(booking: Booking):
    return booking.payments.filter(status=Payment.Status.SUCCEEDED).select_related("shift__user")


def line_of(payment: Payment) -> PaymentLine:
    """Say how a payment was made, and by whom."""
    staff = payment.shift.user.get_full_name() or payment.shift.user.get_username() if payment.shift else ""
    return PaymentLine(payment, MEANS.get(payment.provider, "Online"), staff)
