"""Exchange the places of a confirmed booking: for others at its event, or for another date; priced as a difference."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError

from bookings import tasks
from bookings.errors import BookingError, ExchangeRefused, PaymentFailed, PriceDiffers, ShiftClosed, TransitionRefused
from bookings.models import Booking, Channel, Exchange, Shift, Ticket
from bookings.payments import Charge
from events.models import Event
from ticketing import stock
from ticketing.errors import SelectionInvalid, TicketingError
from ticketing.models import Offer, Place
from ticketing.money import ZERO, format_money
from ticketing.stock import Claimed, Selection
from ticketing.transactions import atomic

from .constraints import violates
from .history import CUSTOMER, record
from .holding import CODE_TRIES, hold_duration
from .line import serve_line
from .locking import lock
from .moving import begin_replacement, finish_replacement
from .posting import EXCHANGE, add_up, post
from .pricing import carry_discount, make_tickets
from .refunding import record_charge, refund_surplus, return_charge


@dataclass(frozen=True)
class Quote:
    """What new places cost in all, and the ``difference``: above zero it is paid, below zero it comes back."""

    total: Decimal
    difference: Decimal


@dataclass(frozen=True)
class Swap:
    """Tickets that stay as they are, tickets that die, and what is to be claimed instead."""

    kept: list[Ticket]
    dropped: list[Ticket]
    wanted: Selection

    @property
    def before(self) -> list[Ticket]:
        return [*self.kept, *self.dropped]


def check_exchangeable(booking: Booking, now: datetime) -> None:
    """Refuse what the event's policy does not let the customer exchange.

    Raises:
        ExchangeRefused: with the reason.
    """
    if booking.status != Booking.Status.CONFIRMED:
        raise ExchangeRefused(f"This booking is {booking.get_status_display().lower()}.")
    if booking.event.exchangeable_until is None:
        raise ExchangeRefused("Tickets for this event cannot be exchanged.")
    if not booking.is_exchangeable(now):
        raise ExchangeRefused("It is too late to exchange these tickets.")
    if booking.tickets.living().filter(checked_in_at__isnull=False).exists():
        raise ExchangeRefused("A ticket of this booking has been used already.")


def quote_exchange(*, booking: Booking, event: Event, offers: Iterable[Offer], selection: Selection) -> Quote:
    """Say what an exchange would cost, without holding anything.

    Raises:
        SelectionInvalid: nothing is asked for or would change, or a seat is not of this event.
    """
    stock.check_selection(event, selection, is_staff=True)
    offers, swap = list(offers), _compare(booking, event, selection)
    places = Place.objects.filter(event=event, seat__in=swap.wanted.seats).values_list("pk", "offer_id")
    rows = [Claimed(*place) for place in places]
    if len(rows) < len(swap.wanted.seats):
        raise SelectionInvalid(stock.NOT_OF_THIS_EVENT)
    rows += [Claimed(0, offer) for offer, count in swap.wanted.quantities.items() for _ in range(count)]
    copy = Booking(event=event)
    tickets = [*swap.kept, *_make_tickets(copy, rows, offers, swap)]
    carry_discount(booking, swap.before, copy, tickets)
    return Quote(copy.total_price, copy.total_price - booking.total_price)


def exchange(
    *,
    booking: Booking,
    offers: Iterable[Offer],
    selection: Selection,
    now: datetime,
    event: Event | None = None,
    actor: str = CUSTOMER,
    channel: str = "",
    charge: Charge | None = None,
    shift: Shift | None = None,
) -> Booking:
    """Give a confirmed booking the places of ``selection``, in one step. ``charge`` pays the difference, if any.

    Tickets whose places are chosen again stay as they are; the others die, and new ones are valid. New places of an
    offer of which tickets die cost what was paid for those; others cost what they cost today. One's own places
    count as free, so it works when the event is sold out.

    At another ``event`` than the booking's, a new booking replaces the old one, which is cancelled; the money moves
    along. Returns the booking that is valid afterwards. When this raises, nothing has changed, and a charge is
    given back.

    Raises:
        TransitionRefused: the booking is not confirmed, or a ticket that would die has been used.
        PriceDiffers: the charge is not the difference.
        SalesClosed, SelectionInvalid, PlacesTaken: see :func:`ticketing.stock.claim`.
        ShiftClosed: the drawer that the charge went into has been counted.
    """
    work = _Work(booking, event or booking.event, list(offers), selection, now, actor, channel, charge, shift)
    return _carry_out(work)


@atomic
def start_exchange(
    *, booking: Booking, event: Event, offers: Iterable[Offer], selection: Selection, now: datetime
) -> Exchange:
    """Hold the new places of an exchange that the customer pays for, as long as a hold lasts.

    Raises:
        ExchangeRefused: see :func:`check_exchangeable`; or there is nothing to pay.
        SalesClosed, SelectionInvalid, PlacesTaken: see :func:`ticketing.stock.claim`.
    """
    serve_line(event, now)  # whoever waits comes first
    fresh, offers = lock(booking), list(offers)
    check_exchangeable(fresh, now)
    stock.check_selection(event, selection)
    quote = quote_exchange(booking=fresh, event=event, offers=offers, selection=selection)
    if quote.difference <= 0:
        raise ExchangeRefused("There is nothing to pay for this exchange.")
    for earlier in fresh.exchanges.filter(completed_at__isnull=True):
        stock.release(claim=earlier.claim, now=now)
    pending = Exchange(
        booking=fresh,
        event=event,
        quantities={str(offer): count for offer, count in selection.quantities.items()},
        seats=list(selection.seats),
        due=quote.difference,
        created_at=now,
        expires_at=now + hold_duration(),
    )
    wanted = _compare(fresh, event, selection).wanted
    if wanted.quantity:
        stock.claim(
            event=event, offers=offers, selection=wanted, claim=pending.claim, now=now, until=pending.expires_at
        )
    pending.save(force_insert=True)
    return pending


def complete_exchange(*, exchange: Exchange, charge: Charge, now: datetime) -> Booking:
    """Carry out an exchange that has been paid for. Safe to repeat with the same charge.

    A charge that cannot be used is written down and given back.

    Raises:
        ExchangeRefused, and what :func:`exchange` raises.
    """
    booking = Booking.objects.select_related("event", "promo_code").get(pk=exchange.booking_id)
    offers = list(exchange.event.offers.select_related("ticket_type"))
    work = _Work(booking, exchange.event, offers, exchange.selection, now, CUSTOMER, "", charge, None, exchange)
    return _carry_out(work)


@dataclass(frozen=True)
class _Work:
    booking: Booking
    event: Event
    offers: list[Offer]
    selection: Selection
    now: datetime
    actor: str
    channel: str
    charge: Charge | None
    shift: Shift | None
    pending: Exchange | None = None

    @property
    def is_staff(self) -> bool:
        return self.channel == Channel.BOX_OFFICE


def _carry_out(work: _Work) -> Booking:
    if not work.is_staff:
        serve_line(work.event, work.now)  # whoever waits comes first
    for _ in range(CODE_TRIES):
        try:
            return stock.claiming(lambda patient: _write(work, patient))
        except (BookingError, TicketingError) as refusal:
            if work.charge:
                shift = None if isinstance(refusal, ShiftClosed) else work.shift
                return_charge(work.booking, work.charge, refusal.code, work.now, shift)
            raise
        except IntegrityError as error:
            if violates(error, "payment_succeeds_once", "bookings_payment.reference"):
                raise PaymentFailed("This payment has been used before. Please start the payment again.") from error
            if not violates(error, "booking_code_unique", "bookings_booking.booking_code"):
                raise
    raise RuntimeError(f"No free booking code in {CODE_TRIES} tries.")


def _write(work: _Work, patient: bool) -> Booking:
    fresh, pending = lock(work.booking), work.pending
    if pending:
        if done := _done_before(fresh, pending, work.charge):
            return done
        check_exchangeable(fresh, work.now)
        stock.release(claim=pending.claim, now=work.now)
    if fresh.status != Booking.Status.CONFIRMED:
        raise TransitionRefused("Only a confirmed booking can be exchanged.")
    stock.check_selection(work.event, work.selection, is_staff=work.is_staff)
    swap = _compare(fresh, work.event, work.selection)
    if any(ticket.checked_in_at for ticket in swap.dropped):
        raise TransitionRefused("A ticket of this booking has been used already.")
    move = _within_event if work.event.pk == fresh.event_id else _to_other_event
    after = move(work, fresh, swap, patient)
    if pending:
        Exchange.objects.filter(pk=pending.pk).update(completed_at=work.now)
    serve_line(fresh.event, work.now)
    return after


def _done_before(booking: Booking, pending: Exchange, charge: Charge) -> Booking | None:
    """Return what the exchange has led to, if this very charge has paid for it before."""
    if not Exchange.objects.filter(pk=pending.pk, completed_at__isnull=False).exists():
        return None
    after = Booking.objects.filter(replaces=booking).first() or booking
    if not after.payments.filter(provider=charge.provider, reference=charge.reference).exists():
        raise ExchangeRefused("This exchange has been paid before, so this payment is given back.")
    return after


def _within_event(work: _Work, booking: Booking, swap: Swap, patient: bool) -> Booking:
    now, before, sums = work.now, booking.total_price, add_up(swap.before)
    dropped = [ticket.place_id for ticket in swap.dropped]
    booking.tickets.filter(pk__in=[ticket.pk for ticket in swap.dropped]).void(Ticket.VoidReason.EXCHANGED, now)
    if dropped:
        stock.release(claim=booking.claim, now=now, places=dropped)
    tickets = _claim(work, booking, swap, patient)
    carry_discount(booking, swap.before, booking, [*swap.kept, *tickets])
    _settle(work, booking, booking.total_price - before)
    booking.save(update_fields=["quantity", "discount", "total_price"])
    Ticket.objects.bulk_create(tickets)
    Ticket.objects.bulk_update(swap.kept, ["discount"])
    post(booking, EXCHANGE, before=sums, after=add_up([*swap.kept, *tickets]), now=now)
    refund_surplus(booking, now, work.shift)
    _record(work, booking, before, places=[ticket.place_id for ticket in tickets], instead_of=dropped)
    tasks.send_change.enqueue(booking.pk, "exchange")
    return booking


def _to_other_event(work: _Work, old: Booking, swap: Swap, patient: bool) -> Booking:
    new = begin_replacement(old, work.event, work.now)
    tickets = _claim(work, new, swap, patient)
    sums = add_up(swap.before)
    carry_discount(old, swap.before, new, tickets)
    new.save(force_insert=True)
    Ticket.objects.bulk_create(tickets)
    post(old, EXCHANGE, before=sums, after={}, now=work.now)
    post(new, EXCHANGE, before={}, after=add_up(tickets), now=work.now)
    difference = new.total_price - old.total_price
    finish_replacement(old, new, work.now)
    _settle(work, new, difference)
    refund_surplus(new, work.now, work.shift)
    _record(work, old, old.total_price, to=new.booking_code)
    _record(work, new, old.total_price, places=[ticket.place_id for ticket in tickets], instead_of=old.booking_code)
    tasks.send_change.enqueue(new.pk, "exchange")
    return new


def _compare(booking: Booking, event: Event, selection: Selection) -> Swap:
    """Tell which tickets of a booking stay as they are, which die, and what more is wanted.

    Raises:
        SelectionInvalid: nothing would change.
    """
    seats, quantities = set(selection.seats), Counter(selection.quantities)
    kept, dropped = [], []
    living = booking.tickets.living().select_related("place").order_by("checked_in_at", "pk")
    for ticket in sorted(living, key=lambda ticket: ticket.checked_in_at is None):  # the used ones stay, if any can
        seat = ticket.place.seat_id
        if event.pk == booking.event_id and seat in seats:
            seats.remove(seat)
            kept.append(ticket)
        elif event.pk == booking.event_id and seat is None and quantities[ticket.offer_id] > 0:
            quantities[ticket.offer_id] -= 1
            kept.append(ticket)
        else:
            dropped.append(ticket)
    wanted = Selection(+quantities, tuple(seat for seat in selection.seats if seat in seats))
    if not dropped and not wanted.quantity:
        raise SelectionInvalid("These are the places that the booking has already.")
    return Swap(kept, dropped, wanted)


def _claim(work: _Work, booking: Booking, swap: Swap, patient: bool) -> list[Ticket]:
    rows = []
    if swap.wanted.quantity:
        rows = stock.claim(
            event=work.event,
            offers=work.offers,
            selection=swap.wanted,
            claim=booking.claim,
            now=work.now,
            until=work.now,
            patient=patient,
            is_staff=work.is_staff,
        )
    stock.keep(claim=booking.claim, quantity=len(swap.kept) + len(rows))
    return _make_tickets(booking, rows, work.offers, swap)


def _make_tickets(booking: Booking, rows: list[Claimed], offers: list[Offer], swap: Swap) -> list[Ticket]:
    """Make unsaved tickets: at the prices of those of the same offer that die, as far as they go, or at today's."""
    paid: dict[int, list[Decimal]] = defaultdict(list)
    for ticket in swap.dropped:
        paid[ticket.offer_id].append(ticket.price)
    tickets = make_tickets(booking, rows, {offer.pk: offer.price for offer in offers}, Ticket.Status.VALID)
    for ticket in tickets:
        if paid[ticket.offer_id]:
            ticket.price = paid[ticket.offer_id].pop()
    return tickets


def _settle(work: _Work, booking: Booking, difference: Decimal) -> None:
    """Write the charge down that pays for the difference. What is to come back is refunded by the caller."""
    paid = work.charge.amount if work.charge else ZERO
    due = max(difference, ZERO)
    if paid != due:
        raise PriceDiffers(
            f"The exchange costs {format_money(due)}, but {format_money(paid)} has been paid for it.", difference
        )
    if work.charge and paid:
        record_charge(booking, work.charge, work.now, work.shift)


def _record(work: _Work, booking: Booking, before: Decimal, **detail) -> None:
    difference = str(booking.total_price - before)
    record(booking, "exchange", now=work.now, actor=work.actor, channel=work.channel, difference=difference, **detail)
