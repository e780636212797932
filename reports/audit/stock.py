"""Places, their offers and seats, and who has claimed them."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery

from bookings.models import Booking, Exchange, Ticket
from events.models import Event
from ticketing.models import FOREVER, NamedHold, Offer, Place

from .checks import check


@check("Its seating plan is one of “{row.seating_plan.venue}”, but it takes place at “{row.venue}”.")
def event_plan(now: datetime) -> QuerySet:
    """The seating plan of an event is one of its venue."""
    events = Event.objects.filter(seating_plan__isnull=False).exclude(seating_plan__venue=F("venue"))
    return events.select_related("venue", "seating_plan__venue").order_by("pk")


@check("Its event is {row.event_id}, that of its offer is {row.offer.event_id}.")
def place_event(now: datetime) -> QuerySet:
    """A place and its offer are of the same event."""
    return Place.objects.exclude(event=F("offer__event")).select_related("offer").order_by("pk")


@check("{row} is not in the seating plan of event {row.event_id}.")
def place_seat_plan(now: datetime) -> QuerySet:
    """The seat of a place is in the plan of its event."""
    return (
        Place.objects.filter(seat__isnull=False)
        .filter(Q(event__seating_plan__isnull=True) | ~Q(seat__section__plan=F("event__seating_plan")))
        .select_related("seat__section")
        .order_by("pk")
    )


@check("{row} is not in a section of its offer {row.offer_id}: open the event's sales again.")
def place_seat_section(now: datetime) -> QuerySet:
    """The seat of a place is in a section of its offer."""
    owned = Offer.sections.through.objects.filter(offer=OuterRef("offer"), section=OuterRef("seat__section"))
    return Place.objects.filter(~Exists(owned), seat__isnull=False).select_related("seat__section").order_by("pk")


@check("It is for {row.capacity} places, but there are {row.made}: open the event's sales again.")
def offer_capacity(now: datetime) -> QuerySet:
    """An offer whose sales are open has as many places as its capacity says."""
    opened = Offer.objects.order_by("pk").annotate(made=Count("places")).filter(made__gt=0)
    return opened.exclude(made=F("capacity"))


@check("It has {row.made} places, but {row.venue.name} holds {row.venue.capacity}.")
def venue_capacity(now: datetime) -> QuerySet:
    """An event has no more places than its venue holds people."""
    events = Event.objects.order_by("pk").annotate(made=Count("places")).select_related("venue")
    return events.filter(made__gt=F("venue__capacity"))


@check("It is claimed by {row.claim}, which is nobody's.")
def place_claim(now: datetime) -> QuerySet:
    """A claim on a place is that of a pending or confirmed booking, of a named hold, or of an exchange to be paid."""
    living = Booking.objects.filter(claim=OuterRef("claim")).exclude(status=Booking.Status.CANCELLED)
    kept = NamedHold.objects.filter(claim=OuterRef("claim"), released_at__isnull=True)
    exchanges = Exchange.objects.filter(claim=OuterRef("claim"), completed_at__isnull=True)
    owned = Exists(living) | Exists(kept) | Exists(exchanges)
    return Place.objects.filter(~owned, claim__isnull=False).order_by("pk")


@check("It is sold, but its buyer has no valid ticket for it.")
def place_sold(now: datetime) -> QuerySet:
    """A place that is sold has a valid ticket, of the booking that claims it."""
    ticket = Ticket.objects.valid().filter(place=OuterRef("pk"), booking__claim=OuterRef("claim"))
    return Place.objects.sold().filter(~Exists(ticket)).order_by("pk")


@check("It has {row.valid_tickets} valid tickets.")
def place_sold_once(now: datetime) -> QuerySet:
    """A place has one valid ticket at most."""
    twice = Ticket.objects.valid().order_by().values("place").annotate(n=Count("pk")).filter(n__gt=1)
    count = Count("tickets", filter=Q(tickets__status=Ticket.Status.VALID))
    return Place.objects.filter(pk__in=twice.values("place")).annotate(valid_tickets=count).order_by("pk")


@check("It is held until {row.free_from:%Y-%m-%d %H:%M:%S}, but its booking until {row.ends:%Y-%m-%d %H:%M:%S}.")
def place_hold_end(now: datetime) -> QuerySet:
    """What a pending booking claims is held until the booking expires."""
    pending = Booking.objects.filter(claim=OuterRef("claim"), status=Booking.Status.PENDING)
    claimed = Place.objects.filter(claim__isnull=False, free_from__lt=FOREVER).order_by("pk")
    held = claimed.annotate(ends=Subquery(pending.values("expires_at")[:1])).filter(ends__isnull=False)
    return held.exclude(free_from=F("ends"))


CHECKS = (
    event_plan,
    place_event,
    place_seat_plan,
    place_seat_section,
    offer_capacity,
    venue_capacity,
    place_claim,
    place_sold,
    place_sold_once,
    place_hold_end,
)
