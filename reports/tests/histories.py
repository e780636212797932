"""Random histories of a house with venues in three time zones, made by the services that sell everything else.

They run through the nights in which clocks change, and prefer the minutes around midnight.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from random import Random

from bookings import services
from bookings.errors import BookingError
from bookings.models import Booking, Channel, Payment
from bookings.payments import Charge
from bookings.services.discounting import Discount
from events.errors import EventClosed
from events.models import Event
from events.services import cancel_event
from events.tests.factories import CategoryFactory, EventFactory, ProductionFactory
from ticketing.errors import TicketingError
from ticketing.models import Offer
from ticketing.services import open_sales
from ticketing.stock import Selection
from ticketing.tests.factories import OfferFactory, PromoCodeFactory, TicketTypeFactory
from venues.tests.factories import VenueFactory

START = datetime(2026, 2, 27, 12, tzinfo=UTC)
"""Before summer time begins in America (8 March) and Europe (29 March), and ends in New Zealand (5 April)."""

LENGTH = timedelta(days=40)
ZONES = ("Europe/Vienna", "America/Los_Angeles", "Pacific/Auckland")
PRICES = {"VIP": Decimal("99.95"), "Standard": Decimal("33.33"), "Economy": Decimal("0.00")}
HALF_HOURS = [timedelta(minutes=30) * n for n in range(48)]


class House:
    """Seven events in three venues, and their customers: each step is one thing that happens."""

    def __init__(self, seed: int) -> None:
        self.random, self.references = Random(seed), count(1)
        self.now = START
        self.events: list[Event] = []
        self.code = PromoCodeFactory(code=f"THIRD{seed}", percent=33).code
        for zone in ZONES:
            venue = VenueFactory(time_zone=zone)
            play = ProductionFactory(category=CategoryFactory(name=f"Plays in {zone[:4]}"))
            self.events += [self._stage(venue, play, play.category) for _ in range(2)]
        self.events.append(self._stage(venue, None, CategoryFactory(name="Readings")))

    def _stage(self, venue, production, category) -> Event:
        at = START + LENGTH + timedelta(days=5)
        event = EventFactory(
            venue=venue, production=production, category=category, event_date=at, published_at=START, exchange_hours=1
        )
        for name, price in PRICES.items():
            OfferFactory(event=event, ticket_type=TicketTypeFactory(name=name), price=price, capacity=60)
        early = Decimal("30.01")
        OfferFactory(
            event=event, ticket_type=TicketTypeFactory(name="Standard"), label="Early", price=early, capacity=60
        )
        open_sales(event=event, now=START)
        return event

    def live(self, steps: int) -> House:
        """Let so many things happen, and carry out all refunds that were decided but some of the last."""
        for moment in sorted(self._moment() for _ in range(steps)):
            self.now = moment
            action = self.random.choices(*zip(*self.ACTIONS, strict=True))[0]
            with suppress(BookingError, TicketingError, EventClosed):
                action(self)
            self._refund()
        return self

    def _moment(self) -> datetime:
        """Choose a moment: one of three around a midnight or the change of a clock somewhere."""
        day = START + timedelta(days=self.random.randrange(LENGTH.days))
        if self.random.random() < 0.33:
            edge = day.replace(hour=0) + self.random.choice(HALF_HOURS)
            return edge + timedelta(microseconds=self.random.choice((-1, 0, 1)))
        return day + timedelta(seconds=self.random.randrange(86_400))

    def _pick(self, event: Event, most: int = 4) -> Selection:
        offers = self.random.sample(list(event.offers.order_by("pk")), self.random.choice((1, 1, 2)))
        return Selection({offer.pk: self.random.randint(1, most) for offer in offers})

    def _offers(self, event: Event) -> list[Offer]:
        return list(event.offers.select_related("ticket_type"))

    def _hold(self, channel: str) -> Booking:
        event = self.random.choice(self.events)
        booking = services.hold(
            event=event, offers=self._offers(event), selection=self._pick(event), now=self.now, channel=channel
        )
        return services.set_details(booking=booking, name="Ada", email=f"{booking.pk}@example.org", now=self.now)

    def _charge(self, amount: Decimal) -> Charge | None:
        return Charge("demo", f"history-{next(self.references)}", amount) if amount > 0 else None

    def _pay(self, booking: Booking) -> None:
        self.now += timedelta(minutes=self.random.randrange(9))
        services.confirm(booking=booking, now=self.now, charge=self._charge(booking.total_price))

    def _any(self) -> Booking:
        """Choose a confirmed booking by lot.

        Raises:
            BookingError: there is none yet.
        """
        bookings = list(Booking.objects.filter(status=Booking.Status.CONFIRMED).order_by("pk"))
        if not bookings:
            raise BookingError("Nothing has been sold yet.")
        return self.random.choice(bookings)

    def buy(self) -> None:
        self._pay(self._hold(self.random.choice((Channel.WEB, Channel.API))))

    def buy_with_code(self) -> None:
        booking = self._hold(Channel.WEB)
        self._pay(services.apply_promo_code(booking=booking, code=self.code, now=self.now))

    def buy_at_counter(self) -> None:
        off = Discount("Regular guest", percent=Decimal("7.5"))
        booking = self._hold(Channel.BOX_OFFICE)
        self._pay(services.discount(booking=booking, discount=off, now=self.now, actor="grace"))

    def hold_and_leave(self) -> None:
        booking = self._hold(Channel.WEB)
        if self.random.random() < 0.5:
            services.abandon(booking=booking, now=self.now)

    def comp(self) -> None:
        event = self.random.choice(self.events)
        asked = self._pick(event).quantities
        services.comp(event=event, quantities=asked, name="Press", reason="press", now=self.now, actor="grace")

    def give_some_back(self) -> None:
        booking = self._any()
        tickets = list(booking.tickets.valid().order_by("pk"))
        gone = tickets[: self.random.randint(1, len(tickets))]
        worth = sum(ticket.price - ticket.discount for ticket in gone)
        refund = self.random.choice((None, worth, (worth / 3).quantize(Decimal("0.01")), Decimal("0.00")))
        services.cancel_tickets(
            booking=booking, tickets=[one.pk for one in gone], now=self.now, actor="grace", refund=refund
        )

    def cancel(self) -> None:
        services.cancel_as_customer(booking=self._any(), now=self.now)

    def allow(self) -> None:
        booking = self._any()
        amount = (booking.total_price / self.random.randint(1, 7)).quantize(Decimal("0.01"))
        services.refund_part(booking=booking, amount=amount, why="A pillar", now=self.now, actor="grace")

    def exchange(self) -> None:
        """Exchange a whole booking: within its event, or for another date of its production."""
        booking = self._any()
        dates = [event for event in self.events if event.production_id == booking.event.production_id]
        event = self.random.choice(dates)
        selection, offers = self._pick(event), self._offers(event)
        asked = {"booking": booking, "event": event, "offers": offers, "selection": selection}
        charge = self._charge(services.quote_exchange(**asked).difference)
        services.exchange(**asked, now=self.now, charge=charge, actor="grace", channel=Channel.BOX_OFFICE)

    def pass_on(self) -> None:
        ticket = self._any().tickets.valid().order_by("pk").first()
        services.pass_on(ticket=ticket, name="Grace", email="grace@example.org", now=self.now)

    def cancel_event(self) -> None:
        event = self.random.choice(self.events)
        cancel_event(event=event, now=self.now, by="grace")
        services.cancel_bookings_of_event(event_id=event.pk, now=self.now)
        event.refresh_from_db()  # so that nothing more is sold or given away

    def _refund(self) -> None:
        """Let the provider answer to all refunds but one of five, which waits."""
        answered = Payment.objects.filter(kind="refund").exclude(status="pending").values("reference")
        waiting = Payment.objects.filter(kind="refund", status="pending").exclude(reference__in=answered)
        for refund in waiting.order_by("pk"):
            if self.random.random() < 0.8:
                services.carry_out_refund(refund=refund, now=self.now)

    ACTIONS = (
        (buy, 30),
        (buy_with_code, 10),
        (buy_at_counter, 10),
        (hold_and_leave, 4),
        (comp, 6),
        (give_some_back, 10),
        (cancel, 4),
        (allow, 6),
        (exchange, 12),
        (pass_on, 3),
        (cancel_event, 0.5),
    )
