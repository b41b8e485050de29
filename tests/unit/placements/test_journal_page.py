"""The journal: what people did, in words, by person, kind, deal and days."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from b24app.clock import FixedClock
from b24app.flows.choose import Conditions
from b24app.frames.formats import Formats
from b24app.frames.words import LANGUAGES, words
from b24app.logistics.status import Status
from b24app.store import audit
from b24app.store.audit import Act, Author, Change, Group
from b24app.store.engine import Sessions, session_scope
from b24app.store.models import Connection, Origin, Pipeline, Portal, Rule
from b24app.store.retention import Keep, purge
from b24app.systems import discover
from placements.app import audited, journal_view
from placements.app.changes_view import ChangeWords
from tests.unit.placements.page import Page

ANNA, BORIS = Author(7, "Анна Лугова"), Author(9, "Борис Седов")
#: The reader of these tests has the clock of Omsk, six hours before UTC.
NIGHT = datetime(2026, 11, 22, 19, 30, tzinfo=UTC)


@pytest.fixture
def done(sessions: Sessions, set_up: Portal, neighbour: Portal, clock: FixedClock) -> None:
    """Five acts of ours, oldest first, and one of a neighbour's."""
    now = clock.now()

    def act(what: Act, at: datetime, by: Author | None, portal: Portal = set_up, **more: Any) -> None:
        audit.write(session, portal.id, what, at, by=by, **more)

    with session_scope(sessions) as session:
        act(Act.INSTALL, now - timedelta(days=3), ANNA)
        hold, secret = Change("hold_s", 0, 60), Change("own_secret", hidden=True)
        told = {"title": "СДЭК, склад", "system": "cdek"}
        act(Act.CONNECTION, now - timedelta(days=2), BORIS, changes=(secret, hold), detail=told)
        act(Act.GIVE_UP, NIGHT, ANNA, deal_id=501, detail={"reason": "отвезли сами"})
        price = Change("price_minor", 48000, 51200)
        act(
            Act.PRICE_CHANGED, now - timedelta(hours=1), None, deal_id=502, changes=(price,), detail={"currency": "RUB"}
        )
        act(Act.SHIP_NOW, now, BORIS, deal_id=501)
        act(Act.RULE, now, Author(5, "Сосед"), neighbour, detail={"title": "Чужое правило"})


def acts(text: str) -> list[str]:
    return re.findall(r'<div class="wb-journal"><b>(.*?)</b>', text)


ALL = [
    "«Оформить»",
    "Перевозчик изменил цену",
    "От неудачной отправки отказались",
    "Изменено подключение: СДЭК, склад",
    "Приложение установлено",
]


def test_everything_newest_first_and_nothing_of_a_neighbours(page: Page, done: None) -> None:
    shown = page.ask("GET", "/app/s/journal").text
    assert acts(shown) == ALL
    for part in (
        "Борис Седов",
        "<p>Приложение</p>",
        "Причина: «отвезли сами»",
        "480,00\u00a0₽",
        "512,00\u00a0₽",
        "60 с",
        "Secure password",
        "изменено, значение не храним",
        'hx-get="/app/trace/502"',
    ):
        assert part in shown
    assert "Чужое" not in shown
    assert "Сосед" not in shown


@pytest.mark.parametrize(
    ("asked", "seen"),
    [
        ("by=7", [2, 4]),
        ("by=9&deal=501", [0]),
        ("by=0", [1]),
        ("group=settings", [3]),
        ("group=care", [2]),
        ("group=app", [4]),
        ("group=deals&by=9", [0]),
        ("deal=502", [1]),
        ("since=2026-11-23", [0, 1, 2]),
        ("since=2026-11-23&until=2026-11-23", [0, 1, 2]),
        ("until=2026-11-22", [3, 4]),
        ("since=2020-01-01&until=2020-01-02", []),
        ("by=5", [0, 1, 2, 3, 4]),
    ],
)
def test_filters(page: Page, done: None, asked: str, seen: list[int]) -> None:
    assert acts(page.ask("GET", f"/app/journal/rows?{asked}").text) == [ALL[n] for n in seen]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("by=5", "Выберите из списка"),
        ("group=nonsense", "Выберите из списка"),
        ("deal=Olga", "состоит из цифр"),
        ("since=yesterday", "Не понимаем день"),
        ("until=0001-01-01", "Не понимаем день"),
        ("since=2026-11-12&until=2026-11-01", "раньше первого"),
        ("deal=7", "Таких действий нет"),
        ("after=2026-11-12T00:00:00_5", "Журнал"),
    ],
)
def test_a_wrong_filter_is_answered_in_words(page: Page, done: None, asked: str, said: str) -> None:
    answer = page.ask("GET", f"/app/s/journal?{asked}")
    assert answer.status_code == 200
    assert said in answer.text


def test_nothing_yet(page: Page) -> None:
    assert "Пока никто ничего не делал" in page.ask("GET", "/app/s/journal").text


def test_pages_follow_each_other(page: Page, sessions: Sessions, set_up: Portal, clock: FixedClock) -> None:
    """Two hours apart, so that a page ends within a day: the next one does not name that day again."""
    with session_scope(sessions) as session:
        for n in range(120):
            at = clock.now() - timedelta(hours=2 * n)
            audit.write(session, set_up.id, Act.RULE, at, by=ANNA, detail={"title": f"n{n}."})
    seen, titles, after = [], [], ""
    while True:
        headers = {"Authorization": f"Bearer {page.token}"}
        query = {"after": after, "group": "settings"}
        text = page.client.get("/app/journal/rows", query_string=query, headers=headers).text
        seen += re.findall(r": (n\d+)\.</b>", text)
        titles += re.findall(r'class="wb-day">(.*?)<', text)
        after = next(iter(re.findall(r'name="after" value="([^"]+)"', text)), "").replace("&#43;", "+")
        if not after:
            break
        assert 'name="group" value="settings"' in text
    assert seen == [f"n{n}" for n in range(120)]
    assert len(titles) == len(set(titles)) > 8


def test_a_deals_trace_tells_its_acts(page: Page, done: None) -> None:
    text = page.ask("GET", "/app/trace/502").text
    assert "Перевозчик изменил цену" in text
    assert "Цена: 480,00\u00a0₽ → 512,00\u00a0₽" in text
    assert "Анна Лугова: от неудачной отправки отказались" in page.ask("GET", "/app/trace/501").text


def test_long_changes_are_folded(page: Page, sessions: Sessions, set_up: Portal, clock: FixedClock) -> None:
    changes = [Change(name, None, 100) for name in ("weight_g", "length_mm", "width_mm", "height_mm", "packaging_g")]
    with session_scope(sessions) as session:
        audit.write(session, set_up.id, Act.DEFAULTS, clock.now(), by=ANNA, changes=changes)
    text = page.ask("GET", "/app/s/journal").text
    assert "Что изменилось (5)" in text
    assert "100\u00a0г" in text


def test_old_rows_are_forgotten(sessions: Sessions, set_up: Portal, clock: FixedClock) -> None:
    with session_scope(sessions) as session:
        for days in (364, 366):
            audit.write(session, set_up.id, Act.RULE, clock.now() - timedelta(days=days), by=ANNA)
    assert purge(sessions, clock.now(), Keep()) == 1
    with sessions() as session:
        [row] = audit.newest(session, set_up.id, audit.Wanted())
    assert (clock.now() - row.at).days == 364


# --- words of values -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("mode", "live", "Боевой"),
        ("cod_source", "unpaid", "неоплаченные оплаты сделки"),
        ("kind", "pickup", "В пункт выдачи"),
        ("service", "cdek:parcel", dict(discover()["cdek"].manifest.services)["parcel"]["ru"]),
        ("service", "gone:fast", "fast"),
        ("weight_from_g", 1500, "1,500\u00a0кг"),
        ("value_to_minor", 150000, "1\u00a0500,00\u00a0₽"),
        ("weight_g", 1500, "1,5\u00a0кг"),
        ("weight_g", 0, "0"),
        ("enabled", False, "нет"),
        ("cities", ["Казань", "Уфа"], "Казань, Уфа"),
        ("right_ship", "everyone", "все, кто видит сделку"),
        ("right_ship", ["Борис"], "Борис"),
        ("title", "journal.nothing", "journal.nothing"),
        ("title", None, "пусто"),
        ("position", 3, "3"),
    ],
)
def test_values_in_words(ru: Formats, field: str, value: Any, said: str) -> None:
    manifests = {code: plugin.manifest for code, plugin in discover().items()}
    [shown] = ChangeWords(ru, manifests).shown([Change(field, value, value)], {})
    assert (shown.before, shown.after) == (said, said)


def told() -> set[str]:
    """Fields of everything that the audit compares."""
    account = Connection(title="a", mode="test", settings={}, id=1, system="cdek")
    pipeline = Pipeline(
        trigger_stage="S", connection_id=1, services={"courier": "parcel"}, settings={"defaults": {"weight_g": 1}},
        status_stages={"delivered": "W"}, enabled=True, hold_s=0, forward_only=True,
    )  # fmt: skip
    both = {"courier": "parcel", "pickup": "parcel"}
    rule = Rule(title="r", services={"courier": "a", "pickup": "b"}, connection_id=1, conditions=Conditions().to_json())
    known: Mapping[str, Any] = {"stages": []}
    found = [
        audited.account(account, []),
        audited.origin(Origin(title="o", is_default=True, details={})),
        audited.pipeline(pipeline, known, [account], {}),
        audited.services(both, account),
        audited.rule(rule, [account], []),
        audited.rights({}, []),
        dict.fromkeys(("position", "enabled", "price_minor", "length_mm", "width_mm", "height_mm", "packaging_g")),
        {f"stage_{status.value}": "" for status in Status},
    ]
    return {name for each in found for name in each}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_field_has_a_name(lang: str) -> None:
    says = ChangeWords(Formats(words(lang), ZoneInfo("UTC"), NIGHT), {})
    assert len(told()) > 30
    assert [field for field in sorted(told()) if says.label(field) == field] == []


def test_secrets_and_free_texts_of_every_system_are_hidden() -> None:
    for plugin in discover().values():
        hidden = audited.account_hidden(plugin.manifest)
        plain = {each.name for each in plugin.manifest.settings_form if audited.OWN + each.name not in hidden}
        assert all(each.kind != "secret" for each in plugin.manifest.settings_form if each.name in plain)
        # Where calls go is told: such an address holds neither a name nor a password (`systems/typed.py`).
        plain -= {each.name for each in plugin.manifest.settings_form if each.kind == "url"}
        assert not [name for name in plain if re.search("name|phone|mail|address|token|password|login|key", name)]


def test_groups_know_every_act() -> None:
    assert {group: bool(acts) for group, acts in audit.ACTS.items()} == dict.fromkeys(Group, True)
    assert journal_view._GROUPS.keys() == {act.value for act in Act}
