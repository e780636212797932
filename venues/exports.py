"""What every export shares: cells that a spreadsheet shows instead of running, as CSV and as XLSX."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo
from io import BytesIO
from numbers import Number
from typing import BinaryIO

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from import_export.admin import ExportMixin
from import_export.fields import Field
from import_export.formats.base_formats import CSV, XLSX
from import_export.resources import ModelResource
from tablib import Dataset

from .neutral import neutralise


def write_book(stream: BinaryIO, title: str, header: Sequence[str], rows: Iterable[Iterable[object]]) -> None:
    """Write a workbook of one sheet, a row at a time. Texts that would run must have been neutralised."""
    from openpyxl import Workbook  # slow to load, and few processes ever need it
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    def clean(value: object) -> object:
        if not isinstance(value, str):
            return value
        # A bare carriage return in a file of XML would come back as a line feed; this is how a workbook says it.
        return ILLEGAL_CHARACTERS_RE.sub("", value).replace("\r", "_x000D_")

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    sheet.append(header)
    for row in rows:
        sheet.append([clean(value) for value in row])
    book.save(stream)


class SafeXLSX(XLSX):
    """A workbook whose texts are texts: no cell of it is a formula, whatever it says."""

    def export_data(self, dataset: Dataset, **kwargs) -> bytes:
        stream = BytesIO()
        write_book(stream, "Export", dataset.headers, dataset)
        return stream.getvalue()


class HouseResource(ModelResource):
    """An export in which no customer's name becomes a formula on somebody's desk.

    Numbers stay numbers; moments are written in ISO format on the clock of :meth:`zone_of`. ``joins`` and
    ``prefetches`` are what its columns speak of, looked up for all rows at once.
    """

    joins: tuple[str, ...] = ()
    prefetches: tuple[str, ...] = ()

    class Meta:
        chunk_size = 1_000

    def filter_export(self, queryset: QuerySet, **kwargs) -> QuerySet:
        return queryset.select_related(*self.joins).prefetch_related(*self.prefetches)

    def zone_of(self, instance: Model) -> tzinfo:
        """Return whose clock a row's moments are written on."""
        return timezone.get_current_timezone()

    def export_field(self, field: Field, instance: Model, **kwargs) -> object:
        raw = field.get_value(instance)
        if isinstance(raw, datetime):
            return raw.astimezone(self.zone_of(instance)).isoformat(timespec="seconds")
        value = super().export_field(field, instance, **kwargs)
        return value if isinstance(raw, Number) else neutralise(value)


class ExportAdmin(ExportMixin):
    """A list with buttons that download it as CSV or XLSX, as it is searched and filtered, and one that imports.

    ``imports`` is the key of what is imported there (see :mod:`venues.imports`).
    """

    formats = [CSV, SafeXLSX]
    skip_export_form = True
    import_export_change_list_template = "admin/exchange_list.html"
    imports = ""

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.has_view_or_change_permission(request)

    def get_export_data(self, file_format, request: HttpRequest, queryset, **kwargs) -> bytes | str:
        """Let numbers be numbers in a workbook."""
        if not self.has_export_permission(request):
            raise PermissionDenied
        is_workbook = isinstance(file_format, SafeXLSX)
        return file_format.export_data(
            self.get_data_for_export(request, queryset, force_native_type=is_workbook, **kwargs)
        )

    def get_urls(self) -> list:
        name = f"{self.opts.app_label}_{self.opts.model_name}_export_xlsx"
        return [path("export/xlsx/", self.admin_site.admin_view(self.export_xlsx), name=name), *super().get_urls()]

    def export_xlsx(self, request: HttpRequest) -> HttpResponse:
        queryset = self.get_export_queryset(request)
        return self._do_file_export(SafeXLSX(), request, queryset)

    def changelist_view(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        from .imports import importable_by  # its resources are exports, too

        can_import = self.imports and self.imports in importable_by(request.user)
        context = {"imports": self.imports if can_import else "", **(extra_context or {})}
        return super().changelist_view(request, context)
