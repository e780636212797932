"""Addresses of this room. Whoever knows a booking's key may see it: treat such an address as a password."""

from django.urls import path, register_converter

from .access import KeyConverter, TicketTokenConverter
from .views import booking, cancelling, card, changing, checkout, exchanging, finding, holding, tickets, waiting

register_converter(KeyConverter, "booking_key")
register_converter(TicketTokenConverter, "ticket_token")

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
    path("bookings/<booking_key:key>/cancel/", cancelling.cancel, name="cancel"),
    path("bookings/<booking_key:key>/tickets.pdf", booking.pdf, name="pdf"),
    path("bookings/<booking_key:key>/calendar.ics", booking.calendar, name="calendar"),
    path("bookings/<booking_key:key>/details/", changing.details, name="details"),
    path("bookings/<booking_key:key>/resend/", changing.resend, name="resend"),
    path("bookings/<booking_key:key>/exchange/", exchanging.exchange, name="exchange"),
    path("bookings/<booking_key:key>/exchange/abandon/", exchanging.exchange_abandon, name="exchange_abandon"),
    path("bookings/<booking_key:key>/exchange/<slug:slug>/", exchanging.exchange_picker, name="exchange_picker"),
    path("bookings/<booking_key:key>/exchange/<slug:slug>/review/", exchanging.exchange_review, name="exchange_review"),
    path("bookings/<booking_key:key>/tickets/<int:pk>.pdf", booking.one_pdf, name="one_pdf"),
    path("bookings/<booking_key:key>/tickets/<int:pk>/pass-on/", tickets.pass_on, name="pass_on"),
    path("tickets/<ticket_token:token>/", tickets.ticket, name="ticket"),
    path("tickets/<ticket_token:token>/ticket.pdf", tickets.ticket_pdf, name="ticket_pdf"),
    path("tickets/<ticket_token:token>/calendar.ics", tickets.ticket_calendar, name="ticket_calendar"),
    path("tickets/<ticket_token:token>/pass-on/", tickets.pass_on_again, name="ticket_pass_on"),
]
