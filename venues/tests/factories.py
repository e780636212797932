import uuid
from datetime import timedelta

import factory
from django.contrib.auth.models import Permission, User
from django.utils import timezone
from factory.django import DjangoModelFactory

from venues.api.keys import make_key
from venues.models import ApiKey, IdempotentRequest, ImportJob, RequestCount, Seat, SeatingPlan, Section, Venue


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


class StaffFactory(DjangoModelFactory):
    """A member of staff who may do nothing yet."""

    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"clerk{n}")
    is_staff = True


class ApiKeyFactory(DjangoModelFactory):
    class Meta:
        model = ApiKey

    name = "Tourist office"
    user = factory.SubFactory(StaffFactory)
    prefix = "mq_abcdef"
    digest = factory.Sequence(lambda n: f"{n:064x}")
    created_by = "admin"
    created_at = factory.LazyFunction(timezone.now)


class IdempotentRequestFactory(DjangoModelFactory):
    class Meta:
        model = IdempotentRequest

    owner = "key:1"
    key = factory.Sequence(lambda n: f"request-{n}")
    method = "POST"
    path = "/api/venues"
    body_hash = "0" * 64
    lease = factory.LazyFunction(uuid.uuid4)
    started_at = factory.LazyFunction(timezone.now)
    leased_until = factory.LazyAttribute(lambda request: request.started_at + timedelta(minutes=1))


class RequestCountFactory(DjangoModelFactory):
    class Meta:
        model = RequestCount

    who = factory.Sequence(lambda n: f"address:192.0.2.{n}")
    window = 1_800_000_000


def make_bearer(*permissions: str, is_superuser: bool = False, **staff) -> dict[str, str]:
    """Make a key whose member of staff has ``permissions`` ("venues.add_venue"); return the header that brings it.

    It counts as used just now, so that no request writes that down.
    """
    user = StaffFactory(is_superuser=is_superuser, **staff)
    for permission in permissions:
        app, _, codename = permission.partition(".")
        user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    key, secret = make_key(name="Tests", user=user, by="admin", now=timezone.now())
    ApiKey.objects.filter(pk=key.pk).update(last_used_at=timezone.now())
    return {"Authorization": f"Bearer {secret}"}


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
