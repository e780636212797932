"""Make one event with what it sells, as programs do: in one step, published and with its places.

Staff do the same in steps, or as a season: see :mod:`ticketing.seasons`, which does the work here, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from events.models import Event

from .models import Offer, TicketType
from .offers import Draft
from .seasons import make_season


def default_offers(event: Event) -> list[Draft]:
    """Draft an offer of each ticket type, at its default price, sharing the capacity of the venue.

    The shares are equal; what cannot be divided goes to the cheapest. A house with fewer places than ticket types
    sells the cheapest ones. An event with a seating plan gets none: somebody must say what its sections cost.
    """
    if event.seating_plan:
        return []
    capacity = event.venue.capacity
    cheapest_first = list(TicketType.objects.order_by("price", "-name", "-pk")[:capacity])
    share, rest = divmod(capacity, len(cheapest_first)) if cheapest_first else (0, 0)
    return [
        Draft(Offer(ticket_type=ticket_type, price=ticket_type.price, capacity=share + (number < rest)))
        for number, ticket_type in enumerate(cheapest_first)
    ]


def make_event(
    *, event: Event, offers: Sequence[Draft], publish_at: datetime | None, now: datetime, by: str, channel: str
) -> Event:
    """Make ``event``, which is not saved yet, with its offers and their places.

    Where there are too many places to wait for, the queue makes them, and publishes the event then.

    Raises:
        ValidationError: a field of the event is wrong, or its date has passed.
        SelectionInvalid: the offers contradict each other, the plan or the venue.
    """
    event.full_clean(exclude=["slug"])
    event.check_to_come(now)
    (made,) = make_season(
        prototype=event,
        moments=[event.event_date],
        offers=offers,
        publish_at=publish_at,
        now=now,
        by=by,
        production=event.production,
        channel=channel,
    )
    return Event.objects.with_details().get(pk=made.pk)
