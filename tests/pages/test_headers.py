"""Every answer says how it may be used, and who may show the app in a frame is a choice."""

from urllib.parse import urlsplit

import pytest

from pages.server import headers
from rnn_core.tasks.characters import PLAYS


def answered(path="/"):
    """The headers of an answer, by name."""
    sent = []

    async def app(scope, receive, send):
        start = {"type": "http.response.start", "status": 200, "headers": [(b"etag", b"1")]}
        await send(start)
        await send({"type": "http.response.body", "body": b""})

    async def send(message):
        sent.append(message)

    answer = headers.Headers(app)({"type": "http", "path": path}, None, send)
    with pytest.raises(StopIteration):  # nothing in it waits, so it needs no event loop
        answer.send(None)
    return {name.decode(): value.decode() for name, value in sent[0]["headers"]}


@pytest.fixture(autouse=True)
def fresh():
    headers.policy.cache_clear()
    yield
    headers.policy.cache_clear()


def test_answers_keep_what_they_said_and_say_how_they_may_be_used():
    found = answered()
    assert found["etag"] == "1"
    assert found["x-content-type-options"] == "nosniff"
    assert found["referrer-policy"] == "same-origin"
    assert "object-src 'none'" in found["content-security-policy"]


def test_a_page_may_speak_to_its_own_server_and_fetch_the_one_text_it_offers():
    policy = dict(part.split(" ", 1) for part in answered()["content-security-policy"].split("; "))
    hosts = [word for word in policy["connect-src"].split() if word.startswith("http")]
    assert hosts == ["https://" + urlsplit(PLAYS.url).netloc]
    assert not [p for p in policy.values() if "http" in p and p != policy["connect-src"]]


def test_who_may_embed_is_a_choice(monkeypatch):
    assert answered()["content-security-policy"].endswith("frame-ancestors *")
    monkeypatch.setenv(headers.EMBEDDERS, "'self' https://lms.example")
    headers.policy.cache_clear()
    assert "frame-ancestors 'self' https://lms.example" in answered()["content-security-policy"]
