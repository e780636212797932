"""Addresses below ``/reports/``, for staff only."""

from django.urls import path, register_converter

from . import views
from .files import FORMATS


class FormatConverter:
    regex = "|".join(FORMATS)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(FormatConverter, "report_format")

app_name = "reports"
urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("<slug:slug>/", views.report, name="report"),
    path("<slug:slug>/<slug:section>.<report_format:form>", views.file, name="file"),
]
