"""Sums of the ledger, so that a question about years need not read every line of it. See ``reports.folding``."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q, Subquery
from django.db.models.functions import Coalesce

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


class Sums(models.Model):
    """Lines of one channel and kind, added up: those up to :class:`Fold`, each once. Written by the fold alone.

    ``bookings`` counts the bookings of which the first line of their sale is among these; ``comps`` the tickets that
    were sold for nothing.
    """

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
        abstract = True


class HourSum(Sums):
    """The whole house, hour by hour: for questions that name no venue, event or offer."""

    day = models.DateField()
    hour = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["day", "hour", "channel", "kind"]
        constraints = [
            models.UniqueConstraint(name="hour_sum_unique", fields=["day", "hour", "channel", "kind"]),
            models.CheckConstraint(name="hour_sum_of_something", condition=Q(lines__gt=0, bookings__lte=F("lines"))),
        ]

    def __str__(self) -> str:
        return f"{self.day}, {self.hour} h: {self.get_kind_display()}, {self.get_channel_display()}"


class MonthSum(Sums):
    """One offer of one event, month by month: for questions about whole months that need no days."""

    month = models.DateField(help_text="Its first day.")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+", db_index=False)
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        ordering = ["month", "event", "offer", "channel", "kind"]
        indexes = [models.Index(name="month_sum_month", fields=["month"])]
        constraints = [
            models.UniqueConstraint(name="month_sum_unique", fields=["event", "offer", "month", "channel", "kind"]),
            models.CheckConstraint(name="month_sum_of_something", condition=Q(lines__gt=0, bookings__lte=F("lines"))),
            models.CheckConstraint(name="month_sum_from_the_first", condition=Q(month__day=1)),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}: {self.get_kind_display()} of offer {self.offer_id}, {self.get_channel_display()}"


class Fold(models.Model):
    """The one row that says how far the ledger has been folded: every line with an id up to ``folded_until``."""

    folded_until = models.PositiveBigIntegerField(default=0)
    folded_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.CheckConstraint(name="fold_is_one_row", condition=Q(id=1))]

    def __str__(self) -> str:
        return f"Folded until line {self.folded_until}"


_FOLDED_UNTIL = Coalesce(Subquery(Fold.objects.order_by().values("folded_until")[:1]), 0)

NOT_FOLDED = Q(pk__gt=_FOLDED_UNTIL, pk__lt=_FOLDED_UNTIL + 10**15)
"""The lines of the ledger that are not in the sums. The upper bound, which none will reach, tells PostgreSQL that these
are few, so that it looks for them by their ids."""
