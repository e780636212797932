"""Seats, imported into plans: the rooms stay such as the drawing editor and the seat map know them.

A section that gets other seats is described anew, seat by seat, as a free layout (:mod:`venues.layout`), from which
``build_seats`` makes them: so every rule of the editor holds here, and seats that stay keep their identity.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Sequence
from statistics import fmean

from django.core.exceptions import ValidationError

from venues.errors import LayoutInvalid, VenueError
from venues.layout import MAX_LENGTH, FreeLayout, FreeRow, FreeSeat, Geometry, check_label, dump, parse
from venues.models import Seat, SeatingPlan, Section, Venue
from venues.services import build_seats

from . import importable
from .columns import Cell, Column, Known, Text, YesNo, quote
from .resource import ImportResource, Row, Tick

ROW_SPACING = 1.8
BEHIND = 3.0
"""So far behind what is there already a section begins whose seats come without places."""


class Coordinate(Cell):
    """A place along an axis, in seat widths. A comma is as good as a point."""

    def clean(self, value: str, row=None, instance=None, **kwargs) -> float:
        if not re.fullmatch(r"-?\d{1,6}([.,]\d{1,20})?", value):
            raise ValueError(f"{quote(value)} is no number.")
        number = float(value.replace(",", "."))
        if abs(number) > MAX_LENGTH:
            raise ValueError(f"{value} is not from -{MAX_LENGTH:,} to {MAX_LENGTH:,}.")
        return round(number, 3) + 0.0


class Label(Cell):
    """What a row or a seat is called."""

    empty = ""

    def clean(self, value: str, row=None, instance=None, **kwargs) -> str:
        try:
            return check_label(value, "")
        except LayoutInvalid as invalid:
            raise ValueError(invalid.reason) from None


@importable
class SeatResource(ImportResource):
    """Seats, by venue, plan, section, row and number."""

    key = "seats"
    title = "Seats"
    intro = (
        "A seat is known by its venue, plan, section, row and number. Plans and sections that are not there yet are "
        "made. Seats that are there already and not in the file stay; those that have ever been sold cannot be "
        "changed. Without x and y, the rows of a new section are laid out straight, one behind the other."
    )
    model_admin = "venues_seat"
    permissions = ("venues.add_seat", "venues.change_seat", "venues.add_section", "venues.change_seatingplan")
    key_columns = ("venue", "plan", "section", "row", "number")
    passed_over = ("id",)
    refusals = (VenueError,)
    joins = ("section__plan__venue",)

    venue = Column(
        "section__plan__venue",
        Known("venue", lambda venue: venue.name),
        name="venue",
        is_required=True,
        help="The name of the venue, which has to be there.",
        example="Opera House",
    )
    plan = Column(
        "section__plan__name", Text(100), name="plan", is_required=True, help="The seating plan.", example="Main stage"
    )
    section = Column(
        "section__name", Text(100), name="section", is_required=True, help="The section.", example="Stalls"
    )
    row = Column("row", Label(), is_required=True, help="The row, as it is on the ticket.", example="A")
    number = Column("number", Label(), is_required=True, help="The number, as it is on the ticket.", example="1")
    x = Column("x", Coordinate(), keeps=True, help="To the right, in seat widths, seen from above.", example="-0.5")
    y = Column("y", Coordinate(), keeps=True, help="Away from the focus, in seat widths.", example="0")
    wheelchair = Column("is_accessible", YesNo(), name="wheelchair", help="yes: a wheelchair place.", example="yes")
    companion = Column("is_companion", YesNo(), name="companion", help="yes: a seat for who comes along.")
    restricted_view = Column("has_restricted_view", YesNo(), name="restricted_view", help="yes: not all is seen.")

    class Meta:
        model = Seat
        fields = (
            *("venue", "plan", "section", "row", "number", "x", "y"),
            *("wheelchair", "companion", "restricted_view"),
        )
        export_order = fields

    # Checking ---------------------------------------------------------------------------------

    def prepare(self, rows: Sequence[Row]) -> None:
        venues = {row["venue"] for row in rows}
        self.venues = {venue.name: venue for venue in Venue.objects.filter(name__in=venues)}
        self.fields["venue"].widget.table = self.venues
        plans = SeatingPlan.objects.filter(venue__name__in=venues, name__in={row["plan"] for row in rows})
        self.plans = {(plan.venue.name, plan.name): plan for plan in plans.select_related("venue")}
        sections = Section.objects.filter(plan__in=list(self.plans.values())).select_related("plan__venue")
        self.sections = {(part.plan.venue.name, part.plan.name, part.name): part for part in sections}
        wanted = {tuple(row[name] for name in self.key_columns[:3]) for row in rows}
        parts = {part.pk: part for key, part in self.sections.items() if key in wanted}
        self.present: dict[int, list[Seat]] = defaultdict(list)
        for seat in Seat.objects.filter(section__in=list(parts)).order_by("row_index", "position"):
            seat.section = parts[seat.section_id]
            self.present[seat.section_id].append(seat)
            plan = seat.section.plan
            self.known[plan.venue.name, plan.name, seat.section.name, seat.row, seat.number] = seat
        # The relations are named as strings because their rooms lie above this one.
        sold = Seat.objects.filter(section__in=list(parts), places__tickets__isnull=False)
        self.sold = set(sold.order_by().values_list("pk", flat=True))

    def init_instance(self, row: Row) -> Seat:
        """Make a seat of a section that is there, or of one that is to be made along with its plan."""
        venue, plan, section = (row[name] for name in self.key_columns[:3])
        if (venue, plan) not in self.plans:
            self.plans[venue, plan] = SeatingPlan(venue=self.venues.get(venue), name=plan)
        if (venue, plan, section) not in self.sections:
            self.sections[venue, plan, section] = Section(plan=self.plans[venue, plan], name=section)
        return Seat(section=self.sections[venue, plan, section])

    def import_instance(self, instance: Seat, row: Row, **kwargs) -> None:
        """Leave the section as it was found; read its names all the same, as they may be wrong."""
        names = self.key_columns[:3]
        errors = {}
        for name in names:
            try:
                self._by_name[name].read(row, instance)
            except ValueError as error:
                errors[name] = str(error)
        try:
            super().import_instance(instance, {name: cell for name, cell in row.items() if name not in names})
        except ValidationError as error:
            errors |= error.error_dict
        if errors:
            raise ValidationError(errors)

    def clean_cells(self, instance: Seat, wrong) -> None:
        """Its cells have been checked when they were read, and its slot is not known yet."""

    def examine(self, instance: Seat, row: Row) -> None:
        errors = {}
        if instance.section.is_standing:
            errors["section"] = "is a standing area, which has no seats."
        if instance.is_accessible and instance.is_companion:
            errors["companion"] = "A wheelchair place is no companion seat."
        if (instance.x is None) != (instance.y is None):
            errors["y" if instance.y is None else "x"] = "Give x and y, or neither."
        elif instance.x is None and self.present.get(instance.section.pk):
            errors["x"] = "is missing: the section has seats already, so say where this one is."
        if instance.pk in self.sold:
            errors[""] = "This seat has been sold, so it stays as it is."
        if errors:
            raise ValidationError({name or "__all__": message for name, message in errors.items()})

    def finish(self) -> None:
        """Refuse sections that could not be drawn: half of them placed, or too large."""
        self.layouts: list[tuple[Section, FreeLayout, int]] = []
        touched: dict[int, list[Seat]] = defaultdict(list)
        for seat in (*self.create_instances, *self.update_instances):
            touched[id(seat.section)].append(seat)
        for seats in touched.values():
            section = seats[0].section
            others = self.present.get(section.pk, []) if section.pk else []
            named = {(seat.row, seat.number): seat for seat in (*others, *seats)}.values()
            unplaced = [seat for seat in named if seat.x is None]
            if unplaced and len(unplaced) < len(named):
                self.complain(unplaced[0], "x", f"Give x and y for all seats of {section.name}, or for none.")
                continue
            section.needs_ground = bool(unplaced)
            layout = straight(named) if unplaced else self._draw(section, named)
            try:
                parse(dump(layout))
            except LayoutInvalid as invalid:
                self.complain(seats[0], "section", f"{section.name} cannot be drawn: {invalid.reason}")
            self.layouts.append((section, layout, len(seats)))

    def _draw(self, section: Section, seats) -> FreeLayout:
        """Describe seats whose places on the plan are known, in the frame of their section."""
        home = Geometry(rotation=-section.rotation)
        focus = (section.plan.focus_x, section.plan.focus_y)
        return FreeLayout(
            tuple(
                FreeRow(
                    row[0].row,
                    tuple(
                        FreeSeat(seat.number, *home.place(seat.x - section.x, seat.y - section.y), flags(seat))
                        for seat in row
                    ),
                )
                for row in in_rows(seats, focus)
            )
        )

    # Writing ----------------------------------------------------------------------------------

    def write(self, tick: Tick) -> None:
        for plan in self.plans.values():
            if not plan.pk and any(section.plan is plan for section, _, _ in self.layouts):
                plan.save()
        for section, layout, count in self.layouts:
            section.plan = section.plan  # which has its id by now
            section.layout = dump(layout)
            if not section.pk:
                self._place(section)
            section.save()
            build_seats(section=section)
            tick(count)

    def _place(self, section: Section) -> None:
        """Put a new section behind those that are there, where its seats came without places."""
        others = Section.objects.filter(plan=section.plan)
        section.order = others.count() + 1
        if section.needs_ground:
            ends = Seat.objects.filter(section__plan=section.plan).order_by("-y").values_list("y", flat=True).first()
            section.y = 0 if ends is None else ends + BEHIND


def in_rows(seats, focus: tuple[float, float]) -> list[list[Seat]]:
    """Sort seats into rows from the focus outwards, each from the left of those who sit in it."""
    rows: dict[str, list[Seat]] = defaultdict(list)
    for seat in seats:
        rows[seat.row].append(seat)
    far = {label: fmean(math.dist((seat.x, seat.y), focus) for seat in row) for label, row in rows.items()}
    return [_from_left(rows[label], focus) for label in sorted(rows, key=lambda label: (far[label], label))]


def _from_left(row: list[Seat], focus: tuple[float, float]) -> list[Seat]:
    right = (fmean(seat.y for seat in row) - focus[1], focus[0] - fmean(seat.x for seat in row))
    if math.hypot(*right) < 1e-6:  # around the focus, or all on it
        return sorted(row, key=lambda seat: natural(seat.number))
    return sorted(row, key=lambda seat: (seat.x * right[0] + seat.y * right[1], natural(seat.number)))


def straight(seats) -> FreeLayout:
    """Lay seats out whose places nobody has said: rows in the order of the file, numbers from the left."""
    rows: dict[str, list[Seat]] = defaultdict(list)
    for seat in seats:
        rows[seat.row].append(seat)
    return FreeLayout(
        tuple(
            FreeRow(
                label,
                tuple(
                    FreeSeat(seat.number, slot - (len(row) - 1) / 2, round(index * ROW_SPACING, 3), flags(seat))
                    for slot, seat in enumerate(sorted(row, key=lambda seat: natural(seat.number)))
                ),
            )
            for index, (label, row) in enumerate(rows.items())
        )
    )


def flags(seat: Seat) -> str:
    """Write what is special about a seat, as free layouts do."""
    marks = (seat.is_accessible, seat.is_companion, seat.has_restricted_view)
    return "".join(letter for letter, is_set in zip("wcr", marks, strict=True) if is_set)


def natural(number: str) -> list[tuple[int, str]]:
    """Sort 9 before 10, and 10 before 10a."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.findall(r"\d+|\D+", number)]
