"""What goes back, and how: by the provider that took it, or out of a drawer at the counter."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django import forms

from bookings.models import Booking
from bookings.payments import is_handed_out
from bookings.services.refunding import find_surplus
from bookings.stories.bookings import name_way
from ticketing.money import ZERO, format_money

from .base import PageForm

NOW, LATER = "now", "later"


@dataclass(frozen=True)
class Return:
    """A part of a charge that goes back."""

    amount: Decimal
    way: str
    is_handed_out: bool


def returns(booking: Booking, due: Decimal) -> list[Return]:
    """Say what would go back if only ``due`` was to be kept, and how."""
    return [
        Return(amount, name_way(charge.provider), is_handed_out(charge))
        for charge, amount in find_surplus(booking, due)
    ]


def describe(parts: Iterable[Return], *, at_once: bool) -> list[str]:
    """Say in lines what goes back, and how."""
    parts = list(parts)
    if not parts:
        return ["No money goes back."]
    lines = []
    for part in parts:
        amount = format_money(part.amount)
        if not part.is_handed_out:
            lines.append(f"{amount} goes back by itself, the way it was paid: {part.way}.")
        elif at_once:
            lines.append(f"{amount} is handed out now, the way it was paid: {part.way}.")
        else:
            lines.append(f"{amount} waits at the counter until somebody hands it out. It was paid {part.way}.")
    return lines


class ReturningForm(PageForm):
    """A form after which money may have to be handed out. It asks when, if money was taken at the counter."""

    payout = forms.ChoiceField(
        label="Money from the counter",
        choices=[(NOW, "Hand it out now, from my drawer"), (LATER, "Later, by whoever is at the counter then")],
        initial=NOW,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        parts = returns(self.booking, ZERO)
        if not any(part.is_handed_out for part in parts):
            del self.fields["payout"]
        elif self.staff.shift is None:
            field = self.fields["payout"]
            field.choices, field.initial = field.choices[1:], LATER
            field.help_text = "You have no shift open. Open one to hand money out yourself."

    def hands_out(self) -> bool:
        """Whether money that was taken at the counter is handed out at once."""
        return self.cleaned_data.get("payout") == NOW

    @property
    def shift(self):
        return self.staff.shift if self.hands_out() else None


def check_amount(form: PageForm, amount: Decimal | None, most: Decimal) -> None:
    """Refuse a sum that is not between a cent and ``most``, beside its field."""
    if amount is None and "amount" not in form.errors:
        form.add_error("amount", "Say how much.")
    elif amount is not None and not ZERO < amount <= most:
        form.add_error("amount", f"More than nothing, and at most {format_money(most)}.")


def way_choices() -> list[tuple[str, str]]:
    return [("cash", "Cash"), ("terminal", "Card terminal")]
