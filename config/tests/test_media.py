import pytest
from django.conf import settings


def test_media_are_public_cached_and_powerless(client):
    (settings.MEDIA_ROOT / "posters").mkdir(parents=True)
    (settings.MEDIA_ROOT / "posters" / "faust.png").write_bytes(b"\x89PNG")

    response = client.get("/media/posters/faust.png")

    assert b"".join(response.streaming_content) == b"\x89PNG"
    assert response["Content-Type"] == "image/png"
    assert response["Cache-Control"] == "public, max-age=2592000"
    assert sorted(response["Content-Security-Policy"].split("; ")) == ["default-src 'none'", "sandbox"]
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path", ["", ".", "nothing.png", "../secret", "..%2fsecret", "%2e%2e/secret", "/etc/passwd", "posters"]
)
def test_media_has_nothing_from_elsewhere(client, path):
    (settings.MEDIA_ROOT / "posters").mkdir(parents=True)
    (settings.MEDIA_ROOT.parent / "secret").write_text("secret", encoding="ascii")

    assert client.get(f"/media/{path}").status_code in {400, 404}
