"""The list of events: one FilterSet owns its form and its query."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import django_filters
from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Count, Exists, F, Min, OuterRef, Q, Subquery, TextChoices
from django.http import QueryDict
from django.utils.dateformat import format as format_date
from django.utils.functional import cached_property

from venues.models import Venue

from .forms import EventFilterForm
from .listings import first_dates, for_cards
from .models import Category, Event, EventQuerySet

SENSIBLE_DAYS = [
    MinValueValidator(date(2000, 1, 1), "Enter a day after 1999."),
    MaxValueValidator(date(2199, 12, 31), "Enter a day before 2200."),
]


class When(TextChoices):
    TODAY = "today", "Today"
    WEEKEND = "weekend", "This weekend"
    MONTH = "month", "Next 30 days"


class Availability(TextChoices):
    AVAILABLE = "available", "Tickets left"
    SOLD_OUT = "sold_out", "Sold out"
    CANCELLED = "cancelled", "Cancelled"
    PAST = "past", "Past events"


class Sort(TextChoices):
    SOONEST = "soonest", "Soonest first"
    PRICE = "price", "Lowest price first"
    NAME = "name", "Name, A to Z"


@dataclass(frozen=True)
class Chip:
    """A filter in use: what it is called, its value, the query without it, and what that would find (if asked)."""

    name: str
    label: str
    value: object
    query_without: str
    found: int = 0


def days_of(when: str, today: date) -> tuple[date, date]:
    """Return the first and the last day of a quick choice. A weekend begins on Friday, or today if that is later."""
    if when == When.TODAY:
        return today, today
    if when == When.MONTH:
        return today, today + timedelta(days=30)
    friday = today + timedelta(days=4 - today.weekday())
    return max(friday, today), friday + timedelta(days=2)


def on_sale(now: datetime) -> Q:
    """Events with an offer that is on sale: the rule of ``ticketing.models.OfferQuerySet.on_sale``, from below."""
    return Q(
        Q(offers__on_sale_at__isnull=True) | Q(offers__on_sale_at__lte=now),
        Q(offers__off_sale_at__isnull=True) | Q(offers__off_sale_at__gt=now),
        offers__isnull=False,
    )


def matching(text: str) -> Q:
    """Events about which every word of ``text`` occurs somewhere."""
    places = ("name", "description", "production__title", "category__name", "venue__name", "venue__city")
    found = Q()
    for word in text.split():
        found &= Q(*((f"{place}__icontains", word) for place in places), _connector=Q.OR)
    return found


def there_on_days(zone: str, first: date | None, last: date | None) -> Q:
    """Events at venues of one time zone, between two days of its calendar, both included."""
    there = Q(venue__time_zone=zone)
    if first:
        there &= Q(event_date__gte=datetime.combine(first, time(), ZoneInfo(zone)))
    if last:
        there &= Q(event_date__lt=datetime.combine(last + timedelta(days=1), time(), ZoneInfo(zone)))
    return there


def _day_field(label: str, **kwargs) -> django_filters.DateFilter:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return django_filters.DateFilter(label=label, widget=widget, validators=SENSIBLE_DAYS, **kwargs)


class EventFilter(django_filters.FilterSet):
    """Published events, those to come unless past ones are asked for; each production once at each venue.

    Days are those of the venue's calendar. A value that makes no sense is reported by the form and narrows nothing.
    Building it takes two queries, for venues and categories.
    """

    q = django_filters.CharFilter(label="Search", max_length=100, widget=forms.TextInput(attrs={"type": "search"}))
    when = django_filters.ChoiceFilter(
        label="When", choices=When.choices, empty_label="Any day", widget=forms.RadioSelect
    )
    since = _day_field("From")
    until = _day_field("Until")
    category = django_filters.ChoiceFilter(label="Category", empty_label="All categories")
    city = django_filters.ChoiceFilter(label="City", empty_label="All cities")
    venue = django_filters.ChoiceFilter(label="Venue", empty_label="All venues")
    price = django_filters.NumberFilter(label="Price up to", min_value=0, max_value=1_000_000)
    availability = django_filters.ChoiceFilter(
        label="Availability", choices=Availability.choices, empty_label="All coming events"
    )
    sort = django_filters.ChoiceFilter(label="Sort by", choices=Sort.choices, empty_label=None)

    class Meta:
        model = Event
        form = EventFilterForm
        fields: list[str] = []

    def __init__(self, data: QueryDict, *, now: datetime) -> None:
        super().__init__(data, for_cards(Event.objects.published(now)))
        self.now = now
        venues = list(Venue.objects.only("name", "slug", "city", "time_zone"))
        self.zones = sorted({venue.time_zone for venue in venues})
        cities = sorted({venue.city for venue in venues})
        self.filters["venue"].extra["choices"] = [(venue.slug, str(venue)) for venue in venues]
        self.filters["city"].extra["choices"] = [(city, city) for city in cities]
        self.filters["category"].extra["choices"] = list(Category.objects.values_list("slug", "name"))

    # The query ----------------------------------------------------------------------------------

    def filter_queryset(self, queryset: EventQuerySet) -> EventQuerySet:
        return first_dates(queryset.filter(*self.conditions.values()), order=self.order, by_venue=True)

    @property
    def conditions(self) -> dict[str, Q]:
        """What each filter in use asks for, by its name. Whether past or to come is always asked."""
        used = {chip: value for chip, value in self.used.items() if chip != "availability"}
        narrowed = {name: getattr(self, f"by_{name}")(value) for name, value in used.items()}
        return narrowed | {"availability": self.by_availability(self.used.get("availability", ""))}

    @cached_property
    def used(self) -> dict[str, object]:
        """The filters that have a sensible value, in the order of the form."""
        self.errors  # noqa: B018 - validates
        data = self.form.cleaned_data
        return {name: data[name] for name in self.filters if name != "sort" and data.get(name) not in (None, "")}

    @property
    def order(self) -> list:
        sort = self.form.cleaned_data.get("sort")
        if sort == Sort.PRICE:
            prices = Event.objects.filter(on_sale(self.now), pk=OuterRef("pk")).order_by().values("pk")
            cheapest = Subquery(prices.annotate(cheapest=Min("offers__price")).values("cheapest"))
            return [cheapest.asc(nulls_last=True), F("event_date").asc(), F("pk").asc()]
        if sort == Sort.NAME:
            return [F("name").asc(), F("event_date").asc(), F("pk").asc()]
        if self.used.get("availability") == Availability.PAST:
            return [F("event_date").desc(), F("pk").desc()]
        return [F("event_date").asc(), F("pk").asc()]

    def by_q(self, text: str) -> Q:
        return matching(text)

    def by_when(self, when: str) -> Q:
        return self._on_days(lambda today: days_of(when, today))

    def by_since(self, day: date) -> Q:
        return self._on_days(lambda _: (day, None))

    def by_until(self, day: date) -> Q:
        return self._on_days(lambda _: (None, day))

    def by_category(self, slug: str) -> Q:
        return Q(category__slug=slug)

    def by_city(self, city: str) -> Q:
        return Q(venue__city=city)

    def by_venue(self, slug: str) -> Q:
        return Q(venue__slug=slug)

    def by_price(self, price) -> Q:
        return Q(self._offered(offers__price__lte=price))

    def by_availability(self, choice: str) -> Q:
        past = Q(event_date__lte=self.now) | Q(status=Event.Status.COMPLETED)
        if choice == Availability.PAST:
            return past
        if choice == Availability.CANCELLED:
            return ~past & Q(status=Event.Status.CANCELLED)
        if choice == Availability.AVAILABLE:
            return ~past & Q(self._offered(offers__places__free_from__lte=self.now), status=Event.Status.ACTIVE)
        if choice == Availability.SOLD_OUT:
            left = self._offered(offers__places__free_from__lte=self.now)
            return ~past & Q(self._offered(), ~left, status=Event.Status.ACTIVE)
        return ~past

    def _offered(self, **offer) -> Exists:
        """Whether one offer that is on sale now meets all of ``offer``."""
        return Exists(Event.objects.filter(on_sale(self.now), pk=OuterRef("pk"), **offer))

    def _on_days(self, pick: Callable[[date], tuple[date | None, date | None]]) -> Q:
        """Events between the days that ``pick`` makes of today, both included, each by its venue's calendar."""
        found = Q(pk__in=[])
        for name in self.zones:
            found |= there_on_days(name, *pick(self.now.astimezone(ZoneInfo(name)).date()))
        return found

    # The page -----------------------------------------------------------------------------------

    @property
    def query(self) -> str:
        """The filters in use as a query string, without what is empty or goes without saying, and without the page."""
        return self._query()

    def _query(self, without: str = "") -> str:
        query = QueryDict(mutable=True)
        for name in self.filters:
            value = self.data.get(name, "")
            if value and name != without and (name, value) != ("sort", Sort.SOONEST):
                query[name] = value
        return query.urlencode()

    @property
    def chips(self) -> list[Chip]:
        """The filters in use, each with the way out of it."""
        return [Chip(name, self._label(name, value), value, self._query(name)) for name, value in self.used.items()]

    def relaxations(self) -> list[Chip]:
        """Filters without any one of which something would be found, best first. One query."""
        asked = self.conditions
        counts = {  # "without_": an alias that is also the name of a relation would hide it
            f"without_{name}": Count("pk", filter=Q(*(asked | {name: self._unasked(name)}).values()))
            for name in self.used
        }
        found = self.queryset.order_by().aggregate(**counts) if counts else {}
        chips = [replace(chip, found=found[f"without_{chip.name}"]) for chip in self.chips]
        return sorted((chip for chip in chips if chip.found), key=lambda chip: -chip.found)

    def _unasked(self, name: str) -> Q:
        return self.by_availability("") if name == "availability" else Q()

    def _label(self, name: str, value) -> str:
        if isinstance(value, date):
            return f"{self.filters[name].label} {format_date(value, 'j M Y')}"
        choices = dict(self.filters[name].extra.get("choices", ()))
        return str(choices.get(value, f"“{value}”"))
