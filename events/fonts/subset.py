"""Make the poster faces from the fontsource packages that README.md names.

Run by hand when a face is changed: ``python events/fonts/subset.py <folder of unpacked packages>``.
Each face is cut down to European letters, its slices merged, its units brought to 1000 per em, its hinting and layout
features dropped; its kerning is kept as one flat ``kern`` table of base letters, which needs no shaping engine to read.
"""

from __future__ import annotations

import shutil
import string
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from fontTools.merge import Merger
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont, newTable
from fontTools.ttLib.scaleUpem import scale_upem
from fontTools.ttLib.tables._k_e_r_n import KernTable_format_0

FONTS = Path(__file__).parent
UNITS_PER_EM = 1000
LEAST_KERNING = 6

FACES = {
    "anton": ("anton", "400", ("latin", "latin-ext")),
    "bodoni": ("bodoni-moda", "800", ("latin", "latin-ext")),
    "instrument": ("instrument-serif", "400", ("latin", "latin-ext")),
    "shrikhand": ("shrikhand", "400", ("latin", "latin-ext")),
    "slab": ("alfa-slab-one", "400", ("latin", "latin-ext")),
    "spartan": ("league-spartan", "800", ("latin", "latin-ext")),
    "unbounded": ("unbounded", "800", ("latin", "latin-ext")),
    "sofia": ("sofia-sans-extra-condensed", "900", ("latin", "latin-ext", "cyrillic", "greek")),
    "text": ("sofia-sans-semi-condensed", "700", ("latin", "latin-ext", "cyrillic", "greek")),
}
LATIN = {*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x218, 0x21C), *range(0x1E80, 0x1E86), 0x1E9E}
GREEK, CYRILLIC = set(range(0x384, 0x3CF)), {*range(0x400, 0x460), 0x490, 0x491}
SIGNS = {*range(0x2013, 0x2023), *map(ord, "…‰‹›€№™−")}
WANTED = LATIN | GREEK | CYRILLIC | SIGNS
KERNED = {ord(letter) for letter in string.ascii_letters + string.digits + "&.,:;!?'’“”-–"} | GREEK | CYRILLIC


def slices(package: Path, name: str, weight: str, scripts: tuple[str, ...], folder: Path) -> Iterator[str]:
    """Cut each script's slice to what is wanted, as TrueType files that can be merged."""
    options = Options(hinting=False, layout_features=["kern"], drop_tables=["GSUB", "STAT", "DSIG", "gasp"])
    for script in scripts:
        font = TTFont(package / "files" / f"{name}-{script}-{weight}-normal.woff2")
        font.flavor = None
        scale_upem(font, UNITS_PER_EM)
        cut = Subsetter(options)
        cut.populate(unicodes=WANTED)
        cut.subset(font)
        font.save(folder / f"{script}.ttf")
        yield str(folder / f"{script}.ttf")


def pair_tables(font: TTFont) -> Iterator:
    """Yield the pair adjustment subtables of a font, in the order in which they apply."""
    for lookup in font["GPOS"].table.LookupList.Lookup if "GPOS" in font else ():
        for subtable in lookup.SubTable:
            inner = getattr(subtable, "ExtSubTable", subtable)
            if inner.LookupType == 2:
                yield inner


def advance(table, left: str, right: str) -> int | None:
    """Return what a pair table adds between two glyphs; None when it does not speak of them."""
    if left not in table.Coverage.glyphs:
        return None
    if table.Format == 1:
        pairs = table.PairSet[table.Coverage.glyphs.index(left)].PairValueRecord
        value = next((pair.Value1 for pair in pairs if pair.SecondGlyph == right), None)
        return None if value is None else getattr(value, "XAdvance", 0)
    row = table.Class1Record[table.ClassDef1.classDefs.get(left, 0)]
    value = row.Class2Record[table.ClassDef2.classDefs.get(right, 0)].Value1
    return getattr(value, "XAdvance", 0) if value else 0


def flat_kerning(font: TTFont) -> dict[tuple[str, str], int]:
    """List the kerning between base letters; accented letters borrow it when they are set."""
    glyphs = [name for code, name in font.getBestCmap().items() if code in KERNED]
    tables = list(pair_tables(font))
    kerning = {}
    for left in glyphs:
        for right in glyphs:
            found = next((value for table in tables if (value := advance(table, left, right)) is not None), 0)
            if abs(found) >= LEAST_KERNING:
                kerning[left, right] = found
    return kerning


def make(face: str, packages: Path) -> None:
    """Write one face and its licence."""
    name, weight, scripts = FACES[face]
    package = packages / f"fontsource-{name}"
    with TemporaryDirectory() as folder:
        font = Merger().merge(list(slices(package, name, weight, scripts, Path(folder))))
    kerning = KernTable_format_0()
    kerning.kernTable, kerning.coverage, kerning.apple = flat_kerning(font), 1, False
    for tag in {"GPOS", "GDEF", "GSUB"} & set(font.keys()):
        del font[tag]
    font["kern"] = newTable("kern")
    font["kern"].version, font["kern"].kernTables = 0, [kerning]
    for record in font["name"].names:
        record.string = f"Marquee {face.title()}" if record.nameID in {1, 3, 4, 6, 16} else record.toUnicode()
    font["post"].formatType = 3.0
    font.save(FONTS / f"{face}.ttf")
    shutil.copy(package / "LICENSE", FONTS / f"{face}.OFL.txt")


if __name__ == "__main__":
    for each in FACES:
        make(each, Path(sys.argv[1]))
