"""The panel of prices: the state of every account, what is best and why, and what one may not see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from b24app.flows.forecast import Forecast, Lane, Level
from b24app.flows.rates import Answer, Booking, BookingState, Choice, Facts
from b24app.flows.simulate import Priced
from b24app.frames.formats import Formats
from b24app.logistics.model import DeliveryKind
from b24app.logistics.money import Money
from b24app.logistics.ports import PriceLine, Quote
from b24app.logistics.problem import Field, Problem, Who
from b24app.store.models import Connection, Job, JobState
from b24app.store.rates import KIND, Known
from b24app.systems import discover
from placements.tab_rates_outs import Scene
from placements.tab_rates_view import OFTEN_MS, SELDOM_MS, panel
from tests.unit.placements.conftest import NOW

LINES = (PriceLine("tariff", Money(48600), weight_g=6200), PriceLine("cod", of=Money(648000)),
         PriceLine("service", code="partial"))  # fmt: skip
PARCEL = Quote("parcel", Money(48600), 2, 3, lines=LINES)
NO_CASH = Problem("cod_not_allowed", Field.COD, their_code="NO_CASH")
EXPRESS = Quote("express", Money(113500), 1, 1)


def account(id_: int, **more: Any) -> Connection:
    told: dict[str, Any] = {"state": "ready", "pause_reason": "", "paused_by": "", "paused_at": None, "system": "cdek"}
    return Connection(id=id_, title=f"СДЭК {id_}", **(told | more))


def answer(id_: int, priced: Priced | None = None, asked_s: float = 3, old_s: float = 0) -> Answer:
    """Asked so long ago; `priced` None = it has said nothing yet, `old_s` the age of what it said before that."""
    asked = NOW - timedelta(seconds=asked_s)
    if priced is None:
        return Answer(id_, "k", asked)
    said = NOW - timedelta(seconds=old_s or 1)
    return Answer(id_, "k", asked, said, said, "k", priced)


def scene(formats: Formats, accounts: list[Connection], answers: Mapping[int, Answer], **more: Any) -> Scene:
    facts = Facts(DeliveryKind.COURIER, "Казань", 6200, connection_id=1, service="parcel")
    known = Known(1, NOW, facts, answers=answers, **more)
    return Scene(known, accounts, {code: each.manifest for code, each in discover().items()}, formats, {})


def test_cards_are_sorted_and_the_cheapest_and_the_fastest_say_why(ru: Formats) -> None:
    shown = panel(scene(ru, [account(1)], {1: answer(1, Priced((EXPRESS, PARCEL)))}))
    assert [card.service for card in shown.cards] == ["«Посылка»", "«Экспресс»"]
    tags = [[(tag.label, tag.why.replace("\xa0", " ")) for tag in card.tags] for card in shown.cards]
    assert tags[0] == [("Самый дешёвый", "на 649,00 ₽ дешевле следующего"), ("По правилу", "так настроена воронка")]
    assert tags[1] == [("Самый быстрый", "на 2 дня раньше остальных")]
    assert shown.picked is not None
    card = shown.picked
    assert (card.value, card.shown, card.when, card.until) == ("1:parcel", "48600|RUB|2|3", "2–3 дня", "14:34")
    lines = [(line.label.replace("\xa0", " "), line.unsaid) for line in card.lines]
    assert lines == [("Тариф за 6,200 кг", False), ("Приём оплаты", True), ("Частичный выкуп", True)]


@pytest.mark.parametrize(
    ("one", "said", "state", "again"),
    [
        (account(2), answer(2, asked_s=12), "молчит 10 секунд", 2),
        (account(2), answer(2, asked_s=90), "не ответил", 2),
        (account(2), answer(2, Priced(problem=Problem("x"), left_alone=True)), "даём отдохнуть", 2),
        (account(2), answer(2, Priced(problem=Problem("system_silent", Field.NONE, Who.CARRIER))), "не отвечает", 2),
        (account(2), answer(2, Priced()), "не возит", 0),
        (
            account(2),
            answer(2, Priced(problem=Problem("cod_not_allowed", Field.COD, their_code="NO_CASH"))),
            "не возьмёт",
            0,
        ),
        (
            account(2, state="paused", paused_at=NOW, pause_reason="Меняем ключи", paused_by="Анна"),
            None,
            "на паузе с 14:30",
            0,
        ),
        (account(2, state="broken"), None, "доступ не работает", 0),
    ],
)
def test_why_an_account_has_no_price(ru: Formats, one: Connection, said: Answer | None, state: str, again: int) -> None:
    answers = {1: answer(1, Priced((PARCEL,))), **({2: said} if said else {})}
    (out,) = panel(scene(ru, [account(1), one], answers)).outs
    assert (out.state, out.again) == (state, again)
    assert out.text or (out.problem and out.problem.code == "NO_CASH")


def test_who_is_awaited_and_what_is_old(ru: Formats) -> None:
    old = answer(2, Priced((EXPRESS,)), asked_s=1, old_s=3000)
    shown = panel(scene(ru, [account(1), account(2)], {1: answer(1), 2: old}))
    assert [each.account for each in shown.waiting] == ["СДЭК 1"]
    assert shown.status == "ответили 1 из 2, ждём ещё одного"
    assert [(card.stale, card.asking) for card in shown.cards] == [("13:40", True)]
    assert shown.ask_ms == 150
    later = scene(ru, [account(1), account(2)], {1: answer(1, Priced((PARCEL,))), 2: old})
    assert panel(later).version != shown.version


def test_who_asks_often_hears_that_nothing_more_is_to_come(ru: Formats) -> None:
    """The deal is read anew for a tab that was drawn anew, and no price is asked for."""
    read = [Job(id=1, portal_id=1, kind=KIND, state=state, why="") for state in (JobState.RUNNING, JobState.DONE)]
    reading, done = (panel(scene(ru, [account(1)], {1: answer(1, Priced((PARCEL,)))}, job=job)) for job in read)
    assert (reading.ask_ms, done.ask_ms > SELDOM_MS) == (OFTEN_MS, True)
    assert replace(reading, ask_ms=0, version="") == replace(done, ask_ms=0, version="")
    assert reading.version != done.version


def test_without_the_right_to_costs_there_is_no_sum_anywhere(ru: Formats) -> None:
    seen = scene(ru, [account(1)], {1: answer(1, Priced((PARCEL, EXPRESS)))})
    assert "486" in repr(panel(seen))
    assert "486" not in repr(panel(replace(seen, costs=False))).replace(panel(replace(seen, costs=False)).version, "")


def test_a_choice_and_a_booking_are_told_with_their_figures(ru: Formats) -> None:
    choice = Choice(1, "express", DeliveryKind.COURIER, NOW, 7, "Анна")
    booking = Booking(
        "k", 1, "parcel", NOW, 7, "Анна", BookingState.CHANGED, PARCEL, replace(PARCEL, price=Money(51200))
    )
    shown = panel(scene(ru, [account(1)], {1: answer(1, Priced((PARCEL, EXPRESS)))}, choice=choice, booking=booking))
    assert shown.chosen == "Для этой сделки выбрали: СДЭК 1, «Экспресс». Анна, 14:30"
    assert shown.picked is not None
    assert shown.picked.value == "1:express"
    assert shown.booking is not None
    assert shown.booking.title.replace("\xa0", " ") == "Цена изменилась: было 486,00 ₽, стало 512,00 ₽"
    assert "+26,00" in shown.booking.text
    assert (shown.booking.book.replace("\xa0", " "), shown.booking.shown) == ("Оформить за 512,00 ₽", "51200|RUB|2|3")
    slow = replace(booking, state=BookingState.CHECKING, since=NOW - timedelta(seconds=11), found=None)
    late = panel(scene(ru, [account(1)], {}, booking=slow)).booking
    assert late is not None
    assert late.late


def test_the_best_offer_is_told_by_what_really_came(ru: Formats) -> None:
    lane = Lane("cdek", "courier", "MOW", "TA")
    known = Forecast(lane, Level.LANE, n=100, low=3, high=4, most=5, left=100, in_time=60)
    told = {1: known, 2: replace(known, in_time=97, most=4)}
    dearer = replace(PARCEL, price=Money(52600))
    answers = {1: answer(1, Priced((PARCEL,))), 2: answer(2, Priced((dearer,)))}
    plain = scene(ru, [account(1), account(2)], answers)
    cards = {card.value: card for card in panel(replace(plain, records=told)).cards}
    best, other = cards["2:parcel"], cards["1:parcel"]
    assert [(tag.label, tag.why.replace("\xa0", " ")) for tag in best.tags] == [
        ("Лучший выбор", "на 40,00 ₽ дороже, но вовремя 97 из 100, обычно на 1 день быстрее")
    ]
    assert [tag.label for tag in other.tags] == ["Самый дешёвый", "По правилу"]
    assert other.record == "у вас сюда: 3–4 дня, 9 из 10 не дольше 5, вовремя 60 из 100"
    assert not any("Лучший" in tag.label for card in panel(plain).cards for tag in card.tags)
    hidden = panel(replace(plain, records=told, costs=False)).cards
    assert {tag.why for card in hidden for tag in card.tags if tag.label == "Лучший выбор"} == {
        "вовремя 97 из 100, обычно на 1 день быстрее"
    }
