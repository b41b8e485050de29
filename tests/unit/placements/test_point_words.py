"""Pickup points in words, and what a person set on the page."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from werkzeug.datastructures import MultiDict

from b24app.flows.pickup_points import DealNeeds
from b24app.frames.formats import Formats
from b24app.frames.words import words
from b24app.logistics.model import Parcel
from b24app.logistics.money import Money
from b24app.logistics.points import Box, Hours, Misfit, Opening, SpecialDays
from placements import point_words
from placements.tab_points_view import parcel_text, read_asked

#: Thursday, 12 November 2026, 23:30 in Moscow.
RU = Formats(words("ru"), ZoneInfo("Europe/Moscow"), datetime(2026, 11, 12, 20, 30, tzinfo=UTC))
EN = Formats(words("en"), ZoneInfo("Europe/Moscow"), RU.now)
BOX = Box.of(Parcel(6200, 450, 250, 450))


def week(*days: tuple[int, int, int]) -> Hours:
    return Hours(tuple(Opening(day, opens * 60, closes * 60) for day, opens, closes in days), text="как написали")


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (week(*((day, 10, 21) for day in range(1, 8))), "10:00–21:00"),
        (week(*((day, 10, 20) for day in range(1, 7))), "10:00–20:00, вс закрыт"),
        (
            week(*((day, 10, 20) for day in range(1, 6)), (6, 10, 16), (7, 10, 16)),
            "пн–пт 10:00–20:00, сб, вс 10:00–16:00",
        ),
        (Hours(tuple(Opening(day, 0, 1439) for day in range(1, 8))), "круглосуточно"),
        (week((1, 0, 0)), "как написали"),
        (Hours(), "часы работы неизвестны"),
    ],
)
def test_opening_hours(hours: Hours, said: str) -> None:
    assert point_words.hours_text(hours, RU).replace("\xa0", " ") == said


def test_special_days_are_told_when_they_are_near() -> None:
    hours = Hours(
        special=(
            SpecialDays(date(2026, 11, 20), date(2026, 11, 22), False),
            SpecialDays(date(2026, 11, 13), date(2026, 11, 13), True, 600, 900),
            SpecialDays(date(2026, 12, 31), date(2026, 12, 31), False),
        )
    )
    said = point_words.special_text(hours, RU, date(2026, 11, 12)).replace("\xa0", " ")
    assert said == "13 ноя 10:00–15:00, 20 ноя – 22 ноя закрыт"
    assert point_words.special_text(hours, RU, date(2026, 11, 25)) == ""


@pytest.mark.parametrize(
    ("found", "ru", "en"),
    [
        (Misfit("weight", {"limit_g": 5000, "weight_g": 6200}), "предел веса 5,000 кг, а в посылке 6,200 кг",
         "weight limit 5.000 kg, the parcel is 6.200 kg"),
        (Misfit("side", {"side_mm": 455}), "сторона 45,5 см не помещается в ячейку",
         "a side of 45.5 cm does not fit into a cell"),
        (Misfit("cod_limit", {"cod": Money(648_000), "limit": Money(500_000)}),
         "предел оплаты 5 000,00 ₽, а с клиента 6 480,00 ₽", "collects up to ₽5,000.00, you ask for ₽6,480.00"),
        (Misfit("day", {"day": date(2026, 11, 13)}), "не работает завтра, 13 ноя", "closed tomorrow, 13 Nov"),
    ],
)  # fmt: skip
def test_why_a_point_is_not_offered(found: Misfit, ru: str, en: str) -> None:
    assert point_words.why_text(found, RU).replace("\xa0", " ") == ru
    assert point_words.why_text(found, EN).replace("\xa0", " ") == en


def test_distances_are_told_as_people_tell_them() -> None:
    said = {metres: point_words.away(metres, RU) for metres in (12, 418, 1120, 23_400, 900_000)}
    assert list(said.values()) == ["50 м", "400 м", "1,1 км", "23 км", ""]


def test_the_parcel_in_the_words_of_the_switch() -> None:
    deal = DealNeeds(boxes=(BOX,), cod=Money(648_000))
    assert parcel_text(deal, RU).text.replace("\xa0", " ") == "6,200 кг, 45 × 45 × 25 см, с клиента 6 480,00 ₽"
    assert parcel_text(DealNeeds(boxes=(BOX,), guessed=True), RU).text.startswith("≈")
    assert parcel_text(DealNeeds(), RU).text == ""


def test_what_a_person_set_is_read_and_nonsense_is_as_if_it_were_not_there() -> None:
    query = [("q", " Казань "), ("fit", "1"), ("want", "card"), ("want", "open"), ("want", "magic"), ("pick", "-7"),
             ("shown", "900"), ("z", "12"), ("west", "49"), ("south", "55.7"), ("east", "49.3"),
             ("north", "nan")]  # fmt: skip
    asked = read_asked(MultiDict(query))
    assert (asked.text, asked.fit, asked.wants) == ("Казань", True, frozenset({"card", "open"}))
    assert (asked.pick, asked.shown, asked.window) == (0, 100, None)
    good = read_asked(MultiDict({**dict(query), "north": "55.9"}))
    assert good.window is not None
    assert (good.window.zoom, good.window.exact) == (12, True)
    needs = asked.needs(DealNeeds(boxes=(BOX,), cod=Money(1)), RU)
    assert (needs.boxes, needs.cod, needs.card, needs.open_on) == ((BOX,), Money(1), True, date(2026, 11, 13))
    assert read_asked(MultiDict()).needs(DealNeeds(boxes=(BOX,)), RU).boxes == ()
