"""Who books, with which promo code, and whether they just have."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from bookings import tasks
from bookings.errors import DetailsMissing, TransitionRefused
from bookings.models import Booking, BookingQuerySet, Channel, Ticket
from events.models import Event
from ticketing.errors import PromoCodeRefused
from ticketing.models import PromoCode
from ticketing.transactions import atomic

from .history import CUSTOMER, record
from .locking import lock, lock_pending
from .pricing import covers_event, reprice


@dataclass(frozen=True)
class Buyer:
    """Who buys, as far as they say."""

    name: str = ""
    email: str = ""
    phone: str = ""

    @property
    def is_known(self) -> bool:
        return bool(self.name or self.email or self.phone)

    @property
    def columns(self) -> dict[str, str]:
        """What a booking has of it. Spaces around the address are not part of it."""
        return {
            "customer_name": self.name,
            "customer_email": self.email.strip(),
            "customer_phone": self.phone,
        }


NOBODY = Buyer()


def check_known(buyer: Buyer) -> None:
    """Refuse to sell to somebody whom nothing could be sent to.

    Raises:
        DetailsMissing: a name or an e-mail address is missing.
    """
    if not (buyer.name.strip() and buyer.email.strip()):
        raise DetailsMissing("This booking needs a name and an e-mail address.")


TWIN_WINDOW = timedelta(minutes=30)
"""How long ago an equal booking is still taken for a duplicate."""


def set_details(*, booking: Booking, name: str, email: str, phone: str = "", now: datetime) -> Booking:
    """Note who the customer of a pending booking is. Spaces around the address are not part of it.

    Raises:
        TransitionRefused: the booking is not pending any more.
    """
    email = email.strip()
    changed = Booking.objects.filter(pk=booking.pk, status=Booking.Status.PENDING).update(
        customer_name=name, customer_email=email, customer_phone=phone
    )
    if not changed:
        raise TransitionRefused("This booking can no longer be changed here.")
    booking.customer_name, booking.customer_email, booking.customer_phone = name, email, phone
    return booking


@atomic
def correct_details(
    *, booking: Booking, name: str, email: str, phone: str = "", now: datetime, actor: str = CUSTOMER, channel: str = ""
) -> Booking:
    """Correct who the customer of a confirmed booking is. What it was before is in the history.

    Its first address, said after a sale at the counter, gets the tickets; another one hears that it is theirs now.

    Raises:
        TransitionRefused: the booking is not confirmed.
        DetailsMissing: a booking that was not made at the counter would lose its name or address.
    """
    fresh = lock(booking)
    if fresh.status != Booking.Status.CONFIRMED:
        raise TransitionRefused(f"This booking is {fresh.get_status_display().lower()}.")
    after = {"customer_name": name, "customer_email": email, "customer_phone": phone}
    changed = {
        field: [getattr(fresh, field), value] for field, value in after.items() if getattr(fresh, field) != value
    }
    if not changed:
        return fresh
    for field, (_, value) in changed.items():
        setattr(fresh, field, value)
    if fresh.channel != Channel.BOX_OFFICE and not fresh.has_details:
        raise DetailsMissing("This booking needs a name and an e-mail address.")
    fresh.save(update_fields=changed)
    detail = {field.removeprefix("customer_"): values for field, values in changed.items()}
    record(fresh, "details", now=now, actor=actor, channel=channel, **detail)
    if "customer_email" in changed:
        before = changed["customer_email"][0]
        if before:
            tasks.send_address_change.enqueue(fresh.pk, before)
        else:
            tasks.send_confirmation.enqueue(fresh.pk)
    return fresh


def find_twin(booking: Booking, now: datetime) -> Booking | None:
    """Return an equal booking that the same customer has just made, if there is one.

    Equal means: the same address (whatever its case), event, and number of tickets of each offer; confirmed, or about
    to be paid in a live hold; made within :data:`TWIN_WINDOW`. Without an address, nobody can tell.
    """
    if not booking.customer_email:
        return None
    others = Booking.objects.exclude(pk=booking.pk)
    return _find_equal(others, booking.event_id, booking.customer_email, _content(booking), now)


def find_twin_of(*, event: Event, email: str, content: Counter[int], now: datetime) -> Booking | None:
    """Return a booking that the same customer has just made of ``content``, tickets by offer id: see
    :func:`find_twin`. For whoever asks before anything is held. One query if there is none."""
    return _find_equal(Booking.objects.all(), event.pk, email.strip(), content, now)


def _find_equal(
    among: BookingQuerySet, event_id: int, email: str, content: Counter[int], now: datetime
) -> Booking | None:
    candidates = among.filter(
        Q(status=Booking.Status.CONFIRMED) | Q(status=Booking.Status.PENDING, expires_at__gt=now),
        event=event_id,
        customer_email__iexact=email,
        quantity=content.total(),
        booking_date__gt=now - TWIN_WINDOW,
    ).prefetch_related("tickets")
    return next((twin for twin in candidates if _content(twin) == content), None)


def _content(booking: Booking) -> Counter[int]:
    return Counter(ticket.offer_id for ticket in booking.tickets.all() if ticket.status != Ticket.Status.VOID)


@atomic
def apply_promo_code(*, booking: Booking, code: str, now: datetime, actor: str = CUSTOMER) -> Booking:
    """Price a pending booking with a promo code. One use of the code is kept for it as long as its hold lives.

    Raises:
        PromoCodeRefused: unknown, not for this event or these tickets, not valid now, or used up.
        TransitionRefused: the booking is not pending any more.
    """
    fresh = lock_pending(booking)
    promo_code = PromoCode.objects.select_for_update(no_key=True).filter(code__iexact=code.strip()).first()
    if promo_code is None:
        raise PromoCodeRefused(f"There is no promo code “{code.strip()}”.")
    check_promo_code(promo_code, fresh, now)
    reprice(fresh, promo_code)
    if not fresh.discount:
        raise PromoCodeRefused(f"The code {promo_code} is not for these tickets.")
    record(fresh, "promo code", now=now, actor=actor, code=promo_code.code, discount=str(fresh.discount))
    return fresh


def check_promo_code(promo_code: PromoCode, booking: Booking, now: datetime) -> None:
    """Refuse a code that does not hold for this booking. Live holds with the code count as uses.

    The use that this booking's own live hold keeps is not asked for again: then it costs no query, except for a code
    that is limited for each e-mail address, because the address may have been typed after the code.

    Raises:
        PromoCodeRefused: with the reason.
    """
    if promo_code.valid_from and promo_code.valid_from > now:
        raise PromoCodeRefused(f"The code {promo_code} is not valid yet.")
    if promo_code.valid_until and promo_code.valid_until <= now:
        raise PromoCodeRefused(f"The code {promo_code} is no longer valid.")
    is_kept = booking.promo_code_id == promo_code.pk and booking.is_live(now)
    if is_kept and promo_code.max_uses is not None and promo_code.uses >= promo_code.max_uses:
        raise _used_up(promo_code)
    if not is_kept:
        _check_left(promo_code, booking, now)
    check_uses_of_customer(promo_code, booking, Q(status=Booking.Status.CONFIRMED) | _live(now))


def check_uses_of_customer(promo_code: PromoCode, booking: Booking, spent: Q) -> None:
    """Refuse a code that this booking's e-mail address, whatever its case, has used as often as one may.

    ``spent`` says which other bookings count. One query, for codes with such a limit only. It is asked once more when
    the booking is confirmed, after the code's row has been locked by counting the use: nobody else's booking with the
    code can come in between, so that the code is never used too often.

    Raises:
        PromoCodeRefused: with the limit.
    """
    limit, email = promo_code.max_uses_per_email, booking.customer_email.strip()
    if limit is None or not email:
        return
    others = promo_code.bookings.filter(spent, customer_email__iexact=email).exclude(pk=booking.pk)
    if others.count() >= limit:
        often = "once" if limit == 1 else f"{limit} times"
        raise PromoCodeRefused(
            f"Each customer can use the code {promo_code} {often}, "
            "and with this e-mail address it has been used already."
        )


def _live(now: datetime) -> Q:
    return Q(status=Booking.Status.PENDING, expires_at__gt=now)


def _check_left(promo_code: PromoCode, booking: Booking, now: datetime) -> None:
    if promo_code.max_uses is not None:
        kept = promo_code.bookings.live_holds(now).exclude(pk=booking.pk).count()
        if promo_code.uses + kept >= promo_code.max_uses:
            raise _used_up(promo_code)
    if not covers_event(promo_code, booking.event_id):
        raise PromoCodeRefused(f"The code {promo_code} is not for this event.")


def _used_up(promo_code: PromoCode) -> PromoCodeRefused:
    return PromoCodeRefused(f"The code {promo_code} has been used up.")


@atomic
def remove_promo_code(*, booking: Booking, now: datetime, actor: str = CUSTOMER) -> Booking:
    """Price a pending booking without a promo code.

    Raises:
        TransitionRefused: the booking is not pending any more.
    """
    fresh = lock_pending(booking)
    if fresh.promo_code:
        record(fresh, "promo code removed", now=now, actor=actor, code=fresh.promo_code.code)
        reprice(fresh, None)
    return fresh


def recheck_promo_code(booking: Booking, now: datetime, actor: str) -> None:
    """Price a lapsed hold that starts anew without its promo code, if that has expired or been used up meanwhile."""
    if booking.promo_code_id is None:
        return
    promo_code = PromoCode.objects.select_for_update(no_key=True).get(pk=booking.promo_code_id)
    try:
        check_promo_code(promo_code, booking, now)
        _check_left(promo_code, booking, now)  # the hold, which is live again, has kept no use while it was not
    except PromoCodeRefused as refusal:
        record(booking, "promo code removed", now=now, actor=actor, code=promo_code.code, why=refusal.message)
        reprice(booking, None)
