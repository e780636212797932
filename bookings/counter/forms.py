"""What staff type at the counter and the till."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from django import forms

from bookings.forms import PHONE, AddressField, LineField, field
from bookings.models import CashMovement
from bookings.services.discounting import BESIDE_PROMO_CODE, Discount
from bookings.services.selling import Buyer
from ticketing import stock
from ticketing.errors import TicketingError
from ticketing.forms import SelectionForm
from ticketing.models import Offer
from ticketing.money import ZERO, to_cents
from ticketing.stock import Selection

MOST = 100
"""So many tickets are sold over the counter at a time, at most: what binds customers does not bind the box office."""

CASH, TERMINAL, COMP = "cash", "terminal", "comp"
MEANS = [(CASH, "Cash"), (TERMINAL, "Card"), (COMP, "Free")]

PERCENT = re.compile(r"([0-9]{1,2}(?:[.,][0-9])?)\s*%")
AMOUNT = re.compile(r"[0-9]{1,6}(?:[.,][0-9]{1,2})?")


class SumField(forms.Field):
    """A sum of money as it is typed at a till: ``50``, ``50.00`` or ``50,00``."""

    default_error_messages = {"invalid": "Enter a sum such as 50 or 49.90."}

    def __init__(self, *, min_value: Decimal = ZERO, **kwargs) -> None:
        super().__init__(**kwargs)
        self.min_value = min_value
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}

    def to_python(self, value) -> Decimal | None:
        text = str(value or "").strip()
        if not text:
            return None
        if not AMOUNT.fullmatch(text):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        amount = to_cents(Decimal(text.replace(",", ".")))
        if amount < self.min_value:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return amount


class CardTotalField(SumField):
    """The total of a card terminal, which is below nothing if it gave more back than it took."""

    def to_python(self, value) -> Decimal | None:
        text = str(value or "").strip().replace("−", "-")
        total = super().to_python(text.removeprefix("-"))
        return -total if total and text.startswith("-") else total


class OffField(forms.Field):
    """What is taken off: ``10%``, or a sum. Gives a percentage and an amount, of which one is None."""

    def to_python(self, value) -> tuple[Decimal | None, Decimal | None] | None:
        text = str(value or "").strip()
        if not text:
            return None
        percent = PERCENT.fullmatch(text)
        try:
            if percent:
                return Decimal(percent[1].replace(",", ".")), None
            if AMOUNT.fullmatch(text):
                return None, to_cents(Decimal(text.replace(",", ".")))
        except InvalidOperation:
            pass
        raise forms.ValidationError("Enter a percentage such as 10%, or a sum such as 5.00.")


class MeansSelect(forms.RadioSelect):
    """Ways to pay, each with the keys that choose it."""

    KEYS = {CASH: "c", TERMINAL: "k t", COMP: "f"}

    def create_option(self, name, value, *args, **kwargs) -> dict:
        option = super().create_option(name, value, *args, **kwargs)
        option["attrs"]["data-key"] = self.KEYS[value]
        return option


def _means_field(choices: list[tuple[str, str]]) -> forms.ChoiceField:
    message = "Choose how the customer pays."
    return forms.ChoiceField(
        label="Payment",
        choices=choices,
        widget=MeansSelect,
        error_messages={"required": message, "invalid_choice": message},
    )


class TenderForm(forms.Form):
    """How a customer pays. ``expected`` is the sum that the page has shown."""

    means = _means_field(MEANS[:2])
    given = SumField(label="Cash given", required=False)
    expected = SumField(required=False, widget=forms.HiddenInput)


class SaleForm(TenderForm, SelectionForm):
    """One sale: places, who buys, what it costs them, how they pay."""

    means = _means_field(MEANS)
    name = field("Name", LineField, required=False, max_length=200, attrs={"autocomplete": "off"})
    email = field("E-mail", AddressField, required=False, max_length=254, attrs={"autocomplete": "off"})
    phone = field(
        "Phone",
        LineField,
        widget=forms.TextInput,
        required=False,
        max_length=40,
        validators=[PHONE],
        attrs={"autocomplete": "off", "inputmode": "tel"},
    )
    promo_code = field(
        "Promo code",
        LineField,
        required=False,
        max_length=40,
        attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )
    off = OffField(label="Discount", required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    reason = field("Reason", LineField, required=False, max_length=200, attrs={"autocomplete": "off"})

    def __init__(self, *args, may_comp: bool, may_discount: bool, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.may_comp, self.may_discount = may_comp, may_discount
        if not may_comp:
            self.fields["means"].choices = MEANS[:2]
        if not may_discount:
            del self.fields["off"]
        if not (may_comp or may_discount):
            del self.fields["reason"]

    def _quantity_field(self, offer: Offer) -> forms.IntegerField:
        return forms.IntegerField(
            label=f"{offer.name}: number of tickets",
            required=False,
            min_value=0,
            max_value=MOST,
            widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": 3}),
            error_messages=dict.fromkeys(
                ["invalid", "min_value", "max_value"], f"{offer.name}: enter a number from 0 to {MOST}."
            ),
        )

    def _check(self, selection: Selection) -> None:
        try:
            stock.check_on_sale(self.event, [], self.now)
        except TicketingError as refusal:
            self.add_error(None, refusal.message)
        if selection.quantity < 1:
            self.add_error(None, "Choose at least one ticket.")
        elif selection.quantity > MOST:
            self.add_error(None, f"Sell at most {MOST} tickets at a time.")

    def clean(self) -> dict:
        data = super().clean()
        is_comp, off = data.get("means") == COMP, data.get("off")
        if (is_comp or off) and not data.get("reason") and "reason" not in self.errors:
            self.add_error("reason", "Say why: it is written into the history.")
        if off and data.get("promo_code"):
            self.add_error("off", BESIDE_PROMO_CODE)
        elif off and is_comp:
            self.add_error("off", "Complimentary tickets cost nothing already.")
        return data

    @property
    def is_comp(self) -> bool:
        return self.cleaned_data["means"] == COMP

    @property
    def buyer(self) -> Buyer:
        return Buyer(self.cleaned_data["name"], self.cleaned_data["email"], self.cleaned_data["phone"])

    @property
    def discount(self) -> Discount | None:
        off = self.cleaned_data.get("off")
        return Discount(self.cleaned_data["reason"], *off) if off else None


class EmailForm(forms.Form):
    """Where tickets go that were sold to somebody without an address."""

    email = field(
        "E-mail",
        AddressField,
        max_length=254,
        attrs={"autocomplete": "off"},
        error_messages={"required": "Enter the address that the tickets are sent to."},
    )


class FloatForm(forms.Form):
    """What lies in the drawer when a shift begins."""

    opening_float = SumField(
        label="Cash in the drawer", error_messages={"required": "Count the drawer, and enter what is in it."}
    )


class MovementForm(forms.Form):
    """Cash that goes into the drawer or out of it, other than for tickets."""

    kind = forms.ChoiceField(label="What", choices=CashMovement.Kind, widget=forms.RadioSelect)
    amount = SumField(label="Amount", min_value=Decimal("0.01"), error_messages={"required": "Enter how much it is."})
    reason = field(
        "Reason",
        LineField,
        max_length=200,
        attrs={"autocomplete": "off"},
        error_messages={"required": "Say what for: it stands in the report."},
    )


class CountForm(forms.Form):
    """What was counted when a shift ends."""

    counted_cash = SumField(label="Cash counted", error_messages={"required": "Count the drawer, and enter the sum."})
    counted_cards = CardTotalField(
        label="Total of the card terminal",
        error_messages={"required": "Enter the terminal's total; 0 if there is none."},
    )
    note = field("Note", LineField, required=False, max_length=300, attrs={"autocomplete": "off"})
