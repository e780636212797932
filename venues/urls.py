"""Addresses of the houses."""

from django.urls import path

from . import views

app_name = "venues"
urlpatterns = [
    path("venues/", views.venue_list, name="list"),
    path("venues/<str:name>.schema.json", views.schema, name="schema"),
    path("venues/plans/<int:pk>-<slug:version>.svg", views.plan_picture, name="plan_picture"),
    path("venues/<slug:slug>/", views.detail, name="detail"),
]
