"""Every address of the site, by room."""

from django.contrib import admin
from django.urls import include, path

from . import views

urlpatterns = [
    path("", include("events.urls")),
    path("", include("venues.urls")),
    path("", include("ticketing.urls")),
    path("", include("bookings.urls")),
    path("health", views.health, name="health"),
    path("admin/", admin.site.urls),
]
