"""Where: venues, their rooms, and the seats in them."""

from __future__ import annotations

import secrets
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.functional import cached_property

from .api.models import ApiKey, IdempotentRequest, RequestCount
from .slugs import save_with_slug

__all__ = [
    "ApiKey",
    "IdempotentRequest",
    "ImportJob",
    "RequestCount",
    "Seat",
    "SeatingPlan",
    "Section",
    "Venue",
    "make_version",
    "time_zones",
    "validate_time_zone",
]


def make_version() -> str:
    """Make a new version of a room: never used before, so that what was read of the old one can be kept for ever."""
    return secrets.token_hex(6)


@cache
def time_zones() -> frozenset[str]:
    """Name the zones of the IANA database. To list them takes thousands of looks at the disk."""
    return frozenset(available_timezones())


def validate_time_zone(name: str) -> None:
    """Refuse what is not a zone of the IANA database, such as ``Europe/Vienna``."""
    if name not in time_zones():
        raise ValidationError("“%(name)s” is not a time zone. Example: Europe/Vienna.", params={"name": name})


class VenueQuerySet(models.QuerySet["Venue"]):
    def with_event_count(self, now) -> VenueQuerySet:
        """Add ``event_count``: published, active events that have not begun by ``now``."""
        return self.annotate(
            event_count=models.Count(
                "events",
                filter=Q(
                    events__status="active",
                    events__published_at__lte=now,
                    events__event_date__gt=now,
                ),
            )
        )

    def matching(self, text: str) -> VenueQuerySet:
        """Venues in whose name, address or city every word of ``text`` occurs."""
        found = self
        for word in text.split():
            found = found.filter(Q(name__icontains=word) | Q(address__icontains=word) | Q(city__icontains=word))
        return found


class Venue(models.Model):
    """A house with an address, a legal capacity and a time zone."""

    class Kind(models.TextChoices):
        THEATRE = "theatre", "Theatre"
        CINEMA = "cinema", "Cinema"
        ARENA = "arena", "Arena"
        STADIUM = "stadium", "Stadium"
        CLUB = "club", "Club"
        HALL = "hall", "Hall"
        OPEN_AIR = "open_air", "Open air"

    name = models.CharField(max_length=200, unique=True)
    slug = models.SlugField(max_length=220, unique=True, blank=True)
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.HALL)
    address = models.CharField(max_length=300)
    city = models.CharField(max_length=100, db_index=True)
    country = models.CharField(max_length=100, blank=True)
    capacity = models.PositiveIntegerField(
        validators=[MinValueValidator(1)], help_text="How many people the house may hold at most."
    )
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_time_zone])
    description = models.TextField(blank=True)
    access_information = models.TextField(
        blank=True, help_text="Step-free ways, wheelchair places, hearing loops, companions, parking."
    )
    photo = models.ImageField(upload_to="venues/", blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = VenueQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(name="venue_capacity_positive", condition=Q(capacity__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.city}"

    def save(self, *args, **kwargs) -> None:
        save_with_slug(self, self.name, lambda: super(Venue, self).save(*args, **kwargs))

    def get_absolute_url(self) -> str:
        return reverse("venues:detail", args=[self.slug])

    @property
    def full_address(self) -> str:
        """Where it is, in one line. The city is not said twice where the street address names it already."""
        city = "" if self.city.casefold() in self.address.casefold() else self.city
        return ", ".join(filter(None, [self.address, city]))

    @cached_property
    def tz(self) -> ZoneInfo:
        """The venue's time zone, in which its event times are shown."""
        return ZoneInfo(self.time_zone)


class SeatingPlanQuerySet(models.QuerySet["SeatingPlan"]):
    def renew(self) -> int:
        """Give each plan a new version: its sections or seats have changed."""
        return self.update(version=make_version())


class SeatingPlan(models.Model):
    """A room, or one configuration of a room: "Screen 3", "End stage".

    Coordinates are in seat widths (about half a metre): x grows to the right, y away from the focus, seen from above.
    ``version`` changes whenever anything about the room does; writes of many rows call ``renew()`` themselves.
    """

    class Focus(models.TextChoices):
        STAGE = "stage", "Stage"
        SCREEN = "screen", "Screen"
        PITCH = "pitch", "Pitch"
        RING = "ring", "Ring"

    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, related_name="plans")
    name = models.CharField(max_length=100)
    focus = models.CharField(max_length=10, choices=Focus, default=Focus.STAGE, help_text="What everybody looks at.")
    focus_x = models.FloatField(default=0)
    focus_y = models.FloatField(default=0)
    version = models.CharField(max_length=12, default=make_version, editable=False)

    objects = SeatingPlanQuerySet.as_manager()

    class Meta:
        ordering = ["venue", "name"]
        constraints = [
            models.UniqueConstraint(name="plan_name_unique_in_venue", fields=["venue", "name"]),
        ]

    def __str__(self) -> str:
        return f"{self.venue.name}: {self.name}"

    def save(self, *args, **kwargs) -> None:
        self.version = make_version()
        if (fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*fields, "version"}
        super().save(*args, **kwargs)

    @property
    def picture_url(self) -> str:
        """Where the room is drawn as it is now; the address changes with it."""
        return reverse("venues:plan_picture", args=[self.pk, self.version])


class PartQuerySet(models.QuerySet):
    """Sections, or seats: to take some away makes another room of their plans."""

    def delete(self):
        plans = set(self.order_by().values_list(self.model.PLAN, flat=True))
        deleted = super().delete()
        SeatingPlan.objects.filter(pk__in=plans).renew()
        return deleted

    delete.alters_data = True
    delete.queryset_only = True


class Section(models.Model):
    """A part of a plan: seated in rows, or standing with a capacity.

    ``layout`` says how the rows of a seated section are laid out (see ``venues.layout``); ``x``, ``y``
    and ``rotation`` (degrees, clockwise) place it on the plan.
    """

    plan = models.ForeignKey(SeatingPlan, on_delete=models.CASCADE, related_name="sections")
    name = models.CharField(max_length=100)
    order = models.PositiveSmallIntegerField(default=0)
    x = models.FloatField(default=0)
    y = models.FloatField(default=0)
    rotation = models.FloatField(default=0)
    standing_capacity = models.PositiveIntegerField(
        null=True, blank=True, help_text="For a standing area. Empty: the section is seated."
    )
    layout = models.JSONField(default=dict, blank=True)

    objects = PartQuerySet.as_manager()
    PLAN = "plan_id"

    class Meta:
        ordering = ["plan", "order", "name"]
        constraints = [
            models.UniqueConstraint(name="section_name_unique_in_plan", fields=["plan", "name"]),
            models.CheckConstraint(
                name="section_standing_capacity_positive",
                condition=Q(standing_capacity__isnull=True) | Q(standing_capacity__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.plan})"

    def save(self, *args, **kwargs) -> None:
        super().save(*args, **kwargs)
        SeatingPlan.objects.filter(pk=self.plan_id).renew()

    def delete(self, *args, **kwargs):
        deleted = super().delete(*args, **kwargs)
        SeatingPlan.objects.filter(pk=self.plan_id).renew()
        return deleted

    @property
    def is_standing(self) -> bool:
        return self.standing_capacity is not None


class Seat(models.Model):
    """One seat.

    ``row_index`` counts rows from the focus outwards. ``position`` is the slot along the row: neighbours
    differ by one, and an aisle takes a slot of its own.
    """

    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="seats")
    row = models.CharField(max_length=10)
    number = models.CharField(max_length=10)
    row_index = models.PositiveSmallIntegerField()
    position = models.PositiveSmallIntegerField()
    x = models.FloatField()
    y = models.FloatField()
    is_accessible = models.BooleanField("wheelchair place", default=False)
    is_companion = models.BooleanField("companion seat", default=False)
    has_restricted_view = models.BooleanField("restricted view", default=False)

    objects = PartQuerySet.as_manager()
    PLAN = "section__plan_id"

    class Meta:
        ordering = ["section", "row_index", "position"]
        constraints = [
            models.UniqueConstraint(name="seat_unique_in_section", fields=["section", "row", "number"]),
            models.UniqueConstraint(name="seat_slot_unique_in_section", fields=["section", "row_index", "position"]),
        ]

    def __str__(self) -> str:
        return f"{self.section.name}, row {self.row}, seat {self.number}"

    def save(self, *args, **kwargs) -> None:
        super().save(*args, **kwargs)
        SeatingPlan.objects.filter(sections=self.section_id).renew()

    def delete(self, *args, **kwargs):
        deleted = super().delete(*args, **kwargs)
        SeatingPlan.objects.filter(sections=self.section_id).renew()
        return deleted


class ImportJobQuerySet(models.QuerySet["ImportJob"]):
    def forgotten(self, before) -> ImportJobQuerySet:
        """Jobs that were checked before that moment and never imported: their rows are still kept."""
        return self.filter(state=ImportJob.State.CHECKED, checked_at__lt=before).exclude(rows=[])


class ImportJob(models.Model):
    """A file of rows that somebody brings into a table: checked first, then imported, all of it or nothing.

    The rows stay in the database until they have been imported, so that any machine's worker can do it, and no longer.
    ``errors`` lists what is wrong, up to a limit; ``error_count`` counts all of it. ``done`` counts the rows that have
    been checked, and once more, while they are imported, those that have been checked again and written.
    """

    class State(models.TextChoices):
        CHECKING = "checking", "Checking"
        CHECKED = "checked", "Checked"
        IMPORTING = "importing", "Importing"
        DONE = "done", "Imported"
        FAILED = "failed", "Failed"

    resource = models.CharField(max_length=40)
    file_name = models.CharField(max_length=200)
    header = models.JSONField(default=list)
    rows = models.JSONField(default=list)
    options = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.CHECKING)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    created_count = models.PositiveIntegerField(default=0)
    updated_count = models.PositiveIntegerField(default=0)
    skipped_count = models.PositiveIntegerField(default=0)
    errors = models.JSONField(default=list)
    error_count = models.PositiveIntegerField(default=0)
    notes = models.JSONField(default=list)
    problem = models.TextField(blank=True, help_text="Why it failed as a whole.")
    created_by = models.CharField(max_length=150)
    created_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = ImportJobQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = "import"
        constraints = [
            models.CheckConstraint(
                name="import_job_state_known",
                condition=Q(state__in=["checking", "checked", "importing", "done", "failed"]),
            ),
            models.CheckConstraint(
                name="import_job_done_without_errors", condition=~Q(state="done") | Q(error_count=0)
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_busy(self) -> bool:
        return self.state in (self.State.CHECKING, self.State.IMPORTING)

    @property
    def is_importable(self) -> bool:
        """Whether it has been checked, and found right."""
        return self.state == self.State.CHECKED and not self.error_count and bool(self.rows)
