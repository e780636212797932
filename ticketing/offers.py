"""What the offers of one event must agree on, asked wherever offers are written, before they are.

``ticketing.services.open_sales`` is the last judge: it refuses the same things when it makes the places.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q
from django.db.models.functions import Coalesce

from events.models import Event
from venues.models import Section

from .models import Offer, Place


@dataclass(frozen=True)
class Draft:
    """An offer as it is about to be saved, and the sections that it is to own."""

    offer: Offer
    sections: Sequence[Section] = ()


@dataclass(frozen=True)
class Problem:
    """What is wrong with the draft at ``index``, beside which field, in words for whoever writes it."""

    index: int
    field: str
    message: str


def sections_with_places(sections) -> list[Section]:
    """Return the sections of a queryset with ``places``: how many seats and standing places each has. One query."""
    return list(sections.annotate(places=Coalesce("standing_capacity", 0) + Count("seats")).order_by("order", "name"))


def find_problems(event: Event, drafts: Sequence[Draft], now: datetime) -> list[Problem]:
    """Compare the offers that an event is to have with its plan, its venue and what has been sold at it.

    ``drafts`` are all offers of the event, those that stay as they are too. A draft with sections must come with its
    capacity set to the number of their places.
    """
    return [
        *_foreign_sections(event, drafts),
        *_shared_sections(drafts),
        *_mixed_sections(drafts),
        *_too_many(event, drafts),
        *_sold_more(event, drafts, now),
    ]


def _foreign_sections(event: Event, drafts: Sequence[Draft]) -> Iterator[Problem]:
    for index, draft in enumerate(drafts):
        for section in draft.sections:
            if section.plan_id != event.seating_plan_id:
                yield Problem(index, "sections", f"“{section.name}” is not part of the event's seating plan.")


def _shared_sections(drafts: Sequence[Draft]) -> Iterator[Problem]:
    owners: dict[int, Offer] = {}
    for index, draft in enumerate(drafts):
        for section in draft.sections:
            if section.pk in owners:
                yield Problem(index, "sections", f"“{section.name}” belongs to {owners[section.pk]} already.")
            owners.setdefault(section.pk, draft.offer)


def _mixed_sections(drafts: Sequence[Draft]) -> Iterator[Problem]:
    """Find offers of both kinds: a customer who asks for a number of places must not be given seats."""
    for index, draft in enumerate(drafts):
        if len({section.is_standing for section in draft.sections}) > 1:
            yield Problem(index, "sections", "These sections are seated and standing: make an offer for each kind.")


def _too_many(event: Event, drafts: Sequence[Draft]) -> Iterator[Problem]:
    total = sum(draft.offer.capacity for draft in drafts)
    if drafts and total > event.venue.capacity:
        yield Problem(
            len(drafts) - 1,
            "capacity",
            f"The offers add up to {total:,} places, but {event.venue.name} holds {event.venue.capacity:,}.",
        )


def _sold_more(event: Event, drafts: Sequence[Draft], now: datetime) -> Iterator[Problem]:
    """Find offers that would shrink below what is held or was ever sold, whose places cannot be taken away."""
    in_use = _in_use(event, now)
    for index, draft in enumerate(drafts):
        used, sections = in_use.get(draft.offer.pk, Counter()), {section.pk for section in draft.sections}
        room = sum(section.standing_capacity or 0 for section in draft.sections) if sections else draft.offer.capacity
        if used[None] > room:
            message = f"{used[None]:,} places are held or have been sold, so there cannot be fewer."
            yield Problem(index, "sections" if sections else "capacity", message)
        if kept := sum(count for section, count in used.items() if section and section not in sections):
            message = f"{kept:,} seats in sections that you take away are held or have been sold."
            yield Problem(index, "sections", message)


def _in_use(event: Event, now: datetime) -> dict[int, Counter]:
    """Count the places that cannot be taken away, by offer and then by section (None: standing)."""
    if not event.pk:
        return {}
    rows = (
        Place.objects.filter(Q(free_from__gt=now) | Q(tickets__isnull=False), event=event)
        .order_by()
        .values_list("offer_id", "seat__section_id")
        .annotate(count=Count("pk", distinct=True))
    )
    in_use: dict[int, Counter] = {}
    for offer_id, section_id, count in rows:
        in_use.setdefault(offer_id, Counter())[section_id] = count
    return in_use
