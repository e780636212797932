"""The tables: every named constraint refuses what it is for; history is written once; twins agree."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError, UniqueConstraint

from bookings.errors import BookingError
from bookings.models import (
    CODE_ALPHABET,
    Booking,
    Channel,
    Payment,
    Ticket,
    make_booking_code,
    make_code,
    make_key,
    make_ticket_code,
)
from bookings.services import cancel, check_confirmable
from bookings.tests.factories import (
    ActivityFactory,
    BookingFactory,
    CashMovementFactory,
    DeliveryFactory,
    ExchangeFactory,
    LedgerLineFactory,
    PaymentFactory,
    ScanFactory,
    ShiftFactory,
    SubscriptionFactory,
    TicketFactory,
    WaitlistEntryFactory,
)
from bookings.tests.sales import LAPSED, NOW, checked_out, hold, sold
from events.history import AppendOnlyError
from events.tests.factories import EventFactory
from ticketing.errors import TicketingError
from ticketing.tests.factories import (
    NamedHoldFactory,
    OfferFactory,
    PlaceFactory,
    PromoCodeFactory,
    TicketTypeFactory,
    make_offer,
    make_seated_offer,
)
from venues.tests.factories import (
    ApiKeyFactory,
    IdempotentRequestFactory,
    ImportJobFactory,
    RequestCountFactory,
    SeatFactory,
    SeatingPlanFactory,
    SectionFactory,
    VenueFactory,
)

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
UID = uuid4()
MODELS = [
    model for room in ("venues", "events", "ticketing", "bookings") for model in apps.get_app_config(room).get_models()
]


def twice(factory, **fields):
    for _ in range(2):
        factory(**fields)


def same(factory, relation, related, **fields):
    """Make two rows with the same relation and the same fields."""
    twice(factory, **{relation: related()}, **fields)


def pending(**fields):
    return BookingFactory(**fields)


def confirmed(**fields):
    return BookingFactory(**{"status": "confirmed", "confirmed_at": NOW} | fields)


def cancelled(**fields):
    return BookingFactory(**{"status": "cancelled", "cancelled_at": NOW, "cancellation_reason": "staff"} | fields)


def refund(**fields):
    charge = PaymentFactory()
    return PaymentFactory(**{"booking": charge.booking, "kind": "refund", "charge": charge} | fields)


COUNTED = dict.fromkeys(("expected_cash", "counted_cash", "expected_cards", "counted_cards"), 0)

BREAKS = [
    ("venue_capacity_positive", lambda: VenueFactory(capacity=0)),
    ("plan_name_unique_in_venue", lambda: same(SeatingPlanFactory, "venue", VenueFactory, name="Main")),
    ("import_job_state_known", lambda: ImportJobFactory(state="lost")),
    ("import_job_done_without_errors", lambda: ImportJobFactory(state="done", error_count=1)),
    ("section_name_unique_in_plan", lambda: same(SectionFactory, "plan", SeatingPlanFactory, name="Stalls")),
    ("section_standing_capacity_positive", lambda: SectionFactory(standing_capacity=0)),
    ("seat_unique_in_section", lambda: same(SeatFactory, "section", SectionFactory, row="A", number="1")),
    ("seat_slot_unique_in_section", lambda: same(SeatFactory, "section", SectionFactory, row_index=1, position=1)),
    ("event_doors_before_begin", lambda: EventFactory(event_date=NOW, doors_at=NOW + HOUR)),
    ("event_ends_after_begin", lambda: EventFactory(event_date=NOW, ends_at=NOW)),
    ("event_status_known", lambda: EventFactory(status="postponed")),
    ("event_booking_limit_sane", lambda: EventFactory(max_tickets_per_booking=0)),
    ("event_booking_limit_sane", lambda: EventFactory(max_tickets_per_booking=101)),
    ("ticket_type_price_positive", lambda: TicketTypeFactory(price=Decimal(0))),
    ("offer_unique_in_event", lambda: same(OfferFactory, "event", EventFactory)),
    ("offer_price_not_negative", lambda: OfferFactory(price=Decimal("-0.01"))),
    ("offer_capacity_positive", lambda: OfferFactory(capacity=0)),
    ("offer_sales_period_ordered", lambda: OfferFactory(on_sale_at=NOW, off_sale_at=NOW)),
    ("place_seat_unique_in_event", lambda: twice(PlaceFactory, offer=OfferFactory(), seat=SeatFactory())),
    ("promo_code_unique", lambda: [PromoCodeFactory(code=code) for code in ("Summer", "SUMMER")]),
    ("promo_code_percent_or_amount", lambda: PromoCodeFactory(percent=10, amount=Decimal(5))),
    ("promo_code_percent_or_amount", lambda: PromoCodeFactory(percent=None, amount=None)),
    ("promo_code_percent_or_amount", lambda: PromoCodeFactory(percent=0)),
    ("promo_code_percent_or_amount", lambda: PromoCodeFactory(percent=101)),
    ("promo_code_percent_or_amount", lambda: PromoCodeFactory(percent=None, amount=Decimal(0))),
    ("promo_code_not_over_used", lambda: PromoCodeFactory(max_uses=1, uses=2)),
    ("promo_code_validity_ordered", lambda: PromoCodeFactory(valid_from=NOW, valid_until=NOW)),
    ("named_hold_claim_unique", lambda: NamedHoldFactory(claim=NamedHoldFactory().claim)),
    ("named_hold_quantity_positive", lambda: NamedHoldFactory(quantity=0)),
    ("named_hold_kind_known", lambda: NamedHoldFactory(kind="friends")),
    ("named_hold_expires_later", lambda: NamedHoldFactory(created_at=NOW, expires_at=NOW)),
    ("booking_code_unique", lambda: twice(BookingFactory, booking_code="BK-20261122-ACDEFG")),
    ("booking_key_unique", lambda: twice(BookingFactory, key="secret")),
    ("booking_claim_unique", lambda: pending(claim=pending().claim)),
    ("booking_quantity_positive", lambda: pending(quantity=0)),
    ("booking_total_not_negative", lambda: pending(total_price=Decimal("-0.01"))),
    ("booking_discount_not_negative", lambda: pending(discount=Decimal("-0.01"))),
    ("booking_retained_not_negative", lambda: pending(retained=Decimal("-0.01"))),
    ("booking_channel_known", lambda: pending(channel="door")),
    ("booking_status_known", lambda: pending(status="lost")),
    ("booking_pending_expires", lambda: pending(expires_at=None)),
    ("booking_pending_expires", lambda: pending(confirmed_at=NOW)),
    ("booking_confirmed_has_when", lambda: confirmed(confirmed_at=None)),
    ("booking_cancelled_has_when_and_why", lambda: cancelled(cancelled_at=None)),
    ("booking_cancelled_has_when_and_why", lambda: cancelled(cancellation_reason="")),
    ("booking_cancelled_has_when_and_why", lambda: confirmed(cancelled_at=NOW)),
    ("booking_cancelled_has_when_and_why", lambda: pending(cancellation_reason="staff")),
    ("booking_confirmed_knows_customer", lambda: confirmed(customer_email="")),
    ("ticket_place_sold_once", lambda: same(TicketFactory, "place", PlaceFactory, status="valid")),
    ("ticket_code_unique", lambda: twice(TicketFactory, code="ACDEFGHJKLMNPQRT")),
    ("ticket_status_known", lambda: TicketFactory(status="lost")),
    ("ticket_price_not_negative", lambda: TicketFactory(price=Decimal("-0.01"))),
    ("ticket_discount_within_price", lambda: TicketFactory(price=Decimal(10), discount=Decimal("10.01"))),
    ("ticket_discount_within_price", lambda: TicketFactory(discount=Decimal("-0.01"))),
    ("ticket_void_has_when_and_why", lambda: TicketFactory(status="void", voided_at=None)),
    ("ticket_void_has_when_and_why", lambda: TicketFactory(status="void", void_reason="")),
    ("ticket_void_has_when_and_why", lambda: TicketFactory(status="valid", voided_at=NOW)),
    ("ticket_void_has_when_and_why", lambda: TicketFactory(status="valid", void_reason="cancelled")),
    ("ticket_held_not_checked_in", lambda: TicketFactory(checked_in_at=NOW)),
    ("payment_amount_positive", lambda: PaymentFactory(amount=0)),
    ("payment_status_known", lambda: PaymentFactory(status="lost")),
    ("payment_refund_names_charge", lambda: PaymentFactory(kind="refund")),
    ("payment_refund_names_charge", lambda: PaymentFactory(charge=PaymentFactory())),
    ("payment_refund_names_charge", lambda: PaymentFactory(kind="gift")),
    ("payment_succeeds_once", lambda: twice(PaymentFactory, reference="ch_1")),
    ("payment_succeeds_once", lambda: twice(refund, reference="re_1")),
    ("ledger_kind_known", lambda: LedgerLineFactory(kind="gift")),
    ("ledger_sale_is_more", lambda: LedgerLineFactory(quantity=0)),
    ("ledger_sale_is_more", lambda: LedgerLineFactory(gross=Decimal("-0.01"))),
    ("ledger_sale_is_more", lambda: LedgerLineFactory(retained=Decimal("0.01"))),
    ("ledger_cancellation_is_less", lambda: LedgerLineFactory(kind="cancellation", quantity=0, gross=0)),
    ("ledger_cancellation_is_less", lambda: LedgerLineFactory(kind="cancellation", quantity=-1, gross=1)),
    ("exchange_key_unique", lambda: twice(ExchangeFactory, key="secret")),
    ("exchange_claim_unique", lambda: ExchangeFactory(claim=ExchangeFactory().claim)),
    ("exchange_due_positive", lambda: ExchangeFactory(due=0)),
    ("shift_open_once", lambda: ShiftFactory(user=ShiftFactory().user)),
    ("shift_float_not_negative", lambda: ShiftFactory(opening_float=Decimal("-0.01"))),
    ("shift_closed_is_counted", lambda: ShiftFactory(closed_at=NOW + HOUR)),
    ("shift_closed_is_counted", lambda: ShiftFactory(counted_cash=0)),
    ("shift_closed_is_counted", lambda: ShiftFactory(opened_at=NOW, closed_at=NOW - HOUR, **COUNTED)),
    ("cash_movement_amount_positive", lambda: CashMovementFactory(amount=0)),
    ("cash_movement_kind_known", lambda: CashMovementFactory(kind="gift")),
    ("scan_uid_unique", lambda: ScanFactory(uid=ScanFactory().uid)),
    ("scan_result_known", lambda: ScanFactory(result="perhaps")),
    ("scan_admits_ticket", lambda: ScanFactory(result="admitted")),
    ("waitlist_key_unique", lambda: twice(WaitlistEntryFactory, key="secret")),
    ("waitlist_waits_once", lambda: same(WaitlistEntryFactory, "event", EventFactory)),
    ("waitlist_status_known", lambda: WaitlistEntryFactory(status="lost")),
    ("waitlist_quantity_positive", lambda: WaitlistEntryFactory(quantity=0)),
    ("waitlist_offer_has_end", lambda: WaitlistEntryFactory(offered_at=NOW)),
    ("waitlist_offer_has_end", lambda: WaitlistEntryFactory(expires_at=NOW)),
    ("subscription_paused_is_not_active", lambda: SubscriptionFactory(paused_at=NOW)),
    ("subscription_previous_secret_ends", lambda: SubscriptionFactory(previous_secret="before")),
    ("subscription_previous_secret_ends", lambda: SubscriptionFactory(previous_until=NOW)),
    ("delivery_once", lambda: same(DeliveryFactory, "subscription", SubscriptionFactory, event_uid=UID)),
    ("delivery_status_known", lambda: DeliveryFactory(status="lost")),
    ("delivery_pending_has_when", lambda: DeliveryFactory(next_attempt_at=None)),
    ("delivery_pending_has_when", lambda: DeliveryFactory(status="delivered")),
    ("delivery_is_about_one_thing", lambda: DeliveryFactory(booking=None)),
    ("delivery_is_about_one_thing", lambda: DeliveryFactory(event=EventFactory())),
    ("api_key_digest_unique", lambda: twice(ApiKeyFactory, digest="0" * 64)),
    ("idempotent_request_key_unique", lambda: twice(IdempotentRequestFactory, key="once")),
    ("request_count_once", lambda: twice(RequestCountFactory, who="key:1")),
    ("ledger_hour_of_a_day", lambda: LedgerLineFactory(hour=24)),
]


IMPLIED = {
    "ticket_price_not_negative": ["ticket_discount_within_price"],
    "delivery_status_known": ["delivery_pending_has_when"],
}
"""What breaks the first breaks the second, too, and PostgreSQL names the one whose name comes first."""


def said_of(name):
    """What the database says of a constraint: PostgreSQL and checks its name, SQLite the columns of a unique one."""
    model, constraint = next((m, c) for m in MODELS for c in m._meta.constraints if c.name == name)
    if connection.vendor == "postgresql" or not isinstance(constraint, UniqueConstraint) or constraint.expressions:
        return name
    return ", ".join(f"{model._meta.db_table}.{model._meta.get_field(field).column}" for field in constraint.fields)


@pytest.mark.parametrize(
    ("constraint", "break_it"), [pytest.param(*row, id=f"{row[0]}-{n}") for n, row in enumerate(BREAKS)]
)
def test_constraint_refuses_what_it_is_for(constraint, break_it):
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        break_it()

    assert any(said_of(name) in str(refusal.value) for name in (constraint, *IMPLIED.get(constraint, [])))


def test_every_constraint_is_broken_in_the_table_above():
    named = {constraint.name for model in MODELS for constraint in model._meta.constraints}

    assert {name for name, _ in BREAKS} == named


# What is allowed beside it --------------------------------------------------------------------


def test_place_may_have_many_tickets_that_are_not_valid():
    place = PlaceFactory()

    for status in ("valid", "void", "void", "held", "held"):
        TicketFactory(place=place, status=status)

    assert place.tickets.count() == 5


def test_standing_places_of_an_event_may_lack_a_seat():
    offer = OfferFactory()

    twice(PlaceFactory, offer=offer)

    assert offer.places.count() == 2


def test_seat_can_be_sold_once_at_each_event():
    seat = SeatFactory()

    twice(PlaceFactory, seat=seat)

    assert seat.places.count() == 2


def test_payment_may_fail_many_times_under_one_reference():
    for status in ("failed", "failed", "pending", "succeeded"):
        PaymentFactory(reference="ch_1", status=status)

    assert Payment.objects.count() == 4


def test_counter_sale_may_lack_an_address():
    assert confirmed(customer_email="", channel="box_office").pk


# Deleting never loses a sale ------------------------------------------------------------------


@pytest.mark.parametrize(
    "kept",
    [
        lambda booking: booking,
        lambda booking: booking.event,
        lambda booking: booking.event.venue,
        lambda booking: booking.tickets.get().offer,
        lambda booking: booking.tickets.get().offer.ticket_type,
        lambda booking: booking.tickets.get().place,
        lambda booking: booking.tickets.get().place.seat,
        lambda booking: booking.tickets.get().place.seat.section,
        lambda booking: booking.event.seating_plan,
        lambda booking: booking.promo_code,
    ],
)
def test_what_belongs_to_a_sale_cannot_be_deleted(kept):
    offer = make_seated_offer()
    booking = sold(offer)
    Booking.objects.filter(pk=booking.pk).update(promo_code=PromoCodeFactory())
    booking.refresh_from_db()
    row = kept(booking)

    with pytest.raises(ProtectedError):
        row.delete()


def test_what_was_never_sold_goes_with_its_event():
    offer = make_offer(3)

    offer.event.delete()

    assert type(offer).objects.count() == 0


# History is written once ----------------------------------------------------------------------

WAYS = {
    "save": lambda row: row.save(),
    "delete": lambda row: row.delete(),
    "update": lambda row: type(row).objects.update(provider="x"),
    "queryset delete": lambda row: type(row).objects.all().delete(),
    "bulk update": lambda row: type(row).objects.bulk_update([row], ["booking"]),
    "update or create": lambda row: type(row).objects.update_or_create(pk=row.pk, defaults={"booking": row.booking}),
    "update of the related": lambda row: getattr(
        row.booking, "payments" if isinstance(row, Payment) else "activities"
    ).update(booking=row.booking),
    "deletion of the related": lambda row: (
        getattr(row.booking, "payments" if isinstance(row, Payment) else "activities").all().delete()
    ),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("factory", [PaymentFactory, ActivityFactory])
def test_history_is_written_once(factory, way):
    row = factory()

    with pytest.raises(AppendOnlyError), transaction.atomic():
        way(row)

    assert type(row).objects.count() == 1


# Twins ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("now", [NOW, NOW + timedelta(minutes=10), LAPSED])
@pytest.mark.parametrize(
    "make", [hold, sold, lambda offer: cancel(booking=sold(offer), reason="staff", now=NOW, actor="x")]
)
@pytest.mark.parametrize(("predicate", "queryset"), [("is_live", "live_holds"), ("is_lapsed", "lapsed")])
def test_is_live_and_is_lapsed_agree_with_their_querysets(make, now, predicate, queryset):
    booking = make(make_offer())
    booking.refresh_from_db()

    listed = getattr(Booking.objects, queryset)(now).filter(pk=booking.pk).exists()

    assert listed == getattr(booking, predicate)(now)
    assert listed == (make is hold and (now < booking.expires_at) == (predicate == "is_live"))


@pytest.mark.parametrize("channel", [Channel.WEB, Channel.BOX_OFFICE])
@pytest.mark.parametrize("details", [{}, {"customer_name": ""}, {"customer_email": ""}])
@pytest.mark.parametrize(
    "event",
    [
        {},
        {"status": "cancelled"},
        {"status": "completed"},
        {"published_at": None},
        {"published_at": NOW + HOUR},
        {"event_date": NOW},
        {"event_date": NOW + timedelta(seconds=1)},
        {"max_tickets_per_booking": 1},
        {"max_tickets_per_booking": 2},
    ],
)
def test_check_confirmable_and_confirmable_agree(channel, details, event):
    booking = checked_out(make_offer(), 2)
    Booking.objects.filter(pk=booking.pk).update(channel=channel, **details)
    type(booking.event).objects.filter(pk=booking.event_id).update(**event)
    booking = Booking.objects.get(pk=booking.pk)

    try:
        check_confirmable(booking, NOW)
        is_confirmable = True
    except (BookingError, TicketingError):
        is_confirmable = False

    assert Booking.objects.confirmable(NOW).filter(pk=booking.pk).exists() == is_confirmable


@pytest.mark.parametrize("make", [sold, lambda offer: cancel(booking=sold(offer), reason="staff", now=NOW, actor="x")])
def test_check_confirmable_and_confirmable_agree_on_what_is_not_pending(make):
    booking = make(make_offer())

    with pytest.raises(BookingError):
        check_confirmable(booking, NOW)

    assert not Booking.objects.confirmable(NOW).exists()


def test_of_customer_lists_what_was_bought_newest_first():
    offer = make_offer()
    hold(offer)
    checked_out(offer)
    first = sold(offer, now=NOW - HOUR)
    second = cancel(booking=sold(offer, now=NOW), reason="customer", now=NOW, actor="customer")
    cancel(booking=checked_out(offer), reason="abandoned", now=NOW, actor="customer")
    sold(offer, email="eve@example.org")

    assert list(Booking.objects.of_customer(" ADA@example.org ")) == [second, first]


def test_with_refundable_counts_what_was_given_back():
    charge = PaymentFactory(amount=100)
    for reference, amount, answer in (("a", 30, "succeeded"), ("b", 20, "failed"), ("c", 10, None)):
        for status in filter(None, ("pending", answer)):
            PaymentFactory(
                booking=charge.booking, charge=charge, kind="refund", reference=reference, amount=amount, status=status
            )

    assert list(Payment.objects.with_refundable().values_list("pk", "refundable")) == [(charge.pk, Decimal(60))]


def test_with_refundable_leaves_out_charges_that_did_not_come_in():
    PaymentFactory(status="failed")
    PaymentFactory(status="pending")

    assert not Payment.objects.with_refundable().exists()


# Codes ----------------------------------------------------------------------------------------


def test_codes_have_no_letters_that_look_alike():
    assert set(CODE_ALPHABET) & set("0O1I2Z5S8B") == set()
    assert len(set(CODE_ALPHABET)) == len(CODE_ALPHABET)


def test_booking_code_tells_the_day():
    code = make_booking_code(NOW)

    assert code[:12] == f"BK-{NOW:%Y%m%d}-"
    assert len(code) == 18


def test_codes_and_keys_differ():
    assert len({make_ticket_code() for _ in range(1_000)}) == 1_000
    assert len({make_key() for _ in range(1_000)}) == 1_000
    assert {len(make_code(length)) for length in (6, 16)} == {6, 16}


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: BookingFactory(booking_code="BK-20261122-ACDEFG"), "BK-20261122-ACDEFG"),
        (lambda: TicketFactory(code="ACDEFGHJKLMNPQRT"), "ACDEFGHJKLMNPQRT"),
        (lambda: PaymentFactory(reference="ch_1", amount=Decimal("40.00")), "Charge 40.00 (demo ch_1)"),
        (lambda: ActivityFactory(verb="cancel", actor="grace"), "cancel by grace"),
        (
            lambda: WaitlistEntryFactory(event__name="Gala", event__event_date=NOW.replace(2030, 1, 2, 12)),
            "Ada Lovelace waits for 1 at Gala (2030-01-02)",
        ),
    ],
)
def test_rows_say_what_they_are(make, text):
    assert str(make()) == text


def test_tickets_of_a_sold_booking_are_valid():
    assert set(sold(make_offer(), 2).tickets.values_list("status", flat=True)) == {Ticket.Status.VALID}
