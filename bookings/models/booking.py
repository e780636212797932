"""Bookings: what one customer buys at one go, for one event."""

from __future__ import annotations

import uuid
from datetime import datetime
from decimal import Decimal

from django.core.validators import EmailValidator
from django.db import models
from django.db.models import OuterRef, Q
from django.db.models.functions import Upper
from django.urls import reverse

from events.history import Channel
from events.models import Event
from ticketing.models import PromoCode
from ticketing.money import ZERO, MoneyField

from .codes import make_key


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
        bookable = Event.objects.bookable(now)
        by_customer = Q(event__in=bookable.filter(max_tickets_per_booking__gte=OuterRef("quantity")))
        return self.filter(
            Q(channel=Channel.BOX_OFFICE, event__in=bookable)
            | by_customer & ~(Q(customer_name="") | Q(customer_email="")),
            status=Booking.Status.PENDING,
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

    Its life is in ``bookings.states``; it is changed only by ``bookings.services``. ``total_price`` is what its living
    tickets cost; ``retained`` is what the house has kept of the price of tickets that were cancelled. A booking that
    was exchanged for another date is cancelled, and another one ``replaces`` it.
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
        EXCHANGED = "exchanged", "Exchanged for another date"

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
    retained = MoneyField(default=ZERO, editable=False)
    promo_code = models.ForeignKey(PromoCode, on_delete=models.PROTECT, null=True, blank=True, related_name="bookings")
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    cancellation_reason = models.CharField(max_length=10, choices=Reason, blank=True)
    channel = models.CharField(max_length=12, choices=Channel, default=Channel.WEB)
    claim = models.UUIDField(default=uuid.uuid4, editable=False)
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="replaced_by"
    )
    expires_at = models.DateTimeField(null=True, blank=True)
    extended_at = models.DateTimeField(null=True, blank=True)
    booking_date = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    objects = BookingQuerySet.as_manager()

    class Meta:
        ordering = ["-booking_date"]
        permissions = [
            ("comp_booking", "Can give complimentary tickets"),
            ("discount_booking", "Can give discounts at the counter"),
            ("refund_booking", "Can give money back"),
            ("collect_booking", "Can sell for money that another channel has collected"),
        ]
        indexes = [
            models.Index(name="booking_event_status", fields=["event", "status"]),
            models.Index(name="booking_status_expires", fields=["status", "expires_at"]),
            models.Index(Upper("customer_email"), name="booking_email_upper"),
            models.Index(name="booking_date", fields=["-booking_date"]),
            models.Index(
                Upper("customer_email"),
                "booking_date",
                name="booking_by_customer",
                condition=Q(confirmed_at__isnull=False, replaces__isnull=True) & ~Q(customer_email=""),
                include=["customer_email"],  # else PostgreSQL does not read the expression from the index alone
            ),
        ]
        constraints = [
            models.UniqueConstraint(name="booking_code_unique", fields=["booking_code"]),
            models.UniqueConstraint(name="booking_key_unique", fields=["key"]),
            models.UniqueConstraint(name="booking_claim_unique", fields=["claim"]),
            models.CheckConstraint(name="booking_quantity_positive", condition=Q(quantity__gt=0)),
            models.CheckConstraint(name="booking_total_not_negative", condition=Q(total_price__gte=0)),
            models.CheckConstraint(name="booking_discount_not_negative", condition=Q(discount__gte=0)),
            models.CheckConstraint(name="booking_retained_not_negative", condition=Q(retained__gte=0)),
            models.CheckConstraint(name="booking_channel_known", condition=Q(channel__in=["web", "box_office", "api"])),
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

    def is_exchangeable(self, now: datetime) -> bool:
        """Whether the event's policy lets the customer exchange tickets at ``now``."""
        until = self.event.exchangeable_until
        return self.status == self.Status.CONFIRMED and until is not None and now < until

    @property
    def has_details(self) -> bool:
        return bool(self.customer_name and self.customer_email)

    @property
    def subtotal(self) -> Decimal:
        """What the tickets cost before the discount."""
        return self.total_price + self.discount
