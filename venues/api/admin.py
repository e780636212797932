"""The back office of the API: keys are made and revoked here; what the API writes for itself can be looked at."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.safestring import SafeString

from venues.backoffice import HouseAdmin, ReadOnly, badge

from .keys import revoke
from .models import ApiKey, IdempotentRequest, RequestCount


class ApiKeyForm(forms.ModelForm):
    """Only members of staff have keys. Whoever is not allowed everything makes them for nobody else."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if "user" in self.fields:
            staff = User.objects.filter(is_active=True, is_staff=True).order_by("username")
            self.fields["user"].queryset = staff if self.author.is_superuser else staff.filter(pk=self.author.pk)

    def clean_expires_at(self):
        expires_at = self.cleaned_data["expires_at"]
        if expires_at and "expires_at" in self.changed_data and expires_at <= timezone.now():
            raise forms.ValidationError("A key that has expired opens nothing: revoke it instead.")
        return expires_at


@admin.register(ApiKey)
class ApiKeyAdmin(HouseAdmin):
    form = ApiKeyForm
    list_display = ["name", "shown", "user", "state", "last_used_at", "expires_at"]
    list_select_related = ["user"]
    list_filter = ["user"]
    search_fields = ["name", "prefix", "user__username"]
    search_help_text = "Name, the first characters of the key, or a member of staff"
    actions = ["revoke"]
    object_actions = ("revoke",)
    instead_of_deleting = "Revoke the key instead: it is then known who had it."
    readonly_fields = ["shown", "state", "created_by", "created_at", "last_used_at", "revoked_at"]

    def get_form(self, request: HttpRequest, obj: ApiKey | None = None, change: bool = False, **kwargs) -> type:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.author = request.user
        return form

    def get_readonly_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> list[str]:
        """Whose key it is, is decided once: whoever has it would else become somebody else."""
        return [*super().get_readonly_fields(request, obj), *(["user"] if obj else [])]

    def get_fieldsets(self, request: HttpRequest, obj: ApiKey | None = None) -> list:
        main = (None, {"fields": ["name", "user", "expires_at"]})
        if obj is None:
            return [main]
        record = ["shown", "state", "created_by", "created_at", "last_used_at", "revoked_at"]
        return [main, ("Record", {"fields": record})]

    def save_model(self, request: HttpRequest, obj: ApiKey, form: ApiKeyForm, change: bool) -> None:
        if not change:
            obj.created_by, obj.created_at = request.user.get_username(), timezone.now()
            request.new_secret = obj.give_secret()
        super().save_model(request, obj, form, change)

    def response_add(self, request: HttpRequest, obj: ApiKey, post_url_continue: str | None = None) -> HttpResponse:
        """Show the secret: only now, and only here."""
        context = {
            **self.admin_site.each_context(request),
            "title": f"The key of {obj.name}",
            "opts": self.opts,
            "key": obj,
            "secret": request.new_secret,
        }
        request.current_app = self.admin_site.name
        response = TemplateResponse(request, "admin/venues/apikey/made.html", context)
        add_never_cache_headers(response)
        return response

    @admin.display(description="begins with", ordering="prefix")
    def shown(self, key: ApiKey) -> str:
        return f"{key.prefix}…"

    @admin.display(description="state")
    def state(self, key: ApiKey) -> SafeString:
        now = timezone.now()
        if key.is_usable(now):
            return badge("Opens", "good")
        if key.revoked_at:
            return badge("Revoked", "bad")
        return badge("Expired", "quiet") if key.expires_at and key.expires_at <= now else badge("Log-in closed", "bad")

    def is_action_offered(self, name: str, key: ApiKey) -> bool:
        return key.revoked_at is None

    @admin.action(description="Revoke", permissions=["change"])
    def revoke(self, request: HttpRequest, queryset) -> None:
        now = timezone.now()

        def end(key: ApiKey) -> str:
            return "revoked" if revoke(key=key, now=now) else "was revoked before"

        self.run_each(request, queryset, end, "revoked")


@admin.register(IdempotentRequest)
class IdempotentRequestAdmin(ReadOnly, HouseAdmin):
    """Answers hold customers' data, and are not shown here."""

    list_display = ["started_at", "owner", "method", "path", "status"]
    list_filter = ["method", "status"]
    search_fields = ["=owner", "=key", "path"]
    ordering = ["-started_at", "-pk"]
    exclude = ["body", "headers"]


@admin.register(RequestCount)
class RequestCountAdmin(ReadOnly, HouseAdmin):
    list_display = ["who", "window", "count"]
    search_fields = ["=who"]
    ordering = ["-window", "who"]
