"""Addresses of exports, below ``/reports/``."""

from django.urls import path

from . import views

urlpatterns = [
    path("exports/", views.export_list, name="exports"),
    path("exports/<slug:slug>/", views.export, name="export"),
    path("exports/<slug:slug>.<report_format:form>", views.export_file, name="export_file"),
]
