"""``{{ offer.price|money }}``: amounts as people read them."""

from decimal import Decimal

from django import template

from ticketing.money import format_money

register = template.Library()


@register.filter
def money(amount: Decimal | None) -> str:
    """Write an amount in the installation's currency; nothing for None."""
    return "" if amount is None else format_money(amount)
