"""Posters: the same for the same words, never too large, and never with a letter outside of the sheet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import pairwise
from random import Random
from xml.etree import ElementTree

import pytest
from fontTools.misc.transform import Identity, Transform
from fontTools.pens.boundsPen import ControlBoundsPen
from fontTools.svgLib.path import parse_path
from hypothesis import given, settings
from hypothesis import strategies as st

from events import posters
from events.posters import lettering
from events.posters.canvas import HEIGHT, WIDTH
from events.posters.colour import LEGIBLE, PALETTES, contrast, mix
from events.posters.faces import FALLBACKS, face
from events.posters.poster import REPERTOIRE, STYLES, Poster, divided

SVG = "{http://www.w3.org/2000/svg}"
DETAILS = "Royal Albert Hall, London · Fri 12 June 2026, 19:30"
LONG_DETAILS = (
    "The Exceptionally Long-Named Municipal Hall of Music and Arts, Llanfairpwllgwyngyll · Wed 30 September, 19:30"
)
CATEGORIES = ["Concerts", "Films", "Theatre", "Sport", "Comedy", "Talks", ""]
TITLES = {
    "short": "Up",
    "one letter": "A",
    "plain": "In the Mood for Love",
    "divided": "Mission: Impossible – The Final Reckoning",
    "versus": "India v Australia, 2nd T20",
    "accents": "Łódź Żółć Ďábel Ångström",
    "cyrillic": "Преступление и наказание",
    "greek": "Αντιγόνη",
    "japanese": "東京物語 Tokyo Story",
    "arabic": "مسرحية هاملت",
    "pictographs": "🎉🎉",
    "empty": "",
    "spaces": " \n\t ",
    "html": "<script>alert('1')</script> & \"quotes\" ]]>",
    "control characters": "Zero\u200bwidth \x00null \x0bvt \ufffe \u00adhyphen",
    "long": ("A Very Long Title Indeed With Many Words In It " * 5)[:200],
    "one long word": "Donaudampfschifffahrtsgesellschaftskapitän" * 4 + "Donaudampfschifffahrtsgesellscha",
    "two hundred capitals": "W" * 200,
    "many short words": "a b " * 50,
    "unknown letters": "ȴ \ud7fc ꙮ",
}


def draw(title: str = "Hamlet", **changes: str) -> str:
    words = {"title": title, "subtitle": DETAILS, "category": "Theatre", "colour": "#b45309", "seed": "hamlet"}
    return posters.poster_svg(**{**words, **changes})


def composed(entry, title: str, subtitle: str = DETAILS) -> Poster:
    """Paint one composition of the repertoire."""
    rng = Random(f"{entry.paint.__name__}/{title}")
    palette = rng.choice([each for each in PALETTES if each.kind in entry.grounds])
    style = STYLES[rng.choice(entry.faces)]
    poster = Poster(title=title, subtitle=subtitle, category="Concerts", palette=palette, style=style, rng=rng)
    entry.paint(poster)
    return poster


def transform_of(element: ElementTree.Element, outer: Transform) -> Transform:
    for name, values in re.findall(r"(\w+)\(([^)]*)\)", element.get("transform", "")):
        numbers = [float(value) for value in re.split(r"[ ,]+", values)]
        if name == "rotate":
            outer = outer.rotate(numbers[0] * 3.141592653589793 / 180)
        else:
            outer = getattr(outer, name)(*numbers)
    return outer


@cache
def bounds(outline: str) -> tuple[float, float, float, float]:
    pen = ControlBoundsPen(None)
    parse_path(outline, pen)
    return pen.bounds


def letters(svg: str) -> Iterator[tuple[float, float, float, float]]:
    """Yield the box of every letter that no clip path holds back, in poster units."""
    root = ElementTree.fromstring(svg)  # noqa: S314 - our own
    outlines = {path.get("id"): path.get("d") for path in root.iter(f"{SVG}path") if path.get("id")}
    waiting = [(root, Identity)]
    while waiting:
        element, outer = waiting.pop()
        if element.tag == f"{SVG}defs" or element.get("clip-path"):
            continue
        inner = transform_of(element, outer)
        waiting += [(child, inner) for child in element]
        if element.tag == f"{SVG}use":
            left, bottom, right, top = bounds(outlines[element.get("href")[1:]])
            x = float(element.get("x"))
            (x1, y1), (x2, y2) = inner.transformPoint((left + x, bottom)), inner.transformPoint((right + x, top))
            yield min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)
        elif element.tag == f"{SVG}text":
            x, y, size = (float(element.get(key)) for key in ("x", "y", "font-size"))
            (x1, y1), (x2, y2) = (
                inner.transformPoint((x, y - size * 0.9)),
                inner.transformPoint((x + float(element.get("textLength")), y + size * 0.26)),
            )
            yield min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)


def test_poster_same_words_same_bytes():
    first = draw()
    draw(seed="another in between")

    assert draw() == first


def test_poster_each_seed_another_design():
    designs = {draw(seed=f"event-{number}") for number in range(40)}

    assert len(designs) == 40


@pytest.mark.parametrize("category", CATEGORIES)
@pytest.mark.parametrize("title", TITLES.values(), ids=TITLES.keys())
def test_poster_any_title_is_well_formed_and_self_contained(title: str, category: str):
    svg = draw(title, category=category, seed=title + category)

    root = ElementTree.fromstring(svg)  # noqa: S314 - our own
    assert root.tag == f"{SVG}svg"
    assert root.get("viewBox") == "0 0 600 900"
    assert {element.tag for element in root.iter()} & {f"{SVG}script", f"{SVG}style", f"{SVG}image"} == set()
    assert [element for element in root.iter() if "style" in element.attrib] == []
    references = {element.get("href") for element in root.iter() if element.get("href")}
    assert [reference for reference in references if not reference.startswith("#")] == []
    assert set(re.findall(r"url\(([^)]*)\)", svg)) <= {f"#{element.get('id')}" for element in root.iter()}


def test_poster_title_is_escaped_and_accessible():
    svg = draw("<b>Romeo</b> & Juliet", subtitle='The "Globe"')

    root = ElementTree.fromstring(svg)  # noqa: S314 - our own
    assert root.find(f"{SVG}title").text == '<b>Romeo</b> & Juliet – The "Globe"'
    assert root.get("role") == "img"


@pytest.mark.parametrize("colour", ["", "red", "#12345", '"/><script>', "#ABCDEF"])
def test_poster_odd_colour_is_ignored_or_read(colour: str):
    svg = draw(colour=colour)

    assert "script" not in svg


@pytest.mark.parametrize("entry", REPERTOIRE, ids=lambda entry: entry.paint.__name__)
@pytest.mark.parametrize("subtitle", [DETAILS, LONG_DETAILS], ids=["short", "long"])
def test_poster_lettering_stays_on_the_sheet(entry, subtitle: str):
    for title in TITLES.values():
        boxes = list(letters(composed(entry, title, subtitle).canvas.svg("")))

        outside = [box for box in boxes if box[0] < 20 or box[1] < 20 or box[2] > WIDTH - 20 or box[3] > HEIGHT - 20]
        assert outside == [], title


@pytest.mark.parametrize("entry", REPERTOIRE, ids=lambda entry: entry.paint.__name__)
def test_poster_sets_every_letter(entry):
    svg = composed(entry, "Hamlet", "Hall").canvas.svg("")

    label = len("Concerts") if entry.paint.__name__ == "bill" else 0
    assert len(list(letters(svg))) == len("Hamlet") + len("Hall") + label


@pytest.mark.parametrize("entry", REPERTOIRE, ids=lambda entry: entry.paint.__name__)
def test_poster_title_and_details_do_not_touch(entry):
    poster = composed(entry, "The Grand Budapest Hotel")

    blocks = sorted((block.top, block.bottom) for block in poster.blocks if block.settings)
    assert [below[0] - above[1] for above, below in pairwise(blocks) if below[0] < above[1] + 15] == []


@pytest.mark.parametrize("category", CATEGORIES)
def test_poster_file_stays_small(category: str):
    believable = max(len(draw(category=category, seed=f"{seed}").encode()) for seed in range(12))
    worst = max(len(draw(TITLES["long"], subtitle=LONG_DETAILS, category=category, seed=f"{n}")) for n in range(12))

    assert believable < 25_000
    assert worst < 40_000


def test_poster_version_changes_with_each_word():
    words = {"title": "Hamlet", "subtitle": DETAILS, "category": "Theatre", "colour": "#b45309", "seed": "hamlet"}

    versions = [posters.poster_version(**words)]
    versions += [posters.poster_version(**{**words, name: value + "x"}) for name, value in words.items()]

    assert versions[0] == posters.poster_version(**words)
    assert len(set(versions)) == 6
    assert [version for version in versions if not re.fullmatch("[0-9a-f]{10}", version)] == []


@pytest.mark.parametrize(
    ("category", "expected"),
    [
        ("Concerts", "concert"),
        ("Live music", "concert"),
        ("Films", "film"),
        ("Theatre", "theatre"),
        ("Musicals", "theatre"),
        ("Sport", "sport"),
        ("Comedy club", "comedy"),
        ("Talks", "other"),
        ("", "other"),
    ],
)
def test_suite_of_category(category: str, expected: str):
    assert posters.suite(category) == expected


@pytest.mark.parametrize("suite", ["concert", "film", "theatre", "sport", "comedy", "other"])
def test_repertoire_offers_variety_to_every_suite(suite: str):
    names = {posters.chosen(suite, "Anything", Random(seed)).paint.__name__ for seed in range(400)}

    assert len(names) >= 8


def test_chosen_knows_what_the_words_are_about():
    def names(words: str) -> set[str]:
        return {posters.chosen("sport", words, Random(seed)).paint.__name__ for seed in range(200)}

    specific = {"pitch", "seam", "lanes", "versus"}

    assert names("World Darts Masters") & specific == set()
    assert names("The Ashes") & specific == {"seam"}
    assert names("Arsenal v Chelsea") & specific == {"pitch", "versus"}
    assert names("London Marathon") & specific == {"lanes"}


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Hamlet", ("Hamlet", "")),
        ("Dune: Part Two", ("Dune", "Part Two")),
        ("Mission: Impossible", ("Mission: Impossible", "")),
        ("Mission: Impossible – Fallout", ("Mission: Impossible", "Fallout")),
        ("Spider-Man", ("Spider-Man", "")),
    ],
)
def test_divided_title(title: str, expected: tuple[str, str]):
    assert divided(title) == expected


def lines_of(title: str, style: str = "anton", width: float = 500, height: float = 250) -> list[str]:
    setting = lettering.fit(title, STYLES[style], width, height)
    return ["".join(letter.char for letter, _ in line.line.glyphs) for line in setting.lines]


def test_fit_breaks_no_line_after_an_article():
    assert lines_of("The Importance of Being Earnest", "spartan") == ["TheImportance", "ofBeingEarnest"]
    assert lines_of("Arsenal v Chelsea") == ["ARSENAL", "VCHELSEA"]


def test_fit_justified_gives_no_line_to_a_connective():
    setting = lettering.fit("Gunpowder, Treason and Pudding", replace(STYLES["slab"], justify=True), 490, 480)

    words = ["".join(letter.char for letter, _ in line.line.glyphs) for line in setting.lines]
    assert words == ["GUNPOWDER,", "TREASON", "ANDPUDDING"]


def test_fit_hyphenates_only_where_a_line_ends():
    assert lines_of("Donaudampfschifffahrtsgesellschaft") == ["DONAUDAMPFSC-", "HIFFFAHRTSGE-", "SELLSCHAFT"]
    assert lines_of("Donaudampfschifffahrt", height=30) == ["DONAUDAMPFSCHIFFFAHRT"]


def test_fit_sets_small_print_on_few_lines():
    style = replace(STYLES["spartan"], most=25)

    assert len(lettering.fit("Wankhede Stadium, Mumbai", style, 290, 100).lines) == 1


@settings(max_examples=100, deadline=None)
@given(
    title=st.text(max_size=200),
    style=st.sampled_from(sorted(STYLES)),
    width=st.floats(60, 516),
    height=st.floats(20, 600),
    justify=st.booleans(),
)
def test_fit_never_leaves_its_box(title: str, style: str, width: float, height: float, justify: bool):
    setting = lettering.fit(lettering.clean(title), replace(STYLES[style], justify=justify), width, height)

    if setting:
        assert setting.box.width <= width + 0.01
        assert setting.box.height <= height + 0.01
        assert min(line.x for line in setting.lines) >= -0.01
        assert max(line.x + line.width for line in setting.lines) <= setting.box.width + 0.01
        assert min(line.y - line.line.ascent * line.scale for line in setting.lines) >= -0.01
        assert max(line.y + line.line.descent * line.scale for line in setting.lines) <= setting.box.height + 0.01


@settings(max_examples=40, deadline=None)
@given(words=st.fixed_dictionaries({name: st.text(max_size=200) for name in ("title", "subtitle", "category", "seed")}))
def test_poster_any_words_are_well_formed(words: dict[str, str]):
    svg = posters.poster_svg(**words, colour="#336699")

    assert ElementTree.fromstring(svg).tag == f"{SVG}svg"  # noqa: S314 - our own


def test_letters_missing_everywhere_are_left_out():
    assert lines_of("Family 👩‍👧 Day 🎉") == ["FAMILY", "DAY"]
    assert lettering.fit("🎉", STYLES["anton"], 500, 250) is None


def test_letters_missing_here_come_from_a_face_that_has_them_all():
    setting = lettering.fit("Фауст", STYLES["shrikhand"].for_text("Фауст"), 500, 250)

    assert {letter.face for letter, _ in setting.lines[0].line.glyphs} == {"sofia"}


def test_letters_with_unknown_accents_lose_them():
    assert lines_of("Phở đặc biệt") == ["PHOĐAC", "BIET"]


def test_scripts_without_a_face_are_left_to_the_reader():
    setting = lettering.fit("東京物語", STYLES["anton"], 500, 250)

    assert [line.line.native for line in setting.lines] == ["東京物語"]


def test_line_is_kerned_and_begins_with_its_ink():
    line = lettering.line_of("AVA", STYLES["spartan"])

    letters_alone = sum(letter.advance for letter, _ in line.glyphs)
    first, x = line.glyphs[0]
    assert line.width < letters_alone - 100
    assert x + first.bounds[0] == 0


@pytest.mark.parametrize("name", sorted({style.face for style in STYLES.values()} | set(FALLBACKS)))
def test_face_has_what_european_titles_need(name: str):
    needed = "AÀÄÅÆÇÉÑÖØŒÞßąčďęğıłňőřşťůžż0123456789.,:;!?&@#'’“”«»–—…€£"

    assert [char for char in needed if not face(name).has(char)] == []


@pytest.mark.parametrize("colour", ["#ff0000", "#000000", "#ffffff", "#059669", "#f59e0b", "#7c3aed"])
def test_palettes_stay_legible_when_tinted(colour: str):
    tinted = [palette.tinted(colour) for palette in PALETTES]

    assert [palette for palette in tinted if contrast(palette.ink, palette.ground) < LEGIBLE] == []
    assert [
        (palette, accent)
        for palette in tinted
        for accent in (palette.a, palette.b, palette.c)
        if contrast(palette.on(accent), accent) < LEGIBLE
    ] == []


def test_mix_ends_where_it_should():
    assert mix("#ff8800", "#0044cc", 0) == "#ff8800"
    assert mix("#ff8800", "#0044cc", 1) == "#0044cc"
