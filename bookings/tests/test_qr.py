import re

import segno
from django.template import Context, Template

from bookings.documents.qr import QUIET_ZONE, group, modules, size, ticket_qr, ticket_qr_svg

CODE = "ACDEFGHJKLMNPQRT"


def test_ticket_qr_holds_the_code_and_survives_damage():
    code = ticket_qr(CODE)

    assert code == segno.make_qr(CODE, error="Q", boost_error=False)
    assert (code.version, code.error, code.mode) == (1, "Q", "alphanumeric")


def test_ticket_qr_svg_is_a_named_picture():
    svg = ticket_qr_svg(CODE)

    assert svg.startswith('<svg role="img" aria-label="QR code of ticket ACDE FGHJ KLMN PQRT" ')
    assert "><title>QR code of ticket ACDE FGHJ KLMN PQRT</title><path" in svg
    assert svg.count("<title>") == 1


def test_ticket_qr_svg_needs_no_inline_style_and_has_no_size_of_its_own():
    svg = ticket_qr_svg(CODE)

    assert re.findall(r"style|width=|height=|<script", svg) == []
    assert 'class="qr"' in svg


def test_ticket_qr_svg_is_dark_on_white_with_a_quiet_zone():
    side = size(CODE) + 2 * QUIET_ZONE

    svg = ticket_qr_svg(CODE)

    assert f'viewBox="0 0 {side} {side}"' in svg
    assert f'<path fill="#fff" d="M0 0h{side}v{side}h-{side}z"/>' in svg
    assert 'stroke="#17100d"' in svg


def test_ticket_qr_svg_escapes_what_is_no_code():
    svg = ticket_qr_svg('<b>"&')

    assert "<b>" not in svg


def test_modules_redraw_the_whole_code():
    drawn = [[0] * size(CODE) for _ in range(size(CODE))]

    for row, column, length in modules(CODE):
        drawn[row][column : column + length] = [1] * length

    assert drawn == [list(line) for line in ticket_qr(CODE).matrix]


def test_group_writes_codes_in_fours():
    assert group("ACDEFGHJKLMNPQRT") == "ACDE FGHJ KLMN PQRT"
    assert group("ACDEF") == "ACDE F"


def test_template_tag_and_filter_draw_and_group_the_code():
    template = Template("{% load qr %}{% ticket_qr code %}|{{ code|grouped }}")

    page = template.render(Context({"code": CODE}))

    assert page == f"{ticket_qr_svg(CODE)}|ACDE FGHJ KLMN PQRT"
