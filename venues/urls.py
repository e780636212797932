"""Addresses of the houses."""

from django.urls import path

from . import views

app_name = "venues"
urlpatterns = [
    path("venues/", views.venue_list, name="list"),
    path("venues/<slug:slug>/", views.detail, name="detail"),
]
