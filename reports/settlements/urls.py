"""Addresses of settlements, below ``/reports/``."""

from django.urls import path

from . import views

urlpatterns = [
    path("settlements/", views.settlement_list, name="settlements"),
    path("settlements/<slug:slug>/", views.settlement, name="settlement"),
    path("settlements/<slug:slug>/settlement.pdf", views.sheet, name="settlement_pdf"),
    path("settlements/<slug:slug>/terms/", views.terms, name="settlement_terms"),
    path("settlements/<slug:slug>/sign/", views.sign, name="sign_settlement"),
]
