"""Layouts: the compact description from which the seats of a section are made.

A layout is JSON, kept in ``Section.layout``, short enough to be written by hand::

    {
      "rows": {"count": 14, "start": "A", "skip": ["I"]},
      "seats": [18, 18, 20, 20, 22, 22, 24, 24, 24, 24, 24, 24, 24, 24],
      "numbering": {"from": "right", "numbers": "odd"},
      "aisles": [6, 18],
      "radius": 30,
      "gaps": ["F9-F13"],
      "wheelchair": ["A1-A5"],
      "companion": ["A7"],
      "restricted_view": ["O"]
    }

Left, right and front are those of somebody who sits in the section and looks at its focus. Lengths are in seat
widths. A section's own point, which its ``x`` and ``y`` place on the plan, is the middle of its front row. Every row is
a line of slots; shorter rows lie on the widest as ``align`` says, and an aisle takes a slot of its own: two seats are
neighbours exactly if their positions differ by one.

Seats are named as a ticket prints them: ``C7``, a range within a row ``C7-C12``, a whole row ``C``; where a row's label
ends in a digit, with a colon: ``3:7``, ``3:7-3:12``, ``3``.

Where every seat's place is known one by one, as in the plans of other programs, a layout is ``free``: rows with their
seats, each with its number, its ``x`` and ``y`` from the section's own point, and letters for what is special about it
(``w`` wheelchair, ``c`` companion, ``r`` restricted view)::

    {"free": [["A", [["1", -0.5, 0, "w"], ["2", 0.5, 0, "c"]]], ["B", [["1", 0, 1.8]]]]}

``schema.json``, in this folder, says the same to a machine; :func:`dump` is the inverse of :func:`parse`. A standing
section may describe the ground that it covers: ``{"width": 40, "depth": 20}``, read by :func:`parse_area`.
"""

from .free import FreeLayout, FreeRow, FreeSeat, check_label, coordinate
from .model import MAX_LENGTH, Align, Area, Layout, Numbering, Origin, Parity, Rows, Side
from .placing import Geometry, SeatSpec, seats
from .reading import dump, parse, parse_area

__all__ = [
    "MAX_LENGTH",
    "Align",
    "Area",
    "FreeLayout",
    "FreeRow",
    "FreeSeat",
    "Geometry",
    "Layout",
    "Numbering",
    "Origin",
    "Parity",
    "Rows",
    "SeatSpec",
    "Side",
    "check_label",
    "coordinate",
    "dump",
    "parse",
    "parse_area",
    "seats",
]
