"""Charts: plotly itself judges each kind of figure, and colours can be told apart."""

import json
import re
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import plotly.graph_objects as go
import pytest
from django.utils import translation

from reports import charts
from reports.report import Kind

CSS = Path(__file__).parents[2] / "static/reports/charts.css"

DAYS = [date(2026, 11, day) for day in (1, 2, 3)]
AMOUNTS = [Decimal("1.10"), Decimal("-2.00"), None]

FIGURES = {
    "trend": charts.trend(DAYS, AMOUNTS, name="now", kind=Kind.MONEY, before=[1, 2, 3], before_name="before"),
    "trend of one day": charts.trend(DAYS[:1], [5], name="now"),
    "trend of nothing": charts.trend([], [], name="now"),
    "lines": charts.lines(["1", "2"], {"a": [1, 2], "b": [None, Decimal("0.5")]}, kind=Kind.SHARE, x_title="Days"),
    "band": charts.band([0, 1], middle=[1, 2], low=[0, 1], high=[2, 3], actual=[1, None]),
    "columns": charts.columns(["Mon", "Tue"], {"a": [1, 2], "b": [3, 4]}, is_stacked=True),
    "bars": charts.bars(["x" * 50, "y"], [1, 2], name="net", kind=Kind.MONEY),
    "stacked bars": charts.stacked_bars(["x"], {"sold": [1], "free": [2]}, colours=charts.STOCK),
    "share bar": charts.share_bar({"Web": Decimal("1.00"), "API": Decimal("3.00")}, kind=Kind.MONEY),
    "share bar of nothing": charts.share_bar({"Web": 0}),
    "heat map": charts.heat_map(["00", "01"], ["Mon", "Tue"], [[0, 1], [2, None]]),
    "heat map of nothing": charts.heat_map(["00"], ["Mon"], [[0]], kind=Kind.MONEY),
}


@pytest.mark.parametrize("name", FIGURES)
def test_figure_is_one_of_plotly(name):
    figure = FIGURES[name]

    assert go.Figure(figure).to_plotly_json()["layout"]["height"] == figure["layout"]["height"]
    assert json.dumps(figure, allow_nan=False)


def test_amounts_are_drawn_as_numbers_and_days_as_dates():
    _, now = FIGURES["trend"]["data"]

    assert now["x"] == ["2026-11-01", "2026-11-02", "2026-11-03"]
    assert now["y"] == [1.1, -2.0, None]
    assert now["hovertemplate"] == "%{y:$,.2f}"


def test_bars_are_as_many_as_can_be_read():
    figure = charts.bars([f"Event {number}" for number in range(50)], list(range(50)))

    assert len(figure["data"][0]["x"]) == charts.MOST_BARS
    assert figure["layout"]["height"] == charts.BAR_ROOM + charts.BAR * charts.MOST_BARS


def test_names_are_no_markup():
    name = "<a href=//evil.example>Hamlet</a>"

    figures = [
        charts.bars([name], [1]),
        charts.share_bar({name: 1}),
        charts.lines([name], {name: [1]}),
        charts.columns([name], {name: [1]}),
        charts.trend([name], [1], name=name, before=[1], before_name=name),
        charts.heat_map([name], [name], [[1]]),
    ]

    assert [figure for figure in figures if "<a" in json.dumps(figure)] == []
    assert "‹a href" in json.dumps(figures[0], ensure_ascii=False)


@pytest.mark.parametrize(("code", "language", "marks"), [("EUR", "en-gb", ["€", ""]), ("JPY", "ja", ["￥", ""])])
def test_currency_stands_where_the_language_puts_it(settings, code, language, marks):
    settings.CURRENCY, settings.LANGUAGE_CODE = code, language
    with translation.override(language):
        assert charts.currency() == marks


# Colours ------------------------------------------------------------------------------------------


def palette(theme: int) -> dict[str, tuple[float, ...]]:
    pairs = re.findall(r"--(chart-[\w-]+): light-dark\((#\w{6}), (#\w{6})\)", CSS.read_text(encoding="utf-8"))
    return {name: tuple(int(pair[theme][at : at + 2], 16) / 255 for at in (1, 3, 5)) for name, *pair in pairs}


def luminance(colour: tuple[float, ...]) -> float:
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_colours_stand_out_from_the_card(theme):
    colours = palette(theme)
    drawn = [name for name in colours if re.fullmatch(r"chart-(\d|before)", name)]

    assert len(drawn) == len(charts.COLOURS) + 1
    assert {
        name: contrast(colours[name], colours["chart-card"])
        for name in drawn
        if not (contrast(colours[name], colours["chart-card"]) >= 3)
    } == {}
    assert contrast(colours["chart-ink"], colours["chart-card"]) >= 7
    assert contrast(colours["chart-soft"], colours["chart-card"]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_neighbours_differ_in_lightness(theme):
    """For whoever sees no colours, and on grey paper."""
    colours = palette(theme)
    row = [colours[f"chart-{number}"] for number in range(1, 7)]

    assert [round(contrast(*pair), 2) for pair in pairwise(row) if contrast(*pair) < 1.25] == []


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_heat_rises_evenly(theme):
    colours = palette(theme)
    steps = [luminance(colours[f"chart-heat-{step}"]) for step in range(5)]

    assert steps == sorted(steps, reverse=theme == 0)
