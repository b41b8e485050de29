"""The app's page: administrators only, one sentence of health first, set-up that is checked on the server."""

import re
from typing import Any

import pytest
from sqlalchemy import select

from b24app.clock import FixedClock
from b24app.flows.portions import OnFailure
from b24app.flows.snapshot import Defaults
from b24app.logistics.model import DeliveryKind
from b24app.logistics.ports import TestStep
from b24app.logistics.problem import Field, Problem, Who
from b24app.runners.views import pipeline_config
from b24app.store import deals, portal_settings, portals, problems
from b24app.store.engine import Sessions, session_scope
from b24app.store.models import Connection, InboxRow, Lane, LaneKind, Pipeline, Portal
from tests.unit.placements.page import Page

ACCOUNT = {"title": "СДЭК, склад", "mode": "test", "account": "acc", "secret": "s3cret", "contract": "1", "vat": ""}


@pytest.fixture
def page(unopened: Page) -> Page:
    """Each test opens it itself."""
    return unopened


def one(sessions: Sessions, table: Any, **where: Any) -> Any:
    with sessions() as session:
        return session.scalars(select(table).filter_by(**where)).one()


def test_a_manager_has_the_returns_and_nothing_of_the_set_up(page: Page, person: Any) -> None:
    person.answers["user.admin"] = False
    answer = page.open()
    assert answer.status_code == 200
    assert 'data-section="returns"' in answer.text
    tabs = answer.text.partition("<nav")[2].partition("</nav>")[0]
    assert tabs.count("<a ") == 1
    assert "data-news" not in answer.text
    assert page.ask("GET", "/app/s/health").status_code == 403


def test_a_manager_without_the_right_is_sent_to_the_administrator(
    page: Page, person: Any, sessions: Sessions, set_up: Portal
) -> None:
    with session_scope(sessions) as session:
        portal_settings.merge(session, set_up.id, rights={"returns": {"users": [9]}})
    person.answers["user.admin"] = False
    answer = page.open()
    assert answer.status_code == 403
    assert "только администратор портала" in answer.text
    assert page.token == ""


def test_all_is_well_only_when_it_is(page: Page) -> None:
    assert "Всё работает" in page.health()


def test_the_worst_comes_first(page: Page, sessions: Sessions, set_up: Portal, clock: FixedClock) -> None:
    found = Problem("phone_missing", Field.PHONE, Who.MANAGER).to_json()
    with session_scope(sessions) as session:
        problems.open_problem(session, set_up.id, 501, "k", found, now=clock.now())
    assert "1 сделку нужно поправить" in page.health()
    with session_scope(sessions) as session:
        session.scalars(select(Connection).where(Connection.portal_id == set_up.id)).one().state = "broken"
    text = page.health()
    assert "Перевозчик больше не принимает доступ" in text
    assert "исправит менеджер сделки" in text


def test_deals_that_wait_for_a_person_are_shipped_by_one(
    page: Page, sessions: Sessions, set_up: Portal, clock: FixedClock
) -> None:
    waiting = {"title": "Старая сделка", "waits_for_person": "old_move", "moved_at": clock.now()}
    with session_scope(sessions) as session:
        deals.save(session, set_up.id, {569: waiting})
    text = page.health()
    assert "Старая сделка" in text
    key = re.findall(r'name="key" value="([\w-]+)"', text)[0]
    page.ask("POST", "/app/deal/569/ship_now", key=key)
    row = one(sessions, InboxRow)
    assert (row.kind, row.key, row.payload["name"]) == ("ship_now", "569", "Анна Лугова")


def test_a_connection_is_saved_tested_and_its_secret_never_shown(
    page: Page, sessions: Sessions, set_up: Portal
) -> None:
    page.open()
    answer = page.ask("POST", "/app/account/cdek/0", **ACCOUNT)
    assert "Сохранено" in answer.text
    assert "s3cret" not in answer.text
    assert answer.headers["HX-Trigger"] == "accounts-changed"
    row = one(sessions, Connection, title="СДЭК, склад")
    assert (row.portal_id, row.state, row.mode, row.settings["secret"]) == (set_up.id, "untested", "test", "s3cret")
    lane = one(sessions, Lane, kind=LaneKind.CONNECTION, owner_id=row.id)
    assert one(sessions, InboxRow, kind="test").lane_id == lane.id
    assert "s3cret" not in page.health() + page.ask("GET", f"/app/s/connections?open={row.id}").text


def test_an_empty_secret_keeps_the_stored_one(page: Page, sessions: Sessions) -> None:
    page.open()
    page.ask("POST", "/app/account/cdek/0", **ACCOUNT)
    row = one(sessions, Connection, title="СДЭК, склад")
    page.ask("POST", f"/app/account/cdek/{row.id}", **{**ACCOUNT, "secret": "", "account": "acc2"})
    row = one(sessions, Connection, id=row.id)
    assert (row.settings["secret"], row.settings["account"]) == ("s3cret", "acc2")


@pytest.mark.parametrize(
    ("over", "said"), [({"account": ""}, "Без этого не получится"), ({"contract": "9"}, "Выберите из списка")]
)
def test_a_form_that_is_wrong_says_where(page: Page, sessions: Sessions, over: dict[str, str], said: str) -> None:
    page.open()
    answer = page.ask("POST", "/app/account/cdek/0", **{**ACCOUNT, **over})
    assert said in answer.text
    assert 'aria-invalid="true"' in answer.text
    with sessions() as session:
        assert session.scalars(select(Connection).where(Connection.title == "СДЭК, склад")).all() == []


def test_a_neighbours_connection_cannot_be_touched(page: Page, sessions: Sessions, neighbour: Portal) -> None:
    page.open()
    with sessions() as session:
        theirs = portals.connections(session, neighbour.id)[0].id
    page.ask("POST", f"/app/account/cdek/{theirs}", **ACCOUNT)
    assert page.ask("POST", f"/app/account/{theirs}/pause").status_code == 409
    row = one(sessions, Connection, id=theirs)
    assert (row.title, row.state) == ("CDEK", "untested")


def test_what_the_test_said_is_shown_in_words(
    page: Page, sessions: Sessions, set_up: Portal, clock: FixedClock
) -> None:
    refused = Problem("account_missing", Field.ACCOUNT, Who.ADMIN, "invalid_client", "Bad client credentials")
    steps = [TestStep("settings", True), TestStep("sign_in", False, refused, "refused")]
    with session_scope(sessions) as session:
        account = portals.connections(session, set_up.id)[0]
        portal_settings.save_test_report(
            session, set_up.id, account.id, [step.to_json() for step in steps], clock.now()
        )
    text = page.health()
    assert "Настройки заполнены" in text
    assert "Bad client credentials" in text


def pipeline_data(sessions: Sessions, portal: Portal, **over: str) -> dict[str, str]:
    with sessions() as session:
        account = portals.connections(session, portal.id)[0].id
    data = {
        "enabled": "yes",
        "trigger_stage": "SHIP",
        "connection_id": str(account),
        "service": "parcel",
        "hold_s": "30",
        "default_weight_g": "500",
        "stage_delivered": "WON",
        "stage_created": "",
    }
    return {name: value for name, value in {**data, **over}.items() if value}


def test_a_pipeline_is_saved_with_what_the_flows_need(page: Page, sessions: Sessions, set_up: Portal) -> None:
    page.open()
    answer = page.ask("POST", "/app/pipeline/0", **pipeline_data(sessions, set_up))
    assert "Сохранено" in answer.text
    row = one(sessions, Pipeline)
    assert (row.enabled, row.hold_s, row.status_stages) == (True, 30, {"delivered": "WON"})
    assert row.services == {"courier": "parcel", "pickup": "parcel"}
    assert row.settings == {
        "more_triggers": [],
        "stage_names": {"SHIP": "На отгрузку", "WON": "Успех"},
        "defaults": {"weight_g": 500},
    }
    config = pipeline_config(one(sessions, Portal, id=set_up.id), row, 60)
    assert config is not None
    assert (config.triggers, config.stage_order, config.forward_only) == (("SHIP",), ("NEW", "SHIP", "WON"), True)
    assert (config.delivery_types, config.defaults) == ({"31": DeliveryKind.COURIER}, Defaults(weight_g=500))


def test_several_stages_ship_and_a_new_one_starts_at_the_newest_move(
    page: Page, sessions: Sessions, set_up: Portal
) -> None:
    page.open()
    with session_scope(sessions) as session:
        session.scalars(select(Pipeline)).one().on_since_history_id = 5
    more = {"more_trigger_NEW": "yes", "more_trigger_WON": "yes", "backwards": "yes", "on_failure": "yes"}
    page.ask("POST", "/app/pipeline/0", **pipeline_data(sessions, set_up, **more))
    row = one(sessions, Pipeline)
    assert (row.settings["more_triggers"], row.forward_only, row.on_since_history_id) == (["NEW"], False, None)
    portal = one(sessions, Portal, id=set_up.id)
    config = pipeline_config(portal, row, 60)
    assert config is not None
    assert config.on_failure is OnFailure.FOLLOW


def test_what_was_typed_stays_when_something_is_wrong(page: Page, sessions: Sessions, set_up: Portal) -> None:
    page.open()
    typed = {"default_weight_g": "полкило", "default_length_mm": "30 см", "stage_in_transit": "SHIP"}
    text = page.ask("POST", "/app/pipeline/0", **pipeline_data(sessions, set_up, **typed)).text
    assert "Вес так: 500, 500 г или 1,5 кг" in text
    assert "сделка отправилась бы ещё раз" in text
    assert ('value="полкило"' in text, 'value="30 см"' in text) == (True, True)


def test_a_stage_that_vanished_from_the_portal_is_shown_with_the_way_out(
    page: Page, sessions: Sessions, set_up: Portal
) -> None:
    page.open()
    page.ask("POST", "/app/pipeline/0", **pipeline_data(sessions, set_up))

    def vanish(settings: dict[str, Any]) -> None:
        stages = settings["pipelines"][0]["stages"]
        settings["pipelines"] = [{**settings["pipelines"][0], "stages": [s for s in stages if s["id"] != "SHIP"]}]

    with session_scope(sessions) as session:
        portal_settings.change(session, set_up.id, vanish)
    text = page.ask("GET", "/app/pipelines").text
    assert "Стадии нет в портале: На отгрузку" in text
    assert "На отгрузку (нет в портале)" in text
    refused = page.ask("POST", "/app/pipeline/0", **pipeline_data(sessions, set_up)).text
    assert "Этой стадии больше нет в портале" in refused


def test_a_pipeline_that_vanished_is_put_away(page: Page, sessions: Sessions, set_up: Portal) -> None:
    page.open()
    with session_scope(sessions) as session:
        session.scalars(select(Pipeline)).one().category_id = 9
    assert "Удалённая воронка" in page.ask("GET", "/app/pipelines").text
    assert "Удалённая воронка" not in page.ask("POST", "/app/pipeline/9/forget").text
    assert one(sessions, Pipeline).enabled is False


def test_the_portal_is_read_again_from_the_stages(
    page: Page, sessions: Sessions, set_up: Portal, clock: FixedClock
) -> None:
    with session_scope(sessions) as session:
        portals.save_steps(session, set_up.id, [{"step": "stage", "state": "done"}], clock.now())
    page.open()
    assert "Читаем портал" in page.ask("POST", "/app/pipelines/reread").text
    assert one(sessions, InboxRow, kind="install").key == "install"


def test_switching_on_forgets_the_old_start_so_that_history_does_not_ship(
    page: Page, sessions: Sessions, set_up: Portal
) -> None:
    page.open()
    with session_scope(sessions) as session:
        row = session.scalars(select(Pipeline)).one()
        row.enabled, row.on_since_history_id = False, 5
    page.ask("POST", "/app/pipeline/0", **pipeline_data(sessions, set_up))
    assert one(sessions, Pipeline).on_since_history_id is None
    assert one(sessions, Lane, kind=LaneKind.PORTAL, owner_id=set_up.id).next_due_at is not None


def test_editing_a_running_pipeline_keeps_its_start(page: Page, sessions: Sessions, set_up: Portal) -> None:
    page.open()
    with session_scope(sessions) as session:
        session.scalars(select(Pipeline)).one().on_since_history_id = 5
    page.ask("POST", "/app/pipeline/0", **pipeline_data(sessions, set_up, hold_s="10"))
    assert one(sessions, Pipeline).on_since_history_id == 5


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({"trigger_stage": ""}, "Без этого не получится"),
        ({"trigger_stage": "WON"}, "Выберите из списка"),
        ({"connection_id": ""}, "Сначала проверьте подключение"),
        ({"hold_s": "soon"}, "Число от 0 до 3600"),
        ({"hold_s": "9999"}, "Число от 0 до 3600"),
    ],
)
def test_a_pipeline_is_not_switched_on_half_done(
    page: Page, sessions: Sessions, set_up: Portal, over: dict[str, str], said: str
) -> None:
    page.open()
    with session_scope(sessions) as session:
        session.scalars(select(Pipeline)).one().enabled = False
    assert said in page.ask("POST", "/app/pipeline/0", **pipeline_data(sessions, set_up, **over)).text
    assert one(sessions, Pipeline).enabled is False


def test_the_page_watches_by_one_cheap_request(page: Page) -> None:
    version = re.findall(r'data-live="/app/version" data-version="(\w+)"', page.health())[0]
    assert page.ask("GET", f"/app/version?v={version}").status_code == 204
    assert "Всё работает" in page.ask("GET", "/app/version?v=old").text


def test_a_tabs_session_does_not_open_the_apps_page(page: Page, parts: Any, clock: FixedClock) -> None:
    from b24app.frames.session import PageSession, prove

    tab = PageSession(1, 7, "CRM_DEAL_DETAIL_TAB", 8061, "ru", "UTC", "https://north.bitrix24.ru", True, "Анна", 0, 0)
    page.token = parts.signer.write(prove(tab, clock.now()))
    assert page.ask("GET", "/app/version").status_code == 403
