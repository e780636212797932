"""What the admin pages of every room share: actions that call services, deletions that explain themselves, badges."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import quote, unquote
from django.contrib.admin.views.main import SEARCH_VAR, ChangeList, ChangeListSearchForm
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, router, transaction
from django.db.models import ProtectedError, RestrictedError
from django.db.models.deletion import Collector
from django.forms import BaseInlineFormSet, BaseModelFormSet, Form, ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import get_text_list

NAMED = 5
"""So many rows are named in a message, at most: messages travel in a cookie."""
LISTED = 20
"""So many rows are listed on a page that asks before something is done."""


def badge(text: str, kind: str) -> SafeString:
    """Show a state: ``kind`` is good, busy, bad, quiet or plain."""
    return format_html('<span class="state state-{}">{}</span>', kind, text)


def local_time(moment: datetime | None, tz: ZoneInfo) -> str:
    """Write a moment as the clock of the venue shows it."""
    return date_format(timezone.localtime(moment, tz), "D j M Y, H:i") if moment else "–"


def unbroken(text: str) -> SafeString:
    """Keep a date, or whatever is read as one, on one line of a narrow column."""
    return format_html('<span class="unbroken">{}</span>', text)


def break_email(address: str) -> SafeString:
    """Let an address continue on the next line before its @, and nowhere else."""
    return format_html("{}<wbr>{}{}", *address.rpartition("@"))


def two_lines(first: object, second: object) -> SafeString:
    """Show what matters, and below it, softly, what goes with it."""
    return format_html('{}<br><span class="soft">{}</span>', first, second)


def list_link(text: str, model: str, **filters) -> SafeString:
    """Link to the list of ``model`` ("events_event"), narrowed by ``filters``."""
    url = f"{reverse(f'admin:{model}_changelist')}?{urlencode(filters)}"
    return format_html('<a href="{}">{}</a>', url, text)


def row_link(row: models.Model, text: str = "") -> SafeString:
    """Link to a row's own admin page."""
    url = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[quote(row.pk)])
    return format_html('<a href="{}">{}</a>', url, text or row)


def name_some(rows: Sequence, most: int = NAMED) -> str:
    """Name rows in a sentence: "A, B and 7 more"."""
    names = [str(row) for row in rows[:most]]
    if len(rows) > most:
        names.append(f"{len(rows) - most:,} more")
    return get_text_list(names, "and")


def count_by_model(rows: Iterable[models.Model]) -> list[str]:
    """Count rows by what they are: "1 booking", "12 tickets"."""
    counts = Counter(row._meta.concrete_model for row in rows)
    return [
        f"{count:,} {model._meta.verbose_name if count == 1 else model._meta.verbose_name_plural}"
        for model, count in sorted(counts.items(), key=lambda item: item[0]._meta.label)
    ]


class SearchField(forms.CharField):
    """What somebody typed or scanned into the search of a list, less what no database takes."""

    def to_python(self, value: object) -> str:
        return super().to_python(value).replace("\x00", "")


class ListSearchForm(ChangeListSearchForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields[SEARCH_VAR] = SearchField(required=False, strip=False)


class PreparedChangeList(ChangeList):
    """A list that lets its admin look at the whole page of rows at once, before they are shown one by one."""

    search_form_class = ListSearchForm

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.model_admin.prepare_rows(list(self.result_list))


class HouseAdmin(admin.ModelAdmin):
    """An admin that writes only what was changed, whose actions call services, whose deletions explain themselves."""

    list_per_page = 50
    show_full_result_count = False
    refusals: tuple[type[Exception], ...] = ()
    """What services raise when a rule says no; each has a ``message``."""
    object_actions: tuple[str, ...] = ()
    """Actions that are offered as buttons on a row's own page, too."""
    instead_of_deleting = ""
    """What to do with a row that cannot be deleted."""

    def prepare_rows(self, rows: list) -> None:
        """Look up, once for the whole page, what the list shows beside each row."""

    def get_changelist_formset(self, request: HttpRequest, **kwargs) -> type[BaseModelFormSet]:
        formset = super().get_changelist_formset(request, **kwargs)
        name_fields(formset.form)
        return formset

    def get_changelist(self, request: HttpRequest, **kwargs) -> type[ChangeList]:
        return PreparedChangeList

    def save_model(self, request: HttpRequest, obj, form, change: bool) -> None:
        """Write only the changed columns of a row: the others may have moved on since its form was shown."""
        if not change:
            obj.save()
            return
        columns = {field.name for field in obj._meta.concrete_fields}
        obj.save(update_fields=[name for name in form.changed_data if name in columns])

    # Actions ----------------------------------------------------------------------------------

    def get_actions(self, request: HttpRequest) -> dict[str, tuple]:
        """Offer deleting last: it is the rarest, and the one that nobody shall choose by mistake."""
        actions = super().get_actions(request)
        delete = actions.pop("delete_selected", None)
        return {**actions, **({"delete_selected": delete} if delete else {})}

    def run_each(self, request: HttpRequest, queryset, work: Callable[[models.Model], str | None], done: str) -> None:
        """Do ``work`` to each row; report what was ``done``, and each refusal with its reason.

        ``work`` may return words of its own for what was done.
        """
        outcomes: dict[tuple[int, str], list] = {}
        for row in queryset.order_by("pk"):
            try:
                outcome = (messages.SUCCESS, work(row) or done)
            except self.refusals as refusal:
                outcome = (messages.ERROR, refusal.message)
            else:
                self.log_change(request, row, f"{done[:1].upper()}{done[1:]}.")
            outcomes.setdefault(outcome, []).append(row)
        for (level, text), rows in outcomes.items():
            self.message_user(request, f"{name_some(rows)}: {text}{'' if text.endswith('.') else '.'}", level)

    def ask(
        self,
        request: HttpRequest,
        queryset,
        *,
        action: str,
        question: str,
        lines: Sequence[str],
        button: str,
        warning="",
        form: Form | None = None,
    ) -> TemplateResponse | None:
        """Return a page that asks first, or None when this very question has been answered.

        What is asked belongs to the answer: if a line has changed meanwhile, a sum for example, it is asked again.
        A ``form`` asks for more; it is bound once there is an answer, and must be valid.
        """
        answer = salted_hmac("backoffice.ask", "\n".join([question, *lines])).hexdigest()
        given = request.POST.get("answer")
        if given == answer and (form is None or form.is_valid()):
            return None
        if given and given != answer:
            self.message_user(request, "Something has changed meanwhile. Please look again.", messages.WARNING)
        pks = list(queryset.values_list("pk", flat=True))
        across = request.POST.get("select_across") == "1"
        context = {
            **self.admin_site.each_context(request),
            "title": question,
            "opts": self.opts,
            "lines": lines[:LISTED],
            "more": max(0, len(lines) - LISTED),
            "warning": warning,
            "form": form,
            "button": button,
            "answer": answer,
            "action": action,
            "select_across": across,
            "selected": pks[:1] if across else pks,
            "checkbox_name": ACTION_CHECKBOX_NAME,
            "back": request.get_full_path().removesuffix("act/"),
            "media": self.media,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/ask.html", context)

    def is_action_offered(self, name: str, obj) -> bool:
        """Whether the button for an action makes sense on this row's page. The service has the last word."""
        return True

    def get_urls(self) -> list:
        name = f"{self.opts.app_label}_{self.opts.model_name}_act"
        view = self.admin_site.admin_view(self.act_view)
        return [path("<path:object_id>/act/", view, name=name), *super().get_urls()]

    def act_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Run an action on one row: what the buttons of its page post to."""
        row = self.get_object(request, unquote(object_id))
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        actions, name = self.get_actions(request), request.POST.get("action", "")
        if request.method == "POST":
            if name not in self.object_actions or name not in actions:
                raise PermissionDenied
            response = actions[name][0](self, request, self.get_queryset(request).filter(pk=row.pk))
            if response is not None:
                return response
        return HttpResponseRedirect(self._change_url(row.pk))

    def change_view(self, request, object_id, form_url="", extra_context=None) -> HttpResponse:
        row = self.get_object(request, unquote(object_id)) if self.object_actions else None
        actions = self.get_actions(request) if row else {}
        buttons = [
            {"name": name, "text": actions[name][2]}
            for name in self.object_actions
            if name in actions and self.is_action_offered(name, row)
        ]
        return super().change_view(request, object_id, form_url, {"buttons": buttons, **(extra_context or {})})

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None) -> HttpResponse:
        """Save, or say why a service refused to at the last moment."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except self.refusals as refusal:
            self.message_user(request, f"Nothing was saved: {refusal.message}", messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def _change_url(self, pk) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[quote(pk)])

    # Deletions --------------------------------------------------------------------------------

    def get_deleted_objects(self, objs, request: HttpRequest) -> tuple[list, dict, set, list]:
        """Say in numbers what deleting would take along: an event may have fifty thousand places.

        Only the rows themselves need the permission to delete; what goes along with them are their parts.
        """
        rows = list(objs)
        allowed = all(self.has_delete_permission(request, row) for row in rows)
        collector = Collector(using=router.db_for_write(self.model), origin=objs)
        counts, protected = Counter(), []
        try:
            collector.collect(rows)
        except (ProtectedError, RestrictedError) as error:
            keepers = getattr(error, "protected_objects", None) or error.restricted_objects
            protected = count_by_model(keepers)
        else:
            batches = [(model, len(found)) for model, found in collector.data.items()]
            batches += [(found.model, found.count()) for found in collector.fast_deletes]
            for model, count in batches:
                if not model._meta.auto_created:  # rows that only link others are nothing to read about
                    counts[model._meta.verbose_name_plural] += count
        listed = [row_link(row) for row in rows[:LISTED]]
        if len(rows) > LISTED:
            listed.append(f"and {len(rows) - LISTED:,} more")
        return listed, +counts, set() if allowed else {self.opts.verbose_name}, protected

    def delete_view(self, request, object_id, extra_context=None) -> HttpResponse:
        context = {"instead_of_deleting": self.instead_of_deleting, **(extra_context or {})}
        try:
            return super().delete_view(request, object_id, context)
        except IntegrityError:
            self._say_in_use(request)
            return HttpResponseRedirect(self._change_url(unquote(object_id)))

    def changelist_view(self, request, extra_context=None) -> HttpResponse:
        context = {"instead_of_deleting": self.instead_of_deleting, **(extra_context or {})}
        if request.POST.get("action") != "delete_selected":
            return super().changelist_view(request, context)
        try:
            with transaction.atomic():
                return super().changelist_view(request, context)
        except IntegrityError:
            self._say_in_use(request)
            return HttpResponseRedirect(request.get_full_path())

    def _say_in_use(self, request: HttpRequest) -> None:
        text = "Nothing was deleted: something that depends on it has been sold or added just now."
        self.message_user(request, text, messages.ERROR)


def name_fields(form: type[ModelForm]) -> None:
    """Give the fields of a table's rows names of their own: only the column's heading is seen."""
    for name, field in form.base_fields.items():
        field.widget.attrs.setdefault("aria-label", str(field.label or name))


class NamedFormSet(BaseInlineFormSet):
    def add_fields(self, form: ModelForm, index: int | None) -> None:
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].widget.attrs["aria-label"] = "Delete"


class HouseInline(admin.TabularInline):
    """Rows that are written on the page of what they belong to, as a table."""

    formset = NamedFormSet
    extra = 0
    show_change_link = True

    def get_formset(self, request: HttpRequest, obj=None, **kwargs) -> type[BaseInlineFormSet]:
        formset = super().get_formset(request, obj, **kwargs)
        name_fields(formset.form)
        return formset


class ReadOnly:
    """An admin or inline that shows rows which are written elsewhere, by services or once for ever."""

    def has_add_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False


class ReadOnlyInline(ReadOnly, admin.TabularInline):
    """Rows that belong to another one, to be looked at."""

    template = "admin/edit_inline/read_only.html"
    extra = 0
    can_delete = False
