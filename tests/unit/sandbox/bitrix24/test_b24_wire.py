"""PHP's forms and lists as the emulated portal reads and writes them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.bitrix24.rest.lists import fits, page, split_key
from sandbox.bitrix24.state.fields import camel, entity_of_short, short_code
from sandbox.bitrix24.state.limits import LeakyBucket, Operating
from sandbox.bitrix24.wire import build, empty, encode, flatten, parse_str, php_array


@pytest.mark.parametrize(
    ("query", "parsed"),
    [
        ("a=1&b=2", {"a": "1", "b": "2"}),
        ("fields[TITLE]=x&fields[A][B]=y", {"fields": {"TITLE": "x", "A": {"B": "y"}}}),
        ("s[]=a&s[]=b", {"s": ["a", "b"]}),
        ("s[1]=a&s[2]=b", {"s": {"1": "a", "2": "b"}}),
        ("filter[%3E%3Did]=5", {"filter": {">=id": "5"}}),
        ("a=1+2%2B3", {"a": "1 2+3"}),
        ("a.b c=1", {"a_b_c": "1"}),
        ("a", {"a": ""}),
        ("a=1&a=2", {"a": "2"}),
        ("a=1&a[b]=2", {"a": {"b": "2"}}),
    ],
)
def test_reads_forms_as_php_does(query: str, parsed: dict[str, Any]) -> None:
    assert parse_str(query) == parsed


def test_an_equals_sign_inside_a_key_cuts_it() -> None:
    # contracts/bitrix24-crm.md §13.2
    assert parse_str("filter[=ownerType]=D") == {"filter_": "ownerType]=D"}


_SCALARS = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=8)
_KEYS = st.from_regex(r"[A-Za-z][A-Za-z0-9]{0,5}", fullmatch=True)
_TREES = st.recursive(
    _SCALARS,
    lambda inner: st.dictionaries(_KEYS, inner, min_size=1, max_size=3) | st.lists(inner, min_size=1, max_size=3),
    max_leaves=8,
)


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(_KEYS, _TREES, max_size=4))
def test_what_is_encoded_is_read_back(data: dict[str, Any]) -> None:
    assert parse_str(encode(data)) == data


def test_null_is_left_out_and_booleans_are_numbers() -> None:
    assert list(flatten({"a": None, "b": True, "c": {"d": False}})) == [("b", "1"), ("c[d]", "0")]


@pytest.mark.parametrize(
    ("mapping", "shown"),
    [({}, []), ({"0": "a", "1": "b"}, ["a", "b"]), ({"1": "a"}, {"1": "a"}), ({"x": 1}, {"x": 1})],
)
def test_php_arrays_are_lists_or_maps(mapping: dict[str, Any], shown: Any) -> None:
    assert php_array(mapping) == shown


@pytest.mark.parametrize("value", ["", "0", 0, False, None, [], {}, 0.0])
def test_what_php_calls_empty(value: Any) -> None:
    assert empty(value)


@pytest.mark.parametrize("value", ["False", "00", " ", "N", -1, [0]])
def test_what_php_does_not_call_empty(value: Any) -> None:
    assert not empty(value)


def test_broken_names_are_not_lost() -> None:
    assert build([("a[b", "1"), ("[x]", "2")]) == {"a_b": "1", "_x]": "2"}


@pytest.mark.parametrize(
    ("original", "short"),
    [
        ("UF_CRM_PVZ_CODE", "ufCrmPvzCode"),
        ("UF_CRM_12_1739900000", "ufCrm12_1739900000"),
        ("UF_CRM_12_TRACK", "ufCrm12Track"),
        ("UF_CRM_1747309879", "ufCrm_1747309879"),
        ("UF_CRM_3_DIGIT10", "ufCrm_3_DIGIT10"),
        ("UF_CRM_LOGISTICS_ORDER_ID", "ufCrmLogisticsOrderId"),
    ],
)
def test_user_field_names_follow_the_table(original: str, short: str) -> None:
    # contracts/bitrix24-crm.md §4.1
    assert camel(original) == short


@pytest.mark.parametrize(("number", "code"), [(2, "D"), (4, "CO"), (128, "T80"), (1030, "T406"), (31, "SI")])
def test_short_codes(number: int, code: str) -> None:
    assert short_code(number) == code
    assert entity_of_short(code) == number


@pytest.mark.parametrize("key", [">=id", "!@stageId", "=%title", "!%=title", "<id", "plain"])
def test_filter_keys_split_into_prefix_and_field(key: str) -> None:
    prefix, name = split_key(key)
    assert prefix + name == key
    assert name.isalpha()


@pytest.mark.parametrize(
    ("value", "prefix", "wanted", "passes"),
    [
        (5, "", "5", True),
        (5, "@", ["4", "5"], True),
        (5, "!@", [5], False),
        (None, "", "", True),
        (None, "!", "", False),
        ("Москва", "%", "осК", True),
        ("Москва", "=%", "Мос%", True),
        ("Москва", "!%", "осК", False),
        ("2026-03-02T12:00:00+03:00", ">=", "2026-03-02T11:00:00+03:00", True),
        (10, ">", "9", True),
        (10, "<=", "9", False),
        (None, ">", "1", False),
        ([1, 2], "", 2, True),
        (5, "@", [], False),
        (7, "><", [5, 8], True),
    ],
)
def test_filter_conditions(value: Any, prefix: str, wanted: Any, passes: bool) -> None:
    assert fits(value, prefix, wanted) is passes


def test_pages_are_of_fifty() -> None:
    rows = list(range(120))
    first, second, last = page(rows, None), page(rows, 50), page(rows, "100")
    assert (first.result, first.total, first.next) == (rows[:50], 120, 50)
    assert (second.result[0], second.next) == (50, 100)
    assert (len(last.result), last.next) == (20, None)
    # A wrong start is rounded down; -1 counts nothing.
    assert page(rows, 77).result[0] == 50
    assert (page(rows, -1).total, page(rows, -1).next) == (0, None)


def test_the_bucket_fills_and_drains() -> None:
    bucket = LeakyBucket(at=100.0)
    taken = [bucket.take(100.0, 50.0, 2.0) for _ in range(51)]
    assert taken == [True] * 50 + [False]
    # Half a second later exactly one more fits.
    assert [bucket.take(100.5, 50.0, 2.0) for _ in range(2)] == [True, False]


def test_operating_time_is_forgotten_after_ten_minutes() -> None:
    counter = Operating()
    counter.charge(1000.0, 3.0)
    counter.charge(1050.0, 4.0)
    assert counter.spent(1100.0) == 7.0
    assert counter.reset_at(1100.0) == 960 + 600
    assert counter.spent(960.0 + 600.0) == 4.0
    assert counter.spent(3000.0) == 0.0
