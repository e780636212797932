"""Sell one evening after the other: what the services would have written, without asking the database."""

from __future__ import annotations

import heapq
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from random import Random
from uuid import UUID

from bookings.demo.people import Person
from bookings.models import Activity, Booking, Channel, LedgerLine, Payment, Scan, Ticket
from bookings.services.history import CUSTOMER, SYSTEM
from ticketing.models import FOREVER, Offer, Place, PromoCode
from ticketing.money import ZERO, spread, to_cents

from . import demand
from .bulk import ROWS, next_id
from .crowd import Crowd
from .demand import Fate, Wish
from .doors import Doors
from .programme import Evening
from .rows import ActivityRow, BookingRow, LineRow, PaymentRow, PlaceRow, TicketRow, add_up, make_booking_code

CLERK = "box_office"
HOLD, LATE_PAYMENT, REFUND_TAKES = timedelta(minutes=10), timedelta(minutes=60), timedelta(minutes=2)
COME_BACK_ONE_IN = 4
"""So many of those whose hold ran out try again, to buy for the same event."""

Kind, Reason = LedgerLine.Kind, Booking.Reason


class Books:
    """The rows that have been made and not yet been written, by table, and the next id of each."""

    def __init__(self) -> None:
        self.rows: dict[type, list] = {model: [] for model in ROWS}
        self.ids = {model: count(next_id(model)) for model in ROWS}

    def take(self, model: type) -> list:
        """Return the rows of a table, which are to be written, and forget them."""
        rows, self.rows[model] = self.rows[model], []
        return rows

    def take_lines(self, before: datetime) -> list[LineRow]:
        """Return the lines of the ledger before a moment, in the order of time, and forget them."""
        lines = sorted(self.take(LedgerLine), key=lambda line: line.at)
        due = [line for line in lines if line.at < before]
        self.rows[LedgerLine] = lines[len(due) :]
        for line in due:
            line.id = next(self.ids[LedgerLine])
        return due


@dataclass(slots=True)
class Deal:
    """A booking with what belongs to it. ``charges`` are its payments, each with what of it has not gone back."""

    booking: BookingRow
    tickets: list[TicketRow]
    charges: list[list] = field(default_factory=list)

    @property
    def living(self) -> list[TicketRow]:
        return [ticket for ticket in self.tickets if ticket.status != "void"]


class Stock:
    """The places of an evening; those of each offer that are free, the best last."""

    def __init__(self, evening: Evening, books: Books, random: Random) -> None:
        opens, event = evening.event.published_at, evening.event.pk
        self.places: dict[int, PlaceRow] = {}
        self.free: dict[int, list[int]] = {}
        for offer, part in evening.offers:
            seats = evening.stage.seats.get(part.name) or [None] * offer.capacity
            made = [PlaceRow(next(books.ids[Place]), event, offer.pk, seat, opens) for seat in seats]
            self.places.update((place.id, place) for place in made)
            self.free[offer.pk] = [place.id for place in reversed(made)]
            if part.rows and random.randrange(4) == 0:
                self._block(offer, random.randrange(2, 7))

    def _block(self, offer: Offer, number: int) -> None:
        """Take the worst places out of sale, as box offices do."""
        blocked, self.free[offer.pk] = self.free[offer.pk][:number], self.free[offer.pk][number:]
        for place in blocked:
            self.places[place].free_from = FOREVER

    def take(self, offer: int, number: int, claim: UUID, until: datetime = FOREVER) -> list[int]:
        free = self.free[offer]
        taken = free[-number:]
        del free[-number:]
        for place in taken:
            self.places[place].claim, self.places[place].free_from = claim, until
        return taken

    def give_back(self, tickets: list[TicketRow], at: datetime) -> None:
        for ticket in tickets:
            self.places[ticket.place_id].claim, self.places[ticket.place_id].free_from = None, at
            self.free[ticket.offer_id].append(ticket.place_id)


class BoxOffice:
    """Sells evenings, keeps the books, and counts the uses of promo codes."""

    def __init__(self, books: Books, crowd: Crowd, codes: list[PromoCode], random: Random, now: datetime) -> None:
        self.books, self.crowd, self.codes, self.random, self.now = books, crowd, codes, random, now
        self.uses: dict[int, int] = defaultdict(int)
        self.order = count()

    def sell(self, evening: Evening, wishes: list[Wish], cancelled_at: datetime | None) -> int:
        """Fulfil the wishes in the order of time, and all that follows from them. Returns how many were fulfilled."""
        self.evening, self.event, self.tz = evening, evening.event, evening.stage.venue.tz
        self.offers = {offer.pk: offer for offer, _ in evening.offers}
        self.stock = Stock(evening, self.books, self.random)
        self.agenda: list[tuple] = []
        self.back: list[Person] = []
        deals = []
        for wish in wishes:
            self._catch_up(wish.at)
            if deal := self._hold(wish):
                deals.append(deal)
                self._decide(deal, wish)
        self._catch_up(self.now)
        if cancelled_at:
            for deal in deals:
                if deal.booking.status == "confirmed":
                    self.cancel(deal, cancelled_at, Reason.EVENT, SYSTEM, ZERO)
        elif self.event.ends_at <= self.now:
            self._admit(deals)
        self._put_down(deals)
        return len(deals)

    def _catch_up(self, now: datetime) -> None:
        while self.agenda and self.agenda[0][0] <= now:
            when, _, action, details = heapq.heappop(self.agenda)
            action(*details, when)

    def _at(self, when: datetime, action, *details) -> None:
        heapq.heappush(self.agenda, (when, next(self.order), action, details))

    # What customers do ---------------------------------------------------------------------

    def _hold(self, wish: Wish) -> Deal | None:
        """Hold what there is for a party: of one offer; None: sold out."""
        open_now = [
            pk
            for pk, free in self.stock.free.items()
            if free and (self.offers[pk].off_sale_at is None or self.offers[pk].off_sale_at > wish.at)
        ]
        if not open_now:
            return None
        offer = self.offers[self.random.choice(open_now)]
        number = next(self.books.ids[Booking])
        claim = UUID(int=self.random.getrandbits(128))
        until = wish.at + HOLD
        places = self.stock.take(offer.pk, wish.party, claim, until if wish.fate == Fate.OPEN else FOREVER)
        person = self._person(wish)
        booking = BookingRow(
            id=number,
            booking_code=make_booking_code(number, wish.at),
            event_id=self.event.pk,
            customer_name=person.name,
            customer_email=person.email,
            customer_phone=person.phone,
            quantity=len(places),
            channel=wish.channel,
            claim=claim,
            booking_date=wish.at,
            expires_at=None if wish.fate == Fate.COMP else until,
        )
        price = ZERO if wish.fate == Fate.COMP else offer.price
        deal = Deal(booking, [self._ticket(booking, place, offer.pk, price) for place in places])
        booking.total_price = price * len(places)
        return deal

    def _person(self, wish: Wish) -> Person:
        if wish.channel == Channel.BOX_OFFICE and self.random.randrange(5) < 2:
            return Person("", "")
        if self.back and wish.channel == Channel.WEB and self.random.randrange(2):
            return self.back.pop()
        return self.crowd.pick()

    def _ticket(self, booking: BookingRow, place: int, offer: int, price: Decimal) -> TicketRow:
        return TicketRow(next(self.books.ids[Ticket]), booking.id, place, offer, price)

    def _decide(self, deal: Deal, wish: Wish) -> None:
        """Let a hold become what it is to become, at once or later."""
        if wish.fate == Fate.OPEN:
            return
        if wish.fate in (Fate.LAPSED, Fate.ABANDONED):
            gone = wish.at + (HOLD if wish.fate == Fate.LAPSED else timedelta(minutes=3))
            if gone + LATE_PAYMENT < self.now:
                self._at(gone, self._end_hold, deal, wish.fate)
                return
        self._buy(deal, wish)
        if wish.later > deal.booking.confirmed_at and wish.fate in demand.LATER:
            self._at(wish.later, self._change, deal, wish.fate)

    def _end_hold(self, deal: Deal, fate: Fate, at: datetime) -> None:
        booking = deal.booking
        self.stock.give_back(deal.tickets, at)
        ended = at + LATE_PAYMENT if fate == Fate.LAPSED else at
        self._end(deal, ended, Reason.LAPSED if fate == Fate.LAPSED else Reason.ABANDONED)
        self._note(booking, "cancel", ended, SYSTEM if fate == Fate.LAPSED else CUSTOMER, reason=fate.value)
        if fate == Fate.LAPSED and booking.customer_email and self.random.randrange(COME_BACK_ONE_IN) == 0:
            self.back.append(Person(booking.customer_name, booking.customer_email, booking.customer_phone))

    def _buy(self, deal: Deal, wish: Wish) -> None:
        booking = deal.booking
        if wish.channel == Channel.WEB and self.random.randrange(11) == 0:
            self._use_code(deal, self.random.choice(self.codes))
        at = min(wish.at + timedelta(seconds=self.random.randrange(40, 480)), self.now, self.event.event_date)
        booking.status, booking.confirmed_at = "confirmed", wish.at if wish.fate == Fate.COMP else at
        for ticket in deal.tickets:
            ticket.status = "valid"
        self._post(deal, Kind.SALE, booking.confirmed_at, came=deal.tickets)
        actor = CLERK if wish.channel == Channel.BOX_OFFICE else CUSTOMER
        if booking.total_price:
            self._charge(deal, booking.total_price, at)
        if wish.fate == Fate.COMP:
            self._note(booking, "comp", wish.at, CLERK, quantity=booking.quantity, reason="Press")
        else:
            self._note(booking, "confirm", at, actor, paid=str(booking.total_price))

    def _use_code(self, deal: Deal, code: PromoCode) -> None:
        shares = code.discounts([ticket.price for ticket in deal.tickets])
        for ticket, share in zip(deal.tickets, shares, strict=True):
            ticket.discount = share
        deal.booking.promo_code_id = code.pk
        deal.booking.discount = sum(shares, ZERO)
        deal.booking.total_price -= deal.booking.discount
        self.uses[code.pk] += 1

    # What happens afterwards -----------------------------------------------------------------

    def _change(self, deal: Deal, fate: Fate, at: datetime) -> None:
        total = deal.booking.total_price
        if fate == Fate.RETURNED:
            self.cancel(deal, at, Reason.CUSTOMER, CUSTOMER, ZERO)
        elif fate == Fate.CANCELLED:
            self.cancel(deal, at, Reason.STAFF, CLERK, to_cents(total / self.random.choice((4, 5, 10))))
        elif fate == Fate.PARTLY and len(deal.tickets) > 1:
            self._return_some(deal, at)
        elif fate == Fate.ALLOWED and total:
            self._allow(deal, to_cents(total / self.random.choice((4, 5, 10))), at)
        elif fate == Fate.EXCHANGED and not deal.booking.promo_code_id:
            self._exchange(deal, at)
        elif fate == Fate.PASSED_ON:
            self._pass_on(deal, at)

    def cancel(self, deal: Deal, at: datetime, reason: str, actor: str, kept: Decimal) -> None:
        """Cancel a confirmed booking, of whose price the house keeps ``kept``."""
        booking, gone = deal.booking, deal.living
        booking.retained += kept
        self._post(deal, Kind.CANCELLATION, at, gone=gone, retained=kept)
        self._refund(deal, booking.total_price - kept, at)
        self._end(deal, at, reason)
        self.stock.give_back(gone, at)
        if booking.promo_code_id:
            self.uses[booking.promo_code_id] -= 1
        self._note(booking, "cancel", at, actor, reason=reason, refunded=str(booking.total_price - kept))

    def _end(self, deal: Deal, at: datetime, reason: str) -> None:
        booking = deal.booking
        booking.status, booking.cancelled_at, booking.cancellation_reason = "cancelled", at, reason
        for ticket in deal.living:
            ticket.void("cancelled", at)

    def _return_some(self, deal: Deal, at: datetime) -> None:
        booking = deal.booking
        gone = deal.tickets[: self.random.randrange(1, len(deal.tickets))]
        worth = sum((ticket.price - ticket.discount for ticket in gone), ZERO)
        kept = to_cents(worth / 5) if self.random.randrange(3) == 0 else ZERO
        booking.quantity -= len(gone)
        booking.discount -= sum((ticket.discount for ticket in gone), ZERO)
        booking.total_price -= worth
        booking.retained += kept
        for ticket in gone:
            ticket.void("cancelled", at)
        self.stock.give_back(gone, at)
        self._post(deal, Kind.CANCELLATION, at, gone=gone, retained=kept)
        self._refund(deal, worth - kept, at)
        self._note(booking, "cancel tickets", at, CLERK, tickets=[one.code for one in gone], refunded=str(worth - kept))

    def _allow(self, deal: Deal, amount: Decimal, at: datetime) -> None:
        booking = deal.booking
        shares = spread(amount, [ticket.price - ticket.discount for ticket in deal.tickets])
        for ticket, share in zip(deal.tickets, shares, strict=True):
            ticket.discount += share
        booking.discount += amount
        booking.total_price -= amount
        offer = deal.tickets[0].offer_id
        self._line(booking, offer, Kind.ALLOWANCE, at, 0, ZERO, amount, ZERO)
        self._refund(deal, amount, at)
        self._note(booking, "refund", at, CLERK, amount=str(amount), why="Sat behind a pillar")

    def _exchange(self, deal: Deal, at: datetime) -> None:
        """Give the whole party places of another offer, if there are enough; the difference is paid, or goes back."""
        booking, gone = deal.booking, deal.tickets
        others = [
            pk
            for pk, free in self.stock.free.items()
            if pk != gone[0].offer_id and len(free) >= len(gone) and self.offers[pk].off_sale_at is None
        ]
        if not others:
            return
        offer = self.offers[self.random.choice(others)]
        for ticket in gone:
            ticket.void("exchanged", at)
        places = self.stock.take(offer.pk, len(gone), booking.claim)
        came = [self._ticket(booking, place, offer.pk, offer.price) for place in places]
        for ticket in came:
            ticket.status = "valid"
        self.stock.give_back(gone, at)
        difference = offer.price * len(came) - booking.total_price
        booking.total_price += difference
        self._post(deal, Kind.EXCHANGE, at, came=came, gone=gone)
        deal.tickets = [*gone, *came]
        if difference > 0:
            self._charge(deal, difference, at)
        self._refund(deal, -difference, at)
        self._note(booking, "exchange", at, CLERK, difference=str(difference), places=places)

    def _pass_on(self, deal: Deal, at: datetime) -> None:
        old, friend = deal.tickets[0], self.crowd.pick()
        old.void("passed_on", at)
        new = self._ticket(deal.booking, old.place_id, old.offer_id, old.price)
        new.status, new.discount, new.holder_name, new.holder_email = "valid", old.discount, friend.name, friend.email
        deal.tickets = [*deal.tickets, new]
        self._note(deal.booking, "pass on", at, CUSTOMER, ticket=old.code, new_ticket=new.code, to=friend.name)

    def _admit(self, deals: list[Deal]) -> None:
        doors = Doors(self.evening, self.books.ids[Scan], self.random)
        parties = (deal.living for deal in deals if deal.booking.status == "confirmed")
        self.books.rows[Scan].extend(doors.admit(parties))

    # The books ---------------------------------------------------------------------------------

    def _post(self, deal: Deal, kind: str, at: datetime, *, came=(), gone=(), retained: Decimal = ZERO) -> None:
        changes = add_up(came, gone)
        lost = [max(change.discount - change.gross, ZERO) for change in changes.values()]
        kept = spread(retained, lost) if retained else [ZERO] * len(lost)
        for (offer, change), share in zip(changes.items(), kept, strict=True):
            self._line(deal.booking, offer, kind, at, change.quantity, change.gross, change.discount, share)

    def _line(self, booking, offer, kind, at, quantity, gross, discount, retained) -> None:
        local = at.astimezone(self.tz)
        line = LineRow(booking.id, booking.event_id, offer, kind, booking.channel, at, local.date(), local.hour,
                       quantity, gross, discount, retained)  # fmt: skip
        self.books.rows[LedgerLine].append(line)

    def _charge(self, deal: Deal, amount: Decimal, at: datetime) -> None:
        number = next(self.books.ids[Payment])
        provider = "demo"
        if deal.booking.channel == Channel.BOX_OFFICE:
            provider = "terminal" if number % 3 else "cash"
        charge = PaymentRow(number, deal.booking.id, "charge", provider, f"history-{number}", amount, "succeeded", at)
        self.books.rows[Payment].append(charge)
        deal.charges.append([charge, amount])

    def _refund(self, deal: Deal, amount: Decimal, at: datetime) -> None:
        """Give money back, charge by charge: decided at once, and carried out two minutes later."""
        for entry in deal.charges:
            charge, left = entry
            part = min(amount, left)
            if part <= 0:
                continue
            amount, entry[1] = amount - part, left - part
            number = next(self.books.ids[Payment])
            for pk, status, moment in (
                (number, "pending", at),
                (next(self.books.ids[Payment]), "succeeded", min(at + REFUND_TAKES, self.now)),
            ):
                row = PaymentRow(
                    pk, deal.booking.id, "refund", charge.provider, f"history-{number}", part, status, moment, charge.id
                )
                self.books.rows[Payment].append(row)

    def _note(self, booking: BookingRow, verb: str, at: datetime, actor: str, **detail) -> None:
        number = next(self.books.ids[Activity])
        channel = Channel.BOX_OFFICE if actor == CLERK else booking.channel
        self.books.rows[Activity].append(ActivityRow(number, booking.id, at, actor, channel, verb, detail))

    def _put_down(self, deals: list[Deal]) -> None:
        rows = self.books.rows
        rows[Place].extend(self.stock.places.values())
        rows[Booking].extend(deal.booking for deal in deals)
        rows[Ticket].extend(ticket for deal in deals for ticket in deal.tickets)
