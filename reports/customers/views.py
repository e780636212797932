"""Customers: one of them, what is kept about them, and how they are forgotten.

No address with an e-mail in it is ever asked for: it would end up in the logs of proxies, in browsers' histories and on
shared screens. What is typed is posted; the page that answers is known by the id of a row of theirs.
"""

from __future__ import annotations

import json

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings import services
from bookings.errors import ErasureRefused
from bookings.personal import Person
from reports import files
from reports.access import sees_revenue
from reports.exports import bookings, visible_columns
from reports.views import UNANSWERABLE, page

from .forms import EraseForm, FindForm
from .history import find_email, find_reference, read_history
from .personal_data import personal_data

NOBODY = "Nobody has booked, holds a ticket or waits with that address."
may_see = permission_required("reports.view_customers", raise_exception=True)
may_erase = permission_required("reports.erase_customers", raise_exception=True)


@require_POST
@may_see
def find(request: HttpRequest) -> HttpResponse:
    """Lead to the page of the customer with the address that was posted."""
    form = FindForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Enter a complete e-mail address.")
        return redirect("reports:report", "customers")
    found = find_reference(form.cleaned_data["email"])
    if found is None:
        messages.error(request, NOBODY)
        return redirect("reports:report", "customers")
    return redirect("reports:customer", *found)


@require_safe
@never_cache
@may_see
def customer(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Show everything that was booked with one address."""
    history = read_history(_email(kind, pk))
    context = {"title": "Customer", "menu": "customers", "history": history, "kind": kind, "pk": pk}
    return page(request, "reports/customer.html", context | {"sees_revenue": sees_revenue(request.user)})


@require_safe
@never_cache
@may_see
def data(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Hand over what is kept about somebody, as JSON: for whoever asks what that is."""
    text = json.dumps(personal_data(_email(kind, pk), timezone.now()), ensure_ascii=False, indent=2)
    return HttpResponse(
        text,
        content_type="application/json; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="customer-{kind}-{pk}.json"'},
    )


@require_safe
@may_see
def bookings_csv(request: HttpRequest, kind: str, pk: int, form: str) -> HttpResponse:
    """Hand over the bookings of somebody, with the columns of the booking report."""
    rows = bookings.read(Person(_email(kind, pk)).bookings)
    columns = visible_columns(bookings.COLUMNS, request.user)
    return files.respond(form, f"customer-{kind}-{pk}", "Bookings", columns, rows)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@may_erase
def erase(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Show what would be erased and what stays, and do it once that has been read."""
    email, now = _email(kind, pk), timezone.now()
    form = EraseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            erasure = services.erase_customer(
                email=email, by=request.user.get_username(), now=now, reason=form.cleaned_data["reason"]
            )
        except ErasureRefused as refusal:
            form.add_error(None, refusal.message)
        else:
            _tell(request, erasure)
            return redirect("reports:customer", kind, pk)
    plan, reasons = services.plan_erasure(email=email, now=now)
    context = {"title": "Erase a customer", "menu": "customers", "email": email, "kind": kind, "pk": pk}
    context |= {"form": form, "plan": plan, "reasons": reasons}
    return page(request, "reports/erase.html", context, status=UNANSWERABLE if form.errors else 200)


def _email(kind: str, pk: int) -> str:
    email = find_email(kind, pk)
    if email is None:
        raise Http404("There is no such customer.")
    return email


def _tell(request: HttpRequest, erasure: services.Erasure) -> None:
    messages.success(request, "The customer is erased. All figures are what they were.")
    if erasure.left:
        where = "; ".join(erasure.left)
        messages.warning(request, f"The address is still to be found, and has to be removed by hand: {where}.")
