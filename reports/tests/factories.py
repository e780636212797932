from __future__ import annotations

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from reports.models import DaySum, Fold
from ticketing.tests.factories import OfferFactory


class DaySumFactory(DjangoModelFactory):
    class Meta:
        model = DaySum

    day = factory.LazyFunction(timezone.localdate)
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
