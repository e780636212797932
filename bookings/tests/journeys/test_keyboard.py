"""Everything from the picker to the payment with the keyboard alone: each thing is reached by Tab, and seen there."""

from . import steps

NAME = """
element => (element.getAttribute("aria-label") || element.labels?.[0]?.textContent || element.textContent || "")
  .replace(/\\s+/g, " ").trim()
"""
IS_SHOWN = """
element => {
  const style = getComputedStyle(element), label = element.labels?.[0];
  const outlined = (one) => one.outlineStyle !== "none" && parseFloat(one.outlineWidth) > 0;
  const drawn = (one) => outlined(one) || one.boxShadow !== "none";
  const parts = label ? [label, ...label.querySelectorAll("*")] : [];
  return drawn(style) || parts.some((part) => drawn(getComputedStyle(part)));
}
"""
FAR = 200


def tabs_to(visitor, name):
    """Press Tab until what is focused has a name that begins like this. On the way, focus is always to be seen."""
    for _ in range(FAR):
        visitor.page.keyboard.press("Tab")
        focused = visitor.page.locator(":focus")
        if not focused.count():
            continue  # the browser's own
        found = focused.evaluate(NAME)
        assert focused.evaluate(IS_SHOWN), f"The focus cannot be seen on: {found}"
        if found.startswith(name):
            return
    raise AssertionError(f"Tab does not reach: {name}")


def types(visitor, name, text):
    tabs_to(visitor, name)
    visitor.page.keyboard.type(text)


def presses(visitor, name, key="Enter"):
    tabs_to(visitor, name)
    visitor.page.keyboard.press(key)


def test_seats_and_checkout_by_keyboard(come):
    offer = steps.seated_evening("Black Keys, White Keys")
    ada = come()

    ada.goes(offer.event.get_absolute_url())
    ada.sees(offer.event.name)
    presses(ada, "Get tickets")
    ada.sees("Choose your tickets")
    tabs_to(ada, "Stalls, row A, seat 1")  # one stop for the whole room; arrows go on from there
    for key in ("ArrowDown", "ArrowRight", "ArrowRight", "Space", "ArrowRight", "Space"):
        ada.page.keyboard.press(key)
    ada.reads("Row B, seat 3 · Standard")
    ada.reads("Row B, seat 4 · Standard")
    presses(ada, "Continue")
    ada.sees("Checkout")
    types(ada, "Full name", "Ada Lovelace")
    types(ada, "E-mail address", "ada.keys@example.org")
    presses(ada, "I agree to the terms of sale", "Space")
    presses(ada, "Continue to payment")
    ada.sees("Payment")
    presses(ada, "Fill in the test card")
    types(ada, "Name on card", "Ada Lovelace")
    presses(ada, "Pay")

    steps.has_tickets(ada, offer.event, 2)


def test_quantities_by_keyboard(come):
    event = steps.standing_evening("Up, Down, Up").event
    ada = come()

    ada.goes(f"{event.get_absolute_url()}tickets/")
    ada.sees("Choose your tickets")
    ada.page.keyboard.press("Tab")
    ada.page.keyboard.press("Enter")  # skip to content
    tabs_to(ada, "Standard: number of tickets")
    ada.page.keyboard.press("ArrowUp")
    ada.page.keyboard.press("ArrowUp")
    presses(ada, "Continue")
    ada.sees("Checkout")

    assert steps.booking_of(ada).quantity == 2


def test_mistakes_are_where_the_focus_goes(come):
    event = steps.standing_evening("Errata").event
    ada = come()

    steps.opens_picker(ada, event)
    steps.picks(ada, 1)
    ada.sees("Checkout")
    ada.page.get_by_role("button", name="Continue to payment").click()
    ada.reads("Please have another look")
    ada.sees("Checkout", status=422)
    assert ada.page.locator(":focus").get_attribute("role") == "alert"
    presses(ada, "Enter your name")
    assert ada.page.locator(":focus").get_attribute("name") == "name"
