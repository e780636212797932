"""Places that the house keeps for somebody by name, blocks, and puts on sale again; with and without seats."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from events.models import EventActivity
from ticketing import blocking, named_holds
from ticketing.availability import Availability, availability
from ticketing.errors import NamedHoldEnded, PlacesTaken, SalesClosed, SelectionInvalid
from ticketing.models import NamedHold, Place
from ticketing.services import open_sales
from ticketing.signals import places_returned
from ticketing.tests.factories import make_offer, make_seated_offer

pytestmark = pytest.mark.django_db

NOW = timezone.now()
UNTIL = NOW + timedelta(days=3)


@pytest.fixture
def standing():
    return make_offer(10)


@pytest.fixture
def seated():
    return make_seated_offer(rows=1, seats=4)


@pytest.fixture
def returned():
    """List the events that were said to have places again."""
    events = []

    def receive(sender, event, now, **kwargs):
        events.append(event.pk)

    places_returned.connect(receive)
    yield events
    places_returned.disconnect(receive)


def seats(offer, *numbers):
    rows = offer.places.filter(seat__number__in=map(str, numbers)).order_by("seat__position")
    return list(rows.values_list("seat_id", flat=True))


def keep(offer, count=0, *numbers, until=UNTIL, now=NOW, **kwargs):
    details = {"name": "The Herald", "kind": "press", "by": "bob"} | kwargs
    quantities = {offer.pk: count}
    return named_holds.hold_for(
        event=offer.event, seats=seats(offer, *numbers), quantities=quantities, expires_at=until, now=now, **details
    )


def stock(offer, now=NOW):
    return availability(offer.event, now)[offer.pk]


def history(offer):
    lines = EventActivity.objects.filter(event=offer.event).exclude(verb="open sales")
    return [(line.verb, line.actor, line.detail) for line in lines]


# Named holds ------------------------------------------------------------------------------------


def test_standing_places_are_kept_by_number(standing):
    hold = keep(standing, 4)

    assert (hold.quantity, hold.created_by, hold.is_live(NOW)) == (4, "bob", True)
    assert stock(standing) == Availability(capacity=10, held=4, kept=4, free=6)
    places = list(Place.objects.filter(claim=hold.claim).order_by("pk").values_list("pk", flat=True))
    assert history(standing) == [
        ("hold", "bob", {"places": places, "named_hold": "The Herald", "until": UNTIL.isoformat()})
    ]


def test_seats_are_kept_by_name(seated):
    hold = keep(seated, 0, 2, 3)

    assert list(Place.objects.filter(claim=hold.claim).values_list("seat__number", "free_from")) == [
        ("2", UNTIL),
        ("3", UNTIL),
    ]


def test_what_is_kept_is_free_again_when_the_time_has_come(standing):
    keep(standing, 4)

    assert stock(standing, UNTIL) == Availability(capacity=10, free=10)


def test_what_is_not_free_is_refused_and_nothing_changes(seated):
    keep(seated, 0, 2)

    with pytest.raises(PlacesTaken) as refusal:
        keep(seated, 0, 1, 2)

    assert refusal.value.message == "Nothing was changed, because this seat is not free: Stalls, row A, seat 2."
    assert stock(seated) == Availability(capacity=4, held=1, kept=1, free=3)
    assert NamedHold.objects.count() == 1


def test_more_standing_places_than_there_are_free_are_refused(standing):
    with pytest.raises(PlacesTaken) as refusal:
        keep(standing, 11)

    assert refusal.value.message == "Nothing was changed, because Standard has only 10 standing places that are free."
    assert refusal.value.left == {standing.pk: 10}


@pytest.mark.parametrize(
    ("count", "until", "error"),
    [
        (0, UNTIL, SelectionInvalid),
        (-1, UNTIL, SelectionInvalid),
        (10_001, UNTIL, SelectionInvalid),
        (2**63, UNTIL, SelectionInvalid),
        (1, NOW, SelectionInvalid),
    ],
)
def test_nonsense_is_refused(standing, count, until, error):
    with pytest.raises(error):
        keep(standing, count, until=until)


@pytest.mark.parametrize("offer_id", [0, -1, 4_711, 2**63])
def test_an_offer_of_another_event_is_refused(standing, offer_id):
    with pytest.raises(SelectionInvalid):
        named_holds.hold_for(
            event=standing.event,
            name="X",
            kind="house",
            quantities={offer_id: 1},
            expires_at=UNTIL,
            now=NOW,
            by="bob",
        )


@pytest.mark.parametrize("change", [{"status": "cancelled"}, {"event_date": NOW}])
def test_an_event_that_is_over_keeps_nothing(standing, change):
    for name, value in change.items():
        setattr(standing.event, name, value)

    with pytest.raises(SalesClosed):
        keep(standing, 1)


def test_a_draft_has_places_to_keep(standing):
    standing.event.published_at = None
    standing.event.save()

    assert keep(standing, 2).quantity == 2


def test_release_frees_everything_at_once(standing, returned):
    hold = keep(standing, 4)

    assert named_holds.release(named_hold=hold, now=NOW, by="eve") == 4

    assert stock(standing) == Availability(capacity=10, free=10)
    assert history(standing)[1][:2] == ("release", "eve")
    assert len(history(standing)[1][2]["places"]) == 4
    assert returned == [standing.event_id]
    hold.refresh_from_db()
    assert (hold.released_at, hold.is_live(NOW)) == (NOW, False)


@pytest.mark.parametrize("how", ["released", "expired"])
def test_what_has_ended_cannot_be_released_extended_or_given_out(standing, how):
    hold, now = keep(standing, 4), NOW if how == "released" else UNTIL
    if how == "released":
        named_holds.release(named_hold=hold, now=NOW, by="bob")
    words = "been released already" if how == "released" else "expired"

    for end in (
        lambda: named_holds.release(named_hold=hold, now=now, by="bob"),
        lambda: named_holds.extend_until(named_hold=hold, expires_at=UNTIL + timedelta(1), now=now, by="bob"),
        lambda: named_holds.take_out_of(named_hold=hold, quantities={standing.pk: 1}, now=now),
    ):
        with pytest.raises(NamedHoldEnded) as refusal:
            end()
        assert refusal.value.message == f"The hold for The Herald has {words}."


def test_release_leaves_alone_what_others_have_bought_meanwhile(standing):
    first = keep(standing, 10, until=NOW + timedelta(hours=1))
    keep(standing, 10, now=NOW + timedelta(hours=2), name="Other")
    NamedHold.objects.filter(pk=first.pk).update(expires_at=UNTIL)

    assert named_holds.release(named_hold=first, now=NOW + timedelta(hours=2), by="bob") == 0
    assert stock(standing).kept == 10


def test_extend_moves_the_end_of_the_hold_and_of_its_places(standing):
    hold, later = keep(standing, 4), UNTIL + timedelta(days=1)

    named_holds.extend_until(named_hold=hold, expires_at=later, now=NOW, by="bob")

    assert set(Place.objects.filter(claim=hold.claim).values_list("free_from", flat=True)) == {later}
    assert NamedHold.objects.get().expires_at == later
    assert history(standing)[1][0] == "hold until"


def test_take_out_frees_just_these(seated):
    hold = keep(seated, 0, 1, 2, 3)

    with transaction.atomic():
        named_holds.take_out_of(named_hold=hold, seats=seats(seated, 2), now=NOW)

    assert stock(seated) == Availability(capacity=4, held=2, kept=2, free=2)


def test_take_out_of_seats_that_the_hold_does_not_have_is_refused(seated):
    hold = keep(seated, 0, 1)

    with pytest.raises(PlacesTaken) as refusal:
        named_holds.take_out_of(named_hold=hold, seats=seats(seated, 1, 2), now=NOW)

    assert refusal.value.message == (
        "Nothing was changed, because this seat is not kept for The Herald: Stalls, row A, seat 2."
    )


def test_some_places_of_a_hold_can_be_put_on_sale(standing, returned):
    hold = keep(standing, 4)

    named_holds.put_on_sale(named_hold=hold, quantities={standing.pk: 3}, now=NOW, by="bob")

    assert stock(standing) == Availability(capacity=10, held=1, kept=1, free=9)
    assert (returned, hold.is_live(NOW)) == ([standing.event_id], True)


# Blocks -----------------------------------------------------------------------------------------


def test_standing_places_are_blocked_and_put_back_by_number(standing, returned):
    assert blocking.block(event=standing.event, quantities={standing.pk: 4}, reason="Camera", now=NOW, by="bob") == 4
    assert stock(standing) == Availability(capacity=10, blocked=4, free=6)
    assert returned == []

    assert blocking.unblock(event=standing.event, quantities={standing.pk: 3}, now=NOW, by="bob") == 3

    assert stock(standing) == Availability(capacity=10, blocked=1, free=9)
    assert returned == [standing.event_id]
    assert [(verb, len(detail["places"]), detail["reason"]) for verb, _, detail in history(standing)] == [
        ("block", 4, "Camera"),
        ("unblock", 3, ""),
    ]


def test_seats_and_standing_places_go_together_or_not_at_all(seated):
    with pytest.raises(PlacesTaken):
        blocking.block(
            event=seated.event, seats=seats(seated, 1), quantities={seated.pk: 1}, reason="x", now=NOW, by="bob"
        )

    assert stock(seated) == Availability(capacity=4, free=4)
    assert history(seated) == []


def test_unblock_touches_nothing_that_is_kept_for_somebody(seated):
    keep(seated, 0, 1)

    with pytest.raises(PlacesTaken) as refusal:
        blocking.unblock(event=seated.event, seats=seats(seated, 1), now=NOW, by="bob")

    assert refusal.value.message == "Nothing was changed, because this seat is not blocked: Stalls, row A, seat 1."


def test_more_places_for_an_offer_are_told(standing, returned):
    standing.capacity = 12
    standing.save()

    open_sales(event=standing.event, now=NOW)

    assert returned == [standing.event_id]


@pytest.mark.parametrize("count", [1, 4])
def test_a_hold_takes_as_many_statements_for_one_seat_as_for_four(seated, count, django_assert_num_queries):
    numbers = range(1, count + 1)
    event, chosen = seated.event, seats(seated, *numbers)

    with transaction.atomic(), django_assert_num_queries(6):  # two of them mark a savepoint
        named_holds.hold_for(event=event, name="X", kind="house", seats=chosen, expires_at=UNTIL, now=NOW, by="bob")
