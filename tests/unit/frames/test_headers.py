import pytest
from flask import Flask
from werkzeug.test import TestResponse

from b24app.frames import headers


@pytest.mark.parametrize(
    ("domain", "protocol", "origin"),
    [
        ("acme.bitrix24.ru", "1", "https://acme.bitrix24.ru"),
        ("127.0.0.1:8701", "0", "http://127.0.0.1:8701"),
        ("Box.Example", "1", "https://box.example"),
        ("a.ru; script-src *", "1", ""),
        ("a.ru/path", "1", ""),
        ("", "1", ""),
    ],
)
def test_only_a_host_becomes_an_origin(domain: str, protocol: str, origin: str) -> None:
    assert headers.portal_origin(domain, protocol) == origin


def answer(origin: str) -> TestResponse:
    app = Flask("headers")
    headers.install(app)

    @app.get("/")
    def page() -> str:
        if origin:
            headers.allow_framing(origin)
        return "<p>page</p>"

    return app.test_client().get("/")


def test_a_page_may_be_framed_by_its_own_portal_alone() -> None:
    policy = answer("https://acme.bitrix24.ru").headers["Content-Security-Policy"]
    assert policy.endswith("frame-ancestors https://acme.bitrix24.ru")
    assert "frame-ancestors 'none'" in answer("").headers["Content-Security-Policy"]


def test_no_inline_code_and_no_foreign_sources() -> None:
    response = answer("https://acme.bitrix24.ru")
    policy = response.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "X-Frame-Options" not in response.headers
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Cache-Control"] == "no-store"


def test_every_answer_has_its_own_nonce() -> None:
    nonces = {answer("").headers["Content-Security-Policy"].split("nonce-")[1].split("'")[0] for _ in range(3)}
    assert len(nonces) == 3
