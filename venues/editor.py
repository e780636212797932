"""The back office draws rooms: a page to draw on, its live preview, export, new rooms from a starting point."""

from __future__ import annotations

import json
from functools import cache

from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import slugify

from .errors import PlanInvalid, Problem, VenueError
from .forms import NewRoomForm
from .models import SeatingPlan
from .pictures import draft_room, picture
from .plans import PlanDraft, export_plan, import_plan, parse_plan, read_json, save_plan
from .presets import PRESETS, preset
from .previews import preview


class DrawingAdmin:
    """Adds the drawing pages to the admin of plans."""

    def get_urls(self) -> list:
        pages = [
            path("new/", self.admin_site.admin_view(self.new_view), name="venues_seatingplan_new"),
            path("<path:object_id>/draw/", self.admin_site.admin_view(self.draw_view), name="venues_seatingplan_draw"),
            path(
                "<path:object_id>/draw/preview/",
                self.admin_site.admin_view(self.preview_view),
                name="venues_seatingplan_preview",
            ),
            path(
                "<path:object_id>/export/",
                self.admin_site.admin_view(self.export_view),
                name="venues_seatingplan_export",
            ),
        ]
        return [*pages, *super().get_urls()]

    def draw_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the room to be drawn; take the whole of it back."""
        plan = self._get_plan(request, object_id)
        if request.method == "POST":
            return self._save(request, plan)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "plan": plan,
            "title": f"Draw {plan.name}",
            "focuses": SeatingPlan.Focus.choices,
            "is_nav_sidebar_enabled": False,
            "editor": {
                "document": export_plan(plan, with_ids=True),
                "version": plan.version,
                "capacity": plan.venue.capacity,
                "preview": reverse("admin:venues_seatingplan_preview", args=[plan.pk]),
            },
            "sections": plan.sections.order_by("order", "pk"),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/venues/seatingplan/draw.html", context)

    def preview_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Say where the seats of a draft are, and what is wrong with it. Writes nothing."""
        self._get_plan(request, object_id)
        try:
            data = _read_body(request)
        except PlanInvalid as invalid:
            return _refusal(invalid, 400)
        only = data.get("only")
        return JsonResponse(preview(data.get("document"), only if isinstance(only, list) else None))

    def export_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Download a plan as a document."""
        plan = self.get_object(request, unquote(object_id))
        if not self.has_view_or_change_permission(request, plan):
            raise PermissionDenied
        if plan is None:
            raise Http404
        response = HttpResponse(json.dumps(export_plan(plan), ensure_ascii=False), content_type="application/json")
        response["Content-Disposition"] = f'attachment; filename="{slugify(plan) or "plan"}.json"'
        return response

    def new_view(self, request: HttpRequest) -> HttpResponse:
        """Start a room from a preset or a file: look at it first, or make it at once."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        initial = {"venue": request.GET.get("venue")}
        form = NewRoomForm(request.POST or None, request.FILES or None, initial=initial)
        if form.is_valid() and "create" in request.POST:
            plan = import_plan(venue=form.cleaned_data["venue"], document=form.source, name=form.cleaned_data["name"])
            self.log_addition(request, plan, f"Made from {form.cleaned_data['start']}.")
            return HttpResponseRedirect(reverse("admin:venues_seatingplan_draw", args=[plan.pk]))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "New room",
            "form": form,
            "presets": [(name, _preset_picture(name)) for name in PRESETS],
            "look": _look(form) if form.is_bound and form.is_valid() else None,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/venues/seatingplan/new.html", context)

    def drawing(self, plan: SeatingPlan) -> SafeString:
        """Link to the drawing page, in lists."""
        return format_html('<a href="{}">Draw</a>', reverse("admin:venues_seatingplan_draw", args=[quote(plan.pk)]))

    drawing.short_description = "room"

    def _get_plan(self, request: HttpRequest, object_id: str) -> SeatingPlan:
        plan = self.get_object(request, unquote(object_id))
        if not self.has_change_permission(request, plan):
            raise PermissionDenied
        if plan is None:
            raise Http404
        return plan

    def _save(self, request: HttpRequest, plan: SeatingPlan) -> JsonResponse:
        try:
            data = _read_body(request)
            plan = save_plan(plan=plan, document=data.get("document"), version=str(data.get("version")))
        except PlanInvalid as invalid:
            return _refusal(invalid, 400)
        except VenueError as refusal:
            return _refusal(refusal, 409)
        self.log_change(request, plan, "Drawn.")
        return JsonResponse({"version": plan.version, "document": export_plan(plan, with_ids=True)})


def _read_body(request: HttpRequest) -> dict:
    if request.method != "POST":
        raise PlanInvalid(Problem("", "Send a document."))
    try:
        data = read_json(request.body)
    except RequestDataTooBig:
        raise PlanInvalid(Problem("", "The document is too large.")) from None
    if not isinstance(data, dict):
        raise PlanInvalid(Problem("", "Send an object with a document."))
    return data


def _refusal(refusal: VenueError, status: int) -> JsonResponse:
    problems = [vars(problem) for problem in getattr(refusal, "problems", ())]
    return JsonResponse({"code": refusal.code, "message": refusal.message, "problems": problems}, status=status)


@cache
def _preset_picture(name: str) -> SafeString:
    return picture(draft_room(parse_plan(preset(name))))


def _look(form: NewRoomForm) -> dict:
    draft: PlanDraft = form.draft
    return {
        "picture": picture(draft_room(draft)) if draft.sections else None,
        "sections": [(section.name, section.places, section.standing is not None) for section in draft.sections],
        "places": sum(section.places for section in draft.sections),
        "capacity": form.cleaned_data["venue"].capacity,
        "notes": form.notes,
        "document": json.dumps(form.source, ensure_ascii=False, separators=(",", ":"))
        if form.cleaned_data["start"] == "file"
        else "",
    }
