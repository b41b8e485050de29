"""Units, numbers and words of SAP at their borders, ours and theirs."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from b24app.logistics.numbers import plain
from b24app.logistics.problem import Field
from b24app.systems.sap_ewm import vocabulary as words

MOSCOW = words.zone_of("Europe/Moscow")


@pytest.mark.parametrize(
    ("value", "unit", "grams"),
    [("0.700", "KG", 700), ("0.0005", "kg", 1), ("0.0004", "KG", 0), ("1.5", "TO", 1_500_000), ("12", "G", 12),
     ("1", "LB", 454), ("3", "ST", 0), (None, "KG", 0), ("-1", "KG", 0), ("x", "KG", 0)],
)  # fmt: skip
def test_weights_become_grams(value: object, unit: str, grams: int) -> None:
    assert words.grams(value, unit) == grams


@pytest.mark.parametrize(
    ("value", "unit", "millimetres"),
    [("30", "CM", 300), ("0.05", "CM", 1), ("0.04", "CM", 0), ("0.2", "M", 200), ("15.4", "MM", 15), ("10", "IN", 254),
     ("10", "", 0)],
)  # fmt: skip
def test_sides_become_millimetres(value: object, unit: str, millimetres: int) -> None:
    assert words.millimetres(value, unit) == millimetres


def test_quantities_come_with_any_zeros_and_go_without() -> None:
    assert words.quantity("2") == words.quantity("2.000") == words.quantity(2) == Decimal(2)
    assert words.quantity(None) == words.quantity("") == 0
    assert [plain(Decimal(text)) for text in ("2.000", "0.500", "100", "1E+3")] == ["2", "0.5", "100", "1000"]


def test_numbers_and_articles_are_compared_without_their_zeros() -> None:
    assert (words.bare("0080000123"), words.bare(" 000010 "), words.bare("0")) == ("80000123", "10", "")
    assert words.article("000000000000004711") == words.article("4711")
    assert words.article("tea-500") == words.article("TEA-500")
    assert words.article("TEA-500") != words.article("TEA-50")


def test_a_date_and_a_time_of_day_are_the_systems_own() -> None:
    day = datetime(2026, 10, 5, tzinfo=UTC)
    assert words.moment(day, "PT00H30M05S", MOSCOW) == datetime(2026, 10, 4, 21, 30, 5, tzinfo=UTC)
    assert words.moment(day, "PT12H40M00S", words.zone_of("UTC")) == datetime(2026, 10, 5, 12, 40, tzinfo=UTC)
    assert words.moment(day, None, words.zone_of("UTC")) == day
    # No date is null, and 1753 in clients that know none.
    assert words.moment(None, "PT1H", MOSCOW) is None
    assert words.moment(datetime(1753, 1, 1, tzinfo=UTC), "PT00H00M00S", MOSCOW) is None
    assert words.zone_of("Mars/Olympus").key == words.zone_of("").key == "UTC"


def test_texts_of_filters_are_quoted() -> None:
    assert words.any_of("A", ["1", "O'Neill"]) == "A eq '1' or A eq 'O''Neill'"


def test_stock_types_are_as_typed_or_as_usual() -> None:
    assert words.types(" f2, G1 ,", words.GOOD) == ("F2", "G1")
    assert words.types(" ", words.BLOCKED) == ("B5", "B6")


@pytest.mark.parametrize(
    ("code", "text", "ours", "field"),
    [
        ("VL/302", "", "order_delivered", Field.REFERENCE),
        ("vl/302", "Позиция 000010 …", "order_delivered", Field.REFERENCE),
        ("Z/1", "order quantity already delivered", "order_delivered", Field.REFERENCE),
        ("V1/302", "", "reference_unknown", Field.REFERENCE),
        ("Z/2", "Количество не подходит", "items_differ", Field.ITEMS),
        ("VL/602", "", "too_late_to_cancel", Field.ORDER),
        ("Z/3", "Nein", "refused_unknown", Field.ORDER),
    ],
)
def test_messages_mean_what_their_class_and_number_say(code: str, text: str, ours: str, field: Field) -> None:
    problem = words.MEANINGS.problem(code, text)
    assert (problem.code, problem.field, problem.their_code, problem.their_text) == (ours, field, code, text)
