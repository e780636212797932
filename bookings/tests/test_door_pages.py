import base64
import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from bookings.door.lists import hash_code
from bookings.door.words import FACES, TEXTS
from bookings.models import Scan, Ticket
from bookings.signing import is_ours, public_keys
from bookings.tests import sales
from bookings.tests.doors import doorkeeper, signed
from bookings.tests.factories import UserFactory
from bookings.tests.test_budgets import statements
from events.models import Event
from events.tests.factories import EventFactory
from ticketing.models import Offer
from ticketing.tests.factories import OfferFactory, TicketTypeFactory, make_offer, make_seated_offer

pytestmark = pytest.mark.django_db

JSON = {"HTTP_ACCEPT": "application/json"}
PAGES = ["scanner", "find", "counts", "list"]
WRITES = ["scan", "undo", "merge"]


@pytest.fixture(autouse=True)
def _counts_are_fresh():
    cache.clear()


@pytest.fixture
def door(client):
    client.force_login(doorkeeper())
    return client


def tonight(quantity: int = 1, *, make=make_offer, **kwargs) -> tuple[Event, list[Ticket]]:
    offer = make(event__event_date=timezone.now() + timedelta(minutes=30), **kwargs)
    return offer.event, sell(offer, quantity)


def sell(offer: Offer, quantity: int = 1) -> list[Ticket]:
    return list(sales.sold(offer, quantity, now=timezone.now()).tickets.with_details())


def url(name: str, event: Event) -> str:
    return reverse(f"door:{name}", args=[event.pk])


def scan(client, event: Event, read: str = "", **data):
    return client.post(url("scan", event), {"read": read, **data}, **JSON)


def send(client, event: Event, *items, **headers):
    return client.post(url("merge", event), json.dumps({"scans": items}), content_type="application/json", **headers)


def item(ticket: Ticket, answered: str = "admitted", **data) -> dict:
    return {
        "uid": uuid4().hex,
        "read": signed(ticket),
        "ticket": None,
        "gate": "North",
        "answered": answered,
        "age": 60_000,
    } | data


# Who may come -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES + WRITES)
def test_staff_without_the_permission_are_refused(client, name):
    client.force_login(UserFactory())
    event, _ = tonight()

    response = client.post(url(name, event)) if name in WRITES else client.get(url(name, event))

    assert response.status_code == 403


@pytest.mark.parametrize("name", PAGES)
def test_strangers_are_sent_to_the_log_in(client, name):
    event, _ = tonight()

    response = client.get(url(name, event))

    assert (response.status_code, response["Location"]) == (
        302,
        f"{reverse('admin:login')}?next={url(name, event)}",
    )


@pytest.mark.parametrize("name", PAGES + WRITES)
def test_pages_know_the_method_that_they_are_for(door, name):
    event, _ = tonight()

    response = door.get(url(name, event)) if name in WRITES else door.post(url(name, event))

    assert response.status_code == 405


def test_event_that_does_not_exist_is_not_found(door):
    assert door.get(reverse("door:scanner", args=[10**9])).status_code == 404


def test_camera_is_for_the_scanner_only(door):
    event, _ = tonight()

    policies = [door.get(address)["Permissions-Policy"] for address in ("/", "/door/", url("scanner", event))]

    nothing = "camera=(), geolocation=(), microphone=()"
    assert policies == [nothing, nothing, "camera=(self), geolocation=(), microphone=()"]


def test_pages_are_kept_out_of_caches_and_know_no_foreign_script(door):
    event, _ = tonight()

    response = door.get(url("scanner", event))

    assert "no-store" in response["Cache-Control"]
    assert "default-src 'self'" in response["Content-Security-Policy"]


# Which events ------------------------------------------------------------------------------------------


def test_events_at_hand_are_last_nights_todays_and_tomorrows(door):
    now = timezone.now()
    hours = {"Last night": -19, "Tonight": 2, "Tomorrow": 35, "Long ago": -21, "Far away": 37}
    for name, ahead in hours.items():
        EventFactory(name=name, event_date=now + timedelta(hours=ahead))

    page = door.get(reverse("door:events"))

    assert [row["event"].name for row in page.context["rows"]] == ["Last night", "Tonight", "Tomorrow"]


@pytest.mark.parametrize("count", [1, 3])
def test_events_are_counted_at_once(door, count):
    for _ in range(count):
        event, (ticket, _) = tonight(2)
        scan(door, event, ticket.code)

    with statements(6):  # the session, the user, two for the permissions, the events, the tickets
        page = door.get(reverse("door:events"))

    assert [row["count"] for row in page.context["rows"]] == [(1, 2)] * count


def test_no_event_at_hand_says_so(door):
    assert b"Nothing is on tonight" in door.get(reverse("door:events")).content


# Scanning --------------------------------------------------------------------------------------------


def test_scan_is_answered_as_json(door):
    event, (ticket,) = tonight(make=make_seated_offer)
    uid = uuid4()

    answer = scan(door, event, signed(ticket), gate="North", uid=uid).json()

    assert answer == {
        "uid": str(uid),
        "result": "admitted",
        "tone": "good",
        "icon": "check-lg",
        "title": "Admitted",
        "text": "",
        "time": answer["time"],
        "ticket": ticket.pk,
        "holder": "Ada Lovelace",
        "place": "Stalls, row A, seat 1",
        "offer": "Standard",
        "note": "",
    }
    assert Scan.objects.get().actor == "tunde"


def test_scan_is_answered_as_a_page_too(door):
    event, (ticket,) = tonight()

    page = door.post(url("scan", event), {"read": ticket.code, "gate": "North"})

    html = page.content.decode()
    assert page.context["answer"]["title"] == "Admitted"
    assert '<dialog id="answer" class="answer tone-good"' in html
    assert 'name="gate" value="North"' in html


@pytest.mark.parametrize("quantity", [1, 10])
def test_statements_of_a_scan(door, quantity):
    event, tickets = tonight(quantity)

    with statements(10):  # the session, the user, two for the permissions, the event, and the 5 of a check-in
        assert scan(door, event, signed(tickets[0]), uid=uuid4()).json()["result"] == "admitted"


def test_empty_scan_is_refused_beside_the_field(door):
    event, _ = tonight()

    page = door.post(url("scan", event), {"read": "  ", "gate": "North"})

    assert page.status_code == 400
    assert b"Scan or type a code." in page.content
    assert b'value="North"' in page.content
    assert scan(door, event).json() == {"errors": {"read": ["Scan or type a code."]}}
    assert Scan.objects.count() == 0


@pytest.mark.parametrize(
    "data",
    [
        {"uid": "x"},
        {"gate": "N" * 61},
        {"gate": "\x00"},
        {"ticket": "-1"},
        {"ticket": str(2**70)},
        {"ticket": "1; DROP TABLE"},
    ],
)
def test_scan_that_no_page_of_ours_sends_is_refused(door, data):
    event, _ = tonight()

    response = scan(door, event, "ACDEFGHJKLMNPQRT", **data)

    assert response.status_code == 400


@pytest.mark.parametrize("read", ["x" * 100_000, "\x00\x01\x02", "🎟️" * 400, "'; DELETE FROM x; --", "%s%n", "<script>"])
def test_hostile_codes_are_answered(door, read):
    event, _ = tonight()

    response = scan(door, event, read)

    assert response.status_code in (200, 400)
    assert len(Scan.objects.values_list("code", flat=True).first() or "") <= 200


def test_hostile_code_does_not_reach_the_page(door):
    event, _ = tonight()

    page = door.post(url("scan", event), {"read": "x", "gate": "<script>alert(1)</script>"})

    assert b"<script>alert" not in page.content


def test_proof_is_asked_for(door):
    kind = TicketTypeFactory(name="Reduced")
    event, (ticket,) = tonight(ticket_type=kind)

    assert scan(door, event, ticket.code).json()["note"] == "Ask for the proof: Reduced"


def test_wheelchair_place_is_pointed_out(door):
    event, (ticket,) = tonight(make=make_seated_offer)
    seat = ticket.place.seat
    seat.is_accessible = True
    seat.save()

    assert scan(door, event, ticket.code).json()["note"] == "Wheelchair place"


def test_undo_takes_the_admission_back(door):
    event, (ticket,) = tonight()
    scan(door, event, ticket.code)

    answer = door.post(url("undo", event), {"ticket": ticket.pk}, **JSON).json()

    assert answer["title"] == "Taken back"
    assert Ticket.objects.get().checked_in_at is None


def test_undo_of_no_ticket_is_not_found_or_refused(door):
    event, _ = tonight()
    _, (elsewhere,) = tonight()

    assert door.post(url("undo", event), {"ticket": elsewhere.pk}).status_code == 404
    assert door.post(url("undo", event), {"read": "x"}, **JSON).status_code == 400


# Looking up -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["lovelace", "ADA love", "ada@example", "A1", "a 1", "row A seat 1", "Stalls ada"])
def test_ticket_is_found(door, text):
    event, (ticket,) = tonight(make=make_seated_offer)
    tonight(make=make_seated_offer)

    found = door.get(url("find", event), {"q": text}, **JSON).json()["found"]

    assert found == [
        {
            "ticket": ticket.pk,
            "holder": "Ada Lovelace",
            "booking": ticket.booking.booking_code,
            "place": "Stalls, row A, seat 1",
            "offer": "Standard",
            "note": "",
            "status": "valid",
            "admitted": "",
        }
    ]


def test_ticket_is_found_by_its_booking_code_and_by_its_holder(door):
    event, (ticket, other) = tonight(2)
    Ticket.objects.filter(pk=ticket.pk).update(holder_name="Grace Hopper")

    found = [
        door.get(url("find", event), {"q": q}, **JSON).json()["found"] for q in ("hopper", ticket.booking.booking_code)
    ]

    assert [[row["ticket"] for row in rows] for rows in found] == [[ticket.pk], [ticket.pk, other.pk]]


@pytest.mark.parametrize("text", ["", "a", "nobody", "%", "\x00", "'" * 50, "x" * 5000])
def test_nobody_is_found(door, text):
    event, _ = tonight()

    assert door.get(url("find", event), {"q": text}, **JSON).json() == {"found": []}


def test_found_tickets_are_admitted_by_plain_forms(door):
    event, (ticket,) = tonight()

    page = door.get(url("find", event), {"q": "ada", "gate": "North"}).content.decode()

    assert f'name="ticket" value="{ticket.pk}"' in page
    assert page.count("Admit<span") == 1


@pytest.mark.parametrize("quantity", [1, 10])
def test_statements_of_looking_up(door, quantity):
    event, _ = tonight(quantity, make=make_seated_offer)

    with statements(6):
        assert len(door.get(url("find", event), {"q": "ada"}, **JSON).json()["found"]) == quantity


# Who is in ---------------------------------------------------------------------------------------------


def test_counts_by_section(door):
    event, tickets = tonight(3, make=make_seated_offer)
    scan(door, event, tickets[0].code)
    cache.clear()

    assert door.get(url("counts", event)).json() == {
        "sections": [
            {"name": "All", "admitted": 1, "expected": 3},
            {"name": "Stalls", "admitted": 1, "expected": 3},
        ]
    }


def test_counts_by_offer_where_there_are_no_seats(door):
    event, _ = tonight(2)
    OfferFactory(event=event, label="Early bird")

    assert door.get(url("counts", event)).json() == {
        "sections": [
            {"name": "All", "admitted": 0, "expected": 2},
            {"name": "Standard", "admitted": 0, "expected": 2},
        ]
    }


def test_counts_are_made_once_for_all_doors(door):
    event, _ = tonight(10)

    with statements(6):
        door.get(url("counts", event))
    with statements(5):
        door.get(url("counts", event))


# The list for when there is no network --------------------------------------------------------------------


def fetch(client, event: Event, **data) -> dict:
    signed_list = client.get(url("list", event), data).json()
    assert is_ours(signed_list["document"].encode(), base64.b64decode(signed_list["signature"]))
    return json.loads(signed_list["document"])


def test_list_knows_what_the_door_needs_and_no_code(door):
    event, (ticket, used) = tonight(2, make=make_seated_offer)
    scan(door, event, used.code, gate="North")
    used.refresh_from_db()

    document = fetch(door, event)

    admitted_at = document["tickets"][1][3]
    assert document["tickets"] == [
        [
            *(ticket.pk, hash_code(ticket.code), "", None, "", "Ada Lovelace", ticket.booking.booking_code),
            *("Stalls, row A, seat 1", "Standard", "", "Stalls"),
        ],
        [
            *(used.pk, hash_code(used.code), "", admitted_at, "North", "Ada Lovelace", used.booking.booking_code),
            *("Stalls, row A, seat 2", "Standard", "", "Stalls"),
        ],
    ]
    assert abs(admitted_at / 1000 - used.checked_in_at.timestamp()) < 0.01
    assert ticket.code not in json.dumps(document)
    assert "example.org" not in json.dumps(document)


def test_list_says_of_a_void_ticket_only_why(door):
    event, (ticket,) = tonight()
    Ticket.objects.void("passed_on", timezone.now())

    assert [row[:3] for row in fetch(door, event)["tickets"]] == [[ticket.pk, hash_code(ticket.code), "passed_on"]]
    assert len(fetch(door, event)["tickets"][0]) == 4


def test_list_leaves_out_what_nobody_has_bought(door):
    event, _ = tonight()
    sales.hold(event.offers.get(), now=timezone.now())

    assert len(fetch(door, event)["tickets"]) == 1


def test_supplement_has_what_was_written_since(door):
    event, (ticket,) = tonight()
    later = round((timezone.now() + timedelta(minutes=3)).timestamp() * 1000)
    earlier = round((timezone.now() - timedelta(minutes=3)).timestamp() * 1000)

    assert [row[0] for row in fetch(door, event, since=earlier)["tickets"]] == [ticket.pk]
    assert fetch(door, event, since=later)["tickets"] == []
    assert fetch(door, event, since=later)["since"] == later


@pytest.mark.parametrize("since", ["x", "-1", "9" * 30])
def test_supplement_since_nonsense_is_refused(door, since):
    event, _ = tonight()

    assert door.get(url("list", event), {"since": since}).status_code == 400


@pytest.mark.parametrize("quantity", [1, 10])
def test_statements_of_the_list(door, quantity):
    event, _ = tonight(quantity, make=make_seated_offer)

    with statements(7):  # besides the 5 of every page: the tickets, the gates
        fetch(door, event)


def test_page_knows_the_keys_and_the_words(door):
    event, _ = tonight()

    config = door.get(url("scanner", event)).context["config"]

    assert config["keys"] == public_keys()
    assert (config["faces"], config["texts"]) == (FACES, TEXTS)
    assert set(FACES) == set(Scan.Result)


# Merging ----------------------------------------------------------------------------------------------


def test_offline_scans_are_merged(door):
    event, (first, second) = tonight(2)

    merged = send(door, event, item(first), item(second, "already")).json()["merged"]

    assert [(row["result"], row["is_conflict"]) for row in merged] == [("admitted", False), ("already", False)]
    first.refresh_from_db()
    age = timezone.now() - first.checked_in_at
    assert timedelta(seconds=60) <= age < timedelta(seconds=90)
    assert list(Scan.objects.values_list("is_offline", "gate")) == [(True, "North")] * 2


def test_offline_scan_that_somebody_else_has_admitted_is_a_conflict(door):
    event, (ticket,) = tonight()
    scan(door, event, ticket.code, gate="South")

    (row,) = send(door, event, item(ticket)).json()["merged"]

    assert (row["is_conflict"], row["title"]) == (True, "Already in")
    assert row["text"].endswith(", South.")


def test_offline_scans_are_merged_once(door):
    event, (ticket,) = tonight()
    same = item(ticket)

    rows = [send(door, event, same).json()["merged"][0] for _ in range(2)]

    assert [(row["result"], row["is_conflict"]) for row in rows] == [("admitted", False)] * 2
    assert Scan.objects.count() == 1


@pytest.mark.parametrize(
    "broken",
    [
        {"uid": "x"},
        {"answered": "party"},
        {"age": -1},
        {"age": "soon"},
        {"read": "", "ticket": None},
        {"answered": "undone", "ticket": None},
        {"answered": "undone", "ticket": 10**9},
        {"read": ["x"], "ticket": None},
        {"gate": {"a": 1} | {str(number): number for number in range(20)}},
    ],
)
def test_offline_scan_that_makes_no_sense_does_not_stop_the_others(door, broken):
    event, (ticket,) = tonight()

    rows = send(door, event, item(ticket) | broken, item(ticket)).json()["merged"]

    assert [(row["title"], row["is_conflict"]) for row in rows] == [("Not understood", True), ("Admitted", False)]


def test_offline_scan_is_at_most_a_week_old(door):
    event, (ticket,) = tonight()

    send(door, event, item(ticket, age=10**18))

    ticket.refresh_from_db()
    assert timezone.now() - ticket.checked_in_at < timedelta(days=7, minutes=1)


@pytest.mark.parametrize(
    "body", ["", "[]", "{}", '{"scans": 1}', '{"scans": [1]}', "[" * 100_000, b"\xff", '{"scans": null}']
)
def test_what_is_no_list_of_scans_is_refused(door, body):
    event, _ = tonight()

    response = door.post(url("merge", event), body, content_type="application/json")

    assert response.status_code == 400


# The worker -------------------------------------------------------------------------------------------


def test_worker_lists_files_that_exist_and_is_open_to_browsers(client):
    response = client.get(reverse("door:worker"))

    source = response.content.decode()
    files = json.loads(source.partition("self.FILES = ")[2].partition(";\n")[0])
    assert response["Content-Type"] == "text/javascript"
    assert "/static/vendor/jsqr-1.4.0/jsQR.js" in files
    assert source.endswith('importScripts("/static/door/worker.js");\n')
