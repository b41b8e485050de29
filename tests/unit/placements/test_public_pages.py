"""Pages that open without a portal: the component sheet (demo and test only), the privacy policy and the licence."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from b24app import create_app
from b24app.frames.words import words
from b24app.logistics.status import Status
from b24app.settings import Settings
from placements.components import COLOURS, status_rows
from placements.legal import PATHS

ROOT = Path(__file__).parents[3]


@pytest.fixture
def browser(tmp_path: Path) -> Any:
    """A client of a server whose settings are the defaults but for those given."""

    def open_(**values: Any) -> FlaskClient:
        given = {"profile": "test", "database_url": f"sqlite:///{tmp_path / 'x.db'}", "signing_keys": ("k",)}
        return create_app(Settings.model_validate(given | values), "pages").test_client()

    return open_


@pytest.mark.parametrize(("profile", "status"), [("demo", 200), ("test", 200), ("production", 404)])
def test_the_sheet_is_for_the_demo_only(browser: Any, profile: str, status: int) -> None:
    assert browser(profile=profile).get("/components").status_code == status


@pytest.mark.parametrize(
    ("query", "theme", "title"),
    [
        ("?lang=ru&theme=dark", "dark", "Лист компонентов"),
        ("?lang=en&theme=neon", "light", "Component sheet"),
        ("?lang=kz", "light", "Лист компонентов"),
    ],
)
def test_the_sheet_in_both_languages_and_themes(browser: Any, query: str, theme: str, title: str) -> None:
    text = browser().get(f"/components{query}").text
    assert f'data-theme="{theme}"' in text
    assert f"<h1>{title}</h1>" in text


def test_the_sheet_shows_every_status_and_every_macro(browser: Any) -> None:
    text = browser().get("/components?lang=ru").text
    assert [row.code for row in status_rows()] == [status.value for status in Status]
    assert all(row.ru in text and row.en in text for row in status_rows())
    drawn = "".join(path.read_text() for path in (ROOT / "templates/sheet").glob("*.html"))
    drawn += (ROOT / "templates/pages/components.html").read_text()
    macros = {
        name
        for file in ("messages", "forms", "data", "frame")
        for name in re.findall(r"{% macro (\w+)\(", (ROOT / f"templates/macros/{file}.html").read_text())
    }
    assert sorted(name for name in macros if not re.search(rf"\b(?:msg|form|data|frame)\.{name}\(", drawn)) == []


def test_every_colour_of_the_sheet_is_a_token() -> None:
    tokens = (ROOT / "static/css/waybill.css").read_text()
    styles = (ROOT / "static/css/app.css").read_text()
    assert [name for name in COLOURS if f"--wb-{name}:" not in tokens] == []
    assert [name for name in COLOURS if f".wb-swatch--{name} " not in styles] == []


@pytest.mark.parametrize("path", PATHS)
def test_the_documents_answer_head_and_are_framed_by_nobody(browser: Any, path: str) -> None:
    answer = browser().head(path)
    assert answer.status_code == 200
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_the_policy_tells_this_deployments_numbers_and_contacts(browser: Any) -> None:
    client = browser(
        call_log_days=21,
        attempts_days=33,
        audit_days=401,
        vendor_name="ООО «Ромашка»",
        vendor_email="help@example.com",
        profile="demo",
    )
    ru, en = (client.get(f"/legal/privacy?lang={lang}").text for lang in ("ru", "en"))
    assert all(
        text in ru for text in ("21 день", "33 дня", "401 день", "ООО «Ромашка»", "mailto:help@example.com", "СДЭК")
    )
    assert all(
        text in en for text in ("21 days", "33 days", "401 days", "ООО «Ромашка»", "mailto:help@example.com", "CDEK")
    )


def test_nobody_is_invented_when_contacts_are_missing(browser: Any) -> None:
    assert words("en")("legal.nobody") in browser().get("/legal/licence?lang=en").text


def test_the_language_is_the_browsers_unless_the_link_says_otherwise(browser: Any) -> None:
    client = browser()
    for header, query, title in (
        ("ru-RU,ru;q=0.9,en;q=0.8", "", "Лицензионное соглашение"),
        ("ru-RU", "?lang=en", "Licence agreement"),
        ("de-DE", "", "Licence agreement"),
    ):
        text = client.get(f"/legal/licence{query}", headers={"Accept-Language": header}).text
        assert f"<h1>{title}</h1>" in text


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_the_licence_quotes_the_apps_name_letter_by_letter(browser: Any, lang: str) -> None:
    """Contract §6.2: the name on the card and the one in the agreement are the same."""
    name = words(lang)("legal.app_name")
    assert name in browser().get(f"/legal/licence?lang={lang}").text
    listing = (ROOT / f"docs/market/listing.{lang}.md").read_text()
    assert f"**{name}**" in listing
