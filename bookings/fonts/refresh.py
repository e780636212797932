"""Make the printed tickets' fonts anew: ``python bookings/fonts/refresh.py`` (needs npm and ``fonttools[woff]``).

reportlab embeds static TrueType files, so variable fonts are pinned to one weight, the subsets that web fonts come in
are joined again, and what reportlab cannot use (hinting, layout tables) is left out. To move to a newer version:
change it in ``PACKAGES``, run, look at a ticket, correct the table in ``README.md``.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from fontTools import subset
from fontTools.merge import Merger
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

HERE = Path(__file__).resolve().parent

PACKAGES = {
    "bricolage": "@fontsource-variable/bricolage-grotesque@5.3.0",
    "instrument": "@fontsource-variable/instrument-sans@5.3.0",
    "noto": "@expo-google-fonts/noto-sans@0.4.2",
    "arabic": "@expo-google-fonts/noto-sans-arabic@0.4.3",
    "devanagari": "@expo-google-fonts/noto-sans-devanagari@0.4.1",
    "thai": "@expo-google-fonts/noto-sans-thai@0.4.2",
    "hebrew": "@fontsource/noto-sans-hebrew@5.3.0",
    "armenian": "@fontsource/noto-sans-armenian@5.3.0",
    "georgian": "@fontsource/noto-sans-georgian@5.3.0",
}

DROPPED = ["GSUB", "GPOS", "GDEF", "STAT", "DSIG", "meta", "gasp"]

LATIN = (range(0x20, 0x7F), range(0xA0, 0x250), range(0x2B0, 0x370), range(0x1E00, 0x1F00))
MARKS = (range(0x2010, 0x2028), range(0x2030, 0x203B), range(0x20A0, 0x20C1), (0x2116, 0x2122, 0x2190, 0x2192, 0x2212))
EUROPE = (*LATIN, *MARKS, range(0x370, 0x530), range(0x1F00, 0x2000))
WORLD = {
    "arabic": (range(0x20, 0x21), range(0x600, 0x700), range(0xFB50, 0xFBFF), range(0xFE70, 0xFF00)),
    "devanagari": (range(0x900, 0x980),),
    "thai": (range(0xE00, 0xE60),),
    "hebrew": (range(0x590, 0x600), range(0xFB1D, 0xFB50)),
    "armenian": (range(0x530, 0x590), range(0xFB13, 0xFB18)),
    "georgian": (range(0x10A0, 0x1100), range(0x1C90, 0x1CC0)),
}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        sources = {name: fetch(package, work / name) for name, package in PACKAGES.items()}
        bricolage = sorted((sources["bricolage"] / "files").glob("*-wdth-normal.woff2"))
        instrument = sorted((sources["instrument"] / "files").glob("*-wght-normal.woff2"))
        write("BricolageGrotesque-Condensed.ttf", [cut(file, EUROPE, wght=800, wdth=75) for file in bricolage], work)
        write("InstrumentSans-Regular.ttf", [cut(file, EUROPE, wght=400) for file in instrument], work)
        write("InstrumentSans-Bold.ttf", [cut(file, EUROPE, wght=650) for file in instrument], work)
        write("NotoSans-Regular.ttf", [cut(expo(sources["noto"], "400Regular"), EUROPE)], work)
        write("NotoSans-Bold.ttf", [cut(expo(sources["noto"], "700Bold"), EUROPE)], work)
        world = [cut(medium(sources[name]), blocks) for name, blocks in WORLD.items()]
        write("NotoSans-World.ttf", world, work)
        for name in ("bricolage", "instrument"):
            shutil.copy(sources[name] / "LICENSE", HERE / f"LICENSE-{name}.txt")
        shutil.copy(sources["noto"] / "LICENSE_FONT", HERE / "LICENSE-noto.txt")


def fetch(package: str, folder: Path) -> Path:
    """Unpack an npm package and return its folder."""
    folder.mkdir()
    subprocess.run(["npm", "pack", "--silent", package], cwd=folder, check=True, stdout=subprocess.DEVNULL)  # noqa: S603, S607
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        archive.extractall(folder, filter="data")
    return folder / "package"


def expo(folder: Path, weight: str) -> Path:
    return next(file for file in (folder / weight).glob("*.ttf"))


def medium(folder: Path) -> Path:
    """Find the medium weight: between a text's regular and its bold, for scripts that come in one weight."""
    if (folder / "500Medium").is_dir():
        return expo(folder, "500Medium")
    script = folder.parent.name
    return folder / "files" / f"noto-sans-{script}-{script}-500-normal.woff2"


def cut(file: Path, blocks, **axes: float) -> TTFont:
    """Pin a font's axes and keep the characters in ``blocks``, drawn but not hinted."""
    font = TTFont(file)
    if "fvar" in font:
        font = instantiateVariableFont(font, axes)
    options = subset.Options(
        hinting=False, layout_features=[], notdef_outline=True, glyph_names=False, drop_tables=DROPPED
    )
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes={code for block in blocks for code in block})
    cutter.subset(font)
    font.flavor = None
    return font


def write(name: str, parts: list[TTFont], work: Path) -> None:
    """Join the parts of a font into one file beside this one."""
    files = []
    for number, part in enumerate(parts):
        files.append(work / f"{number}-{name}")
        part.save(files[-1])
    font = Merger().merge(files) if len(files) > 1 else TTFont(files[0])
    font["name"].setName(Path(name).stem, 6, 3, 1, 0x409)
    font.save(HERE / name)
    sys.stdout.write(f"{name}: {len(font.getBestCmap())} characters, {(HERE / name).stat().st_size // 1024} KB\n")


if __name__ == "__main__":
    main()
