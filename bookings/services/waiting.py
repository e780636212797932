"""Join the waiting list of an event that is sold out, leave it, and end what was offered and not taken."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q

from bookings import tasks
from bookings.errors import NothingToOffer, StillAvailable, TransitionRefused
from bookings.models import Booking, WaitlistEntry
from events.models import Event
from ticketing import stock
from ticketing.errors import SelectionInvalid
from ticketing.models import Offer, Place
from ticketing.transactions import atomic

from .cancelling import cancel
from .constraints import violates
from .line import serve_one
from .locking import lock

Waiting = WaitlistEntry.Status


@atomic
def join_waitlist(
    *, event: Event, name: str, email: str, quantity: int, offer: Offer | None = None, now: datetime
) -> WaitlistEntry:
    """Let somebody wait for so many places of ``offer`` (None: any), and send them a letter.

    Whoever waits already, with whatever case the address is written, keeps their place in the line and gets the letter
    once more: the answer is the same, so that nobody learns who waits.

    Raises:
        SalesClosed: the event is cancelled, has begun, or is not published.
        SelectionInvalid: nothing, or more than one booking may hold; or the offer is another event's.
        StillAvailable: there are as many places left.
    """
    stock.check_on_sale(event, [], now)
    if quantity < 1:
        raise SelectionInvalid("Choose at least one ticket.")
    stock.check_limit(event, quantity)
    if offer and offer.event_id != event.pk:
        raise SelectionInvalid("One of the chosen tickets is not part of this event.")
    if has_left(event, offer, quantity, now):
        raise StillAvailable("There are still tickets: you can choose them now.")
    entry = _join(event, name, email.strip(), quantity, offer, now)
    tasks.send_waitlist_letter.enqueue(entry.pk)
    return entry


def _join(event: Event, name: str, email: str, quantity: int, offer: Offer | None, now: datetime) -> WaitlistEntry:
    try:
        with transaction.atomic():
            return WaitlistEntry.objects.create(
                event=event, offer=offer, name=name, email=email, quantity=quantity, created_at=now
            )
    except IntegrityError as error:
        if not violates(error, "waitlist_waits_once", "waitlist_waits_once"):
            raise
        return WaitlistEntry.objects.active().get(event=event, email__iexact=email)


def has_left(event: Event, offer: Offer | None, quantity: int, now: datetime) -> bool:
    """Whether so many places can be booked now: of one offer, or, where there are seats, of several."""
    places = Place.objects.free(now).filter(event=event, offer__in=event.offers.on_sale(now))
    places = places.filter(Q(seat__isnull=True) | Q(seat__is_accessible=False, seat__is_companion=False))
    if offer:
        places = places.filter(offer=offer)
    return places[:quantity].count() >= quantity


@atomic
def leave_waitlist(*, entry: WaitlistEntry, now: datetime, actor: str) -> None:
    """Take somebody off the list; places that are held for them go to the next. Harmless once it has ended."""
    if WaitlistEntry.objects.waiting().filter(pk=entry.pk).update(status=Waiting.LEFT):
        return
    fresh = WaitlistEntry.objects.select_related("booking").get(pk=entry.pk)
    if fresh.status != Waiting.OFFERED or fresh.booking is None:
        return
    booking = lock(fresh.booking)
    if booking.status == Booking.Status.PENDING:
        cancel(booking=booking, reason=Booking.Reason.ABANDONED, now=now, actor=actor)
        WaitlistEntry.objects.filter(pk=entry.pk).update(status=Waiting.LEFT)


def offer_places_now(*, entry: WaitlistEntry, now: datetime) -> None:
    """Offer places to somebody out of turn: the box office knows why.

    Raises:
        TransitionRefused: they do not wait any more.
        NothingToOffer: there are no places for them.
    """
    if not WaitlistEntry.objects.waiting().filter(pk=entry.pk).exists():
        raise TransitionRefused(f"{entry.name} does not wait any more.")
    if not serve_one(entry, now):
        raise NothingToOffer(f"There are no {entry.quantity} places free that {entry.name} could have.")


def close_waitlists(*, now: datetime) -> int:
    """End the lists of events that are cancelled or have begun. Returns how many people were on them."""
    over = Event.objects.filter(Q(event_date__lte=now) | ~Q(status=Event.Status.ACTIVE))
    return WaitlistEntry.objects.waiting().filter(event__in=over).update(status=Waiting.LEFT)
