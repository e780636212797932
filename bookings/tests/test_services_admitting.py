from datetime import timedelta
from uuid import uuid4

import pytest

from bookings import services
from bookings.door.words import as_shown
from bookings.models import Activity, Scan, Ticket
from bookings.services.admitting import Result, Shown, doors_open_at, merge, undo
from bookings.signing import sign_code
from bookings.tests import sales
from bookings.tests.doors import BEGINS, NIGHT, evening, results, scan, seated_evening, signed, tickets_of
from bookings.tests.sales import NOW, verbs_of
from bookings.tests.test_budgets import statements
from events.models import Event
from ticketing.tests.factories import make_offer
from venues.tests.factories import VenueFactory

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def shown(answer, event, now=NIGHT):
    """Return the three things that the door reads first."""
    page = as_shown(answer, event, now)
    return page["tone"], page["title"], page["text"]


# Admitted once ------------------------------------------------------------------------------------


def test_signed_code_is_admitted():
    offer, (ticket,) = evening()

    answer = scan(offer.event, signed(ticket), gate="North")

    ticket.refresh_from_db()
    assert shown(answer, offer.event) == ("good", "Admitted", "")
    assert ticket.checked_in_at == NIGHT
    written = Scan.objects.get()
    assert (written.code, written.result, written.gate, written.actor) == (ticket.code, "admitted", "North", "tunde")
    assert (written.ticket, written.at, written.received_at, written.is_offline) == (ticket, NIGHT, NIGHT, False)


def test_admission_is_in_the_bookings_history():
    offer, (ticket,) = evening()

    scan(offer.event, signed(ticket), gate="North")

    activity = Activity.objects.get(verb="check in")
    assert (activity.booking, activity.at, activity.actor, activity.channel) == (ticket.booking, NIGHT, "tunde", "door")
    assert activity.detail == {"ticket": ticket.code, "gate": "North"}


def test_typed_code_is_admitted():
    offer, (ticket,) = evening()

    answer = scan(offer.event, f" {ticket.code.lower()} ")

    assert answer.result == Result.ADMITTED


def test_ticket_that_was_looked_up_is_admitted():
    offer, (ticket,) = evening()

    answer = scan(offer.event, ticket_id=ticket.pk)

    assert (answer.result, answer.scan.code) == (Result.ADMITTED, ticket.code)


def test_second_scan_says_when_and_where():
    offer, (ticket,) = evening()
    scan(offer.event, signed(ticket), gate="North")

    answer = scan(offer.event, signed(ticket), gate="South", now=NIGHT + MINUTE)

    assert shown(answer, offer.event) == ("bad", "Already in", f"Admitted at {local(NIGHT)}, North.")
    assert results(offer.event) == ["admitted", "already"]
    assert verbs_of(ticket.booking).count("check in") == 1


def local(moment):
    """Write a time as the clock of the factories' venue shows it."""
    return f"{moment.astimezone(VenueFactory.build().tz):%H:%M}"


def test_second_scan_of_another_day_says_the_day():
    offer, (ticket,) = evening()
    scan(offer.event, signed(ticket))

    answer = scan(offer.event, signed(ticket), now=NIGHT + timedelta(days=1))

    assert shown(answer, offer.event, NIGHT + timedelta(days=1))[2] == (
        f"Admitted at {local(NIGHT)} on {NIGHT.day} {NIGHT:%B}."
    )


def test_same_uid_gets_the_same_answer():
    offer, (ticket,) = evening()
    uid = uuid4()

    first = scan(offer.event, signed(ticket), uid=uid)
    second = scan(offer.event, signed(ticket), uid=uid, now=NIGHT + MINUTE)

    assert (first.result, second.result) == (Result.ADMITTED, Result.ADMITTED)
    assert second.scan == first.scan
    assert results(offer.event) == ["admitted"]


def test_same_uid_of_an_unknown_code_gets_the_same_answer():
    offer, _ = evening()
    uid = uuid4()

    answers = [scan(offer.event, "nonsense", uid=uid) for _ in range(2)]

    assert [answer.result for answer in answers] == [Result.UNKNOWN, Result.UNKNOWN]
    assert results(offer.event) == ["unknown"]


# Refused ------------------------------------------------------------------------------------------


def test_forged_code_is_refused_and_written_down():
    offer, (ticket,) = evening()
    forged = sign_code(offer.event_id + 1, ticket.code).replace(f".{offer.event_id + 1}.", f".{offer.event_id}.")

    answer = scan(offer.event, forged)

    assert shown(answer, offer.event) == ("bad", "Forged", "This code was not made by us.")
    assert (answer.scan.code, answer.scan.ticket) == (forged, None)


@pytest.mark.parametrize(
    "read", ["ACDEFGHJKLMNPQRT", "nonsense", "BK-20261122-A7K3XQ", "' OR 1=1 --", "🎟️", "\x00\x01x"]
)
def test_unknown_code_is_refused_and_written_down(read):
    offer, _ = evening()

    answer = scan(offer.event, read)

    assert shown(answer, offer.event) == ("bad", "Unknown code", "There is no such ticket. Look them up by name.")
    assert Scan.objects.get().code == read.replace("\x00", "").replace("\x01", "")


def test_signed_code_without_a_ticket_is_unknown():
    offer, _ = evening()

    answer = scan(offer.event, sign_code(offer.event_id, "ACDEFGHJKLMNPQRT"))

    assert answer.result == Result.UNKNOWN


def test_ticket_for_another_event_says_for_which():
    offer, _ = evening()
    other, (ticket,) = evening(event__name="Hamlet")

    answer = scan(offer.event, signed(ticket))

    page = as_shown(answer, offer.event, NIGHT)
    assert (page["title"], page["text"]) == ("Wrong event", f"This ticket is for Hamlet, {local(BEGINS)}.")
    assert (page["holder"], page["ticket"]) == ("", None)
    ticket.refresh_from_db()
    assert ticket.checked_in_at is None
    assert other.event_id != offer.event_id


def test_signed_code_of_an_event_that_we_do_not_know_is_for_another_event():
    offer, _ = evening()

    answer = scan(offer.event, sign_code(10**9, "ACDEFGHJKLMNPQRT"))

    assert shown(answer, offer.event) == ("bad", "Wrong event", "This ticket is for another event.")


def test_ticket_of_a_hold_is_not_paid():
    offer, _ = evening()
    ticket = sales.hold(offer).tickets.with_details().get()

    answer = scan(offer.event, signed(ticket))

    assert shown(answer, offer.event) == ("wait", "Not paid", "Please send them to the box office.")


@pytest.mark.parametrize(
    ("why", "text"),
    [
        ("cancelled", "This ticket was cancelled at {}."),
        ("exchanged", "Exchanged for another ticket at {}."),
        ("passed_on", "Passed on to somebody else at {}: the new ticket has another code."),
    ],
)
def test_void_ticket_says_why(why, text):
    offer, (ticket,) = evening()
    Ticket.objects.filter(pk=ticket.pk).void(why, NIGHT)

    answer = scan(offer.event, signed(ticket))

    assert shown(answer, offer.event) == ("bad", "Not valid", text.format(local(NIGHT)))


def test_cancelled_event_admits_nobody():
    offer, (ticket,) = evening()
    Event.objects.update(status="cancelled")
    offer.event.refresh_from_db()

    answer = scan(offer.event, signed(ticket))

    assert shown(answer, offer.event) == ("bad", "Not valid", "The event is cancelled.")


# Not yet ------------------------------------------------------------------------------------------


def test_doors_open_a_quarter_of_an_hour_before_they_do():
    offer, _ = evening(event__doors_at=BEGINS - timedelta(hours=1))

    assert doors_open_at(offer.event) == BEGINS - timedelta(minutes=75)


def test_doors_of_an_event_that_does_not_say_open_two_hours_before():
    offer, _ = evening()

    assert doors_open_at(offer.event) == BEGINS - timedelta(minutes=135)


def test_early_bird_waits():
    doors_at = BEGINS - timedelta(hours=1)
    offer, (ticket,) = evening(event__doors_at=doors_at)
    now = doors_at - timedelta(minutes=16)

    answer = scan(offer.event, signed(ticket), now=now)

    tone, title, text = shown(answer, offer.event, doors_at)
    assert (tone, title, text) == ("wait", "Not yet", f"Doors open at {local(doors_at)}.")
    assert Ticket.objects.get(pk=ticket.pk).checked_in_at is None


def test_early_bird_is_admitted_anyway_when_staff_says_so():
    offer, (ticket,) = evening()

    answer = scan(offer.event, ticket_id=ticket.pk, now=NOW, anyway=True)

    assert answer.result == Result.ADMITTED


# Undo ---------------------------------------------------------------------------------------------


def take_back(ticket, now=NIGHT + MINUTE, **kwargs):
    return undo(event=ticket.booking.event, shown=Shown(ticket_id=ticket.pk, **kwargs), now=now, actor="tunde")


def test_undo_lets_the_ticket_be_admitted_again():
    offer, (ticket,) = evening()
    scan(offer.event, signed(ticket))

    answer = take_back(ticket)

    assert shown(answer, offer.event) == ("wait", "Taken back", "Nobody is in with this ticket now.")
    assert scan(offer.event, signed(ticket), now=NIGHT + 2 * MINUTE).result == Result.ADMITTED
    assert results(offer.event) == ["admitted", "undone", "admitted"]
    assert verbs_of(ticket.booking)[-3:] == ["check in", "undo check in", "check in"]


def test_undo_is_harmless_when_nobody_is_in():
    offer, (ticket,) = evening()

    answer = take_back(ticket)

    assert answer.result == Result.UNDONE
    assert "undo check in" not in verbs_of(ticket.booking)
    assert results(offer.event) == ["undone"]


def test_undo_with_the_same_uid_counts_once():
    offer, (ticket,) = evening()
    scan(offer.event, signed(ticket))
    uid = uuid4()

    for _ in range(2):
        take_back(ticket, uid=uid)

    assert results(offer.event) == ["admitted", "undone"]


def test_undo_knows_the_events_tickets_only():
    _, (ticket,) = evening()
    other, _ = evening()

    with pytest.raises(Ticket.DoesNotExist):
        undo(event=other.event, shown=Shown(ticket_id=ticket.pk), now=NIGHT, actor="tunde")


# Merging what was answered without a network --------------------------------------------------------


def offline(ticket, answered="admitted", *, at=NIGHT, now=NIGHT + 10 * MINUTE, **kwargs):
    return merge(
        event=ticket.booking.event,
        shown=Shown(
            **{"read": signed(ticket), "uid": uuid4(), "at": at, "answered": answered, "anyway": True} | kwargs
        ),
        now=now,
        actor="tunde",
    )


def test_offline_admission_counts_from_when_it_was():
    _, (ticket,) = evening()

    answer = offline(ticket, gate="North")

    ticket.refresh_from_db()
    assert answer.result == Result.ADMITTED
    assert ticket.checked_in_at == NIGHT
    assert (answer.scan.at, answer.scan.received_at, answer.scan.is_offline) == (NIGHT, NIGHT + 10 * MINUTE, True)
    activity = Activity.objects.get(verb="check in")
    assert activity.at == NIGHT + 10 * MINUTE
    assert activity.detail == {
        "ticket": ticket.code,
        "gate": "North",
        "scanned": NIGHT.isoformat(timespec="seconds"),
    }


def test_offline_admission_that_is_sent_twice_counts_once():
    offer, (ticket,) = evening()
    uid = uuid4()

    answers = [offline(ticket, uid=uid) for _ in range(2)]

    assert [answer.result for answer in answers] == [Result.ADMITTED, Result.ADMITTED]
    assert results(offer.event) == ["admitted"]


def test_offline_admission_of_somebody_who_was_admitted_elsewhere_is_a_conflict():
    offer, (ticket,) = evening()
    scan(offer.event, signed(ticket), gate="South", now=NIGHT + 5 * MINUTE)

    answer = offline(ticket, gate="North")

    ticket.refresh_from_db()
    elsewhere = f"Admitted at {local(NIGHT + 5 * MINUTE)}, South."
    assert shown(answer, offer.event) == ("bad", "Already in", elsewhere)
    assert ticket.checked_in_at == NIGHT
    assert verbs_of(ticket.booking)[-2:] == ["check in", "check in again"]
    assert results(offer.event) == ["admitted", "already"]


def test_offline_admission_after_the_other_one_leaves_the_time():
    offer, (ticket,) = evening()
    scan(offer.event, signed(ticket), now=NIGHT - 5 * MINUTE)

    offline(ticket)

    ticket.refresh_from_db()
    assert ticket.checked_in_at == NIGHT - 5 * MINUTE


def test_offline_admission_with_a_ticket_that_died_is_written_down_as_void():
    _, (ticket,) = evening()
    Ticket.objects.filter(pk=ticket.pk).void("cancelled", NOW)

    answer = offline(ticket)

    assert answer.result == Result.VOID
    assert Ticket.objects.get(pk=ticket.pk).checked_in_at is None


@pytest.mark.parametrize("answered", ["already", "not_yet", "unknown", "void", "forged", "wrong_event"])
def test_whom_a_device_has_turned_away_is_not_admitted_when_it_is_back(answered):
    _, (ticket,) = evening()

    answer = offline(ticket, answered)

    assert answer.result == answered
    assert Ticket.objects.get(pk=ticket.pk).checked_in_at is None
    assert "check in" not in verbs_of(ticket.booking)


def test_offline_undo_takes_its_admission_back():
    offer, (ticket,) = evening()
    offline(ticket)

    offline(ticket, "undone", read="", ticket_id=ticket.pk, at=NIGHT + MINUTE)

    assert Ticket.objects.get(pk=ticket.pk).checked_in_at is None
    assert results(offer.event) == ["admitted", "undone"]


def test_offline_undo_leaves_a_later_admission_alone():
    offer, (ticket,) = evening()
    scan(offer.event, signed(ticket), now=NIGHT + 5 * MINUTE)

    offline(ticket, "undone", read="", ticket_id=ticket.pk, at=NIGHT + MINUTE)

    assert Ticket.objects.get(pk=ticket.pk).checked_in_at == NIGHT + 5 * MINUTE


def test_clock_that_is_ahead_is_put_right():
    _, (ticket,) = evening()

    offline(ticket, at=NIGHT + timedelta(days=400), now=NIGHT)

    assert Ticket.objects.get(pk=ticket.pk).checked_in_at == NIGHT


# How often the database is asked: at most 5 times ------------------------------------------------------


@pytest.mark.parametrize("quantity", [1, 10])
def test_statements_of_a_check_in(quantity):
    offer, tickets = seated_evening(quantity)
    ticket = tickets[0]

    with statements(5):  # the ticket, locked; the uid; the ticket; the scan; the history
        assert scan(offer.event, signed(ticket), uid=uuid4()).result == Result.ADMITTED
    with statements(4):
        assert scan(offer.event, signed(ticket), uid=uuid4()).result == Result.ALREADY
    with statements(6):
        assert take_back(ticket, uid=uuid4()).result == Result.UNDONE


def test_statements_of_refusals():
    offer, (ticket,) = evening()
    elsewhere = tickets_of(make_offer())[0]

    with statements(1):
        assert scan(offer.event, "MQ1.forged").result == Result.FORGED
    with statements(3):
        assert scan(offer.event, signed(elsewhere), uid=uuid4()).result == Result.WRONG_EVENT
    with statements(3):
        assert scan(offer.event, signed(ticket), now=NOW, uid=uuid4()).result == Result.NOT_YET


def test_customer_does_not_cancel_what_has_been_used():
    offer, (ticket,) = evening()
    scan(offer.event, signed(ticket))

    with pytest.raises(services.cancelling.CancellationRefused):
        services.cancel_as_customer(booking=ticket.booking, now=NOW)
