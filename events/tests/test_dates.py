"""The dates of a season, by rule."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from events.admin.date_forms import DatesField, DaysField, TimesField
from events.dates import MOST, Rule, Weekly, follow, move_on_clock, read_clock

VIENNA = ZoneInfo("Europe/Vienna")
EVENING, MATINEE = time(19, 30), time(15)
WEEKEND = Weekly(frozenset({5, 6}), (MATINEE, EVENING))


def at(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    """Read a clock in 2030; 1 March is a Friday, and summer time begins on the 31st."""
    return datetime(2030, month, day, hour, minute)  # noqa: DTZ001


def dates_of(**changes) -> list[datetime]:
    rule = {"since": date(2030, 3, 1), "until": date(2030, 3, 10), "weekly": [WEEKEND]} | changes
    return Rule(**rule).on_the_clock()


def test_rule_goes_from_the_first_day_to_the_last_week_by_week():
    assert dates_of() == [at(day, hour, minute) for day in (2, 3, 9, 10) for hour, minute in ((15, 0), (19, 30))]


def test_rule_of_several_lines_makes_each_date_once():
    weekly = [WEEKEND, Weekly(frozenset({4, 5}), (EVENING,))]

    assert [shown.day for shown in dates_of(weekly=weekly)] == [1, 2, 2, 3, 3, 8, 9, 9, 10, 10]


def test_rule_leaves_days_out_but_never_what_is_extra():
    left_out = frozenset({date(2030, 3, 2), date(2030, 3, 9), date(2030, 3, 10)})

    assert dates_of(left_out=left_out, extra=(at(9, 11), at(20, 20))) == [
        at(3, 15),
        at(3, 19, 30),
        at(9, 11),
        at(20, 20),
    ]


def test_rule_that_ends_before_it_begins_makes_nothing():
    assert dates_of(until=date(2030, 2, 1)) == []


def test_rule_of_a_thousand_years_is_cut_short():
    assert MOST < len(dates_of(until=date(3030, 1, 1))) < MOST + 10


def test_clock_is_read_in_summer_and_in_winter():
    assert read_clock([at(30, 19, 30), at(31, 19, 30)], VIENNA) == [
        datetime(2030, 3, 30, 18, 30, tzinfo=UTC),
        datetime(2030, 3, 31, 17, 30, tzinfo=UTC),
    ]


def test_times_that_the_clock_leaves_out_or_shows_twice_are_all_named():
    with pytest.raises(ValidationError) as refusal:
        read_clock([at(30, 2, 30), at(31, 2, 30), at(27, 2, 30, month=10)], VIENNA)

    assert refusal.value.messages == [
        "On Sun 31 Mar 2030 the clock is changed: 02:30 comes twice, or not at all.",
        "On Sun 27 Oct 2030 the clock is changed: 02:30 comes twice, or not at all.",
    ]


def test_a_week_later_is_the_same_time_of_day():
    moment = datetime(2030, 3, 28, 18, 30, tzinfo=UTC)

    assert move_on_clock(moment, timedelta(days=7), VIENNA) == datetime(2030, 4, 4, 17, 30, tzinfo=UTC)


def test_sales_that_follow_an_event_open_at_the_same_time_of_day():
    before, after = datetime(2030, 3, 28, 18, 30, tzinfo=UTC), datetime(2030, 4, 28, 17, 30, tzinfo=UTC)
    on_sale = datetime(2030, 2, 28, 9, 0, tzinfo=UTC)  # ten o'clock

    assert follow(on_sale, before, after, VIENNA) == datetime(2030, 3, 31, 8, 0, tzinfo=UTC)


# As staff type them ---------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["15:00, 19:30", "15:00 19:30", "15:00;19:30, 15:00"])
def test_times_are_read(text):
    assert TimesField().clean(text) == (MATINEE, EVENING)


def test_days_are_read():
    assert DaysField().clean("2030-12-24\n31/12/2030") == {date(2030, 12, 24), date(2030, 12, 31)}


def test_dates_are_read():
    assert DatesField().clean("2030-03-09 11:00, 15:00\n\n10/03/2030 20:00") == (at(9, 11), at(9, 15), at(10, 20))


@pytest.mark.parametrize(
    ("field", "text", "message"),
    [
        (TimesField, "25:00", "“25:00” is not a time of day: write it like 19:30."),
        (DaysField, "Christmas", "“Christmas” is not a day: write it like 2030-12-31 or 31/12/2030."),
        (DatesField, "2030-02-30 11:00", "“2030-02-30” is not a day: write it like 2030-12-31 or 31/12/2030."),
        (DatesField, "2030-12-31", "“2030-12-31”: say at what time, such as 19:30."),
        (DatesField, "2030-12-31 late", "“late” is not a time of day: write it like 19:30."),
    ],
)
def test_what_is_no_date_is_named(field, text, message):
    with pytest.raises(ValidationError) as refusal:
        field().clean(text)

    assert refusal.value.messages == [message]
