"""Money that the channel has collected which sold the tickets: a tourist office, another shop, a call centre."""

from __future__ import annotations

from bookings.models import Payment


class ExternalProvider:
    """Has no page of its own. What is to go back, goes back through the channel that took it.

    It learns of it from the answer to its request, from the booking's payments, and from the webhook
    ``refund.succeeded``; so a refund counts as made once it has been decided.
    """

    code = "external"

    def is_handed_out(self, charge: Payment) -> bool:
        return False

    def refund(self, refund: Payment) -> None:
        """The channel does it."""
