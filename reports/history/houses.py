"""The houses of a populated history: cinemas, theatres, clubs, halls, an arena and a park, in many time zones."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from django.utils.text import slugify

from ticketing.models import TicketType
from venues.models import Seat, SeatingPlan, Section, Venue
from venues.services import build_seats

STANDARD, VIP, ECONOMY = "Standard", "VIP", "Economy"
FILMS, THEATRE, CONCERTS, SPORT = "Films", "Theatre", "Concerts", "Sport"
Kind = Venue.Kind


@dataclass(frozen=True)
class Part:
    """A part of a room, sold as one ticket type: rows of seats, or so many standing places."""

    name: str
    ticket_type: str
    rows: int = 0
    seats: int = 0
    standing: int = 0


@dataclass(frozen=True)
class Room:
    """A plan and its parts; without a name it is no plan, but general admission. ``weight`` is how often it plays."""

    name: str
    parts: tuple[Part, ...]
    category: str
    weight: int


def _screen(number: int, rows: int, seats: int) -> Room:
    parts = (Part("Lounge", VIP, 2, seats - 4), Part("Parquet", STANDARD, rows, seats))
    return Room(f"Screen {number}", parts, FILMS, 23)


SCREENS = (_screen(1, 13, 16), _screen(2, 11, 14), _screen(3, 9, 12), _screen(4, 7, 11))
STAGES = (
    Room(
        "Main house",
        (Part("Stalls", STANDARD, 15, 18), Part("Boxes", VIP, 2, 12), Part("Circle", ECONOMY, 8, 20)),
        THEATRE,
        38,
    ),
    Room("Studio", (Part("Stalls", STANDARD, 8, 12),), THEATRE, 22),
)
CLUB = (Room("", (Part("Early bird", STANDARD, standing=80), Part("", STANDARD, standing=270)), CONCERTS, 33),)
HALL = (
    Room(
        "Great hall",
        (Part("Parterre", VIP, 8, 26), Part("Rear parterre", STANDARD, 16, 28), Part("Gallery", ECONOMY, 9, 30)),
        CONCERTS,
        18,
    ),
)
ARENA = (
    Room(
        "End stage",
        (Part("Floor", STANDARD, standing=1_800), Part("Lower tier", VIP, 16, 50), Part("Upper tier", ECONOMY, 20, 60)),
        CONCERTS,
        8,
    ),
)
GROUND = (Room("", (Part("Terrace", STANDARD, standing=1_400), Part("Main stand", VIP, standing=600)), SPORT, 14),)
PARK = (Room("", (Part("", STANDARD, standing=5_000), Part("Golden circle", VIP, standing=1_000)), CONCERTS, 3),)


@dataclass(frozen=True)
class House:
    name: str
    kind: str
    city: str
    country: str
    time_zone: str
    rooms: tuple[Room, ...]


HOUSES = (
    House("Palast Kino", Kind.CINEMA, "Vienna", "Austria", "Europe/Vienna", SCREENS),
    House("Old Mill Theatre", Kind.THEATRE, "Bath", "United Kingdom", "Europe/London", STAGES),
    House("Cellar Nine", Kind.CLUB, "Berlin", "Germany", "Europe/Berlin", CLUB),
    House("Concert House", Kind.HALL, "Gothenburg", "Sweden", "Europe/Stockholm", HALL),
    House("Harbour Arena", Kind.ARENA, "Rotterdam", "Netherlands", "Europe/Amsterdam", ARENA),
    House("Cinéma des Halles", Kind.CINEMA, "Lyon", "France", "Europe/Paris", SCREENS),
    House("Teatro Almada", Kind.THEATRE, "Lisbon", "Portugal", "Europe/Lisbon", STAGES),
    House("The Boiler Room", Kind.CLUB, "Dublin", "Ireland", "Europe/Dublin", CLUB),
    House("Roxy Pictures", Kind.CINEMA, "Brooklyn", "United States", "America/New_York", SCREENS),
    House("Riverside Ground", Kind.STADIUM, "Wrexham", "United Kingdom", "Europe/London", GROUND),
    House("Kino Kallio", Kind.CINEMA, "Helsinki", "Finland", "Europe/Helsinki", SCREENS),
    House("Playhouse on Third", Kind.THEATRE, "Portland", "United States", "America/Los_Angeles", STAGES),
    House("Sala Verdi", Kind.HALL, "Bologna", "Italy", "Europe/Rome", HALL),
    House("Blue Note Annexe", Kind.CLUB, "Chicago", "United States", "America/Chicago", CLUB),
    House("Meadow Park", Kind.OPEN_AIR, "Graz", "Austria", "Europe/Vienna", PARK),
    House("Embassy Picturehouse", Kind.CINEMA, "Wellington", "New Zealand", "Pacific/Auckland", SCREENS),
    House("Gate Theatre", Kind.THEATRE, "Kraków", "Poland", "Europe/Warsaw", STAGES),
    House("Warehouse 12", Kind.CLUB, "Manchester", "United Kingdom", "Europe/London", CLUB),
    House("Odeon am Ring", Kind.CINEMA, "Zurich", "Switzerland", "Europe/Zurich", SCREENS),
    House("Kammerbühne", Kind.THEATRE, "Hamburg", "Germany", "Europe/Berlin", STAGES),
)

FEW = 3
EVENTS_PER_HOUSE = 60


@dataclass
class Stage:
    """A room that has been built: its plan and, part by part, the section and the seats in the order of sale."""

    venue: Venue
    house: House
    room: Room
    plan: SeatingPlan | None = None
    sections: dict[str, Section] = field(default_factory=dict)
    seats: dict[str, list[int]] = field(default_factory=dict)

    def capacity(self, part: Part) -> int:
        return part.standing or len(self.seats[part.name])

    @property
    def total(self) -> int:
        return sum(self.capacity(part) for part in self.room.parts)


def build(events: int) -> list[Stage]:
    """Build as many houses as so many events need, three at least, and return all their rooms."""
    houses = HOUSES[: max(FEW, min(len(HOUSES), events // EVENTS_PER_HOUSE))]
    return [stage for house in houses for stage in _build_house(house)]


def ticket_types() -> dict[str, TicketType]:
    """The house's ticket types by name; those that are missing are made."""
    prices = {VIP: 95, STANDARD: 45, ECONOMY: 19}
    return {
        name: TicketType.objects.get_or_create(name=name, defaults={"price": price})[0]
        for name, price in prices.items()
    }


def _build_house(house: House) -> list[Stage]:
    venue = Venue.objects.create(
        name=house.name,
        slug=f"{slugify(house.name)}-{slugify(house.city)}",
        kind=house.kind,
        address="1 Market Square",
        city=house.city,
        country=house.country,
        capacity=10_000,
        time_zone=house.time_zone,
    )
    stages = [Stage(venue, house, room) for room in house.rooms]
    for stage in stages:
        if stage.room.name:
            _build_room(stage)
    venue.capacity = max(stage.total for stage in stages)
    venue.save(update_fields=["capacity"])
    return stages


def _build_room(stage: Stage) -> None:
    stage.plan = SeatingPlan.objects.create(venue=stage.venue, name=stage.room.name)
    depth = 8
    for order, part in enumerate(stage.room.parts, 1):
        layout = {"rows": {"count": part.rows, "start": "A"}, "seats": part.seats} if part.rows else {}
        section = Section.objects.create(
            plan=stage.plan,
            name=part.name,
            order=order,
            y=depth,
            layout=layout or {"width": 40, "depth": 20},
            standing_capacity=part.standing or None,
        )
        stage.sections[part.name] = section
        depth += 4 + (2 * part.rows or 24)
        if part.rows:
            build_seats(section=section)
    found = defaultdict(list)
    seats = Seat.objects.filter(section__plan=stage.plan).order_by("section", "row_index", "position")
    for name, seat in seats.values_list("section__name", "pk"):
        found[name].append(seat)
    stage.seats.update(found)
