"""Every public page over the demo's data, on a phone and at a desk: nothing for axe-core to find, nothing too wide."""

import re

import pytest

from bookings.demo import ALMOST_SOLD_OUT, CANCELLED, SOLD_OUT
from bookings.models import Booking
from events.models import Event, Production
from venues.models import Venue

from .visitor import DESK, PHONE

ANY = re.compile(".")
SIZES = pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])


def looks_at(visitor, paths):
    for path in paths:
        visitor.goes(path)
        visitor.sees(ANY)


@SIZES
def test_catalogue(come, size):
    somebody = come(size=size)

    looks_at(
        somebody,
        [
            "/",
            "/events/",
            "/events/?page=2",
            "/events/?q=glass&when=month&price=60",
            "/events/?availability=past",
            "/events/?availability=cancelled",
            "/events/?since=2020-01-02&until=2020-01-01&price=-1",
            "/events/?q=nothing-is-called-this",
            "/venues/",
            *(venue.get_absolute_url() for venue in Venue.objects.filter(pk__lte=3)),
            *(production.get_absolute_url() for production in Production.objects.filter(pk__lte=2)),
        ],
    )


@SIZES
def test_event_in_each_state(come, size):
    seated = Event.objects.filter(seating_plan__isnull=False, status="active", production__isnull=False)
    over = Event.objects.filter(status="completed").first()
    somebody = come(size=size)

    looks_at(somebody, [event.get_absolute_url() for event in (*named_events(), over, seated.last())])
    looks_at(somebody, [f"{event.get_absolute_url()}tickets/" for event in (*named_events(), over)])


def named_events():
    return [Event.objects.get(name=name) for name in (SOLD_OUT, ALMOST_SOLD_OUT, CANCELLED)]


@SIZES
def test_bookings_in_each_state(come, size):
    somebody = come(size=size)

    for status in Booking.Status:
        booking = Booking.objects.filter(status=status).exclude(customer_email="").latest("booking_date")
        looks_at(somebody, [booking.get_absolute_url()])
    looks_at(somebody, ["/bookings/find/", "/bookings/mine/", "/demo/mail/"])


@SIZES
def test_what_is_not_there(come, size):
    draft = Event.objects.filter(seating_plan__isnull=True, status="active").earliest("pk")
    published_at = draft.published_at
    somebody = come(size=size)

    for path in ("/no/such/page/", "/events/no-such-event/", "/venues/no-such-venue/", f"/bookings/{'A' * 32}/"):
        somebody.goes(path)
        somebody.sees(ANY, status=404)
    Event.objects.filter(pk=draft.pk).update(published_at=None)
    somebody.goes(draft.get_absolute_url())
    somebody.sees(ANY, status=404)
    Event.objects.filter(pk=draft.pk).update(published_at=published_at)
