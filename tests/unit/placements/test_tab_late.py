"""What is said of a promise and of what is expected: each with its source and its counts, in both languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from b24app.flows.best import Best
from b24app.flows.forecast import Forecast, Lane, Level, Risk
from b24app.frames.formats import Formats
from b24app.logistics.status import Status
from b24app.store.faces.deal_facts import ShipmentFacts, TabFacts, TransitFacts
from b24app.store.faces.many import LastShipment, Standing
from placements.deal_list_view import Setting, mark
from placements.tab_late import LateView, late_view
from placements.tab_next import what_next
from placements.tab_now import what_now
from placements.tab_rates_promise import best_tag, record_words
from placements.tab_scene import Scene

LANE = Lane("cdek", "pickup", "MOW", "TA")
FRIDAY, MONDAY = date(2026, 11, 13), date(2026, 11, 16)
KNOWN = Forecast(LANE, Level.LANE, n=212, low=3, high=4, most=5, expected=FRIDAY, way=4, left=23, in_time=21,
                 risk=Risk.OK)  # fmt: skip
LATE: dict[str, Any] = {"expected": MONDAY, "risk": Risk.LATE, "late_by": 3, "in_time": 0}


def view(shipment: ShipmentFacts, formats: Formats, found: Forecast | None = KNOWN, **more: Any) -> LateView:
    told = TransitFacts(promised=FRIDAY, by="carrier", handed=date(2026, 11, 8), forecast=found)
    shown = late_view(replace(shipment, transit=replace(told, **more)), formats, "СДЭК")
    assert shown is not None
    return shown


def plain(view: LateView) -> tuple[str, ...]:
    return tuple(line.replace("\xa0", " ") for line in (view.promised, view.source, view.verdict, *view.why))


def test_a_forecast_says_what_it_comes_from(shipment: ShipmentFacts, ru: Formats, en: Formats) -> None:
    shown = view(shipment, ru)
    ground = "СДЭК, Москва → Татарстан: обычно 3–4 дня, 9 из 10 не дольше 5, по 212 вашим посылкам за 90 дней"
    assert plain(shown) == (
        "завтра", "день назвал перевозчик", "≈ завтра, успевает",
        f"{ground}; эта едет 4 дня",
        "из 23 таких, что ехали не меньше, к обещанному дню пришло 21",
    )  # fmt: skip
    assert (shown.tone, shown.icon) == ("green", "check-circle")
    assert "Moscow → Tatarstan: usually 3–4 days, 9 of 10 within 5" in view(shipment, en).why[0]


def test_a_weekend_that_is_left_out_and_a_day_of_the_clients_are_said(shipment: ShipmentFacts, ru: Formats) -> None:
    for idle, word in (((6, 7), "выходным"), ((6,), "субботам"), ((7,), "воскресеньям")):
        assert any(word in line for line in view(shipment, ru, replace(KNOWN, idle=idle)).why)
    assert any("ни праздники" in line for line in view(shipment, ru, replace(KNOWN, idle=(6, 7), holidays=1)).why)
    found = Forecast(LANE, Level.CARRIER, expected=FRIDAY, way=4)
    shown = view(shipment, ru, found, by="client")
    assert plain(shown) == ("завтра", "день выбрал клиент, перевозчик согласился", "≈ завтра")


@pytest.mark.parametrize(
    ("found", "verdict", "said"),
    [
        (replace(KNOWN, **LATE), "≈ пн, 16 ноября, опоздает на 3 дня", "к обещанному дню пришло 0"),
        (replace(KNOWN, risk=Risk.MAYBE, in_time=9), "≈ завтра, может опоздать", "пришло 9"),
        (replace(KNOWN, level=Level.REGION), "≈ завтра, успевает", "СДЭК → Татарстан: обычно"),
        (replace(KNOWN, level=Level.DISTANCE), "≈ завтра, успевает", "СДЭК, на 600–1500 км: обычно"),
        (Forecast(LANE, Level.CARRIER, expected=FRIDAY, way=1), "≈ завтра", "срок перевозчика"),
        (Forecast(LANE, Level.CARRIER, way=1), "пока неизвестно", "перевозчик дня не назвал"),
        (
            Forecast(LANE, Level.CARRIER, way=9, risk=Risk.LATE, late_by=2),
            "опаздывает уже на 2 дня, когда придёт, неизвестно",
            "перевозчик дня не назвал",
        ),
        (replace(KNOWN, way=None), "≈ завтра, успевает, если сдать сегодня", "по 212 вашим"),
        (replace(KNOWN, left=0, in_time=0, risk=Risk.MAYBE), "≈ завтра, может опоздать", "едет дольше всех 212"),
        (replace(KNOWN, silent=3, gap=2, risk=Risk.MAYBE), "≈ завтра, может опоздать", "нет новостей 3 дня"),
        (replace(KNOWN, **LATE, moved=True), "≈ пн, 16 ноября, опоздает на 3 дня", "сам перенёс день: пн, 16 ноября"),
    ],
)
def test_each_verdict_has_its_reason(
    shipment: ShipmentFacts, ru: Formats, found: Forecast, verdict: str, said: str
) -> None:
    lines = plain(view(shipment, ru, found, plan=MONDAY))
    assert lines[2] == verdict
    assert said in " ".join(lines[3:])


def test_before_the_hand_over_a_rate_has_a_term_and_no_day(shipment: ShipmentFacts, ru: Formats) -> None:
    shown = view(shipment, ru, None, promised=None, by="", handed=None, days_max=4)
    assert (shown.promised, shown.source) == ("до 4 дней", "по сроку тарифа, считается со дня, когда посылку сдадут")
    assert late_view(replace(shipment, transit=TransitFacts()), ru, "СДЭК") is None
    assert late_view(shipment, ru, "СДЭК") is None


def test_what_arrived_is_held_against_its_promise(shipment: ShipmentFacts, ru: Formats) -> None:
    assert plain(view(shipment, ru, None, arrived=FRIDAY))[2] == "завтра, вовремя"
    late = view(shipment, ru, None, arrived=MONDAY)
    assert (plain(late)[2], late.tone) == ("пн, 16 ноября, на 3 дня позже", "amber")


def test_the_first_line_warns_before_the_day_is_over(facts: TabFacts, shipment: ShipmentFacts, ru: Formats) -> None:
    def told(found: Forecast) -> tuple[str, str, str, str]:
        one = replace(shipment, transit=TransitFacts(promised=FRIDAY, forecast=found))
        now = what_now(Scene(replace(facts, shipments=(one,)), ru, "СДЭК", None))
        return now.title.replace("\xa0", " "), now.tone, now.call, now.text.replace("\xa0", " ")

    late = told(replace(KNOWN, **LATE))
    assert late[:3] == ("Посылка опоздает на 3 дня", "amber", "+79000001462")
    assert "ждём ≈ пн, 16 ноября" in late[3]
    assert told(replace(KNOWN, silent=3, gap=2, risk=Risk.MAYBE))[0] == "О посылке нет новостей 3 дня"
    assert "может опоздать" in told(replace(KNOWN, risk=Risk.MAYBE))[3]
    assert "вручить обещали" in told(KNOWN)[3]
    following = what_next(replace(shipment, transit=TransitFacts(promised=FRIDAY)), ru)
    assert following is not None
    assert following.key == "promised_soon"


def test_what_was_not_handed_over_yet_is_hurried(
    facts: TabFacts, shipment: ShipmentFacts, ru: Formats, en: Formats
) -> None:
    def told(risk: Risk, formats: Formats) -> tuple[str, str, bool]:
        found = replace(KNOWN, way=None, risk=risk)
        transit = TransitFacts(promised=FRIDAY, forecast=found)
        one = replace(shipment, status=Status.CREATED, status_at=shipment.events[-1].at, transit=transit)
        now = what_now(Scene(replace(facts, shipments=(one,)), formats, "СДЭК", None))
        return now.title, now.text, bool(now.call)

    assert told(Risk.LATE, ru)[0] == "Посылку не сдали, и она уже не успеет"
    assert told(Risk.LATE, en)[2]
    assert told(Risk.MAYBE, ru)[1].startswith("Сдайте посылку сегодня: обещали")
    assert told(Risk.OK, ru)[1].startswith("Наклейте номер")


def test_a_row_of_the_list_says_by_how_much(ru: Formats) -> None:
    setting = Setting(ru, {0}, {}, str, {}, costs=True)

    def row(risk: Risk, n: int = 0) -> tuple[str, str, str]:
        order = LastShipment(
            1, Status.IN_TRANSIT, "15", "cdek", "СДЭК", None, None, risk=risk, late_by=n, expected=MONDAY
        )
        shown = mark(Standing(1, shipment=order), True, setting)
        return shown.chip.tone, shown.chip.label, shown.ahead.replace("\xa0", " ")

    assert row(Risk.LATE, 2) == ("amber", "Опоздает на 2 дня", "ждём ≈ 16 ноя")
    assert row(Risk.MAYBE) == ("blue", "В пути", "может опоздать, ждём ≈ 16 ноя")
    assert row(Risk.OK) == row(Risk.NONE) == ("blue", "В пути", "")


def test_the_best_offer_says_why(ru: Formats) -> None:
    def why(found: Best, costs: bool = True) -> str:
        return best_tag(found, "RUB", ru, costs)[2].replace("\xa0", " ")

    assert why(Best("1:p", 4000, None, 97, 100)) == "на 40,00 ₽ дороже, но вовремя 97 из 100"
    assert why(Best("1:p", 0, None, 97, 100)) == "дешевле других, вовремя 97 из 100"
    assert why(Best("1:p", 4000, 2, 9, 9)) == "на 40,00 ₽ дороже, но вовремя 9 из 9, обычно на 2 дня быстрее"
    assert why(Best("1:p", 4000, None, 97, 100), costs=False) == "вовремя 97 из 100"
    assert record_words(replace(KNOWN, left=32, in_time=31), ru) == (
        "у вас сюда: 3–4 дня, 9 из 10 не дольше 5, вовремя 31 из 32"
    )
    assert record_words(None, ru) == record_words(Forecast(LANE, Level.CARRIER), ru) == ""
