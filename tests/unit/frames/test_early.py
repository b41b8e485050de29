"""A page in two pieces: the first is out while the second is not known yet, whatever happens then."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

import pytest
from flask import Flask, Response

from b24app.frames import pages
from b24app.frames.early import in_two_pieces
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.parts import drawn_late

SHELL = "<html><head></head><body><main>bones</main></body></html>"
FIRST, WHOLE = "<html><head></head><body>", "<html><body><main>Доставка</main></body></html>"


@pytest.fixture
def app() -> Iterator[Flask]:
    app = Flask("early", template_folder="../../../templates", static_folder="../../../static")
    app.root_path = __file__.rpartition("/")[0]
    pages.setup(app)
    yield app


def pieces_of(answer: Response) -> Iterator[bytes]:
    return answer.iter_encoded()


@pytest.mark.parametrize("encoding", ["gzip", ""])
def test_the_first_piece_waits_for_nobody(app: Flask, encoding: str) -> None:
    asked: list[str] = []

    def whole() -> str:
        asked.append("now")
        return WHOLE

    with app.test_request_context("/tab?LANG=ru", headers={"Accept-Encoding": encoding}):
        answer = app.process_response(in_two_pieces(SHELL, whole))
        pieces, reader = pieces_of(answer), zlib.decompressobj(wbits=31)

        def read(piece: bytes) -> str:
            return (reader.decompress(piece) if encoding else piece).decode()

        assert read(next(pieces)) == FIRST
        assert asked == []
        assert read(next(pieces)) == "<main>Доставка</main></body></html>"
        assert list(pieces) == []
    assert answer.headers.get("Content-Encoding", "") == encoding
    assert answer.headers["X-Accel-Buffering"] == "no"
    assert "frame-ancestors" in answer.headers["Content-Security-Policy"]


def test_what_goes_wrong_later_is_told_in_the_page(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    def refused() -> str:
        raise PageError(ErrorCode.DEAL_GONE, "404")

    def broken() -> str:
        raise ZeroDivisionError("secret 5")

    with app.test_request_context("/tab?LANG=ru"):
        gone, ours = drawn_late(refused), drawn_late(broken)
    assert "Этой сделки больше нет" in gone
    assert "виноваты мы" in ours
    assert "secret 5" not in ours
    assert "page failed at /tab" in caplog.text
