"""The pages of the catalogue. What they say of sales is in ``ticketing/tests/test_catalogue.py``."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from events.models import Event
from events.tests.factories import EventFactory, ProductionFactory
from venues.tests.factories import VenueFactory

pytestmark = pytest.mark.django_db

UNSEEN = {"draft": None, "announced for tomorrow": timezone.now() + timedelta(days=1)}


def titles(response) -> list[str]:
    return [event.name for event in response.context["events"]]


# Front page -----------------------------------------------------------------------------------


def test_home_without_events_says_what_to_do(client):
    response = client.get(reverse("events:home"))

    assert response.status_code == 200
    assert "Nothing is announced at the moment" in response.text


def test_home_shows_featured_events_first_and_largest(client):
    EventFactory(name="Plain", event_date=timezone.now() + timedelta(days=1))
    EventFactory(name="Lit up", is_featured=True)

    page = client.get(reverse("events:home")).context["page"]

    assert [event.name for event in page.featured] == ["Lit up"]
    assert [event.name for event in page.this_week] == ["Plain"]
    assert [event.name for event in page.shelved] == ["Plain", "Lit up"]


@pytest.mark.parametrize("published_at", UNSEEN.values(), ids=UNSEEN)
def test_pages_hide_events_that_are_not_published(client, published_at):
    event = EventFactory(published_at=published_at, production=ProductionFactory(), is_featured=True)

    home = client.get(reverse("events:home"))
    listed = client.get(reverse("events:list"))
    alone = [
        client.get(reverse(f"events:{name}", args=[slug])).status_code
        for name, slug in [
            ("detail", event.slug),
            ("poster", event.slug),
            ("production", event.production.slug),
            ("production_poster", event.production.slug),
        ]
    ]

    assert home.context["page"].shelved == []
    assert titles(listed) == []
    assert alone == [404, 404, 404, 404]


# List -----------------------------------------------------------------------------------------


def test_list_shows_24_events_on_a_page(client):
    EventFactory.create_batch(25)

    first, second = client.get(reverse("events:list")), client.get(reverse("events:list"), {"page": 2})

    assert [len(titles(first)), len(titles(second))] == [24, 1]
    assert 'href="?page=2"' in first.text


def test_list_keeps_the_filters_from_page_to_page(client):
    EventFactory.create_batch(25)

    response = client.get(reverse("events:list"), {"q": "concert", "when": "", "city": "Vienna"})

    assert 'href="?q=concert&amp;city=Vienna&amp;page=2"' in response.text


@pytest.mark.parametrize("page", ["0", "-1", "99", "x", ""])
def test_list_with_a_page_that_does_not_exist_shows_one_that_does(client, page):
    EventFactory()

    response = client.get(reverse("events:list"), {"page": page})

    assert response.status_code == 200
    assert len(titles(response)) == 1


NONSENSE = {
    "text as a day": {"since": "tomorrow"},
    "a day before time": {"since": "0001-01-01"},
    "a day after time": {"until": "9999-12-31"},
    "a day that is none": {"until": "2026-02-30"},
    "the last day first": {"since": "2030-02-01", "until": "2030-01-01"},
    "no such quick choice": {"when": "yesterday"},
    "no such category": {"category": "x"},
    "no such city": {"city": "Atlantis"},
    "no such venue": {"venue": "nowhere"},
    "a negative price": {"price": "-1"},
    "text as a price": {"price": "cheap"},
    "not a number as a price": {"price": "NaN"},
    "an endless price": {"price": "1e400"},
    "no such availability": {"availability": "x"},
    "no such order": {"sort": "x"},
    "a text that is too long": {"q": "x" * 10_000},
    "a text with a null": {"q": "a\x00b"},
}


@pytest.mark.parametrize("query", NONSENSE.values(), ids=NONSENSE)
def test_list_with_nonsense_reports_it_and_keeps_the_form(client, query):
    EventFactory()

    response = client.get(reverse("events:list"), {**query, "city": query.get("city", "Vienna")})

    assert response.status_code == 200
    assert list(response.context["filter"].errors) == [list(query)[-1]]
    assert response.context["filter"].form.data["city"] == query.get("city", "Vienna")
    assert "Part of the search was not understood" in response.text


def test_list_for_htmx_is_the_results_with_their_address(client):
    EventFactory.create_batch(25)

    response = client.get(
        reverse("events:list"), {"q": "", "city": "Vienna", "page": 2}, headers={"HX-Request": "true"}
    )

    assert response["HX-Push-Url"] == "/events/?city=Vienna&page=2"
    assert "HX-Request" in response["Vary"]
    assert response.templates[0].name == "events/_results.html"
    assert "<html" not in response.text


def test_list_for_the_browsers_history_is_the_whole_page(client):
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}

    response = client.get(reverse("events:list"), headers=headers)

    assert "HX-Push-Url" not in response
    assert "<html" in response.text


def test_list_with_no_result_says_which_filter_to_relax(client):
    EventFactory(name="Requiem", venue=VenueFactory(city="Vienna"))
    EventFactory(name="Matinee", venue=VenueFactory(city="Graz"))

    response = client.get(reverse("events:list"), {"q": "requiem", "city": "Graz"})

    assert titles(response) == []
    assert 'href="/events/?city=Graz">Without “requiem”: 1 date<' in response.text
    assert 'href="/events/?q=requiem">Without Graz: 1 date<' in response.text


def test_list_offers_to_remove_each_filter(client):
    EventFactory(name="Requiem")

    response = client.get(reverse("events:list"), {"q": "requiem", "price": "50"})

    assert 'href="/events/?price=50">“requiem”' in response.text
    assert 'href="/events/?q=requiem">Up to €50.00' in response.text


# Event ----------------------------------------------------------------------------------------


def test_detail_shows_times_on_the_venues_clock(client):
    begins = timezone.now().replace(hour=20, minute=0) + timedelta(days=40)
    event = EventFactory(
        event_date=begins, doors_at=begins - timedelta(hours=1), venue=VenueFactory(time_zone="Asia/Kolkata")
    )

    response = client.get(event.get_absolute_url())

    assert "01:30" in response.text
    assert "Doors 00:30" in response.text


def test_detail_shows_other_dates_of_the_production(client):
    production = ProductionFactory()
    event, other, _ = (
        EventFactory(production=production, event_date=timezone.now() + timedelta(days=days)) for days in (1, 2, -2)
    )

    response = client.get(event.get_absolute_url())

    assert response.context["others"] == [other]


def test_detail_says_until_when_customers_may_cancel(client):
    event = EventFactory(cancellation_hours=None)

    never = client.get(event.get_absolute_url()).text
    Event.objects.update(cancellation_hours=48)
    still = client.get(event.get_absolute_url()).text
    Event.objects.update(cancellation_hours=2_000)
    late = client.get(event.get_absolute_url()).text

    assert "Tickets cannot be returned." in never
    assert "Cancel by yourself for a full refund until" in still
    assert "The time to cancel for a refund ended on" in late


def test_detail_escapes_what_staff_typed(client):
    event = EventFactory(name="<script>alert(1)</script>", description='"><img src=x onerror=alert(1)></script>')

    response = client.get(event.get_absolute_url())

    assert "<script>alert" not in response.text
    assert "<img src=x" not in response.text
    assert "</script></script>" not in response.text
    assert '<meta property="og:title" content="&lt;script&gt;alert(1)&lt;/script&gt;">' in response.text
    assert '"name": "\\u003Cscript\\u003Ealert(1)\\u003C/script\\u003E"' in response.text


def test_detail_is_shared_with_the_words_of_its_production(client):
    production = ProductionFactory(description="Three rooms,\nsix hours.")
    event = EventFactory(description="", production=production)

    shared, all_dates = client.get(event.get_absolute_url()).text, client.get(production.get_absolute_url()).text

    assert '<meta property="og:description" content="Three rooms, six hours.">' in shared
    assert '<meta property="og:description" content="Three rooms, six hours.">' in all_dates


# Production -----------------------------------------------------------------------------------


def test_production_shows_its_dates_by_day_and_venue(client):
    production = ProductionFactory()
    day = timezone.now().replace(hour=12, minute=0) + timedelta(days=3)
    west, east = VenueFactory(name="West"), VenueFactory(name="East")
    late, early, there, next_day = (
        EventFactory(production=production, venue=venue, event_date=moment)
        for venue, moment in [
            (west, day + timedelta(hours=2)),
            (west, day),
            (east, day + timedelta(hours=1)),
            (west, day + timedelta(days=1)),
        ]
    )

    days = client.get(production.get_absolute_url()).context["days"]

    printed = [[(showing.venue, showing.events) for showing in showings] for _, showings in days]
    assert printed == [[(east, [there]), (west, [early, late])], [(west, [next_day])]]


def test_production_writes_its_days_as_words_on_one_line(client):
    event = EventFactory(production=ProductionFactory())
    day = timezone.localtime(event.event_date, event.venue.tz)

    page = client.get(event.production.get_absolute_url()).text

    heading = strip_tags(page.partition("<h3 ")[2].partition(">")[2].partition("</h3>")[0])
    assert heading == f"{day:%A}, {day.day} {day:%B %Y}"


def test_production_whose_run_is_over_leads_on(client):
    event = EventFactory(production=ProductionFactory(), event_date=timezone.now() - timedelta(days=2))

    response = client.get(event.production.get_absolute_url())

    assert response.status_code == 200
    assert "No more dates at the moment" in response.text


# Posters --------------------------------------------------------------------------------------


def poster_address(client, event: Event) -> str:
    page = client.get(event.get_absolute_url()).text
    return page.split('class="hero-poster" src="')[1].split('"')[0]


@pytest.mark.parametrize("staged", ["once", "often"])
def test_poster_at_the_address_that_pages_use_is_kept_for_ever(client, staged):
    event = EventFactory(production=ProductionFactory() if staged == "often" else None)

    response = client.get(poster_address(client, event))

    assert response["Content-Type"] == "image/svg+xml"
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.text.startswith("<svg")


def test_poster_at_an_older_address_is_kept_for_an_hour(client):
    event = EventFactory()

    response = client.get(reverse("events:poster", args=[event.slug]), {"v": "older"})

    assert response["Cache-Control"] == "public, max-age=3600"


def test_poster_that_the_browser_has_is_not_sent_again(client):
    address = poster_address(client, EventFactory())
    tag = client.get(address)["ETag"]

    response = client.get(address, headers={"If-None-Match": tag})

    assert response.status_code == 304
    assert response.content == b""


def test_poster_address_changes_with_the_name(client):
    event = EventFactory()
    before = poster_address(client, event)

    event.name = "Renamed"
    event.save()

    assert poster_address(client, event) != before


# Access ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["events:home", "events:list", "venues:list"])
def test_pages_refuse_to_be_written_to(client, name):
    assert client.post(reverse(name)).status_code == 405


@pytest.mark.parametrize("name", ["events:home", "events:list", "venues:list"])
def test_pages_leave_no_cookie(client, name):
    assert client.get(reverse(name)).cookies == {}
