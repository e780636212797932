"""Customers of a populated history, who come again: some often, most once or twice."""

from __future__ import annotations

from random import Random

from bookings.demo.people import Person, people

FAITHFUL = 1.7
"""The higher, the more often the same people come."""


class Crowd:
    """Two customers for every five bookings, each with a name and an address that nobody owns."""

    def __init__(self, bookings: int, random: Random) -> None:
        self.random, self.names = random, people()
        self.size = max(20, bookings * 2 // 5)

    def pick(self) -> Person:
        number = int(self.size * self.random.random() ** FAITHFUL)
        one = self.names[number % len(self.names)]
        name, _, domain = one.email.partition("@")
        return Person(one.name, f"{name}{number}@{domain}", one.phone)
