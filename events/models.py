"""What and when: categories, productions, and the events at which they are staged."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse

from venues.models import SeatingPlan, Venue
from venues.slugs import save_with_slug

from .history import History


class Category(models.Model):
    name = models.CharField(max_length=60, unique=True)
    slug = models.SlugField(max_length=70, unique=True)
    colour = models.CharField(
        max_length=7, default="#6b4eff", validators=[RegexValidator(r"^#[0-9a-f]{6}$", "A colour such as #ff8800.")]
    )
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "name"]
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return self.name


class Production(models.Model):
    """What is staged more than once: a film, a play, a tour, a season."""

    title = models.CharField(max_length=200)
    slug = models.SlugField(max_length=220, unique=True, blank=True)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="productions")
    description = models.TextField(blank=True)
    poster = models.ImageField(upload_to="posters/", blank=True)
    running_time = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)], help_text="Minutes, with the interval."
    )
    age_rating = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title

    def save(self, *args, **kwargs) -> None:
        save_with_slug(self, self.title, lambda: super(Production, self).save(*args, **kwargs))

    def get_absolute_url(self) -> str:
        return reverse("events:production", args=[self.slug])


class EventQuerySet(models.QuerySet["Event"]):
    def published(self, now: datetime) -> EventQuerySet:
        """What the public may see, cancelled ones included. Twin: :meth:`Event.is_published`."""
        return self.filter(published_at__lte=now)

    def bookable(self, now: datetime) -> EventQuerySet:
        """Published, active and not begun. Twin: :meth:`Event.is_bookable`."""
        return self.published(now).filter(status=Event.Status.ACTIVE, event_date__gt=now)

    def upcoming(self, now: datetime) -> EventQuerySet:
        """Events that have not begun, whatever their status."""
        return self.filter(event_date__gt=now)

    def over(self, now: datetime) -> EventQuerySet:
        """Events that have ended, whatever their status. Twin: :meth:`Event.is_over`."""
        silent = Q(ends_at__isnull=True, event_date__lte=now - UNSAID_END)
        return self.filter(Q(ends_at__lte=now) | silent)

    def with_details(self) -> EventQuerySet:
        """Join what a card or a page of an event shows."""
        return self.select_related("venue", "category", "production")


UNSAID_END = timedelta(hours=12)
"""So long after it has begun, an event that does not say when it ends is over."""

DOORS_AFTER_BEGIN = "Doors open before the event begins."
ENDS_BEFORE_BEGIN = "The event ends after it begins."


class Event(models.Model):
    """One date at one venue."""

    class Status(models.TextChoices):
        ACTIVE = "active", "Active"
        CANCELLED = "cancelled", "Cancelled"
        COMPLETED = "completed", "Completed"

    name = models.CharField(max_length=200)
    slug = models.SlugField(max_length=240, unique=True, blank=True)
    description = models.TextField(blank=True)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="events")
    production = models.ForeignKey(Production, on_delete=models.PROTECT, null=True, blank=True, related_name="events")
    venue = models.ForeignKey(Venue, on_delete=models.PROTECT, related_name="events")
    seating_plan = models.ForeignKey(
        SeatingPlan,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="events",
        help_text="Empty: general admission.",
    )
    event_date = models.DateTimeField("begins at")
    doors_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    rescheduled_from = models.DateTimeField(null=True, blank=True, editable=False)
    status = models.CharField(max_length=10, choices=Status, default=Status.ACTIVE)
    published_at = models.DateTimeField(null=True, blank=True, help_text="Empty: a draft that nobody sees.")
    is_featured = models.BooleanField("featured", default=False, help_text="Shown large on the front page.")
    poster = models.ImageField(upload_to="posters/", blank=True, help_text="Empty: one is drawn.")
    max_tickets_per_booking = models.PositiveSmallIntegerField(
        default=10, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    cancellation_hours = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        default=48,
        help_text="Customers may cancel for a full refund until this many hours before it begins. Empty: never.",
    )
    exchange_hours = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        default=24,
        help_text="Customers may exchange tickets for other places or another date until this many hours before it "
        "begins. Empty: never.",
    )
    is_transferable = models.BooleanField(
        "may be passed on", default=True, help_text="Customers may pass single tickets on to somebody else by name."
    )
    refundable_until = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="Set when the event was moved: until then everybody who booked before may have the money back.",
    )
    refuses_single_seats = models.BooleanField(
        default=False,
        help_text="Refuse a choice that leaves a single seat empty beside it, as long as there is one that does not. "
        "Otherwise customers are only told.",
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["event_date", "name"]
        indexes = [
            models.Index(name="event_status_date", fields=["status", "event_date"]),
            models.Index(name="event_venue_date", fields=["venue", "event_date"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="event_doors_before_begin",
                condition=Q(doors_at__isnull=True) | Q(doors_at__lte=F("event_date")),
                violation_error_message=DOORS_AFTER_BEGIN,
            ),
            models.CheckConstraint(
                name="event_ends_after_begin",
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("event_date")),
                violation_error_message=ENDS_BEFORE_BEGIN,
            ),
            models.CheckConstraint(
                name="event_status_known",
                condition=Q(status__in=["active", "cancelled", "completed"]),
            ),
            models.CheckConstraint(
                name="event_booking_limit_sane",
                condition=Q(max_tickets_per_booking__gte=1, max_tickets_per_booking__lte=100),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.day:%Y-%m-%d})"

    def save(self, *args, **kwargs) -> None:
        text = "" if self.slug else f"{self.name} {self.day:%Y-%m-%d}"
        save_with_slug(self, text, lambda: super(Event, self).save(*args, **kwargs))

    def get_absolute_url(self) -> str:
        return reverse("events:detail", args=[self.slug])

    @property
    def day(self) -> date:
        """The day on which it begins, on the calendar of its venue."""
        return self.event_date.astimezone(self.venue.tz).date()

    @property
    def about(self) -> str:
        """What it is about, in its own words or in those of its production."""
        return self.description or (self.production.description if self.production else "")

    def clean(self) -> None:
        """Refuse what contradicts itself, beside the field that is wrong."""
        errors = {}
        if self.seating_plan and self.venue_id and self.seating_plan.venue_id != self.venue_id:
            errors["seating_plan"] = f"“{self.seating_plan}” is not a plan of this venue."
        if self.event_date and self.doors_at and self.doors_at > self.event_date:
            errors["doors_at"] = DOORS_AFTER_BEGIN
        if self.event_date and self.ends_at and self.ends_at <= self.event_date:
            errors["ends_at"] = ENDS_BEFORE_BEGIN
        if errors:
            raise ValidationError(errors)

    def check_to_come(self, now: datetime) -> None:
        """Refuse a date that has passed: for events that are made or moved, whoever does it.

        Raises:
            ValidationError: beside ``event_date``.
        """
        if self.event_date <= now:
            raise ValidationError({"event_date": "The event must begin in the future."})

    def is_published(self, now: datetime) -> bool:
        """Twin of :meth:`EventQuerySet.published`."""
        return self.published_at is not None and self.published_at <= now

    def is_bookable(self, now: datetime) -> bool:
        """Twin of :meth:`EventQuerySet.bookable`."""
        return self.is_published(now) and self.status == self.Status.ACTIVE and self.event_date > now

    def is_past(self, now: datetime) -> bool:
        return self.event_date <= now

    def is_over(self, now: datetime) -> bool:
        """Twin of :meth:`EventQuerySet.over`."""
        return (self.ends_at or self.event_date + UNSAID_END) <= now

    @property
    def cancellable_until(self) -> datetime | None:
        """Until when customers may cancel by themselves; None: they may not."""
        if self.cancellation_hours is None:
            return self.refundable_until
        policy = self.event_date - timedelta(hours=self.cancellation_hours)
        return max(policy, self.refundable_until) if self.refundable_until else policy

    @property
    def exchangeable_until(self) -> datetime | None:
        """Until when customers may exchange their tickets by themselves; None: they may not."""
        if self.exchange_hours is None:
            return None
        return self.event_date - timedelta(hours=self.exchange_hours)


class EventActivity(History):
    """Who did what to an event, its offers, prices or stock, when, through which channel.

    What is done to a booking is in ``bookings.Activity``. Where places are meant, ``detail["places"]`` lists their ids.
    """

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="activities")

    class Meta(History.Meta):
        verbose_name_plural = "event activities"
