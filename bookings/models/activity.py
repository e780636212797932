"""The history of bookings."""

from __future__ import annotations

from django.db import models

from events.history import History

from .booking import Booking


class Activity(History):
    """Who did what to a booking, when, through which channel."""

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="activities")

    class Meta(History.Meta):
        verbose_name_plural = "activities"
