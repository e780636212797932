"""The pages of settlements, and the sheet."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from pypdf import PdfReader

from bookings import services as selling
from bookings.tests.sales import NOW, sold
from events.models import Event
from reports.models import Settlement, SettlementTerms
from reports.services import digest
from reports.settlements.figures import Figures, PaymentLine, TicketLine, settle
from reports.settlements.pdf import settlement_pdf
from reports.tests.factories import SettlementFactory
from ticketing.tests.factories import make_offer

pytestmark = pytest.mark.django_db


@pytest.fixture
def event():
    """An event that was last week, with two tickets at 40.00."""
    event = sold(make_offer(), 2).event
    Event.objects.filter(pk=event.pk).update(event_date=NOW - timedelta(days=7), doors_at=None, ends_at=None)
    return Event.objects.get(pk=event.pk)


def address(name: str, event: Event) -> str:
    return reverse(f"reports:{name}", args=[event.slug])


def text_of(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def test_settlement_is_shown_with_the_line_that_ties_it(as_member, event):
    page = as_member("Managers").get(address("settlement", event))

    assert page.context["figures"].takings == Decimal("80.00")
    assert page.context["state"] == "open"
    assert "ledger €80.00 = payments €80.00" in page.content.decode()


def test_settlement_is_signed_as_it_was_seen(as_member, event):
    client = as_member("Managers")
    seen = client.get(address("settlement", event)).context["sign_form"]["seen"].value()

    response = client.post(address("sign_settlement", event), {"seen": seen, "note": "as agreed"})

    assert response["Location"] == address("settlement", event)
    assert Settlement.objects.get().signed_by == "ada of Managers"
    assert client.get(address("settlement", event)).context["state"] == "signed"


def test_settlement_that_has_changed_since_says_so(as_member, event):
    client = as_member("Managers")
    client.post(address("sign_settlement", event), {"seen": digest(settle([event.pk])[event.pk])})

    client.post(address("settlement_terms", event), {"percent": "10", "per_ticket": "0.50"})

    page = client.get(address("settlement", event))
    assert page.context["state"] == "changed"
    assert page.context["figures"].due == Decimal("71.00")
    assert "Changed since" in page.content.decode()
    assert Figures.from_json(Settlement.objects.get().figures).due == Decimal("80.00")


def test_signing_says_why_not(as_member, event):
    client = as_member("Managers")
    figures = settle([event.pk])[event.pk]
    selling.cancel(booking=event.bookings.get(), reason="staff", now=NOW, actor="grace")

    stale = client.post(address("sign_settlement", event), {"seen": digest(figures)})
    pending = client.post(address("sign_settlement", event), {"seen": digest(settle([event.pk])[event.pk])})

    assert stale.status_code == pending.status_code == 422
    assert "changed meanwhile" in stale.content.decode()
    assert "Money is still to be given back" in pending.content.decode()
    assert not Settlement.objects.exists()


@pytest.mark.parametrize("wrong", [{"percent": "101"}, {"percent": "-1"}, {"per_ticket": "-0.01"}, {"percent": ""}])
def test_terms_that_make_no_sense_are_refused(wrong, as_member, event):
    response = as_member("Managers").post(
        address("settlement_terms", event), {"percent": "10", "per_ticket": "0.50"} | wrong
    )

    assert response.status_code == 422
    assert not SettlementTerms.objects.exists()


def test_settlements_are_for_those_who_see_revenue_and_signed_by_those_who_may(as_member, event):
    client = as_member("Box office")

    pages = [client.get(address(name, event)).status_code for name in ("settlement", "settlement_pdf")]
    posts = [client.post(address(name, event)).status_code for name in ("sign_settlement", "settlement_terms")]

    assert pages == [403, 403]
    assert posts == [403, 403]


@pytest.mark.parametrize("count", [1, 3])
def test_list_costs_the_same_for_any_number_of_events(count, as_member, django_assert_num_queries):
    for _ in range(count):
        event = sold(make_offer()).event
        SettlementFactory(event=event)
    Event.objects.update(event_date=NOW - timedelta(days=7), doors_at=None, ends_at=None)
    client = as_member("Managers")

    with django_assert_num_queries(11):
        page = client.get(reverse("reports:settlements"))

    assert len(page.context["shown"].table.all_rows) == count


# The sheet ------------------------------------------------------------------------------------


def test_sheet_says_what_the_page_says(as_member, event):
    client = as_member("Managers")

    draft = text_of(client.get(address("settlement_pdf", event)).content)
    client.post(address("sign_settlement", event), {"seen": digest(settle([event.pk])[event.pk]), "note": "Agreed"})
    selling.cancel(booking=event.bookings.get(), reason="staff", now=NOW, actor="grace")
    signed = text_of(client.get(address("settlement_pdf", event)).content)

    assert "not signed" in draft
    for words in (event.name, "Standard", "€80.00", "Ledger €80.00 = payments €80.00", "Due to the promoter"):
        assert words in draft
        assert words in signed
    assert "As signed by ada of Managers" in signed
    assert "Note: Agreed" in signed


def test_sheet_goes_on_with_a_new_page_and_holds_any_text(event):
    line = TicketLine("Ω 日本語 " * 20, "<b>Early</b>", Decimal("12.00"), 3, Decimal("36.00"), Decimal("1.00"))
    figures = Figures(lines=(line,) * 80, payments=(PaymentLine("stripe", Decimal("9.00")),))
    Event.objects.filter(pk=event.pk).update(name="A very long name of an event " * 6)
    event = Event.objects.with_details().get(pk=event.pk)

    pages = PdfReader(io.BytesIO(settlement_pdf(event, figures, None, now=NOW))).pages

    assert len(pages) == 3
    assert "Page 3" in pages[2].extract_text()


def test_sheet_says_what_the_promoter_owes(event):
    figures = replace(settle([event.pk])[event.pk], per_ticket=Decimal("50.00"))
    event = Event.objects.with_details().get(pk=event.pk)

    words = text_of(settlement_pdf(event, figures, None, now=NOW))

    assert "Due from the promoter" in words
    assert "€20.00" in words


# The admin ------------------------------------------------------------------------------------


def test_admin_shows_what_was_signed(admin_client, event):
    settlement = SettlementFactory(event=event, figures=settle([event.pk])[event.pk].as_json())

    page = admin_client.get(reverse("admin:reports_settlement_changelist")).content.decode()

    assert "€80.00" in page
    assert admin_client.get(reverse("admin:reports_settlement_change", args=[settlement.pk])).status_code == 200
