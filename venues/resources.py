"""What goes in and out of this room as files: venues. Seats, and what all exports share, are beside it."""

from __future__ import annotations

from collections.abc import Sequence

from .exports import ExportAdmin, HouseResource
from .imports import importable
from .imports.columns import Column, OneOf, Text, Whole
from .imports.resource import ImportResource, Row, Tick
from .imports.seats import SeatResource
from .models import Venue
from .neutral import neutralise
from .slugs import Slugs

__all__ = ["ExportAdmin", "HouseResource", "SeatResource", "VenueResource", "neutralise"]


@importable
class VenueResource(ImportResource):
    """Venues, by their names."""

    key = "venues"
    title = "Venues"
    intro = "A venue is known by its name: one that is there already is changed, any other is new."
    model_admin = "venues_venue"
    permissions = ("venues.add_venue", "venues.change_venue")
    key_columns = ("name",)
    passed_over = ("id",)

    name = Column("name", Text(200), is_required=True, help="What the house is called.", example="Opera House")
    kind = Column(
        "kind", OneOf(Venue.Kind.choices), keeps=True, example="theatre", help=f"{', '.join(Venue.Kind.values)}."
    )
    address = Column("address", Text(300), is_required=True, help="Street and number.", example="1 Ring Road")
    city = Column("city", Text(100), is_required=True, help="The city.", example="Vienna")
    country = Column("country", Text(100), help="The country.", example="Austria")
    capacity = Column(
        "capacity", Whole(1), is_required=True, help="How many people the house may hold.", example="1200"
    )
    time_zone = Column(
        "time_zone",
        Text(64),
        keeps=True,
        help="The clock on the wall, by its name in the IANA database. Empty for a new venue: UTC.",
        example="Europe/Vienna",
    )
    description = Column("description", Text(), help="For visitors.")
    access_information = Column("access_information", Text(), help="Step-free ways, hearing loops, parking.")

    class Meta:
        model = Venue
        fields = (
            *("id", "name", "kind", "address", "city", "country", "capacity", "time_zone"),
            *("description", "access_information"),
        )
        export_order = fields

    def prepare(self, rows: Sequence[Row]) -> None:
        self.known = {(venue.name,): venue for venue in Venue.objects.filter(name__in={row["name"] for row in rows})}

    def write(self, tick: Tick) -> None:
        slugs = Slugs(Venue)
        for venue in self.create_instances:
            venue.slug = slugs.take(venue.name)
        super().write(tick)
