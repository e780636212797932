"""Many events from one: made together with their offers and places, or not at all."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from events.dates import MOST
from events.errors import DateRefused
from events.models import Event, Production
from events.tests.factories import CategoryFactory, EventFactory, ProductionFactory
from ticketing import seasons, tasks
from ticketing.errors import SelectionInvalid
from ticketing.models import Offer, Place
from ticketing.offers import Draft, sections_with_places
from ticketing.seasons import copy_event, make_season
from ticketing.tests.factories import OfferFactory, TicketTypeFactory, make_offer, make_seated_offer
from venues.tests.factories import SeatingPlanFactory, SectionFactory, VenueFactory, make_seats

pytestmark = pytest.mark.django_db

NOW = timezone.now()
BEGINS = NOW + timedelta(days=30)
WEEKLY = [BEGINS + timedelta(days=7 * number) for number in range(3)]


def prototype(**kwargs) -> Event:
    kwargs = {"name": "Gala", "venue": VenueFactory(), "category": CategoryFactory()} | kwargs
    return Event(event_date=BEGINS, doors_at=BEGINS - timedelta(hours=1), ends_at=BEGINS + timedelta(hours=2), **kwargs)


def draft(capacity: int = 20, sections=(), **kwargs) -> Draft:
    kwargs = {"ticket_type": TicketTypeFactory(), "price": Decimal("40.00")} | kwargs
    return Draft(Offer(capacity=capacity, **kwargs), sections)


def make(event: Event, *offers: Draft, **kwargs) -> list[Event]:
    kwargs = {"moments": WEEKLY, "publish_at": NOW, "now": NOW, "by": "ada"} | kwargs
    return make_season(prototype=event, offers=offers, **kwargs)


def counts() -> tuple[int, int, int, int]:
    return tuple(model.objects.count() for model in (Production, Event, Offer, Place))


def test_season_is_made_with_offers_and_places_and_published_together():
    events = make(prototype(), draft(), draft(5, ticket_type=TicketTypeFactory(name="VIP")))

    assert [event.event_date for event in Event.objects.order_by("event_date")] == WEEKLY
    assert {event.published_at for event in events} == {NOW}
    assert [event.doors_at for event in events] == [moment - timedelta(hours=1) for moment in WEEKLY]
    assert [event.ends_at for event in events] == [moment + timedelta(hours=2) for moment in WEEKLY]
    assert [event.places.count() for event in events] == [25, 25, 25]
    assert len({event.slug for event in events}) == 3


def test_season_of_a_new_production_makes_it():
    make(prototype(), draft(), production=Production(title="Gala", category=CategoryFactory()))

    assert set(Event.objects.values_list("production__title", flat=True)) == {"Gala"}


def test_season_sells_each_section_at_its_price():
    plan = SeatingPlanFactory()
    for name in ("Stalls", "Circle"):
        make_seats(SectionFactory(plan=plan, name=name), rows=1, seats=4)
    stalls, circle = sections_with_places(plan.sections.order_by("-name"))
    vip = TicketTypeFactory(name="VIP")

    events = make(
        prototype(venue=plan.venue, seating_plan=plan), draft(4, [stalls]), draft(4, [circle], ticket_type=vip)
    )

    for event in events:
        offers = {offer.name: offer for offer in event.offers.all()}
        assert offers["VIP"].places.filter(seat__section=circle).count() == 4
        assert offers["Standard"].places.filter(seat__section=stalls).count() == 4


def test_two_events_on_one_day_have_addresses_of_their_own():
    noon = BEGINS.replace(hour=12)
    events = make(prototype(), moments=[noon, noon + timedelta(minutes=5)])

    assert events[1].slug == f"{events[0].slug}-2"


def test_season_writes_history():
    event = make(prototype(), draft())[0]

    assert list(event.activities.values_list("verb", "actor")) == [("create", "ada"), ("open sales", "ada")]


@pytest.mark.parametrize(
    ("moments", "message"),
    [
        ([], "There is no date to make an event at."),
        ([BEGINS, NOW], "Events must begin in the future."),
        ([BEGINS + timedelta(hours=n) for n in range(MOST + 1)], "At most 366 events are made at a time."),
    ],
)
def test_dates_that_make_no_season_are_refused(moments, message):
    with pytest.raises(DateRefused) as refusal:
        make(prototype(), draft(), moments=moments)

    assert refusal.value.message == message
    assert counts() == (0, 0, 0, 0)


def test_more_places_than_the_venue_holds_are_refused_and_nothing_is_made():
    new = Production(title="Gala", category=CategoryFactory())

    with pytest.raises(SelectionInvalid, match="add up to 1,001"):
        make(prototype(), draft(1_001), production=new)

    assert counts() == (0, 0, 0, 0)


def test_section_that_is_offered_twice_is_refused():
    plan = SeatingPlanFactory()
    make_seats(SectionFactory(plan=plan, name="Stalls"), rows=1, seats=4)
    sections = sections_with_places(plan.sections.all())

    with pytest.raises(SelectionInvalid, match="“Stalls” belongs to"):
        make(prototype(venue=plan.venue, seating_plan=plan), draft(4, sections), draft(4, sections, label="Again"))

    assert counts() == (0, 0, 0, 0)


def test_error_in_the_middle_leaves_nothing_half_made(monkeypatch):
    opened = []

    def fail(**kwargs):
        opened.append(seasons_open_sales(**kwargs))
        if len(opened) == 2:
            raise RuntimeError("The lights go out.")

    seasons_open_sales = seasons.open_sales
    monkeypatch.setattr(seasons, "open_sales", fail)

    with pytest.raises(RuntimeError):
        make(prototype(), draft(), production=Production(title="Gala", category=CategoryFactory()))

    assert counts() == (0, 0, 0, 0)


@pytest.mark.parametrize("count", [2, 12])
def test_queries_grow_with_the_events_by_a_constant(count, django_assert_max_num_queries):
    event, offer = prototype(), draft(3)
    moments = [BEGINS + timedelta(days=number) for number in range(count)]

    with django_assert_max_num_queries(12 + 22 * count):
        make(event, offer, moments=moments)


# Large ones -----------------------------------------------------------------------------------


@pytest.fixture
def small_limit(monkeypatch):
    monkeypatch.setattr(seasons, "AT_ONCE", 50)


def open_season_task() -> DBTaskResult:
    return DBTaskResult.objects.get(task_path="ticketing.tasks.open_season", status=TaskResultStatus.READY)


def test_places_of_a_large_season_are_left_to_the_queue_and_published_together(small_limit):
    events = make(prototype(), draft())

    assert Place.objects.count() == 0
    assert Event.objects.published(NOW).count() == 0

    tasks.open_season.call(*open_season_task().args_kwargs["args"])

    assert [event.places.count() for event in events] == [20, 20, 20]
    assert len(set(Event.objects.values_list("published_at", flat=True))) == 1
    assert Event.objects.published(timezone.now()).count() == 3
    verbs = list(events[0].activities.values_list("verb", flat=True))
    assert verbs == ["create", "open sales", "publish"]


def test_queue_that_begins_again_makes_only_what_is_missing(small_limit):
    first, cancelled, last = make(prototype(), draft(), publish_at=None)
    args = open_season_task().args_kwargs["args"]
    Event.objects.filter(pk=cancelled.pk).update(status="cancelled")

    tasks.open_season.call(*args)
    tasks.open_season.call(*args)

    assert [event.places.count() for event in (first, cancelled, last)] == [20, 0, 20]
    assert Event.objects.exclude(published_at=None).count() == 0


# Copies ---------------------------------------------------------------------------------------


def test_copy_has_the_offers_and_places_of_the_event_and_is_a_draft():
    offer = make_seated_offer(rows=2, seats=3, event__is_featured=True, event__production=ProductionFactory())
    event = offer.event

    (copied,) = copy_event(event=event, moments=[BEGINS], publish_at=None, now=NOW, by="ada")

    event.refresh_from_db()
    assert (copied.pk, copied.slug, copied.name) != (event.pk, event.slug, event.name)
    assert (copied.name, copied.venue, copied.seating_plan) == (event.name, event.venue, event.seating_plan)
    assert (copied.published_at, copied.is_featured, copied.production) == (None, False, event.production)
    assert [(it.name, it.price, list(it.sections.all())) for it in copied.offers.all()] == [
        (offer.name, offer.price, list(offer.sections.all()))
    ]
    assert copied.places.count() == event.places.count() == 6
    assert copied.activities.first().detail["copied from"] == event.slug


def test_copy_of_a_moved_or_cancelled_event_is_a_new_one():
    event = make_offer(5, event__status="cancelled", event__rescheduled_from=NOW).event

    (copied,) = copy_event(event=event, moments=[BEGINS], publish_at=NOW, now=NOW, by="ada")

    assert (copied.status, copied.rescheduled_from, copied.refundable_until) == ("active", None, None)


def test_sales_periods_of_a_copy_keep_their_distance_on_the_clock():
    event = EventFactory(event_date=datetime(2030, 3, 28, 18, 30, tzinfo=UTC))
    on_sale = datetime(2030, 3, 1, 9, tzinfo=UTC)  # ten o'clock, in winter
    OfferFactory(event=event, on_sale_at=on_sale, off_sale_at=on_sale + timedelta(days=10))
    moment = datetime(2030, 4, 28, 17, 30, tzinfo=UTC)

    (copied,) = copy_event(event=event, moments=[moment], publish_at=None, now=NOW, by="ada")

    offer = copied.offers.get()
    assert offer.on_sale_at == datetime(2030, 4, 1, 8, tzinfo=UTC)
    assert offer.off_sale_at == datetime(2030, 4, 11, 8, tzinfo=UTC)


def test_event_without_offers_is_copied_without_places():
    copies = copy_event(event=EventFactory(), moments=WEEKLY, publish_at=None, now=NOW, by="ada")

    assert len(copies) == 3
    assert Place.objects.count() == 0
