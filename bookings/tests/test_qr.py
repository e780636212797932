import re

import pytest
import segno
from django.template import Context, Template

from bookings.documents.qr import QUIET_ZONE, group, modules, size, ticket_qr, ticket_qr_svg
from bookings.models import Ticket
from bookings.signing import sign_code, ticket_payload
from ticketing.models import Place

CODE = "ACDEFGHJKLMNPQRT"
PAYLOAD = sign_code(7, CODE)
TICKET = Ticket(code=CODE, place=Place(event_id=7))


def test_ticket_qr_holds_the_signed_code_and_survives_damage():
    code = ticket_qr(ticket_payload(TICKET))

    assert code == segno.make_qr(PAYLOAD, error="M", boost_error=False)
    assert (code.version, code.error, code.mode) == (6, "M", "alphanumeric")


@pytest.mark.parametrize("event", [1, 10**9, 10**18])
def test_ticket_qr_has_as_many_modules_for_any_event(event):
    """41 modules on the 38 mm of paper: 0.9 mm each, where scanners ask for half a millimetre."""
    assert size(sign_code(event, CODE)) == 41


def test_ticket_qr_svg_is_a_named_picture():
    svg = ticket_qr_svg(TICKET)

    assert svg.startswith('<svg role="img" aria-label="QR code of ticket ACDE FGHJ KLMN PQRT" ')
    assert "><title>QR code of ticket ACDE FGHJ KLMN PQRT</title><path" in svg
    assert svg.count("<title>") == 1


def test_ticket_qr_svg_needs_no_inline_style_and_has_no_size_of_its_own():
    svg = ticket_qr_svg(TICKET)

    assert re.findall(r"style|width=|height=|<script", svg) == []
    assert 'class="qr"' in svg


def test_ticket_qr_svg_is_dark_on_white_with_a_quiet_zone():
    side = size(PAYLOAD) + 2 * QUIET_ZONE

    svg = ticket_qr_svg(TICKET)

    assert f'viewBox="0 0 {side} {side}"' in svg
    assert f'<path fill="#fff" d="M0 0h{side}v{side}h-{side}z"/>' in svg
    assert 'stroke="#17100d"' in svg


def test_ticket_qr_svg_escapes_what_is_no_code():
    svg = ticket_qr_svg(Ticket(code='<b>"&', place=Place(event_id=7)))

    assert "<b>" not in svg


def test_modules_redraw_the_whole_code():
    drawn = [[0] * size(PAYLOAD) for _ in range(size(PAYLOAD))]

    for row, column, length in modules(PAYLOAD):
        drawn[row][column : column + length] = [1] * length

    assert drawn == [list(line) for line in ticket_qr(PAYLOAD).matrix]


def test_group_writes_codes_in_fours():
    assert group("ACDEFGHJKLMNPQRT") == "ACDE FGHJ KLMN PQRT"
    assert group("ACDEF") == "ACDE F"


def test_template_tag_and_filter_draw_and_group_the_code():
    template = Template("{% load qr %}{% ticket_qr ticket %}|{{ ticket.code|grouped }}")

    page = template.render(Context({"ticket": TICKET}))

    assert page == f"{ticket_qr_svg(TICKET)}|ACDE FGHJ KLMN PQRT"
