"""The page of messages to clients: the wizard to its end, one moment's ways and texts, a pipeline of its own, who wants
to hear nothing, and what a real deal's client would be told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from b24app.clock import FixedClock
from b24app.flows.brand import Brand
from b24app.flows.messages.defaults import default
from b24app.flows.messages.moments import Moment
from b24app.flows.messages.offered import RECOMMENDED
from b24app.flows.messages.rules import EVERY, KEY, Channel, MessageRules, Plan, Template
from b24app.logistics.status import Status
from b24app.store import message_stops, messages, portal_settings, portals
from b24app.store.engine import Sessions, session_scope
from b24app.store.message_stats import Told, since
from b24app.store.messages import Occasion
from b24app.store.models import AuditRow, ConnectionState, Message, MessageState, Portal, Shipment
from placements.app import messages_rules as rules_of
from placements.app.messages_automation import robot_text
from placements.app.messages_form import read_sending, read_text, read_ways
from tests.unit.placements.page import Page
from tests.unit.placements.public_order import DEAL, NAME, begun, ship

PLAN = "/app/messages/plan/all/ready"


@pytest.fixture
def database_url(sqlite_database_url: str) -> str:
    """One database is enough here: settings are one row."""
    return sqlite_database_url


def kept(sessions: Sessions, portal: Portal) -> MessageRules:
    with sessions() as session:
        return MessageRules.of(portals.get(session, portal.id).settings)


def ready(sessions: Sessions, portal: Portal, rules: MessageRules) -> None:
    with session_scope(sessions) as session:
        portal_settings.merge(session, portal.id, **{KEY: rules.to_json(), rules_of.SETUP: {"done": True}})


def acts(sessions: Sessions) -> list[tuple[str, dict[str, Any]]]:
    with sessions() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.action.startswith("message")).order_by(AuditRow.id))
        return [(row.action, {each["field"]: each["after"] for each in row.detail.get("changes", ())}) for row in rows]


def gateway(sessions: Sessions, portal: Portal, state: ConnectionState = ConnectionState.READY) -> int:
    with session_scope(sessions) as session:
        now = portals.connections(session, portal.id)[0].created_at
        row = portals.add_connection(session, portal.id, "smsc", "SMS", "live", {}, now)
        row.state = state
        return row.id


# --- the wizard -----------------------------------------------------------------------------------------------------


def test_five_steps_and_messages_are_on(page: Page, sessions: Sessions, set_up: Portal) -> None:
    account = gateway(sessions, set_up)
    shown = page.ask("GET", "/app/s/messages").text
    assert 'data-screen="wizard"' in shown
    assert "Подключено: «SMS»" in shown
    assert "Выберите, чем отправлять" in page.ask("POST", "/app/messages/step/1", way1="").text
    shown = page.ask("POST", "/app/messages/step/1", way1="sms", way2="email", way3="sms").text
    # What we would choose is ticked, and nothing is on yet.
    assert set(re.findall(r'name="on_(\w+)" value="yes" checked', shown)) == {each.value for each in RECOMMENDED}
    assert not any(own.on for own in kept(sessions, set_up).plans[EVERY].values())
    assert "Выберите, о чём писать" in page.ask("POST", "/app/messages/step/2").text
    # Nobody jumps over a step.
    assert page.ask("POST", "/app/messages/step/4").status_code == 422
    shown = page.ask("POST", "/app/messages/step/2", on_ready="yes", on_late="yes").text
    assert default(Moment.LATE, "ru", Channel.SMS).body in shown
    assert 'hx-get="/app/messages/plan/all/ready"' in shown
    page.ask("POST", "/app/messages/step/3")
    assert "Нужен адрес или имя" in page.ask(
        "POST", "/app/messages/step/4", quiet_from="22", quiet_to="8", sms=str(account), sender="Ромашка"
    ).text  # fmt: skip
    shown = page.ask(
        "POST", "/app/messages/step/4", quiet_from="22", quiet_to="8", sms=str(account),
        sender="Лён <shop@len.example>",
    ).text  # fmt: skip
    assert 'id="messages-try"' in shown
    # Whoever comes back finds the step they were at.
    assert 'id="messages-try"' in page.ask("GET", "/app/s/messages").text
    assert 'data-screen="overview"' in page.ask("POST", "/app/messages/on").text
    rules = kept(sessions, set_up)
    assert (rules.on, rules.quiet_from, rules.quiet_to, rules.sms) == (True, 22, 8, account)
    assert rules.sender == "Лён <shop@len.example>"
    assert rules.plan(0, Moment.READY) == Plan(True, (Channel.SMS, Channel.EMAIL))
    assert not rules.plan(0, Moment.NUMBER).on
    assert 'data-screen="overview"' in page.ask("GET", "/app/s/messages").text
    assert acts(sessions) == [
        ("messages", {"message_channels": ["Письмо", "SMS"]}),
        ("messages", {"message_moments": ["Можно забрать", "Опаздывает"]}),
        ("messages", {"message_quiet": "22:00–8:00", "message_sms": "SMS", "message_sender": rules.sender}),
        ("messages_on", {"enabled": True}),
    ]


@pytest.mark.parametrize(
    ("plans", "says"),
    [
        ({}, "Выберите, о чём писать"),
        ({Moment.READY: Plan(True)}, "Выберите, чем отправлять"),
        ({Moment.READY: Plan(True, (Channel.SMS,))}, "Вы выбрали только SMS, но не подключение"),
    ],
)
def test_what_would_send_nothing_is_not_switched_on(
    page: Page, sessions: Sessions, set_up: Portal, plans: Mapping[Moment, Plan], says: str
) -> None:
    ready(sessions, set_up, MessageRules(plans={EVERY: plans}))
    assert says in page.ask("POST", "/app/messages/on").text
    assert not kept(sessions, set_up).on


def test_switched_off_it_stays_seen_at_a_glance(page: Page, sessions: Sessions, set_up: Portal) -> None:
    ready(sessions, set_up, MessageRules(on=True, plans={EVERY: {Moment.READY: Plan(True, (Channel.EMAIL,))}}))
    assert "Сообщения выключены" in page.ask("POST", "/app/messages/off").text
    assert not kept(sessions, set_up).on
    shown = page.ask("POST", "/app/messages/plan/all/ready/switch").text
    assert 'data-screen="overview"' in shown
    assert not kept(sessions, set_up).plans[EVERY][Moment.READY].on
    page.ask("POST", "/app/messages/plan/all/ready/switch", on="yes")
    assert kept(sessions, set_up).plans[EVERY][Moment.READY].on
    # A moment without ways cannot be switched on: its own page says so.
    assert "Выберите, чем отправлять" in page.ask("POST", "/app/messages/plan/all/late/switch", on="yes").text


def test_messages_that_are_on_without_the_wizard_need_none(page: Page, sessions: Sessions, set_up: Portal) -> None:
    with session_scope(sessions) as session:
        portal_settings.merge(session, set_up.id, **{KEY: MessageRules(on=True).to_json()})
    assert 'data-screen="overview"' in page.ask("GET", "/app/s/messages").text


# --- one moment -----------------------------------------------------------------------------------------------------

EMAIL: dict[str, str] = {
    "on": "yes",
    "way1": "email",
    "text": "ru:email",
    "subject": "Ждёт вас",
    "body": "Заказ {заказ}",
}


def test_a_text_is_kept_and_ours_is_taken_back(page: Page, sessions: Sessions, set_up: Portal) -> None:
    ready(sessions, set_up, MessageRules())
    shown = page.ask("GET", PLAN).text
    assert default(Moment.READY, "ru", Channel.SMS).body in shown
    assert 'data-insert="{трек}"' in shown
    assert "Сохранено" in page.ask("POST", PLAN, **EMAIL).text
    own = kept(sessions, set_up).plans[EVERY][Moment.READY]
    assert own == Plan(True, (Channel.EMAIL,), {"ru:email": Template("Заказ {заказ}", "Ждёт вас")})
    # Going to another text keeps what was typed.
    shown = page.ask("POST", PLAN, **{**EMAIL, "subject": "Ждёт!", "go": "en:chat"}).text
    assert default(Moment.READY, "en", Channel.CHAT).body in shown.replace("&#39;", "'")
    assert kept(sessions, set_up).plans[EVERY][Moment.READY].texts["ru:email"].subject == "Ждёт!"
    # What is ours word by word is ours.
    ours = default(Moment.READY, "en", Channel.CHAT)
    page.ask("POST", PLAN, **{**EMAIL, "text": "en:chat", "body": ours.body.replace("\n", "\r\n")})
    assert set(kept(sessions, set_up).plans[EVERY][Moment.READY].texts) == {"ru:email"}
    page.ask("POST", PLAN, **{**EMAIL, "ours": "yes"})
    assert kept(sessions, set_up).plans[EVERY][Moment.READY].texts == {}
    assert acts(sessions)[0] == (
        "message_plan",
        {"message_on": True, "message_channels": ["Письмо"], "message_text_ru_email": "Заказ {заказ}",
         "message_subject_ru_email": "Ждёт вас"},
    )  # fmt: skip
    journal = page.ask("GET", "/app/s/journal").text
    assert "Тема письма, по-русски" in journal


@pytest.mark.parametrize(
    ("typed", "field", "says"),
    [
        ({"body": "Заказ {номер заказа}"}, "body", "Такой подстановки нет: номер заказа."),
        ({"body": "Заказ [{заказ}"}, "body", "Скобка без пары: [."),
        ({"body": " "}, "body", "Напишите текст."),
        ({"body": "и" * 20_001}, "body", "Слишком длинно, уместите в 20000 знаков."),
        ({"subject": "Заказ {}"}, "subject", "Такой подстановки нет"),
        ({"subject": "и" * 201}, "subject", "Слишком длинно, уместите в 200 знаков."),
    ],
)
def test_what_is_wrong_with_a_text_is_said_beside_it(
    page: Page, sessions: Sessions, set_up: Portal, typed: dict[str, str], field: str, says: str
) -> None:
    ready(sessions, set_up, MessageRules())
    shown = page.ask("POST", PLAN, **{**EMAIL, **typed}).text
    beside = re.search(rf'id="e-plan-{field}">.*?</span></span>', shown, re.DOTALL)
    assert beside is not None
    assert says in beside[0]
    assert kept(sessions, set_up).plans == {}


def test_a_text_is_looked_at_while_it_is_typed(page: Page, sessions: Sessions, set_up: Portal) -> None:
    ready(sessions, set_up, MessageRules())
    shown = page.ask("POST", f"{PLAN}/look", text="ru:sms", body="Заказ {заказ}: код {код}[, {имя}]").text
    assert "Заказ №\u00a05120: код 4821, Мария" in shown
    assert "1 SMS, занято 29, до следующего 41." in shown
    assert "Такой подстановки нет: опечатка." in page.ask("POST", f"{PLAN}/look", text="ru:sms", body="{опечатка}").text
    assert kept(sessions, set_up).plans == {}
    for path in ("/app/messages/plan/all/never", "/app/messages/plan/77/ready"):
        assert page.ask("GET", path).status_code >= 400
    assert page.ask("GET", f"{PLAN}?text=fr:sms").status_code == 422


def test_a_pipeline_of_its_own_begins_as_a_copy(page: Page, sessions: Sessions, set_up: Portal) -> None:
    common = {Moment.READY: Plan(True, (Channel.EMAIL,), {"ru:sms": Template("наш")})}
    ready(sessions, set_up, MessageRules(on=True, plans={EVERY: common}))
    assert "пишет то же, что все" in page.ask("GET", "/app/messages?scope=0").text
    assert "теперь свои сообщения" in page.ask("POST", "/app/messages/scope/0").text
    assert kept(sessions, set_up).plans == {EVERY: common, "0": common}
    page.ask("POST", "/app/messages/plan/0/ready/switch")
    rules = kept(sessions, set_up)
    assert (rules.plan(0, Moment.READY).on, rules.plan(5, Moment.READY).on) == (False, True)
    assert "снова пишет то же" in page.ask("POST", "/app/messages/scope/0/off").text
    assert kept(sessions, set_up).plans == {EVERY: common}
    assert [act for act, _ in acts(sessions)] == ["message_pipeline", "message_plan", "message_pipeline_off"]


def test_forms_take_what_pages_send_and_nothing_else() -> None:
    assert read_ways({"way1": "sms", "way2": "pigeon", "way3": "sms"}) == (Channel.SMS,)
    assert read_text({"body": " a \r\nb  ", "subject": "x"}, Channel.SMS) == Template("a\nb")
    rules, form = read_sending({"quiet_from": "9", "quiet_to": "9", "sms": "5", "sender": ""}, MessageRules(), [7])
    assert (rules.quiet_from, rules.quiet_to, rules.sms, form.errors) == (9, 9, 0, {})
    for sender in ("Лён", "a@b", "Лён <shop@len.example>, other@len.example", "a b@len.example", "и" * 200):
        assert read_sending({"quiet_from": "9", "quiet_to": "24", "sender": sender}, MessageRules(), [])[1].errors == {
            "quiet_to": "hour",
            "sender": "sender",
        }


def test_taking_one_text_back_leaves_the_others_of_its_language() -> None:
    own = rules_of.with_text(Plan(texts={"ru": Template("все")}), Moment.READY, "ru", Channel.SMS, None)
    assert own.texts == {"ru:email": Template("все"), "ru:chat": Template("все")}


# --- stops, numbers, a try ------------------------------------------------------------------------------------------


def test_somebody_is_stopped_and_allowed_by_hand(
    page: Page, sessions: Sessions, set_up: Portal, neighbour: Portal
) -> None:
    ready(sessions, set_up, MessageRules())
    assert "Нужен один телефон или e-mail" in page.ask("POST", "/app/messages/stops", who="клиент").text
    shown = page.ask("POST", "/app/messages/stops", who="8 900 000-14-62").text
    assert "+7 ••• •••-14-62" in shown
    assert "9000001462" not in shown.replace(" ", "").replace("-", "")
    assert "Уже не пишем" in page.ask("POST", "/app/messages/stops", who="+7 900 000 14 62").text
    page.ask("POST", "/app/messages/stops", who="Olga@Example.test")
    with session_scope(sessions) as session:
        found = message_stops.listed(session, set_up.id)
        assert [each.address for each in found] == ["olga@example.test", "+79000001462"]
        theirs = message_stops.stop(session, neighbour.id, "+79000001462", now=found[0].at)
        assert theirs
        [foreign] = message_stops.listed(session, neighbour.id)
    assert page.ask("POST", f"/app/messages/stops/{foreign.id}/off").status_code == 409
    assert "Снова пишем" in page.ask("POST", f"/app/messages/stops/{found[1].id}/off").text
    with sessions() as session:
        assert [each.address for each in message_stops.listed(session, set_up.id)] == ["olga@example.test"]
        assert message_stops.is_stopped(session, neighbour.id, "+79000001462")
        rows = session.scalars(select(AuditRow).where(AuditRow.action.startswith("message"))).all()
    assert [row.action for row in rows] == ["message_stop", "message_stop", "message_allow"]
    assert "9000001462" not in str([row.detail for row in rows])


def test_numbers_are_of_the_last_days_and_of_this_portal(
    page: Page, sessions: Sessions, set_up: Portal, neighbour: Portal, clock: FixedClock
) -> None:
    ready(sessions, set_up, MessageRules())
    assert "Сообщений пока не было" in page.ask("GET", "/app/messages").text
    states = [S.SENT, S.DELIVERED, S.DELIVERED, S.MAYBE, S.FAILED, S.DROPPED, S.WAITING]
    with session_scope(sessions) as session:
        for portal in (set_up, neighbour):
            occasions = [Occasion(Moment.READY, f"AB-{at}", DEAL) for at in range(len(states))]
            messages.note(session, portal.id, occasions, now=clock.now(), trace_id="t")
        mine = select(Message).where(Message.portal_id == set_up.id).order_by(Message.id)
        for row, state in zip(session.scalars(mine), states, strict=True):
            row.state, row.channel = state, Channel.SMS
        old = messages.note(
            session, set_up.id, [Occasion(Moment.LATE, "old", DEAL)], now=clock.now() - timedelta(days=40), trace_id="t"
        )
        assert old is not None
    with sessions() as session:
        [group] = since(session, set_up.id, clock.now() - timedelta(days=30))
    assert (group.moment, group.channel) == ("ready", "sms")
    assert group.told == Told(sent=3, delivered=2, bad=1, maybe=1, waits=1, dropped=1)
    assert "Ушло 3, из них доставлено 2. Не дошло 1, могло не уйти 1." in page.ask("GET", "/app/messages").text


S = MessageState


def test_a_try_shows_every_way_and_why_not(page: Page, sessions: Sessions, set_up: Portal, clock: FixedClock) -> None:
    ship(sessions, set_up, status=Status.IN_TRANSIT)
    account = gateway(sessions, set_up)
    own = Plan(True, (Channel.CHAT, Channel.EMAIL, Channel.SMS, Channel.TRIGGER), {"ru": Template("{имя}, {заказ}")})
    plans = {EVERY: {Moment.TRANSIT: own}}
    ready(sessions, set_up, MessageRules(on=True, plans=plans, sms=account))
    shown = page.ask("GET", "/app/messages").text
    assert f'value="{DEAL}"' in shown
    assert "Нужен номер сделки" in page.ask("POST", "/app/messages/try", deal="сделка").text
    assert page.ask("POST", "/app/messages/try", deal=str(DEAL)).status_code == 422  # without the person's key
    shown = page.ask("POST", "/app/messages/try", deal=str(DEAL), AUTH_ID="anna").text
    assert "Сообщение ушло бы сейчас" in shown
    assert re.search(rf"{NAME}, (№\s)?{DEAL}", shown)
    assert "+7 ••• •••-14-62" in shown
    assert "У контакта сделки нет e-mail" in shown
    assert "Есть ли у клиента чат" in shown
    assert "Текст напишет робот портала" in shown
    # A code is the client's alone: that one is said shows, which one does not.
    with session_scope(sessions) as session:
        session.scalars(select(Shipment)).one().pickup_code = "00042"
    said = {EVERY: {Moment.READY: replace(own, texts={"ru": Template("Код {код}")})}}
    ready(sessions, set_up, MessageRules(on=True, plans=said, sms=account))
    shown = page.ask("POST", "/app/messages/try", deal=str(DEAL), AUTH_ID="anna", moment="ready").text
    assert "Код •••" in shown
    assert "00042" not in shown
    # At night it waits for the morning, by the client's clock.
    ready(sessions, set_up, MessageRules(on=True, plans=plans, sms=account, quiet_from=1, quiet_to=23))
    assert "в 23:00 по часам клиента" in page.ask("POST", "/app/messages/try", deal=str(DEAL), AUTH_ID="anna").text
    with session_scope(sessions) as session:
        message_stops.stop(session, set_up.id, "+79000001462", now=clock.now())
    asked = {"deal": str(DEAL), "AUTH_ID": "anna"}
    assert "клиент просил не писать" in page.ask("POST", "/app/messages/try", **asked).text
    ready(sessions, set_up, MessageRules(on=True))
    assert "Подключение для SMS не выбрано" in page.ask("POST", "/app/messages/try", **asked, moment="late").text


def test_a_try_of_a_return(page: Page, sessions: Sessions, set_up: Portal) -> None:
    ship(sessions, set_up)
    asked = {"deal": str(DEAL), "AUTH_ID": "anna", "moment": "return_approved"}
    assert "У этой сделки нет возврата" in page.ask("POST", "/app/messages/try", **asked).text
    kept_ = begun(sessions, set_up)
    shown = page.ask("POST", "/app/messages/try", **asked).text
    assert f"возврат {kept_.case.number} одобрен" in shown
    assert '<option value="return_approved" selected>' in shown


def test_what_the_portals_robot_is_to_say() -> None:
    roles = {"tracking": "UF_CRM_TRACK", "link": "UF_CRM_LINK"}
    said = robot_text(Plan(), Moment.NUMBER, "ru", Brand("Лён", phone="+74951234567"), roles)
    assert said == (
        "Лён: заказ {=Document:ID} передан в доставку. Трек {=Document:UF_CRM_TRACK}. Где он: {=Document:UF_CRM_LINK}"
    )
    bare = robot_text(Plan(), Moment.RETURN_APPROVED, "ru", Brand("Лён"), {})
    assert bare == "Лён: возврат одобрен."


def test_a_deal_that_nobody_shipped_or_that_is_not_theirs(page: Page, set_up: Portal, person: Any) -> None:
    from b24app.bitrix24.errors import RestError

    shown = page.ask("POST", "/app/messages/try", deal=str(DEAL), AUTH_ID="anna").text
    assert "У этой сделки нет доставки" in shown
    person.answers["crm.item.get"] = RestError("ACCESS_DENIED", "Access denied", "crm.item.get", status=400)
    assert page.ask("POST", "/app/messages/try", deal=str(DEAL), AUTH_ID="anna").status_code == 403
