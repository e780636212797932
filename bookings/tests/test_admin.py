from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from django.utils import timezone

from bookings import services
from bookings.models import Booking, Payment, Ticket, WaitlistEntry
from bookings.payments import Charge
from bookings.tests.factories import (
    ActivityFactory,
    BookingFactory,
    PaymentFactory,
    ShiftFactory,
    TicketFactory,
    WaitlistEntryFactory,
)
from events.models import Event
from events.tests.factories import EventFactory
from ticketing.models import Offer
from ticketing.stock import Selection
from ticketing.tests.factories import make_offer, make_seated_offer

pytestmark = pytest.mark.django_db

LIST = "/admin/bookings/booking/"


def make_hold(offer: Offer | None = None, quantity: int = 2, **details) -> Booking:
    offer, now = offer or make_offer(), timezone.now()
    booking = services.hold(event=offer.event, offers=[offer], selection=Selection({offer.pk: quantity}), now=now)
    details = {"name": "Ada Lovelace", "email": "ada@example.org"} | details
    return services.set_details(booking=booking, now=now, **details)


def make_booking(offer: Offer | None = None, quantity: int = 2, **details) -> Booking:
    booking = make_hold(offer, quantity, **details)
    charge = Charge("demo", f"charge-{booking.pk}", booking.total_price)
    return services.confirm(booking=booking, now=timezone.now(), charge=charge)


def change(row) -> str:
    return reverse(f"admin:bookings_{row._meta.model_name}_change", args=[row.pk])


def act(client, booking: Booking, action: str, **data):
    return client.post(
        reverse("admin:bookings_booking_act", args=[booking.pk]), {"action": action, **data}, follow=True
    )


def act_and_answer(client, booking: Booking, action: str, **data):
    """Press the button, and say yes on the page that asks."""
    return act(client, booking, action, answer=act(client, booking, action).context["answer"], **data)


@pytest.fixture
def shift(admin_user):
    return ShiftFactory(user=admin_user)


def messages_of(response) -> list[tuple[str, str]]:
    return [(message.level_tag, str(message)) for message in response.context["messages"]]


def customer_data(**changes) -> dict:
    inlines = {
        f"{prefix}-{count}_FORMS": "0"
        for prefix in ("tickets", "payments", "activities")
        for count in ("TOTAL", "INITIAL")
    }
    details = {"customer_name": "Ada Lovelace", "customer_email": "ada@example.org", "customer_phone": ""}
    return inlines | details | changes


# Lists ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "factory", "queries"),
    [
        ("booking", BookingFactory, 8),
        ("ticket", TicketFactory, 8),
        ("payment", PaymentFactory, 7),
        ("activity", ActivityFactory, 7),
        ("waitlistentry", WaitlistEntryFactory, 8),
    ],
)
@pytest.mark.parametrize("rows", [1, 3])
def test_list_costs_the_same_for_any_number_of_rows(
    admin_client, django_assert_num_queries, table, factory, queries, rows
):
    factory.create_batch(rows)

    with django_assert_num_queries(queries):
        response = admin_client.get(reverse(f"admin:bookings_{table}_changelist"))

    assert response.context["cl"].result_count == rows


@pytest.mark.parametrize("query", ["lovelace", "ADA@example", "gala", "code", "ticket"])
def test_booking_is_found_by(admin_client, query):
    booking = make_booking(make_offer(event__name="Winter Gala"))
    make_booking(name="Grace Hopper", email="grace@example.org")
    words = {"code": booking.booking_code.lower(), "ticket": booking.tickets.first().code.lower()}

    response = admin_client.get(LIST, {"q": words.get(query, query)})

    assert list(response.context["cl"].result_list) == [booking]


@pytest.mark.parametrize("life", ["held", "lapsed", "confirmed", "cancelled"])
def test_booking_list_is_filtered_by_status(admin_client, life):
    bookings = {
        "held": make_hold(),
        "lapsed": make_hold(),
        "confirmed": make_booking(),
        "cancelled": services.abandon(booking=make_hold(), now=timezone.now()),
    }
    Booking.objects.filter(pk=bookings["lapsed"].pk).update(expires_at=timezone.now())

    response = admin_client.get(LIST, {"life": life})

    assert list(response.context["cl"].result_list) == [bookings[life]]


def test_booking_list_combines_search_and_filters(admin_client):
    wanted = make_booking(make_offer(event__venue__city="Graz"))
    make_booking(name="Grace Hopper", email="grace@example.org")
    make_hold(make_offer(event__venue=wanted.event.venue))

    response = admin_client.get(
        LIST,
        {"q": "ada", "life": "confirmed", "event__venue__id__exact": wanted.event.venue_id, "channel__exact": "web"},
    )

    assert list(response.context["cl"].result_list) == [wanted]


def test_booking_export_hides_secrets_and_disarms_formulas(admin_client):
    booking = make_booking(name="=cmd|' /C calc'!A0", phone="+43 1 2345")

    response = admin_client.get(reverse("admin:bookings_booking_export"))

    head, line = response.content.decode().splitlines()
    cells = dict(zip(head.split(","), line.split(","), strict=True))
    assert cells["customer_name"] == "'=cmd|' /C calc'!A0"
    assert cells["customer_phone"] == "'+43 1 2345"
    assert cells["total_price"] == "80.00"
    assert booking.key not in line


# The page of a booking ------------------------------------------------------------------------


@pytest.mark.parametrize("tickets", [1, 10])
def test_booking_page_costs_the_same_for_any_number_of_tickets(admin_client, django_assert_num_queries, tickets):
    booking = make_booking(make_seated_offer(), tickets)
    ContentType.objects.get_for_model(Booking)  # looked up once per process

    with django_assert_num_queries(9):
        response = admin_client.get(change(booking))

    assert response.status_code == 200


def test_booking_page_shows_tickets_payments_history_and_link(admin_client):
    booking = make_booking(quantity=1)

    page = admin_client.get(change(booking)).content.decode()

    assert booking.tickets.get().code in page
    assert f"charge-{booking.pk}" in page
    assert "paid: €40.00" in page
    assert f'href="http://127.0.0.1:8000/bookings/{booking.key}/"' in page


def test_booking_money_and_status_cannot_be_typed(admin_client):
    booking = make_hold()

    admin_client.post(change(booking), customer_data(status="confirmed", total_price="0", quantity="9", discount="80"))

    booking.refresh_from_db()
    assert (booking.status, booking.total_price, booking.quantity, booking.discount) == ("pending", 80, 2, 0)


def test_booking_customer_is_corrected_and_the_history_says_by_whom(admin_client):
    booking = make_booking()

    response = admin_client.post(change(booking), customer_data(customer_phone="+43 1", customer_name="Ada King"))

    booking.refresh_from_db()
    activity = booking.activities.latest("pk")
    assert response.status_code == 302
    assert (booking.customer_name, booking.customer_phone) == ("Ada King", "+43 1")
    assert (activity.verb, activity.actor, activity.channel) == ("details", "admin", "box_office")
    assert activity.detail == {"name": ["Ada Lovelace", "Ada King"], "phone": ["", "+43 1"]}


def test_booking_that_is_saved_unchanged_writes_no_history(admin_client):
    booking = make_booking()
    before = booking.activities.count()

    admin_client.post(change(booking), customer_data())

    assert booking.activities.count() == before


@pytest.mark.parametrize("email", ["", "ada", "ada@", "ada@localhost@", "a b@example.org"])
def test_booking_that_is_confirmed_keeps_a_good_address(admin_client, email):
    booking = make_booking()

    response = admin_client.post(change(booking), customer_data(customer_email=email))

    booking.refresh_from_db()
    assert list(response.context["adminform"].form.errors) == ["customer_email"]
    assert booking.customer_email == "ada@example.org"


def test_booking_that_is_cancelled_can_only_be_looked_at(admin_client):
    booking = services.abandon(booking=make_hold(), now=timezone.now())

    page = admin_client.get(change(booking))
    posted = admin_client.post(change(booking), customer_data(customer_name="Grace"))

    assert page.status_code == 200
    assert page.context["buttons"] == []
    assert posted.status_code == 403


def test_bookings_are_neither_added_nor_deleted(admin_client):
    booking = make_booking()
    data = {"action": "delete_selected", "_selected_action": [booking.pk], "post": "yes"}

    assert admin_client.get(f"{LIST}add/").status_code == 403
    assert admin_client.post(f"{LIST}{booking.pk}/delete/", {"post": "yes"}).status_code == 403
    admin_client.post(LIST, data)
    assert Booking.objects.count() == 1


def test_booking_with_html_in_its_name_shows_it_as_text(admin_client):
    make_booking(name="<script>alert(1)</script>")

    page = admin_client.get(LIST).content.decode()

    assert "<script>alert(1)</script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


# Actions --------------------------------------------------------------------------------------


def test_confirm_asks_for_the_money_first(admin_client, shift):
    booking = make_hold()

    response = act(admin_client, booking, "confirm")

    booking.refresh_from_db()
    assert booking.status == "pending"
    assert response.context["warning"] == "Only if €80.00 has been paid, in cash or at the terminal."
    assert response.context["lines"] == [f"{booking}, Ada Lovelace, {booking.event}: €80.00 to take"]


def test_confirm_without_a_shift_says_where_to_open_one(admin_client):
    booking = make_hold()

    response = act(admin_client, booking, "confirm")

    ((level, text),) = messages_of(response)
    booking.refresh_from_db()
    assert (level, booking.status) == ("error", "pending")
    assert f'<a href="{reverse("admin:bookings_shift_changelist")}">open a shift</a>' in text


def test_confirm_wants_to_know_how_it_was_paid(admin_client, shift):
    booking = make_hold()

    response = act_and_answer(admin_client, booking, "confirm")

    booking.refresh_from_db()
    assert booking.status == "pending"
    assert response.context["form"].errors == {"way": ["This field is required."]}


@pytest.mark.parametrize("way", ["cash", "terminal"])
def test_confirm_writes_down_the_money_and_who_took_it(admin_client, shift, way):
    booking = make_hold()

    response = act_and_answer(admin_client, booking, "confirm", way=way)

    booking.refresh_from_db()
    payment, activity = booking.payments.get(), booking.activities.latest("pk")
    assert booking.status == "confirmed"
    assert (payment.provider, payment.kind, payment.amount) == (way, "charge", Decimal("80.00"))
    assert payment.shift == shift
    assert (activity.verb, activity.actor, activity.channel) == ("confirm", "admin", "box_office")
    assert messages_of(response) == [("success", f"{booking}: confirmed.")]
    assert LogEntry.objects.get().change_message == "Confirmed."


def test_confirm_of_what_costs_nothing_takes_no_money(admin_client):
    booking = make_hold(make_offer(price=0))

    act_and_answer(admin_client, booking, "confirm")

    booking.refresh_from_db()
    assert booking.status == "confirmed"
    assert booking.payments.count() == 0


def test_confirm_reports_each_refusal_with_its_reason_and_takes_no_money_for_it(admin_client, shift):
    good, nameless = make_hold(), make_hold(name="", email="")
    late = make_hold()
    Event.objects.filter(pk=late.event_id).update(event_date=timezone.now() - timedelta(hours=1))
    data = {"action": "confirm", "_selected_action": [good.pk, nameless.pk, late.pk], "way": "cash"}

    question = admin_client.post(LIST, data)
    response = admin_client.post(LIST, data | {"answer": question.context["answer"]}, follow=True)

    assert messages_of(response) == [
        ("success", f"{good}: confirmed."),
        ("error", f"{nameless}: Please tell us your name and your e-mail address first."),
        ("error", f"{late}: This event has already begun, so it can no longer be booked."),
    ]
    assert list(Payment.objects.values_list("booking", flat=True)) == [good.pk]


def test_confirm_asks_again_when_the_sum_has_changed(admin_client, shift):
    offer = make_offer()
    booking = make_hold(offer)
    question = act(admin_client, booking, "confirm")
    now = timezone.now()
    services.change(booking=booking, event=offer.event, offers=[offer], selection=Selection({offer.pk: 3}), now=now)

    response = act(admin_client, booking, "confirm", answer=question.context["answer"], way="cash")

    booking.refresh_from_db()
    assert booking.status == "pending"
    assert response.context["warning"].startswith("Only if €120.00")


def test_confirm_of_a_lapsed_hold_whose_places_are_gone_is_refused(admin_client, shift):
    offer = make_offer(capacity=2)
    booking = make_hold(offer)
    later = timezone.now() - timedelta(minutes=1)
    Booking.objects.filter(pk=booking.pk).update(expires_at=later)
    offer.places.update(free_from=later)
    make_booking(offer, name="Grace", email="grace@example.org")

    response = act_and_answer(admin_client, booking, "confirm", way="cash")

    ((level, _),) = messages_of(response)
    assert level == "error"
    assert Ticket.objects.filter(booking=booking, status="valid").count() == 0


def test_cancel_asks_first_and_says_what_goes_back(admin_client):
    booking = make_booking()

    response = act(admin_client, booking, "cancel")

    booking.refresh_from_db()
    assert booking.status == "confirmed"
    assert response.context["lines"] == [f"{booking}, Ada Lovelace, {booking.event}: €80.00 back"]


def test_cancel_frees_the_places_voids_the_tickets_and_refunds(admin_client):
    offer = make_offer(capacity=2)
    booking = make_booking(offer)

    response = act_and_answer(admin_client, booking, "cancel", why="Rain")

    booking.refresh_from_db()
    assert (booking.status, booking.cancellation_reason) == ("cancelled", "staff")
    assert set(booking.tickets.values_list("status", flat=True)) == {"void"}
    assert offer.places.free(timezone.now()).count() == 2
    assert booking.payments.get(kind="refund").amount == Decimal("80.00")
    line = booking.activities.get(verb="cancel")
    assert (line.actor, line.detail["why"]) == ("admin", "Rain")
    assert messages_of(response) == [("success", f"{booking}: cancelled.")]


def test_cancel_asks_why(admin_client):
    booking = make_booking()

    response = act_and_answer(admin_client, booking, "cancel")

    booking.refresh_from_db()
    assert booking.status == "confirmed"
    assert response.context["form"].errors == {"why": ["This field is required."]}


def test_cancel_twice_is_refused(admin_client):
    booking = services.abandon(booking=make_hold(), now=timezone.now())

    response = act_and_answer(admin_client, booking, "cancel", why="Rain")

    assert messages_of(response) == [("error", f"{booking}: This booking is already cancelled.")]


def test_resend_says_where_the_tickets_go(admin_client):
    booking = make_booking()

    response = act(admin_client, booking, "resend_confirmation")

    assert messages_of(response) == [("success", f"{booking}: tickets are on their way to ada@example.org.")]
    assert booking.activities.latest("pk").verb == "resend"


def test_resend_of_a_hold_is_refused(admin_client):
    booking = make_hold()

    response = act(admin_client, booking, "resend_confirmation")

    assert messages_of(response) == [("error", f"{booking}: Only a confirmed booking has tickets to send.")]


def test_action_on_many_bookings_names_a_few(admin_client):
    offer = make_offer(capacity=50)
    bookings = [make_hold(offer, 1, email=f"ada{number}@example.org") for number in range(7)]
    data = {"action": "resend_confirmation", "_selected_action": [booking.pk for booking in bookings]}

    response = admin_client.post(LIST, data, follow=True)

    names = ", ".join(str(booking) for booking in bookings[:5])
    assert messages_of(response) == [("error", f"{names} and 2 more: Only a confirmed booking has tickets to send.")]


def test_action_on_all_pages_asks_about_all_and_does_all(admin_client):
    offer = make_offer(capacity=50)
    for _ in range(3):
        make_hold(offer, 1)
    data = {"action": "cancel", "_selected_action": [Booking.objects.first().pk], "select_across": "1"}

    question = admin_client.post(LIST, data)
    admin_client.post(LIST, data | {"answer": question.context["answer"], "why": "Rain"})

    assert question.context["title"] == "Cancel 3 bookings?"
    assert set(Booking.objects.values_list("status", flat=True)) == {"cancelled"}


# History is never changed ---------------------------------------------------------------------


@pytest.mark.parametrize("factory", [PaymentFactory, ActivityFactory, TicketFactory])
def test_what_is_written_once_can_only_be_looked_at(admin_client, factory):
    row = factory()
    base = reverse(f"admin:bookings_{row._meta.model_name}_changelist")

    assert admin_client.get(change(row)).status_code == 200
    assert admin_client.post(change(row), {"amount": "1", "actor": "nobody"}).status_code == 403
    assert admin_client.get(f"{base}add/").status_code == 403
    assert admin_client.post(f"{base}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert type(row).objects.count() >= 1


@pytest.mark.parametrize(
    ("detail", "words"),
    [
        ({"until": "2030-01-05T14:00:00+00:00"}, "until: Sat 5 Jan 2030, 19:30"),
        ({"refunded": "12.5"}, "refunded: €12.50"),
        ({"to": "This is no time"}, "to: This is no time"),
        ({"quantity": 3}, "quantity: 3"),
        ({}, "–"),
    ],
)
def test_activity_detail_is_written_for_people(admin_client, detail, words):
    booking = BookingFactory(event__venue__time_zone="Asia/Kolkata")
    ActivityFactory(booking=booking, detail=detail)

    page = admin_client.get(reverse("admin:bookings_activity_changelist")).content.decode()

    assert f'<td class="field-details">{words}</td>' in page


@pytest.mark.parametrize(
    ("statuses", "shown"),
    [
        ([], "€80.00"),
        (["pending"], "€80.00, €80.00 on its way back"),
        (["pending", "succeeded"], "€80.00, €80.00 given back"),
    ],
)
def test_booking_page_says_what_was_paid_and_given_back(admin_client, statuses, shown):
    booking = make_booking()
    charge = booking.payments.get()
    for status in statuses:
        PaymentFactory(booking=booking, kind="refund", charge=charge, amount=80, status=status, reference="r")

    page = admin_client.get(change(booking)).content.decode()

    assert f'<div class="readonly">{shown}</div>' in page


# What has been sold stays ---------------------------------------------------------------------


def test_event_with_bookings_cannot_be_deleted_and_the_page_says_what_to_do(admin_client):
    event = make_booking().event
    url = reverse("admin:events_event_delete", args=[event.pk])

    page = admin_client.get(url)
    admin_client.post(url, {"post": "yes"})

    assert page.context["protected"] == ["1 booking", "1 ledger line", "2 tickets"]
    assert "Cancel the event instead" in page.content.decode()
    assert Event.objects.filter(pk=event.pk).exists() is True


def test_offer_that_was_sold_cannot_be_deleted_on_the_event_page(admin_client):
    offer = make_offer()
    make_booking(offer)
    event = offer.event
    begins = timezone.localtime(event.event_date, event.venue.tz)
    data = {
        "name": event.name,
        "category": event.category_id,
        "event_date_0": f"{begins:%Y-%m-%d}",
        "event_date_1": f"{begins:%H:%M:%S}",
        "max_tickets_per_booking": "10",
        "offers-TOTAL_FORMS": "1",
        "offers-INITIAL_FORMS": "1",
        "offers-0-id": offer.pk,
        "offers-0-ticket_type": offer.ticket_type_id,
        "offers-0-price": "40",
        "offers-0-capacity": "20",
        "offers-0-DELETE": "on",
    }

    response = admin_client.post(reverse("admin:events_event_change", args=[event.pk]), data)

    (inline,) = response.context["inline_admin_formsets"]
    assert inline.formset.non_form_errors() == [
        "Standard cannot be deleted: tickets of it have been held or sold. End its sales instead."
    ]
    assert Offer.objects.count() == 1


# Waiting --------------------------------------------------------------------------------------


def test_waitlist_entry_is_taken_by_telephone(admin_client):
    event = EventFactory()
    data = {"event": event.pk, "name": "Ada", "email": "ada@example.org", "quantity": "2"}

    response = admin_client.post(reverse("admin:bookings_waitlistentry_add"), data)

    entry = WaitlistEntry.objects.get()
    assert response.status_code == 302
    assert timezone.now() - entry.created_at < timedelta(minutes=1)


@pytest.mark.parametrize("quantity", ["", "0", "-1", "many", "11", "9" * 30])
def test_waitlist_entry_with_a_silly_number_is_refused(admin_client, quantity):
    data = {"event": EventFactory().pk, "name": "Ada", "email": "ada@example.org", "quantity": quantity}

    response = admin_client.post(reverse("admin:bookings_waitlistentry_add"), data)

    assert response.status_code == 200
    assert WaitlistEntry.objects.count() == 0
