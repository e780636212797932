"""Bookings and their tickets, codes and promo codes."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, F, Model, Q, QuerySet

from bookings.models import CODE_ALPHABET, Booking, Ticket
from events.models import Event
from ticketing.models import FOREVER, PromoCode

from .checks import check

PENDING, CONFIRMED, CANCELLED = Booking.Status.PENDING, Booking.Status.CONFIRMED, Booking.Status.CANCELLED
HELD, VALID, VOID = Ticket.Status.HELD, Ticket.Status.VALID, Ticket.Status.VOID


@check("It is {row.status}, but its booking {row.booking.booking_code} is {row.booking.status}.")
def ticket_status(now: datetime) -> QuerySet:
    """Held tickets belong to pending bookings, valid ones to confirmed bookings."""
    astray = (Q(status=HELD) & ~Q(booking__status=PENDING)) | (Q(status=VALID) & ~Q(booking__status=CONFIRMED))
    return _tickets().filter(astray)


@check("It is valid, but place {row.place_id} is not sold to its booking {row.booking.booking_code}.")
def ticket_place(now: datetime) -> QuerySet:
    """The place of a valid ticket is sold to its booking."""
    sold = Q(place__free_from=FOREVER, place__claim__isnull=False, place__claim=F("booking__claim"))
    return _tickets().filter(~sold, status=VALID)


@check("It is held until {row.booking.expires_at:%Y-%m-%d %H:%M:%S}, but place {row.place_id} is not.")
def ticket_held(now: datetime) -> QuerySet:
    """The places of a live hold are held for its booking."""
    held = Q(place__claim__isnull=False, place__claim=F("booking__claim"))
    return _tickets().filter(~held, status=HELD, booking__status=PENDING, booking__expires_at__gt=now)


@check("Its offer is {row.offer_id}, that of its place is {row.place.offer_id}.")
def ticket_offer(now: datetime) -> QuerySet:
    """A ticket and its place are of the same offer."""
    return _tickets().exclude(offer=F("place__offer"))


@check("It is for event {row.place.event_id}, its booking {row.booking.booking_code} for event {row.booking.event_id}.")
def ticket_event(now: datetime) -> QuerySet:
    """The tickets of a booking are for its event."""
    return _tickets().exclude(booking__event=F("place__event"))


@check("{row.booking_code} is for {row.quantity}, but has {row.living} tickets.")
def booking_quantity(now: datetime) -> QuerySet:
    """A booking that is not cancelled has as many tickets as its quantity says."""
    living = Count("tickets", filter=~Q(tickets__status=VOID))
    return (
        Booking.objects.exclude(status=CANCELLED).annotate(living=living).exclude(living=F("quantity")).order_by("pk")
    )


@check("{row.booking_code} is confirmed, but event {row.event_id} is cancelled: run the tidy command.")
def booking_event(now: datetime) -> QuerySet:
    """Nothing stays booked at an event that is cancelled."""
    return Booking.objects.filter(status=CONFIRMED, event__status=Event.Status.CANCELLED).order_by("pk")


@check("Its code {row.booking_code} is not one that was made here.")
def booking_code_form(now: datetime) -> QuerySet:
    """Booking codes are well-formed: BK, a date, six letters that cannot be mistaken."""
    return Booking.objects.exclude(booking_code__regex=rf"^BK-[0-9]{{8}}-[{CODE_ALPHABET}]{{6}}$").order_by("pk")


@check("Its code is not one that was made here.")
def ticket_code_form(now: datetime) -> QuerySet:
    """Ticket codes are well-formed: sixteen letters that cannot be mistaken."""
    return Ticket.objects.exclude(code__regex=rf"^[{CODE_ALPHABET}]{{16}}$").order_by("pk")


@check("Another booking has the code {row.booking_code} as well.")
def booking_code_twice(now: datetime) -> QuerySet:
    """No two bookings have the same code."""
    return _sharing(Booking, "booking_code")


@check("Another ticket has its code as well.")
def ticket_code_twice(now: datetime) -> QuerySet:
    """No two tickets have the same code."""
    return _sharing(Ticket, "code")


@check("{row.code} counts {row.uses} uses, but {row.bought} bookings were confirmed with it.")
def promo_code_uses(now: datetime) -> QuerySet:
    """A promo code counts the confirmed bookings that use it."""
    bought = Count("bookings", filter=Q(bookings__status=CONFIRMED))
    return PromoCode.objects.annotate(bought=bought).exclude(bought=F("uses")).order_by("pk")


def _tickets() -> QuerySet:
    return Ticket.objects.select_related("booking", "place").order_by("pk")


def _sharing(model: type[Model], field: str) -> QuerySet:
    shared = model.objects.order_by().values(field).annotate(n=Count("pk")).filter(n__gt=1)
    return model.objects.filter(**{f"{field}__in": shared.values(field)}).order_by("pk")


CHECKS = (
    ticket_status,
    ticket_place,
    ticket_held,
    ticket_offer,
    ticket_event,
    booking_quantity,
    booking_event,
    booking_code_form,
    ticket_code_form,
    booking_code_twice,
    ticket_code_twice,
    promo_code_uses,
)
