"""Reports that are sent by themselves: the list, a new one, and the link to a file that was too large."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from reports import files, services
from reports.models import ScheduledReport
from reports.views import UNANSWERABLE, page

from . import delivery
from .forms import ScheduleForm
from .sources import Source, find_source

may_see = permission_required("reports.view_sales", raise_exception=True)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@may_see
def schedule_list(request: HttpRequest) -> HttpResponse:
    """List what is sent, and let more be sent. ``?what=`` and the rest of the query fill in the form."""
    initial = {"what": request.GET.get("what", ""), "query": _without(request, "what")}
    form = ScheduleForm(request.POST or None, user=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        made = services.schedule_report(wish=form.wish, by=request.user, now=timezone.now())
        messages.success(request, f"“{made}” will be sent {made.get_every_display().lower()}.")
        return redirect("reports:schedules")
    context = {"title": "Sent by e-mail", "menu": "schedules", "form": form, "zone": settings.TIME_ZONE}
    context |= {"schedules": _visible(request), "is_filled": bool(request.GET)}
    return page(request, "reports/schedules.html", context, status=UNANSWERABLE if form.errors else 200)


ACTIONS = {
    "pause": lambda schedule, now: services.pause(schedule=schedule),
    "resume": lambda schedule, now: services.resume(schedule=schedule, now=now),
    "send": lambda schedule, now: services.send_now(schedule=schedule, now=now),
    "delete": lambda schedule, now: schedule.delete(),
}
DONE = {
    "pause": "is not sent any more, until it is resumed.",
    "resume": "is sent again.",
    "send": "is on its way.",
    "delete": "is deleted.",
}


@require_POST
@may_see
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Pause, resume, send or delete what is sent by itself: for whoever may see that report."""
    schedule = get_object_or_404(ScheduledReport.objects.select_related("created_by"), pk=pk)
    source, action = find_source(schedule.what), request.POST.get("action", "")
    if not _is_for(source, request):
        raise PermissionDenied
    if action in ACTIONS:
        ACTIONS[action](schedule, timezone.now())
        messages.success(request, f"“{schedule.name}” {DONE[action]}")
    return redirect("reports:schedules")


@require_safe
@never_cache
def sent(request: HttpRequest, token: str) -> HttpResponse:
    """Hand out a file that was too large for its letter, made anew, to whoever may see the report."""
    found = delivery.read_token(token)
    if found is None:
        raise Http404("This link is too old, or not one of ours.")
    schedule = get_object_or_404(ScheduledReport, pk=found[0])
    source = find_source(schedule.what)
    if not _is_for(source, request):
        raise PermissionDenied
    scope = delivery.scope_of(schedule, source, found[1])
    if scope is None:
        raise Http404("What it was narrowed to does not exist any more.")
    name = delivery.file_name(schedule, scope).rpartition(".")[0]
    return files.respond(schedule.form, name, "Report", source.columns_for(request.user), source.rows(scope))


def _visible(request: HttpRequest) -> list[tuple[ScheduledReport, Source | None]]:
    """What is sent of the reports that whoever asks may see; and of those that are gone, for whoever may see all."""
    schedules = ScheduledReport.objects.select_related("created_by")
    found = [(schedule, find_source(schedule.what)) for schedule in schedules]
    return [(schedule, source) for schedule, source in found if _is_for(source, request)]


def _is_for(source: Source | None, request: HttpRequest) -> bool:
    return source.is_for(request.user) if source else request.user.has_perm("reports.view_revenue")


def _without(request: HttpRequest, name: str) -> str:
    query = request.GET.copy()
    query.pop(name, None)
    return query.urlencode()
