from decimal import Decimal
from io import BytesIO

import pytest
from pypdf import PdfReader

from bookings.documents.pdf import ticket_pdf
from bookings.documents.qr import group
from bookings.documents.scripts import visual
from bookings.documents.typesetting import BOLD, DISPLAY, REGULAR, clean, fit, runs, width, wrap
from bookings.models import Ticket
from bookings.tests.documents import NOW, make_booking, make_event
from venues.tests.factories import VenueFactory

pytestmark = pytest.mark.django_db

A4_POINTS = (595, 842)


def read(booking, **changes) -> PdfReader:
    tickets = list(booking.tickets.with_details())
    for ticket in tickets:
        for name, value in changes.items():
            setattr(ticket, name, value)
    return PdfReader(BytesIO(ticket_pdf(booking, tickets, now=NOW)))


def lines(reader: PdfReader, page: int = 0) -> list[str]:
    return [line.strip() for line in reader.pages[page].extract_text().splitlines()]


def test_ticket_pdf_has_one_a4_page_per_ticket():
    reader = read(make_booking(tickets=3))

    assert [(round(page.mediabox.width), round(page.mediabox.height)) for page in reader.pages] == [A4_POINTS] * 3


def test_ticket_pdf_says_what_it_is():
    booking = make_booking()

    reader = read(booking)

    assert reader.metadata.title == "Tickets BK-20261122-A7K3XQ: The Magic Flute"
    assert reader.metadata.author == "Marquee"
    assert reader.metadata.subject == "Concert Hall, Saturday 12 December 2026"
    assert reader.trailer["/Root"]["/Lang"] == "en-gb"
    assert reader.trailer["/Root"]["/ViewerPreferences"]["/DisplayDocTitle"] is not None


def test_ticket_pdf_prints_each_tickets_own_code():
    booking = make_booking(tickets=2)
    codes = [group(ticket.code) for ticket in booking.tickets.all()]

    reader = read(booking)

    printed = [[code for code in codes if code in lines(reader, page)] for page in (0, 1)]
    assert printed == [[codes[0]], [codes[1]]]


def test_ticket_pdf_writes_times_in_the_venues_zone():
    printed = lines(read(make_booking()))

    assert "Saturday 12 December 2026" in printed
    assert "19:30" in printed
    assert "Doors open at 18:30, begins at 19:30, ends at about 21:30" in printed


def test_ticket_pdf_names_section_row_and_seat():
    printed = lines(read(make_booking(seated=True)), 1)

    start = printed.index("Section")
    assert printed[start : start + 6] == ["Section", "Stalls", "Row", "A", "Seat", "2"]


def test_ticket_pdf_names_the_ticket_type_where_places_are_free():
    printed = lines(read(make_booking()))

    start = printed.index("Ticket")
    assert printed[start : start + 4] == ["Ticket", "Standard", "Place", "Free choice"]


def test_ticket_pdf_prints_what_was_paid_and_the_discount():
    printed = lines(read(make_booking(discount="4.00")))

    start = printed.index("Price")
    assert printed[start : start + 3] == ["Price", "€36.00", "€4.00 discount taken off"]
    assert printed[printed.index("Total, all in") - 1] == "€72.00"


def test_ticket_pdf_calls_a_ticket_that_costs_nothing_complimentary():
    printed = lines(read(make_booking(), price=Decimal("0.00")))

    assert printed[printed.index("Price") + 1] == "Complimentary"


def test_ticket_pdf_prefers_the_holders_name_to_the_customers():
    booking = make_booking()

    assert lines(read(booking, holder_name="Grace Hopper"))[lines(read(booking)).index("Holder") + 1] == "Grace Hopper"
    assert lines(read(booking))[lines(read(booking)).index("Holder") + 1] == "Ada Lovelace"


@pytest.mark.parametrize("status", [Ticket.Status.HELD, Ticket.Status.VOID])
def test_ticket_pdf_of_an_invalid_ticket_says_so(status):
    printed = lines(read(make_booking(), status=status))

    assert "Not valid" in printed


def test_ticket_pdf_prints_markup_as_it_was_typed():
    event = make_event(name="<b>Flute</b> & <i>")

    printed = lines(read(make_booking(event, customer_name="<font size=90>Ada</font>")))

    assert "<b>Flute</b> & <i>" in printed
    assert "<font size=90>Ada</font>" in printed


@pytest.mark.parametrize(
    "name",
    ["Zoë Łukasiewicz", "Ελένη Παπαδοπούλου", "Дмитро Їжакевич", "Nguyễn Thị Hòa", "გიორგი", "山田太郎", "김철수"],
)
def test_ticket_pdf_prints_names_of_many_scripts(name):
    printed = lines(read(make_booking(), holder_name=name))

    assert printed[printed.index("Holder") + 1] == name


@pytest.mark.parametrize("letters", ["W", "Wilhelmine ", "Ж", "山", "م", "\n", "😀", "<&"])
def test_ticket_pdf_holds_the_longest_names(letters):
    long = (letters * 200)[:200]
    venue = VenueFactory(
        name=long[:199] + "x", address=long, city=long[:100], country=long[:100], access_information=long * 50
    )
    event = make_event(name=long, venue=venue)

    reader = read(make_booking(event, seated=True, customer_name=long, discount="4.00"), holder_name=long)

    assert len(reader.pages) == 2


def test_ticket_pdf_of_ten_tickets_is_small(django_assert_num_queries):
    booking = make_booking(tickets=10)
    tickets = list(booking.tickets.with_details())

    with django_assert_num_queries(0):
        pdf = ticket_pdf(booking, tickets, now=NOW)

    assert len(pdf) < 150_000


def test_ticket_pdf_embeds_subsets_of_its_fonts():
    fonts = read(make_booking()).pages[0]["/Resources"]["/Font"].values()

    names = {font.get_object()["/BaseFont"] for font in fonts} - {"/Helvetica"}
    assert {name.split("+")[-1] for name in names} == {
        "BricolageGrotesque-Condensed",
        "InstrumentSans-Bold",
        "InstrumentSans-Regular",
    }
    assert all("+" in name for name in names)


def test_ticket_pdf_tells_until_when_a_booking_can_be_cancelled():
    event = make_event(cancellation_hours=24)

    printed = " ".join(lines(read(make_booking(event))))

    assert "for a full refund until Friday 11 December 2026, 19:30," in printed


def test_ticket_pdf_tells_that_a_booking_cannot_be_cancelled():
    event = make_event(cancellation_hours=None)

    printed = lines(read(make_booking(event)))

    assert "Tickets for this event cannot be returned." in printed


@pytest.mark.parametrize("face", [DISPLAY, BOLD, REGULAR])
def test_wrap_never_exceeds_the_limit(face):
    text = "Donaudampfschifffahrtsgesellschaftskapitän und die Ελληνίδα 山田太郎山田太郎山田太郎"

    wrapped = wrap(text, face, 20, 90)

    assert max(width(line, face, 20) for line in wrapped) <= 90
    assert "".join(wrapped).replace(" ", "") == text.replace(" ", "")


def test_fit_takes_the_largest_size_that_holds_the_text_whole():
    assert fit("Hamlet", DISPLAY, 500, [(40, 1), (20, 2)]).size == 40
    assert fit("Hamlet, Prince of Denmark", DISPLAY, 150, [(40, 1), (20, 2)]).size == 20


def test_fit_balances_headings():
    setting = fit("one two three four five six", DISPLAY, width("one two three four five", DISPLAY, 20), [(20, 2)])

    assert setting.lines == ["one two three", "four five six"]


def test_fit_cuts_off_what_fits_nowhere():
    setting = fit("word " * 100, REGULAR, 100, [(20, 1), (10, 2)])

    assert setting.size == 10
    assert len(setting.lines) == 2
    assert setting.lines[-1].endswith("…")
    assert width(setting.lines[-1], REGULAR, 10) <= 100


def test_clean_leaves_out_pictures_and_line_breaks():
    assert clean("Ada\r\n\tLovelace 🎭\u200d\x00!") == "Ada Lovelace !"


def test_runs_stand_in_for_letters_that_a_font_lacks():
    assert runs("Ada Ада А.", REGULAR) == (("InstrumentSans-Regular", "Ada "), ("NotoSans-Regular", "Ада А."))
    assert runs("வ", REGULAR) == (("InstrumentSans-Regular", "?"),)


def test_visual_lays_out_scripts_that_run_from_the_right():
    assert visual("Ada") == "Ada"
    assert visual("אבג 12") == "12 גבא"
    assert visual("Ada (אבג) x") == "Ada (גבא) x"


def test_visual_joins_arabic_letters():
    assert visual("سلام") == "\ufee1\ufefc\ufeb3"


def test_visual_puts_devanagaris_short_i_before_its_consonants():
    assert visual("स्थिति") == "िस्थित"
