"""The till of whoever asks, and the reports of shifts."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from bookings import services
from bookings.counter.forms import CountForm, FloatForm, MovementForm
from bookings.errors import NoteMissing, ShiftClosed, TillError
from bookings.models import Shift
from bookings.takings import Takings, takings_by_shift, takings_of
from ticketing.money import ZERO
from venues.resources import neutralise

from .shell import needs, own_shift, page


@needs("bookings.add_shift")
@require_safe
def till(request: HttpRequest) -> HttpResponse:
    return _till(request, own_shift(request))


def _till(request: HttpRequest, shift: Shift | None, *, status: int = 200, **forms_: forms.Form) -> HttpResponse:
    context = {
        "title": "Till",
        "tab": "till",
        "shift": shift,
        "takings": takings_of(shift) if shift else None,
        "movements": shift.movements.all() if shift else [],
        "float": FloatForm(),
        "movement": MovementForm(initial={"kind": "pay_in"}),
        "count": CountForm(),
        "now": timezone.now(),
        **forms_,
    }
    return page(request, "admin/counter/till.html", context, status=status)


@needs("bookings.add_shift")
@require_POST
def open_till(request: HttpRequest) -> HttpResponse:
    form = FloatForm(request.POST)
    if not form.is_valid():
        return _till(request, own_shift(request), status=422, float=form)
    try:
        services.open_shift(user=request.user, opening_float=form.cleaned_data["opening_float"], now=timezone.now())
    except TillError as refusal:
        messages.error(request, refusal.message)
        return redirect("counter:till")
    messages.success(request, "Your till is open.")
    return redirect("counter:sale")


@needs("bookings.add_cashmovement")
@require_POST
def move(request: HttpRequest) -> HttpResponse:
    """Put cash in, or take it out."""
    shift, form = own_shift(request), MovementForm(request.POST)
    if shift is None:
        return _say_closed(request)
    if form.is_valid():
        try:
            services.move_cash(shift=shift, now=timezone.now(), actor=request.user.get_username(), **form.cleaned_data)
            messages.success(request, "Noted.")
            return redirect("counter:till")
        except ShiftClosed:
            return _say_closed(request)
        except TillError as refusal:
            form.add_error("amount", refusal.message)
    return _till(request, shift, status=422, movement=form)


@needs("bookings.add_shift")
@require_POST
def close(request: HttpRequest) -> HttpResponse:
    """Close the till for good, with what was counted."""
    shift, form = own_shift(request), CountForm(request.POST)
    if shift is None:
        return _say_closed(request)
    if form.is_valid():
        try:
            services.close_shift(shift=shift, now=timezone.now(), **form.cleaned_data)
            messages.success(request, "Your till is closed. Print its report and put it to the cash.")
            return redirect("counter:shift", shift.pk)
        except NoteMissing as refusal:
            form.add_error("note", refusal.message)
        except ShiftClosed:
            return _say_closed(request)
    return _till(request, shift, status=422, count=form)


def _say_closed(request: HttpRequest) -> HttpResponse:
    messages.error(request, "Your till is closed. Open it first.")
    return redirect("counter:till")


# Reports ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ShiftReport:
    """A shift and its money. What was expected when it was closed is read from its row: it says so for ever."""

    shift: Shift
    takings: Takings

    @property
    def staff(self) -> str:
        return self.shift.user.get_full_name() or self.shift.user.get_username()

    @property
    def expected_cash(self) -> Decimal:
        return self.takings.expected_cash if self.shift.expected_cash is None else self.shift.expected_cash

    @property
    def expected_cards(self) -> Decimal:
        return self.takings.expected_cards if self.shift.expected_cards is None else self.shift.expected_cards

    @property
    def cash_difference(self) -> Decimal | None:
        return None if self.shift.counted_cash is None else self.shift.counted_cash - self.expected_cash

    @property
    def cards_difference(self) -> Decimal | None:
        return None if self.shift.counted_cards is None else self.shift.counted_cards - self.expected_cards


def _visible(request: HttpRequest):
    """The shifts that whoever asks may see: their own, or everybody's."""
    shifts = Shift.objects.select_related("user")
    return shifts if request.user.has_perm("bookings.review_shift") else shifts.filter(user=request.user)


@needs("bookings.view_shift")
@require_safe
def shift(request: HttpRequest, pk: int) -> HttpResponse:
    """Report of a shift: as it stands while it is open, for good once it is closed."""
    found = get_object_or_404(_visible(request), pk=pk)
    context = {
        "tab": "shifts",
        "title": "Closing report" if found.closed_at else "Report so far",
        "report": ShiftReport(found, takings_of(found)),
        "movements": found.movements.all(),
        "now": timezone.now(),
    }
    return page(request, "admin/counter/shift.html", context)


FIRST_DAY = date(2000, 1, 1)
"""Nobody has opened a till before."""


def _day(request: HttpRequest) -> date:
    today = timezone.localdate()
    try:
        asked = date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return today
    return asked if FIRST_DAY <= asked <= today else today


def _reports_of(request: HttpRequest, day: date) -> list[ShiftReport]:
    """Read the shifts that began on a day, on the clock of the installation, in the order in which they did."""
    begin = timezone.make_aware(datetime.combine(day, time.min))
    end = timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
    shifts = list(_visible(request).filter(opened_at__gte=begin, opened_at__lt=end).order_by("opened_at", "pk"))
    takings = takings_by_shift(shifts)
    return [ShiftReport(found, takings[found.pk]) for found in shifts]


@needs("bookings.view_shift")
@require_safe
def shifts(request: HttpRequest) -> HttpResponse:
    """List the shifts of a day, with what they add up to."""
    day = _day(request)
    reports = _reports_of(request, day)
    context = {
        "title": "Shifts",
        "tab": "shifts",
        "reports": reports,
        "total": sum((report.takings for report in reports), Takings()),
        "expected_cash": sum((report.expected_cash for report in reports), ZERO),
        "cash_difference": sum((report.cash_difference or ZERO for report in reports), ZERO),
        "cards_difference": sum((report.cards_difference or ZERO for report in reports), ZERO),
        "day": day,
        "previous": day - timedelta(days=1),
        "next": day + timedelta(days=1) if day < timezone.localdate() else None,
        "sees_all": request.user.has_perm("bookings.review_shift"),
        "shift": own_shift(request),
    }
    return page(request, "admin/counter/shifts.html", context)


COLUMNS = (
    *("staff", "opened", "closed", "float", "paid_in", "paid_out", "cash_taken", "cash_refunded"),
    *("expected_cash", "counted_cash", "cash_difference"),
    *("cards_taken", "cards_refunded", "expected_cards", "counted_cards", "cards_difference", "note"),
)


@needs("bookings.view_shift")
@require_safe
def shifts_csv(request: HttpRequest) -> HttpResponse:
    """Download the shifts of a day, one line each."""
    day = _day(request)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="shifts-{day:%Y-%m-%d}.csv"'
    writer = csv.writer(response)
    writer.writerow(COLUMNS)
    for report in _reports_of(request, day):
        writer.writerow(_row(report))
    return response


def _row(report: ShiftReport) -> list[object]:
    found, takings = report.shift, report.takings
    return [
        neutralise(report.staff),
        _minute(found.opened_at),
        _minute(found.closed_at),
        *(takings.opening_float, takings.paid_in, takings.paid_out, takings.cash_taken, takings.cash_refunded),
        *(report.expected_cash, found.counted_cash, report.cash_difference),
        *(takings.cards_taken, takings.cards_refunded),
        *(report.expected_cards, found.counted_cards, report.cards_difference),
        neutralise(found.note),
    ]


def _minute(moment: datetime | None) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else ""
