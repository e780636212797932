"""The form of a season: filled in, looked at, made; and the page that copies an event."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse
from django.utils import timezone

from bookings.tests.factories import UserFactory
from events.models import Event, Production
from events.tests.factories import CategoryFactory, EventFactory, ProductionFactory
from ticketing import seasons
from ticketing.models import Offer, Place
from ticketing.tests.factories import OfferFactory, TicketTypeFactory, make_offer
from venues.tests.factories import SeatingPlanFactory, SectionFactory, VenueFactory, make_seats

pytestmark = pytest.mark.django_db

URL = "/admin/events/event/season/"
NO_CHOICE = "Select a valid choice. That choice is not one of the available choices."


@pytest.fixture
def plan():
    """A theatre in Vienna with eight seats in the stalls and four in the circle."""
    plan = SeatingPlanFactory(venue__capacity=100)
    for name, rows in (("Stalls", 2), ("Circle", 1)):
        make_seats(SectionFactory(plan=plan, name=name), rows=rows, seats=4)
    return plan


def line(prefix: str, number: int, **data) -> dict:
    return {f"{prefix}-{number}-{name}": value for name, value in data.items()}


def season_data(plan=None, **changes) -> dict:
    """What the form posts: Saturdays and Sundays of two weeks in March 2030, one offer for the stalls."""
    sections = [plan.sections.get(name="Stalls").pk] if plan else []
    return {
        "production": "",
        "title": "The Winter's Tale",
        "category": CategoryFactory().pk,
        "venue": plan.venue_id if plan else VenueFactory().pk,
        "seating_plan": plan.pk if plan else "",
        "since": "2030-03-04",
        "until": "2030-03-17",
        "left_out": "",
        "extra": "",
        "minutes": "120",
        "doors": "30",
        "publish": "now",
        "max_tickets_per_booking": "8",
        "cancellation_hours": "24",
        "exchange_hours": "",
        "is_transferable": "on",
        "weekly-TOTAL_FORMS": "1",
        "weekly-INITIAL_FORMS": "0",
        **line("weekly", 0, days=["5", "6"], times="19:30"),
        "offers-TOTAL_FORMS": "2",
        "offers-INITIAL_FORMS": "0",
        **line(
            "offers",
            0,
            ticket_type=TicketTypeFactory().pk,
            price="35",
            sections=sections,
            capacity="" if plan else "20",
        ),
        **line("offers", 1, ticket_type="", price="", label="", capacity=""),
        "do": "look",
    } | changes


def errors_of(response) -> dict[str, list[str]]:
    season = response.context["season"]
    return {
        f"{form.prefix}-{name}" if form.prefix else name: list(found)
        for form in (season.form, *season.weekly, *season.offers)
        for name, found in form.errors.items()
    }


def make(client, data: dict, **kwargs):
    """Look at it, and agree."""
    seal = client.post(URL, data).context["seal"]
    return client.post(URL, data | {"do": "it", "seal": seal}, **kwargs)


def test_season_is_looked_at_before_it_is_made(admin_client, plan):
    response = admin_client.post(URL, season_data(plan))

    assert [begins for begins, _ in response.context["rows"]] == [
        "Sat 9 Mar 2030, 19:30",
        "Sun 10 Mar 2030, 19:30",
        "Sat 16 Mar 2030, 19:30",
        "Sun 17 Mar 2030, 19:30",
    ]
    assert response.context["offers_made"] == [("Standard", "€35.00", 8, ["Stalls"])]
    assert response.context["places_in_all"] == 32
    assert Event.objects.count() == 0


def test_season_is_made_as_it_was_shown(admin_client, plan):
    response = make(admin_client, season_data(plan), follow=True)

    events = list(Event.objects.order_by("event_date"))
    assert [str(message) for message in response.context["messages"]] == ["4 events have been made."]
    assert events[0].event_date == datetime(2030, 3, 9, 18, 30, tzinfo=UTC)
    assert events[0].doors_at == datetime(2030, 3, 9, 18, 0, tzinfo=UTC)
    assert events[0].ends_at == datetime(2030, 3, 9, 20, 30, tzinfo=UTC)
    assert {event.name for event in events} == {"The Winter's Tale"}
    assert {event.production.running_time for event in events} == {120}
    assert {(event.max_tickets_per_booking, event.cancellation_hours, event.exchange_hours) for event in events} == {
        (8, 24, None)
    }
    assert all(event.is_published(timezone.now()) for event in events)
    assert [event.places.count() for event in events] == [8, 8, 8, 8]
    assert set(response.context["cl"].result_list) == set(events)


def test_season_that_was_not_looked_at_is_not_made(admin_client, plan):
    response = admin_client.post(URL, season_data(plan, do="it", seal="something else"))

    assert [str(message) for message in response.context["messages"]] == [
        "Something has changed meanwhile. Please look again."
    ]
    assert Event.objects.count() == 0


def test_matinees_exceptions_and_extra_dates(admin_client, plan):
    data = season_data(
        plan,
        left_out="2030-03-10",
        extra="2030-03-20 11:00",
        **{"weekly-TOTAL_FORMS": "2"},
        **line("weekly", 1, days=["6"], times="15:00"),
    )

    response = admin_client.post(URL, data)

    assert [begins for begins, _ in response.context["rows"]] == [
        "Sat 9 Mar 2030, 19:30",
        "Sat 16 Mar 2030, 19:30",
        "Sun 17 Mar 2030, 15:00",
        "Sun 17 Mar 2030, 19:30",
        "Wed 20 Mar 2030, 11:00",
    ]


def test_what_else_is_in_the_room_is_shown(admin_client, plan):
    EventFactory(name="Gala", venue=plan.venue, seating_plan=plan, event_date=datetime(2030, 3, 9, 18, tzinfo=UTC))

    response = admin_client.post(URL, season_data(plan))

    assert response.context["rows"][0] == ("Sat 9 Mar 2030, 19:30", ["Gala, Sat 9 Mar 2030, 19:00"])
    assert response.context["clashes"] == 1


def test_price_that_is_left_out_is_the_usual_one(admin_client, plan):
    make(admin_client, season_data(plan, **line("offers", 0, price="")))

    assert set(Offer.objects.values_list("price", flat=True)) == {40}


def test_season_of_a_production_takes_its_name_category_and_length(admin_client, plan):
    production = ProductionFactory(title="Hamlet", running_time=200)
    data = season_data(plan, production=production.pk, title="", category="", minutes="")

    make(admin_client, data)

    event = Event.objects.first()
    assert (event.name, event.category, event.production) == ("Hamlet", production.category, production)
    assert (event.ends_at - event.event_date).total_seconds() == 200 * 60
    assert Production.objects.count() == 1


@pytest.mark.parametrize(("publish", "published"), [("draft", None), ("later", datetime(2030, 1, 1, 9, tzinfo=UTC))])
def test_season_is_published_when_it_was_said(admin_client, plan, publish, published):
    data = season_data(plan, publish=publish, publish_at_0="2030-01-01", publish_at_1="10:00")

    make(admin_client, data)

    assert set(Event.objects.values_list("published_at", flat=True)) == {published}


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"title": ""}, {"title": ["Choose a production, or say what the new one is."]}),
        ({"category": ""}, {"category": ["Choose a production, or say what the new one is."]}),
        ({"venue": ""}, {"venue": ["This field is required."], "seating_plan": [NO_CHOICE]}),
        ({"venue": "999999"}, {"venue": [NO_CHOICE], "seating_plan": [NO_CHOICE]}),
        ({"until": "2030-03-01"}, {"until": ["The last day is before the first."]}),
        ({"since": "soon"}, {"since": ["Enter a valid date."]}),
        ({"until": "2034-03-01"}, {"until": ["That makes more than 366 events. Make them in two goes."]}),
        ({"until": "2030-03-05"}, {"until": ["There is no event between these days."]}),
        ({"since": "2020-01-01", "until": "2020-01-31"}, {"since": ["Events must begin in the future."]}),
        ({"extra": "2020-01-01 10:00"}, {"extra": ["Events must begin in the future."]}),
        ({"left_out": "Easter"}, {"left_out": ["“Easter” is not a day: write it like 2030-12-31 or 31/12/2030."]}),
        (
            {"extra": "2030-03-31 02:30"},
            {"since": ["On Sun 31 Mar 2030 the clock is changed: 02:30 comes twice, or not at all."]},
        ),
        ({"publish": "later"}, {"publish_at": ["Say when."]}),
        (line("weekly", 0, times="late"), {"weekly-0-times": ["“late” is not a time of day: write it like 19:30."]}),
        (line("weekly", 0, days=[]), {"weekly-0-days": ["This field is required."]}),
        (line("offers", 0, price="-1"), {"offers-0-price": ["Ensure this value is greater than or equal to 0.00."]}),
        (line("offers", 0, ticket_type=""), {"offers-0-ticket_type": ["This field is required."]}),
        (
            line("offers", 0, sections=[]),
            {"offers-0-capacity": ["Say how many places there are, or choose sections."]},
        ),
        (
            {"max_tickets_per_booking": "0"},
            {"max_tickets_per_booking": ["Ensure this value is greater than or equal to 1."]},
        ),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_lost(admin_client, plan, changes, errors):
    response = admin_client.post(URL, season_data(plan, **changes))

    assert response.status_code == 422
    assert errors_of(response) == errors
    assert 'value="19:30"' in response.content.decode() or "weekly-0-times" in changes
    assert Event.objects.count() == 0


def test_offers_must_agree_with_each_other_and_with_the_venue(admin_client, plan):
    stalls = plan.sections.get(name="Stalls").pk
    vip = TicketTypeFactory(name="VIP").pk
    again = season_data(plan, **line("offers", 1, ticket_type=vip, price="90", sections=[stalls]))
    too_many = season_data(plan, **line("offers", 1, ticket_type=vip, price="90", capacity="93", sections=[]))
    twin = season_data(
        plan, **line("offers", 1, ticket_type=TicketTypeFactory().pk, price="90", capacity="3", sections=[])
    )

    responses = [admin_client.post(URL, data) for data in (again, too_many, twin)]

    assert [errors_of(response) for response in responses] == [
        {"offers-1-sections": ["“Stalls” belongs to Standard already."]},
        {"offers-1-capacity": [f"The offers add up to 101 places, but {plan.venue.name} holds 100."]},
        {"offers-1-label": ["There is such an offer already: give one of them another label."]},
    ]


def test_another_line_keeps_what_was_typed_and_complains_about_nothing(admin_client, plan):
    data = season_data(plan, title="", since="soon", do="more offers")

    response = admin_client.post(URL, data)

    season = response.context["season"]
    assert response.status_code == 200
    assert (len(season.offers.forms), len(season.weekly.forms)) == (3, 1)
    assert "errorlist" not in response.content.decode()
    assert season.form["since"].value() == "soon"
    assert season.offers[0]["price"].value() == "35"


def test_plans_are_those_of_the_venue_and_sections_those_of_the_plan(admin_client, plan):
    SeatingPlanFactory()

    before = admin_client.get(URL).context["season"]
    after = admin_client.post(URL, season_data(plan, do="refresh")).context["season"]

    assert list(before.form.fields["seating_plan"].queryset) == []
    assert list(after.form.fields["seating_plan"].queryset) == [plan]
    assert [name for _, name in after.offers.choices.sections] == ["Circle · 4 seats", "Stalls · 8 seats"]


def test_form_begins_with_the_production_it_was_called_from(admin_client):
    production = ProductionFactory()

    response = admin_client.get(URL, {"production": production.pk})

    assert response.context["form"]["production"].value() == str(production.pk)
    assert URL in admin_client.get(reverse("admin:events_production_change", args=[production.pk])).content.decode()


@pytest.mark.parametrize("value", ["x", "-1", "99999999999999999999", "1' OR 1=1"])
def test_nonsense_in_the_address_does_no_harm(admin_client, value):
    assert admin_client.get(URL, {"production": value, "venue": value}).status_code == 200


@pytest.mark.parametrize("count", ["-1", "x", "999999999999"])
def test_nonsense_in_the_count_of_lines_does_no_harm(admin_client, count):
    response = admin_client.post(URL, season_data(do="more offers", **{"offers-TOTAL_FORMS": count}))

    assert response.status_code == 200


def test_large_season_leads_to_how_far_the_queue_is(admin_client, plan, monkeypatch):
    monkeypatch.setattr(seasons, "AT_ONCE", 10)

    response = make(admin_client, season_data(plan), follow=True)

    assert (response.context["done"], response.context["is_running"]) == (0, True)
    assert Place.objects.count() == 0


@pytest.mark.parametrize("allowed", [["add_event"], ["add_offer"]])
def test_season_needs_both_permissions(client, allowed):
    user = UserFactory()
    user.user_permissions.set(Permission.objects.filter(codename__in=allowed))
    client.force_login(User.objects.get(pk=user.pk))

    assert client.get(URL).status_code == 403


# Copies ---------------------------------------------------------------------------------------


def copy_url(event: Event) -> str:
    return f"{reverse('admin:events_event_copy')}?events={event.pk}"


def test_copies_are_looked_at_before_they_are_made(admin_client):
    event = make_offer(5).event
    data = {"dates": "2030-03-09 15:00, 19:30", "publish": "now"}

    preview = admin_client.post(copy_url(event), data | {"do": "look"})
    made = Event.objects.count()
    admin_client.post(copy_url(event), data | {"do": "it", "seal": preview.context["seal"]})

    copies = Event.objects.exclude(pk=event.pk).order_by("event_date")
    assert [begins for begins, _ in preview.context["rows"]] == ["Sat 9 Mar 2030, 15:00", "Sat 9 Mar 2030, 19:30"]
    assert made == 1
    assert [copied.places.count() for copied in copies] == [5, 5]
    assert all(copied.is_published(timezone.now()) for copied in copies)


@pytest.mark.parametrize(
    ("dates", "message"),
    [
        ("", "This field is required."),
        ("  \n", "This field is required."),
        (",,", "Say when."),
        ("2020-01-01 10:00", "Events must begin in the future."),
        ("2030-03-31 02:30", "On Sun 31 Mar 2030 the clock is changed: 02:30 comes twice, or not at all."),
    ],
)
def test_dates_of_copies_are_judged_beside_the_field(admin_client, dates, message):
    response = admin_client.post(copy_url(EventFactory()), {"dates": dates, "publish": "draft", "do": "look"})

    assert response.status_code == 422
    assert response.context["form"].errors["dates"] == [message]


def test_copy_that_the_stock_refuses_makes_nothing(admin_client):
    event = make_offer(20).event
    event.venue.capacity = 10
    event.venue.save()
    data = {"dates": "2030-03-09 15:00", "publish": "now"}
    seal = admin_client.post(copy_url(event), data | {"do": "look"}).context["seal"]

    response = admin_client.post(copy_url(event), data | {"do": "it", "seal": seal})

    assert response.status_code == 422
    assert "holds 10" in str(response.context["form"].non_field_errors())
    assert Event.objects.count() == 1


def test_one_event_is_copied_at_a_time(admin_client):
    data = {"action": "copy", "_selected_action": [EventFactory().pk, EventFactory().pk]}

    response = admin_client.post(reverse("admin:events_event_changelist"), data, follow=True)

    assert [str(message) for message in response.context["messages"]] == ["Copy one event at a time."]


# History --------------------------------------------------------------------------------------


def test_offers_that_are_made_changed_and_taken_away_are_written_down(admin_client):
    offer = OfferFactory(capacity=5)
    url = reverse("admin:ticketing_offer_change", args=[offer.pk])
    data = {"ticket_type": offer.ticket_type_id, "label": "Late", "price": "45.00", "capacity": "5"}
    new = {"event": offer.event_id, "ticket_type": offer.ticket_type_id, "label": "", "price": "9", "capacity": "2"}

    admin_client.post(url, data)
    admin_client.post(reverse("admin:ticketing_offer_add"), new)
    admin_client.post(reverse("admin:ticketing_offer_delete", args=[offer.pk]), {"post": "yes"})

    lines = list(offer.event.activities.values_list("verb", "actor", "detail"))
    assert lines[0] == (
        "change offer",
        "admin",
        {"offer": "Standard, Late", "label": ["", "Late"], "price": ["40.00", "45.00"]},
    )
    assert [(verb, detail["offer"]) for verb, _, detail in lines[1:]] == [
        ("make offer", "Standard"),
        ("take offer away", "Standard, Late"),
    ]


def test_opening_sales_writes_down_who_did_it_and_how_many(admin_client):
    event = OfferFactory(capacity=25).event
    url = reverse("admin:events_event_act", args=[event.pk])

    admin_client.post(url, {"action": "open_sales"})
    admin_client.post(url, {"action": "open_sales"})

    assert list(event.activities.values_list("verb", "actor", "detail")) == [
        ("open sales", "admin", {"made": 25, "places now": 25})
    ]
