"""Addresses of the picker."""

from django.urls import path

from . import views

app_name = "ticketing"
urlpatterns = [
    path("events/<slug:slug>/tickets/", views.picker, name="picker"),
]
