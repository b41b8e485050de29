"""Commands as PHP will read them."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b24app.bitrix24.encoding import Command, as_list, as_map, plain, reference
from b24app.flows.snapshot import Role

ADDRESS = 'Казань, ул. Баумана 5 & 7 #12, 50% + кв. 3 = "дом"; [x] \n|55.78;49.12'


def php_reads(line: str) -> tuple[str, dict[str, Any]]:
    """parse_url and parse_str: a fragment is cut off, names and values are decoded once."""
    method, _, query = line.partition("#")[0].partition("?")
    return method, php_tree(parse_qsl(query, keep_blank_values=True))


def php_tree(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """`a[b][c]=1` as nested maps, as PHP's parse_str does."""
    tree: dict[str, Any] = {}
    for name, value in pairs:
        head, _, rest = name.partition("[")
        inner = tree
        path = [head, *rest.removesuffix("]").split("][")] if rest else [head]
        for part in path[:-1]:
            inner = inner.setdefault(part, {})
        inner[path[-1]] = value
    return tree


def test_special_characters_survive() -> None:
    command = Command("u", "crm.item.update", {"id": 5, "fields": {"ufCrmDeliveryAddress": ADDRESS}})
    assert php_reads(command.line) == (
        "crm.item.update",
        {"id": "5", "fields": {"ufCrmDeliveryAddress": ADDRESS}},
    )


@given(st.text(min_size=1))
def test_any_text_survives(text: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    assert php_reads(Command("c", "m", {"a": {"b": [text]}}).line)[1] == {"a": {"b": {"0": text}}}


def test_filter_prefixes_survive() -> None:
    line = Command("r", "crm.item.productrow.list", {"filter": {"=ownerType": "D", ">=x": 1, "@id": [1, 2]}}).line
    assert php_reads(line)[1] == {"filter": {"=ownerType": "D", ">=x": "1", "@id": {"0": "1", "1": "2"}}}
    assert "filter%5B%3DownerType%5D=D" in line


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "Y"), (False, "N"), (None, ""), (0, "0"), (Decimal("390.50"), "390.50"), (Decimal("1E+3"), "1000"),
        (datetime(2026, 3, 2, 9, tzinfo=UTC), "2026-03-02T09:00:00+00:00"), (date(2026, 3, 2), "2026-03-02"),
        (Role.ADDRESS, "address"),
    ],
)  # fmt: skip
def test_scalars(value: Any, text: str) -> None:
    assert php_reads(Command("c", "m", {"v": value}).line)[1] == {"v": text}


def test_a_time_without_an_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        plain(datetime(2026, 3, 2))  # noqa: DTZ001


def test_json_bodies_get_the_same_scalars() -> None:
    assert plain({"a": [True, None], "b": {"c": Decimal("1.5")}}) == {"a": ["Y", None], "b": {"c": "1.5"}}


def test_references() -> None:
    assert reference("deal", "items", 0, "contactIds") == "$result[deal][items][0][contactIds]"
    line = Command("c", "crm.item.list", {"filter": {"@id": reference("deal", "items")}}).line
    assert php_reads(line)[1] == {"filter": {"@id": "$result[deal][items]"}}


@pytest.mark.parametrize("key", ["", "1", "1a", "a b", "a[b]", "ключ"])
def test_keys_that_php_would_renumber_are_refused(key: str) -> None:
    with pytest.raises(ValueError, match="key"):
        Command(key, "m")


def test_php_empty_maps() -> None:
    assert (as_map([]), as_map(["a"]), as_map({"x": 1}), as_map(None)) == ({}, {"0": "a"}, {"x": 1}, {})
    assert (as_list({"0": "a"}), as_list(["a"]), as_list(None)) == (["a"], ["a"], [])
