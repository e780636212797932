"""Payment providers: how money comes in and goes back.

A provider is one small class. It never changes bookings: it turns "this sum, for this booking or exchange" into an
address where the customer pays, and later into a :class:`Charge`, which ``bookings.services.confirm`` and
``complete_exchange`` take. Network calls happen outside of transactions.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from bookings.models import Booking, Exchange, Payment


@dataclass(frozen=True)
class Charge:
    """Money that a provider has taken. ``reference`` is unique for the provider."""

    provider: str
    reference: str
    amount: Decimal


class Provider(Protocol):
    """What a way of paying must be able to do."""

    code: str

    def start(self, due: Booking | Exchange) -> str:
        """Return the address where the customer pays for a booking, or what an exchange costs more.

        Only those have it that take money on the web.

        Raises:
            PaymentFailed: this cannot be paid here.
        """

    def is_handed_out(self, charge: Payment) -> bool:
        """Whether staff give the money of ``charge`` back with their own hands, so that the queue has no part in it."""

    def refund(self, refund: Payment) -> None:
        """Give ``refund.amount`` of ``refund.charge`` back. Must be safe to repeat for the same ``refund.reference``.

        Raises:
            PaymentFailed: the provider refuses. Any other exception is tried again later.
        """


PROVIDERS = {
    "demo": "bookings.payments.demo.DemoProvider",
    "on_site": "bookings.payments.on_site.OnSiteProvider",
    "cash": "bookings.payments.counter.CashProvider",
    "terminal": "bookings.payments.counter.TerminalProvider",
    "external": "bookings.payments.external.ExternalProvider",
    "import": "bookings.payments.imported.ImportedProvider",
    "exchange": "bookings.payments.moved.MovedProvider",
}
"""Providers by their code, as in ``Payment.provider``; the first two can be the setting ``PAYMENT_PROVIDER``."""

AT_BOX_OFFICE = ("on_site", "cash", "terminal", "import")
"""Those whose money staff give back with their own hands, for queries; twin of :meth:`Provider.is_handed_out`. What has
moved in an exchange goes back the way on which it once came."""


def get_provider(code: str | None = None) -> Provider:
    """Return the provider with this code, or the one that web customers pay with."""
    return import_string(PROVIDERS[code or settings.PAYMENT_PROVIDER])()


def is_handed_out(charge: Payment) -> bool:
    """Whether staff give back the money of a charge with their own hands, whichever provider took it."""
    return get_provider(charge.provider).is_handed_out(charge)
