import importlib
import re
from email.mime.image import MIMEImage

import pytest
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.test import override_settings
from django.urls import NoReverseMatch, clear_url_caches, reverse

from config import mail, urls

PAGE = '<!doctype html><html><head><title>x</title></head><body><p style="color: red">Hi</p>{}</body></html>'


def send(subject: str = "Your tickets", html: str = "", attachments=()) -> str:
    """Send a message the way the site does, and return its name in the folder."""
    message = EmailMultiAlternatives(
        subject, "Dear Ada,\nhttps://tickets.example.org/b", "Box office <box@example.org>", ["ada@example.org"]
    )
    if html:
        message.attach_alternative(html, "text/html")
    for attachment in attachments:
        message.attach(*attachment) if isinstance(attachment, tuple) else message.attach(attachment)
    get_connection("config.mail.FolderBackend").send_messages([message])
    return max(path.stem for path in settings.MAIL_DIR.glob("*.eml"))


def test_mail_folder_keeps_what_is_sent():
    name = send("Ihre Karten für „Faust“", html=PAGE)

    letter = mail.letter(name)

    assert letter.subject == "Ihre Karten für „Faust“"
    assert letter.sender == "Box office <box@example.org>"
    assert letter.to == "ada@example.org"
    assert letter.text.splitlines() == ["Dear Ada,", "https://tickets.example.org/b"]
    assert letter.html.strip() == PAGE
    assert letter.date is not None


def test_mail_folder_lists_the_newest_first():
    names = [send(f"Number {number}") for number in range(3)]

    assert [letter.name for letter in mail.letters(limit=2)] == [names[2], names[1]]


@pytest.mark.parametrize("name", ["../secret", "..%2fsecret", "/etc/passwd", "secret", "a.b", ""])
def test_mail_folder_gives_nothing_from_elsewhere(name):
    send()
    (settings.MAIL_DIR.parent / "secret.eml").write_text("Subject: secret\n\n", encoding="ascii")

    with pytest.raises(FileNotFoundError):
        mail.letter(name)


@pytest.mark.parametrize(("count", "shown"), [(0, 0), (1, 1), (3, 3)])
def test_demo_mail_lists_messages(client, count, shown):
    for number in range(count):
        send(f"Number <b>{number}</b>")

    page = client.get(reverse("demo_mail")).content.decode()

    assert page.count("Number &lt;b&gt;") == shown
    assert ("No mail yet" in page) == (count == 0)


def test_demo_mail_shows_a_message(client):
    name = send("Your <i>tickets</i>", html=PAGE, attachments=[("ticket.pdf", b"%PDF", "application/pdf")])

    page = client.get(reverse("demo_mail_message", args=[name])).content.decode()

    assert "Your &lt;i&gt;tickets&lt;/i&gt;" in page
    assert "ada@example.org" in page
    assert '<a href="https://tickets.example.org/b"' in page
    assert f'src="{reverse("demo_mail_html", args=[name])}"' in page
    assert re.search(r"<iframe[^>]* sandbox=", page)
    assert "ticket.pdf" in page
    assert "style=" not in page


def test_demo_mail_html_is_locked_into_its_frame(client):
    name = send(html=PAGE.format("<script>alert(1)</script>"))

    response = client.get(reverse("demo_mail_html", args=[name]))

    assert '<p style="color: red">Hi</p>' in response.content.decode()
    policy = dict(part.partition(" ")[::2] for part in response["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["style-src"] == "'unsafe-inline'"
    assert policy["frame-ancestors"] == "'self'"
    assert policy["sandbox"] == "allow-popups allow-popups-to-escape-sandbox"
    assert response["X-Frame-Options"] == "SAMEORIGIN"


def test_demo_mail_html_opens_links_outside_of_its_frame(client):
    name = send(html=PAGE)

    page = client.get(reverse("demo_mail_html", args=[name])).content.decode()

    assert page.startswith('<!doctype html><html><head><base target="_blank">')


def test_demo_mail_html_shows_pictures_that_travel_with_it(client):
    picture = MIMEImage(b"\x89PNG\r\n\x1a\n", "png")
    picture.add_header("Content-ID", "<qr-1>")
    name = send(html=PAGE.format('<img src="cid:qr-1"><img src="cid:unknown">'), attachments=[picture])

    page = client.get(reverse("demo_mail_html", args=[name])).content.decode()
    address, unknown = re.findall(r'<img src="([^"]+)"', page)

    assert unknown == "cid:unknown"
    response = client.get(address)
    assert response.content == b"\x89PNG\r\n\x1a\n"
    assert response["Content-Type"] == "image/png"
    assert response["Content-Disposition"].startswith("inline")


def test_demo_mail_gives_attachments_to_be_saved(client):
    name = send(attachments=[("Karten für Ada.pdf", b"%PDF-1.7", "application/pdf")])
    [(number, filename)] = mail.letter(name).attachments

    response = client.get(reverse("demo_mail_part", args=[name, number]))

    assert filename == "Karten für Ada.pdf"
    assert response.content == b"%PDF-1.7"
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''Karten%20f%C3%BCr%20Ada.pdf"
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["nothing/", "nothing/html", "nothing/0", "..%2fsecret/", "%2e%2e/secret/"])
def test_demo_mail_says_404_for_what_is_not_there(client, path):
    send()

    assert client.get(f"/demo/mail/{path}").status_code == 404


def test_demo_mail_says_404_for_parts_that_are_not_there(client):
    name = send()

    assert client.get(reverse("demo_mail_html", args=[name])).status_code == 404
    assert client.get(reverse("demo_mail_part", args=[name, 7])).status_code == 404


@pytest.fixture
def live_urls():
    """The addresses of an installation that is no demo."""
    with override_settings(DEMO=False):
        importlib.reload(urls)
        clear_url_caches()
        yield
    importlib.reload(urls)
    clear_url_caches()


@pytest.mark.usefixtures("live_urls")
def test_demo_mail_does_not_exist_in_a_live_installation(client):
    send()

    assert client.get("/demo/mail/").status_code == 404
    with pytest.raises(NoReverseMatch):
        reverse("demo_mail")
