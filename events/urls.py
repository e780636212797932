"""Addresses of the catalogue: what is on."""

from django.urls import path

from . import views

app_name = "events"
urlpatterns = [
    path("", views.home, name="home"),
    path("events/", views.event_list, name="list"),
    path("events/<slug:slug>/", views.detail, name="detail"),
    path("events/<slug:slug>/poster.svg", views.poster, name="poster"),
    path("productions/<slug:slug>/", views.production, name="production"),
    path("productions/<slug:slug>/poster.svg", views.production_poster, name="production_poster"),
]
