"""Money that moves from one booking to the one that replaces it, when tickets are exchanged for another date.

No money leaves the house then: the old booking gives back, and the new one is paid, under the same reference. What is
given back of it later goes the way on which it once came.
"""

from __future__ import annotations

from bookings.models import Payment

from . import get_provider, is_handed_out


class MovedProvider:
    code = "exchange"

    def is_handed_out(self, charge: Payment) -> bool:
        return is_handed_out(self.origin(charge))

    def refund(self, refund: Payment) -> None:
        """Let the provider that took the money give it back.

        Raises:
            PaymentFailed: that provider refuses.
        """
        origin = self.origin(refund.charge)
        way_back = Payment(
            booking=origin.booking,
            kind=Payment.Kind.REFUND,
            provider=origin.provider,
            reference=refund.reference,
            amount=refund.amount,
            status=refund.status,
            charge=origin,
            created_at=refund.created_at,
        )
        get_provider(origin.provider).refund(way_back)

    def origin(self, charge: Payment) -> Payment:
        """Find the charge of the booking that was replaced, and so on, until a provider is found that took money."""
        while charge.provider == self.code:
            moved = Payment.objects.select_related("charge__booking").filter(
                kind=Payment.Kind.REFUND, provider=self.code, reference=charge.reference
            )
            charge = moved[0].charge
        return charge
