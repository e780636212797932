"""What this room adds to the page of an event: offers, stock, and the opening of sales."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from events.admin import EventAdmin
from events.clock import LOCAL_TIMES
from events.errors import EventError
from events.models import Event
from ticketing import services
from ticketing.availability import availability_by_event
from ticketing.errors import TicketingError
from ticketing.models import Offer
from ticketing.offer_history import note_changes, read_offers

from .copying import CopyPages
from .offer_forms import OfferForm, OfferFormSet
from .repricing import RepricePages
from .seasons import SeasonPages
from .stock import fit_stock, show_stock


class OfferInline(admin.StackedInline):
    model = Offer
    form = OfferForm
    formset = OfferFormSet
    formfield_overrides = LOCAL_TIMES
    extra = 0
    fields = [("ticket_type", "label"), ("price", "capacity"), ("on_sale_at", "off_sale_at"), "sections"]

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).select_related("ticket_type").prefetch_related("sections")

    def get_formset(self, request: HttpRequest, obj: Event | None = None, **kwargs) -> type[OfferFormSet]:
        formset = super().get_formset(request, obj, **kwargs)
        # Django would name every ticket of an offer that cannot be deleted; OfferFormSet says it in a sentence.
        formset.form.hand_clean_DELETE = lambda form: None
        return formset


admin.site.unregister(Event)


@admin.register(Event)
class EventOnSaleAdmin(SeasonPages, CopyPages, RepricePages, EventAdmin):
    """The page of an event, and what this room adds to it: offers, stock, and the opening of sales."""

    list_display = [*EventAdmin.list_display, "stock"]
    inlines = [OfferInline]
    actions = ["publish", "open_sales", "unpublish", "copy", "reprice"]
    object_actions = ("publish", "open_sales", "unpublish", "copy", "reprice")
    refusals = (EventError, TicketingError)

    def prepare_rows(self, rows: list[Event]) -> None:
        stock = availability_by_event(rows, timezone.now())
        for event in rows:
            event.stock = stock.get(event.pk)

    @admin.display(description="places")
    def stock(self, event: Event) -> SafeString | str:
        return show_stock(event.stock)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Event | None:
        event = super().get_object(request, object_id, from_field)
        if event:
            event.has_places = event.places.exists()
        return event

    def get_readonly_fields(self, request: HttpRequest, obj: Event | None = None) -> list[str]:
        """Keep the room of an event whose places have been made: they are seats of it."""
        fixed = ["venue", "seating_plan"] if getattr(obj, "has_places", False) else []
        return list(dict.fromkeys([*super().get_readonly_fields(request, obj), *fixed]))

    def save_related(self, request: HttpRequest, form, formsets, change: bool) -> None:
        event, by = form.instance, request.user.get_username()
        before = read_offers(event)
        super().save_related(request, form, formsets, change)
        if any(formset.has_changed() for formset in formsets):
            fit_stock(event, by)
            note_changes(event, before, now=timezone.now(), by=by)

    def is_action_offered(self, name: str, event: Event) -> bool:
        """Whose sales are open has its places: they follow the offers by themselves whenever the page is saved."""
        if name == "open_sales" and event.has_places:
            return False
        return name == "copy" or super().is_action_offered(name, event)

    @admin.action(description="Open sales", permissions=["change"])
    def open_sales(self, request: HttpRequest, queryset) -> None:
        now, by = timezone.now(), request.user.get_username()

        def open_sales(event: Event) -> str:
            return f"{services.open_sales(event=event, now=now, by=by):,} places are ready for sale"

        self.run_each(request, queryset, open_sales, "sales opened")
