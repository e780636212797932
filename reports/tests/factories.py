from datetime import timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from bookings.tests.factories import UserFactory
from events.tests.factories import EventFactory
from reports.models import Fold, HourSum, MonthSum, ScheduledReport, Settlement, SettlementTerms
from reports.settlements.figures import Figures
from ticketing.tests.factories import OfferFactory


class SettlementTermsFactory(DjangoModelFactory):
    class Meta:
        model = SettlementTerms

    event = factory.SubFactory(EventFactory)
    percent = 10


class SettlementFactory(DjangoModelFactory):
    """The bare row of an event of which nothing was sold."""

    class Meta:
        model = Settlement

    event = factory.SubFactory(EventFactory)
    figures = factory.LazyFunction(lambda: Figures().as_json())
    signed_by = "grace"
    signed_at = factory.LazyFunction(timezone.now)


class ScheduledReportFactory(DjangoModelFactory):
    class Meta:
        model = ScheduledReport

    name = "Sales of yesterday"
    what = "exports/sales"
    period = "yesterday"
    recipients = ["grace@example.org"]
    created_by = factory.SubFactory(UserFactory, is_superuser=True)
    created_at = factory.LazyFunction(timezone.now)
    next_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=1))


class HourSumFactory(DjangoModelFactory):
    class Meta:
        model = HourSum

    day = factory.LazyFunction(timezone.localdate)
    hour = factory.Sequence(lambda n: n % 24)
    channel = "web"
    kind = "sale"
    lines = 1
    bookings = 1
    quantity = 2
    comps = 0
    gross = 80
    discount = 0
    retained = 0


class MonthSumFactory(DjangoModelFactory):
    class Meta:
        model = MonthSum

    month = factory.LazyFunction(lambda: timezone.localdate().replace(day=1))
    offer = factory.SubFactory(OfferFactory)
    event = factory.SelfAttribute("offer.event")
    channel = "web"
    kind = "sale"
    lines = 1
    bookings = 1
    quantity = 2
    comps = 0
    gross = 80
    discount = 0
    retained = 0


class FoldFactory(DjangoModelFactory):
    class Meta:
        model = Fold

    id = 1
