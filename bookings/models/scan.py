"""Scans: what the door was shown, and what it answered."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from events.history import AppendOnly
from events.models import Event

from .ticket import Ticket


class Scan(AppendOnly):
    """One code that was shown at the door of an event, and the answer.

    ``at`` is when it was read; ``received_at`` is later for one that was read without a network. ``uid`` is made by the
    device, so that a scan which is sent twice counts once.
    """

    class Result(models.TextChoices):
        ADMITTED = "admitted", "Admitted"
        ALREADY = "already", "Already in"
        UNDONE = "undone", "Admission undone"
        WRONG_EVENT = "wrong_event", "For another event"
        NOT_YET = "not_yet", "Doors are not open yet"
        NOT_PAID = "not_paid", "Not paid"
        VOID = "void", "Void"
        FORGED = "forged", "Forged"
        UNKNOWN = "unknown", "Unknown"

    uid = models.UUIDField(default=uuid.uuid4, editable=False)
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="scans")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, null=True, blank=True, related_name="scans")
    code = models.CharField(max_length=200, blank=True, help_text="What was read.")
    result = models.CharField(max_length=12, choices=Result)
    gate = models.CharField(max_length=60, blank=True)
    actor = models.CharField(max_length=150)
    is_offline = models.BooleanField(default=False)
    at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        indexes = [
            models.Index(name="scan_event_at", fields=["event", "at"]),
            models.Index(name="scan_ticket", fields=["ticket"], condition=Q(ticket__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(name="scan_uid_unique", fields=["uid"]),
            models.CheckConstraint(
                name="scan_result_known",
                condition=Q(
                    result__in=[
                        *("admitted", "already", "undone", "wrong_event", "not_yet"),
                        *("not_paid", "void", "forged", "unknown"),
                    ]
                ),
            ),
            models.CheckConstraint(
                name="scan_admits_ticket",
                condition=~Q(result__in=["admitted", "already", "undone"]) | Q(ticket__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_result_display()}: {self.code}"
