"""What answers of our HTTP service in 1C mean, in both formats."""

from __future__ import annotations

import base64
import json
from typing import Any, cast

import pytest

from b24app.clock import SystemClock
from b24app.logistics.errors import AccountProblem, LogisticsError, Refused, Unavailable, Uncertain
from b24app.logistics.problem import Field, Who
from b24app.systems.kit.meanings import Meanings
from b24app.systems.kit.one_c_http import OneCHttp, Reply, key_of, publication
from b24app.systems.plugin import MemoryTokens, OpenContext
from b24app.wire.calls import Answer, Call, RemoteKey
from b24app.wire.http import Http

NS = 'xmlns="urn:b24-logistics:exchange:1"'
MEANINGS = Meanings([("phone_bad", Field.PHONE, Who.MANAGER, "stops.contact.phone"),
                     ("refused_here", Field.ORDER, Who.ADMIN, "UNKNOWN_REFERENCE")])  # fmt: skip


class Scripted:
    """Answers one thing and remembers what it was asked."""

    def __init__(self, status: int, body: bytes, **headers: str) -> None:
        self.answer = Answer(status, headers, body, 1.0)
        self.asked: list[Call] = []

    def send(self, call: Call) -> Answer:
        self.asked.append(call)
        return self.answer


def opened(http: Scripted, **settings: str) -> OneCHttp:
    clock = SystemClock()
    given = {"login": "Обмен", "password": "пароль", **settings}
    address = "https://1c.example.ru/tms/hs/b24logistics/"
    return OneCHttp(
        OpenContext(
            given, "live", address, cast(Http, http), clock, MemoryTokens(clock), RemoteKey("one_c", "1"), "t-1"
        )
    )


def error(code: str, *fields: dict[str, str]) -> bytes:
    return json.dumps({"error": {"code": code, "message": "Слова", "fields": fields, "details": {"id": "7"}}}).encode()


def test_any_address_of_the_infobase_is_its_publication() -> None:
    base = "https://1c.example.ru/tms"
    for typed in (base, f"{base}/hs/b24logistics/v1", f"{base}/hs", f"{base}/odata/standard.odata", f"{base}/"):
        assert publication(typed) == base
    assert publication("https://hs.example.ru") == "https://hs.example.ru"


def test_a_call_carries_who_asks_in_which_format_and_its_key() -> None:
    http = Scripted(201, f"<TransportRequestState {NS}><Id>7</Id></TransportRequestState>".encode())
    reply = opened(http, format="xml", api_token="tok").post("v1/x", "x", "TransportRequest", {"externalId": "a"}, "k")
    assert (reply.status, reply.row) == (201, {"id": "7"})
    [call] = http.asked
    assert call.url == "https://1c.example.ru/tms/hs/b24logistics/v1/x"
    assert base64.b64decode(call.headers["Authorization"].split()[1]).decode() == "Обмен:пароль"
    assert call.headers["Content-Type"] == "application/xml; charset=utf-8"
    assert (call.headers["Accept"], call.headers["X-Api-Token"]) == ("application/xml", "tok")
    assert (call.headers["Idempotency-Key"], call.headers["X-Request-Id"]) == ("k", "t-1")
    assert b"<ExternalId>a</ExternalId>" in (call.body or b"")
    http = Scripted(200, b'\xef\xbb\xbf{"id": "7"}')
    assert opened(http).post("v1/x", "x", "CancelRequest", {"comment": "ю"}, "k").row == {"id": "7"}
    assert http.asked[0].body == '{"comment":"ю"}'.encode()


def test_the_same_thing_has_the_same_key() -> None:
    assert key_of("create", "wb-1-1") == key_of("create", "wb-1-1") != key_of("create", "wb-1-2")


HTML = b"<html><head></head><body>busy</body></html>"


@pytest.mark.parametrize(
    ("status", "body", "of_read", "of_write"),
    [
        (401, HTML, "AccountProblem", "AccountProblem"),
        (401, error("UNAUTHORIZED"), "AccountProblem", "AccountProblem"),
        (403, error("FORBIDDEN"), "AccountProblem", "AccountProblem"),
        (404, HTML, "Unavailable", "Unavailable"),
        (405, HTML, "Unavailable", "Unavailable"),
        (404, error("NOT_FOUND"), "NOT_FOUND", "NOT_FOUND"),
        (413, HTML, "http_413", "http_413"),
        (409, error("LOCKED"), "Unavailable", "Unavailable"),
        (503, error("MAINTENANCE"), "Unavailable", "Unavailable"),
        (503, HTML, "Unavailable", "Uncertain"),
        (500, error("INTERNAL"), "Unavailable", "Uncertain"),
        (500, HTML, "Unavailable", "Uncertain"),
        (200, HTML, "Unavailable", "Uncertain"),
        (200, b"7", "Unavailable", "Uncertain"),
        (200, b"[]", "Unavailable", "Uncertain"),
        (200, b"[" * 100_000, "Unavailable", "Uncertain"),
        (429, b"", "Unavailable", "Unavailable"),
        (422, error("POSTING_REFUSED"), "POSTING_REFUSED", "POSTING_REFUSED"),
    ],
)
def test_what_an_answer_means_to_a_read_and_to_a_write(status: int, body: bytes, of_read: str, of_write: str) -> None:
    client = opened(Scripted(status, body))
    assert (said(lambda: client.get("v1/x", "x")), said(lambda: client.post("v1/x", "x", "X", {}, "k"))) == (
        of_read,
        of_write,
    )


def said(call: Any) -> str:
    try:
        reply: Reply = call()
    except LogisticsError as found:
        return type(found).__name__
    return reply.code


def test_pauses_are_told_and_a_repeatable_write_is_never_uncertain() -> None:
    client = opened(Scripted(503, error("MAINTENANCE"), **{"retry-after": "300"}))
    with pytest.raises(Unavailable) as caught:
        client.post("v1/x", "x", "X", {}, "k")
    assert caught.value.retry_after == 300
    with pytest.raises(Uncertain):
        opened(Scripted(500, HTML)).post("v1/x", "x", "X", {}, "k")
    with pytest.raises(Unavailable):
        opened(Scripted(500, HTML)).post("v1/x", "x", "X", {}, "k", repeatable=True)
    with pytest.raises(AccountProblem) as refused:
        opened(Scripted(403, error("FORBIDDEN"))).get("v1/x", "x")
    assert (refused.value.problem.their_code, refused.value.problem.their_text) == ("FORBIDDEN", "Слова")


def test_a_refusal_names_its_fields_without_their_indexes_else_its_code() -> None:
    rows = [{"path": "stops[1].contact.phone", "message": "Телефон"}, {"path": "carrierRef", "message": "Нет такого"}]
    problems = opened(Scripted(422, error("UNKNOWN_REFERENCE", *rows))).get("v1/x", "x").problems(MEANINGS)
    assert [(one.code, one.their_code, one.their_text) for one in problems] == [
        ("phone_bad", "stops[1].contact.phone", "Телефон"),
        ("refused_here", "carrierRef", "Нет такого"),
    ]
    inside = "<Code>POSTING_REFUSED</Code><Message>Нельзя</Message><Details><Id>7</Id></Details>"
    xml = f"<Error {NS}>{inside}</Error>"
    reply = opened(Scripted(422, xml.encode()), format="xml").get("v1/x", "x")
    [problem] = reply.problems(MEANINGS)
    assert (problem.code, problem.their_code, problem.their_text) == (
        "refused_unknown",
        "POSTING_REFUSED",
        "Нельзя",
    )
    assert reply.details == {"id": "7"}


def test_a_list_is_read_page_by_page_and_an_odd_one_is_no_list() -> None:
    http = Scripted(200, json.dumps({"items": [{"id": "1"}, None], "nextCursor": "c+1"}).encode())
    pages = list(opened(http).pages("v1/x", "x", 2, limit="500"))
    assert pages == [([{"id": "1"}], 1)] * 2
    assert [dict(call.params) for call in http.asked] == [{"limit": "500"}, {"limit": "500", "cursor": "c+1"}]
    for body in (b'{"surprise": 1}', b'{"items": 7}'):
        with pytest.raises(Unavailable):
            next(opened(Scripted(200, body)).pages("v1/x", "x", 1))


def test_health_is_only_ours() -> None:
    said = {"service": "b24logistics", "capabilities": ["wms"], "infobase": {"configuration": "WMS", "version": "5.2"}}
    assert opened(Scripted(200, json.dumps(said).encode())).health("wms") == "WMS 5.2"
    with pytest.raises(Refused) as caught:
        opened(Scripted(200, json.dumps(said).encode())).health("tms")
    assert (caught.value.problems[0].code, caught.value.problems[0].their_text) == ("one_c_no_service", "['wms']")
    for status, body in ((200, b'{"service": "another"}'), (404, HTML), (404, error("NOT_FOUND"))):
        with pytest.raises(Refused) as caught:
            opened(Scripted(status, body)).health("wms")
        assert caught.value.problems[0].code == "one_c_no_service"
    with pytest.raises(Unavailable):
        opened(Scripted(503, HTML)).health("wms")
