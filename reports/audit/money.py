"""Money: what bookings cost, what came in for them, and what went back."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.db.models.functions import Coalesce, Round

from bookings.models import Booking, LedgerLine, Payment, Ticket
from bookings.payments.waiting import unanswered
from ticketing.money import ZERO, MoneyField

from .checks import check

CHARGE, REFUND = Payment.Kind.CHARGE, Payment.Kind.REFUND
SUCCEEDED, PENDING, FAILED = Payment.Status.SUCCEEDED, Payment.Status.PENDING, Payment.Status.FAILED

MOVED = "exchange"
"""The provider of money that moves to the booking which replaces another one."""

PATIENCE = timedelta(days=1)
"""For so long a refund may wait for the provider's answer."""


def total(expression, condition: Q) -> Round:
    """Sum up to the cent, as SQLite adds in binary; nothing is zero."""
    return Round(Coalesce(Sum(expression, filter=condition), ZERO, output_field=MoneyField()), precision=2)


def living_bookings() -> QuerySet:
    return Booking.objects.exclude(status=Booking.Status.CANCELLED).order_by("pk")


def owed() -> Round:
    """What a booking comes to: its price, once it is confirmed, and what is retained, to the cent."""
    living = Case(When(status=Booking.Status.CONFIRMED, then=F("total_price")), default=ZERO, output_field=MoneyField())
    return Round(living + F("retained"), precision=2)


LIVING_TICKETS = ~Q(tickets__status=Ticket.Status.VOID)


@check("{row.booking_code} costs {row.total_price}, but its tickets come to {row.due:.2f}.")
def booking_total(now: datetime) -> QuerySet:
    """The total of a booking is what its tickets cost, less their discounts."""
    due = total(F("tickets__price") - F("tickets__discount"), LIVING_TICKETS)
    return living_bookings().annotate(due=due).exclude(due=F("total_price"))


@check("{row.booking_code} is discounted by {row.discount}, its tickets by {row.shares:.2f}.")
def booking_discount(now: datetime) -> QuerySet:
    """The discount of a booking is the sum of its tickets' shares."""
    return living_bookings().annotate(shares=total("tickets__discount", LIVING_TICKETS)).exclude(shares=F("discount"))


@check("{row.booking_code} is {row.status} and costs {row.total_price}; {row.net:.2f} was paid and not given back.")
def booking_paid(now: datetime) -> QuerySet:
    """A confirmed booking is paid to the cent; else only what is retained stays. Refunds count once decided."""
    net = total(
        Case(
            When(payments__kind=CHARGE, payments__status=SUCCEEDED, then=F("payments__amount")),
            When(payments__kind=REFUND, payments__status=PENDING, then=-F("payments__amount")),
            When(payments__kind=REFUND, payments__status=FAILED, then=F("payments__amount")),
            default=ZERO,
            output_field=MoneyField(),
        ),
        Q(payments__isnull=False),
    )
    return Booking.objects.annotate(net=net, owed=owed()).exclude(net=F("owed")).order_by("pk")


@check("{row.booking_code} comes to {row.owed} in all, but its lines in the ledger to {row.posted:.2f}.")
def ledger_booking(now: datetime) -> QuerySet:
    """The ledger of a booking comes to what it costs and what was retained; nothing is posted before it is sold."""
    posted = total(F("ledger__gross") - F("ledger__discount") + F("ledger__retained"), Q(ledger__isnull=False))
    return Booking.objects.annotate(owed=owed(), posted=posted).exclude(posted=F("owed")).order_by("pk")


@check("{row.booking_code} has {row.living} valid tickets, but {row.posted} in the ledger.")
def ledger_tickets(now: datetime) -> QuerySet:
    """The ledger of a booking counts its valid tickets."""
    lines = LedgerLine.objects.filter(booking=OuterRef("pk")).order_by().values("booking")
    posted = Coalesce(Subquery(lines.annotate(n=Sum("quantity")).values("n")), 0)
    living = Count("tickets", filter=Q(tickets__status=Ticket.Status.VALID))
    return Booking.objects.annotate(living=living, posted=posted).exclude(posted=F("living")).order_by("pk")


@check("It is of event {row.event_id}, its booking of {row.booking.event_id}, its offer of {row.offer.event_id}.")
def ledger_event(now: datetime) -> QuerySet:
    """A line of the ledger is of the event of its booking and of its offer."""
    astray = ~Q(event=F("booking__event")) | ~Q(event=F("offer__event"))
    return LedgerLine.objects.filter(astray).select_related("booking", "offer").order_by("pk")


@check("Of {row.amount}, {row.back:.2f} was given back.")
def charge_refunds(now: datetime) -> QuerySet:
    """No more of a charge is given back than came in."""
    charges = Payment.objects.filter(kind=CHARGE).order_by("pk")
    back = total("refunds__amount", Q(refunds__status=PENDING)) - total("refunds__amount", Q(refunds__status=FAILED))
    came_in = Case(When(status=SUCCEEDED, then=F("amount")), default=ZERO, output_field=MoneyField())
    return charges.annotate(back=Round(back, precision=2), came_in=came_in).filter(back__gt=F("came_in"))


@check("It gives payment {row.charge_id} back, which is no charge of the same booking and provider.")
def refund_charge(now: datetime) -> QuerySet:
    """A refund gives a charge of its own booking back, through the provider that took it, or to its replacement."""
    own = Q(charge__kind=CHARGE, charge__booking=F("booking")) & (Q(charge__provider=F("provider")) | Q(provider=MOVED))
    return Payment.objects.filter(~own, kind=REFUND).order_by("pk")


@check("It answers a refund that was never decided, of another sum, or answered before.")
def refund_answer(now: datetime) -> QuerySet:
    """The provider's answer to a refund follows one decision, for the same sum, and there is one."""
    same = Payment.objects.filter(kind=REFUND, charge=OuterRef("charge"), reference=OuterRef("reference"))
    decided = Exists(same.filter(status=PENDING, amount=OuterRef("amount")))
    before = Exists(same.exclude(status=PENDING).filter(pk__lt=OuterRef("pk")))
    return Payment.objects.filter(~decided | before, kind=REFUND).exclude(status=PENDING).order_by("pk")


@check("It was decided on {row.created_at:%Y-%m-%d}, and the provider has not answered: look at the queue.")
def refund_unanswered(now: datetime) -> QuerySet:
    """A refund is carried out within a day."""
    return unanswered().filter(created_at__lt=now - PATIENCE).order_by("pk")


CHECKS = (
    booking_total,
    booking_discount,
    booking_paid,
    ledger_booking,
    ledger_tickets,
    ledger_event,
    charge_refunds,
    refund_charge,
    refund_answer,
    refund_unanswered,
)
