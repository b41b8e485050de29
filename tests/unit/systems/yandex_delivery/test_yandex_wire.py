"""The wire of both APIs: where a call goes, what signs it, and what an answer means."""

from __future__ import annotations

import json
from typing import Any

import pytest

from b24app.clock import FixedClock
from b24app.logistics.errors import AccountProblem, Unavailable, Uncertain
from b24app.systems import MemoryTokens, OpenContext
from b24app.systems.yandex_delivery import PLUGIN
from b24app.systems.yandex_delivery.client import CARGO, Api, must
from b24app.wire.calls import Answer, Call, RemoteKey


class Wire:
    """Answers every call with the same, and keeps what was asked."""

    def __init__(self, status: int, body: Any, kind: str = "application/json") -> None:
        self.calls: list[Call] = []
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.answer = Answer(status, {"content-type": kind}, content, 1.0)

    def send(self, call: Call) -> Answer:
        self.calls.append(call)
        return self.answer


def opened(wire: Wire, **settings: str) -> OpenContext:
    clock = FixedClock()
    return OpenContext(
        settings={"token": "t-1", "station": "s-1", **settings},
        mode="test",
        base_url="https://platform.test",
        http=wire,  # type: ignore[arg-type]
        clock=clock,
        token_cache=MemoryTokens(clock),
        remote_key=RemoteKey("yandex_delivery", "1"),
        urls={"express": "https://express.test"},
    )


def api(wire: Wire) -> Api:
    return Api(opened(wire), "https://express.test/", CARGO, "x-1")


def test_each_service_has_its_own_address_and_token() -> None:
    wire = Wire(404, {"code": "not_found", "message": "no"})
    port = PLUGIN.open(opened(wire, express_token="x-1"))
    with pytest.raises(Unavailable):
        port.find("wb-1-1")
    assert [(call.verb, call.url) for call in wire.calls] == [
        ("GET", "https://platform.test/api/b2b/platform/request/info"),
        ("POST", "https://express.test/b2b/cargo/integration/v2/claims/search"),
    ]
    assert [call.headers["Authorization"] for call in wire.calls] == ["Bearer t-1", "Bearer x-1"]
    assert all(call.headers["Accept-Language"] == "ru" for call in wire.calls)
    assert dict(wire.calls[0].params) == {"request_code": "wb-1-1"}


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (401, {"code": "unauthorized", "message": "Not authorized request"}, AccountProblem),
        (401, {"message": "Access denied"}, AccountProblem),
        (401, b"<html>", AccountProblem),
        (403, b"<html>", Unavailable),
        (429, {"code": "too_many_requests"}, Unavailable),
        (500, {"code": "conflict"}, Uncertain),
        (200, b"<html>", Uncertain),
    ],
)
def test_what_ends_a_write(status: int, body: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        api(Wire(status, body)).write("claims/accept", "x", {"version": 1})


def test_what_can_be_read_is_told_in_their_words() -> None:
    reply = api(Wire(409, {"code": "old_version", "message": "m"})).write("claims/accept", "x")
    assert (reply.ok, reply.code, reply.text, reply.words) == (False, "old_version", "m", "HTTP 409 old_version m")
    with pytest.raises(Unavailable):
        must(reply, "x")
    good = api(Wire(200, [1])).ask("claims/info", "x")
    assert (good.ok, good.row, good.code) == (True, {}, "")
    with pytest.raises(Unavailable):
        must(good, "x")


def test_a_file_is_what_is_no_json() -> None:
    assert api(Wire(200, b"%PDF-1.4", "application/pdf")).file("labels", "x") == b"%PDF-1.4"
    refused = api(Wire(404, {"code": "not_found", "message": "not ready"})).file("labels", "x")
    assert not isinstance(refused, bytes)
    assert (refused.status, refused.text) == (404, "not ready")
    for status, body in ((400, b"{broken"), (400, b"<html>")):
        with pytest.raises(Unavailable):
            api(Wire(status, body)).file("labels", "x")
