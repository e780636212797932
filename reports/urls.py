"""Addresses below ``/reports/``, for staff only."""

from django.urls import include, path, register_converter

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
    path("", include("reports.customers.urls")),
    path("", include("reports.settlements.urls")),
    path("", include("reports.exports.urls")),
    path("", include("reports.schedules.urls")),
    path("<slug:slug>/", views.report, name="report"),
    path("occupancy/<slug:event>/", views.seats, name="seats"),
    path("<slug:slug>/<slug:section>.<report_format:form>", views.file, name="file"),
]
