from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from b24app.frames.formats import NBSP, Formats, zone_or_default
from b24app.frames.words import words

NOW = datetime(2026, 11, 12, 11, 30, tzinfo=UTC)
RU = Formats(words("ru"), ZoneInfo("Europe/Moscow"), NOW)
EN = Formats(words("en"), ZoneInfo("Europe/Moscow"), NOW)


def plain(text: str) -> str:
    return text.replace(NBSP, " ")


def test_money() -> None:
    assert plain(RU.money(124050)) == "1 240,50 ₽"
    assert EN.money(124050) == "₽1,240.50"
    assert plain(RU.money(-500)) == "−5,00 ₽"
    assert EN.money(1500, "JPY").endswith("1,500")


def test_weights_and_sizes() -> None:
    assert (plain(RU.weight(6200)), plain(EN.weight(6200))) == ("6,200 кг", "6.200 kg")
    assert (plain(RU.size(400, 300, 255)), RU.size(400, 0, 250)) == ("40 × 30 × 25,5", "")


@pytest.mark.parametrize(
    ("days", "ru", "en"), [(0, "сегодня", "today"), (1, "завтра", "tomorrow"), (-1, "вчера", "yesterday")]
)
def test_near_days_have_names(days: int, ru: str, en: str) -> None:
    day = date(2026, 11, 12) + timedelta(days=days)
    assert (RU.day(day), EN.day(day)) == (ru, en)


def test_days_and_moments() -> None:
    then = datetime(2026, 11, 9, 20, 5, tzinfo=UTC)
    assert plain(RU.weekday(then)) == "пн, 9 ноября"
    assert plain(EN.weekday(then)) == "Mon, 9 November"
    assert plain(RU.moment(then)) == "9 ноя, 23:05"
    assert RU.moment(NOW) == "14:30"
    assert plain(RU.weekday(date(2027, 1, 5))).endswith("2027")


def test_midnight_is_the_persons_own() -> None:
    late = datetime(2026, 11, 12, 21, 30, tzinfo=UTC)  # already the 13th in Moscow
    assert RU.day(late) == "завтра"


@pytest.mark.parametrize(
    ("seconds", "said"), [(5, "только что"), (120, "2 мин назад"), (7200, "2 ч назад"), (90000, "11 ноя, 13:30")]
)
def test_ago(seconds: int, said: str) -> None:
    assert plain(RU.ago(NOW - timedelta(seconds=seconds))) == said


def test_phones_and_quotes() -> None:
    assert plain(RU.phone("+79000001462")) == "+7 900 000-14-62"
    assert RU.phone("+375291234567") == "+375291234567"
    assert (RU.quote("да"), EN.quote("да")) == ("«да»", "“да”")


def test_a_zone_that_does_not_exist_is_not_used() -> None:
    assert zone_or_default("Asia/Omsk", "ru") == "Asia/Omsk"
    assert zone_or_default("Mars/Base", "ru") == "Europe/Moscow"
    assert zone_or_default("", "en") == "UTC"
