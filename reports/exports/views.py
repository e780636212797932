"""Exports: what there is, how it begins, and the files."""

from __future__ import annotations

from itertools import islice

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from reports import files
from reports.filters import ScopeFilter
from reports.tables import Table
from reports.views import UNANSWERABLE, page

from . import EXPORTS, Export

PREVIEWED = 20
"""So many rows are shown before anything is downloaded."""
MOST_IN_BOOK = 1_000_000
"""So many rows go into a workbook; its format knows a few more."""

may_see = permission_required("reports.view_sales", raise_exception=True)


@require_safe
@may_see
def export_list(request: HttpRequest) -> HttpResponse:
    """Say what can be exported, and what each row is."""
    found = [export for export in EXPORTS if request.user.has_perm(export.permission)]
    return page(request, "reports/exports.html", {"title": "Exports", "menu": "exports", "exports": found})


@require_safe
def export(request: HttpRequest, slug: str) -> HttpResponse:
    """Show how an export begins, how many rows it has, and what its columns mean."""
    found = _find(request, slug)
    bar = ScopeFilter.alone(request.GET, now=timezone.now(), basis=found.basis)
    columns = found.columns_for(request.user)
    context = {"title": found.title, "menu": "exports", "export": found, "bar": bar, "columns": columns}
    if not bar.form.is_valid():
        return page(request, "reports/export.html", context, status=UNANSWERABLE)
    count = found.count(bar.scope)
    first = list(islice(found.rows(bar.scope), PREVIEWED))
    context |= {
        "count": count,
        "table": Table("preview", columns, first, asked=request.GET, narrowed=bar.narrowed),
        "files": [form for form in files.FORMATS if form == "csv" or count <= MOST_IN_BOOK],
    }
    return page(request, "reports/export.html", context)


@require_safe
def export_file(request: HttpRequest, slug: str, form: str) -> HttpResponse:
    """Download all rows of an export: as CSV while they are read, as XLSX once they have been."""
    found = _find(request, slug)
    bar = ScopeFilter.alone(request.GET, now=timezone.now(), basis=found.basis)
    if not bar.form.is_valid():
        return HttpResponse("These filters make no sense.", status=UNANSWERABLE, content_type="text/plain")
    if form != "csv" and found.count(bar.scope) > MOST_IN_BOOK:
        text = f"A workbook holds at most {MOST_IN_BOOK:,} rows. Take the CSV file, or a shorter period."
        return HttpResponse(text, status=UNANSWERABLE, content_type="text/plain")
    period = bar.scope.period
    name = f"{slug}-{period.first:%Y-%m-%d}-{period.last:%Y-%m-%d}"
    return files.respond(form, name, found.title, found.columns_for(request.user), found.rows(bar.scope))


def _find(request: HttpRequest, slug: str) -> Export:
    found = next((export for export in EXPORTS if export.slug == slug), None)
    if found is None:
        raise Http404(f"There is no export {slug}.")
    if not request.user.has_perm(found.permission):
        raise PermissionDenied
    return found
