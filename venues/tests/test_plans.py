"""Plans as documents. Those with seats that events sell: ticketing/tests/test_plans_in_use.py."""

import json
from time import perf_counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from venues.errors import PlanChanged, PlanInvalid
from venues.models import Seat, SeatingPlan
from venues.plans import check_plan, export_plan, import_plan, parse_plan, read_json, save_plan
from venues.tests.factories import SeatingPlanFactory, SectionFactory, VenueFactory, make_seats
from venues.tests.schema import complaints
from venues.tests.test_layout import layouts

BLOCK = {"rows": {"count": 2, "start": "A"}, "seats": 3}


def section(name="Stalls", **more) -> dict:
    return {"name": name, "x": 0, "y": 8, "rotation": 0, "layout": BLOCK} | more


def document(*sections, **more) -> dict:
    focus = {"kind": "stage", "x": 0, "y": 0}
    return {"format": "marquee-plan/1", "name": "Great Hall", "focus": focus, "sections": list(sections)} | more


FREE = {"free": [["A", [["1", -1, 0, "w"], ["2a", 0, 0.5, "c"], ["3", 3, 0]]], ["B 1", [["1", 0, 2, "r"]]]]}
HALL = document(
    section(),
    section("Gallery", x=-12.5, y=20, rotation=45, layout=FREE),
    section("Floor", standing=200, layout={"width": 20, "depth": 10.5}),
    {"name": "Bar", "x": 0, "y": 0, "rotation": 0, "standing": 20},
)


def save(plan, *sections, **more) -> SeatingPlan:
    return save_plan(plan=plan, document=document(*sections, **more), version=plan.version)


def problems(data) -> list[tuple]:
    with pytest.raises(PlanInvalid) as refusal:
        parse_plan(data)
    return [(problem.where, problem.reason, problem.section) for problem in refusal.value.problems]


# Documents ------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_export_gives_back_what_was_imported():
    plan = import_plan(venue=VenueFactory(), document=HALL)

    assert export_plan(plan) == HALL
    assert complaints(HALL) == []


@given(st.lists(layouts(), max_size=3), st.floats(-500, 500), st.integers(0, 359))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
@pytest.mark.django_db(transaction=False)
def test_import_and_export_are_inverse_whatever_the_layout(x_layouts, x, rotation):
    sections = [section(f"S{i}", x=round(x, 3), rotation=rotation, layout=one) for i, one in enumerate(x_layouts)]
    venue = VenueFactory()
    first = export_plan(import_plan(venue=venue, document=document(*sections)))

    again = export_plan(import_plan(venue=venue, document=json.loads(json.dumps(first)), name="Again"))

    assert again == first | {"name": "Again"}
    assert complaints(first) == []


@pytest.mark.django_db
def test_import_makes_the_seats():
    plan = import_plan(venue=VenueFactory(), document=HALL, name="Other")

    seats = Seat.objects.filter(section__plan=plan, section__name="Gallery").order_by("row_index", "position")

    assert plan.name == "Other"
    assert [(seat.row, seat.number, seat.position, seat.is_accessible, seat.is_companion) for seat in seats] == [
        ("A", "1", 0, True, False),
        ("A", "2a", 1, False, True),
        ("A", "3", 3, False, False),  # further away than usual: an aisle lies between
        ("B 1", "1", 0, False, False),
    ]
    assert (seats[2].x, seats[2].y) == pytest.approx((-12.5 + 3 * 2**-0.5, 20 + 3 * 2**-0.5), abs=0.001)


@pytest.mark.django_db
def test_import_under_a_name_that_the_venue_has():
    plan = SeatingPlanFactory(name="Great Hall")

    with pytest.raises(PlanInvalid, match="the venue has a plan “Great Hall” already"):
        import_plan(venue=plan.venue, document=HALL)

    assert SeatingPlan.objects.count() == 1


@pytest.mark.django_db
def test_export_describes_seats_that_no_layout_has_made():
    hand_made = SectionFactory(name="Stalls", x=5, y=5, rotation=90)
    make_seats(hand_made, rows=1, seats=2)

    exported = export_plan(hand_made.plan)["sections"][0]["layout"]

    assert exported == {"free": [["A", [["1", -5, 5], ["2", -5, 4]]]]}


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3])
def test_export_costs_the_same_for_any_number_of_sections(django_assert_num_queries, count):
    sections = [section(f"Block {index}") for index in range(count)]
    plan = import_plan(venue=VenueFactory(), document=document(*sections))

    with django_assert_num_queries(1):
        export_plan(plan)


# What is refused ------------------------------------------------------------------------------


def test_parse_says_in_which_sections_and_fields_it_is_wrong():
    layout = {"rows": {"count": 0}, "seats": 3}

    found = problems(document(section(layout=layout), section("A"), section("A"), section("B", x="left")))

    assert found == [
        ("sections[0].layout.rows.count", "expected a whole number from 1 to 200, not 0.", 0),
        ("sections[2].name", "there is a section “A” already.", 2),
        ("sections[3].x", "expected a number from -10,000 to 10,000, not “left”.", 3),
    ]


@pytest.mark.parametrize(
    ("data", "where"),
    [
        (None, ""),
        ([], ""),
        ({}, "format"),
        (document(format="marquee-plan/2"), "format"),
        (document(name=" "), "name"),
        (document(name="a\0b"), "name"),
        (document(name="\ud800"), "name"),
        (document(name="x" * 101), "name"),
        (document(focus={"kind": "sofa"}), "focus.kind"),
        (document(focus={"x": 1e6}), "focus.x"),
        (document(sections={}), "sections"),
        (document(*[section()] * 301), "sections"),
        (document(more=1), "more"),
        (document(7), "sections[0]"),
        (document({}), "sections[0].name"),
        (document(section(id=0)), "sections[0].id"),
        (document(section(id=2**70)), "sections[0].id"),
        (document(section(standing=0)), "sections[0].standing"),
        (document(section(rotation=float("inf"))), "sections[0].rotation"),
        (document(section(x=10**400)), "sections[0].x"),
        (document(section(layout=None)), "sections[0].layout"),
        (document(section(layout=BLOCK | {"radius": 10**400})), "sections[0].layout.radius"),
        (document(section(layout=BLOCK | {"rows": ["A\0"], "seats": 1})), "sections[0].layout.rows[0]"),
        (document(section(layout={"free": []})), "sections[0].layout.free"),
        (document(section(layout={"free": [["A", []]]})), "sections[0].layout.free[0][1]"),
        (document(section(layout={"free": [["A", [["1", 0]]]]})), "sections[0].layout.free[0][1][0]"),
        (document(section(layout={"free": [["A", [["1", 0, "x"]]]]})), "sections[0].layout.free[0][1][0][2]"),
        (document(section(layout={"free": [["A", [["1", 0, 0, "wc"]]]]})), "sections[0].layout.free[0][1][0][3]"),
        (document(section(layout={"free": [["A", [["1", 0, 0], ["1", 1, 0]]]]})), "sections[0].layout.free[0][1][1]"),
        (document(section(layout={"free": [["A", [["1", 0, 0]]]] * 2})), "sections[0].layout.free[1]"),
    ],
)
def test_parse_refuses_what_is_no_plan(data, where):
    assert [problem[0] for problem in problems(data)] == [where]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "This is no JSON: line 1, column 2."),
        ("[" * 100_000, "This JSON is nested too deeply."),
        (b"\xff{}", "This is no JSON in UTF-8, or has a number that is too long."),
        ("NaN", "This is no JSON in UTF-8, or has a number that is too long."),
        ("9" * 10_000, "This is no JSON in UTF-8, or has a number that is too long."),
    ],
)
def test_read_json_refuses_what_is_none(text, reason):
    with pytest.raises(PlanInvalid) as refusal:
        read_json(text)

    assert refusal.value.message == reason


@pytest.mark.parametrize(
    "sections",
    [
        [section(layout={"rows": {"count": 10**6}, "seats": 10**6})],
        [section(layout={"rows": ["A"] * 10**6, "seats": 1})],
        [section(f"S{i}", layout={"rows": {"count": 200}, "seats": 500, "radius": 5000}) for i in range(300)],
        [section(layout={"free": [["A", [["1", 0, 0]] * 10**6]]})],
        [section(layout=BLOCK | {"gaps": ["A"] * 10**6})],
    ],
    ids=["a million rows", "a million names", "30 million seats", "a million seats", "a million gaps"],
)
def test_parse_refuses_the_enormous_at_once(sections):
    began = perf_counter()

    _, _, found = check_plan(document(*sections))

    assert len(found) == 1
    assert perf_counter() - began < 3


# Saving ---------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_save_keeps_what_stays_and_replaces_the_rest():
    plan = import_plan(venue=VenueFactory(), document=document(section("Left"), section("Right"), section("Old")))
    left, right, _ = export_plan(plan, with_ids=True)["sections"]
    seats = set(Seat.objects.filter(section__in=[left["id"], right["id"]]).values_list("pk", flat=True))

    swapped = [section("Box"), right | {"name": "Left"}, left | {"name": "Right", "x": 30}]
    plan = save(plan, *swapped, name="Hall", focus={"kind": "ring", "x": 1, "y": 2})

    kept = {one["name"]: one for one in export_plan(plan, with_ids=True)["sections"]}
    assert list(kept) == ["Box", "Left", "Right"]
    assert (kept["Left"]["id"], kept["Right"]["id"], kept["Right"]["x"]) == (right["id"], left["id"], 30)
    assert set(Seat.objects.filter(section__name__in=["Left", "Right"]).values_list("pk", flat=True)) == seats
    assert (plan.name, plan.focus, plan.focus_x, plan.focus_y) == ("Hall", "ring", 1, 2)
    assert Seat.objects.count() == 18


@pytest.mark.django_db
def test_save_knows_sections_without_an_id_by_their_name():
    plan = import_plan(venue=VenueFactory(), document=document(section()))
    before = plan.sections.get()

    save(plan, section(x=4))

    assert plan.sections.get() == before
    assert plan.sections.get().x == 4


@pytest.mark.django_db
def test_save_renews_the_version():
    plan = import_plan(venue=VenueFactory(), document=document(section()))
    before = plan.version

    after = save(plan, section()).version

    plan.refresh_from_db()
    assert after == plan.version != before


@pytest.mark.django_db
def test_save_on_top_of_a_newer_version_is_refused():
    plan = import_plan(venue=VenueFactory(), document=document(section()))
    save(SeatingPlan.objects.get(pk=plan.pk), section(x=7))

    with pytest.raises(PlanChanged, match="Somebody else has saved this plan"):
        save(plan, section(x=9))

    assert plan.sections.get().x == 7


@pytest.mark.django_db
def test_save_of_an_invalid_document_changes_nothing():
    plan = import_plan(venue=VenueFactory(), document=HALL)

    with pytest.raises(PlanInvalid):
        save(plan, section("New"), section("Bad", layout={}))

    assert export_plan(plan) == HALL


@pytest.mark.django_db
def test_save_turns_a_standing_area_into_seats():
    plan = import_plan(venue=VenueFactory(), document=document(section("Floor", standing=5, layout={})))

    save(plan, section("Floor"))

    assert Seat.objects.filter(section__name="Floor").count() == 6
