"""Addresses of reports that are sent by themselves, below ``/reports/``."""

from django.urls import path

from . import views

urlpatterns = [
    path("schedules/", views.schedule_list, name="schedules"),
    path("schedules/<int:pk>/", views.act, name="schedule_act"),
    path("sent/<str:token>/", views.sent, name="sent"),
]
