"""A machine that does to bookings whatever can be done, in any order, beside a plain model of what should happen.

``MACHINE_EXAMPLES=2000 MACHINE_STEPS=80`` in the environment: look longer, and at other examples each time.
"""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from bookings import services
from bookings.errors import HoldLapsed, PaymentFailed, PriceDiffers, TransitionRefused
from bookings.models import Booking, Payment, Ticket
from bookings.payments import Charge
from bookings.tests.sales import NOW
from reports.audit import bookings as booking_checks
from reports.audit import money as money_checks
from reports.audit import stock as stock_checks
from ticketing.availability import Availability, availability
from ticketing.errors import PlacesTaken, PromoCodeRefused, SelectionInvalid
from ticketing.models import FOREVER, PromoCode
from ticketing.services import open_sales
from ticketing.stock import Selection
from ticketing.tests.factories import OfferFactory, PromoCodeFactory, TicketTypeFactory, make_seated_offer

pytestmark = pytest.mark.django_db

SEATS, STANDING, LIMIT, USES = 3, 4, 3, 1
SEAT_PRICE, STANDING_PRICE = Decimal("33.30"), Decimal("16.65")
HOLD, PATIENCE = timedelta(minutes=10), timedelta(hours=1)

CHECKS = {*stock_checks.CHECKS, *booking_checks.CHECKS, *money_checks.CHECKS} - {
    booking_checks.ticket_held,  # depends on the moment; the model counts what is held
    money_checks.refund_unanswered,  # no queue works here
}
"""What the audit asks, but for what the schema itself asks at every step."""

NUMBERS = st.sets(st.integers(0, SEATS - 1), min_size=1, max_size=2)
WISHES = st.one_of(
    st.tuples(NUMBERS, st.just(0)),
    st.tuples(st.just(set()), st.integers(1, 3)),
    st.tuples(NUMBERS, st.integers(1, 2)),
    st.tuples(st.just(set()), st.sampled_from([0, LIMIT + 1])),
)
"""Which seats by number, and how many standing places."""

WHICH = st.integers(0, 3)
"""One of the bookings that there are in some status, the latest first."""


@dataclass(eq=False)
class Model:
    """What is known of a booking without looking into the database."""

    pk: int
    claim: object
    places: set[int]
    expires: datetime
    status: str = "pending"
    is_extended: bool = False
    has_promo: bool = False
    paid: Decimal = Decimal(0)
    charges: list[Charge] = field(default_factory=list)

    def is_live(self, now: datetime) -> bool:
        return self.status == "pending" and self.expires > now


def some(status: str):
    """Let a rule run only when there is a booking in this status."""
    return precondition(lambda house: any(model.status == status for model in house.bookings))


class House(RuleBasedStateMachine):
    """One event, a row of seats and a floor; its clock moves only when told to."""

    audit: list[tuple[str, str, tuple]] = []

    def __init__(self):
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.seated = make_seated_offer(rows=1, seats=SEATS, price=SEAT_PRICE, event__max_tickets_per_booking=LIMIT)
        floor = TicketTypeFactory(name="Floor")
        self.floor = OfferFactory(event=self.seated.event, ticket_type=floor, price=STANDING_PRICE, capacity=STANDING)
        open_sales(event=self.seated.event, now=NOW)
        self.offers = [self.seated, self.floor]
        self.promo = PromoCodeFactory(percent=10, max_uses=USES)
        self.seat_of = dict(self.seated.places.order_by("pk").values_list("pk", "seat"))
        self.seats = list(self.seat_of)
        self.standing = set(self.floor.places.values_list("pk", flat=True))
        self.taken: dict[int, tuple[Model, datetime]] = {}
        self.bookings: list[Model] = []
        self.uses = 0
        self.now = NOW

    def teardown(self):
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    # What the model expects -------------------------------------------------------------------

    def pick(self, status: str, which: int) -> Model:
        there = [model for model in self.bookings if model.status == status]
        return there[-1 - which % len(there)]

    def is_free(self, place: int, model: Model | None = None) -> bool:
        owner, until = self.taken.get(place, (None, NOW))
        return until <= self.now or owner is model is not None

    def refusal(self, wish: tuple[set[int], int], model: Model | None = None) -> type[Exception] | None:
        """Foresee how a wish is refused; one's own places count as free."""
        seats, quantity = wish
        if not 1 <= len(seats) + quantity <= LIMIT:
            return SelectionInvalid
        free_standing = sum(self.is_free(place, model) for place in self.standing)
        if quantity > free_standing or not all(self.is_free(self.seats[seat], model) for seat in seats):
            return PlacesTaken
        return None

    def wish_of(self, model: Model) -> tuple[set[int], int]:
        seats = {self.seats.index(place) for place in model.places if place in self.seats}
        return seats, len(model.places) - len(seats)

    def price(self, wish: tuple[set[int], int], has_promo: bool) -> Decimal:
        full = len(wish[0]) * SEAT_PRICE + wish[1] * STANDING_PRICE
        return full - (full / 10).quantize(Decimal("0.01"), ROUND_HALF_UP) if has_promo else full

    def due(self, model: Model) -> Decimal:
        return self.price(self.wish_of(model), model.has_promo)

    def promo_is_left(self, model: Model) -> bool:
        kept = sum(other.has_promo and other.is_live(self.now) for other in self.bookings if other is not model)
        return self.uses + kept < USES

    # What the model remembers -----------------------------------------------------------------

    def occupy(self, model: Model, until: datetime) -> None:
        """Note which places a booking has got, which must have been free and be what was asked for."""
        living = Ticket.objects.filter(booking=model.pk).exclude(status=Ticket.Status.VOID)
        got = set(living.values_list("place", flat=True))
        assert all(self.is_free(place, model) for place in got)
        self.vacate(model)
        self.taken |= dict.fromkeys(got, (model, until))
        model.places = got
        if model.status == "pending":
            model.expires = until

    def vacate(self, model: Model) -> None:
        self.taken = {place: taken for place, taken in self.taken.items() if taken[0] is not model}

    def end(self, model: Model) -> None:
        self.uses -= model.status == "confirmed" and model.has_promo
        self.vacate(model)
        model.status, model.paid = "cancelled", Decimal(0)

    # How it is done ---------------------------------------------------------------------------

    def selection(self, wish: tuple[set[int], int]) -> Selection:
        return Selection({self.floor.pk: wish[1]}, tuple(self.seat_of[self.seats[seat]] for seat in wish[0]))

    def call(self, verb, model: Model, **kwargs):
        return verb(booking=Booking.objects.get(pk=model.pk), now=self.now, **kwargs)

    def try_(self, error: type[Exception] | None, verb, *args, **kwargs):
        """Do it; it must be refused just so, or not at all. Returns what came out, None if it was refused."""
        if error is None:
            return verb(*args, **kwargs)
        with pytest.raises(error):
            verb(*args, **kwargs)
        return None

    def call_hold(self, selection, claim=None) -> Booking:
        return services.hold(
            event=self.seated.event, offers=self.offers, selection=selection, now=self.now, claim=claim
        )

    def enter(self, booking: Booking) -> None:
        """Take a new booking into the model."""
        services.set_details(booking=booking, name="Ada", email="ada@example.org", now=self.now)
        self.bookings.append(Model(booking.pk, booking.claim, set(), self.now + HOLD))
        self.occupy(self.bookings[-1], self.now + HOLD)

    # What can be done -------------------------------------------------------------------------

    @rule(minutes=st.sampled_from([1, 5, 11, 75]))
    def let_time_pass(self, minutes):
        self.now += timedelta(minutes=minutes)

    @some("pending")
    @rule(which=WHICH)
    def let_a_hold_lapse(self, which):
        self.now = max(self.now, self.pick("pending", which).expires)

    @rule(wish=WISHES)
    def hold(self, wish):
        booking = self.try_(self.refusal(wish), self.call_hold, self.selection(wish))
        if booking:
            self.enter(booking)
            assert self.wish_of(self.bookings[-1]) == wish

    @some("pending")
    @rule(which=WHICH, count=st.integers(1, 2))
    def overtake(self, which, count):
        """Let a hold lapse, and somebody else take just its seats."""
        model = self.pick("pending", which)
        self.now = max(self.now, model.expires)
        places = sorted(place for place in model.places & self.seat_of.keys() if self.is_free(place))[:count]
        if places:
            self.enter(self.call_hold(Selection(seats=tuple(self.seat_of[place] for place in places))))
            assert self.bookings[-1].places == set(places)

    @some("pending")
    @rule(which=WHICH)
    def click_again(self, which):
        model = self.pick("pending", which)
        if model.is_live(self.now):
            assert self.call_hold(self.selection(self.wish_of(model)), model.claim).pk == model.pk

    @some("pending")
    @rule(which=WHICH, wish=WISHES)
    def change(self, which, wish):
        model = self.pick("pending", which)
        was_live = model.is_live(self.now)
        changes = {"event": self.seated.event, "offers": self.offers, "selection": self.selection(wish)}
        if self.try_(self.refusal(wish, model), self.call, services.change, model, **changes):
            self.occupy(model, model.expires if was_live else self.now + HOLD)
            assert self.wish_of(model) == wish
            model.has_promo = model.has_promo and (was_live or self.promo_is_left(model))

    @some("pending")
    @rule(which=WHICH)
    def extend(self, which):
        model = self.pick("pending", which)
        error = TransitionRefused if model.is_extended else None if model.is_live(self.now) else HoldLapsed
        if self.try_(error, self.call, services.extend, model):
            self.occupy(model, model.expires + HOLD)
            model.is_extended = True

    @some("pending")
    @rule(which=WHICH)
    def revive(self, which):
        model = self.pick("pending", which)
        was_live, wish = model.is_live(self.now), self.wish_of(model)
        error = HoldLapsed if self.refusal(wish, model) else None
        if self.try_(error, self.call, services.revive, model) and not was_live:
            self.occupy(model, self.now + HOLD)
            assert self.wish_of(model) == wish
            model.has_promo = model.has_promo and self.promo_is_left(model)

    @some("pending")
    @rule(which=WHICH)
    def apply_promo_code(self, which):
        model = self.pick("pending", which)
        error = None if self.promo_is_left(model) else PromoCodeRefused
        if self.try_(error, self.call, services.apply_promo_code, model, code=self.promo.code):
            model.has_promo = True

    @some("pending")
    @rule(which=WHICH)
    def remove_promo_code(self, which):
        model = self.pick("pending", which)
        self.call(services.remove_promo_code, model)
        model.has_promo = False

    @some("pending")
    @rule(which=WHICH, too_much=st.sampled_from([0, 0, 0, 1]))
    def pay(self, which, too_much):
        """In time or late; the sum that is due or another."""
        model = self.pick("pending", which)
        charge = Charge("demo", f"ch_{model.pk}_{len(model.charges)}", self.due(model) + too_much)
        wish = self.wish_of(model)
        error = self.refusal_of_payment(model, too_much)
        booking = self.try_(error, self.call, services.confirm, model, charge=charge)
        model.charges.append(charge)
        if booking:
            self.occupy(model, FOREVER)
            assert self.wish_of(model) == wish
            model.status, model.paid = "confirmed", charge.amount
            self.uses += model.has_promo
        if error is HoldLapsed:
            self.end(model)

    def refusal_of_payment(self, model: Model, too_much: int) -> type[Exception] | None:
        if model.has_promo and not self.promo_is_left(model):
            return PromoCodeRefused
        if too_much:
            return PaymentFailed
        return HoldLapsed if self.refusal(self.wish_of(model), model) else None

    @some("confirmed")
    @rule(which=WHICH, is_the_same=st.booleans())
    def pay_again(self, which, is_the_same):
        model = self.pick("confirmed", which)
        charge = model.charges[-1] if is_the_same else Charge("demo", f"ch_again_{model.pk}_{which}", model.paid)
        is_known = Payment.objects.filter(booking=model.pk, reference=charge.reference).exists()
        self.try_(None if is_known else TransitionRefused, self.call, services.confirm, model, charge=charge)

    @some("confirmed")
    @rule(which=WHICH, seats=st.permutations(range(SEATS)))
    def exchange_for_others_of_the_same(self, which, seats):
        model = self.pick("confirmed", which)
        own, quantity = self.wish_of(model)
        self.exchange(model, (set(seats[: len(own)]), quantity))

    @some("confirmed")
    @rule(which=WHICH, wish=WISHES)
    def exchange_for_anything(self, which, wish):
        self.exchange(self.pick("confirmed", which), wish)

    def exchange(self, model: Model, wish) -> None:
        """Exchange; what is dearer is paid, except now and then, and what is cheaper comes back."""
        difference = self.price(wish, model.has_promo) - model.paid
        error = self.refusal(wish, model)
        if error is None and wish == self.wish_of(model):
            error = SelectionInvalid
        charge = Charge("demo", f"ex_{model.pk}_{len(model.charges)}", difference) if difference > 0 else None
        if error is None and difference > 0 and len(model.charges) % 3 == 0:
            charge, error = None, PriceDiffers
        changes = {"offers": self.offers, "selection": self.selection(wish), "charge": charge}
        done = self.try_(error, self.call, services.exchange, model, **changes)
        if charge:
            model.charges.append(charge)
        if done:
            self.occupy(model, FOREVER)
            model.paid += difference
            assert self.wish_of(model) == wish

    @some("confirmed")
    @rule(which=WHICH)
    def pass_on(self, which):
        model = self.pick("confirmed", which)
        ticket = Ticket.objects.valid().filter(booking=model.pk).first()
        services.pass_on(ticket=ticket, name="Grace", email="grace@example.org", now=self.now, actor="grace")
        self.try_(TransitionRefused, services.pass_on, ticket=ticket, name="G", email="", now=self.now, actor="grace")

    @some("confirmed")
    @rule(which=WHICH, count=st.integers(1, 2))
    def cancel_tickets(self, which, count):
        """Without a code, whose rounding would have to be foreseen."""
        model = self.pick("confirmed", which)
        chosen = Ticket.objects.valid().filter(booking=model.pk).order_by("-pk")[:count]
        if model.has_promo:
            return
        ids, worth = [ticket.pk for ticket in chosen], sum(ticket.price for ticket in chosen)
        self.call(services.cancel_tickets, model, tickets=ids, actor="grace")
        if count >= len(model.places):
            self.end(model)
        else:
            self.occupy(model, FOREVER)
            model.paid -= worth

    @precondition(lambda house: house.bookings)
    @rule(status=st.sampled_from(["pending", "confirmed"]), which=WHICH)
    def cancel(self, status, which):
        if any(model.status == status for model in self.bookings):
            model = self.pick(status, which)
            verb = {"reason": "staff", "actor": "grace"}
            assert self.call(services.cancel, model, **verb).status == "cancelled"
            self.end(model)
            self.call(services.cancel, model, **verb)

    @some("cancelled")
    @rule(which=WHICH, wish=WISHES)
    def come_back_to_what_is_cancelled(self, which, wish):
        model = self.pick("cancelled", which)
        changes = {"offers": self.offers, "selection": self.selection(wish)}
        charge = Charge("demo", f"ch_late_{model.pk}", SEAT_PRICE)
        for verb, kwargs in (
            (services.confirm, {"charge": charge}),
            (services.change, {"event": self.seated.event} | changes),
            (services.exchange, changes),
            (services.extend, {}),
            (services.revive, {}),
            (services.abandon, {}),
            (services.apply_promo_code, {"code": self.promo.code}),
        ):
            self.try_(TransitionRefused, self.call, verb, model, **kwargs)

    @rule()
    def tidy(self):
        lapsed = [
            model for model in self.bookings if model.status == "pending" and model.expires <= self.now - PATIENCE
        ]
        assert services.cancel_lapsed(now=self.now) == len(lapsed)
        for model in lapsed:
            self.end(model)

    # What must be true after each step --------------------------------------------------------

    @invariant()
    def bookings_are_as_the_model_says(self):
        net = defaultdict(Decimal)
        signs = {"charge succeeded": 1, "refund pending": -1}
        for pk, kind, status, amount in Payment.objects.values_list("booking", "kind", "status", "amount"):
            net[pk] += signs[f"{kind} {status}"] * amount
        rows = {booking.pk: booking for booking in Booking.objects.all()}
        assert set(rows) == {model.pk for model in self.bookings}
        for model in self.bookings:
            booking = rows[model.pk]
            assert (booking.status, net[model.pk]) == (model.status, model.paid)
            if model.status != "cancelled":
                assert (booking.total_price, booking.quantity) == (self.due(model), len(model.places))
        assert PromoCode.objects.get().uses == self.uses

    @invariant()
    def every_place_is_in_one_valid_ticket_at_most(self):
        valid = sorted(Ticket.objects.valid().values_list("place", flat=True))
        assert valid == sorted(place for place, (_, until) in self.taken.items() if until == FOREVER)

    @invariant()
    def availability_is_as_the_model_says(self):
        counts = availability(self.seated.event, self.now)
        for offer, places in ((self.seated, self.seats), (self.floor, self.standing)):
            ends = [self.taken[place][1] if place in self.taken else NOW for place in places]
            sold, free = ends.count(FOREVER), sum(end <= self.now for end in ends)
            held = len(ends) - sold - free
            assert counts[offer.pk] == Availability(capacity=len(ends), sold=sold, held=held, free=free)

    @invariant()
    def the_audit_finds_nothing(self):
        if not self.audit:  # putting a query together takes longer than asking it
            self.audit += [(check.name, *check.find(NOW)[:1].query.sql_with_params()) for check in CHECKS]
        with connection.cursor() as cursor:
            for name, sql, params in self.audit:
                cursor.execute(sql, params)
                assert (name, cursor.fetchall()) == (name, [])


EXAMPLES = int(os.environ.get("MACHINE_EXAMPLES", "0"))
STEPS = int(os.environ.get("MACHINE_STEPS", "40"))


def test_machine():
    run_state_machine_as_test(
        House,
        settings=settings(
            max_examples=EXAMPLES or 40,
            stateful_step_count=STEPS,
            derandomize=not EXAMPLES,
            phases=set(Phase) if EXAMPLES else [Phase.generate],  # to shrink a failure takes minutes
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
