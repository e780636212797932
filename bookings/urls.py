"""Addresses of this room. Whoever knows a booking's key may see it: treat such an address as a password."""

from django.urls import path, register_converter

from .access import KeyConverter
from .views import booking, card, checkout, finding, holding, waiting

register_converter(KeyConverter, "booking_key")

app_name = "bookings"
urlpatterns = [
    path("events/<slug:slug>/hold/", holding.hold, name="hold"),
    path("events/<slug:slug>/waiting-list/", waiting.join, name="waitlist"),
    path("waiting-list/<booking_key:key>/", waiting.entry, name="waiting"),
    path("bookings/find/", finding.find, name="find"),
    path("bookings/mine/", finding.mine, name="mine"),
    path("bookings/mine/sign-out/", finding.sign_out, name="sign_out"),
    path("bookings/mine/<str:token>/", finding.sign_in, name="sign_in"),
    path("bookings/card/<str:token>/", card.card, name="card"),
    path("bookings/<booking_key:key>/checkout/", checkout.checkout, name="checkout"),
    path("bookings/<booking_key:key>/extend/", holding.extend, name="extend"),
    path("bookings/<booking_key:key>/revive/", holding.revive, name="revive"),
    path("bookings/<booking_key:key>/abandon/", holding.abandon, name="abandon"),
    path("bookings/<booking_key:key>/pay/", checkout.pay, name="pay"),
    path("bookings/<booking_key:key>/", booking.booking, name="booking"),
    path("bookings/<booking_key:key>/cancel/", booking.cancel, name="cancel"),
    path("bookings/<booking_key:key>/tickets.pdf", booking.pdf, name="pdf"),
    path("bookings/<booking_key:key>/calendar.ics", booking.calendar, name="calendar"),
]
