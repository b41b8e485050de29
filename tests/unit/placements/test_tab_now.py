"""The first line: for each state what is said, in which tone, and which button there is."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from b24app.frames.formats import Formats
from b24app.frames.rights import Right
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Status
from b24app.store.faces.deal_facts import (
    ASKS,
    AskFacts,
    IntentFacts,
    PauseFacts,
    ProblemFacts,
    ShipmentFacts,
    TabFacts,
)
from placements.chips import TONES
from placements.preview import Preview
from placements.tab_now import what_now
from placements.tab_scene import TAKES, Now, Scene
from placements.tab_view import tab_view

NOW = datetime(2026, 11, 12, 11, 30, tzinfo=UTC)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def now_of(facts: TabFacts, formats: Formats, preview: Preview | None = None) -> Now:
    return what_now(Scene(facts, formats, "СДЭК", preview))


def codes(now: Now) -> list[str]:
    return [action.code for action in now.actions]


@pytest.mark.parametrize("status", [each for each in Status if each not in (Status.DRAFT, Status.SUBMITTING)])
def test_every_status_has_its_own_line_in_both_languages(
    status: Status, facts: TabFacts, shipment: ShipmentFacts, ru: Formats, en: Formats
) -> None:
    shown = replace(facts, shipments=(replace(shipment, status=status),))
    for formats in (ru, en):
        now = now_of(shown, formats)
        assert (now.tone, now.icon) == TONES[status]
        assert now.title
        assert "{" not in now.title + now.text


@pytest.mark.parametrize(
    ("status", "buttons"),
    [
        (Status.CREATED, []),
        (Status.IN_TRANSIT, []),
        (Status.DELIVERED, []),
        (Status.CANCELLED, ["ship_now"]),
        (Status.REJECTED, ["ship_now"]),
        (Status.RETURNED, ["ship_now"]),
        (Status.LOST, ["ship_now"]),
    ],
)
def test_a_new_order_is_offered_only_when_the_old_one_is_over(
    status: Status, buttons: list[str], facts: TabFacts, shipment: ShipmentFacts, ru: Formats
) -> None:
    assert codes(now_of(replace(facts, shipments=(replace(shipment, status=status),)), ru)) == buttons


def test_a_parcel_on_its_way_says_where_and_that_nothing_is_to_be_done(facts: TabFacts, ru: Formats) -> None:
    now = now_of(facts, ru)
    assert now.title == "Посылка едет: Владимир"
    assert now.text.startswith("Делать ничего не нужно")


def test_a_deleted_deal_comes_before_everything(facts: TabFacts, ru: Formats) -> None:
    assert now_of(replace(facts, gone=True), ru).title == "Этой сделки больше нет"


def test_a_wish_that_waits_hides_every_button(unshipped: TabFacts, ru: Formats) -> None:
    now = now_of(replace(unshipped, asks=(AskFacts("ship_now", "Анна", NOW),)), ru)
    assert (now.busy, codes(now)) == (True, [])
    assert now.text.startswith("Анна, 14:30")


def intents(state: str, **over: Any) -> tuple[IntentFacts, ...]:
    return (replace(IntentFacts("create", state, 2, None, "", at(12, 11)), **over),)


@pytest.mark.parametrize(
    ("row", "key", "buttons"),
    [
        (intents("accepted"), "СДЭК проверяет заказ", []),
        (intents("waiting", next_try_at=at(12, 11, 35)), "СДЭК пока не отвечает", []),
        (intents("uncertain"), "Уточняем, создан ли заказ", []),
        (intents("dead"), "СДЭК так и не ответил", ["retry"]),
    ],
)
def test_sending_says_how_it_goes(
    row: tuple[IntentFacts, ...], key: str, buttons: list[str], facts: TabFacts, shipment: ShipmentFacts, ru: Formats
) -> None:
    sending = replace(shipment, status=Status.SUBMITTING, events=(), intents=row)
    now = now_of(replace(facts, shipments=(sending,)), ru)
    assert (now.title, codes(now)) == (key, buttons)


def problem(who: Who = Who.MANAGER, code: str = "phone_refused") -> ProblemFacts:
    return ProblemFacts(Problem(code, Field.PHONE, who, "v2_phone", "Recipient phone is invalid"), at(12, 11, 20), None)


def test_a_refusal_names_the_field_the_way_out_and_their_words(
    facts: TabFacts, shipment: ShipmentFacts, ru: Formats
) -> None:
    refused = replace(facts, shipments=(replace(shipment, status=Status.REJECTED),), problems=(problem(),))
    now = now_of(refused, ru)
    assert (now.tone, codes(now)) == ("red", ["retry"])
    assert now.problem is not None
    assert (now.problem.quote, now.problem.code, now.problem.who) == (
        "Recipient phone is invalid",
        "v2_phone",
        "manager",
    )
    assert now.problem.field


def test_what_the_carrier_has_to_mend_offers_no_button(facts: TabFacts, shipment: ShipmentFacts, ru: Formats) -> None:
    shown = replace(facts, shipments=(replace(shipment, status=Status.SUBMITTING),), problems=(problem(Who.CARRIER),))
    now = now_of(shown, ru)
    assert (now.tone, codes(now)) == ("amber", [])


def test_a_travelling_parcel_is_not_hidden_behind_a_problem(facts: TabFacts, ru: Formats) -> None:
    assert now_of(replace(facts, problems=(problem(),)), ru).title == "Посылка едет: Владимир"


def test_the_problem_that_a_manager_can_mend_comes_first(unshipped: TabFacts, ru: Formats) -> None:
    both = (problem(Who.CARRIER, "carrier_down"), problem(Who.MANAGER))
    now = now_of(replace(unshipped, problems=both), ru)
    assert now.problem is not None
    assert now.problem.who == "manager"


def test_without_a_connection_the_tab_says_who_can_help(unshipped: TabFacts, ru: Formats) -> None:
    now = now_of(replace(unshipped, connection=""), ru)
    assert (now.icon, codes(now)) == ("lock", [])
    assert "администратор" in now.text


def test_an_unshipped_deal_can_be_shipped(unshipped: TabFacts, ru: Formats, en: Formats) -> None:
    now = now_of(unshipped, ru)
    assert (codes(now), now.actions[0].label) == (["ship_now"], "Оформить в СДЭК")
    assert now_of(unshipped, en).actions[0].label == "Ship with СДЭК"


PAUSE = PauseFacts("Анна Лугова", "инвентаризация", at(12, 9))


def test_a_paused_account_says_who_since_when_and_why(facts: TabFacts, shipment: ShipmentFacts, ru: Formats) -> None:
    waits = replace(shipment, status=Status.SUBMITTING, events=(), intents=intents("waiting"), paused=PAUSE)
    now = now_of(replace(facts, shipments=(waits,)), ru)
    assert (now.title, now.tone, codes(now)) == ("Отправка на паузе: инвентаризация", "amber", [])
    assert now.text.startswith("Паузу поставили 12:00, Анна Лугова.")
    accepted = replace(waits, intents=intents("accepted"))
    assert now_of(replace(facts, shipments=(accepted,)), ru).title == "СДЭК проверяет заказ"


def test_an_unshipped_deal_of_a_paused_account_can_be_moved_and_waits(unshipped: TabFacts, ru: Formats) -> None:
    now = now_of(replace(unshipped, paused=PAUSE), ru)
    assert (now.title, codes(now)) == ("Отправка на паузе: инвентаризация", [])
    assert "уйдёт сам" in now.text


def test_what_a_person_may_not_do_is_not_in_the_view(facts: TabFacts, unshipped: TabFacts, ru: Formats) -> None:
    created = replace(facts, shipments=(replace(facts.shipments[0], status=Status.CREATED),))
    all_of_it, none_of_it = tab_view(created, ru, "СДЭК"), tab_view(created, ru, "СДЭК", mine=frozenset())
    assert (all_of_it.cancel is not None, all_of_it.costs, all_of_it.may_refresh) == (True, True, True)
    assert (none_of_it.cancel, none_of_it.costs, none_of_it.may_refresh) == (None, False, False)
    mine = tab_view(unshipped, ru, "СДЭК", mine=frozenset({Right.CANCEL})).now
    assert (mine.actions, mine.not_yours != "") == ((), True)
    assert tab_view(unshipped, ru, "СДЭК", mine=frozenset({Right.SHIP})).now.not_yours == ""


def test_every_wish_takes_a_right() -> None:
    assert set(TAKES) == set(ASKS)
