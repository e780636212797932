"""Pass a ticket on to somebody else: a new code, and the old one lets nobody in any more."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest

from bookings import services
from bookings.models import Booking, Channel, Ticket

from .base import Done, Page, PageForm, Preview, Staff
from .cancelling import name_ticket


class TicketField(forms.ModelChoiceField):
    widget = forms.RadioSelect

    def label_from_instance(self, ticket: Ticket) -> str:
        return f"{name_ticket(ticket)} ({ticket.code})"


class PassOnForm(PageForm):
    ticket = TicketField(
        queryset=Ticket.objects.none(), empty_label=None, error_messages={"required": "Choose the ticket."}
    )
    name = forms.CharField(label="To whom", max_length=200)
    email = forms.EmailField(label="E-mail", max_length=254, help_text="Where the ticket goes.")

    def __init__(self, *args, chosen: str = "", **kwargs) -> None:
        super().__init__(*args, **kwargs)
        valid = self.booking.tickets.valid().filter(checked_in_at__isnull=True).with_details().order_by("pk")
        self.fields["ticket"].queryset = valid
        self.fields["ticket"].initial = chosen or (valid[0].pk if len(valid) == 1 else None)


class PassOnPage(Page):
    name, title, text = "pass-on", "Pass a ticket on", "Pass a ticket on…"
    form_class = PassOnForm

    def make_form(self, booking: Booking, staff: Staff, request: HttpRequest) -> PassOnForm:
        data = request.POST if request.method == "POST" else None
        return PassOnForm(data, booking=booking, staff=staff, chosen=request.GET.get("ticket", ""))

    def preview(self, booking: Booking, form: PassOnForm, staff: Staff) -> Preview:
        ticket, name, email = (form.cleaned_data[key] for key in ("ticket", "name", "email"))
        lines = [
            f"{name_ticket(ticket)}: the ticket {ticket.code} is void, also where it was printed.",
            f"A new ticket with a new code goes to {name}, {email}.",
            f"The booking stays {booking.customer_name or 'what it is'}{'’s' if booking.customer_name else ''}: "
            "whoever has paid gets money back, should it be cancelled.",
        ]
        return Preview(lines, f"Pass it on to {name}")

    def do(self, booking: Booking, form: PassOnForm, staff: Staff) -> Done:
        data = form.cleaned_data
        new = services.pass_on(
            ticket=data["ticket"],
            name=data["name"],
            email=data["email"],
            now=staff.now,
            actor=staff.actor,
            channel=Channel.BOX_OFFICE,
        )
        return Done(f"{booking}: {new.place} passed on to {new.holder_name}, with the new ticket {new.code}.", booking)
