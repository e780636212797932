"""What the filter bar offers, and how an event is found by its name."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import CharField, F, Model, Value
from django.db.models.functions import Cast

from events.models import Category, Event, EventQuerySet, Production
from ticketing.models import TicketType
from venues.models import Venue

MOST_NAMED = 8
"""So many events are offered where a name means several."""


@dataclass(frozen=True)
class Choices:
    """The venues, categories, productions and ticket types there are: key and name, in the order of their lists."""

    venues: list[tuple[str, str]] = field(default_factory=list)
    categories: list[tuple[str, str]] = field(default_factory=list)
    productions: list[tuple[str, str]] = field(default_factory=list)
    ticket_types: list[tuple[str, str]] = field(default_factory=list)
    zones: tuple[str, ...] = ()


def read_choices() -> Choices:
    """Read all of them. One query."""
    venues = _named(Venue, "venues", "slug", "name", zone=F("time_zone"))
    rows = list(
        venues.union(
            _named(Category, "categories", "slug", "name", order=F("order")),
            _named(Production, "productions", "slug", "title"),
            _named(TicketType, "ticket_types", Cast("pk", CharField()), "name"),
            all=True,
        )
    )
    found: dict[str, list[tuple[str, str]]] = {}
    for kind, _, name, key, _ in sorted(rows, key=lambda row: (row[0], row[1], row[2].casefold())):
        found.setdefault(kind, []).append((key, name))
    return Choices(**found, zones=tuple(sorted({zone for *_, zone in rows if zone})))


def _named(model: type[Model], kind: str, key, name: str, *, order=None, zone=None):
    text = CharField()
    columns = {
        "what": Value(kind, text),
        "rank": order or Value(0),
        "label": Cast(F(name), text),
        "key": Cast(F(key), text) if isinstance(key, str) else key,
        "clock": Cast(zone, text) if zone else Value("", text),
    }
    return model.objects.order_by().annotate(**columns).values_list(*columns)


def find_events(text: str, among: EventQuerySet, most: int = MOST_NAMED) -> list[Event]:
    """Find an event by its slug, or those in whose name each word of ``text`` occurs, the latest first.

    At most ``most``, and one more if there are more. One query, or two.
    """
    events = Event.objects.select_related("venue")
    exact = events.filter(slug=text).first()
    if exact:
        return [exact]
    for word in text.split():
        among = among.filter(name__icontains=word)
    return list(among.select_related("venue").order_by("-event_date", "pk")[: most + 1])
