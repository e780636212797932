"""What goes in and out of this room as files: ticket types, offers, promo codes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, OuterRef
from django.db.models.functions import Coalesce, Upper
from django.utils import timezone
from import_export.fields import Field

from events.models import Event
from events.resources import Moment, event_column, record_import
from venues.exports import HouseResource
from venues.imports import importable
from venues.imports.columns import Cell, Column, Known, Many, Text, Whole, quote
from venues.imports.resource import ImportResource, Option, Row, Tick
from venues.models import Section

from .errors import TicketingError
from .models import Offer, Place, PromoCode, TicketType
from .offers import Draft, find_problems
from .services import open_sales

LARGEST = Decimal("99999999.99")


class Money(Cell):
    """An amount, with a point or a comma before the cents."""

    def __init__(self, low: str = "0.00") -> None:
        super().__init__()
        self.low = Decimal(low)

    def clean(self, value: str, row=None, instance=None, **kwargs) -> Decimal:
        digits = re.sub(r"[\s\u00a0’']", "", value)
        if re.fullmatch(r"\d{1,3}(\.\d{3})+,\d{1,2}", digits):
            digits = digits.replace(".", "")
        elif re.fullmatch(r"\d{1,3}(,\d{3})+\.\d{1,2}", digits):
            digits = digits.replace(",", "")
        if not re.fullmatch(r"-?\d{1,12}([.,]\d{1,2})?", digits):
            raise ValueError(f"{quote(value)} is no amount. Write it as 1234.50.")
        amount = Decimal(digits.replace(",", ".")).quantize(Decimal("0.01"))
        if not self.low <= amount <= LARGEST:
            raise ValueError(f"{amount:,} is not from {self.low:,} to {LARGEST:,}.")
        return amount


class TicketTypeResource(HouseResource):
    class Meta:
        model = TicketType
        fields = ("id", "name", "price", "description")
        export_order = fields


class SectionOfEvent(Known):
    """A section by its name, in the plan of the event that the same line names."""

    def clean(self, value: str, row: Mapping[str, str], instance=None, **kwargs) -> Section:
        plan = instance.event.seating_plan_id if instance.event_id else None
        if (plan, value) not in self.table:
            raise ValueError(f"the event's seating plan has no section {quote(value)}.")
        return self.table[plan, value]


def offer_zone(offer: Offer) -> ZoneInfo:
    """Return the clock of an offer's venue; while nobody knows the event, any."""
    return offer.event.venue.tz if offer.event_id else ZoneInfo("UTC")


@importable
class OfferResource(ImportResource):
    """Offers, by event, ticket type and label."""

    key = "offers"
    title = "Offers"
    intro = (
        "An offer is known by its event, ticket type and label. The offers of an event have to agree with each other, "
        "with its plan, with its venue and with what has been sold. Where an event has places already, they are made "
        "to fit."
    )
    model_admin = "ticketing_offer"
    permissions = ("ticketing.add_offer", "ticketing.change_offer")
    key_columns = ("event", "ticket_type", "label")
    passed_over = ("id", "name", "event_date", "venue")
    options = (
        Option(
            "open_sales",
            "Open the sales of these events",
            "Makes their places, so that they can be sold, or bookings of them imported.",
        ),
    )
    refusals = (TicketingError,)
    joins = ("event__venue", "ticket_type")
    prefetches = ("sections",)

    event = event_column()
    ticket_type = Column(
        "ticket_type",
        Known("ticket type", lambda ticket_type: ticket_type.name),
        is_required=True,
        help="By name.",
        example="Standard",
    )
    label = Column("label", Text(60), help="What tells it from others of its type.", example="Early bird")
    price = Column("price", Money(), is_required=True, help="All-in: what the customer pays.", example="45.00")
    capacity = Column(
        "capacity", Whole(1), keeps=True, help="How many places. With sections, they are counted.", example="200"
    )
    sections = Many(
        "sections",
        SectionOfEvent("section", lambda section: section.name),
        help="The sections of the plan that are sold at this price, with semicolons between them.",
    )
    on_sale_at = Column(
        "on_sale_at", Moment(offer_zone), help="When its sales begin. Empty: as soon as the event is published."
    )
    off_sale_at = Column("off_sale_at", Moment(offer_zone), help="When its sales end. Empty: when the event begins.")
    event_date = Field(attribute="event__event_date", column_name="event_date")
    venue = Field(attribute="event__venue__name", column_name="venue")

    class Meta:
        model = Offer
        fields = (
            *("id", "event", "event_date", "venue", "ticket_type", "label", "price", "capacity", "sections"),
            *("on_sale_at", "off_sale_at"),
        )
        export_order = fields

    def zone_of(self, instance: Offer) -> ZoneInfo:
        return instance.event.venue.tz

    # Checking ---------------------------------------------------------------------------------

    def prepare(self, rows: Sequence[Row]) -> None:
        events = Event.objects.filter(slug__in={row["event"] for row in rows}).select_related("venue")
        self.events = {event.slug: event for event in events}
        counted = Section.objects.filter(plan__in={event.seating_plan_id for event in events} - {None})
        counted = counted.annotate(places=Coalesce("standing_capacity", 0) + Count("seats"))
        sections = {section.pk: section for section in counted}
        types = {ticket_type.name: ticket_type for ticket_type in TicketType.objects.all()}
        self.fields["event"].widget.table = self.events
        self.fields["ticket_type"].widget.table = types
        self.fields["sections"].widget.table = {(row.plan_id, row.name): row for row in sections.values()}
        self.present: dict[int, list[Offer]] = defaultdict(list)
        by_pk = {event.pk: event for event in events}
        offers = Offer.objects.filter(event__in=list(by_pk)).select_related("ticket_type")
        for offer in offers.prefetch_related("sections").order_by("pk"):
            offer.event = by_pk[offer.event_id]
            offer.own_sections = [sections[row.pk] for row in offer.sections.all() if row.pk in sections]
            self.present[offer.event_id].append(offer)
            self.known[offer.event.slug, offer.ticket_type.name, offer.label] = offer

    def examine(self, instance: Offer, row: Row) -> None:
        sections = sections_of(instance)
        if sections:
            instance.capacity = sum(section.places for section in sections) or None
            if not instance.capacity:
                raise ValidationError({"sections": "These sections have no seats yet. Make them first."})
        elif not instance.capacity:
            raise ValidationError({"capacity": "Say how many places there are, or name sections."})
        instance.clean()

    def clean_cells(self, instance: Offer, wrong) -> None:
        """Leave the capacity, which may have to be counted, to :meth:`examine`."""
        super().clean_cells(instance, {*wrong, "capacity"})

    def finish(self) -> None:
        """Compare the offers that each event is to have, those that stay as they are too."""
        self.touched: dict[int, list[Offer]] = defaultdict(list)
        for offer in (*self.create_instances, *self.update_instances):
            self.touched[offer.event_id].append(offer)
        for pk, offers in self.touched.items():
            new = [offer for offer in offers if offer.pk is None]
            drafts = [Draft(offer, sections_of(offer)) for offer in (*self.present[pk], *new)]
            for problem in find_problems(offers[0].event, drafts, self.context.now):
                culprit = drafts[problem.index].offer
                self.complain(culprit if culprit in offers else offers[-1], problem.field, problem.message)

    # Writing ----------------------------------------------------------------------------------

    def write(self, tick: Tick) -> None:
        super().write(tick)
        events = [offers[0].event for offers in self.touched.values()]
        places = Place.objects.filter(event=OuterRef("pk"))
        opened = set(Event.objects.filter(Exists(places), pk__in=list(self.touched)).values_list("pk", flat=True))
        for event in events:
            if event.pk in opened or self.context.options.get("open_sales"):
                open_sales(event=event, now=self.context.now, by=self.context.actor)
        offers = [offer for found in self.touched.values() for offer in found]
        record_import(
            self,
            [(offer.event, {"offer": offer.name, "price": str(offer.price), **_what(offer)}) for offer in offers],
        )


def _what(offer: Offer) -> dict:
    return {"changed": offer.changed_columns} if hasattr(offer, "own_sections") else {"new": True}


def sections_of(offer: Offer) -> list[Section]:
    """Return the sections that an offer is to have, with the number of their ``places``."""
    chosen = getattr(offer, "many", {}).get("sections")
    return getattr(offer, "own_sections", []) if chosen is None else chosen


def house_zone(code: PromoCode) -> ZoneInfo:
    """Codes hold for any venue, so their moments are on the clock of the house."""
    return timezone.get_default_timezone()


@importable
class PromoCodeResource(ImportResource):
    """Promo codes; upper and lower case are the same."""

    key = "promo-codes"
    title = "Promo codes"
    intro = "A code is known by its letters, upper or lower case. How often it has been used stays as it is."
    model_admin = "ticketing_promocode"
    permissions = ("ticketing.add_promocode", "ticketing.change_promocode")
    key_columns = ("code",)
    passed_over = ("id", "uses")
    prefetches = ("events", "offers__event", "offers__ticket_type")

    code = Column("code", Text(40), is_required=True, help="What customers type.", example="SPRING")
    percent = Column("percent", Whole(1, 100), help="So many per cent off; or an amount.", example="10")
    amount = Column("amount", Money("0.01"), help="So much off; or a percentage.")
    valid_from = Column("valid_from", Moment(house_zone), help="On the clock of the house. Empty: at once.")
    valid_until = Column(
        "valid_until",
        Moment(house_zone),
        help="On the clock of the house. Empty: for ever.",
        example="2030-06-01 00:00",
    )
    max_uses = Column("max_uses", Whole(0), help="Bookings in all. Empty: no limit.", example="100")
    max_uses_per_email = Column("max_uses_per_email", Whole(1), help="Bookings by one address. Empty: no limit.")
    events = Many(
        "events",
        Known("event with the slug", lambda event: event.slug),
        help="Slugs of the events that it is for, with semicolons between them. Empty: every event.",
    )
    offers = Many(
        "offers",
        Known("offer", lambda offer: f"{offer.event.slug}: {offer.name}"),
        help="Offers that it is for, as slug: name, with semicolons between them. Empty: every offer.",
    )
    uses = Field(attribute="uses", column_name="uses")

    class Meta:
        model = PromoCode
        fields = (
            *("id", "code", "percent", "amount", "valid_from", "valid_until", "max_uses", "max_uses_per_email"),
            *("uses", "events", "offers"),
        )
        export_order = fields

    def zone_of(self, instance: PromoCode) -> ZoneInfo:
        return house_zone(instance)

    def prepare(self, rows: Sequence[Row]) -> None:
        def named(column: str) -> set[str]:
            return {part.strip() for row in rows for part in row.get(column, "").split(";")} - {""}

        slugs = named("events")
        self.fields["events"].widget.table = {row.slug: row for row in Event.objects.filter(slug__in=slugs)}
        slugs = {name.partition(":")[0] for name in named("offers")}
        offers = Offer.objects.filter(event__slug__in=slugs).select_related("event", "ticket_type")
        self.fields["offers"].widget.table = {f"{offer.event.slug}: {offer.name}": offer for offer in offers}
        letters = {row["code"].upper() for row in rows}
        codes = PromoCode.objects.alias(letters=Upper("code")).filter(letters__in=letters)
        self.known = {(code.code.upper(),): code for code in codes.prefetch_related(*self.prefetches)}

    def key_of(self, row: Row) -> tuple:
        return (row["code"].upper(),)

    def examine(self, instance: PromoCode, row: Row) -> None:
        if errors := instance.find_contradictions():  # that nobody else has the code is known: it was looked up
            raise ValidationError(errors)
        many = getattr(instance, "many", {})
        events = many.get("events", instance.events.all() if instance.pk else [])
        offers = many.get("offers", instance.offers.all() if instance.pk else [])
        chosen = {event.pk for event in events}
        if chosen and any(offer.event_id not in chosen for offer in offers):
            raise ValidationError({"offers": "Some of these offers belong to other events than those of the code."})
