"""Addresses of the counter, below the back office. Each checks a permission; see ``views.shell.needs``."""

from django.contrib import admin
from django.urls import path

from .views import receipts, sale, till


def staff(view):
    """Let only members of staff who have signed in come to a view, as the rest of the back office does."""
    return admin.site.admin_view(view)


app_name = "counter"
urlpatterns = [
    path("", staff(sale.sale), name="sale"),
    path("<int:pk>/best.json", staff(sale.best), name="best"),
    path("<int:pk>/quote.json", staff(sale.quote), name="quote"),
    path("sold/<slug:code>/", staff(sale.sold), name="sold"),
    path("sold/<slug:code>/email/", staff(sale.email), name="email"),
    path("pay/<slug:code>/", staff(sale.pay), name="pay"),
    path("receipts/<slug:code>/", staff(receipts.receipt), name="receipt"),
    path("receipts/<slug:code>/refunds/<int:pk>/", staff(receipts.refund), name="refund"),
    path("till/", staff(till.till), name="till"),
    path("till/open/", staff(till.open_till), name="open"),
    path("till/move/", staff(till.move), name="move"),
    path("till/close/", staff(till.close), name="close"),
    path("shifts/", staff(till.shifts), name="shifts"),
    path("shifts/day.csv", staff(till.shifts_csv), name="shifts_csv"),
    path("shifts/<int:pk>/", staff(till.shift), name="shift"),
]
