from datetime import timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from bookings.tests.factories import UserFactory
from events.tests.factories import EventFactory
from reports.models import ScheduledReport, Settlement, SettlementTerms
from reports.settlements.figures import Figures


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
