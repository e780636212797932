"""Addresses of the picker."""

from django.urls import path

from . import views

app_name = "ticketing"
urlpatterns = [
    path("events/<slug:slug>/tickets/", views.picker, name="picker"),
    path("events/<slug:slug>/tickets/best.json", views.best, name="best"),
    path("events/<int:pk>/live.json", views.live, name="live"),
    path("rooms/<slug:version>/<int:section>.html", views.seats, name="seats"),
]
