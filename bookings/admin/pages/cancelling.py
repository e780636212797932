"""Cancel tickets of a booking, some or all; give money back without cancelling anything."""

from __future__ import annotations

from decimal import Decimal

from django import forms

from bookings import services
from bookings.models import Booking, Channel, Ticket
from ticketing.money import ZERO, format_money

from .base import Done, Page, Preview, Staff
from .money import ReturningForm, check_amount, describe, returns

ALL, PART, NOTHING = "all", "part", "none"


class TicketsField(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, ticket: Ticket) -> str:
        return name_ticket(ticket)


def name_ticket(ticket: Ticket) -> str:
    """Name a ticket by its place, its offer, what was paid for it, and whoever has it."""
    parts = [str(ticket.place), ticket.offer.name, format_money(ticket.price - ticket.discount), ticket.holder_name]
    return ", ".join(filter(None, parts))


class CancelForm(ReturningForm):
    tickets = TicketsField(
        queryset=Ticket.objects.none(), error_messages={"required": "Choose the tickets that are to be cancelled."}
    )
    refund = forms.ChoiceField(
        label="Money back",
        choices=[(ALL, "All that they cost"), (PART, "A part"), (NOTHING, "Nothing")],
        initial=ALL,
        widget=forms.RadioSelect,
    )
    amount = forms.DecimalField(
        label="How much", required=False, max_digits=10, decimal_places=2, help_text="Only for a part."
    )
    why = forms.CharField(label="Reason", max_length=200, help_text="For the record; the customer does not see it.")
    field_order = ["tickets", "refund", "amount", "payout", "why"]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        living = self.booking.tickets.living().filter(checked_in_at__isnull=True)
        self.fields["tickets"].queryset = living.with_details().order_by("pk")
        self.fields["tickets"].initial = living

    def clean(self) -> dict:
        data = super().clean()
        if data.get("refund") == PART and data.get("tickets"):
            check_amount(self, data.get("amount"), worth(data["tickets"]))
        return data

    @property
    def money_back(self) -> Decimal | None:
        """What is given back; None: all that the tickets cost."""
        return {ALL: None, PART: self.cleaned_data["amount"], NOTHING: ZERO}[self.cleaned_data["refund"]]


def worth(tickets) -> Decimal:
    return sum((ticket.price - ticket.discount for ticket in tickets), ZERO)


class CancelPage(Page):
    name, title, text = "cancel", "Cancel tickets", "Cancel…"
    permission = "bookings.refund_booking"
    form_class = CancelForm
    is_grave = True

    def preview(self, booking: Booking, form: CancelForm, staff: Staff) -> Preview:
        tickets = list(form.cleaned_data["tickets"])
        cost, back = worth(tickets), form.money_back
        kept = cost - back if back is not None else ZERO
        left = booking.tickets.living().count() - len(tickets)
        due = booking.retained + kept + booking.total_price - cost
        lines = [f"{name_ticket(ticket)}: void, and the place is free." for ticket in tickets]
        lines += describe(returns(booking, due), at_once=form.hands_out())
        lines += [f"{format_money(kept)} is kept by the house."] if kept else []
        lines.append(f"{_count(left)} left in {booking}." if left else f"{booking} is cancelled as a whole.")
        lines.append(tell_customer(booking))
        return Preview(lines, f"Cancel {_count(len(tickets))}", "This cannot be undone.")

    def do(self, booking: Booking, form: CancelForm, staff: Staff) -> Done:
        tickets = [ticket.pk for ticket in form.cleaned_data["tickets"]]
        after = services.cancel_tickets(
            booking=booking,
            tickets=tickets,
            now=staff.now,
            actor=staff.actor,
            channel=Channel.BOX_OFFICE,
            refund=form.money_back,
            why=form.cleaned_data["why"],
            shift=form.shift,
        )
        return Done(f"{after}: {_count(len(tickets))} cancelled.", after)


def tell_customer(booking: Booking) -> str:
    if not booking.customer_email:
        return "There is no e-mail address: nobody is written to."
    return f"{booking.customer_email} is written to."


def _count(tickets: int) -> str:
    return f"{tickets} {'ticket' if tickets == 1 else 'tickets'}"


class RefundForm(ReturningForm):
    amount = forms.DecimalField(label="How much", max_digits=10, decimal_places=2)
    why = forms.CharField(label="Reason", max_length=200, help_text="For the record: a seat behind a pillar.")
    field_order = ["amount", "payout", "why"]

    def clean(self) -> dict:
        data = super().clean()
        if data.get("amount") is not None:
            check_amount(self, data["amount"], self.booking.total_price)
        return data


class RefundPage(Page):
    """Money back, while the tickets stay valid: a discount after the fact."""

    name, title, text = "refund", "Give money back", "Give money back…"
    permission = "bookings.refund_booking"
    form_class = RefundForm

    def is_offered(self, booking: Booking) -> bool:
        return super().is_offered(booking) and booking.total_price > 0

    def preview(self, booking: Booking, form: RefundForm, staff: Staff) -> Preview:
        amount = form.cleaned_data["amount"]
        after = booking.total_price - amount
        lines = [
            *describe(returns(booking, booking.retained + after), at_once=form.hands_out()),
            f"{booking} costs {format_money(after)} afterwards, instead of {format_money(booking.total_price)}.",
            "All tickets stay valid.",
            tell_customer(booking),
        ]
        return Preview(lines, f"Give {format_money(amount)} back")

    def do(self, booking: Booking, form: RefundForm, staff: Staff) -> Done:
        after = services.refund_part(
            booking=booking,
            amount=form.cleaned_data["amount"],
            why=form.cleaned_data["why"],
            now=staff.now,
            actor=staff.actor,
            channel=Channel.BOX_OFFICE,
            shift=form.shift,
        )
        return Done(f"{after}: {format_money(form.cleaned_data['amount'])} given back.", after)
