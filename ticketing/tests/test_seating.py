"""Seats as people speak of them."""

from ticketing.seating import name_seats, notes
from venues.models import Seat, Section

STALLS, BALCONY = Section(pk=1, name="Stalls"), Section(pk=2, name="Balcony")


def seat(number, row="C", section=STALLS, **kwargs):
    return Seat(section=section, row=row, number=number, **kwargs)


def test_one_seat_is_named_alone():
    assert name_seats([seat("12")]) == ["Stalls, row C, seat 12"]


def test_seats_of_a_row_are_counted_up_whatever_way_they_run():
    assert name_seats([seat(number) for number in ("11", "10a", "10", "9")]) == ["Stalls, row C, seats 9, 10, 10a, 11"]


def test_rows_and_sections_are_named_in_the_order_in_which_they_come():
    seats = [seat("1", "B"), seat("1", "A"), seat("2", "B"), seat("1", "B", BALCONY)]

    assert name_seats(seats) == ["Stalls, row B, seats 1, 2", "Stalls, row A, seat 1", "Balcony, row B, seat 1"]


def test_notes_say_what_is_special():
    assert notes(seat("1", is_accessible=True, has_restricted_view=True)) == ["wheelchair place", "restricted view"]
    assert notes(seat("1")) == []
