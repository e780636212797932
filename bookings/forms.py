"""What customers tell us: who they are, promo codes, cards, which booking is theirs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.core.validators import EmailValidator, MaxValueValidator, RegexValidator

from events.models import Event
from ticketing.models import Offer
from ticketing.money import format_money

from .models import Booking, Ticket

PHONE = RegexValidator(r"^\+?[0-9(][0-9 ()/.-]{4,}$", "Enter a phone number with digits only, such as +43 660 1234567.")


def field(label: str, kind: type[forms.Field] = forms.CharField, *, widget=None, attrs=None, **kwargs) -> forms.Field:
    """Make a field whose widget carries these HTML attributes."""
    made = kind(label=label, widget=widget or kind.widget, **kwargs)
    made.widget.attrs.update(attrs or {})
    return made


class LineField(forms.CharField):
    """One line of text: line breaks and control characters become spaces, so that it is safe in a mail's subject."""

    def to_python(self, value) -> str:
        text = super().to_python(value)
        # NUL stays, for Django's own validator to refuse.
        return " ".join(re.sub(r"[\x01-\x1f\x7f-\x9f\u2028\u2029]", " ", text).split())


class AddressField(forms.EmailField):
    """An e-mail address that a letter can reach: ``ada@localhost`` is none."""

    default_validators = (EmailValidator(allowlist=[]),)


def name_field(label: str, *, missing: str, autocomplete: str = "name") -> forms.Field:
    """Ask for somebody's name. ``missing`` says what is wanted when it is empty."""
    return field(
        label,
        LineField,
        max_length=200,
        attrs={"autocomplete": autocomplete, "autocapitalize": "words"},
        error_messages={
            "required": missing,
            "max_length": "This name is too long: use at most %(limit_value)d characters.",
        },
    )


def email_field(label: str, *, help_text: str, missing: str, autocomplete: str = "email") -> forms.Field:
    """Ask for somebody's e-mail address. ``missing`` says what is wanted when it is empty."""
    return field(
        label,
        AddressField,
        help_text=help_text,
        max_length=254,
        attrs={"autocomplete": autocomplete, "inputmode": "email", "spellcheck": "false"},
        error_messages={
            "required": missing,
            "invalid": "This is not an e-mail address. It should look like name@example.org.",
            "max_length": "This e-mail address is too long.",
        },
    )


class PlainHelper(FormHelper):
    """Fields only: the <form>, its token and its buttons are the template's."""

    form_tag = False
    disable_csrf = True


class CorrectionForm(forms.Form):
    """Who a booking's customer is."""

    name = name_field("Full name", missing="Enter your name, as it should stand on the tickets.")
    email = email_field(
        "E-mail address",
        help_text="Your tickets are sent here.",
        missing="Enter your e-mail address, so that we can send your tickets.",
    )
    phone = field(
        "Phone (optional)",
        LineField,
        widget=forms.TextInput,
        required=False,
        max_length=40,
        validators=[PHONE],
        help_text="Only if something changes on the day.",
        attrs={"autocomplete": "tel", "inputmode": "tel", "type": "tel"},
        error_messages={"max_length": "This phone number is too long."},
    )

    @property
    def helper(self) -> FormHelper:
        helper = PlainHelper()
        helper.layout = Layout("name", Div("email", "phone", css_class="field-row"))
        return helper

    @classmethod
    def of(cls, booking: Booking) -> CorrectionForm:
        """Make a form that is filled in with what the booking knows already."""
        return cls(
            initial={
                "name": booking.customer_name,
                "email": booking.customer_email,
                "phone": booking.customer_phone,
            }
        )


class DetailsForm(CorrectionForm):
    """Who books, and that they agree. ``again`` confirms what looks like a duplicate."""

    terms = forms.BooleanField(
        label="I agree to the terms of sale",
        error_messages={"required": "Please agree to the terms of sale."},
    )
    again = forms.BooleanField(label="Yes, book these tickets as well", required=False)

    @classmethod
    def typed(cls, data) -> DetailsForm:
        """Make a form that is filled in with what was typed so far, and judges nothing yet."""
        return cls(initial=data.dict())


class HolderForm(forms.Form):
    """Who gets a ticket that is passed on."""

    name = name_field(
        "Their full name", missing="Enter their name, as it should stand on the ticket.", autocomplete="off"
    )
    email = email_field(
        "Their e-mail address",
        help_text="The ticket is sent here.",
        missing="Enter their e-mail address, so that we can send the ticket.",
        autocomplete="off",
    )

    @property
    def helper(self) -> FormHelper:
        return PlainHelper(self)


class TicketsForm(forms.Form):
    """Which tickets of a booking: at first, all of ``tickets``.

    ``shown`` are those that the button spoke of when it was pressed.
    """

    ticket = forms.MultipleChoiceField(error_messages={"required": "Choose at least one ticket."})
    shown = forms.CharField(required=False, max_length=2_000)

    def __init__(self, *args, tickets: list[Ticket], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.tickets = tickets
        self.fields["ticket"].choices = [(str(ticket.pk), str(ticket.pk)) for ticket in tickets]
        gone = "One of these tickets is not yours any more. Please choose again."
        self.fields["ticket"].error_messages["invalid_choice"] = gone

    def clean_ticket(self) -> list[int]:
        return [int(pk) for pk in self.cleaned_data["ticket"]]

    @property
    def chosen(self) -> list[Ticket]:
        """The tickets that are ticked."""
        ticked = self._ticked if self.is_bound else {str(ticket.pk) for ticket in self.tickets}
        return [ticket for ticket in self.tickets if str(ticket.pk) in ticked]

    @property
    def means_what_was_shown(self) -> bool:
        """Whether the button spoke of just these tickets."""
        return self._ticked == set(self.data.get("shown", "").split())

    def was_cancelled(self, tickets: Iterable[Ticket]) -> bool:
        """Whether all that was ticked has been cancelled before. ``tickets`` are all that the booking ever had."""
        cancelled = {str(ticket.pk) for ticket in tickets if ticket.void_reason == Ticket.VoidReason.CANCELLED}
        return self.is_bound and bool(self._ticked) and self._ticked <= cancelled

    @property
    def _ticked(self) -> set[str]:
        return set(self.data.getlist("ticket"))


class WaitlistForm(forms.Form):
    """Who wants to wait, for how many tickets, of which kind."""

    name = name_field("Full name", missing="Enter your name, as it should stand on the tickets.")
    email = email_field(
        "E-mail address",
        help_text="We write to you here when places come back.",
        missing="Enter your e-mail address, so that we can write to you.",
    )
    quantity = field(
        "How many tickets",
        forms.IntegerField,
        initial=2,
        min_value=1,
        help_text="You get all of them at once, or none.",
        attrs={"inputmode": "numeric"},
        error_messages={
            "required": "Say how many tickets you would like.",
            "invalid": "Enter a whole number.",
            "min_value": "Choose at least one ticket.",
        },
    )
    offer = forms.ModelChoiceField(
        label="Which tickets",
        queryset=Offer.objects.none(),
        required=False,
        empty_label="Any",
        error_messages={"invalid_choice": "There are no such tickets for this event."},
    )

    def __init__(self, *args, event: Event, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        limit, number, which = event.max_tickets_per_booking, self.fields["quantity"], self.fields["offer"]
        number.validators.append(MaxValueValidator(limit, f"You can book at most {limit} at a time."))
        number.widget.attrs["max"] = limit
        number.initial = min(2, limit)
        which.queryset = event.offers.select_related("ticket_type")
        which.label_from_instance = lambda offer: f"{offer.name}, {format_money(offer.price)}"

    @property
    def helper(self) -> FormHelper:
        helper = PlainHelper()
        helper.layout = Layout("name", "email", Div("quantity", "offer", css_class="field-row"))
        return helper


class PromoCodeForm(forms.Form):
    code = field(
        "Promo code",
        LineField,
        required=False,
        max_length=40,
        attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
        error_messages={"max_length": "There is no promo code as long as that."},
    )


class CardForm(forms.Form):
    """The pretend card of the demo provider. Nothing of it is stored."""

    number = field(
        "Card number",
        max_length=40,
        attrs={"autocomplete": "cc-number", "inputmode": "numeric", "placeholder": "1234 1234 1234 1234"},
        error_messages={"required": "Enter the card number.", "max_length": "Check the card number."},
    )
    expiry = field(
        "Expiry date",
        max_length=9,
        attrs={"autocomplete": "cc-exp", "inputmode": "numeric", "placeholder": "MM / YY"},
        error_messages={"required": "Enter the expiry date.", "max_length": "Enter the date as MM / YY."},
    )
    cvc = field(
        "Security code",
        validators=[RegexValidator(r"^[0-9]{3,4}$", "Enter the 3 or 4 digits of the security code.")],
        attrs={"autocomplete": "cc-csc", "inputmode": "numeric", "placeholder": "CVC", "maxlength": "4"},
        error_messages={"required": "Enter the security code."},
    )
    holder = field(
        "Name on card",
        LineField,
        max_length=200,
        attrs={"autocomplete": "cc-name"},
        error_messages={"required": "Enter the name on the card.", "max_length": "This name is too long."},
    )

    def __init__(self, *args, today: date, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    @property
    def helper(self) -> FormHelper:
        helper = PlainHelper()
        helper.layout = Layout("number", Div("expiry", "cvc", css_class="card-row"), "holder")
        return helper

    def clean_number(self) -> str:
        digits = re.sub(r"[\s-]", "", self.cleaned_data["number"])
        if not re.fullmatch("[0-9]{12,19}", digits) or not passes_luhn(digits):
            raise forms.ValidationError("This is not a card number. Please check it for typing mistakes.")
        return digits

    def clean_expiry(self) -> str:
        match = re.fullmatch(r"\s*([0-9]{1,2})\s*/?\s*(?:20)?([0-9]{2})\s*", self.cleaned_data["expiry"])
        if not match or not 1 <= int(match[1]) <= 12:
            raise forms.ValidationError("Enter the date as MM / YY.")
        if (2000 + int(match[2]), int(match[1])) < (self.today.year, self.today.month):
            raise forms.ValidationError("This card has expired.")
        return f"{match[1]:0>2} / {match[2]}"

    def without_secrets(self) -> CardForm:
        """Keep what was typed and what is wrong with it, but forget the card's number and code."""
        self.data = self.data.copy()
        for secret in ("number", "cvc"):
            self.data[secret] = ""
        return self


def passes_luhn(digits: str) -> bool:
    """Whether the check digit of a card number is right."""
    doubled = (int(digit) * (1 + index % 2) for index, digit in enumerate(reversed(digits)))
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0


class EmailForm(forms.Form):
    """Whose bookings."""

    email = email_field(
        "E-mail address", help_text="The one that you booked with.", missing="Enter your e-mail address."
    )

    @property
    def helper(self) -> FormHelper:
        return PlainHelper(self)


class FindForm(EmailForm):
    """Which booking."""

    code = field(
        "Booking code",
        LineField,
        max_length=40,
        help_text="It is in your confirmation e-mail and on each ticket, and looks like BK-20261122-A7K3XQ.",
        attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
        error_messages={"required": "Enter your booking code.", "max_length": "This is not a booking code."},
    )

    field_order = ["code", "email"]

    def clean_code(self) -> str:
        return self.cleaned_data["code"].upper()
