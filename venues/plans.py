"""Plans as documents: read, checked as a whole, exported, imported, saved all at once.

A document is JSON, described to machines by ``plan.schema.json``::

    {
      "format": "marquee-plan/1",
      "name": "Great Hall",
      "focus": {"kind": "stage", "x": 0, "y": 0},
      "sections": [
        {"name": "Stalls", "x": 0, "y": 12, "rotation": 0, "layout": {"rows": {"count": 14}, "seats": 20}},
        {"name": "Floor", "x": 0, "y": 4, "rotation": 0, "standing": 300, "layout": {"width": 30, "depth": 6}}
      ]
    }

Sections are in the order in which they are shown; ``layout`` is that of :mod:`venues.layout`. A section may have the
``id`` by which this installation knows it, so that it stays the same section under another name.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.db import transaction

from .errors import LayoutInvalid, PlanChanged, PlanInvalid, Problem, SectionsInUse
from .layout import Area, FreeLayout, FreeRow, FreeSeat, Geometry, Layout, coordinate, dump, parse, parse_area
from .layout.records import Record, integer, show
from .models import SeatingPlan, Section, Venue
from .services import build_seats, require_unused

FORMAT = "marquee-plan/1"
MAX_SECTIONS = 300
MAX_PLACES = 150_000
MAX_NAME = 100
MAX_STANDING = 1_000_000


@dataclass(frozen=True)
class SectionDraft:
    """One section of a document. ``layout`` is that of the seats, or the ground of a standing area."""

    name: str
    geometry: Geometry
    layout: Layout | FreeLayout | Area | None
    standing: int | None = None
    pk: int | None = None

    @property
    def places(self) -> int:
        return self.layout.capacity if self.standing is None else self.standing

    @property
    def record(self) -> dict:
        """The layout as it is kept in the database."""
        if isinstance(self.layout, Area):
            return {name: _plain(value) for name, value in vars(self.layout).items()}
        return dump(self.layout) if self.layout else {}


@dataclass(frozen=True)
class PlanDraft:
    """What :func:`parse_plan` understood."""

    name: str
    focus: SeatingPlan.Focus
    focus_x: float
    focus_y: float
    sections: tuple[SectionDraft, ...]


def read_json(text: str | bytes) -> object:
    """Read JSON that may come from anywhere.

    Raises:
        PlanInvalid: it is none.
    """
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise PlanInvalid(Problem("", f"This is no JSON: line {error.lineno}, column {error.colno}.")) from None
    except RecursionError:
        raise PlanInvalid(Problem("", "This JSON is nested too deeply.")) from None
    except ValueError:
        raise PlanInvalid(Problem("", "This is no JSON in UTF-8, or has a number that is too long.")) from None


def parse_plan(document: object) -> PlanDraft:
    """Read a document, and find everything that is wrong with it.

    Raises:
        PlanInvalid: says in which section and field, and what is expected there.
    """
    head, sections, problems = check_plan(document)
    if problems:
        raise PlanInvalid(*problems)
    return PlanDraft(*head, tuple(sections))


def check_plan(document: object) -> tuple[tuple | None, list[SectionDraft | None], list[Problem]]:
    """Read as much of a document as makes sense: its head, one draft per section, None where it makes none."""
    try:
        head = _parse_head(document)
    except LayoutInvalid as invalid:
        return None, [], [Problem(invalid.where, invalid.reason)]
    sections: list[SectionDraft | None] = []
    problems, names, places = [], set(), 0
    for index, item in enumerate(document["sections"]):
        where = f"sections[{index}]"
        try:
            section = _parse_section(item, where)
            if section.name in names:
                raise LayoutInvalid(f"{where}.name", f"there is a section “{section.name}” already.")
            if (places := places + section.places) > MAX_PLACES:
                return head, sections, [Problem(where, f"the room has more than {MAX_PLACES:,} places.", index)]
            names.add(section.name)
            sections.append(section)
        except LayoutInvalid as invalid:
            problems.append(Problem(invalid.where, invalid.reason, index))
            sections.append(None)
    return head, sections, problems


def export_plan(plan: SeatingPlan, *, with_ids: bool = False) -> dict:
    """Write a plan as a document, which :func:`import_plan` reads anywhere. Two queries, or three."""
    sections = list(plan.sections.order_by("order", "pk"))
    loose = {section.pk for section in sections if not section.is_standing and not section.layout}
    seats = {pk: [] for pk in loose}
    if loose:
        for section in plan.sections.filter(pk__in=loose).prefetch_related("seats"):
            seats[section.pk] = list(section.seats.all())
    return {
        "format": FORMAT,
        "name": plan.name,
        "focus": {"kind": plan.focus, "x": _plain(plan.focus_x), "y": _plain(plan.focus_y)},
        "sections": [_export_section(section, seats.get(section.pk), with_ids) for section in sections],
    }


@transaction.atomic
def import_plan(*, venue: Venue, document: object, name: str | None = None) -> SeatingPlan:
    """Make a new plan of a venue from a document, with its seats.

    Raises:
        PlanInvalid: the document cannot be read, or the venue has a plan of that name.
    """
    draft = parse_plan(document)
    plan = SeatingPlan(venue=venue, name=name or draft.name)
    _check_name(plan, plan.name)
    plan.focus, plan.focus_x, plan.focus_y = draft.focus, draft.focus_x, draft.focus_y
    plan.save()
    _write_sections(plan, draft)
    plan.save()
    return plan


@transaction.atomic
def save_plan(*, plan: SeatingPlan, document: object, version: str) -> SeatingPlan:
    """Make a plan what a document says, all of it or nothing.

    ``version`` is that of the plan from which the document was made. A section is known by its ``id``, else by its
    name. Seats that stay keep their identity (see :func:`venues.services.build_seats`).

    Raises:
        PlanInvalid: the document cannot be read.
        PlanChanged: somebody else has saved the plan since.
        SeatsInUse, SectionsInUse: what would be lost is on sale, or sold.
    """
    draft = parse_plan(document)
    plan = SeatingPlan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
    if plan.version != version:
        raise PlanChanged("Somebody else has saved this plan since you opened it. Nothing of theirs was overwritten.")
    _check_name(plan, draft.name)
    plan.name = draft.name
    plan.focus, plan.focus_x, plan.focus_y = draft.focus, draft.focus_x, draft.focus_y
    _write_sections(plan, draft)
    plan.save()
    return plan


# Reading --------------------------------------------------------------------------------------


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _parse_head(document: object) -> tuple[str, SeatingPlan.Focus, float, float]:
    record = Record(document, names=("format", "name", "focus", "sections"), required=("format", "name", "sections"))
    if record.get("format") != FORMAT:
        raise LayoutInvalid("format", f"expected “{FORMAT}”, not {show(record.get('format'))}.")
    focus = Record(record.get("focus", {}), where="focus", names=("kind", "x", "y"))
    integer(len(record.items("sections")), "sections", 0, MAX_SECTIONS)
    return (
        _parse_name(record),
        focus.choice("kind", SeatingPlan.Focus, SeatingPlan.Focus.STAGE),
        coordinate(focus.get("x", 0), "focus.x"),
        coordinate(focus.get("y", 0), "focus.y"),
    )


def _parse_section(item: object, where: str) -> SectionDraft:
    names = ("id", "name", "x", "y", "rotation", "standing", "layout")
    record = Record(item, where=where, names=names, required=("name",))
    x, y = (coordinate(record.get(axis, 0), record.at(axis)) for axis in ("x", "y"))
    rotation = coordinate(record.get("rotation", 0), record.at("rotation")) % 360
    standing = record.get("standing")
    if standing is not None:
        record.integer("standing", 1, MAX_STANDING)
    pk = record.get("id")
    if pk is not None:
        record.integer("id", 1, 2**63 - 1)
    try:
        layout = parse(record.get("layout")) if standing is None else parse_area(record.get("layout", {}))
    except LayoutInvalid as invalid:
        inner = f".{invalid.where}" if invalid.where else ""
        raise LayoutInvalid(f"{record.at('layout')}{inner}", invalid.reason) from None
    return SectionDraft(_parse_name(record), Geometry(x, y, rotation), layout, standing, pk)


def _parse_name(record: Record) -> str:
    name = record.get("name")
    if not isinstance(name, str) or not 1 <= len(name) <= MAX_NAME or name != name.strip() or not name.isprintable():
        raise LayoutInvalid(record.at("name"), f"expected a name of at most {MAX_NAME} characters, not {show(name)}.")
    return name


def _check_name(plan: SeatingPlan, name: str) -> None:
    if SeatingPlan.objects.filter(venue=plan.venue_id, name=name).exclude(pk=plan.pk).exists():
        raise PlanInvalid(Problem("name", f"the venue has a plan “{name}” already."))


# Writing --------------------------------------------------------------------------------------


def _export_section(section: Section, seats: list | None, with_id: bool) -> dict:
    record = {"id": section.pk} if with_id else {}
    record |= {"name": section.name}
    record |= {axis: _plain(getattr(section, axis)) for axis in ("x", "y", "rotation")}
    if section.is_standing:
        ground = {"layout": section.layout} if section.layout else {}
        return record | {"standing": section.standing_capacity} | ground
    if seats:
        return record | {"layout": dump(_free_layout(section, seats))}
    try:
        return record | {"layout": dump(parse(section.layout))}
    except LayoutInvalid:  # shown as it is, so that it can be mended
        return record | {"layout": section.layout}


def _free_layout(section: Section, seats: list) -> FreeLayout:
    """Describe seats that no layout has made, in their section's own frame."""
    home = Geometry(rotation=-section.rotation)
    rows: dict[str, list[FreeSeat]] = {}
    for seat in seats:
        x, y = home.place(seat.x - section.x, seat.y - section.y)
        marks = (seat.is_accessible, seat.is_companion, seat.has_restricted_view)
        flags = "".join(flag for flag, is_set in zip("wcr", marks, strict=True) if is_set)
        rows.setdefault(seat.row, []).append(FreeSeat(seat.number, x, y, flags))
    return FreeLayout(tuple(FreeRow(label, tuple(row)) for label, row in rows.items()))


def _write_sections(plan: SeatingPlan, draft: PlanDraft) -> None:
    present = {section.pk: section for section in plan.sections.select_for_update(of=("self",))}
    pairs = _match(present, draft)
    kept = {section.pk for section, _ in pairs if section}
    gone = [section for pk, section in present.items() if pk not in kept]
    turned = [old for old, new in pairs if old and old.is_standing != (new.standing is not None)]
    _require_not_on_sale(gone + turned)
    Section.objects.filter(pk__in=[section.pk for section in gone]).delete()
    renamed = [old.pk for old, new in pairs if old and old.name != new.name]
    for pk in renamed:  # out of the way of one another
        Section.objects.filter(pk=pk).update(name=f"\t{pk}")
    sections = [_fill(old or Section(plan=plan), new, order) for order, (old, new) in enumerate(pairs, start=1)]
    Section.objects.bulk_create([section for section in sections if not section.pk])
    fields = ("name", "order", "x", "y", "rotation", "standing_capacity", "layout")
    Section.objects.bulk_update([section for section in sections if section.pk in kept], fields, batch_size=100)
    for section in sections:
        build_seats(section=section)


def _match(present: dict[int, Section], draft: PlanDraft) -> list[tuple[Section | None, SectionDraft]]:
    """Find the section that each draft is about: by id, else by name, each once."""
    known = {new.pk for new in draft.sections} & present.keys()
    by_name = {section.name: section for pk, section in present.items() if pk not in known}
    left = dict(present)
    pairs = []
    for new in draft.sections:
        old = left.pop(new.pk, None) if new.pk in known else by_name.get(new.name)
        pairs.append((old, new))
    return pairs


def _require_not_on_sale(sections: list[Section]) -> None:
    """Raise for sections that seats or offers of events depend on."""
    if not sections:
        return
    for section in sections:
        require_unused(section.seats.all())
    # The relation is named as a string because its room lies above this one.
    pks = [section.pk for section in sections]
    if names := list(
        Section.objects.filter(pk__in=pks, offers__isnull=False).distinct().values_list("name", flat=True)
    ):
        raise SectionsInUse(f"Events sell {', '.join(names)}: what is on sale has to stay what it is.")


def _fill(section: Section, draft: SectionDraft, order: int) -> Section:
    section.name, section.order = draft.name, order
    section.x, section.y, section.rotation = draft.geometry.x, draft.geometry.y, draft.geometry.rotation
    section.standing_capacity, section.layout = draft.standing, draft.record
    return section


def _plain(value: float) -> float | int:
    """Write 12.0 as 12."""
    return int(value) if value == int(value) else value
