from datetime import timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from events.models import Category, Event, EventActivity, Production
from venues.tests.factories import VenueFactory


class CategoryFactory(DjangoModelFactory):
    class Meta:
        model = Category
        django_get_or_create = ("slug",)

    name = "Concerts"
    slug = factory.LazyAttribute(lambda category: category.name.lower())


class ProductionFactory(DjangoModelFactory):
    class Meta:
        model = Production

    title = factory.Sequence(lambda n: f"The Play {n}")
    category = factory.SubFactory(CategoryFactory)
    running_time = 120


class EventFactory(DjangoModelFactory):
    """A published event in thirty days."""

    class Meta:
        model = Event

    name = factory.Sequence(lambda n: f"Evening Concert {n}")
    category = factory.SubFactory(CategoryFactory)
    venue = factory.SubFactory(VenueFactory)
    event_date = factory.LazyFunction(lambda: timezone.now() + timedelta(days=30))
    published_at = factory.LazyFunction(lambda: timezone.now() - timedelta(days=1))


class EventActivityFactory(DjangoModelFactory):
    class Meta:
        model = EventActivity

    event = factory.SubFactory(EventFactory)
    at = factory.LazyFunction(timezone.now)
    actor = "box_office"
    channel = "box_office"
    verb = "publish"
