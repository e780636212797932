"""Pages on which something is done to one event, or to many: looked at first, then done."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from events.dates import MOST
from events.models import Event


def seal(lines: Iterable[object]) -> str:
    """Seal what somebody is shown before it is done, so that it is done only as it was shown."""
    return salted_hmac("events.admin.pages", "\n".join(map(str, lines))).hexdigest()


def is_agreed(request: HttpRequest, seal: str) -> bool:
    """Whether this very preview has been agreed to."""
    return request.POST.get("do") == "it" and constant_time_compare(request.POST.get("seal", ""), seal)


class EventPages:
    """What those pages of the admin of events share. Which events they are about is in their address."""

    def go(self, request: HttpRequest, page: str, queryset) -> HttpResponse | None:
        """Lead to a page about the chosen events."""
        chosen = list(queryset.order_by("event_date", "pk").values_list("pk", flat=True)[: MOST + 1])
        if len(chosen) > MOST:
            self.message_user(request, f"Choose at most {MOST} events at a time.", messages.ERROR)
            return None
        ids = ",".join(map(str, chosen))
        return HttpResponseRedirect(f"{reverse(f'admin:events_event_{page}')}?events={ids}")

    def chosen(self, request: HttpRequest) -> list[Event]:
        """Return the events that the address names, in the order of their dates.

        Raises:
            Http404: it names none.
            PermissionDenied: whoever asks may not change events.
        """
        if not self.has_change_permission(request):
            raise PermissionDenied
        ids = [part for part in request.GET.get("events", "").split(",") if part.isascii() and part.isdecimal()]
        events = Event.objects.filter(pk__in=[int(part) for part in ids[:MOST] if len(part) < 19])
        found = list(events.with_details().select_related("seating_plan__venue").order_by("event_date", "pk"))
        if not found:
            raise Http404("No such events.")
        return found

    def page(
        self, request: HttpRequest, template: str, title: str, *, is_wrong: bool = False, **context
    ) -> TemplateResponse:
        """Show a page of this kind; what was typed wrongly comes back with a status that says so."""
        events = context.get("events", [])
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "original": events[0] if len(events) == 1 else None,
            "media": self.media,
            "is_wrong": is_wrong,
            **context,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(
            request, f"admin/events/event/{template}.html", context, status=422 if is_wrong else 200
        )

    def say_changed(self, request: HttpRequest) -> None:
        """Say that what was agreed to is not what would be done any more."""
        if request.POST.get("do") == "it":
            self.message_user(request, "Something has changed meanwhile. Please look again.", messages.WARNING)

    def back(self, events: list[Event], **filters) -> HttpResponseRedirect:
        """Return to the event, or to the list."""
        if len(events) == 1:
            return HttpResponseRedirect(reverse("admin:events_event_change", args=[events[0].pk]))
        return HttpResponseRedirect(reverse("admin:events_event_changelist"))
