"""What has been sold: bookings, their tickets, payments and history."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.db import models
from django.db.models import F, OuterRef, Q, Sum
from django.db.models.functions import Coalesce, Upper
from django.urls import reverse

from events.models import Event
from ticketing.models import Offer, Place, PromoCode
from ticketing.money import ZERO, MoneyField

CODE_ALPHABET = "ACDEFGHJKLMNPQRTUVWXY34679"
"""No look-alikes: neither 0 and O, 1 and I, 2 and Z, 5 and S, nor 8 and B."""


def make_key() -> str:
    """Make the secret of a booking's link: 192 random bits."""
    return secrets.token_urlsafe(24)


def make_code(length: int) -> str:
    """Make a random code that can be read out on the telephone."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(length))


def make_booking_code(now: datetime) -> str:
    """Make a booking code: ``BK-20261122-A7K3XQ``."""
    return f"BK-{now:%Y%m%d}-{make_code(6)}"


def make_ticket_code() -> str:
    return make_code(16)


class Channel(models.TextChoices):
    WEB = "web", "Web"
    BOX_OFFICE = "box_office", "Box office"
    API = "api", "API"


class BookingQuerySet(models.QuerySet["Booking"]):
    def live_holds(self, now: datetime) -> BookingQuerySet:
        """Pending bookings whose hold has not lapsed. Twin: :meth:`Booking.is_live`."""
        return self.filter(status=Booking.Status.PENDING, expires_at__gt=now)

    def lapsed(self, now: datetime) -> BookingQuerySet:
        """Pending bookings whose hold has lapsed. Twin: :meth:`Booking.is_lapsed`."""
        return self.filter(status=Booking.Status.PENDING, expires_at__lte=now)

    def confirmable(self, now: datetime) -> BookingQuerySet:
        """What :func:`bookings.services.check_confirmable` lets through, as far as one statement can tell.

        Without a join: see :func:`bookings.states.move`.
        """
        return self.filter(
            Q(channel=Channel.BOX_OFFICE) | ~(Q(customer_name="") | Q(customer_email="")),
            status=Booking.Status.PENDING,
            event__in=Event.objects.bookable(now).filter(max_tickets_per_booking__gte=OuterRef("quantity")),
        )

    def of_customer(self, email: str) -> BookingQuerySet:
        """Confirmed and cancelled bookings made with this address, newest first."""
        return (
            self.filter(customer_email__iexact=email.strip())
            .exclude(status=Booking.Status.PENDING)
            .exclude(cancellation_reason__in=Booking.NEVER_BOUGHT)
            .order_by("-booking_date")
        )

    def with_details(self) -> BookingQuerySet:
        """Join what a page of a booking shows above its tickets."""
        return self.select_related(
            "event__venue", "event__category", "event__production", "event__seating_plan", "promo_code"
        )


class Booking(models.Model):
    """What one customer buys at one go, for one event.

    Its life is in ``bookings.states``; it is changed only by ``bookings.services``.
    """

    class Status(models.TextChoices):
        PENDING = "pending", "Pending"
        CONFIRMED = "confirmed", "Confirmed"
        CANCELLED = "cancelled", "Cancelled"

    class Reason(models.TextChoices):
        """Why a booking was cancelled."""

        LAPSED = "lapsed", "The hold ran out"
        ABANDONED = "abandoned", "The customer let the hold go"
        TAKEN = "taken", "The places could not be kept when the payment came"
        CUSTOMER = "customer", "Cancelled by the customer"
        STAFF = "staff", "Cancelled by the box office"
        EVENT = "event", "The event was cancelled"

    NEVER_BOUGHT = (Reason.LAPSED, Reason.ABANDONED)

    booking_code = models.CharField(max_length=24, editable=False)
    key = models.CharField(max_length=40, default=make_key, editable=False)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="bookings")
    customer_name = models.CharField(max_length=200, blank=True)
    customer_email = models.EmailField(blank=True, validators=[EmailValidator()])
    customer_phone = models.CharField(max_length=40, blank=True)
    quantity = models.PositiveSmallIntegerField(default=1)
    total_price = MoneyField(default=ZERO)
    discount = MoneyField(default=ZERO)
    promo_code = models.ForeignKey(PromoCode, on_delete=models.PROTECT, null=True, blank=True, related_name="bookings")
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    cancellation_reason = models.CharField(max_length=10, choices=Reason, blank=True)
    channel = models.CharField(max_length=12, choices=Channel, default=Channel.WEB)
    claim = models.UUIDField(default=uuid.uuid4, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    extended_at = models.DateTimeField(null=True, blank=True)
    booking_date = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    objects = BookingQuerySet.as_manager()

    class Meta:
        ordering = ["-booking_date"]
        permissions = [("comp_booking", "Can give complimentary tickets")]
        indexes = [
            models.Index(name="booking_event_status", fields=["event", "status"]),
            models.Index(name="booking_status_expires", fields=["status", "expires_at"]),
            models.Index(Upper("customer_email"), name="booking_email_upper"),
            models.Index(name="booking_date", fields=["-booking_date"]),
        ]
        constraints = [
            models.UniqueConstraint(name="booking_code_unique", fields=["booking_code"]),
            models.UniqueConstraint(name="booking_key_unique", fields=["key"]),
            models.UniqueConstraint(name="booking_claim_unique", fields=["claim"]),
            models.CheckConstraint(name="booking_quantity_positive", condition=Q(quantity__gt=0)),
            models.CheckConstraint(name="booking_total_not_negative", condition=Q(total_price__gte=0)),
            models.CheckConstraint(name="booking_discount_not_negative", condition=Q(discount__gte=0)),
            models.CheckConstraint(
                name="booking_status_known", condition=Q(status__in=["pending", "confirmed", "cancelled"])
            ),
            models.CheckConstraint(
                name="booking_pending_expires",
                condition=~Q(status="pending") | Q(expires_at__isnull=False, confirmed_at__isnull=True),
            ),
            models.CheckConstraint(
                name="booking_confirmed_has_when",
                condition=~Q(status="confirmed") | Q(confirmed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="booking_cancelled_has_when_and_why",
                condition=(Q(status="cancelled", cancelled_at__isnull=False) & ~Q(cancellation_reason=""))
                | (~Q(status="cancelled") & Q(cancelled_at__isnull=True, cancellation_reason="")),
            ),
            models.CheckConstraint(
                name="booking_confirmed_knows_customer",
                condition=~Q(status="confirmed") | Q(channel="box_office") | ~Q(customer_email=""),
            ),
        ]

    def __str__(self) -> str:
        return self.booking_code

    def get_absolute_url(self) -> str:
        return reverse("bookings:booking", args=[self.key])

    def is_live(self, now: datetime) -> bool:
        """Twin of :meth:`BookingQuerySet.live_holds`."""
        return self.status == self.Status.PENDING and self.expires_at > now

    def is_lapsed(self, now: datetime) -> bool:
        """Twin of :meth:`BookingQuerySet.lapsed`."""
        return self.status == self.Status.PENDING and self.expires_at <= now

    def is_cancellable(self, now: datetime) -> bool:
        """Whether the event's policy lets the customer cancel at ``now``."""
        until = self.event.cancellable_until
        return self.status == self.Status.CONFIRMED and until is not None and now < until

    @property
    def has_details(self) -> bool:
        return bool(self.customer_name and self.customer_email)

    @property
    def subtotal(self) -> Decimal:
        """What the tickets cost before the discount."""
        return self.total_price + self.discount


class TicketQuerySet(models.QuerySet["Ticket"]):
    def with_details(self) -> TicketQuerySet:
        """Join what a ticket prints: its offer and its seat."""
        return self.select_related("offer__ticket_type", "place__seat__section")

    def valid(self) -> TicketQuerySet:
        return self.filter(status=Ticket.Status.VALID)


class Ticket(models.Model):
    """The right to one place. ``discount`` is its share of the booking's discount, to the cent."""

    class Status(models.TextChoices):
        HELD = "held", "Held"
        VALID = "valid", "Valid"
        VOID = "void", "Void"

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="tickets")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="tickets")
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="tickets")
    price = MoneyField()
    discount = MoneyField(default=ZERO)
    code = models.CharField(max_length=32, default=make_ticket_code, editable=False)
    holder_name = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=5, choices=Status, default=Status.HELD)
    checked_in_at = models.DateTimeField(null=True, blank=True)

    objects = TicketQuerySet.as_manager()

    class Meta:
        ordering = ["booking", "id"]
        indexes = [models.Index(name="ticket_offer_status", fields=["offer", "status"])]
        constraints = [
            models.UniqueConstraint(name="ticket_place_sold_once", fields=["place"], condition=Q(status="valid")),
            models.UniqueConstraint(name="ticket_code_unique", fields=["code"]),
            models.CheckConstraint(name="ticket_status_known", condition=Q(status__in=["held", "valid", "void"])),
            models.CheckConstraint(name="ticket_price_not_negative", condition=Q(price__gte=0)),
            models.CheckConstraint(
                name="ticket_discount_within_price", condition=Q(discount__gte=0, discount__lte=F("price"))
            ),
            models.CheckConstraint(
                name="ticket_held_not_checked_in", condition=~Q(status="held") | Q(checked_in_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return self.code


class AppendOnlyError(TypeError):
    """Somebody tried to change history."""


class AppendOnlyQuerySet(models.QuerySet):
    """Rows that are written once: they can be read, not changed."""

    def update(self, **kwargs) -> int:
        raise AppendOnlyError(f"{self.model.__name__} rows are never changed.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise AppendOnlyError(f"{self.model.__name__} rows are never deleted.")


class AppendOnly(models.Model):
    """A row that is written once."""

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args, **kwargs) -> None:
        if not self._state.adding:
            raise AppendOnlyError(f"{type(self).__name__} rows are never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs) -> tuple[int, dict[str, int]]:
        raise AppendOnlyError(f"{type(self).__name__} rows are never deleted.")


class PaymentQuerySet(AppendOnlyQuerySet):
    def with_refundable(self) -> PaymentQuerySet:
        """Charges that came in, with ``refundable``: what has not been given back, nor been decided to be.

        Each refund begins as a pending row; one that failed leaves its sum to be refunded anew.
        """

        def refunds(status: str) -> Coalesce:
            return Coalesce(Sum("refunds__amount", filter=Q(refunds__status=status)), ZERO, output_field=MoneyField())

        return self.filter(kind=Payment.Kind.CHARGE, status=Payment.Status.SUCCEEDED).annotate(
            refundable=F("amount") - refunds("pending") + refunds("failed")
        )


class Payment(AppendOnly):
    """Money that moved, or tried to: one row per fact, never changed.

    A refund names the charge that it gives back. It begins as a ``pending`` row when it is decided, and is followed by
    a ``succeeded`` or ``failed`` one with the same reference when the provider has answered.
    """

    class Kind(models.TextChoices):
        CHARGE = "charge", "Charge"
        REFUND = "refund", "Refund"

    class Status(models.TextChoices):
        SUCCEEDED = "succeeded", "Succeeded"
        PENDING = "pending", "Pending"
        FAILED = "failed", "Failed"

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="payments")
    kind = models.CharField(max_length=6, choices=Kind)
    provider = models.CharField(max_length=20)
    reference = models.CharField(max_length=120)
    amount = MoneyField()
    status = models.CharField(max_length=10, choices=Status)
    charge = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="refunds")
    created_at = models.DateTimeField()

    objects = PaymentQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(name="payment_amount_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="payment_refund_names_charge",
                condition=Q(kind="charge", charge__isnull=True) | Q(kind="refund", charge__isnull=False),
            ),
            models.UniqueConstraint(
                name="payment_succeeds_once",
                fields=["provider", "reference", "kind"],
                condition=Q(status="succeeded"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount} ({self.provider} {self.reference})"


class Activity(AppendOnly):
    """Who did what to a booking, when, through which channel."""

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="activities")
    at = models.DateTimeField()
    actor = models.CharField(max_length=150, help_text="A user name, “customer” or “system”.")
    channel = models.CharField(max_length=12, choices=Channel)
    verb = models.CharField(max_length=30)
    detail = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["at", "id"]
        verbose_name_plural = "activities"

    def __str__(self) -> str:
        return f"{self.verb} by {self.actor}"


class WaitlistEntry(models.Model):
    """Somebody who wants places at an event that is sold out."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="waitlist")
    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, null=True, blank=True, related_name="waitlist")
    name = models.CharField(max_length=200)
    email = models.EmailField()
    quantity = models.PositiveSmallIntegerField(default=1)
    created_at = models.DateTimeField()
    offered_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    booking = models.ForeignKey(
        Booking, on_delete=models.SET_NULL, null=True, blank=True, related_name="waitlist_entries"
    )

    class Meta:
        ordering = ["event", "created_at"]
        verbose_name_plural = "waitlist entries"
        constraints = [
            models.CheckConstraint(name="waitlist_quantity_positive", condition=Q(quantity__gt=0)),
            models.CheckConstraint(
                name="waitlist_offer_has_end",
                condition=Q(offered_at__isnull=True, expires_at__isnull=True)
                | Q(offered_at__isnull=False, expires_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} waits for {self.quantity} at {self.event}"

    def clean(self) -> None:
        """Refuse to wait for more than one booking may hold."""
        if self.event_id and self.quantity and self.quantity > self.event.max_tickets_per_booking:
            raise ValidationError({"quantity": f"At most {self.event.max_tickets_per_booking} in one booking."})
