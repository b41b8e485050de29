"""The clerk's phone: whose it becomes, what its token opens, what it may send, and what nobody else's page can do."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from b24app import web
from b24app.clock import FixedClock
from b24app.flows.pictures import clean
from b24app.flows.returns.effects import Actor
from b24app.frames.parts import PageParts
from b24app.frames.words import words
from b24app.logistics.model import Address, DeliveryKind, Recipient, ShipmentRequest
from b24app.logistics.problem import Field, Problem
from b24app.logistics.returning import Condition, ReturnStage
from b24app.store import (
    clerk_phones,
    portals,
    return_acts,
    return_journal,
    return_photos,
    return_scans,
    returns,
    shipments,
    strays,
)
from b24app.store.engine import read_scope, session_scope
from b24app.store.models import ActState, OutboxRow, Portal
from b24app.store.return_acts import Act, ActKind
from b24app.store.return_journal import Moved
from b24app.store.returns import Client, Kept
from placements.clerk import SCRIPTS, device_of
from tests.unit.pictures import taken
from tests.unit.store.test_returns import a_case

API, HEADERS = "/clerk/api/1", {"X-Waybill-Clerk": "1", "Sec-Fetch-Site": "same-origin", "X-Waybill-Lang": "ru"}
KEY, JPEG = "scan-0001", taken()
DEAL = 5120
_ADDRESSES = itertools.count(1)


@pytest.fixture
def parts(parts: PageParts) -> PageParts:
    return replace(parts, knobs={"WAYBILL_PROFILE": "test"})


class Phone:
    """A browser on a phone."""

    def __init__(self, app: Flask, parts: PageParts) -> None:
        self.client: FlaskClient = app.test_client()
        # Codes are counted by address, and the app is that of all tests.
        self.client.environ_base["REMOTE_ADDR"] = f"10.0.0.{next(_ADDRESSES)}"
        self.parts = parts

    def pair(self, portal: Portal, name: str = "Илья Громыхин", return_id: int | None = None) -> TestResponse:
        return self.client.post(self.offer(portal, name, return_id), headers={"Sec-Fetch-Site": "same-origin"})

    def offer(self, portal: Portal, name: str = "Илья Громыхин", return_id: int | None = None) -> str:
        now = self.parts.clock.now()
        with session_scope(self.parts.sessions) as session:
            _, code = clerk_phones.offer(
                session, portal.id, clerk_id=31, clerk_name=name, made_by=7, return_id=return_id, now=now
            )
        return f"/clerk/pair/{code}"

    def get(self, path: str, **over: str) -> TestResponse:
        return self.client.get(API + path, headers={**HEADERS, **over})

    def post(self, path: str, json: Any = None, data: bytes | None = None, over: Any = None) -> TestResponse:
        return self.client.post(API + path, json=json, data=data, headers={**HEADERS, **(over or {})})


@pytest.fixture
def phone(page_app: Flask, parts: PageParts, portal: Portal) -> Phone:
    phone = Phone(page_app, parts)
    assert phone.pair(portal).status_code == 303
    return phone


@pytest.fixture
def database_url(sqlite_database_url: str) -> str:
    """One database is enough here: the store's own tests run on both."""
    return sqlite_database_url


def begun(parts: PageParts, portal: Portal, stage: ReturnStage = ReturnStage.IN_TRANSIT, deal: int = DEAL) -> Kept:
    with session_scope(parts.sessions) as session:
        turn = returns.take_turn(session, portals.get(session, portal.id), deal)
        case = a_case(turn.number, deal_id=deal, stage=stage)
        now, who = parts.clock.now(), Client(88, "Мария Северцева")
        return returns.begin(session, turn, case, by=7, name="Анна", now=now, client=who, tracking=("1574102358",))


def acts(parts: PageParts, portal: Portal, kept: Kept) -> list[Act]:
    with read_scope(parts.sessions) as session:
        return return_acts.latest(session, portal.id, return_id=kept.id)


def scan(key: str = KEY, **over: Any) -> dict[str, Any]:
    return {"key": key, "at": "2026-11-12T10:47:52Z", "code": "4601234560021", "row": 1, "quantity": "1", **over}


# --- pairing ----------------------------------------------------------------------------------------------------------


def test_looking_at_a_code_shows_whose_the_phone_will_be_and_uses_nothing_up(
    page_app: Flask, parts: PageParts, portal: Portal
) -> None:
    phone = Phone(page_app, parts)
    address = phone.offer(portal)
    for _ in range(2):
        shown = phone.client.get(address, headers={"Accept-Language": "ru"})
        assert (shown.status_code, "Илья Громыхин" in shown.text) == (200, True)
        assert not shown.headers.getlist("Set-Cookie")
        assert shown.headers["X-Robots-Tag"] == "noindex"
    assert "script-src 'self';" in shown.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in shown.headers["Content-Security-Policy"]
    assert phone.client.post(address, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 303
    for again in (phone.client.get(address), phone.client.post(address, headers={"Sec-Fetch-Site": "same-origin"})):
        assert again.status_code == 410


@pytest.mark.parametrize(
    ("url", "profile", "cookie", "secure"),
    [
        ("https://waybill.example", "production", "__Host-waybill-clerk", True),
        ("http://waybill.example", "production", "__Host-waybill-clerk", True),
        ("https://waybill.example", "demo", "__Host-waybill-clerk", True),
        ("http://localhost:8000", "demo", "waybill-clerk", False),
    ],
)
def test_the_token_is_kept_where_no_script_and_no_other_site_reaches_it(
    url: str, profile: str, cookie: str, secure: bool, page_app: Flask, parts: PageParts, portal: Portal, joined: Any
) -> None:
    joined[1].parts = replace(parts, public_url=url, knobs={"WAYBILL_PROFILE": profile})
    [kept] = Phone(page_app, parts).pair(portal).headers.getlist("Set-Cookie")
    assert kept.startswith(f"{cookie}=")
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(kept.split("; "))
    assert ("Secure" in kept.split("; ")) is secure
    assert "Domain" not in kept


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_another_sites_form_pairs_nothing(site: str, page_app: Flask, parts: PageParts, portal: Portal) -> None:
    phone = Phone(page_app, parts)
    address = phone.offer(portal)
    assert phone.client.post(address, headers={"Sec-Fetch-Site": site}).status_code == 403
    assert phone.client.post(address, headers={"Origin": "https://evil.example"}).status_code == 403
    assert phone.client.post(address).status_code == 403
    assert phone.client.post(address, headers={"Origin": "http://localhost"}).status_code == 303


def test_codes_are_not_tried_for_long(page_app: Flask, parts: PageParts, portal: Portal, clock: FixedClock) -> None:
    phone = Phone(page_app, parts)
    found = {phone.client.get(f"/clerk/pair/wrong-{n}").status_code for n in range(20)}
    assert found == {410}
    address = phone.offer(portal)
    refused = phone.client.get(address)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
    clock.advance(60)
    assert phone.client.get(address).status_code == 200


def test_what_a_phone_is_called() -> None:
    android = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36"
    iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1"
    assert [device_of(each) for each in (android, iphone, "curl/8")] == ["Android, Chrome", "iPhone, Safari", ""]


# --- who is let in ----------------------------------------------------------------------------------------------------

READS = ("/state", "/find?code=1", "/return/1", "/stray/key-00001")
WRITES = ("/return/1/scans", "/return/1/photo/photo-001", "/return/1/finish", "/return/1/reopen", "/strays",
          "/stray/key-00001/leave", "/stray/key-00001/photo/photo-001", "/sign-off")  # fmt: skip


def test_without_a_token_nothing_is_told(page_app: Flask, parts: PageParts, portal: Portal) -> None:
    stranger = Phone(page_app, parts)
    stranger.client.set_cookie("waybill-clerk", "x" * 43)
    answers = [stranger.get(path) for path in READS] + [stranger.post(path, {}) for path in WRITES]
    assert {(answer.status_code, answer.get_json()["error_code"]) for answer in answers} == {(401, "not_paired")}
    assert answers[0].get_json()["title"] == "Телефон не подключён"


def test_another_sites_page_asks_nothing_in_a_clerks_name(phone: Phone) -> None:
    for path in READS:
        assert phone.get(path, **{"X-Waybill-Clerk": ""}).status_code == 403
        assert phone.get(path, **{"Sec-Fetch-Site": "cross-site"}).status_code == 403
    for path in WRITES:
        assert phone.post(path, {}, over={"X-Waybill-Clerk": ""}).status_code == 403
        assert phone.post(path, {}, over={"Sec-Fetch-Site": "same-site"}).status_code == 403


def test_a_revoked_phone_and_one_that_lay_idle_are_signed_off(
    phone: Phone, parts: PageParts, portal: Portal, clock: FixedClock
) -> None:
    assert phone.get("/state").status_code == 200
    clock.advance(timedelta(days=29).total_seconds())
    assert phone.get("/state").status_code == 200
    clock.advance(timedelta(days=30, seconds=1).total_seconds())
    assert phone.get("/state").status_code == 401
    phone.pair(portal)
    assert phone.post("/sign-off", {}).get_json() == {"signed_off": True}
    assert phone.get("/state").status_code == 401


def test_a_phone_reaches_the_returns_of_its_portal_alone(
    phone: Phone, parts: PageParts, portal: Portal, neighbour: Portal
) -> None:
    theirs = begun(parts, neighbour)
    with session_scope(parts.sessions) as session:
        photo = return_photos.Photo("photo-001", "image/jpeg", parts.clock.now())
        return_photos.keep(session, neighbour.id, theirs.id, photo, JPEG, parts.clock.now())
        strays.keep(
            session, neighbour.id, strays.Stray("key-00001", "1", "", parts.clock.now(), 1, ""), parts.clock.now()
        )
    assert phone.get("/state").get_json()["returns"] == []
    found = phone.get(f"/find?code={theirs.case.number}&code=1574102358").get_json()
    assert found == {"returns": [], "deals": []}
    where = f"/return/{theirs.id}"
    refused = [phone.get(where), phone.get(f"{where}/photo/photo-001"), phone.get("/stray/key-00001")]
    refused += [phone.post(f"{where}/scans", {"scans": [scan()]}), phone.post(f"{where}/finish", {"key": KEY})]
    refused += [phone.post(f"{where}/reopen", {"key": KEY}), phone.post(f"{where}/photo/photo-002", data=JPEG)]
    refused += [phone.post("/stray/key-00001/leave", {}), phone.post("/stray/key-00001/photo/photo-001", data=JPEG)]
    assert [answer.status_code for answer in refused] == [404] * len(refused)
    deal = phone.post("/strays", {"key": "key-00002", "deal": theirs.case.deal_id})
    assert deal.status_code == 422
    with read_scope(parts.sessions) as session:
        assert returns.get(session, neighbour.id, theirs.id) == replace(theirs, version=theirs.version + 1)


# --- the list and one return ------------------------------------------------------------------------------------------


def test_the_list_tells_what_a_clerk_needs_and_no_more(phone: Phone, parts: PageParts, portal: Portal) -> None:
    here, _ = begun(parts, portal, ReturnStage.RECEIVED), begun(parts, portal, ReturnStage.CLOSED, 7)
    coming = begun(parts, portal, ReturnStage.APPROVED, 9)
    shown = phone.get("/state")
    told = shown.get_json()
    assert [each["number"] for each in told["returns"]] == [here.case.number, coming.case.number]
    assert told["me"] == {"clerk": 31, "name": "Илья Громыхин", "place": portal.code}
    [row, _] = told["returns"][0]["rows"]
    assert (row["title"], row["asked"], row["barcodes"]) == ("Плед льняной", "2", ["4601234560021"])
    assert told["returns"][0]["codes"] == [here.case.number, "1574102358"]
    assert told["returns"][0]["client"] == "Мария Северцева"
    assert shown.headers["Cache-Control"] == "no-store"
    assert not {"paid", "phone", "address", "minor"} & set(shown.text.split('"'))
    assert phone.get(f"/state?v={told['version']}").status_code == 204
    begun(parts, portal, ReturnStage.IN_TRANSIT, 10)
    assert phone.get(f"/state?v={told['version']}").status_code == 200


def test_two_clerks_on_one_return_see_each_other(
    phone: Phone, page_app: Flask, parts: PageParts, portal: Portal
) -> None:
    kept, olga = begun(parts, portal), Phone(page_app, parts)
    olga.pair(portal, "Ольга Тихонравова")
    before = phone.get(f"/return/{kept.id}").get_json()
    assert before["beside"] == []
    assert olga.post(f"/return/{kept.id}/scans", {"scans": [scan()]}).status_code == 200
    after = phone.get(f"/return/{kept.id}?v={before['version']}").get_json()
    assert after["beside"] == ["Ольга Тихонравова"]
    assert [(each["name"], each["row"]) for each in after["scans"]] == [("Ольга Тихонравова", 1)]
    at_work = [{"name": "Ольга Тихонравова", "number": kept.case.number}]
    assert phone.get("/state").get_json()["beside"] == at_work
    # Asking for the list, or whose a code is, is not going back to the list.
    assert olga.get(f"/state?at={kept.id}").status_code == 200
    assert olga.get("/find?code=1").status_code == 200
    assert phone.get(f"/state?at={kept.id}").get_json()["beside"] == at_work
    assert phone.get(f"/return/{kept.id}?v={after['version']}").status_code == 204


def test_a_taught_code_is_told_to_every_phone_of_the_portal(
    phone: Phone, parts: PageParts, portal: Portal, neighbour: Portal
) -> None:
    kept, other, theirs = begun(parts, portal), begun(parts, portal, deal=9), begun(parts, neighbour)
    before = phone.get("/state").get_json()
    sent = {"scans": [scan(code="4601234560999", teaches=" 4601234560999 ")]}
    for _ in range(2):
        assert phone.post(f"/return/{kept.id}/scans", sent).status_code == 200
    told = phone.get(f"/state?v={before['version']}").get_json()["returns"]
    rows = {each["id"]: each["rows"] for each in told}
    assert [rows[each.id][0]["barcodes"] for each in (kept, other)] == [["4601234560021", "4601234560999"]] * 2
    assert {each[0]["goods"] for each in rows.values()} == {each["rows"][0]["goods"] for each in before["returns"]}
    whole = phone.get(f"/return/{kept.id}").get_json()
    assert [each["teaches"] for each in whole["scans"]] == ["4601234560999"]
    assert whole["rows"] == rows[kept.id]
    found = phone.get("/find?code=4601234560999").get_json()["returns"]
    assert {each["id"] for each in found} == {kept.id, other.id}
    with read_scope(parts.sessions) as session:
        assert returns.search(session, neighbour.id, "4601234560999") == []
        assert returns.get(session, neighbour.id, theirs.id) == theirs
    undone = {"scans": [scan("undo-0001", code="", quantity="0", undoes=KEY)]}
    assert phone.post(f"/return/{kept.id}/scans", undone).status_code == 200
    assert phone.get(f"/return/{kept.id}").get_json()["rows"][0]["barcodes"] == ["4601234560021"]
    assert phone.get("/find?code=4601234560999").get_json()["returns"] == []
    for wrong in (7, None, "9" * 600):
        refused = phone.post(f"/return/{kept.id}/scans", {"scans": [scan("scan-0009", teaches=wrong)]})
        assert refused.status_code == 422


def test_scans_are_kept_once_and_by_whom_the_token_says(phone: Phone, parts: PageParts, portal: Portal) -> None:
    kept = begun(parts, portal)
    sent = {
        "scans": [
            scan(by=99, name="Кто-то"),
            scan("note-0001", quantity="0", condition="damaged", note=" пятно\n у края "),
        ]
    }
    for _ in range(2):
        assert phone.post(f"/return/{kept.id}/scans", sent).get_json() == {"kept": [KEY, "note-0001"]}
    with read_scope(parts.sessions) as session:
        first, second = return_scans.of_return(session, portal.id, kept.id)
    assert (first.by, first.name, first.condition, first.code) == (
        31,
        "Илья Громыхин",
        Condition.AS_NEW,
        "4601234560021",
    )
    assert (second.note, second.quantity) == ("пятно у края", Decimal(0))


def test_a_scan_tells_once_in_each_stage_that_the_box_is_here(phone: Phone, parts: PageParts, portal: Portal) -> None:
    coming, here = begun(parts, portal), begun(parts, portal, ReturnStage.RECEIVED, 9)
    for n in range(2):
        for kept in (coming, here):
            phone.post(f"/return/{kept.id}/scans", {"scans": [scan(f"scan-000{n}")]})
    [act] = acts(parts, portal, coming)
    assert (act.wanted.kind, act.wanted.given["to"], act.wanted.source) == (ActKind.MOVE, "received", "clerk")
    assert (act.wanted.by, act.wanted.name) == (31, "Илья Громыхин")
    assert acts(parts, portal, here) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"scans": []},
        {"scans": "x"},
        {"scans": [1]},
        {"scans": [scan()] * 201},
        {"scans": [scan("short")]},
        {"scans": [scan(quantity="-1")]},
        {"scans": [scan(quantity="1e9")]},
        {"scans": [scan(quantity="NaN")]},
        {"scans": [scan(quantity=True)]},
        {"scans": [scan(quantity="0")]},
        {"scans": [scan(condition="missing")]},
        {"scans": [scan(row="1")]},
        {"scans": [scan(row=-1)]},
        {"scans": [scan(code=["4601234560021"])]},
        {"scans": [scan(note="x" * 5000)]},
        [],
    ],
)
def test_what_is_no_scan_is_refused_whole(wrong: Any, phone: Phone, parts: PageParts, portal: Portal) -> None:
    kept = begun(parts, portal)
    answer = phone.post(f"/return/{kept.id}/scans", wrong)
    assert (answer.status_code, answer.get_json()["error_code"]) == (422, "bad_input")
    with read_scope(parts.sessions) as session:
        assert return_scans.of_return(session, portal.id, kept.id) == ()


def test_a_clock_that_is_wrong_by_years_is_not_believed(phone: Phone, parts: PageParts, portal: Portal) -> None:
    kept = begun(parts, portal)
    phone.post(f"/return/{kept.id}/scans", {"scans": [scan(at="1970-01-01T00:00:00Z"), scan("scan-0002", at="x")]})
    with read_scope(parts.sessions) as session:
        assert {each.at for each in return_scans.of_return(session, portal.id, kept.id)} == {parts.clock.now()}


def test_bodies_are_bounded(phone: Phone, parts: PageParts, portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = begun(parts, portal)
    assert phone.post(f"/return/{kept.id}/scans", {"scans": ["x" * 300_000]}).status_code == 413
    monkeypatch.setattr(return_photos, "MOST_BYTES", 100)
    assert phone.post(f"/return/{kept.id}/photo/photo-001", data=JPEG + bytes(100)).status_code == 413


def test_a_picture_is_a_jpeg_and_comes_back_as_nothing_else(phone: Phone, parts: PageParts, portal: Portal) -> None:
    where = f"/return/{begun(parts, portal).id}/photo/photo-001"
    for wrong in (b"<svg onload='x'/>", b"\x89PNG\r\n\x1a\n", b"", JPEG[:-200]):
        assert phone.post(f"{where}?row=1", data=wrong).status_code == 422
    for _ in range(2):
        assert phone.post(f"{where}?row=1", data=JPEG).get_json() == {"kept": ["photo-001"]}
    shown = phone.client.get(API + where, headers={"Sec-Fetch-Site": "same-origin"})
    assert (shown.data, shown.mimetype) == (clean(JPEG).content, "image/jpeg")
    assert b"Exif" not in shown.data
    assert shown.headers["Content-Security-Policy"] == "default-src 'none'"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert phone.client.get(API + where, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_too_many_pictures_are_told_of(
    phone: Phone, parts: PageParts, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(return_photos, "MOST", 1)
    where = f"/return/{begun(parts, portal).id}/photo"
    assert phone.post(f"{where}/photo-001", data=JPEG).status_code == 200
    assert phone.post(f"{where}/photo-002", data=JPEG).get_json()["error_code"] == "full"


# --- the end ----------------------------------------------------------------------------------------------------------


def test_finishing_is_asked_once_a_press_and_shows_why_it_was_refused(
    phone: Phone, parts: PageParts, portal: Portal
) -> None:
    kept = begun(parts, portal, ReturnStage.RECEIVED)
    for _ in range(2):
        assert phone.post(f"/return/{kept.id}/finish", {"key": "press-001"}).status_code == 200
    [act] = acts(parts, portal, kept)
    assert (act.wanted.kind, act.wanted.given) == (ActKind.COUNT, {"counted": None, "finished": True})
    assert phone.get(f"/return/{kept.id}").get_json()["waits"] == "finish"
    assert phone.post(f"/return/{kept.id}/finish", {}).status_code == 422
    with session_scope(parts.sessions) as session:
        problem = Problem("return_empty", Field.ITEMS)
        return_acts.finish(session, portal.id, act.id, parts.clock.now(), kept.id, (problem,))
    shown = phone.get(f"/return/{kept.id}").get_json()
    assert shown["waits"] == ""
    assert shown["refused"] == ["В возврате нет ни одного товара. Отметьте, что возвращают."]


def test_a_counted_return_is_opened_again_until_the_evening(
    phone: Phone, parts: PageParts, portal: Portal, clock: FixedClock
) -> None:
    kept = begun(parts, portal, ReturnStage.INSPECTED)
    assert phone.post(f"/return/{kept.id}/reopen", {"key": "press-001"}).get_json()["error_code"] == "not_now"
    moved = Moved(clock.now(), Actor.PERSON, ReturnStage.RECEIVED, ReturnStage.INSPECTED, ReturnStage.INSPECTED)
    with session_scope(parts.sessions) as session:
        return_journal.add(session, portal.id, kept.id, moved)
    shown = phone.get(f"/return/{kept.id}").get_json()
    assert shown["may_reopen"]
    clock.advance(3600 * 24)
    late = phone.post(f"/return/{kept.id}/reopen", {"key": "press-001"})
    assert (late.status_code, late.get_json()["error_code"]) == (409, "too_late")
    assert shown["until"] in late.get_json()["text"]
    assert acts(parts, portal, kept) == []
    clock.advance(-3600 * 24)
    assert phone.post(f"/return/{kept.id}/reopen", {"key": "press-001"}).status_code == 200
    [act] = acts(parts, portal, kept)
    assert (act.wanted.kind, act.wanted.given["to"], act.state) == (ActKind.MOVE, "received", ActState.WAITING)
    assert phone.get(f"/return/{kept.id}").get_json()["waits"] == "reopen"


# --- what nobody expected ---------------------------------------------------------------------------------------------


def test_a_parcel_of_nobody_is_kept_and_whoever_gave_the_phone_is_told_once(
    phone: Phone, parts: PageParts, portal: Portal
) -> None:
    sent = {"key": "key-00001", "code": "АБ-77", "note": "мятая", "at": "2026-11-12T10:47:52Z"}
    for _ in range(2):
        assert phone.post("/strays", sent).get_json() == {"kept": ["key-00001"]}
    assert phone.post("/stray/key-00001/photo/photo-001", data=JPEG).status_code == 200
    with read_scope(parts.sessions) as session:
        [stray] = strays.waiting(session, portal.id)
        [notice] = session.query(OutboxRow).all()
    assert (stray.code, stray.note, stray.name, stray.photos) == ("АБ-77", "мятая", "Илья Громыхин", ("photo-001",))
    assert notice.payload["user_id"] == 7
    assert "Илья Громыхин" in notice.payload["text"]
    assert phone.get("/stray/key-00001").get_json() == {"waits": False, "return": None, "refused": []}


def test_a_parcel_of_a_deal_begins_a_return_and_is_left_to_a_manager_where_that_is_refused(
    phone: Phone, parts: PageParts, portal: Portal, shipped: Mapping[str, Any]
) -> None:
    [guess] = phone.get("/find?code=1573840216").get_json()["deals"]
    assert (guess["id"], guess["client"], guess["goods"]) == (DEAL, "Мария", [])
    sent = {"key": "key-00001", "code": "1573840216", "deal": DEAL, "wishes": [{"row": 1, "quantity": "2"}]}
    assert phone.post("/strays", sent).status_code == 200
    assert phone.get("/stray/key-00001").get_json()["waits"] is True
    with session_scope(parts.sessions) as session:
        [act] = return_acts.latest(session, portal.id, deal_id=DEAL)
        assert (act.wanted.kind, act.wanted.given["stage"]) == (ActKind.BEGIN, "received")
        problem = Problem("return_empty", Field.ITEMS)
        return_acts.finish(session, portal.id, act.id, parts.clock.now(), None, (problem,))
    told = phone.get("/stray/key-00001").get_json()
    assert (told["waits"], told["return"], len(told["refused"])) == (False, None, 1)
    for _ in range(2):
        assert phone.post("/stray/key-00001/leave", {"key": "press-001"}).status_code == 200
    with read_scope(parts.sessions) as session:
        assert session.query(OutboxRow).count() == 1


@pytest.fixture
def shipped(parts: PageParts, portal: Portal) -> Mapping[str, Any]:
    """The deal had a shipment under this number."""
    request = ShipmentRequest(
        f"{portal.code}-1", "parcel", DeliveryKind.COURIER, Recipient("Мария", "", "+79170000001"), (),
        address=Address("Казань"),
    )  # fmt: skip
    with session_scope(parts.sessions) as session:
        account = portals.connections(session, portal.id)[0]
        whose = portals.get(session, portal.id)
        shipments.create(
            session, whose, DEAL, 1, account.id, status="delivered", request=request.to_json(),
            now=parts.clock.now(), remote_id="r-1", order_number="1573840216",
        )  # fmt: skip
    return {}


# --- the page ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("lang", "title"), [("ru", "Приём возвратов"), ("en", "Receiving returns")])
def test_the_page_holds_nobodys_data_and_no_script_of_its_own(
    lang: str, title: str, page_app: Flask, parts: PageParts, portal: Portal
) -> None:
    begun(parts, portal)
    client = page_app.test_client()
    assert client.get("/clerk").headers["Location"].endswith("/clerk/")
    shown = client.get(f"/clerk/?lang={lang}")
    assert (shown.status_code, title in shown.text) == (200, True)
    assert "Северцева" not in shown.text
    assert shown.headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self';")
    assert "nonce" not in shown.headers["Content-Security-Policy"]
    assert shown.text == client.get("/clerk/").text, "the choice is remembered"


def test_the_service_worker_keeps_what_the_page_is_made_of(page_app: Flask) -> None:
    client = page_app.test_client()
    worker, shown = client.get("/clerk/sw.js"), client.get("/clerk/").text
    assert worker.mimetype == "text/javascript"
    kept = worker.text.splitlines()[0]
    asked = re.findall(r'(?:src|href)="(/static/[^"]+)"', shown)
    assert len(asked) > 10
    assert [each for each in asked if each not in kept] == []
    assert all((web.ROOT / each.partition("?")[0].lstrip("/")).is_file() for each in asked)
    assert worker.text == client.get("/clerk/sw.js").text
    manifest = client.get("/clerk/app.webmanifest").get_json(force=True)
    assert (manifest["start_url"], manifest["scope"]) == ("/clerk/", "/clerk/")


def test_the_pages_scripts_say_what_is_there_and_nothing_is_there_unsaid() -> None:
    scripts = "\n".join((web.ROOT / f"static/js/{name}.js").read_text() for name in SCRIPTS)
    said = {key.removeprefix("clerk.js.") for key in words("ru").entries if key.startswith("clerk.js.")}
    asked = set(re.findall(r'\bt\("(\w+[a-z])"', scripts))
    assert sorted(asked - said) == []
    begun = tuple(re.findall(r'\bt\("(\w+_)" \+', scripts))
    named = set(re.findall(r'"(\w+)"', scripts))
    assert begun == ("tag_", "n_")
    assert sorted(each for each in said - named if not each.startswith(begun)) == []
    stages = {f"tag_{stage}" for stage in ReturnStage}
    assert stages <= said
