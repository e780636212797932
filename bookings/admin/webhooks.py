"""Webhooks: who is told of what, and how each delivery went."""

from __future__ import annotations

from datetime import datetime

from django import forms
from django.contrib import admin, messages
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from bookings.errors import BookingError
from bookings.models import Delivery, Kind, Subscription
from bookings.webhooks import managing, requests
from venues.api.wire import read_json, write_json
from venues.backoffice import HouseAdmin, ReadOnly, badge, list_link, local_time, row_link, two_lines

STATES = {Delivery.Status.PENDING: "busy", Delivery.Status.DELIVERED: "good", Delivery.Status.FAILED: "bad"}


def _when(moment: datetime | None) -> str:
    """Write a moment on the clock of the installation: receivers belong to no venue."""
    return local_time(moment, timezone.get_default_timezone())


class SubscriptionForm(forms.ModelForm):
    kinds = forms.MultipleChoiceField(
        label="Told of",
        choices=[(kind.value, f"{kind.label} ({kind.value})") for kind in Kind],
        widget=forms.CheckboxSelectMultiple,
    )
    url = forms.URLField(
        label="URL",
        max_length=500,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"class": "vLargeTextField"}),
        help_text="Where to. It begins with https://, and leads to the public internet.",
    )

    def clean_url(self) -> str:
        """Refuse an address to which nothing would be sent."""
        url = self.cleaned_data["url"]
        try:
            requests.check_url(url)
        except requests.Refused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return url


@admin.register(Subscription)
class SubscriptionAdmin(HouseAdmin):
    form = SubscriptionForm
    list_display = ["receiver", "told_of", "state", "last", "log"]
    list_filter = ["is_active"]
    search_fields = ["name", "url"]
    actions = ["resume", "rotate_secret"]
    object_actions = ("resume", "rotate_secret")
    refusals = (BookingError,)
    readonly_fields = ["state", "signed_with", "log", "since"]
    fieldsets = [(None, {"fields": ["name", "url", "kinds", "is_active"]})]

    def get_fieldsets(self, request: HttpRequest, obj: Subscription | None = None) -> list:
        """Whoever may only look sees no secret; a new one has none yet, nor a state."""
        if obj is None:
            return self.fieldsets
        state = [("state", "log", "since")]
        secret = ["signed_with"] if self.has_change_permission(request, obj) else []
        return [*self.fieldsets, ("State", {"fields": [*state, *secret]})]

    def save_model(self, request: HttpRequest, obj: Subscription, form: SubscriptionForm, change: bool) -> None:
        obj.created_at = obj.created_at or timezone.now()
        super().save_model(request, obj, form, change)
        if not change:
            text = "Give the secret below to whoever runs the receiver: it proves that what arrives comes from here."
            self.message_user(request, text, messages.INFO)

    def response_add(self, request: HttpRequest, obj: Subscription, post_url_continue=None) -> HttpResponse:
        """Show the new webhook's page, with its secret."""
        request.POST = request.POST.copy()
        request.POST["_continue"] = "1"
        return super().response_add(request, obj, post_url_continue)

    def prepare_rows(self, rows: list[Subscription]) -> None:
        """Find the last attempt of each receiver on this page. One query."""
        tried = Delivery.objects.filter(subscription=OuterRef("pk"), attempted_at__isnull=False)
        latest = Subquery(tried.order_by("-attempted_at", "-pk").values("pk")[:1])
        shown = Subscription.objects.filter(pk__in=[row.pk for row in rows]).order_by().values_list(latest)
        last = {delivery.subscription_id: delivery for delivery in Delivery.objects.filter(pk__in=shown)}
        for subscription in rows:
            subscription.last_delivery = last.get(subscription.pk)

    @admin.display(description="receiver", ordering="name")
    def receiver(self, subscription: Subscription) -> SafeString:
        return two_lines(subscription.name, subscription.url)

    @admin.display(description="told of")
    def told_of(self, subscription: Subscription) -> str:
        return ", ".join(subscription.kinds)

    @admin.display(description="state")
    def state(self, subscription: Subscription) -> SafeString:
        if subscription.paused_at:
            return two_lines(badge("Paused", "bad"), f"failed until {_when(subscription.paused_at)}")
        if not subscription.is_active:
            return badge("Off", "quiet")
        if subscription.failing_since:
            return two_lines(badge("Failing", "bad"), f"since {_when(subscription.failing_since)}")
        return badge("Active", "good")

    @admin.display(description="last attempt")
    def last(self, subscription: Subscription) -> SafeString | str:
        delivery = subscription.last_delivery
        if delivery is None:
            return "–"
        return two_lines(badge(delivery.get_status_display(), STATES[delivery.status]), _when(delivery.attempted_at))

    @admin.display(description="deliveries")
    def log(self, subscription: Subscription) -> SafeString:
        return list_link("All of them", "bookings_delivery", subscription__id__exact=subscription.pk)

    @admin.display(description="since", ordering="created_at")
    def since(self, subscription: Subscription) -> str:
        return _when(subscription.created_at)

    @admin.display(description="secret")
    def signed_with(self, subscription: Subscription) -> SafeString:
        secret = format_html("<code>{}</code>", subscription.secret)
        if len(subscription.secrets(timezone.now())) == 1:
            return secret
        return two_lines(secret, f"The one before signs as well until {_when(subscription.previous_until)}.")

    def get_readonly_fields(self, request: HttpRequest, obj: Subscription | None = None) -> list[str]:
        """What was paused begins again by its button."""
        return [*self.readonly_fields, *(["is_active"] if obj and obj.paused_at else [])]

    # Actions ----------------------------------------------------------------------------------

    def is_action_offered(self, name: str, subscription: Subscription) -> bool:
        return name != "resume" or not subscription.is_active

    @admin.action(description="Start again", permissions=["change"])
    def resume(self, request: HttpRequest, queryset) -> None:
        now = timezone.now()

        def resume(subscription: Subscription) -> None:
            managing.resume(subscription=subscription, now=now)

        self.run_each(request, queryset, resume, "started again: what has waited is sent now")

    @admin.action(description="Change the secret…", permissions=["change"])
    def rotate_secret(self, request: HttpRequest, queryset) -> HttpResponse | None:
        page = self.ask(
            request,
            queryset,
            action="rotate_secret",
            question="Sign with a new secret?",
            lines=[str(subscription) for subscription in queryset],
            warning="For a day, the secret of before signs as well, so that the receiver can change over.",
            button="Change the secret",
        )
        if page:
            return page
        now = timezone.now()

        def rotate(subscription: Subscription) -> None:
            managing.rotate_secret(subscription=subscription, now=now)

        return self.run_each(request, queryset, rotate, "has a new secret")


@admin.register(Delivery)
class DeliveryAdmin(ReadOnly, HouseAdmin):
    list_display = ["what", "to", "when", "state", "answer", "attempts"]
    list_filter = ["status", "kind", "subscription"]
    list_select_related = ["subscription", "booking", "event"]
    date_hierarchy = "created_at"
    search_fields = ["=event_uid", "booking__booking_code"]
    search_help_text = "Event id or booking code"
    fields = [
        *("what", "to", "when", "state", "attempts", "tried", "answer"),
        *("response", "event_uid", "sent"),
    ]
    readonly_fields = ["what", "to", "when", "state", "tried", "answer", "sent"]
    actions = ["redeliver"]
    object_actions = ("redeliver",)
    refusals = (BookingError,)

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).select_related(*self.list_select_related)

    @admin.display(description="what", ordering="kind")
    def what(self, delivery: Delivery) -> SafeString:
        return two_lines(delivery.kind, delivery.booking or delivery.event)

    @admin.display(description="to", ordering="subscription")
    def to(self, delivery: Delivery) -> SafeString:
        return row_link(delivery.subscription)

    @admin.display(description="happened", ordering="created_at")
    def when(self, delivery: Delivery) -> str:
        return _when(delivery.created_at)

    @admin.display(description="last attempt")
    def tried(self, delivery: Delivery) -> str:
        return _when(delivery.attempted_at)

    @admin.display(description="state", ordering="status")
    def state(self, delivery: Delivery) -> SafeString:
        shown = badge(delivery.get_status_display(), STATES[delivery.status])
        if delivery.next_attempt_at and delivery.attempts:
            return two_lines(shown, f"next attempt {_when(delivery.next_attempt_at)}")
        return shown

    @admin.display(description="answer", ordering="response_status")
    def answer(self, delivery: Delivery) -> SafeString | str:
        if delivery.attempted_at is None:
            return "–"
        took = f"{delivery.response_ms:,} ms" if delivery.response_ms is not None else ""
        return two_lines(delivery.response_status or delivery.error or "none", took)

    @admin.display(description="what was sent")
    def sent(self, delivery: Delivery) -> SafeString | str:
        if not delivery.body:
            return "–"
        return format_html("<pre>{}</pre>", write_json(read_json(delivery.body.encode()), indent=2))

    def has_redeliver_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("bookings.change_subscription")

    @admin.action(description="Send again", permissions=["redeliver"])
    def redeliver(self, request: HttpRequest, queryset) -> None:
        now = timezone.now()

        def redeliver(delivery: Delivery) -> None:
            managing.redeliver(delivery=delivery, now=now)

        self.run_each(request, queryset, redeliver, "is sent again")
