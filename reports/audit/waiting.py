"""The waiting list, and places that are kept for somebody by name."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from bookings.models import Booking, WaitlistEntry
from ticketing.models import NamedHold, Place

from .checks import check

GRACE = timedelta(minutes=15)
"""For so long an offer may wait to be tidied up after it has lapsed."""


@check("Places are offered to {row.name}, but booking {row.booking} does not hold any: run the tidy command.")
def waitlist_offered(now: datetime) -> QuerySet:
    """Whoever on a waiting list has places offered has a pending booking that holds them."""
    holds = Q(booking__status=Booking.Status.PENDING, booking__expires_at__gt=now - GRACE)
    entries = WaitlistEntry.objects.filter(status=WaitlistEntry.Status.OFFERED)
    return entries.exclude(pk__in=WaitlistEntry.objects.filter(holds)).select_related("booking").order_by("pk")


@check("{row.name} is said to have booked, but booking {row.booking} was never confirmed.")
def waitlist_booked(now: datetime) -> QuerySet:
    """Whoever on a waiting list has booked has a booking that was confirmed."""
    entries = WaitlistEntry.objects.filter(status=WaitlistEntry.Status.BOOKED)
    bought = WaitlistEntry.objects.filter(booking__confirmed_at__isnull=False)
    return entries.exclude(pk__in=bought).select_related("booking").order_by("pk")


@check("{row.name} has a booking for event {row.booking.event_id}, but waits for event {row.event_id}.")
def waitlist_event(now: datetime) -> QuerySet:
    """What is offered to somebody on a waiting list is of the event that they wait for."""
    entries = WaitlistEntry.objects.filter(booking__isnull=False).exclude(booking__event=F("event"))
    return entries.select_related("booking").order_by("pk")


@check("It is kept until {row.free_from:%Y-%m-%d %H:%M:%S}, but its hold ends {row.ends:%Y-%m-%d %H:%M:%S}.")
def named_hold_end(now: datetime) -> QuerySet:
    """What is kept for somebody by name is kept until the hold expires."""
    holds = NamedHold.objects.filter(claim=OuterRef("claim"))
    kept = Place.objects.filter(claim__isnull=False).annotate(ends=Subquery(holds.values("expires_at")[:1]))
    return kept.filter(ends__isnull=False).exclude(free_from=F("ends")).order_by("pk")


CHECKS = (waitlist_offered, waitlist_booked, waitlist_event, named_hold_end)
