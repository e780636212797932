"""The pages of the reports, and their files. For staff only; each report says which permission it needs."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from . import charts, files
from .access import DASHBOARD, columns_for, reports_for, sees_revenue
from .dashboard import SECONDS, read_dashboard, read_stamp
from .figures import REPORTS
from .filters import ScopeFilter
from .heat import read_heat
from .report import Figure, Report, Section
from .snapshot import snapshot
from .tables import Table

UNANSWERABLE = 422
"""The question contradicts itself, or names what is not there."""


@dataclass(frozen=True)
class Shown:
    """A section as the page shows it."""

    section: Section
    table: Table
    reading: str = ""
    chart: Figure | None = None
    files: list[tuple[str, str]] = field(default_factory=list)

    @property
    def has_rows(self) -> bool:
        return bool(self.table.all_rows)


@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """Show how things stand; to htmx, again and again, only what changes, and nothing as long as nothing has."""
    if not request.user.has_perm(DASHBOARD):
        raise PermissionDenied
    now = timezone.now()
    stamp = read_stamp(f"{request.user.pk} {sees_revenue(request.user)} {request.GET.urlencode()}", now)
    etag = f'"{stamp}"'
    if request.htmx and request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified(headers={"ETag": etag})
    with snapshot():
        response = _dashboard(request, stamp, now).render()
    response["ETag"], response["Cache-Control"] = etag, "private, no-cache"
    patch_vary_headers(response, ["HX-Request"])
    return response


def _dashboard(request: HttpRequest, stamp: str, now: datetime) -> TemplateResponse:
    bar = ScopeFilter(request.GET, now=now)
    context = {"title": "Reports", "bar": bar}
    if not bar.form.is_valid():
        return page(request, "reports/dashboard.html", context, status=UNANSWERABLE)
    may_see = sees_revenue(request.user)
    board = read_dashboard(bar.scope, sees_revenue=may_see)
    there = {report.slug: reverse("reports:report", args=[report.slug]) for report in reports_for(request.user)}
    context |= {
        "board": board,
        "cards": [(card, there.get(card.report, "")) for card in board.cards],
        "stamp": stamp,
        "seconds": SECONDS,
        "sees_revenue": may_see,
        "now": timezone.localtime(now),
    }
    if request.htmx:
        return TemplateResponse(request, "reports/_dashboard.html", context)
    return page(request, "reports/dashboard.html", context)


@require_safe
def report(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a report: each of its sections with reading, chart and table."""
    found = _find(request, slug)
    bar = _bar(request, found)
    context = {"title": found.title, "report": found, "bar": bar}
    if not bar.form.is_valid():
        return page(request, found.template, context, status=UNANSWERABLE)
    with snapshot():
        shown = [show(request, section, bar) for section in found.sections]
        return page(request, found.template, context | {"sections": shown, "scope": bar.scope}).render()


@require_safe
def file(request: HttpRequest, slug: str, section: str, form: str) -> HttpResponse:
    """Download all rows of a section, as CSV or XLSX."""
    found = _find(request, slug)
    bar = _bar(request, found)
    try:
        asked = found.section(section)
    except KeyError as missing:
        raise Http404 from missing
    if not bar.form.is_valid():
        wrong = "\n".join(f"{name}: {' '.join(errors)}" for name, errors in bar.form.errors.items())
        return HttpResponse(wrong, status=UNANSWERABLE, content_type="text/plain; charset=utf-8")
    period = bar.scope.period
    name = f"{slug}-{section}-{period.first:%Y-%m-%d}-{period.last:%Y-%m-%d}"
    return files.respond(form, name, section, columns_for(asked, request.user), asked.rows(bar.scope))


@require_safe
def seats(request: HttpRequest, event: str) -> HttpResponse:
    """Show the room of one event: how full each section is, or, with ``show=seats``, what has become of each seat."""
    found, now = _find(request, "occupancy"), timezone.now()
    bar = ScopeFilter(QueryDict(urlencode({"event": event})), now=now, basis=found.basis, period=found.period)
    if not bar.form.is_valid() or bar.scope.event.slug != event or not bar.scope.event.seating_plan_id:
        raise Http404(f"There is no event {event} with a seating plan.")
    asked, section = bar.scope.event, found.section("sections")
    rows = section.rows(bar.scope)
    wanted = request.GET.get("section", "")
    heat = read_heat(asked, rows, section=wanted, by_seat=request.GET.get("show") == "seats", now=now)
    shown = show(request, section, bar)
    way = reverse("reports:report", args=[found.slug])
    links = [(form, f"{way}{address}") for form, address in shown.files]
    context = {
        "title": asked.name,
        "report": found,
        "bar": bar,
        "event": asked,
        "begins": timezone.localtime(asked.event_date, asked.venue.tz),
        "as_of": timezone.localtime(now, asked.venue.tz),
        "heat": heat,
        "reading": shown.reading,
        "shown": replace(shown, reading="", chart=None, files=links),
    }
    return page(request, "reports/occupancy_event.html", context)


def _find(request: HttpRequest, slug: str) -> Report:
    """Find a report. Raises Http404 if there is none, PermissionDenied if it is not for whoever asks."""
    found = next((report for report in REPORTS if report.slug == slug), None)
    if found is None:
        raise Http404(f"There is no report {slug}.")
    if not request.user.has_perm(found.permission):
        raise PermissionDenied
    return found


def _bar(request: HttpRequest, asked: Report) -> ScopeFilter:
    return ScopeFilter(request.GET, now=timezone.now(), basis=asked.basis, period=asked.period)


def show(request: HttpRequest, section: Section, bar: ScopeFilter) -> Shown:
    rows = section.rows(bar.scope)
    columns = columns_for(section, request.user)
    table = Table(section.slug, columns, rows, asked=request.GET, narrowed=bar.narrowed)
    links = [(form.upper(), f"{section.slug}.{form}?{bar.query}") for form in files.FORMATS]
    if not rows or (section.reveals_money and not sees_revenue(request.user)):
        return Shown(section, table, files=links)
    return Shown(
        section,
        table,
        reading=section.reading(rows, bar.scope) if section.reading else "",
        chart=section.chart(rows, bar.scope) if section.chart else None,
        files=links,
    )


def page(request: HttpRequest, template: str, context: dict, *, status: int = 200) -> HttpResponse:
    """Render a page of the reports, as wide as the window: without the sidebar of the back office."""
    request.current_app = admin.site.name
    shell = admin.site.each_context(request) | {
        "is_nav_sidebar_enabled": False,
        "reports": reports_for(request.user),
        "currency": json.dumps(charts.currency()),
    }
    return TemplateResponse(request, template, shell | context, status=status)
