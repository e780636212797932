"""Names of what is staged in a populated history, put together by lot."""

from __future__ import annotations

from random import Random

_FIRST = (
    "Amber Borrowed Broken Crimson Distant Electric Forgotten Gentle Glass Hidden Hollow Last "
    "Little Long Midnight Northern Paper Patient Quiet Restless Second Silver Silent Sleeping "
    "Stolen Sudden Tender Thirteenth Velvet Winter"
)

_SECOND = (
    "Archive Bridge Carnival Circus Daughter Echo Empire Garden Harbour Hour Island Journey "
    "Lantern Letter Machine Mirror Mountain Orchard Parade Passenger Promise River Season Shadow "
    "Signal Station Storm Stranger Summer Window"
)

_PLACES = ("of Lisbon", "by the Sea", "in Blue", "of Tomorrow", "at Noon", "without End", "for Two", "of Glass")

_ACTS = (
    "Aurora Basalt Calliope Dovetail Ember Foxglove Gondola Halcyon Ibis Juniper Kestrel Lodestar "
    "Marigold Nimbus Obsidian Parasol Quarry Rosewater Sable Tamarind Umber Vesper Wren Xylo "
    "Yarrow Zephyr"
)

_TROUPES = ("Quartet", "and the Tides", "Orchestra", "Collective", "Sound System", "Trio", "Revue", "Choir")


def title(random: Random) -> str:
    """Make the title of a film or a play."""
    name = f"The {random.choice(_FIRST.split())} {random.choice(_SECOND.split())}"
    return f"{name} {random.choice(_PLACES)}" if random.random() < 0.3 else name


def act(random: Random, is_match: bool, home: str) -> str:
    """Make the name of a concert or a match."""
    if is_match:
        return f"{home} v {random.choice(_ACTS.split())} Rovers"
    return f"{random.choice(_ACTS.split())} {random.choice(_TROUPES)}"
