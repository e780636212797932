"""The waiting list of an event that is sold out."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.urls import reverse

from events.models import Event
from ticketing.models import Offer

from .booking import Booking
from .codes import make_key


class WaitlistEntryQuerySet(models.QuerySet["WaitlistEntry"]):
    def waiting(self) -> WaitlistEntryQuerySet:
        """Who waits for places, those who have waited longest first."""
        return self.filter(status=WaitlistEntry.Status.WAITING).order_by("created_at", "pk")

    def active(self) -> WaitlistEntryQuerySet:
        """Who waits, or has places offered."""
        return self.filter(status__in=[WaitlistEntry.Status.WAITING, WaitlistEntry.Status.OFFERED])

    def with_details(self) -> WaitlistEntryQuerySet:
        """Join what a page or a letter about an entry shows."""
        return self.select_related(
            "event__venue",
            "event__category",
            "event__production",
            "event__seating_plan",
            "offer__ticket_type",
            "booking",
        )


class WaitlistEntry(models.Model):
    """Somebody who wants places at an event that is sold out.

    Returned places are held for them as a pending ``booking`` until ``expires_at``; not taken in time, they go to the
    next. ``key`` is the secret of the link by which they leave the list.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting"
        OFFERED = "offered", "Places offered"
        BOOKED = "booked", "Booked"
        MISSED = "missed", "Not taken in time"
        LEFT = "left", "Left the list"

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="waitlist")
    offer = models.ForeignKey(
        Offer, on_delete=models.CASCADE, null=True, blank=True, related_name="waitlist", help_text="Empty: any."
    )
    name = models.CharField(max_length=200)
    email = models.EmailField()
    quantity = models.PositiveSmallIntegerField(default=1)
    status = models.CharField(max_length=8, choices=Status, default=Status.WAITING)
    key = models.CharField(max_length=40, default=make_key, editable=False)
    created_at = models.DateTimeField()
    offered_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    booking = models.ForeignKey(
        Booking, on_delete=models.SET_NULL, null=True, blank=True, related_name="waitlist_entries"
    )

    objects = WaitlistEntryQuerySet.as_manager()

    class Meta:
        ordering = ["event", "created_at"]
        verbose_name_plural = "waitlist entries"
        indexes = [models.Index(name="waitlist_line", fields=["event", "status", "created_at"])]
        constraints = [
            models.UniqueConstraint(name="waitlist_key_unique", fields=["key"]),
            models.UniqueConstraint(
                Upper("email"), "event", name="waitlist_waits_once", condition=Q(status__in=["waiting", "offered"])
            ),
            models.CheckConstraint(name="waitlist_quantity_positive", condition=Q(quantity__gt=0)),
            models.CheckConstraint(
                name="waitlist_status_known",
                condition=Q(status__in=["waiting", "offered", "booked", "missed", "left"]),
            ),
            models.CheckConstraint(
                name="waitlist_offer_has_end",
                condition=Q(offered_at__isnull=True, expires_at__isnull=True)
                | Q(offered_at__isnull=False, expires_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} waits for {self.quantity} at {self.event}"

    def get_absolute_url(self) -> str:
        return reverse("bookings:waiting", args=[self.key])

    @property
    def wish(self) -> str:
        """What they wait for: ``2 × Standard``, ``1 ticket of any kind``."""
        if self.offer:
            return f"{self.quantity} × {self.offer.name}"
        return f"{self.quantity} {'ticket' if self.quantity == 1 else 'tickets'} of any kind"

    @property
    def place_in_line(self) -> int:
        """How many wait for the event up to this one, who is counted. One query."""
        earlier = Q(created_at__lt=self.created_at) | Q(created_at=self.created_at, pk__lte=self.pk)
        return WaitlistEntry.objects.waiting().filter(earlier, event=self.event_id).count()

    def clean(self) -> None:
        """Refuse to wait for more than one booking may hold."""
        if self.event_id and self.quantity and self.quantity > self.event.max_tickets_per_booking:
            raise ValidationError({"quantity": f"At most {self.event.max_tickets_per_booking} in one booking."})
