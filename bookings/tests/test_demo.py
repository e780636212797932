"""The demo: what ``manage.py demo`` leaves behind in an empty installation."""

import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count, F, Q, Sum
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from bookings import demo
from bookings.demo.dates import ANCHOR, move, weeks_from_anchor
from bookings.demo.people import people
from bookings.demo.plan import HISTORY, JUST_LAPSED, STILL_HELD, plan
from bookings.demo.staff import ROLES, make_staff
from bookings.models import Booking, Channel, Payment, Ticket, WaitlistEntry
from bookings.tests.factories import PaymentFactory, TicketFactory
from events.models import Category, Event, Production
from events.tests.factories import EventFactory
from ticketing.availability import SalesState, sales_at_a_glance
from ticketing.models import NamedHold, Offer, Place, PromoCode, TicketType
from ticketing.money import ZERO
from venues.api.models import digest_of
from venues.layout import parse, parse_area
from venues.models import ApiKey, SeatingPlan, Section, Venue

pytestmark = pytest.mark.django_db

NOW = datetime(2027, 3, 24, 16, 20, tzinfo=UTC)
"""A Wednesday, days before the clocks of Europe go forward, and days after those of North America."""


@pytest.fixture(scope="module")
def house(django_db_setup, django_db_blocker):
    """Build the demo once for all tests of this module. Gives the log-ins of its staff."""
    with django_db_blocker.unblock():
        groups = [Group.objects.get_or_create(name=role.group) for role in ROLES if role.group]
        yield demo.build(now=NOW, say=lambda line: None)
        demo.clear()
        User.objects.filter(username__in=[role.username for role in ROLES]).delete()
        Group.objects.filter(pk__in=[group.pk for group, is_new in groups if is_new]).delete()


def run(*arguments: str) -> str:
    output = StringIO()
    call_command("demo", *arguments, stdout=output)
    return output.getvalue()


# Before there is a demo (these come first: the house, once built, stays for the whole module) ------


def test_staff_who_are_there_keep_their_passwords():
    User.objects.create_user("admin", password="my own")

    logins = make_staff()

    assert [login.username for login in logins] == ["box_office", "door", "manager"]
    assert User.objects.get(username="admin").check_password("my own")


def test_clear_empties_every_room_and_keeps_the_staff(settings):
    PaymentFactory(booking=TicketFactory().booking)
    EventFactory()
    User.objects.create_user("admin")
    settings.MAIL_DIR.mkdir()
    (settings.MAIL_DIR / "letter.eml").touch()

    connection.check_constraints()  # PostgreSQL truncates no table with a check that is yet to be made

    demo.clear()

    assert not Venue.objects.exists()
    assert not Booking.objects.exists()
    assert not Payment.objects.exists()
    assert User.objects.count() == 1
    assert list(settings.MAIL_DIR.iterdir()) == []


# The fixture ----------------------------------------------------------------------------------


def test_fixture_numbers_its_rows_in_order():
    rows = json.loads((Path(django_settings.BASE_DIR) / "fixtures" / "demo.json").read_text(encoding="utf-8"))

    for before, after in pairwise(rows):
        if before["model"] == after["model"]:
            assert after["pk"] == before["pk"] + 1
        else:
            assert after["pk"] == 1


def test_demo_has_houses_events_and_types(house):
    assert 8 <= Venue.objects.count() <= 10
    assert Event.objects.count() >= 20
    assert list(TicketType.objects.values_list("name", flat=True)) == ["VIP", "Standard", "Economy"]
    assert set(Category.objects.values_list("name", flat=True)) == {"Concerts", "Films", "Theatre", "Sport", "Comedy"}
    assert not Category.objects.annotate(count=Count("events")).filter(count=0).exists()
    assert not Production.objects.annotate(count=Count("events")).filter(count__lt=1).exists()
    assert PromoCode.objects.count() == 3


def test_demo_says_enough_about_everything(house):
    assert not Venue.objects.filter(Q(description="") | Q(access_information="") | Q(country="")).exists()
    assert not Production.objects.filter(description="").exists()
    assert not Event.objects.filter(description="", production=None).exists()


@pytest.mark.parametrize(
    "model", [Venue, SeatingPlan, Section, Category, Production, Event, TicketType, Offer, PromoCode]
)
def test_every_row_of_the_fixture_is_valid(house, model):
    for row in model.objects.all():
        row.full_clean(validate_unique=False, validate_constraints=False)


def test_every_section_is_built_from_its_layout(house):
    for section in Section.objects.annotate(count=Count("seats")):
        if section.is_standing:
            assert parse_area(section.layout) is not None
            assert section.count == 0
        else:
            assert section.count == parse(section.layout).capacity


def test_no_room_and_no_event_is_larger_than_its_house(house):
    places: Counter[SeatingPlan] = Counter()
    for section in Section.objects.select_related("plan__venue").annotate(count=Count("seats")):
        places[section.plan] += section.standing_capacity or section.count
    events = Event.objects.annotate(total=Sum("offers__capacity"))

    assert [plan for plan, count in places.items() if count > plan.venue.capacity] == []
    assert list(events.filter(total__gt=F("venue__capacity"))) == []


def test_every_offer_has_its_places(house):
    offers = Offer.objects.annotate(count=Count("places"))

    assert [offer for offer in offers if offer.count != offer.capacity] == []


def test_no_offer_mixes_seats_and_standing_places(house):
    """A customer who asks for a number of such tickets could not tell which they get."""
    mixed = Offer.objects.annotate(
        standing=Count("places", filter=Q(places__seat=None)), seated=Count("places", filter=Q(places__seat__gt=0))
    ).filter(standing__gt=0, seated__gt=0)

    assert list(mixed) == []


# The dates ------------------------------------------------------------------------------------


@pytest.mark.parametrize("today", [date(2026, 11, 16) + timedelta(days=days) for days in range(14)])
def test_fixture_moves_by_whole_weeks_to_the_nearest_monday(today):
    monday = ANCHOR + weeks_from_anchor(today)

    assert monday.weekday() == 0
    assert abs((monday - today).days) <= 3


@pytest.mark.parametrize(
    ("zone", "moment", "moved"),
    [
        ("Europe/Vienna", "2027-01-15T19:30+01:00", "2027-06-18T19:30+02:00"),
        ("America/Toronto", "2027-01-15T19:30-05:00", "2027-06-18T19:30-04:00"),
        ("Asia/Kolkata", "2027-01-15T19:30+05:30", "2027-06-18T19:30+05:30"),
    ],
)
def test_move_keeps_the_time_on_the_clock(zone, moment, moved):
    by = timedelta(weeks=22)

    assert move(datetime.fromisoformat(moment), by, ZoneInfo(zone)) == datetime.fromisoformat(moved)


def test_events_lie_around_today_at_their_own_hour(house):
    rows = json.loads((Path(django_settings.BASE_DIR) / "fixtures" / "demo.json").read_text(encoding="utf-8"))
    written = {
        row["pk"]: datetime.fromisoformat(row["fields"]["event_date"]) for row in rows if row["model"] == "events.event"
    }

    for event in Event.objects.select_related("venue"):
        local = event.event_date.astimezone(event.venue.tz)
        assert local.date() == written[event.pk].date() + weeks_from_anchor(NOW.date())
        assert local.time() == written[event.pk].time()
        assert local.date().isoformat() in event.slug
    assert Event.objects.bookable(NOW).count() >= 20
    assert Event.objects.exclude(rescheduled_from=None).count() == 1


# The sales ------------------------------------------------------------------------------------


def test_demo_sells_bookings_of_every_status(house):
    reasons = Counter(Booking.objects.values_list("cancellation_reason", flat=True))

    assert Booking.objects.count() >= 60
    assert Booking.objects.filter(status=Booking.Status.CONFIRMED).count() >= 60
    assert reasons.keys() == set(Booking.Reason) - {Booking.Reason.TAKEN, Booking.Reason.EXCHANGED} | {""}
    assert Booking.objects.live_holds(NOW).filter(waitlist_entries=None).count() == STILL_HELD
    assert Booking.objects.lapsed(NOW).count() == JUST_LAPSED
    assert set(Booking.objects.values_list("channel", flat=True)) == set(Channel) - {Channel.DOOR}
    assert Booking.objects.exclude(promo_code=None).exists()


def test_history_is_of_the_past_sixty_days(house):
    assert not Booking.objects.exclude(booking_date__range=(NOW - HISTORY, NOW)).exists()
    assert not Booking.objects.filter(Q(confirmed_at__gt=NOW) | Q(cancelled_at__gt=NOW)).exists()
    assert not Booking.objects.filter(booking_date__gt=F("event__event_date")).exists()
    assert not Booking.objects.filter(booking_date__lt=F("event__published_at")).exists()
    assert Booking.objects.filter(booking_date__lt=NOW - HISTORY / 2).count() >= 60


def test_nothing_is_sold_twice_and_everything_is_paid(house):
    sold = Place.objects.sold().count()

    assert sold == Ticket.objects.valid().count()
    for booking in Booking.objects.prefetch_related("tickets", "payments"):
        tickets, payments = booking.tickets.all(), booking.payments.all()
        paid = sum((payment.amount for payment in payments if payment.kind == Payment.Kind.CHARGE), ZERO)
        back = sum(
            (row.amount for row in payments if row.kind == Payment.Kind.REFUND and row.status == "succeeded"), ZERO
        )
        assert booking.total_price == sum((ticket.price - ticket.discount for ticket in tickets), ZERO)
        assert booking.quantity == len(tickets)
        assert paid - back == (booking.total_price if booking.status == Booking.Status.CONFIRMED else ZERO)


def test_demo_has_events_in_every_state(house):
    events = {event.pk: event for event in Event.objects.select_related("venue")}
    states = {events[pk].name: sales for pk, sales in sales_at_a_glance(events.values(), NOW).items()}
    found = {sales.state for sales in sales_at_a_glance(events.values(), NOW).values()}

    assert found == set(SalesState) - {SalesState.NOT_ON_SALE}
    assert states[demo.ALMOST_SOLD_OUT].left == demo.FEW
    assert states[demo.SOLD_OUT].state == SalesState.SOLD_OUT
    assert states[demo.CANCELLED].state == SalesState.CANCELLED
    assert Event.objects.filter(status=Event.Status.COMPLETED).exists()
    assert Ticket.objects.exclude(checked_in_at=None).exists()
    assert not Ticket.objects.exclude(checked_in_at=None).exclude(booking__event__status="completed").exists()


def test_only_the_last_letters_are_sent(house):
    waiting = Counter(DBTaskResult.objects.values_list("task_path", flat=True))

    assert waiting == {
        "bookings.tasks.send_confirmation": demo.LETTERS,
        "bookings.tasks.send_cancellation": 1,
        "bookings.tasks.send_waitlist_letter": 1,
        "bookings.tasks.end_waitlist_offers": 1,
    }


def test_people_wait_for_the_evening_that_is_sold_out(house):
    entries = WaitlistEntry.objects.filter(event__name=demo.SOLD_OUT)

    assert Counter(entries.values_list("status", flat=True)) == {"offered": 1, "waiting": 5}


def test_seats_are_kept_for_somebody_and_blocked(house):
    kept, blocked = NamedHold.objects.live(NOW), Place.objects.blocked()

    assert sorted(kept.values_list("kind", "quantity")) == [("house", 4), ("press", 2)]
    assert blocked.count() == 2


def test_plan_is_the_same_for_the_same_seed(house):
    events = list(Event.objects.select_related("venue").order_by("pk"))
    demand = dict.fromkeys((event.pk for event in events), 3)

    first = plan(events, demand, {}, NOW, seed=1)

    assert plan(events, demand, {}, NOW, seed=1) == first
    assert plan(events, demand, {}, NOW, seed=2) != first


def test_people_have_addresses_that_nobody_owns():
    crowd = people()

    assert len({person.email for person in crowd}) == len(crowd) >= 60
    assert {person.email.partition("@")[2] for person in crowd} == {"example.org", "example.com"}
    assert all(person.email.isascii() for person in crowd)
    assert any(len(person.name) > 35 for person in crowd)


# Staff ----------------------------------------------------------------------------------------


def test_staff_can_log_in(house):
    assert [login.username for login in house] == ["box_office", "door", "manager", "admin"]
    for login in house:
        user = User.objects.get(username=login.username)
        assert user.check_password(login.password)
        assert user.is_staff
        assert user.is_superuser == (login.username == "admin")
        assert [group.name for group in user.groups.all()] == [
            role.group for role in ROLES if role.username == login.username and role.group
        ]


# The command ----------------------------------------------------------------------------------


def test_second_run_changes_nothing(house):
    bookings = Booking.objects.count()

    output = run()

    assert output == (
        f"The data are there: 10 venues, {Event.objects.count()} events, {bookings} bookings.\n"
        "  Forgotten the passwords?  manage.py demo --passwords\n"
        "  Start anew, from today?   manage.py demo --reset\n"
        "  Tickets     http://127.0.0.1:8000/\n"
        "  Staff       http://127.0.0.1:8000/admin/\n"
        "  API         http://127.0.0.1:8000/api/docs\n"
        "  Mail        http://127.0.0.1:8000/demo/mail/\n"
    )
    assert Booking.objects.count() == bookings


def test_passwords_are_renewed_and_shown(house):
    output = run("--passwords")

    lines = output.splitlines()
    shown = dict(line.split()[:2] for line in lines[lines.index("") + 2 :][:4])
    assert list(shown) == ["box_office", "door", "manager", "admin"]
    for username, password in shown.items():
        assert User.objects.get(username=username).check_password(password)


def test_the_key_of_programs_is_renewed_and_shown(house):
    before = run("--passwords").split()[-1]
    secret = run("--passwords").split()[-1]

    key = ApiKey.objects.usable(timezone.now()).get(name="Demo")
    assert key.digest == digest_of(secret) != digest_of(before)
    assert key.user.username == "manager"


def test_reset_asks_first(house, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda question: "no")

    with pytest.raises(CommandError, match="Nothing was deleted"):
        run("--reset")

    assert Venue.objects.count() == 10


def test_demo_refuses_an_installation_that_is_none(settings):
    settings.DEMO = False

    with pytest.raises(CommandError, match="not a demo installation"):
        run()
