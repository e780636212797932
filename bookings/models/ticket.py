"""Tickets: the right to one place each."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper

from ticketing.models import Offer, Place
from ticketing.money import ZERO, MoneyField

from .booking import Booking
from .codes import make_ticket_code


class TicketQuerySet(models.QuerySet["Ticket"]):
    def with_details(self) -> TicketQuerySet:
        """Join what a ticket prints: its offer and its seat."""
        return self.select_related("offer__ticket_type", "place__seat__section")

    def valid(self) -> TicketQuerySet:
        return self.filter(status=Ticket.Status.VALID)

    def held_by(self, email: str) -> TicketQuerySet:
        """Tickets that were passed on to this address."""
        return self.exclude(holder_email="").filter(holder_email__iexact=email.strip())

    def living(self) -> TicketQuerySet:
        """Tickets that are held or valid."""
        return self.exclude(status=Ticket.Status.VOID)

    def void(self, why: str, now: datetime) -> int:
        """Let the living ones die. Returns how many there were."""
        return self.living().update(status=Ticket.Status.VOID, voided_at=now, void_reason=why)


class Ticket(models.Model):
    """The right to one place. ``discount`` is its share of the booking's discount, to the cent.

    A ticket that was passed on to somebody else names its holder; the code that it had before is void.
    """

    class Status(models.TextChoices):
        HELD = "held", "Held"
        VALID = "valid", "Valid"
        VOID = "void", "Void"

    class VoidReason(models.TextChoices):
        """Why a ticket is void."""

        CANCELLED = "cancelled", "Cancelled"
        EXCHANGED = "exchanged", "Exchanged"
        PASSED_ON = "passed_on", "Passed on to somebody else"

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="tickets")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="tickets")
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="tickets")
    price = MoneyField()
    discount = MoneyField(default=ZERO)
    code = models.CharField(max_length=32, default=make_ticket_code, editable=False)
    holder_name = models.CharField(max_length=200, blank=True)
    holder_email = models.EmailField(blank=True)
    status = models.CharField(max_length=5, choices=Status, default=Status.HELD)
    checked_in_at = models.DateTimeField(null=True, blank=True)
    voided_at = models.DateTimeField(null=True, blank=True)
    void_reason = models.CharField(max_length=10, choices=VoidReason, blank=True)

    objects = TicketQuerySet.as_manager()

    class Meta:
        ordering = ["booking", "id"]
        permissions = [("check_in_ticket", "Can admit at the door")]
        indexes = [
            models.Index(name="ticket_offer_status", fields=["offer", "status"]),
            models.Index(Upper("holder_email"), name="ticket_holder_email_upper", condition=~Q(holder_email="")),
        ]
        constraints = [
            models.UniqueConstraint(name="ticket_place_sold_once", fields=["place"], condition=Q(status="valid")),
            models.UniqueConstraint(name="ticket_code_unique", fields=["code"]),
            models.CheckConstraint(name="ticket_status_known", condition=Q(status__in=["held", "valid", "void"])),
            models.CheckConstraint(name="ticket_price_not_negative", condition=Q(price__gte=0)),
            models.CheckConstraint(
                name="ticket_discount_within_price", condition=Q(discount__gte=0, discount__lte=F("price"))
            ),
            models.CheckConstraint(
                name="ticket_void_has_when_and_why",
                condition=(Q(status="void", voided_at__isnull=False) & ~Q(void_reason=""))
                | (~Q(status="void") & Q(voided_at__isnull=True, void_reason="")),
            ),
            models.CheckConstraint(
                name="ticket_held_not_checked_in", condition=~Q(status="held") | Q(checked_in_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return self.code
