"""Find a booking again: by its code, or all of them after a sign-in link. No page tells whether a booking exists."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from bookings import access, tasks, throttle
from bookings.access import private
from bookings.forms import EmailForm, FindForm
from bookings.models import Booking

MAILS_PER_ADDRESS = 3
TRIES_PER_CLIENT = 30
PER_PAGE = 20


@login_not_required
@private
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Mail a booking's link to whoever knows its code and its address."""
    form = FindForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "bookings/find.html", {"form": form}, status=422 if form.is_bound else 200)
    if not throttle.is_allowed("find", throttle.client_address(request), limit=TRIES_PER_CLIENT):
        return too_many(request)
    email, code = form.cleaned_data["email"], form.cleaned_data["code"]
    if throttle.is_allowed("booking link", email.lower(), limit=MAILS_PER_ADDRESS):
        # The queue looks the booking up, so that this answer takes equally long whether or not there is one.
        tasks.send_booking_link.enqueue(code, email)
    return render(request, "bookings/sent.html", {"email": email, "code": code})


@login_not_required
@private
@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: HttpRequest) -> HttpResponse:
    """Show all bookings of the address that this browser has signed in with, or mail a link that signs in."""
    if email := access.signed_in_email(request):
        return _history(request, email)
    form = EmailForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "bookings/mine_sign_in.html", {"form": form}, status=422 if form.is_bound else 200)
    if not throttle.is_allowed("sign in", throttle.client_address(request), limit=TRIES_PER_CLIENT):
        return too_many(request)
    email = form.cleaned_data["email"]
    if throttle.is_allowed("sign-in link", email.lower(), limit=MAILS_PER_ADDRESS):
        tasks.send_sign_in_link.enqueue(email, access.make_sign_in_link(email))
    return render(request, "bookings/sent.html", {"email": email})


def _history(request: HttpRequest, email: str) -> HttpResponse:
    now = timezone.now()
    bookings = Booking.objects.of_customer(email).with_details()
    coming = bookings.filter(event__event_date__gt=now).order_by("event__event_date", "pk")
    past = Paginator(bookings.filter(event__event_date__lte=now).order_by("-event__event_date", "-pk"), PER_PAGE)
    context = {"email": email, "coming": coming, "past": past.get_page(request.GET.get("page")), "now": now}
    return render(request, "bookings/mine.html", context)


@login_not_required
@private
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest, token: str) -> HttpResponse:
    """Sign in by a button, because mail scanners open every link."""
    email = access.read_sign_in_token(token)
    if email is None:
        return render(request, "bookings/sign_in_expired.html", status=410)
    if request.method != "POST":
        return render(request, "bookings/sign_in.html", {"email": email})
    response = redirect("bookings:mine")
    access.sign_in(response, email)
    return response


@login_not_required
@private
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    messages.success(request, "You are signed out.")
    response = redirect("bookings:mine")
    access.sign_out(response)
    return response


def too_many(request: HttpRequest) -> HttpResponse:
    return render(request, "bookings/too_many.html", status=429)
