import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from venues.models import ImportJob, Seat, SeatingPlan, Section, Venue


class VenueFactory(DjangoModelFactory):
    class Meta:
        model = Venue

    name = factory.Sequence(lambda n: f"Concert Hall {n}")
    address = "1 Main Street"
    city = "Vienna"
    country = "Austria"
    capacity = 1_000
    time_zone = "Europe/Vienna"


class SeatingPlanFactory(DjangoModelFactory):
    class Meta:
        model = SeatingPlan

    venue = factory.SubFactory(VenueFactory)
    name = factory.Sequence(lambda n: f"Plan {n}")


class SectionFactory(DjangoModelFactory):
    class Meta:
        model = Section

    plan = factory.SubFactory(SeatingPlanFactory)
    name = factory.Sequence(lambda n: f"Section {n}")


class SeatFactory(DjangoModelFactory):
    class Meta:
        model = Seat

    section = factory.SubFactory(SectionFactory)
    row = "A"
    number = factory.Sequence(lambda n: str(n + 1))
    row_index = 0
    position = factory.Sequence(lambda n: n % 30_000)
    x = factory.SelfAttribute("position")
    y = factory.SelfAttribute("row_index")


class ImportJobFactory(DjangoModelFactory):
    class Meta:
        model = ImportJob

    resource = "venues"
    file_name = "venues.csv"
    created_by = "box_office"
    created_at = factory.LazyFunction(timezone.now)


def make_seats(section: Section, *, rows: int, seats: int) -> list[Seat]:
    """Make a block of rows A, B, … × seats 1, 2, …, all of them side by side."""
    return Seat.objects.bulk_create(
        Seat(
            section=section,
            row=chr(ord("A") + row),
            number=str(slot + 1),
            row_index=row,
            position=slot,
            x=slot,
            y=row,
        )
        for row in range(rows)
        for slot in range(seats)
    )
