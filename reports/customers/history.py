"""One customer: everything that was booked with one address, and what became of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Max, Min, Prefetch, Q, Sum

from bookings.models import Booking, Payment, Ticket, WaitlistEntry
from bookings.personal import Person
from bookings.pseudonyms import is_reachable
from ticketing.money import ZERO, to_cents

MOST = 100
"""So many bookings are shown, the newest; the file has all of them."""

BOOKING, TICKET, ENTRY = "booking", "ticket", "waiting"
"""By what somebody is found without their address standing in an address: see :func:`find_reference`."""


@dataclass(frozen=True)
class Totals:
    """What a customer comes to. ``bookings`` were confirmed once; ``spent`` is what was paid and not given back."""

    bookings: int
    cancelled: int
    tickets: int
    admitted: int
    spent: Decimal
    first_at: datetime | None
    last_at: datetime | None


@dataclass(frozen=True)
class Line:
    """One booking, with what became of it. ``paid`` is what was paid and not given back."""

    booking: Booking
    tickets: list[Ticket]
    admitted: int
    paid: Decimal

    @property
    def what(self) -> str:
        """Its valid tickets, or, if there are none, those that it had: ``2 × Standard, 1 × VIP``."""
        valid = [ticket for ticket in self.tickets if ticket.status == Ticket.Status.VALID]
        names = Counter(ticket.offer.name for ticket in valid or self.tickets)
        return ", ".join(f"{number} × {name}" for name, number in names.items())


@dataclass(frozen=True)
class History:
    """What the page of a customer shows."""

    email: str
    names: list[str]
    bookings: list[Line]
    held: list[Ticket]
    waiting: list[WaitlistEntry]
    letters: int
    totals: Totals
    count: int

    @property
    def is_erased(self) -> bool:
        return not is_reachable(self.email)

    @property
    def more(self) -> int:
        """How many bookings are not shown."""
        return self.count - len(self.bookings)


def read_history(email: str) -> History:
    """Read what is kept about an address. The same number of queries for one booking and for a hundred."""
    person = Person(email)
    tickets = Ticket.objects.with_details().order_by("pk")
    bookings = person.bookings.with_details().order_by("-booking_date", "-pk")
    shown = list(bookings.prefetch_related(Prefetch("tickets", tickets), "payments")[:MOST])
    held = person.tickets_held.with_details().select_related("booking__event__venue")
    waiting = list(person.waiting.select_related("event__venue", "offer__ticket_type"))
    letters = person.letters_queued_about([booking.pk for booking in shown], [entry.pk for entry in waiting])
    return History(
        email=email,
        names=list(dict.fromkeys(booking.customer_name for booking in shown if booking.customer_name)),
        bookings=[_line(booking) for booking in shown],
        held=list(held),
        waiting=waiting,
        letters=letters.count(),
        totals=_totals(person),
        count=person.bookings.count() if len(shown) == MOST else len(shown),
    )


def _line(booking: Booking) -> Line:
    tickets = list(booking.tickets.all())
    moved = [payment for payment in booking.payments.all() if payment.status == Payment.Status.SUCCEEDED]
    signs = {Payment.Kind.CHARGE: 1, Payment.Kind.REFUND: -1}
    paid = sum((signs[payment.kind] * payment.amount for payment in moved), ZERO)
    return Line(booking, tickets, sum(ticket.checked_in_at is not None for ticket in tickets), paid)


def _totals(person: Person) -> Totals:
    """Add up over all bookings, each of which has tickets."""
    bought = Q(booking__confirmed_at__isnull=False, booking__replaced_by__isnull=True)
    confirmed = Q(booking__status=Booking.Status.CONFIRMED)
    sums = Ticket.objects.filter(booking__in=person.bookings.order_by()).aggregate(
        bookings=Count("booking", filter=bought, distinct=True),
        cancelled=Count("booking", filter=bought & ~confirmed, distinct=True),
        tickets=Count("pk", filter=Q(status=Ticket.Status.VALID)),
        admitted=Count("checked_in_at"),
        first_at=Min("booking__booking_date"),
        last_at=Max("booking__booking_date"),
    )
    moved = Payment.objects.filter(booking__in=person.bookings, status=Payment.Status.SUCCEEDED).order_by()
    money = {kind: to_cents(total) for kind, total in moved.values_list("kind").annotate(Sum("amount"))}
    charges, refunds = (money.get(kind, ZERO) for kind in (Payment.Kind.CHARGE, Payment.Kind.REFUND))
    return Totals(**sums, spent=charges - refunds)


# Finding somebody ---------------------------------------------------------------------------------


def find_reference(email: str) -> tuple[str, int] | None:
    """Name a row by which somebody can be found again: a booking, a ticket that they hold, or a waiting list.

    It stands in the address of their page instead of the e-mail, which would end up in logs and browsers' histories.
    """
    person = Person(email.strip())
    for kind, rows in ((BOOKING, person.bookings), (TICKET, person.tickets_held), (ENTRY, person.waiting)):
        if (pk := rows.order_by("-pk").values_list("pk", flat=True).first()) is not None:
            return kind, pk
    return None


def find_email(kind: str, pk: int) -> str | None:
    """Return whose page it is; None if there is no such row, or it names no address."""
    columns = {
        BOOKING: (Booking, "customer_email"),
        TICKET: (Ticket, "holder_email"),
        ENTRY: (WaitlistEntry, "email"),
    }
    model, column = columns[kind]
    return model.objects.filter(pk=pk).values_list(column, flat=True).first() or None
