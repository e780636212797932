"""What was done to the offers of an event, written into its history."""

from __future__ import annotations

from datetime import datetime

from events.changes import differences, snapshot
from events.models import Event
from events.services import record

from .models import Offer

RECORDED = ["ticket_type", "label", "price", "capacity", "on_sale_at", "off_sale_at"]

Offers = dict[int, tuple[str, dict[str, str]]]
"""The name of each offer and what it holds, by its id."""


def read_offers(event: Event) -> Offers:
    """Read the offers of an event as they are now, its row being locked: what follows is the work of one alone."""
    if not event.pk:
        return {}
    list(Event.objects.select_for_update(of=("self",), no_key=True).filter(pk=event.pk).values_list("pk"))
    offers = Offer.objects.filter(event=event).select_related("ticket_type").prefetch_related("sections")
    return {offer.pk: (offer.name, _read(offer)) for offer in offers.order_by("pk")}


def note_changes(event: Event, before: Offers, *, now: datetime, by: str) -> None:
    """Write a line for each offer that was made, changed or taken away since :func:`read_offers` gave ``before``."""
    after = read_offers(event)
    for pk, (name, held) in after.items():
        if pk not in before:
            record(event, "make offer", now=now, by=by, offer=name, **{key: text for key, text in held.items() if text})
        elif changes := differences(before[pk][1], held):
            record(event, "change offer", now=now, by=by, offer=name, **changes)
    for pk, (name, _) in before.items():
        if pk not in after:
            record(event, "take offer away", now=now, by=by, offer=name)


def _read(offer: Offer) -> dict[str, str]:
    sections = ", ".join(sorted(section.name for section in offer.sections.all()))
    return {**snapshot(offer, RECORDED), "sections": sections}
