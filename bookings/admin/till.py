"""The till: shifts and cash movements, to be looked up. They are made at the counter (see ``bookings.counter``)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from bookings.models import CashMovement, Shift
from ticketing.money import format_money
from venues.backoffice import HouseAdmin, ReadOnly, ReadOnlyInline, badge, local_time, row_link, two_lines


def _when(moment: datetime | None) -> str:
    """Write a moment on the clock of the installation: a drawer belongs to no venue."""
    return local_time(moment, timezone.get_default_timezone())


def _sum(amount: Decimal | None) -> str:
    return "–" if amount is None else format_money(amount)


def _difference(counted: Decimal | None, expected: Decimal | None) -> SafeString | str:
    if counted is None:
        return "–"
    difference = counted - expected
    return badge(format_money(difference), "bad") if difference else badge("Right", "good")


class MovementColumns:
    """How a cash movement is shown, on its own list and on its shift's page."""

    @admin.display(description="amount", ordering="amount")
    def sum(self, movement: CashMovement) -> str:
        sign = "−" if movement.kind == CashMovement.Kind.PAY_OUT else ""
        return f"{sign}{format_money(movement.amount)}"

    @admin.display(description="when", ordering="at")
    def when(self, movement: CashMovement) -> str:
        return _when(movement.at)


class CashMovementInline(MovementColumns, ReadOnlyInline):
    model = CashMovement
    fields = ["when", "kind", "sum", "reason", "actor"]
    readonly_fields = ["when", "sum"]


@admin.register(Shift)
class ShiftAdmin(ReadOnly, HouseAdmin):
    """Shifts: one's own, or, with the permission to review them, everybody's."""

    list_display = ["member", "from_to", "began_with", "cash", "cash_difference", "cards", "cards_difference", "report"]
    list_select_related = ["user"]
    date_hierarchy = "opened_at"
    ordering = ["-opened_at", "-pk"]
    search_fields = ["user__username", "user__first_name", "user__last_name", "note"]
    search_help_text = "Member of staff, or note"
    inlines = [CashMovementInline]
    fields = [
        *("member", "from_to", "began_with", "cash", "counted_in_cash", "cash_difference"),
        *("cards", "counted_on_cards", "cards_difference", "note", "report"),
    ]
    readonly_fields = [name for name in fields if name != "note"]

    def get_queryset(self, request: HttpRequest):
        shifts = super().get_queryset(request).select_related("user")
        return shifts if request.user.has_perm("bookings.review_shift") else shifts.filter(user=request.user)

    def get_list_filter(self, request: HttpRequest) -> list:
        """Let only those filter by members of staff who may see them."""
        closed = ("closed_at", admin.EmptyFieldListFilter)
        return [closed, "user"] if request.user.has_perm("bookings.review_shift") else [closed]

    @admin.display(description="member of staff", ordering="user__username")
    def member(self, shift: Shift) -> SafeString:
        return two_lines(shift.user.get_full_name() or shift.user.get_username(), shift.user.get_username())

    @admin.display(description="from, to", ordering="opened_at")
    def from_to(self, shift: Shift) -> SafeString:
        return two_lines(_when(shift.opened_at), _when(shift.closed_at) if shift.closed_at else badge("Open", "busy"))

    @admin.display(description="float", ordering="opening_float")
    def began_with(self, shift: Shift) -> str:
        return _sum(shift.opening_float)

    @admin.display(description="expected cash", ordering="expected_cash")
    def cash(self, shift: Shift) -> str:
        return _sum(shift.expected_cash)

    @admin.display(description="counted cash")
    def counted_in_cash(self, shift: Shift) -> str:
        return _sum(shift.counted_cash)

    @admin.display(description="cash difference")
    def cash_difference(self, shift: Shift) -> SafeString | str:
        return _difference(shift.counted_cash, shift.expected_cash)

    @admin.display(description="expected on cards", ordering="expected_cards")
    def cards(self, shift: Shift) -> str:
        return _sum(shift.expected_cards)

    @admin.display(description="counted on cards")
    def counted_on_cards(self, shift: Shift) -> str:
        return _sum(shift.counted_cards)

    @admin.display(description="card difference")
    def cards_difference(self, shift: Shift) -> SafeString | str:
        return _difference(shift.counted_cards, shift.expected_cards)

    @admin.display(description="report")
    def report(self, shift: Shift) -> SafeString:
        words = "Closing report" if shift.closed_at else "Report so far"
        return format_html('<a href="{}">{}</a>', reverse("counter:shift", args=[shift.pk]), words)


@admin.register(CashMovement)
class CashMovementAdmin(MovementColumns, ReadOnly, HouseAdmin):
    list_display = ["reason", "when", "kind", "sum", "drawer"]
    list_filter = ["kind"]
    list_select_related = ["shift__user"]
    date_hierarchy = "at"
    ordering = ["-at", "-pk"]
    search_fields = ["reason", "=actor"]
    search_help_text = "Reason, or who did it"
    fields = ["drawer", "when", "kind", "sum", "reason", "actor"]
    readonly_fields = ["drawer", "when", "sum"]

    def get_queryset(self, request: HttpRequest):
        movements = super().get_queryset(request).select_related("shift__user")
        if request.user.has_perm("bookings.review_shift"):
            return movements
        return movements.filter(shift__user=request.user)

    @admin.display(description="shift", ordering="shift__opened_at")
    def drawer(self, movement: CashMovement) -> SafeString:
        return row_link(movement.shift, f"{movement.shift.user}, {_when(movement.shift.opened_at)}")
