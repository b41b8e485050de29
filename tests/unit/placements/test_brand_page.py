"""How a shop looks to its clients: what the form takes, what the picture must be, and that pages show both."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from b24app.flows.brand import Brand
from b24app.store import portals
from b24app.store.engine import Sessions, session_scope
from b24app.store.models import AuditRow, Portal, PortalLogo
from placements.app.brand_form import read_form
from tests.unit.flows.test_logo import png
from tests.unit.placements.page import Page

GOOD = {
    "name": "Лён и Хвоя",
    "colour": "#2F6B4F",
    "phone": "8 495 123-45-67",
    "hours": "ежедневно 9:00–21:00",
    "email": "shop@romashka.example",
    "site": "romashka.example",
}


@pytest.fixture
def database_url(sqlite_database_url: str) -> str:
    """One database is enough here: a setting and a picture are one row each."""
    return sqlite_database_url


def test_what_was_typed_is_kept_as_pages_need_it() -> None:
    kept, form = read_form(GOOD, Brand("acme"))
    assert form.errors == {}
    assert kept == {**GOOD, "colour": "#2f6b4f", "phone": "+74951234567", "site": "https://romashka.example"}
    assert (form.sample.name, form.sample.ink, form.pale) == ("Лён и Хвоя", "#ffffff", False)
    assert read_form({}, Brand("acme"))[0] == dict.fromkeys(GOOD, "")
    assert read_form({}, Brand("acme"))[1].sample.name == "acme"


@pytest.mark.parametrize(
    ("typed", "errors"),
    [
        ({"colour": "зелёный"}, {"colour": "colour"}),
        ({"colour": "#12345"}, {"colour": "colour"}),
        ({"phone": "123"}, {"phone": "phone"}),
        ({"phone": "8 495 123-45-67, 8 495 123-45-68"}, {"phone": "phone"}),
        ({"email": "shop"}, {"email": "email"}),
        ({"site": "javascript:alert(1)"}, {"site": "site"}),
        ({"site": "https://user@romashka.example"}, {"site": "site"}),
        ({"site": "romashka"}, {"site": "site"}),
        ({"name": "и" * 81}, {"name": "long"}),
        ({"name": "и" * 81, "site": "ftp://a.example"}, {"name": "long", "site": "site"}),
    ],
)
def test_what_makes_no_sense_is_said_beside_its_field(typed: dict[str, str], errors: dict[str, str]) -> None:
    assert read_form({**GOOD, **typed}, Brand("acme"))[1].errors == errors


def test_a_pale_colour_is_said_to_be_one() -> None:
    form = read_form({"colour": "#ffee00"}, Brand("acme"))[1]
    assert (form.sample.ink, form.pale, form.errors) == ("#000000", True, {})


def changes(sessions: Sessions) -> list[dict[str, Any]]:
    with sessions() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.action == "brand").order_by(AuditRow.id))
        return [change for row in rows for change in row.detail.get("changes", ())]


def test_clients_see_what_was_saved(page: Page, sessions: Sessions, set_up: Portal) -> None:
    usual = Brand.of({}, set_up.domain).name
    assert f"<b>{usual}</b>" in page.ask("GET", "/app/s/brand").text
    looked = page.ask("POST", "/app/brand/look", **GOOD).text
    assert 'fill="#2f6b4f"' in looked
    with sessions() as session:
        assert portals.get(session, set_up.id).settings.get("brand") is None
    assert "Сохранено" in page.ask("POST", "/app/brand", **GOOD).text
    assert {each["field"]: each["after"] for each in changes(sessions)} == {
        "brand_name": "Лён и Хвоя", "brand_colour": "#2f6b4f", "brand_phone": "+74951234567",
        "brand_hours": GOOD["hours"], "brand_email": GOOD["email"], "brand_site": "https://romashka.example",
    }  # fmt: skip
    with sessions() as session:
        public_id = portals.get(session, set_up.id).public_id
    shown = page.client.get(f"/r/{public_id}").text
    assert "Лён и Хвоя" in shown
    assert "pub-logo" not in shown
    wrong = page.ask("POST", "/app/brand", **{**GOOD, "site": "нет"}).text
    assert re.search(r'name="site"[^>]*value="нет"[^>]*aria-invalid="true"', wrong)
    assert "Нужен адрес сайта" in wrong


def sent(page: Page, content: bytes) -> str:
    return page.ask("POST", "/app/brand/logo", logo=(io.BytesIO(content), "logo.png")).text


def test_the_picture_is_shown_to_clients_and_taken_away(
    page: Page, page_app: Flask, sessions: Sessions, set_up: Portal
) -> None:
    assert "Выберите картинку" in page.ask("POST", "/app/brand/logo").text
    assert "Картинку не прочитать" in sent(page, b"GIF89a")
    assert "Картинка больше 200 КБ" in sent(page, b"x" * 300_000)
    assert changes(sessions) == []
    page.ask("POST", "/app/brand", **GOOD)
    shown = sent(page, png())
    assert "Убрать" in shown
    with sessions() as session:
        public_id = portals.get(session, set_up.id).public_id
        mark = portals.get(session, set_up.id).settings["brand"]["logo"]
    address = f"/r/{public_id}/logo.png?v={mark}"
    assert address in page_app.test_client().get(f"/r/{public_id}").text
    answer = page_app.test_client().get(address)
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert answer.data.startswith(b"\x89PNG")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in answer.headers["Cache-Control"]
    assert "immutable" not in page_app.test_client().get(f"/r/{public_id}/logo.png?v=older").headers["Cache-Control"]
    # The same picture again is the same one; other settings do not forget it.
    assert mark in sent(page, png())
    page.ask("POST", "/app/brand", **GOOD)
    assert address in page_app.test_client().get(f"/r/{public_id}").text
    page.ask("POST", "/app/brand/logo/off")
    assert page_app.test_client().get(address).status_code == 404
    assert "pub-logo" not in page_app.test_client().get(f"/r/{public_id}").text
    with session_scope(sessions) as session:
        assert session.scalars(select(PortalLogo)).all() == []
    assert [each["field"] for each in changes(sessions)][-3:] == ["brand_logo", "brand_logo", "brand_logo"]
