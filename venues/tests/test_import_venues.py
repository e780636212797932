import pytest

from venues.models import Venue

from .factories import VenueFactory
from .importing import as_csv, bring, check, counts_of, errors_of

pytestmark = pytest.mark.django_db

COLUMNS = "name address city capacity kind time_zone"


def test_venues_are_made_with_all_that_the_file_says():
    job = bring(
        "venues",
        as_csv(COLUMNS, ("Opera", "1 Ring", "Vienna", 1200, "Open air", "Europe/Vienna"), ("Opéra", "2", "Paris", 5)),
    )

    assert (job.state, counts_of(job)) == ("done", (2, 0, 0))
    first, second = Venue.objects.order_by("pk")
    assert (first.slug, first.kind, first.capacity, first.time_zone) == ("opera", "open_air", 1200, "Europe/Vienna")
    assert (second.slug, second.kind, second.time_zone) == ("opera-2", "hall", "UTC")
    assert first.created_at


def test_venues_are_changed_where_the_file_differs_and_skipped_where_not():
    VenueFactory(name="Opera", address="1 Ring", city="Vienna", capacity=900, country="Austria", slug="house")
    VenueFactory(name="Met", address="2 Way", city="New York", capacity=3800)

    job = bring(
        "venues",
        as_csv("name address city capacity", ("Opera", "1 Ring", "Wien", 950), ("Met", "2 Way", "New York", 3800)),
    )

    assert counts_of(job) == (0, 1, 1)
    venue = Venue.objects.get(name="Opera")
    assert (venue.city, venue.capacity, venue.country, venue.slug) == ("Wien", 950, "Austria", "house")


def test_errors_are_listed_by_row_and_column():
    job = check(
        "venues",
        as_csv(
            COLUMNS,
            ("Good", "1 Ring", "Vienna", 1200, "", ""),
            ("", "1 Ring", "Vienna", "many", "zoo", "Mars/Olympus"),
            ("A" * 201, "", "B" * 101, 0, "", ""),
            ("Good", "1 Ring", "Vienna", 1200, "", ""),
            ("Zone", "1 Ring", "Vienna", 1200, "", "Mars/Olympus"),
        ),
    )

    assert errors_of(job) == [
        (3, "name", "is missing."),
        (3, "kind", "“zoo” is not one of theatre, cinema, arena, stadium, club, hall, open_air."),
        (3, "capacity", "“many” is no whole number."),
        (3, "time_zone", "“Mars/Olympus” is not a time zone. Example: Europe/Vienna."),
        (4, "name", "has 201 characters; 200 are allowed."),
        (4, "address", "is missing."),
        (4, "city", "has 101 characters; 100 are allowed."),
        (4, "capacity", "0 is less than 1."),
        (5, "", "This is the same as row 2."),
        (6, "time_zone", "“Mars/Olympus” is not a time zone. Example: Europe/Vienna."),
    ]
    assert job.error_count == 10
    assert Venue.objects.count() == 0


def test_checking_costs_the_same_for_any_number_of_rows(django_assert_num_queries):
    from venues.imports.files import Table
    from venues.resources import VenueResource

    for count in (1, 50):
        table = Table(COLUMNS.split()[:4], [[n, f"Hall {n}", "1 Ring", "Vienna", "5"] for n in range(count)])
        with django_assert_num_queries(1):
            VenueResource().check(table, lambda rows: None)
