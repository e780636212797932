"""Daily sums: the ledger added up by day, so that a question about years need not read every line of it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from bookings.models import LedgerLine
from events.history import Channel
from events.models import Event
from ticketing.models import Offer
from ticketing.money import MoneyField


class SumField(MoneyField):
    """An amount up to 9,999,999,999,999.99."""

    def __init__(self, *args, **kwargs) -> None:
        kwargs.setdefault("max_digits", 15)
        super().__init__(*args, **kwargs)


class DaySum(models.Model):
    """The lines of one offer, channel and kind on one day, added up: those up to :class:`Fold`, each once.

    Only ``reports.folding`` writes here, and only adds. ``bookings`` counts the bookings of which the first line of
    their sale is among these; ``comps`` the tickets that were sold for nothing.
    """

    day = models.DateField()
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+", db_index=False)
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="+", db_index=False)
    channel = models.CharField(max_length=12, choices=Channel)
    kind = models.CharField(max_length=12, choices=LedgerLine.Kind)
    lines = models.PositiveIntegerField()
    bookings = models.PositiveIntegerField()
    quantity = models.IntegerField()
    comps = models.PositiveIntegerField()
    gross = SumField()
    discount = SumField()
    retained = SumField()

    class Meta:
        ordering = ["day", "event", "offer", "channel", "kind"]
        indexes = [models.Index(name="day_sum_day", fields=["day"])]
        constraints = [
            models.UniqueConstraint(name="day_sum_unique", fields=["event", "day", "offer", "channel", "kind"]),
            models.CheckConstraint(name="day_sum_of_something", condition=Q(lines__gt=0, bookings__lte=F("lines"))),
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.get_kind_display()} of offer {self.offer_id}"


class Fold(models.Model):
    """The one row that says how far the ledger has been folded: every line with an id up to ``folded_until``."""

    folded_until = models.PositiveBigIntegerField(default=0)
    folded_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.CheckConstraint(name="fold_is_one_row", condition=Q(id=1))]

    def __str__(self) -> str:
        return f"Folded until line {self.folded_until}"
