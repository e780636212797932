"""Sell the demo's history through the services that sell everything else, one moment after the other."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import count
from random import Random

from bookings import services
from bookings.models import Booking, Channel, Payment
from bookings.payments import Charge
from bookings.services.cancelling import LATE_PAYMENT
from bookings.services.history import CUSTOMER, SYSTEM
from bookings.services.holding import hold_duration
from events.models import Event
from events.services import cancel_event
from ticketing.errors import PromoCodeRefused
from ticketing.models import Offer, Place
from ticketing.stock import Selection

from .people import Person
from .plan import Fate, Wish

CLERK, MANAGER = "box_office", "manager"
POPULARITY = {"VIP": 2, "Standard": 5, "Economy": 3}
EARLY = 3
"""Whoever finds a reduced offer takes it: so much more often."""
SMALL_PARTIES = (2, 2, 3, 4)
REFUND_TAKES = timedelta(minutes=2)


class Seats:
    """The free seats of one event, in runs of neighbours. The demo is their only buyer, so it need not ask twice."""

    def __init__(self, event: Event) -> None:
        self.runs: dict[int, list[list[int]]] = defaultdict(list)
        before = None
        places = Place.objects.filter(event=event, seat__is_accessible=False, seat__is_companion=False)
        for seat, offer, section, row, position in places.order_by(
            "seat__section__order", "seat__row_index", "seat__position"
        ).values_list("seat_id", "offer_id", "seat__section_id", "seat__row_index", "seat__position"):
            if before != (section, row, position - 1):
                self.runs[offer].append([])
            self.runs[offer][-1].append(seat)
            before = (section, row, position)

    def take(self, offer: Offer, party: int, random: Random) -> tuple[int, ...]:
        """Take seats side by side, leaving nobody a single seat; nothing if there are none. Front rows go first."""
        runs = [run for run in self.runs[offer.pk] if len(run) == party or len(run) >= party + 2]
        if not runs:
            return ()
        run = runs[int(len(runs) * random.random() ** 2)]
        cut = slice(0, party) if random.random() < 0.5 else slice(len(run) - party, None)
        taken = run[cut]
        del run[cut]
        return tuple(taken)


class BoxOffice:
    """Carry out wishes in the order of time, each with all that follows from it."""

    def __init__(self, events: Iterable[Event], random: Random) -> None:
        self.random = random
        self.events = {event.pk: event for event in events}
        self.offers: dict[int, list[Offer]] = defaultdict(list)
        for offer in Offer.objects.select_related("ticket_type").prefetch_related("sections"):
            self.offers[offer.event_id].append(offer)
        self.seats: dict[int, Seats] = {}
        self.agenda: list[tuple[datetime, int, Callable, tuple]] = []
        self.order = count()
        self.references = count(1)

    def at(self, when: datetime, action: Callable, *details) -> None:
        heapq.heappush(self.agenda, (when, next(self.order), action, details))

    def run(self) -> Iterator[int]:
        """Do what is on the agenda. Yields how many things have been done, after each of them."""
        for done in count(1):
            if not self.agenda:
                return
            when, _, action, details = heapq.heappop(self.agenda)
            action(when, *details)
            yield done

    def hold(self, now: datetime, wish: Wish, selection: Selection | None = None) -> None:
        """Hold places for a wish, and note what is to follow. Nothing happens if there are no such places."""
        event = self.events[wish.event_id]
        selection = selection or self.select(event, wish.party, now)
        if not selection:
            return
        actor = CLERK if wish.channel == Channel.BOX_OFFICE else CUSTOMER
        booking = services.hold(
            event=event, offers=self.offers[event.pk], selection=selection, now=now, channel=wish.channel, actor=actor
        )
        if wish.person:
            services.set_details(
                booking=booking, name=wish.person.name, email=wish.person.email, phone=wish.person.phone, now=now
            )
        if wish.fate == Fate.ABANDONED:
            self.at(now + wish.pays_after, self.abandon, booking)
        elif wish.fate == Fate.LAPSED:
            self.at(now + hold_duration() + LATE_PAYMENT, self.lapse, booking)
        elif wish.fate != Fate.OPEN:
            self.at(now + wish.pays_after, self.pay, booking, wish)

    def select(self, event: Event, party: int, now: datetime) -> Selection | None:
        """Choose an offer that is on sale and, where it is seated, seats of it."""
        offers = [offer for offer in self.offers[event.pk] if offer.is_on_sale(now)]
        if not offers:
            return None
        weights = [POPULARITY[offer.ticket_type.name] * (EARLY if offer.label else 1) for offer in offers]
        offer = self.random.choices(offers, weights)[0]
        if any(not section.is_standing for section in offer.sections.all()):
            if event.pk not in self.seats:
                self.seats[event.pk] = Seats(event)
            seats = self.seats[event.pk].take(offer, party, self.random)
            return Selection(seats=seats) if seats else None
        free = offer.places.free(now).count()
        return Selection({offer.pk: min(party, free)}) if free else None

    def pay(self, now: datetime, booking: Booking, wish: Wish) -> None:
        """Pay for a hold, with a promo code if there is one that is taken, and note when it is to be given back."""
        if wish.promo_code:
            with suppress(PromoCodeRefused):
                booking = services.apply_promo_code(booking=booking, code=wish.promo_code, now=now)
        actor = CLERK if wish.channel == Channel.BOX_OFFICE else CUSTOMER
        provider = "on_site" if wish.channel == Channel.BOX_OFFICE else "demo"
        charge = Charge(provider, f"history-{next(self.references):05}", booking.total_price)
        services.confirm(booking=booking, charge=charge if charge.amount else None, now=now, actor=actor)
        if wish.fate == Fate.RETURNED:
            self.at(now + wish.ends_after, self.give_back, booking)
        elif wish.fate == Fate.CANCELLED:
            self.at(now + wish.ends_after, self.cancel, booking)

    def give_back(self, now: datetime, booking: Booking) -> None:
        services.cancel_as_customer(booking=booking, now=now)
        self.refund(now, booking)

    def cancel(self, now: datetime, booking: Booking) -> None:
        services.cancel(booking=booking, reason=Booking.Reason.STAFF, now=now, actor=CLERK, channel=Channel.BOX_OFFICE)
        self.refund(now, booking)

    def abandon(self, now: datetime, booking: Booking) -> None:
        services.abandon(booking=booking, now=now)

    def lapse(self, now: datetime, booking: Booking) -> None:
        services.cancel(booking=booking, reason=Booking.Reason.LAPSED, now=now, actor=SYSTEM)

    def cancel_event(self, now: datetime, event: Event) -> None:
        """Cancel an event, its bookings, and give all money back, as the queue does minutes later."""
        cancel_event(event=event, now=now, by=MANAGER)
        services.cancel_bookings_of_event(event_id=event.pk, now=now)
        for booking in event.bookings.filter(cancellation_reason=Booking.Reason.EVENT):
            self.refund(now, booking)

    def refund(self, now: datetime, booking: Booking) -> None:
        for refund in booking.payments.filter(kind=Payment.Kind.REFUND, status=Payment.Status.PENDING):
            services.carry_out_refund(refund=refund, now=now + REFUND_TAKES)

    def sell_out(self, now: datetime, event: Event, leave: int, crowd: list[Person]) -> None:
        """Let small parties buy whatever is free at an event, one a minute, until ``leave`` places are left."""
        free = Place.objects.free(now).filter(event=event).order_by("-offer__price", "pk")
        free = list(free.values_list("offer_id", "seat_id"))
        wanted = free[: len(free) - leave]
        while wanted:
            party = tuple(wanted[: self.random.choice(SMALL_PARTIES)])
            wanted = wanted[len(party) :]
            person = self.random.choice(crowd)
            wish = Wish(now, event.pk, person, len(party), Channel.WEB, Fate.KEPT, pays_after=timedelta(minutes=2))
            standing = Counter(offer_id for offer_id, seat_id in party if not seat_id)
            seats = tuple(seat_id for _, seat_id in party if seat_id)
            self.at(now, self.hold, wish, Selection(standing, seats))
            now += timedelta(minutes=1)
