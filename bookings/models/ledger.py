"""The ledger of sales: what was sold, taken back and kept, one line per change and offer."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import models
from django.db.models import F, Q

from events.history import AppendOnly, AppendOnlyQuerySet, Channel
from events.models import Event
from ticketing.models import Offer
from ticketing.money import ZERO, MoneyField

from .booking import Booking


def read_clock(event: Event, at: datetime) -> tuple[date, int]:
    """Return the day and the hour that the clock of the event's venue shows."""
    local = at.astimezone(event.venue.tz)
    return local.date(), local.hour


class LedgerLineQuerySet(AppendOnlyQuerySet):
    def with_net(self) -> LedgerLineQuerySet:
        """Add ``net``: see :attr:`LedgerLine.net`."""
        return self.annotate(net=F("gross") - F("discount") + F("retained"))


class LedgerLine(AppendOnly):
    """How the tickets of one offer in one booking have changed at one moment: more are above zero, fewer below.

    Every change of what a booking costs is written here in the transaction that makes it. So the lines of a booking add
    up to what it costs now and what was retained, which is what has been paid for it; those of an event or of a day,
    to its figures. ``gross`` is the tickets at their prices, ``discount`` what was taken off, ``retained`` what was
    kept of the price of cancelled ones.

    ``day`` and ``hour`` are what the clock of the event's venue showed when the line was written. They stay when the
    event moves to a venue elsewhere: what was yesterday's stays yesterday's.
    """

    class Kind(models.TextChoices):
        SALE = "sale", "Sale"
        CANCELLATION = "cancellation", "Cancellation"
        EXCHANGE = "exchange", "Exchange"
        ALLOWANCE = "allowance", "Price reduced afterwards"

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="ledger")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="ledger")
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="ledger")
    kind = models.CharField(max_length=12, choices=Kind)
    channel = models.CharField(max_length=12, choices=Channel, help_text="The booking's own.")
    at = models.DateTimeField()
    day = models.DateField(help_text="On the clock of the event's venue, as it was then.")
    hour = models.PositiveSmallIntegerField(help_text="0 to 23, on the same clock.")
    quantity = models.IntegerField()
    gross = MoneyField()
    discount = MoneyField(default=ZERO)
    retained = MoneyField(default=ZERO)

    objects = LedgerLineQuerySet.as_manager()

    class Meta:
        ordering = ["at", "id"]
        indexes = [
            models.Index(name="ledger_at", fields=["at"]),
            models.Index(name="ledger_event_at", fields=["event", "at"]),
            models.Index(name="ledger_day", fields=["day"]),
            models.Index(name="ledger_event_day", fields=["event", "day"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="ledger_kind_known", condition=Q(kind__in=["sale", "cancellation", "exchange", "allowance"])
            ),
            models.CheckConstraint(name="ledger_hour_of_a_day", condition=Q(hour__gte=0, hour__lte=23)),
            models.CheckConstraint(
                name="ledger_sale_is_more", condition=~Q(kind="sale") | Q(quantity__gt=0, gross__gte=0, retained=0)
            ),
            models.CheckConstraint(
                name="ledger_cancellation_is_less", condition=~Q(kind="cancellation") | Q(quantity__lt=0, gross__lte=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.quantity:+} {self.net:+}"

    @property
    def net(self) -> Decimal:
        """What the booking costs more than before; below zero, less."""
        return self.gross - self.discount + self.retained
