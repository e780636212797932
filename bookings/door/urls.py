"""Addresses of the door. All below /door/, so that its service worker sees nothing else of the site."""

from django.urls import path

from . import views

app_name = "door"
urlpatterns = [
    path("", views.events, name="events"),
    path("sw.js", views.worker, name="worker"),
    path("<int:pk>/", views.scanner, name="scanner"),
    path("<int:pk>/scan/", views.scan, name="scan"),
    path("<int:pk>/undo/", views.take_back, name="undo"),
    path("<int:pk>/merge/", views.merge_scans, name="merge"),
    path("<int:pk>/find/", views.find, name="find"),
    path("<int:pk>/counts/", views.counts, name="counts"),
    path("<int:pk>/list/", views.ticket_list, name="list"),
]
