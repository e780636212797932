"""What can be sold: ticket types, offers, the stock of places, promo codes."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now, Upper

from events.models import Event
from venues.models import Seat, Section

from .money import ZERO, MoneyField, spread, to_cents

FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
"""The moment from which a sold or blocked place is free again: never."""

SALES_END_BEFORE_BEGIN = "Sales end after they begin."
PERCENT_OR_AMOUNT = "Give either a percentage or an amount."
OVER_USED = "The code has been used more often than that."
VALIDITY_ENDS_BEFORE_BEGIN = "Validity ends after it begins."


class TicketType(models.Model):
    """A kind of ticket that the house sells, with its default price."""

    name = models.CharField(max_length=60, unique=True)
    price = MoneyField("default price", validators=[MinValueValidator(Decimal("0.01"))])
    description = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["-price", "name"]
        constraints = [models.CheckConstraint(name="ticket_type_price_positive", condition=Q(price__gt=0))]

    def __str__(self) -> str:
        return self.name


class OfferQuerySet(models.QuerySet["Offer"]):
    def on_sale(self, now: datetime) -> OfferQuerySet:
        """Offers whose own sales period includes ``now``. Twin: :meth:`Offer.is_on_sale`."""
        return self.filter(
            Q(on_sale_at__isnull=True) | Q(on_sale_at__lte=now),
            Q(off_sale_at__isnull=True) | Q(off_sale_at__gt=now),
        )


class Offer(models.Model):
    """A ticket type for sale at one event.

    The offers of a seated event own sections of its plan, and their capacity is the number of those seats.
    """

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="offers")
    ticket_type = models.ForeignKey(TicketType, on_delete=models.PROTECT, related_name="offers")
    label = models.CharField(max_length=60, blank=True, help_text="Such as “Early bird”.")
    price = MoneyField(validators=[MinValueValidator(ZERO)], help_text="All-in: what the customer pays.")
    capacity = models.PositiveIntegerField(validators=[MinValueValidator(1)])
    on_sale_at = models.DateTimeField(null=True, blank=True)
    off_sale_at = models.DateTimeField(null=True, blank=True)
    sections = models.ManyToManyField(Section, blank=True, related_name="offers")

    objects = OfferQuerySet.as_manager()

    class Meta:
        ordering = ["event", "-price", "id"]
        constraints = [
            models.UniqueConstraint(name="offer_unique_in_event", fields=["event", "ticket_type", "label"]),
            models.CheckConstraint(name="offer_price_not_negative", condition=Q(price__gte=0)),
            models.CheckConstraint(name="offer_capacity_positive", condition=Q(capacity__gt=0)),
            models.CheckConstraint(
                name="offer_sales_period_ordered",
                condition=Q(on_sale_at__isnull=True) | Q(off_sale_at__isnull=True) | Q(off_sale_at__gt=F("on_sale_at")),
                violation_error_message=SALES_END_BEFORE_BEGIN,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """What the customer reads: ``Standard`` or ``Standard, Early bird``."""
        return f"{self.ticket_type.name}, {self.label}" if self.label else self.ticket_type.name

    def clean(self) -> None:
        """Refuse a sales period that is out of order. What concerns all offers of an event: ``ticketing.offers``."""
        if self.on_sale_at and self.off_sale_at and self.off_sale_at <= self.on_sale_at:
            raise ValidationError({"off_sale_at": SALES_END_BEFORE_BEGIN})

    def is_on_sale(self, now: datetime) -> bool:
        """Twin of :meth:`OfferQuerySet.on_sale`."""
        return (self.on_sale_at is None or self.on_sale_at <= now) and (
            self.off_sale_at is None or self.off_sale_at > now
        )


class PlaceQuerySet(models.QuerySet["Place"]):
    def free(self, now: datetime) -> PlaceQuerySet:
        """Places that can be claimed at ``now``. Twin: :meth:`Place.is_free`."""
        return self.filter(free_from__lte=now)

    def not_free(self, now: datetime) -> PlaceQuerySet:
        """Places that are held, sold or blocked at ``now``."""
        return self.filter(free_from__gt=now)

    def held(self, now: datetime) -> PlaceQuerySet:
        """Places in a hold that has not lapsed by ``now``."""
        return self.filter(free_from__gt=now, free_from__lt=FOREVER)

    def sold(self) -> PlaceQuerySet:
        return self.filter(free_from=FOREVER, claim__isnull=False)

    def blocked(self) -> PlaceQuerySet:
        return self.filter(free_from=FOREVER, claim__isnull=True)

    def claimed_by(self, claim) -> PlaceQuerySet:
        return self.filter(claim=claim)


class Place(models.Model):
    """One seat, or one standing place, of one event: the unit of stock.

    ``free_from`` is the whole inventory state: in the past, the place is free; at some moment to come, it is
    held until then; at ``FOREVER`` it is sold (with a claim) or blocked (without). A claim is a UUID
    that the caller of ``ticketing.stock`` brings.
    """

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="places")
    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="places")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, null=True, blank=True, related_name="places")
    free_from = models.DateTimeField()
    claim = models.UUIDField(null=True, blank=True)

    objects = PlaceQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(name="place_offer_free_from", fields=["offer", "free_from"]),
            models.Index(name="place_event_free_from", fields=["event", "free_from"]),
            models.Index(name="place_claim", fields=["claim"], condition=Q(claim__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(name="place_seat_unique_in_event", fields=["event", "seat"]),
        ]

    def __str__(self) -> str:
        return str(self.seat) if self.seat_id else f"standing place {self.pk}"

    def is_free(self, now: datetime) -> bool:
        """Twin of :meth:`PlaceQuerySet.free`."""
        return self.free_from <= now


class PromoCodeQuerySet(models.QuerySet["PromoCode"]):
    def usable(self, now: datetime) -> PromoCodeQuerySet:
        """Codes that are valid at ``now`` and not used up. Twin: :meth:`PromoCode.is_usable`."""
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=now),
            Q(valid_until__isnull=True) | Q(valid_until__gt=now),
            Q(max_uses__isnull=True) | Q(uses__lt=F("max_uses")),
        )

    def use(self, pk: int, now: datetime) -> bool:
        """Count one more use, if the code is usable at ``now``. Returns whether it was."""
        return self.usable(now).filter(pk=pk).update(uses=F("uses") + 1) == 1

    def give_back(self, pk: int) -> None:
        """Count one use less: a booking that used the code was cancelled."""
        self.filter(pk=pk, uses__gt=0).update(uses=F("uses") - 1)


class PromoCode(models.Model):
    """A percentage or an amount off, for everything or for chosen events and offers."""

    code = models.CharField(max_length=40)
    percent = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    amount = MoneyField(null=True, blank=True, validators=[MinValueValidator(Decimal("0.01"))])
    valid_from = models.DateTimeField(null=True, blank=True)
    valid_until = models.DateTimeField(null=True, blank=True)
    max_uses = models.PositiveIntegerField(null=True, blank=True, help_text="Bookings in all. Empty: no limit.")
    max_uses_per_email = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Bookings by one e-mail address. Empty: no limit.",
    )
    uses = models.PositiveIntegerField(default=0, editable=False)
    events = models.ManyToManyField(Event, blank=True, related_name="promo_codes", help_text="Empty: every event.")
    offers = models.ManyToManyField(Offer, blank=True, related_name="promo_codes", help_text="Empty: every offer.")

    objects = PromoCodeQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(Upper("code"), name="promo_code_unique"),
            models.CheckConstraint(
                name="promo_code_percent_or_amount",
                condition=Q(percent__isnull=True, amount__isnull=False, amount__gt=0)
                | Q(amount__isnull=True, percent__isnull=False, percent__range=(1, 100)),
                violation_error_message=PERCENT_OR_AMOUNT,
            ),
            models.CheckConstraint(
                name="promo_code_not_over_used",
                condition=Q(max_uses__isnull=True) | Q(uses__lte=F("max_uses")),
                violation_error_message=OVER_USED,
            ),
            models.CheckConstraint(
                name="promo_code_validity_ordered",
                condition=Q(valid_from__isnull=True) | Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
                violation_error_message=VALIDITY_ENDS_BEFORE_BEGIN,
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def clean(self) -> None:
        """Refuse what contradicts itself, and a code that there is already, beside the field that is wrong."""
        self.code = self.code.strip()
        errors = self.find_contradictions()
        if PromoCode.objects.filter(code__iexact=self.code).exclude(pk=self.pk).exists():
            errors["code"] = "There is such a code already; upper and lower case are the same."
        if errors:
            raise ValidationError(errors)

    def find_contradictions(self) -> dict[str, str]:
        """Say what cannot be true together, by field."""
        errors = {}
        if (self.percent is None) == (self.amount is None):
            errors["percent"] = PERCENT_OR_AMOUNT
        if self.valid_from and self.valid_until and self.valid_until <= self.valid_from:
            errors["valid_until"] = VALIDITY_ENDS_BEFORE_BEGIN
        if self.max_uses is not None and self.max_uses < self.uses:
            errors["max_uses"] = OVER_USED
        return errors

    def is_usable(self, now: datetime) -> bool:
        """Twin of :meth:`PromoCodeQuerySet.usable`."""
        return (
            (self.valid_from is None or self.valid_from <= now)
            and (self.valid_until is None or self.valid_until > now)
            and (self.max_uses is None or self.uses < self.max_uses)
        )

    def discounts(self, prices: list[Decimal]) -> list[Decimal]:
        """What the code takes off each of ``prices``, to the cent, never below nothing.

        A percentage is rounded once, on the sum; an amount is spread in proportion to the prices.
        """
        total = sum(prices, ZERO)
        off = to_cents(total * self.percent / 100) if self.percent else min(self.amount, total)
        return spread(off, prices)


class NamedHoldQuerySet(models.QuerySet["NamedHold"]):
    def live(self, now: datetime) -> NamedHoldQuerySet:
        """Holds that still keep their places from sale. Twin: :meth:`NamedHold.is_live`."""
        return self.filter(released_at__isnull=True, expires_at__gt=now)


class NamedHold(models.Model):
    """Places that the box office keeps for somebody until a moment: the press, the house, a promoter.

    Its places carry its ``claim``, as those of a booking do, and are free again when ``expires_at`` has come, or at
    once when it is released. Tickets are sold or given out of it by the box office.
    """

    class Kind(models.TextChoices):
        PRESS = "press", "Press"
        HOUSE = "house", "House"
        PROMOTER = "promoter", "Promoter"
        SPONSOR = "sponsor", "Sponsor"
        OTHER = "other", "Other"

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="named_holds")
    name = models.CharField(max_length=120, help_text="For whom, or what for.")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.HOUSE)
    note = models.CharField(max_length=200, blank=True)
    claim = models.UUIDField(default=uuid.uuid4, editable=False)
    quantity = models.PositiveIntegerField(help_text="Places that were put into it.")
    created_by = models.CharField(max_length=150)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = NamedHoldQuerySet.as_manager()

    class Meta:
        ordering = ["event", "expires_at"]
        constraints = [
            models.UniqueConstraint(name="named_hold_claim_unique", fields=["claim"]),
            models.CheckConstraint(name="named_hold_quantity_positive", condition=Q(quantity__gt=0)),
            models.CheckConstraint(
                name="named_hold_kind_known", condition=Q(kind__in=["press", "house", "promoter", "sponsor", "other"])
            ),
            models.CheckConstraint(name="named_hold_expires_later", condition=Q(expires_at__gt=F("created_at"))),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.get_kind_display().lower()})"

    def is_live(self, now: datetime) -> bool:
        """Twin of :meth:`NamedHoldQuerySet.live`."""
        return self.released_at is None and self.expires_at > now
