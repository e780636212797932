"""The pages of imports: upload, progress and result, the list of what has been imported."""

from __future__ import annotations

import csv

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST
from tablib import Dataset

from venues.backoffice import HouseAdmin, ReadOnly, badge
from venues.exports import CSV, SafeXLSX
from venues.models import ImportJob
from venues.neutral import neutralise

from . import REGISTRY, importable_by, jobs
from .errors import FileRefused, ImportRefused
from .forms import UploadForm
from .resource import ImportResource

SHOWN = 100
"""So many errors are shown on a page; the file has more of them."""

EXAMPLES = {"csv": CSV, "xlsx": SafeXLSX}

LOOKS = {"checking": "busy", "checked": "plain", "importing": "busy", "done": "good", "failed": "bad"}


@admin.register(ImportJob)
class ImportJobAdmin(ReadOnly, HouseAdmin):
    """Imports are seen by those who may import the same."""

    list_display = ["file", "what", "row_count", "condition", "created_by", "created_at"]
    list_display_links = None
    list_filter = ["state"]
    ordering = ["-created_at", "-pk"]
    search_fields = ["file_name", "=created_by"]
    actions = None

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(importable_by(request.user))

    def has_view_permission(self, request: HttpRequest, obj: ImportJob | None = None) -> bool:
        keys = importable_by(request.user)
        return bool(keys) if obj is None else obj.resource in keys

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).filter(resource__in=importable_by(request.user)).defer("rows", "errors")

    def get_urls(self) -> list:
        view = self.admin_site.admin_view
        return [
            path("new/<slug:key>/", view(self.upload_view), name="venues_importjob_upload"),
            path("new/<slug:key>/example.<slug:kind>", view(self.example_view), name="venues_importjob_example"),
            path("<int:pk>/", view(self.job_view), name="venues_importjob_page"),
            path("<int:pk>/start/", view(require_POST(self.start_view)), name="venues_importjob_start"),
            path("<int:pk>/errors.csv", view(self.errors_view), name="venues_importjob_errors"),
            *super().get_urls(),
        ]

    # Columns of the list ----------------------------------------------------------------------

    @admin.display(description="file", ordering="file_name")
    def file(self, job: ImportJob) -> SafeString:
        return format_html('<a href="{}">{}</a>', page_of(job), job.file_name)

    @admin.display(description="into", ordering="resource")
    def what(self, job: ImportJob) -> str:
        return REGISTRY[job.resource].title

    @admin.display(description="rows", ordering="total")
    def row_count(self, job: ImportJob) -> str:
        return f"{job.total:,}"

    @admin.display(description="state", ordering="state")
    def condition(self, job: ImportJob) -> SafeString:
        if job.state == ImportJob.State.CHECKED and job.error_count:
            return badge(f"{job.error_count:,} errors" if job.error_count > 1 else "1 error", "bad")
        return badge(job.get_state_display(), LOOKS[job.state])

    def changelist_view(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        tables = [REGISTRY[key] for key in importable_by(request.user)]
        return super().changelist_view(request, {"tables": tables, **(extra_context or {})})

    def change_view(self, request: HttpRequest, object_id: str, form_url="", extra_context=None) -> HttpResponse:
        """A job has a page of its own."""
        job = self.get_object(request, object_id)
        if job is None:
            raise Http404
        return HttpResponseRedirect(page_of(job))

    # Pages ------------------------------------------------------------------------------------

    def upload_view(self, request: HttpRequest, key: str) -> HttpResponse:
        """Say what a file looks like, and take one."""
        resource = self._resource(request, key)
        sent = (request.POST, request.FILES) if request.method == "POST" else ()
        form = UploadForm(*sent, resource=resource)
        if sent and form.is_valid():
            file = form.cleaned_data["file"]
            try:
                job = jobs.receive(
                    resource=resource,
                    file_name=file.name,
                    data=file.read(),
                    options=form.chosen,
                    by=request.user.get_username(),
                    now=timezone.now(),
                )
                return HttpResponseRedirect(page_of(job))
            except FileRefused as refused:
                form.add_error("file", refused.message)
        status = 422 if form.errors else 200
        context = {"form": form, "title": f"Import {resource.title.lower()}"}
        return self._page(request, "admin/imports/upload.html", resource, context, status)

    def example_view(self, request: HttpRequest, key: str, kind: str) -> HttpResponse:
        """Download a file with all columns and an example."""
        resource = self._resource(request, key)
        if kind not in EXAMPLES:
            raise Http404
        columns = resource.columns()
        example = Dataset([neutralise(column.example) for column in columns], headers=[c.column_name for c in columns])
        file_format = EXAMPLES[kind]()
        response = HttpResponse(file_format.export_data(example), content_type=file_format.get_content_type())
        response["Content-Disposition"] = f'attachment; filename="{key}-example.{kind}"'
        return response

    def job_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show how far it is, what it would do, what is wrong, or what it has done."""
        job = self._job(request, pk)
        context = {
            "job": job,
            "title": f"Import of {job.file_name}",
            "row_count": job.total,
            "shown": job.errors[:SHOWN],
            "changes": job.created_count + job.updated_count,
            "progress_max": job.total * (2 if job.state == ImportJob.State.IMPORTING else 1),
            "is_writing": job.state == ImportJob.State.IMPORTING and job.done >= job.total,
        }
        return self._page(request, "admin/imports/job.html", REGISTRY[job.resource], context)

    def start_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        job = self._job(request, pk)
        try:
            jobs.start(job=job, now=timezone.now())
        except ImportRefused as refused:
            self.message_user(request, refused.message, messages.ERROR)
        return HttpResponseRedirect(page_of(job))

    def errors_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Download what is wrong, to mend the file with it at hand."""
        job = self._job(request, pk)
        response = HttpResponse(content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="errors-{job.pk}.csv"'
        response.write("\ufeff")  # by which Excel knows UTF-8
        writer = csv.writer(response)
        writer.writerow(["row", "column", "what is wrong"])
        for error in job.errors:
            writer.writerow([error["row"], error["column"], neutralise(error["message"])])
        return response

    def _resource(self, request: HttpRequest, key: str) -> type[ImportResource]:
        if key not in REGISTRY:
            raise Http404
        if key not in importable_by(request.user):
            raise PermissionDenied
        return REGISTRY[key]

    def _job(self, request: HttpRequest, pk: int) -> ImportJob:
        job = ImportJob.objects.defer("rows").filter(pk=pk).first()
        if job is None:
            raise Http404
        self._resource(request, job.resource)
        return job

    def _page(self, request: HttpRequest, template: str, resource, context: dict, status: int = 200) -> HttpResponse:
        request.current_app = self.admin_site.name
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "resource": resource,
            "columns": resource.columns(),
            "list_url": reverse(f"admin:{resource.model_admin}_changelist"),
            **context,
        }
        return TemplateResponse(request, template, context, status=status)


def page_of(job: ImportJob) -> str:
    return reverse("admin:venues_importjob_page", args=[job.pk])
