"""Addresses of customers, below ``/reports/``."""

from django.urls import path, register_converter

from . import views
from .history import BOOKING, ENTRY, TICKET


class ReferenceConverter:
    """What kind of row leads to a customer."""

    regex = "|".join((BOOKING, TICKET, ENTRY))

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(ReferenceConverter, "customer_reference")

urlpatterns = [
    path("customers/find/", views.find, name="find_customer"),
    path("customers/<customer_reference:kind>/<int:pk>/", views.customer, name="customer"),
    path("customers/<customer_reference:kind>/<int:pk>/data.json", views.data, name="customer_data"),
    path(
        "customers/<customer_reference:kind>/<int:pk>/bookings.<report_format:form>",
        views.bookings_csv,
        name="customer_bookings",
    ),
    path("customers/<customer_reference:kind>/<int:pk>/erase/", views.erase, name="erase_customer"),
]
