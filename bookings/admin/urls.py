"""Pages of the back office that belong to no table. They stand before the admin's own addresses."""

from django.contrib import admin
from django.urls import path

from . import attendees, home

app_name = "back_office"
urlpatterns = [
    path("", admin.site.admin_view(home.home), name="home"),
    path("search/", admin.site.admin_view(home.search), name="search"),
    path("events/event/<int:pk>/attendees/", admin.site.admin_view(attendees.attendees), name="attendees"),
    path("events/event/<int:pk>/attendees.csv", admin.site.admin_view(attendees.export), name="attendees_csv"),
]
