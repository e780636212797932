"""The filter bar: what is asked, in words, in the address, and what is wrong with it."""

from datetime import UTC, date, datetime

import pytest
from django.http import QueryDict

from bookings.tests.factories import LedgerLineFactory
from events.tests.factories import EventFactory, ProductionFactory
from reports.filters import ScopeFilter
from reports.report import Basis
from reports.scope import Period
from ticketing.tests.factories import TicketTypeFactory
from venues.tests.factories import VenueFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def ask(query: str = "", now: datetime = NOW, **kwargs) -> ScopeFilter:
    bar = ScopeFilter(QueryDict(query), now=now, **kwargs)
    assert bar.form.is_valid(), bar.form.errors
    return bar


def errors(query: str) -> dict[str, list[str]]:
    bar = ScopeFilter(QueryDict(query), now=NOW)
    assert not bar.form.is_valid()
    return dict(bar.form.errors)


def test_nothing_asked_means_the_last_thirty_days_and_the_days_before():
    scope = ask().scope

    assert scope.period == Period(date(2026, 10, 29), date(2026, 11, 27))
    assert scope.compared == Period(date(2026, 9, 29), date(2026, 10, 28))
    assert not scope.is_narrowed


def test_question_is_written_in_words():
    VenueFactory(name="Royal Hall", city="London", slug="royal-hall")

    bar = ask("period=custom&since=2026-11-01&until=2026-11-30&venue=royal-hall")

    assert bar.sentence == "1–30 November 2026, Royal Hall, London, compared with 2–31 October"


def test_question_names_every_part_of_the_house():
    event = EventFactory(production=ProductionFactory())
    kind = TicketTypeFactory()
    query = (
        f"venue={event.venue.slug}&category={event.category.slug}&production={event.production.slug}"
        f"&event={event.slug}&ticket_type={kind.pk}&channel=box_office&by=week&compare=none"
    )

    scope = ask(query).scope

    assert (scope.venue, scope.category, scope.production) == (event.venue, event.category, event.production)
    assert (scope.event, scope.ticket_type, scope.channel, scope.grain) == (event, kind, "box_office", "week")
    assert scope.compared is None


def test_question_is_kept_in_the_address_without_what_goes_without_saying():
    venue = VenueFactory()

    bar = ask(f"period=last_30&compare=before&since=&until=&venue={venue.slug}&event=&by=&revenue-sort=-net")

    assert bar.query == f"venue={venue.slug}"
    assert bar.narrowed("?channel=web") == f"?venue={venue.slug}&channel=web"
    assert [chip.query_without for chip in bar.chips] == [""]


def test_preset_takes_days_out_of_the_address():
    bar = ask("period=custom&since=2026-11-01&until=2026-11-30")

    assert bar.query == "period=custom&since=2026-11-01&until=2026-11-30"
    assert bar.narrowed("?period=today") == "?period=today"


def test_days_alone_are_a_period():
    assert ask("since=2026-11-05&until=2026-11-06").scope.period == Period(date(2026, 11, 5), date(2026, 11, 6))


@pytest.mark.parametrize(
    ("now", "site", "venue", "today"),
    [
        (datetime(2026, 11, 30, 22, 59, tzinfo=UTC), "Europe/Vienna", "", date(2026, 11, 30)),
        (datetime(2026, 11, 30, 23, 0, tzinfo=UTC), "Europe/Vienna", "", date(2026, 12, 1)),
        (datetime(2026, 11, 30, 23, 0, tzinfo=UTC), "Europe/Vienna", "America/Los_Angeles", date(2026, 11, 30)),
        (datetime(2026, 11, 30, 12, 0, tzinfo=UTC), "Europe/Vienna", "Pacific/Auckland", date(2026, 12, 1)),
    ],
)
def test_today_is_on_the_clock_of_the_site_or_the_venue(settings, now, site, venue, today):
    settings.TIME_ZONE = site
    query = f"&venue={VenueFactory(time_zone=venue).slug}" if venue else ""

    scope = ask(f"period=this_month{query}", now).scope

    assert scope.period == Period(today.replace(day=1), today)


def test_all_is_from_the_first_sale_on_the_farthest_clock():
    VenueFactory(time_zone="Pacific/Auckland")
    VenueFactory(time_zone="America/Los_Angeles")
    LedgerLineFactory(at=datetime(2025, 1, 1, 3, tzinfo=UTC))

    bar = ask("period=all")

    assert bar.scope.period == Period(date(2024, 12, 31), date(2026, 11, 28))
    assert bar.scope.compared is None
    assert bar.when == "All of it"


def test_all_of_an_empty_house_is_today():
    assert ask("period=all").scope.period == Period(date(2026, 11, 27), date(2026, 11, 27))
    assert ask("period=all", basis=Basis.STAGED).scope.period == Period(date(2026, 11, 27), date(2026, 11, 27))


def test_what_is_to_come_is_asked_only_of_events():
    assert ask("period=next_7", basis=Basis.STAGED).scope.period.last == date(2026, 12, 3)
    assert ask("period=next_7").scope.period.last == date(2026, 11, 27)


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("period=nonsense", ["period"]),
        ("period=custom", ["since", "until"]),
        ("period=custom&since=2026-13-01&until=2026-11-30", ["since"]),
        ("period=custom&since=2026-11-30&until=2026-11-01", ["until"]),
        ("period=custom&since=0001-01-01&until=9999-12-31", ["since", "until"]),
        ("period=last_7&since=2026-11-01", ["since"]),
        ("venue=nowhere", ["venue"]),
        ("category=%00", ["category"]),
        ("production=x", ["production"]),
        ("ticket_type=0", ["ticket_type"]),
        ("ticket_type=99999999999999999999", ["ticket_type"]),
        ("channel=door", ["channel"]),
        ("compare=x&by=x", ["compare", "by"]),
        ("event=nothing-is-called-this", ["event"]),
        ("event=%00", ["event"]),
        ("event=" + "x" * 300, ["event"]),
    ],
)
def test_what_makes_no_sense_is_said_beside_its_field(query, wrong):
    assert list(errors(query)) == wrong


def test_event_is_found_by_words_of_its_name():
    event = EventFactory(name="The Late Late Shift")
    EventFactory(name="The Early Shift")

    assert ask("event=late shift").scope.event == event
    assert ask(f"event={event.slug}").scope.event == event


def test_event_whose_name_is_that_of_several_is_asked_for_again():
    first, second = EventFactory(name="Late Shift"), EventFactory(name="Late Shift Two")
    bar = ScopeFilter(QueryDict("event=late&channel=web"), now=NOW)

    assert bar.form.errors["event"] == ["That may be several events. Choose one."]
    assert dict(bar.candidates) == {
        first: f"?event={first.slug}&channel=web",
        second: f"?event={second.slug}&channel=web",
    }
    assert ask(f"event=late&venue={second.venue.slug}").scope.event == second


@pytest.mark.parametrize("count", [1, 3])
def test_bar_takes_one_query(django_assert_num_queries, count):
    EventFactory.create_batch(count)

    with django_assert_num_queries(1):
        assert ask().scope
