"""What follows from how a parcel is doing: from status, reason, promised day and age, each in both languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from b24app.frames.formats import Formats
from b24app.logistics.status import Incident, Status
from b24app.store.faces.deal_facts import (
    ShipmentFacts,
    TabFacts,
)
from placements.tab_next import what_next
from placements.tab_now import what_now
from placements.tab_scene import Now, Scene
from placements.tab_view import dated
from tests.unit.placements.conftest import at

#: Now is Thursday, 12 November, 14:30 in Moscow.
YESTERDAY, LAST_WEEK, LATER = date(2026, 11, 11), date(2026, 11, 5), date(2026, 11, 20)


def now_of(facts: TabFacts, formats: Formats, shipment: ShipmentFacts) -> Now:
    return what_now(Scene(replace(facts, shipments=(shipment,)), formats, "СДЭК", None))


MADE: dict[str, Any] = {"status": Status.CREATED, "events": ()}
MOVES: dict[str, Any] = {"status": Status.IN_TRANSIT, "promised": LATER}
SILENT = {**MOVES, "events": ()}
WAITS: dict[str, Any] = {"status": Status.READY_FOR_PICKUP}
FAILED: dict[str, Any] = {"status": Status.DELIVERY_FAILED}


@pytest.mark.parametrize(
    ("over", "title", "tone", "call"),
    [
        ({**MADE, "status_at": at(10, 11)}, "Заказ 1573840216 создан, передайте посылку", "blue", False),
        ({**MADE, "status_at": at(7, 11)}, "Заказ 1573840216 создан, а посылку не сдали", "amber", False),
        (MOVES, "Посылка едет: Владимир", "blue", False),
        ({**MOVES, "promised": YESTERDAY}, "Посылка опаздывает: обещали ср, 11 ноября", "red", True),
        ({**MOVES, "promised": LAST_WEEK}, "Посылка опаздывает на 7 дней", "red", False),
        ({**SILENT, "status_at": at(6, 9)}, "Посылка стоит 6 дней: место не сообщили", "amber", False),
        (
            {**SILENT, "status": Status.OUT_FOR_DELIVERY, "status_at": at(11, 9)},
            "Курьер выехал не сегодня, вручения нет",
            "amber",
            True,
        ),
        ({**WAITS, "keep_until": at(20, 20)}, "Посылка ждёт в пункте, хранят ещё 8 дней", "amber", True),
        ({**WAITS, "keep_until": at(14, 20)}, "Посылка ждёт в пункте, хранят ещё 2 дня", "amber", True),
        ({**WAITS, "keep_until": at(13, 20)}, "Бесплатное хранение кончается завтра", "red", True),
        # Paid from Moscow's midnight on: the last free day is the one before.
        ({**WAITS, "keep_until": at(13, 21)}, "Бесплатное хранение кончается завтра", "red", True),
        ({**WAITS, "keep_until": at(12, 21)}, "Бесплатное хранение кончается сегодня", "red", True),
        ({**WAITS, "keep_until": at(9, 20)}, "Бесплатное хранение кончилось пн, 9 ноября", "red", True),
        ({**WAITS, "status_at": at(6, 9)}, "Посылка ждёт в пункте 6 дней", "amber", True),
        ({**FAILED, "incident": "refused"}, "Клиент отказался от посылки", "red", True),
        ({**FAILED, "incident": "wrong_address"}, "Вручить не получилось: адрес", "red", True),
        ({**FAILED, "incident": "wrong_phone"}, "Не дозвонились до клиента", "red", False),
        ({**FAILED, "incident": "something new"}, "Вручить не получилось", "red", True),
        (
            {"status": Status.RETURNING, "incident": "refused"},
            "Клиент отказался, посылка едет обратно",
            "violet",
            True,
        ),
        ({"status": Status.DELIVERED, "promised": LAST_WEEK}, "Посылка вручена", "green", False),
    ],
)
def test_one_line_and_one_thing_to_do(
    over: dict[str, Any], title: str, tone: str, call: bool, facts: TabFacts, shipment: ShipmentFacts, ru: Formats,
    en: Formats,
) -> None:  # fmt: skip
    shown = replace(shipment, **over)
    now = now_of(facts, ru, shown)
    assert (now.title.replace("\xa0", " "), now.tone, now.call) == (title, tone, "+79000001462" if call else "")
    assert now.text
    assert now_of(facts, en, shown).tone == tone


def test_a_promise_that_holds_is_told_and_nothing_is_to_be_done(
    facts: TabFacts, shipment: ShipmentFacts, ru: Formats
) -> None:
    texts = [now_of(facts, ru, replace(shipment, promised=day)).text for day in (date(2026, 11, 13), LATER)]
    assert texts[0] == "Делать ничего не нужно: вручить обещали завтра. Попросите клиента быть на связи."
    assert texts[1].startswith("Делать ничего не нужно: вручить обещали пт,\xa020")


def test_every_reason_has_a_line_that_leads_somewhere(
    facts: TabFacts, shipment: ShipmentFacts, ru: Formats, en: Formats
) -> None:
    for incident in Incident:
        failed = replace(shipment, status=Status.DELIVERY_FAILED, incident=incident.value)
        for formats in (ru, en):
            now = now_of(facts, formats, failed)
            assert now.text
            assert "{" not in now.title + now.text
            assert "_" not in now.title


def test_a_carrier_that_said_nothing_is_not_quoted(facts: TabFacts, shipment: ShipmentFacts, ru: Formats) -> None:
    silent = replace(shipment, status=Status.DELIVERY_FAILED, incident="wrong_address", remote_text="")
    assert now_of(facts, ru, silent).text.endswith("по номеру 1573840216.")


def test_the_day_is_the_readers(shipment: ShipmentFacts, ru: Formats) -> None:
    """Half past eleven at night in Moscow is the promised day still; half an hour later it is over."""
    promised = replace(shipment, promised=date(2026, 11, 12))
    late = [what_next(promised, replace(ru, now=moment)) for moment in (at(12, 20, 30), at(12, 21, 1))]
    assert [each.key if each else "" for each in late] == ["promised_soon", "late"]


def test_a_tab_left_open_over_midnight_is_drawn_anew(ru: Formats) -> None:
    """In the reader's own zone."""
    before, after = (dated("v1", replace(ru, now=moment)) for moment in (at(12, 20, 59), at(12, 21, 1)))
    assert before == dated("v1", ru)
    assert before != after
