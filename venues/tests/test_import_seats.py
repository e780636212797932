import pytest

from ticketing.tests.factories import TicketTypeFactory, make_seated_offer
from venues.models import Seat, SeatingPlan, Section
from venues.plans import export_plan, parse_plan
from venues.rooms import room_of
from venues.services import build_seats

from .factories import SeatingPlanFactory, SectionFactory, VenueFactory
from .importing import as_csv, bring, check, counts_of, errors_of

pytestmark = pytest.mark.django_db

COLUMNS = "venue plan section row number x y wheelchair companion restricted_view"


def names() -> list[tuple]:
    """List seats as they lie: section, row, number, and their slots."""
    seats = Seat.objects.order_by("section__name", "row_index", "position")
    return list(seats.values_list("section__name", "row", "number", "row_index", "position", "x", "y"))


def test_seats_make_their_plan_and_sections():
    VenueFactory(name="Opera")

    job = bring(
        "seats",
        as_csv(
            COLUMNS,
            ("Opera", "Main", "Stalls", "B", 2, "0,5", 1.8, "", "yes", ""),
            ("Opera", "Main", "Stalls", "A", 1, -0.5, 0, "yes", "", ""),
            ("Opera", "Main", "Stalls", "B", 1, -0.5, 1.8, "", "", "x"),
            ("Opera", "Main", "Stalls", "A", 3, 3, 0, "", "", ""),
            ("Opera", "Main", "Stalls", "A", 2, 0.5, 0, "", "", ""),
        ),
    )

    assert counts_of(job) == (5, 0, 0)
    assert names() == [
        ("Stalls", "A", "1", 0, 0, -0.5, 0.0),
        ("Stalls", "A", "2", 0, 1, 0.5, 0.0),
        ("Stalls", "A", "3", 0, 3, 3.0, 0.0),
        ("Stalls", "B", "1", 1, 0, -0.5, 1.8),
        ("Stalls", "B", "2", 1, 1, 0.5, 1.8),
    ]
    assert Seat.objects.get(row="A", number="1").is_accessible
    assert Seat.objects.get(row="B", number="2").is_companion
    assert Seat.objects.get(row="B", number="1").has_restricted_view


def test_seats_without_places_are_laid_out_straight_behind_what_is_there():
    VenueFactory(name="Opera")
    rows = [
        ("Opera", "Main", part, row, n, "", "", "", "", "")
        for part in ("Front", "Back")
        for row in "AB"
        for n in (10, 9)
    ]

    bring("seats", as_csv(COLUMNS, *rows))

    assert names() == [
        ("Back", "A", "9", 0, 0, -0.5, 4.8),
        ("Back", "A", "10", 0, 1, 0.5, 4.8),
        ("Back", "B", "9", 1, 0, -0.5, 6.6),
        ("Back", "B", "10", 1, 1, 0.5, 6.6),
        ("Front", "A", "9", 0, 0, -0.5, 0.0),
        ("Front", "A", "10", 0, 1, 0.5, 0.0),
        ("Front", "B", "9", 1, 0, -0.5, 1.8),
        ("Front", "B", "10", 1, 1, 0.5, 1.8),
    ]


def test_imported_rooms_can_be_drawn_seen_and_built_again():
    VenueFactory(name="Opera")
    bring("seats", as_csv(COLUMNS, *[("Opera", "Main", "Stalls", "A", n, n, 0, "", "", "") for n in range(1, 9)]))
    plan = SeatingPlan.objects.get()
    version, before = plan.version, names()

    draft = parse_plan(export_plan(plan))
    count = build_seats(section=Section.objects.get())

    assert draft.sections[0].places == count == room_of(plan).seat_count == 8
    assert names() == before
    assert SeatingPlan.objects.get().version == version


def test_seats_that_are_there_stay_themselves_and_the_plan_is_renewed():
    offer = make_seated_offer(rows=2, seats=3)
    section = offer.sections.get()
    plan, seat = section.plan, section.seats.get(row="A", number="1")

    job = bring(
        "seats",
        as_csv(
            "venue plan section row number x y wheelchair",
            (plan.venue.name, plan.name, "Stalls", "A", 1, 0, 0, "yes"),
            (plan.venue.name, plan.name, "Stalls", "A", 2, 1, 0, ""),
            (plan.venue.name, plan.name, "Stalls", "A", 4, 3, 0, ""),
        ),
    )

    assert counts_of(job) == (1, 1, 1)
    seat.refresh_from_db()
    assert seat.is_accessible
    assert section.seats.count() == 7
    assert SeatingPlan.objects.get(pk=plan.pk).version != plan.version


def test_sold_seats_cannot_be_changed():
    from bookings.tests.sales import sold

    offer = make_seated_offer(rows=1, seats=2)
    plan = offer.sections.get().plan
    seat = offer.places.earliest("pk").seat
    sold(offer, seats=[seat.pk])

    job = check(
        "seats",
        as_csv(
            "venue plan section row number wheelchair",
            (plan.venue.name, plan.name, "Stalls", "A", seat.number, "yes"),
            (plan.venue.name, plan.name, "Stalls", "A", 2, "yes"),
        ),
    )

    assert errors_of(job) == [(2, "", "This seat has been sold, so it stays as it is.")]


def test_errors_are_listed_by_row_and_column():
    plan = SeatingPlanFactory(venue__name="Opera", name="Main")
    SectionFactory(plan=plan, name="Floor", standing_capacity=10)

    job = check(
        "seats",
        as_csv(
            COLUMNS,
            ("Met", "Main", "Stalls", "A", 1, 0, 0, "", "", ""),
            ("Opera", "", "Stalls", "A" * 11, 1, "left", 20_000, "perhaps", "", ""),
            ("Opera", "Main", "Floor", "A", 1, 0, 0, "", "", ""),
            ("Opera", "Main", "Stalls", "A", 1, 0, 0, "yes", "yes", ""),
            ("Opera", "Main", "Stalls", "A", 2, 0, "", "", "", ""),
            ("Opera", "Main", "Circle", "A", 1, 0, 0, "", "", ""),
            ("Opera", "Main", "Circle", "A", 2, "", "", "", "", ""),
            ("Opera", "Main", "Circle", "A", 2, "", "", "", "", ""),
        ),
    )

    long = "expected a text of at most 10 characters, not “AAAAAAAAAAA”."
    assert errors_of(job) == [
        (2, "venue", "there is no venue “Met”."),
        (3, "plan", "is missing."),
        (3, "row", long),
        (3, "x", "“left” is no number."),
        (3, "y", "20000 is not from -10,000 to 10,000."),
        (3, "wheelchair", "“perhaps” is neither yes nor no."),
        (4, "section", "is a standing area, which has no seats."),
        (5, "companion", "A wheelchair place is no companion seat."),
        (6, "y", "Give x and y, or neither."),
        (8, "x", "Give x and y for all seats of Circle, or for none."),
        (9, "", "This is the same as row 8."),
    ]
    assert Seat.objects.count() == 0
    assert Section.objects.count() == 1


def test_sections_that_are_too_large_to_be_drawn_are_refused():
    VenueFactory(name="Opera")

    job = check("seats", as_csv(COLUMNS, *[("Opera", "Main", "Long", "A", n, n, 0, "", "", "") for n in range(501)]))

    assert [(row, column) for row, column, _ in errors_of(job)] == [(2, "section")]
    assert errors_of(job)[0][2].startswith("Long cannot be drawn: ")


def test_an_export_of_a_plan_can_be_imported_and_changes_nothing(admin_client):
    from django.urls import reverse

    TicketTypeFactory()
    make_seated_offer(rows=3, seats=4)

    data = admin_client.get(reverse("admin:venues_seat_export_xlsx")).content
    job = check("seats", data)

    assert errors_of(job) == []
    assert counts_of(job) == (0, 0, 12)
