"""The waiting list at work: places that come back are offered to the line before the public can have them.

Who is served: in the order in which they came, each whose number and wish can be met with what is free. A party that is
too large for it is passed over, keeps its place in the line, and is asked first the next time, with all that is free by
then; meanwhile nothing stays empty for its sake, because places may never come back together. Parties get seats side by
side where there are any, otherwise seats apart: they see which, and may decline. Wheelchair places and companion seats
are not offered: the box office gives them to those who need them.

An offer is a hold on exactly these places, as a pending booking in the customer's name. It lasts ``WAITLIST_HOURS``,
or, when the event is near, half of the time that is left for offers, so that the next in line has a chance as well.

Whoever gives places back calls :func:`serve_line` in the same transaction, after all its other locks: the event's row
is locked then, so that two who give back at once see each other's places.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count, Q

from bookings import tasks
from bookings.models import Booking, Channel, Ticket, WaitlistEntry, make_booking_code
from events.models import Event
from ticketing import stock
from ticketing.best import best_seats
from ticketing.errors import TicketingError
from ticketing.models import Offer, Place
from ticketing.stock import Contended, Selection
from ticketing.transactions import atomic

from .constraints import violates
from .history import SYSTEM, record
from .pricing import make_tickets, price_up

LAST_CALL = timedelta(hours=2)
"""So long before the event begins, the last offer ends; what comes back later is simply on sale."""

SHORTEST = timedelta(hours=1)
"""An offer lasts at least as long as this, or is not made."""

Waiting = WaitlistEntry.Status


def serve_line(event: Event, now: datetime) -> int:
    """Offer what is free at an event to those who wait for it. Returns how many offers were made.

    One query if nobody waits.
    """
    if not WaitlistEntry.objects.waiting().filter(event=event).exists():
        return 0
    return _serve(event.pk, now)


def serve_lines(*, now: datetime) -> int:
    """Serve the line of every event: what comes back by time alone. Returns how many offers were made."""
    waited_for = WaitlistEntry.objects.waiting().order_by().values("event")
    events = Event.objects.bookable(now).filter(pk__in=waited_for)
    return sum(_serve(pk, now) for pk in list(events.values_list("pk", flat=True)))


def serve_one(entry: WaitlistEntry, now: datetime) -> bool:
    """Offer places to this one, whatever the line. Returns whether there were any."""
    return _serve(entry.event_id, now, only=entry.pk) == 1


def note_booked(booking: Booking) -> None:
    """Note in the waiting list, if the places were offered there, that they have been taken."""
    if _may_be_offered(booking):
        _offered(booking).update(status=Waiting.BOOKED)


def note_ended(booking: Booking) -> None:
    """Note in the waiting list, if the places were offered there, that they were not taken."""
    is_closed = booking.cancellation_reason == Booking.Reason.EVENT
    if _may_be_offered(booking):
        _offered(booking).update(status=Waiting.LEFT if is_closed else Waiting.MISSED)


def _may_be_offered(booking: Booking) -> bool:
    """Whether its hold lasts as long as an offer does: an ordinary sale need not ask the waiting list at all."""
    return booking.expires_at is not None and booking.expires_at - booking.booking_date >= SHORTEST


def _offered(booking: Booking):
    return WaitlistEntry.objects.filter(booking=booking, status=Waiting.OFFERED)


def offer_ends(event: Event, now: datetime) -> datetime | None:
    """Until when an offer that is made now lasts; None: it is too late for offers."""
    left = event.event_date - LAST_CALL - now
    if left < SHORTEST:
        return None
    return now + min(timedelta(hours=settings.WAITLIST_HOURS), max(SHORTEST, left / 2))


@atomic
def _serve(event_id: int, now: datetime, only: int | None = None) -> int:
    rows = Event.objects.select_for_update(of=("self",), no_key=True).select_related("seating_plan")
    event = rows.get(pk=event_id)
    until = offer_ends(event, now)
    if until is None or not event.is_bookable(now):
        return 0
    offers = list(event.offers.on_sale(now).select_related("ticket_type").order_by("price", "pk"))
    left = _count_free(event, offers, now)
    line = WaitlistEntry.objects.waiting().filter(event=event)
    made = 0
    for entry in _who_fits(line.filter(pk=only) if only else line, event, left):
        selection = _choose(event, entry, offers, left, now)
        if selection and _offer(event, entry, offers, selection, now, until):
            made += 1
            left = _count_free(event, offers, now)
            if not left:
                break
    return made


def _count_free(event: Event, offers: Iterable[Offer], now: datetime) -> dict[int, tuple[int, int]]:
    """Count the free standing places and seats by offer id. Offers without any are absent."""
    places = Place.objects.free(now).filter(_ordinary(), event=event, offer__in=offers)
    counts = places.order_by().values("offer_id").annotate(all=Count("pk"), seats=Count("seat"))
    return {row["offer_id"]: (row["all"] - row["seats"], row["seats"]) for row in counts}


def _ordinary() -> Q:
    return Q(seat__isnull=True) | Q(seat__is_accessible=False, seat__is_companion=False)


def _who_fits(line, event: Event, left: dict[int, tuple[int, int]]):
    """Narrow the line to those who could get something, as far as numbers tell."""
    seats = sum(seats for _, seats in left.values())
    most = max([seats, *(standing for standing, _ in left.values())], default=0)
    wish = Q(offer__isnull=True) | Q(offer__in=list(left))
    return line.filter(wish, quantity__lte=min(most, event.max_tickets_per_booking))


def _choose(event: Event, entry: WaitlistEntry, offers: list[Offer], left: dict, now: datetime) -> Selection | None:
    """Choose places for a party: the best seats, seats apart, or standing places of one offer, the cheapest first."""
    wished = [offer.pk for offer in offers if offer.pk in left and entry.offer_id in (None, offer.pk)]
    if sum(left[pk][1] for pk in wished) >= entry.quantity:
        seats = best_seats(event, entry.quantity, now=now, offer_id=entry.offer_id)
        return Selection(seats=seats or seats_apart(event, wished, entry.quantity, now))
    for pk in wished:
        if left[pk][0] >= entry.quantity:
            return Selection({pk: entry.quantity})
    return None


def seats_apart(event: Event, offers: list[int], quantity: int, now: datetime) -> tuple[int, ...]:
    """Return up to ``quantity`` free seats of these offers, side by side or not, from the front. One query."""
    free = Place.objects.free(now).filter(_ordinary(), event=event, offer__in=offers, seat__isnull=False)
    nearest = free.order_by("seat__section__order", "seat__section", "seat__row_index", "seat__position")
    return tuple(nearest.values_list("seat", flat=True)[:quantity])


class _Gone(Exception):
    """They have left the line meanwhile, or their places are in somebody else's hands."""


def _offer(
    event: Event, entry: WaitlistEntry, offers: list[Offer], selection: Selection, now: datetime, until: datetime
) -> bool:
    """Hold the places for them and let them know; all of it, or nothing. Returns whether it was done.

    Nobody is waited for: whoever has a lock on these places may be waiting for us. What is left over is offered by the
    tidy command, a moment later.
    """
    try:
        with transaction.atomic():
            booking = _hold(event, entry, offers, selection, now, until)
            this = WaitlistEntry.objects.waiting().filter(pk=entry.pk)
            if not this.update(status=Waiting.OFFERED, offered_at=now, expires_at=until, booking=booking):
                raise _Gone
    except (Contended, TicketingError, _Gone):
        return False
    except IntegrityError as error:
        if violates(error, "booking_code_unique", "bookings_booking.booking_code"):
            return False
        raise
    tasks.send_waitlist_letter.enqueue(entry.pk)
    tasks.end_waitlist_offers.using(run_after=until).enqueue(event.pk)
    return True


def _hold(
    event: Event, entry: WaitlistEntry, offers: list[Offer], selection: Selection, now: datetime, until: datetime
) -> Booking:
    if selection.seats:
        seats = Place.objects.free(now).filter(event=event, seat__in=selection.seats)
        if len(seats.select_for_update(skip_locked=True).values_list("pk")) < len(selection.seats):
            raise _Gone
    booking = Booking(
        booking_code=make_booking_code(now),
        event=event,
        claim=uuid4(),
        customer_name=entry.name,
        customer_email=entry.email,
        channel=Channel.WEB,
        booking_date=now,
        expires_at=until,
    )
    rows = stock.claim(
        event=event, offers=offers, selection=selection, claim=booking.claim, now=now, until=until, patient=False
    )
    tickets = make_tickets(booking, rows, {offer.pk: offer.price for offer in offers}, Ticket.Status.HELD)
    price_up(booking, tickets, None)
    booking.save(force_insert=True)
    Ticket.objects.bulk_create(tickets)
    places = [row.place_id for row in rows]
    record(booking, "offer", now=now, actor=SYSTEM, quantity=len(rows), until=until.isoformat(), places=places)
    return booking
