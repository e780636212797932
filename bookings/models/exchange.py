"""Exchanges that wait for the difference to be paid."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from events.models import Event
from ticketing.money import MoneyField
from ticketing.stock import Selection

from .booking import Booking
from .codes import make_key


class Exchange(models.Model):
    """Other places for a confirmed booking, at its event or another, held while the customer pays what they cost more.

    Its new places carry its ``claim`` until ``expires_at``; those that the booking has already stay the booking's own.
    ``quantities`` are numbers of standing places by offer id, ``seats`` are ids of seats of the plan.
    """

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="exchanges")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="exchanges")
    key = models.CharField(max_length=40, default=make_key, editable=False)
    claim = models.UUIDField(default=uuid.uuid4, editable=False)
    quantities = models.JSONField(default=dict, blank=True)
    seats = models.JSONField(default=list, blank=True)
    due = MoneyField(help_text="What the customer pays on top.")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(name="exchange_key_unique", fields=["key"]),
            models.UniqueConstraint(name="exchange_claim_unique", fields=["claim"]),
            models.CheckConstraint(name="exchange_due_positive", condition=Q(due__gt=0)),
        ]

    def __str__(self) -> str:
        return f"exchange of {self.booking}"

    @property
    def selection(self) -> Selection:
        """What is asked for. JSON has only texts for keys."""
        return Selection({int(offer): count for offer, count in self.quantities.items()}, tuple(self.seats))
