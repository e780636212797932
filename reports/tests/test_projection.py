"""The projection, against its definition and against figures worked out by hand."""

from __future__ import annotations

import statistics
from decimal import Decimal
from random import Random

import pytest

from reports.projection import Band, Curve, average_by, project, quantile


def curve(*changes):
    return Curve(changes)


def test_curve_adds_up_from_the_first_sale_to_the_event():
    sold = curve((30, 4), (10, 2), (10, 1), (3, -2), (0, 1))

    assert [sold.by(days) for days in (31, 30, 29, 10, 9, 3, 1, 0)] == [0, 4, 4, 7, 7, 5, 5, 6]
    assert (sold.first, sold.total) == (30, 6)


def test_curve_counts_what_comes_after_the_event_on_its_day():
    assert curve((5, 3), (-1, 1), (-9, -2)).by(0) == 2


def test_curve_of_nothing_is_empty():
    assert (curve().total, curve().first, bool(curve()), curve().by(0)) == (0, None, False, 0)
    assert not curve((4, 2), (1, -2))


@pytest.mark.parametrize("seed", range(5))
def test_curve_agrees_with_plain_sums(seed):
    random = Random(seed)
    changes = [(random.randint(-5, 60), random.randint(-3, 9)) for _ in range(200)]

    found = Curve(changes)

    for days in range(70):
        assert found.by(days) == sum(tickets for at, tickets in changes if max(at, 0) >= days)


def test_projection_is_the_median_of_what_comparable_events_say_between_their_quartiles():
    # In the end, they had 2, 3, 4 and 5 times what they had sold ten days before.
    others = [curve((12, 10), (2, 10 * (times - 1))) for times in (4, 2, 5, 3)]

    assert project(40, 10, others) == Band(low=110, middle=140, high=170)


@pytest.mark.parametrize("seed", range(5))
def test_projection_agrees_with_statistics(seed):
    random = Random(seed)
    finals = [(random.randint(1, 50), random.randint(50, 200)) for _ in range(9)]
    others = [curve((20, by_then), (1, final - by_then)) for by_then, final in finals]

    band = project(30, 7, others)

    said = [30 * final / by_then for by_then, final in finals]
    exact = statistics.quantiles(said, n=4, method="inclusive")
    assert [band.low, band.middle, band.high] == [pytest.approx(value, abs=0.51) for value in exact]


def test_projection_can_look_at_days_on_the_way():
    others = [curve((12, 10), (5, 10), (2, 20))] * 3

    assert project(40, 10, others, until=5) == Band(80, 80, 80)
    assert project(40, 10, others, until=10) == Band(40, 40, 40)


def test_projection_ends_at_the_capacity():
    others = [curve((12, 10), (2, 10 * (times - 1))) for times in (2, 3, 4)]

    assert project(40, 10, others, capacity=100) == Band(100, 100, 100)
    assert project(40, 10, others, capacity=130) == Band(100, 120, 130)


def test_projection_needs_three_comparable_events_that_had_sold_something():
    telling, silent = curve((12, 10), (2, 10)), curve((2, 10))

    assert project(40, 10, [telling, telling]) is None
    assert project(40, 10, [telling, telling, silent]) is None
    assert project(40, 10, [telling, telling, silent, telling]) == Band(80, 80, 80)
    assert project(0, 10, [telling] * 3) is None


def test_average_is_of_all_comparable_events():
    assert average_by([curve((12, 10)), curve((12, 5)), curve((2, 7))], 5) == Decimal("5.0")
    assert average_by([curve((12, 10)), curve((12, 5)), curve((2, 7))], 0) == Decimal("7.3")
    assert average_by([], 0) is None


def test_quantile_interpolates():
    values = [Decimal(1), Decimal(2), Decimal(4)]

    assert [quantile(values, Decimal(part)) for part in ("0", "0.25", "0.5", "0.75", "1")] == [
        Decimal(1),
        Decimal("1.5"),
        Decimal(2),
        Decimal(3),
        Decimal(4),
    ]
    assert quantile([Decimal(7)], Decimal("0.75")) == 7
