"""A member of staff draws a room of two thousand seats from an empty form, and customers see it."""

import json

from playwright.sync_api import expect

from venues.models import Seat, SeatingPlan
from venues.tests.factories import VenueFactory

from .house import wait_until
from .test_staff import logs_in
from .visitor import PHONE


class Draughtswoman:
    """Somebody at the drawing page, who counts what her hands do."""

    def __init__(self, visitor) -> None:
        self.visitor, self.page, self.steps = visitor, visitor.page, 0

    def takes(self, name: str) -> None:
        """Take a picture for ``docs/rooms.md``, if one is wanted."""
        self.visitor.takes(f"room-{name}", x=0, y=95, width=1280, height=800)

    def presses(self, name: str) -> None:
        self.page.locator(f"[data-do={name}]").click()
        self.steps += 1

    def writes(self, **fields: str) -> None:
        """Fill in fields of the chosen section, by the ends of their paths."""
        for name, value in fields.items():
            field = self.page.locator(f'[data-path$="{name}"]').first
            if field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
            self.steps += 1

    def drags(self, what: str, x: float, y: float) -> None:
        box = self.page.locator(what).bounding_box()
        start = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.mouse.move(*start)
        self.page.mouse.down()
        self.page.mouse.move(start[0] + x / 2, start[1] + y / 2, steps=4)
        self.page.mouse.move(start[0] + x, start[1] + y, steps=4)
        self.page.mouse.up()
        self.steps += 1

    def reads(self, text: str) -> None:
        expect(self.page.locator("#room-total")).to_have_text(text)

    def sees(self, text: str) -> None:
        expect(self.page.locator("#room-status")).to_have_text(text)


def starts_empty(visitor, house, venue, name="Great Hall") -> Draughtswoman:
    logs_in(visitor, house, "manager")
    visitor.goes(f"/admin/venues/seatingplan/new/?venue={venue.pk}")
    visitor.sees("New room")
    visitor.fills({"Name": name})
    visitor.page.locator("[name=start][value=empty]").check()
    visitor.page.locator("[name=create]").click()
    visitor.page.wait_for_url("**/draw/")
    return Draughtswoman(visitor)


def test_manager_draws_two_thousand_seats_from_an_empty_form(come, house):
    venue = VenueFactory(name="The Drawing Room", capacity=2_100)
    dora, ada = come(size=(1280, 900)), come()

    hand = starts_empty(dora, house, venue)
    dora.looks()
    hand.takes("empty")
    hand.presses("add-seated")
    hand.writes(name="Stalls", y="10")
    hand.writes(**{"rows.count": "24", "rows.skip": "I, O", "layout.seats": "30…44", "layout.aisles": "11, 33"})
    hand.writes(**{"layout.radius": "40", "layout.wheelchair": "A1-A4, A27-A30", "layout.companion": "A5, A26"})
    hand.reads("888 seats")
    hand.takes("stalls")
    hand.presses("add-seated")
    hand.writes(**{"name": "Circle", "y": "64", "rows.count": "12", "layout.seats": "48…58"})
    hand.writes(**{"layout.aisles": "14, 44", "layout.radius": "70", "layout.restricted_view": "M"})
    hand.writes(**{"rows.skip": "I"})
    hand.reads("1,524 seats")
    hand.takes("circle")
    hand.presses("add-seated")
    hand.writes(**{"name": "Side left", "x": "-42", "y": "30", "rotation": "70", "rows.count": "14"})
    hand.writes(**{"layout.seats": "17", "numbering.numbers": "odd"})
    hand.reads("1,762 seats")
    hand.presses("mirror")
    hand.writes(**{"numbering.numbers": "even"})
    hand.reads("2,000 seats")
    hand.sees("Not saved yet")
    dora.looks()
    hand.takes("sides")
    hand.presses("save")
    hand.sees("Saved")
    dora.looks()

    plan = SeatingPlan.objects.get(venue=venue)
    assert Seat.objects.filter(section__plan=plan).count() == 2_000
    assert [section.name for section in plan.sections.all()] == ["Stalls", "Circle", "Side left", "Side right"]
    assert hand.steps == 30  # docs/rooms.md says so
    ada.goes(venue.get_absolute_url())
    ada.sees(venue.name)
    expect(ada.page.get_by_role("img", name="Plan of Great Hall")).to_be_visible()


def test_manager_draws_by_hand(come, house):
    venue = VenueFactory(name="The Hand Room")
    dora = come(size=(1280, 900))

    hand = starts_empty(dora, house, venue, "Studio")
    hand.presses("add-seated")
    hand.writes(name="Left block")
    hand.reads("200 seats")
    hand.drags(".re-one", -120, 30)
    hand.drags("[data-handle=turn] circle", 60, 10)
    hand.drags("[data-handle=curve] path", 0, -40)
    section = chosen(dora)
    assert section["x"] < 0 < section["rotation"] < 180
    assert section["layout"]["radius"] > 0
    dora.page.locator("[name=brush][value=wheelchair]").check()
    at = dora.page.evaluate(
        """() => {
          const label = document.querySelector(".re-labels text.number");
          const matrix = label.parentNode.getScreenCTM();
          const {x, y} = new DOMPoint(label.getAttribute("x"), label.getAttribute("y")).matrixTransform(matrix);
          return [x, y];
        }"""
    )
    dora.page.mouse.click(*at)
    expect(dora.page.locator('[data-path="layout.wheelchair"]')).to_have_value("A1")
    hand.takes("marks")
    hand.presses("undo")
    expect(dora.page.locator('[data-path="layout.wheelchair"]')).to_have_value("")
    dora.page.locator('[name=brush][value=""]').check()
    dora.page.locator(".re-one").focus()
    dora.page.keyboard.press("Shift+ArrowDown")
    wait_until(lambda: chosen(dora)["y"] == section["y"] + 5)
    hand.presses("save")
    hand.sees("Saved")
    dora.looks()

    assert SeatingPlan.objects.get(venue=venue).sections.get().y == section["y"] + 5


def test_nobody_overwrites_what_somebody_else_has_drawn(come, house):
    venue = VenueFactory(name="The Shared Room")
    dora = come(size=PHONE)

    hand = starts_empty(dora, house, venue)
    dora.looks()
    hand.presses("add-standing")
    hand.reads("200 standing")
    dora.looks()
    plan = SeatingPlan.objects.get(venue=venue)
    plan.save()
    dora.page.locator("[data-do=save]").click()
    expect(dora.page.get_by_role("alert")).to_contain_text("Somebody else has saved this plan since you opened it.")
    hand.sees("Not saved")
    assert chosen(dora)["standing"] == 200
    dora.wrong = [line for line in dora.wrong if not line.startswith("409:")]

    assert not plan.sections.exists()


def chosen(visitor) -> dict:
    """Read the chosen section as the page's JSON has it."""
    area = visitor.page.locator("#section-json")
    area.evaluate("area => { area.closest('details').open = true; }")
    expect(area).not_to_have_value("")
    return json.loads(area.input_value())
