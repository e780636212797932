"""What can be imported into one table: which row a line is about, whether it is right, and how it is written.

Built on django-import-export, whose ``import_row`` asks the questions in their order; nothing is written by it. A check
is one pass over the rows, with a handful of queries for all of them; writing is another, in bulk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Model
from import_export.resources import RowResult

from venues.exports import HouseResource

from .columns import Column, Complaint, Many
from .files import Table

BATCH = 1_000

Row = Mapping[str, str]
Tick = Callable[[int], None]
"""Is told how many more rows have been dealt with."""


@dataclass(frozen=True)
class Option:
    """Something that staff choose along with the file."""

    name: str
    label: str
    help: str


@dataclass(frozen=True)
class Context:
    """Who imports which file, when, and how."""

    now: datetime
    actor: str
    file_name: str = ""
    options: Mapping[str, bool] = field(default_factory=dict)


@dataclass
class Findings:
    """What a check has found."""

    created: int = 0
    updated: int = 0
    skipped: int = 0
    complaints: list[Complaint] = field(default_factory=list)

    @property
    def is_right(self) -> bool:
        return not self.complaints


class ImportResource(HouseResource):
    """A table whose rows can be brought in from a file.

    Subclasses say in ``Meta`` which model it is and, in ``fields``, the order of its columns, and override what they
    need: ``prepare`` looks up, for all rows at once, what they speak of (``known`` is what there is already, by
    ``key_of``); ``examine`` judges one row; ``finish`` what only all of them together can tell; ``write`` writes.
    """

    key = ""
    title = ""
    intro = ""
    model_admin = ""
    """The list that it fills: "venues_venue"."""
    permissions: tuple[str, ...] = ()
    key_columns: tuple[str, ...] = ()
    """What says which row a line is about. Without any of them, it is a new one."""
    takes_exports = True
    """Whether an export of the same list has these columns."""
    passed_over: tuple[str, ...] = ()
    """What exports have besides, for people to read."""
    options: tuple[Option, ...] = ()
    refusals: tuple[type[Exception], ...] = ()
    """What writing may raise when a rule says no at the last moment; each has a ``message``."""

    class Meta:
        use_bulk = True
        skip_diff = True
        skip_unchanged = True
        report_skipped = False

    def __init__(self, context: Context | None = None, **kwargs) -> None:
        super().__init__(**kwargs)
        self.context = context
        self.known: dict[tuple, Model] = {}
        self.findings = Findings()
        self._columns = [found for name in self._meta.fields if isinstance(found := self.fields[name], Column)]
        self._by_name = {column.column_name: column for column in self._columns}
        self._first: dict[tuple, int] = {}
        self.before: dict[str, object] | None = None
        """What the columns of the row in hand were; None: it is new."""
        self._number = 0

    # What the file may say --------------------------------------------------------------------

    @classmethod
    def columns(cls) -> list[Column]:
        return [found for name in cls._meta.fields if isinstance(found := cls.fields[name], Column)]

    def get_import_fields(self) -> list[Column]:
        return self._columns

    # Checking ---------------------------------------------------------------------------------

    def check(self, table: Table, tick: Tick) -> Findings:
        """Find out what importing these rows would do, and everything that is wrong with them. Writes nothing."""
        rows = [(number, dict(zip(table.header, cells, strict=True))) for number, *cells in table.rows]
        self.prepare([row for _, row in rows])
        for number, row in rows:
            self._number = number
            self._count(self.import_row(row, None, row_number=number, dry_run=True))
            tick(1)
        self.finish()
        place = {name: index for index, name in enumerate(self._by_name)}
        self.findings.complaints.sort(key=lambda complaint: (complaint.row, place.get(complaint.column, -1)))
        return self.findings

    def prepare(self, rows: Sequence[Row]) -> None:
        """Look up what the rows speak of."""

    def examine(self, instance: Model, row: Row) -> None:
        """Judge a row whose cells can be read.

        Raises:
            ValidationError: by column.
        """
        instance.clean()

    def finish(self) -> None:
        """Judge what only all rows together can tell; complain with :meth:`complain`."""

    def complain(self, instance: Model, column: str, message: str) -> None:
        """Say that a row is wrong after all."""
        self.findings.complaints.append(Complaint(instance.import_row, column, message))

    def key_of(self, row: Row) -> tuple | None:
        """Say which row of the table a line is about; None: a new one."""
        key = tuple(row.get(name, "") for name in self.key_columns)
        return key if any(key) else None

    def _count(self, result: RowResult) -> None:
        if result.errors:  # nobody has foreseen it
            raise result.errors[0].error
        if result.validation_error:
            for name, errors in result.validation_error.update_error_dict({}).items():
                column = "" if name == NON_FIELD_ERRORS else name
                messages = [message for error in errors for message in error.messages]
                self.findings.complaints += [Complaint(self._number, column, message) for message in messages]
        elif result.import_type == RowResult.IMPORT_TYPE_NEW:
            self.findings.created += 1
        elif result.import_type == RowResult.IMPORT_TYPE_UPDATE:
            self.findings.updated += 1
        else:
            self.findings.skipped += 1

    # What import_row asks, in its order -------------------------------------------------------

    def before_import_row(self, row: Row, **kwargs) -> None:
        key = self.key_of(row)
        if key is not None and self._first.setdefault(key, self._number) != self._number:
            raise ValidationError(f"This is the same as row {self._first[key]:,}.")

    def get_instance(self, instance_loader: object, row: Row) -> Model | None:
        key = self.key_of(row)
        return None if key is None else self.known.get(key)

    def after_init_instance(self, instance: Model, new: bool, row: Row, **kwargs) -> None:
        instance.import_row = self._number
        present = {name: column for name, column in self._by_name.items() if name in row}
        self.before = None if new else {name: column.get_value(instance) for name, column in present.items()}

    def import_instance(self, instance: Model, row: Row, **kwargs) -> None:
        errors = {}
        for column in self._columns:
            if column.column_name in row:
                try:
                    column.save(instance, row)
                except ValueError as error:
                    errors[column.column_name] = str(error)
        if errors:
            raise ValidationError(errors)
        instance.changed_columns = self._changed(instance)

    def _changed(self, instance: Model) -> list[str]:
        """Name the columns in which a row differs from what there is; for a new one, those that it has."""
        before = self.before or {}
        return [name for name, value in before.items() if self._by_name[name].get_value(instance) != value]

    def skip_row(self, instance: Model, original: None, row: Row, import_validation_errors=None) -> bool:
        return self.before is not None and not import_validation_errors and not instance.changed_columns

    def validate_instance(self, instance: Model, import_validation_errors=None, validate_unique: bool = True) -> None:
        errors = dict(import_validation_errors or {})
        by_attribute = {column.attribute: column.column_name for column in self._columns}
        wrong = {attribute for attribute, name in by_attribute.items() if name in errors}
        try:
            self.clean_cells(instance, wrong)
            if not errors:
                self.examine(instance, self._row)
        except ValidationError as error:
            for name, found in error.update_error_dict({}).items():
                errors.setdefault(by_attribute.get(name, name), []).extend(found)
        if errors:
            raise ValidationError(errors)

    def clean_cells(self, instance: Model, wrong: Iterable[str]) -> None:
        """Ask each field of the model; relations have been looked up already, each of which would cost a query."""
        relations = [field.name for field in instance._meta.fields if field.is_relation]
        instance.clean_fields(exclude={*wrong, *relations})

    def import_row(self, row: Row, instance_loader: object, **kwargs) -> RowResult:
        self._row = row
        return super().import_row(row, instance_loader, **kwargs)

    # Writing ----------------------------------------------------------------------------------

    def write(self, tick: Tick) -> None:
        """Write what :meth:`check` has found, inside the caller's transaction."""
        self.write_rows(tick)

    def write_rows(self, tick: Tick) -> None:
        """Insert the new rows, and of those that there are already, write the columns that differ."""
        objects = self._meta.model._default_manager
        for batch in batches(self.create_instances):
            objects.bulk_create(batch)
            tick(len(batch))
        names = {name for row in self.update_instances for name in row.changed_columns}
        columns = [self._by_name[name] for name in names]
        changed = sorted(column.attribute for column in columns if not isinstance(column, Many))
        for batch in batches(self.update_instances if changed else []):
            objects.bulk_create(batch, update_conflicts=True, unique_fields=["pk"], update_fields=changed)
            tick(len(batch))
        for column in self._columns:
            if isinstance(column, Many):
                self._link(column.attribute)

    def _link(self, attribute: str) -> None:
        """Write what belongs to the rows many to many."""
        field = self._meta.model._meta.get_field(attribute)
        links = field.remote_field.through._default_manager
        ours, theirs = field.m2m_column_name(), field.m2m_reverse_name()
        chosen = {
            row.pk: row.many[attribute]
            for row in (*self.create_instances, *self.update_instances)
            if attribute in getattr(row, "many", {})
        }
        changed = [row.pk for row in self.update_instances if row.pk in chosen]
        for batch in batches(changed):
            links.filter(**{f"{ours}__in": batch}).delete()
        rows = [links.model(**{ours: pk, theirs: other.pk}) for pk, others in chosen.items() for other in others]
        links.bulk_create(rows, batch_size=BATCH)


def batches(rows: Sequence, size: int = BATCH) -> Iterable[Sequence]:
    return (rows[start : start + size] for start in range(0, len(rows), size))
