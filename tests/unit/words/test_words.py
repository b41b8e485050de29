"""Every key has words in both languages, and every problem that code can raise has some."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from b24app import words
from b24app.logistics.money import Money
from b24app.logistics.problem import Field, Problem
from b24app.logistics.status import Incident, Status
from b24app.systems.cdek import vocabulary
from b24app.systems.kit.meanings import UNKNOWN

ROOT = Path(words.__file__).parents[1]
RAISED = re.compile(r'Problem\(\s*"([a-z_]+)"')
TOLD = re.compile(r'"((?:track|ship|notice|reason)\.[a-z_]+)"')


def sources() -> list[str]:
    return [path.read_text() for room in ("flows", "systems", "runners") for path in (ROOT / room).rglob("*.py")]


def test_both_languages_know_the_same_keys() -> None:
    assert words.keys("ru") == words.keys("en")


def test_both_languages_take_the_same_values() -> None:
    def values(lang: str) -> dict[str, set[str]]:
        return {key: set(re.findall(r"\{(\w+)\}", words._catalogue(lang)[key])) for key in words.keys(lang)}

    assert values("ru") == values("en")


def test_every_problem_that_code_raises_has_words() -> None:
    raised = {code for text in sources() for code in RAISED.findall(text)}
    assert len(raised) > 20
    assert sorted(code for code in raised if not words.has(f"problem.{code}")) == []


def test_every_meaning_of_a_refusal_has_words() -> None:
    tables = (vocabulary.ERRORS, vocabulary.ERROR_FAMILIES, vocabulary.WARNINGS)
    codes = {row[0] for table in tables for row in table} | {UNKNOWN[0], "warning_unknown"}
    assert sorted(code for code in codes if not words.has(f"problem.{code}")) == []


def test_every_text_that_flows_tell_has_words() -> None:
    told = {key for text in sources() for key in TOLD.findall(text)}
    told |= {f"track.{status}" for status in Status if status is not Status.DRAFT}
    told |= {f"ship.{reason}{moved}" for reason in ("left_stage", "deal_lost") for moved in ("", "_moved")}
    assert sorted(key for key in told if not words.has(key)) == []


@pytest.mark.parametrize(
    ("prefix", "names"),
    [("status", list(Status)), ("incident", list(Incident)), ("field", [field for field in Field if field])],
)
def test_every_word_of_the_house_is_translated(prefix: str, names: list[str]) -> None:
    assert [name for name in names if not words.has(f"{prefix}.{name}")] == []


def test_every_incident_has_a_problem() -> None:
    assert [incident for incident in Incident if not words.has(f"problem.delivery_{incident}")] == []


def test_an_empty_value_takes_its_part_of_the_sentence_along() -> None:
    assert words.say("track.ready_for_pickup", "en", number="15", place="") == (
        "Parcel 15 waits for the recipient at the pickup point."
    )
    assert words.say("track.ready_for_pickup", "en", number="15", place="Kazan").endswith("point, Kazan.")


def test_values_of_the_domain_are_written_for_people() -> None:
    text = words.say("ship.already_shipped", "ru", number="15", status=Status.IN_TRANSIT)
    assert "(В пути)" in text
    assert words.say("track.delivery_failed", "ru", number="15", incident=Incident.NO_ANSWER).endswith(
        "не дозвонились."
    )
    assert words.money_text(Money(123450), "ru") == "1\xa0234,50\xa0₽"
    assert words.money_text(Money(123450, "USD"), "en") == "1,234.50\xa0$"
    assert words._show(datetime(2026, 11, 3, 9, 5, tzinfo=UTC), "ru") == "03.11.2026 09:05"


def test_a_problem_keeps_their_words_beside_ours() -> None:
    problem = Problem("phone_refused", Field.PHONE, their_code="ve_x", their_text="Некорректный номер")
    text = words.say_problem(problem, "ru")
    assert text.startswith("Перевозчик не принял телефон получателя.")
    assert "«Некорректный номер»" in text
    assert "ve_x" in text


def test_braces_in_their_words_do_no_harm() -> None:
    problem = Problem("refused_unknown", their_code="{x}", their_text="[{0}] is {empty}")
    assert "[{0}] is {empty}" in words.say_problem(problem, "en")


def test_problems_of_foreign_plug_ins_fall_back_to_general_words() -> None:
    assert words.say("problem.never_heard_of", "en") == words.say("problem.refused_unknown", "en")
    with pytest.raises(KeyError):
        words.say("track.never_heard_of", "en")


@pytest.mark.parametrize(("lang", "expected"), [("ru", "ru"), ("kz", "ru"), ("en", "en"), ("br", "en"), ("", "en")])
def test_the_language_of_a_portal_is_one_of_ours(lang: str, expected: str) -> None:
    assert words.language_of(lang) == expected
