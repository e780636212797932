"""Charts in Marquee's look: each function returns a figure of plotly as plain data, which the browser draws.

The figures are plain dictionaries, as to load ``plotly.graph_objects`` and make its first figure takes a process more
than half a second; the tests let it judge every kind of figure instead. Colours are the variables of
``static/reports/charts.css``, so that a chart follows the light and the dark theme; ``static/reports/charts.js`` puts
their values in. They differ in lightness, too, and lines in their dashes: nobody needs to tell red from green.

plotly takes ``<`` in a text for markup and would style it in ways that the Content-Security-Policy forbids: names are
written without it, and hover texts know nothing but ``<br>``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from numbers import Number
from typing import Any

from babel import Locale
from babel.numbers import get_currency_symbol, get_decimal_symbol, get_group_symbol
from django.conf import settings
from django.utils.translation import get_language, to_locale

from .formats import for_people
from .report import Figure, Kind

COLOURS = tuple(f"var(--chart-{number})" for number in range(1, 9))
INK, SOFT, GRID, CARD = "var(--chart-ink)", "var(--chart-soft)", "var(--chart-grid)", "var(--chart-card)"
BEFORE, FAINT = "var(--chart-before)", "var(--chart-faint)"
HEAT = tuple(f"var(--chart-heat-{step})" for step in range(5))
STOCK = (COLOURS[0], COLOURS[1], COLOURS[5], "var(--chart-free)")
"""For places that are sold, held, blocked and free: what is free does not stand out."""
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")

HEIGHT = 320
BAR, BAR_ROOM = 30, 64
"""Pixels: a bar that lies, and what its axis and its legend need."""
MOST_BARS = 20
"""So many bars are drawn, at most: the table below has all of them."""

Values = Sequence[Any]


def trend(
    x: Values, values: Values, *, name: str, kind: Kind = Kind.COUNT, before: Values = (), before_name: str = "Before"
) -> Figure:
    """Draw what happened day by day, or step by step, as an area; and what happened before, as a dashed line."""
    traces = []
    if before:
        traces.append(_line(x, before, name=before_name, kind=kind, colour=BEFORE, dash="dash"))
    traces.append(_line(x, values, name=name, kind=kind, colour=COLOURS[0]) | _filled())
    return _figure(traces, x, kind)


def lines(x: Values, series: Mapping[str, Values], *, kind: Kind = Kind.COUNT, x_title: str = "") -> Figure:
    """Draw several lines over the same steps, each with a colour and a dash of its own."""
    traces = [
        _line(x, values, name=name, kind=kind, colour=_colour(index), dash=DASHES[index % len(DASHES)])
        for index, (name, values) in enumerate(series.items())
    ]
    return _figure(traces, x, kind, x_title=x_title)


def band(
    x: Values,
    *,
    middle: Values,
    low: Values,
    high: Values,
    actual: Values = (),
    names: tuple[str, str, str] = ("Actual", "Expected", "Likely"),
    kind: Kind = Kind.COUNT,
    x_title: str = "",
) -> Figure:
    """Draw what is expected as a dashed line in the band where it may lie, and what has come true as a solid one."""
    edge = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "type": "scatter", "x": _plain(x)}
    traces = [
        edge | {"y": _plain(low), "showlegend": False},
        edge | {"y": _plain(high), "name": names[2], "fill": "tonexty", "fillcolor": FAINT},
        _line(x, middle, name=names[1], kind=kind, colour=BEFORE, dash="dash"),
    ]
    if actual:
        traces.append(_line(x, actual, name=names[0], kind=kind, colour=COLOURS[0]))
    return _figure(traces, x, kind, x_title=x_title)


def columns(
    x: Values, series: Mapping[str, Values], *, kind: Kind = Kind.COUNT, is_stacked: bool = False, x_title: str = ""
) -> Figure:
    """Draw bars that stand, side by side or on top of each other."""
    traces = [
        {"type": "bar", "name": _text(name), "x": _plain(x), "y": _plain(values), "marker": {"color": _colour(index)}}
        | {"hovertemplate": _hover("y", kind)}
        for index, (name, values) in enumerate(series.items())
    ]
    figure = _figure(traces, x, kind, x_title=x_title)
    figure["layout"] |= {"barmode": "relative" if is_stacked else "group", "bargap": 0.28}
    return figure


def bars(labels: Sequence[str], values: Values, *, name: str = "", kind: Kind = Kind.COUNT) -> Figure:
    """Draw bars that lie, the first on top; no more than :data:`MOST_BARS`."""
    return stacked_bars(labels, {name: values}, kind=kind)


def stacked_bars(
    labels: Sequence[str],
    parts: Mapping[str, Values],
    *,
    kind: Kind = Kind.COUNT,
    colours: Sequence[str] = COLOURS,
) -> Figure:
    """Draw bars that lie, each divided into the same parts, the first bar on top."""
    labels = [_text(label) for label in labels[:MOST_BARS]]
    rows = list(range(len(labels)))
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "name": _text(name),
            "x": _plain(values[:MOST_BARS]),
            "y": rows,
            "customdata": labels,
            "marker": {"color": colours[index % len(colours)]},
            "hovertemplate": f"%{{customdata}}<br>{_format('x', kind)}" + _tail(name),
        }
        for index, (name, values) in enumerate(parts.items())
    ]
    layout = _layout(showlegend=len(parts) > 1, height=BAR_ROOM + BAR * max(len(labels), 1), hovermode="closest")
    layout |= {"barmode": "relative", "bargap": 0.3}
    layout["xaxis"] |= _scale(kind) | {"showgrid": True, "gridcolor": GRID, "nticks": 4, "tickangle": 0}
    layout["yaxis"] |= {"autorange": "reversed", "showgrid": False, "tickvals": rows, "ticktext": labels}
    return {"data": traces, "layout": layout}


def share_bar(parts: Mapping[str, Any], *, kind: Kind = Kind.COUNT) -> Figure:
    """Draw one bar that is all of it, divided into its parts."""
    whole = sum(parts.values()) or 1
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "name": _text(name),
            "x": [_number(value / whole)],
            "y": [""],
            "customdata": [_number(value)],
            "marker": {"color": _colour(index), "line": {"color": CARD, "width": 2}},
            "hovertemplate": f"%{{x:.1%}}, {_format('customdata', kind)}" + _tail(name),
        }
        for index, (name, value) in enumerate(parts.items())
    ]
    layout = _layout(showlegend=True, height=150, hovermode="closest")
    layout |= {"barmode": "stack", "bargap": 0.1}
    layout["xaxis"] |= {"tickformat": ".0%", "range": [0, 1], "tickvals": [0, 0.25, 0.5, 0.75, 1], "linewidth": 0}
    layout["xaxis"] |= {"ticklabeloverflow": "allow"}
    layout["yaxis"] |= {"showticklabels": False, "showgrid": False}
    layout["margin"] |= {"l": 20, "r": 20}
    layout["legend"] |= {"traceorder": "normal"}
    return {"data": traces, "layout": layout}


def heat_map(x: Sequence[str], y: Sequence[str], rows: Sequence[Values], *, kind: Kind = Kind.COUNT) -> Figure:
    """Draw a value for each pair of ``x`` and ``y``, the darker the more; the first of ``y`` on top.

    The legend is one of squares: plotly's bar of colours would style itself in ways that our pages forbid.
    """
    most = max((value for row in rows for value in row if value is not None), default=0)
    squares = [
        {"type": "scatter", "mode": "markers", "x": [None], "y": [None], "hoverinfo": "skip"}
        | {"name": for_people(most * step / 4 if kind != Kind.COUNT else round(most * step / 4), kind)}
        | {"marker": {"symbol": "square", "size": 14, "color": colour, "line": {"color": SOFT, "width": 0.5}}}
        for step, colour in enumerate(HEAT)
    ]
    trace = {
        "type": "heatmap",
        "x": _plain(x),
        "y": _plain(y),
        "z": [_plain(row) for row in rows],
        "colorscale": [[step / 4, colour] for step, colour in enumerate(HEAT)],
        "zmin": 0,
        "zmax": _number(most) or 1,
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
        "hovertemplate": f"%{{y}}, %{{x}}<br>{_format('z', kind)}<extra></extra>",
    }
    layout = _layout(height=BAR_ROOM + 34 * len(y), hovermode="closest", showlegend=True)
    layout["xaxis"] |= {"type": "category", "ticks": ""}
    layout["yaxis"] |= {"type": "category", "autorange": "reversed", "showgrid": False, "ticks": ""}
    layout["yaxis"] |= {"tickmode": "linear", "dtick": 1}
    return {"data": [trace, *squares], "layout": layout}


# What they share ----------------------------------------------------------------------------------


def _line(x: Values, values: Values, *, name: str, kind: Kind, colour: str, dash: str = "solid") -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines+markers" if len(x) < 3 else "lines",
        "name": _text(name),
        "x": _plain(x),
        "y": _plain(values),
        "line": {"color": colour, "width": 2.5, "dash": dash, "shape": "linear"},
        "marker": {"color": colour, "size": 8},
        "hovertemplate": _hover("y", kind),
    }


def _filled() -> dict[str, Any]:
    return {"fill": "tozeroy", "fillcolor": FAINT}


def _figure(traces: list[dict[str, Any]], x: Values, kind: Kind, *, x_title: str = "") -> Figure:
    layout = _layout(showlegend=len(traces) > 1)
    layout["yaxis"] |= _scale(kind) | {"rangemode": "tozero"}
    if x and isinstance(x[0], date):
        layout["xaxis"] |= {"type": "date", "hoverformat": "%a %-d %b %Y", "tickformat": "%-d %b\n%Y"}
        if not isinstance(x[0], datetime) and len(x) < 8:
            layout["xaxis"] |= {"tickvals": _plain(x)}
    elif x and isinstance(x[0], str):
        layout["xaxis"] |= {"type": "category"}
    if x_title:
        layout["xaxis"] |= {"title": {"text": x_title, "font": {"color": SOFT, "size": 13}}}
    return {"data": traces, "layout": layout}


def _layout(*, height: int = HEIGHT, showlegend: bool = False, hovermode: str = "x unified") -> dict[str, Any]:
    axis = {"automargin": True, "fixedrange": True, "zeroline": False, "tickfont": {"color": SOFT, "size": 12}}
    locale = _locale()
    return {
        "height": height,
        "margin": {"l": 4, "r": 12, "t": 34 if showlegend else 12, "b": 4, "pad": 4},
        "font": {"family": '"Instrument Sans", system-ui, sans-serif', "size": 13, "color": INK},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "separators": f"{get_decimal_symbol(locale)}{get_group_symbol(locale)}",
        "dragmode": False,
        "hovermode": hovermode,
        "hoverlabel": {"bgcolor": CARD, "bordercolor": SOFT, "align": "left", "font": {"color": INK, "size": 13}},
        "showlegend": showlegend,
        "legend": {"orientation": "h", "x": 0, "xanchor": "left", "y": 1.0, "yanchor": "bottom"}
        | {"itemclick": False, "itemdoubleclick": False},
        "barcornerradius": 3,
        "xaxis": axis | {"showgrid": False, "linecolor": SOFT},
        "yaxis": axis | {"showgrid": True, "gridcolor": GRID, "nticks": 6},
    }


def _colour(index: int) -> str:
    return COLOURS[index % len(COLOURS)]


FORMATS = {Kind.MONEY: "$,.2f", Kind.SHARE: ".1%", Kind.COUNT: ",.0f", Kind.NUMBER: ",.1f"}
"""How plotly, which is to say d3, writes a figure; ``$`` stands for the currency of the house."""


def _scale(kind: Kind) -> dict[str, Any]:
    """How an axis writes its numbers, and that it does not divide what is whole."""
    if kind == Kind.MONEY:
        return {"tickformat": "$,~f"}
    if kind == Kind.SHARE:
        return {"tickformat": ".0%"}
    return {"tickformat": ",~f"} | ({"tick0": 0} if kind == Kind.COUNT else {})


def _format(variable: str, kind: Kind) -> str:
    return f"%{{{variable}:{FORMATS.get(kind, '')}}}"


def _hover(variable: str, kind: Kind) -> str:
    return f"{_format(variable, kind)}"


def _tail(name: object) -> str:
    """Say what a figure is, where that is not its label."""
    return f" {_text(name)}<extra></extra>" if name else "<extra></extra>"


def currency() -> list[str]:
    """What stands before and after an amount, in the way of the language."""
    symbol = get_currency_symbol(settings.CURRENCY, _locale())
    pattern = Locale.parse(_locale()).currency_formats["standard"]
    return [text.replace("¤", symbol) for text in (pattern.prefix[0], pattern.suffix[0])]


def _locale() -> str:
    return to_locale(get_language() or settings.LANGUAGE_CODE)


def _plain(values: Values) -> list[Any]:
    return [_number(value) for value in values]


def _number(value: Any) -> Any:
    """Make of a figure what JSON knows: a number that is drawn need not be exact."""
    if isinstance(value, str):
        return _text(value)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Number):
        return float(value)
    return value.isoformat() if isinstance(value, date) else _text(value)


def _text(value: object) -> str:
    """Write a name so that plotly finds no markup in it."""
    return str(value).replace("<", "‹")
