"""A season in one form: filled in, looked at, made."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone

from events.admin.pages import is_agreed, seal
from events.clashes import Clash, find_clashes
from events.errors import EventError
from events.models import Event
from ticketing.errors import TicketingError
from ticketing.money import format_money
from ticketing.seasons import is_left_to_queue, make_season
from venues.backoffice import local_time

from .season_forms import Season


def preview(prototype: Event, moments: list[datetime], besides: tuple[int, ...] = ()) -> list[tuple[str, list[str]]]:
    """List the events that would be made: when each begins, and what else is in the room then."""
    drafts = []
    for moment in moments:
        ends_at = prototype.ends_at and moment + (prototype.ends_at - prototype.event_date)
        drafts.append(
            Event(
                name=prototype.name,
                venue=prototype.venue,
                seating_plan=prototype.seating_plan,
                event_date=moment,
                ends_at=ends_at,
            )
        )
    return tell_clashes(drafts, find_clashes(drafts, besides=besides))


def tell_clashes(events: list[Event], clashes: list[Clash]) -> list[tuple[str, list[str]]]:
    """Write when each event begins, with the events that are in the same room then."""
    warnings: dict[int, list[str]] = {}
    for clash in clashes:
        begins = local_time(clash.other.event_date, clash.event.venue.tz)
        warnings.setdefault(id(clash.event), []).append(f"{clash.other.name}, {begins}")
    return [(local_time(event.event_date, event.venue.tz), warnings.get(id(event), [])) for event in events]


class SeasonPages:
    """What the admin of events gets: the form of a season, and how far the queue is with a large one."""

    def get_urls(self) -> list:
        wrap = self.admin_site.admin_view
        return [
            path("season/", wrap(self.season_view), name="events_event_season"),
            path("made/", wrap(self.made_view), name="events_event_made"),
            *super().get_urls(),
        ]

    def season_view(self, request: HttpRequest) -> HttpResponse:
        """Show the form of a season, what it would make, and make it."""
        if not (self.has_add_permission(request) and request.user.has_perm("ticketing.add_offer")):
            raise PermissionDenied
        now, asked = timezone.now(), request.POST.get("do", "")
        if request.method != "POST":
            initial = {"production": request.GET.get("production"), "venue": request.GET.get("venue")}
            return self._season_page(request, Season(initial=initial))
        season = Season(request.POST)
        if asked not in ("look", "it"):
            season.hush()
            return self._season_page(request, season)
        if not season.is_valid(now):
            return self._season_page(request, season, is_wrong=True)
        facts = self._facts(season, now)
        if not is_agreed(request, facts["seal"]):
            self.say_changed(request)
            return self._season_page(request, season, **facts)
        try:
            events = self._make(request, season, now)
        except (EventError, TicketingError) as refusal:
            season.form.add_error(None, refusal.message)
            return self._season_page(request, season, is_wrong=True)
        return self.lead_to_made(request, events)

    def _make(self, request: HttpRequest, season: Season, now: datetime) -> list[Event]:
        events = make_season(
            prototype=season.prototype,
            moments=season.moments,
            offers=season.offers.drafts,
            publish_at=season.form.publish_moment(now),
            production=season.form.make_production(),
            now=now,
            by=request.user.get_username(),
        )
        self.log_addition(request, events[0], f"Made a season of {len(events)} events.")
        return events

    def _facts(self, season: Season, now: datetime) -> dict[str, object]:
        rows, drafts = preview(season.prototype, season.moments), season.offers.drafts
        places = sum(draft.offer.capacity for draft in drafts)
        offers = [
            (
                draft.offer.name,
                format_money(draft.offer.price),
                draft.offer.capacity,
                [it.name for it in draft.sections],
            )
            for draft in drafts
        ]
        return {
            "rows": rows,
            "clashes": sum(bool(warnings) for _, warnings in rows),
            "offers_made": offers,
            "places": places,
            "places_in_all": places * len(rows),
            "waits": is_left_to_queue(season.moments, drafts),
            "seal": seal([*rows, *offers, season.prototype.name, season.form.publication]),
            "name": season.prototype.name,
            "publication": season.form.publication,
        }

    def _season_page(self, request: HttpRequest, season: Season, **context) -> HttpResponse:
        return self.page(request, "season", "Set up a season", season=season, form=season.form, **context)

    def lead_to_made(self, request: HttpRequest, events: list[Event]) -> HttpResponseRedirect:
        """Lead to the events that have been made; if the queue is still at their places, to how far it is."""
        noun = "event has" if len(events) == 1 else "events have"
        self.message_user(request, f"{len(events):,} {noun} been made.", messages.SUCCESS)
        pks = [event.pk for event in events]
        if Event.objects.filter(pk__in=pks, places__isnull=True, offers__isnull=False).exists():
            ids = ",".join(map(str, pks))
            return HttpResponseRedirect(f"{reverse('admin:events_event_made')}?events={ids}")
        if len(events) == 1:
            return HttpResponseRedirect(reverse("admin:events_event_change", args=pks))
        narrowed = (
            {"production__id__exact": events[0].production_id} if events[0].production_id else {"q": events[0].name}
        )
        return HttpResponseRedirect(
            f"{reverse('admin:events_event_changelist')}?{urlencode({**narrowed, 'when': 'all'})}"
        )

    def made_view(self, request: HttpRequest) -> HttpResponse:
        """Show how far the queue is with the places of events that have just been made."""
        events = self.chosen(request)
        ready = set(
            Event.objects.filter(pk__in=[event.pk for event in events], places__isnull=False).values_list(
                "pk", flat=True
            )
        )
        done = len(ready)
        return self.page(
            request,
            "made",
            "Places are being made" if done < len(events) else "All places are made",
            events=events,
            rows=[(event, local_time(event.event_date, event.venue.tz), event.pk in ready) for event in events],
            done=done,
            is_running=done < len(events),
        )
