"""The pages of the reports, and their files. For staff only; each report says which permission it needs."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from . import files
from .access import columns_for, reports_for, sees_revenue
from .figures import REPORTS
from .filters import ScopeFilter
from .report import Figure, Report, Section
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
    """Lead to the first report that is there for whoever asks."""
    found = reports_for(request.user)
    if not found:
        raise PermissionDenied
    return redirect("reports:report", found[0].slug)


@require_safe
def report(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a report: each of its sections with reading, chart and table."""
    found = _find(request, slug)
    bar = ScopeFilter(request.GET, now=timezone.now(), basis=found.basis)
    context = {"title": found.title, "report": found, "bar": bar}
    if not bar.form.is_valid():
        return page(request, found.template, context, status=UNANSWERABLE)
    shown = [_show(request, section, bar) for section in found.sections]
    return page(request, found.template, context | {"sections": shown, "scope": bar.scope})


@require_safe
def file(request: HttpRequest, slug: str, section: str, form: str) -> HttpResponse:
    """Download all rows of a section, as CSV or XLSX."""
    found = _find(request, slug)
    bar = ScopeFilter(request.GET, now=timezone.now(), basis=found.basis)
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
    bar = ScopeFilter(QueryDict(urlencode({"event": event})), now=now, basis=found.basis)
    if not bar.form.is_valid() or bar.scope.event.slug != event or not bar.scope.event.seating_plan_id:
        raise Http404(f"There is no event {event} with a seating plan.")
    asked, section = bar.scope.event, found.section("sections")
    rows = section.rows(bar.scope)
    wanted = request.GET.get("section", "")
    heat = read_heat(asked, rows, section=wanted, by_seat=request.GET.get("show") == "seats", now=now)
    shown = _show(request, section, bar)
    context = {
        "title": asked.name,
        "report": found,
        "bar": bar,
        "event": asked,
        "begins": timezone.localtime(asked.event_date, asked.venue.tz),
        "as_of": timezone.localtime(now, asked.venue.tz),
        "heat": heat,
        "reading": shown.reading,
        "shown": replace(shown, reading="", chart=None, files=_files(found, section, bar)),
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


def _show(request: HttpRequest, section: Section, bar: ScopeFilter) -> Shown:
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
        "now": timezone.localtime(),
    }
    return TemplateResponse(request, template, shell | context, status=status)
