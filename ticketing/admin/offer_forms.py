"""Where offers are written: their rules are in ``ticketing.offers``, for every form alike."""

from __future__ import annotations

from functools import cached_property
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from events.clock import LocalTimesForm
from events.models import Event
from ticketing.models import Offer, TicketType
from ticketing.offers import Draft, find_problems, sections_with_places
from venues.models import Section

WITH_SECTIONS = "The sections of the plan that are sold at this price."
WITHOUT_SECTIONS = "None: the event has no seating plan, or is yet to be saved with it."


class Choices:
    """What can be chosen for the offers of an event, asked for once for all of their forms."""

    def __init__(self, event: Event | None) -> None:
        self.event = event

    @cached_property
    def ticket_types(self) -> list[tuple[object, str]]:
        return [("", "---------"), *((ticket_type.pk, str(ticket_type)) for ticket_type in TicketType.objects.all())]

    @cached_property
    def sections(self) -> list[tuple[int, str]]:
        """The sections of the event's plan, with what they hold."""
        if not self.event or not self.event.seating_plan_id:
            return []
        sections = sections_with_places(Section.objects.filter(plan=self.event.seating_plan_id))
        return [
            (section.pk, f"{section.name} · {section.places:,} {'standing' if section.is_standing else 'seats'}")
            for section in sections
        ]


class OfferForm(LocalTimesForm):
    """An offer of ``event``. The capacity of one with sections is counted, whatever was typed."""

    class Meta:
        labels = {"on_sale_at": "On sale from", "off_sale_at": "Until"}
        help_texts = {
            "capacity": "Without sections: how many places. With sections: counted from them.",
            "on_sale_at": "Empty: as soon as the event is published.",
            "off_sale_at": "Empty: until the event begins.",
        }

    def __init__(self, *args, event: Event | None = None, choices: Choices | None = None, **kwargs) -> None:
        self.event = event
        super().__init__(*args, **kwargs)
        if "capacity" not in self.fields:
            return
        choices = choices or Choices(self.get_event())
        self.fields["capacity"].required = False
        self.fields["ticket_type"].widget.choices = choices.ticket_types
        self.fields["sections"].widget = forms.CheckboxSelectMultiple(choices=choices.sections)
        self.fields["sections"].help_text = WITH_SECTIONS if choices.sections else WITHOUT_SECTIONS

    def get_event(self) -> Event | None:
        if self.event or not self.instance.event_id:
            return self.event
        return self.instance.event

    def get_zone(self) -> ZoneInfo | None:
        event = self.get_event()
        return event.venue.tz if event and event.venue_id else None

    def clean(self) -> dict:
        data = super().clean()
        if "capacity" not in self.fields or self.errors:
            return data
        data["sections"] = sections_with_places(data["sections"]) if data["sections"] else []
        if data["sections"]:
            data["capacity"] = sum(section.places for section in data["sections"]) or None
            if not data["capacity"]:
                self.add_error("sections", "These sections have no seats yet. Make them first, on the plan's page.")
        elif not data["capacity"]:
            self.add_error("capacity", "Say how many places there are, or choose sections.")
        return data


class OfferFormSet(forms.BaseInlineFormSet):
    """All offers of one event: they must agree with each other, with its plan, and with what has been sold."""

    @cached_property
    def choices(self) -> Choices:
        return Choices(self.instance)

    def get_form_kwargs(self, index: int | None) -> dict:
        return {**super().get_form_kwargs(index), "event": self.instance, "choices": self.choices}

    def clean(self) -> None:
        super().clean()
        if any(self.errors) or not self.instance.venue_id:
            return
        self._keep_what_was_sold()
        kept = [form for form in self.forms if form not in self.deleted_forms and "sections" in form.cleaned_data]
        drafts = [Draft(form.instance, form.cleaned_data["sections"]) for form in kept]
        for problem in find_problems(self.instance, drafts, timezone.now()):
            kept[problem.index].add_error(problem.field, problem.message)

    def _keep_what_was_sold(self) -> None:
        gone = [form.instance for form in self.deleted_forms]
        for offer in Offer.objects.filter(
            pk__in=[offer.pk for offer in gone], places__tickets__isnull=False
        ).distinct():
            raise ValidationError(
                f"{offer} cannot be deleted: tickets of it have been held or sold. End its sales instead."
            )


class OfferPageForm(OfferForm):
    """An offer on a page of its own, compared with the other offers of its event."""

    def get_event(self) -> Event | None:
        return getattr(self, "cleaned_data", {}).get("event") or super().get_event()

    def _post_clean(self) -> None:
        super()._post_clean()
        if self.errors or "capacity" not in self.fields:
            return
        event = self.instance.event
        others = event.offers.exclude(pk=self.instance.pk).select_related("ticket_type").prefetch_related("sections")
        drafts = [Draft(offer, list(offer.sections.all())) for offer in others]
        drafts.append(Draft(self.instance, self.cleaned_data["sections"]))
        for problem in find_problems(event, drafts, timezone.now()):
            if problem.index == len(others):
                self.add_error(problem.field, problem.message)
