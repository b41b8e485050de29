"""Written addresses and messages, read into parts: what people write, and that no word is lost whatever they write."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from b24app.logistics.addresses import read_address
from b24app.logistics.addressing.messages import read_message
from b24app.logistics.addressing.parts import ADDRESS_PARTS, Part, Reading, write_address
from b24app.logistics.addressing.read import read_parts
from b24app.logistics.addressing.sheet import plain

DATA = Path(__file__).parent / "data"


def _load(name: str, key: str) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = tomllib.loads((DATA / name).read_text(encoding="utf-8"))[key]
    return found


FORMS = _load("address_forms.toml", "form")
MESSAGES = _load("customer_messages.toml", "message")
_WORDS = sorted({word for form in (*FORMS, *MESSAGES) for word in re.findall(r"\S+", form["t"])})
_GLUE = ["", " ", ", ", "\n", ". ", "-", "/", "("]
#: Words of real addresses in any order and glued in any way, and any signs at all.
TEXTS = st.one_of(
    st.lists(st.sampled_from(_WORDS), max_size=12).map(" ".join),
    st.lists(st.tuples(st.sampled_from(_WORDS), st.sampled_from(_GLUE)), max_size=12).map(
        lambda pairs: "".join(word + glue for word, glue in pairs)
    ),
    st.text(max_size=60),
)


def test_there_are_three_hundred_forms_and_none_twice() -> None:
    assert len({form["t"] for form in FORMS}) == len(FORMS)
    assert len(FORMS) >= 300


@pytest.mark.parametrize(("read", "forms"), [(read_parts, FORMS), (read_message, MESSAGES)], ids=["forms", "messages"])
def test_every_form_is_read_as_people_mean_it(read: Callable[[str], Reading], forms: list[Mapping[str, Any]]) -> None:
    wrong = []
    for form in forms:
        reading = read(form["t"])
        expected = {key: value for key, value in form.items() if key not in ("t", "u")}
        got = {part.value: value for part, value in reading.values.items()}
        if (got, list(reading.unplaced)) != (expected, form.get("u", [])):
            wrong.append((form["t"], got, reading.unplaced))
    assert not wrong


def _signs(text: str) -> str:
    """Letters and digits only: what a word is made of."""
    return "".join(sign for sign in text if sign.isalnum())


def _assert_all_placed_once(text: str, reading: Reading) -> None:
    shown = plain(text)
    at = 0
    for piece in reading.pieces:
        assert piece.start >= at
        assert shown[piece.start : piece.start + len(piece.text)] == piece.text
        assert not _signs(shown[at : piece.start])
        at = piece.start + len(piece.text)
    assert not _signs(shown[at:])
    # Marks go (`кв.`), numbers never: what a piece says keeps every digit of it.
    for piece in reading.pieces:
        if piece.part is not Part.PHONE:
            assert re.findall(r"\d", piece.text) == re.findall(r"\d", piece.value), piece


@given(TEXTS)
@example("Комментарий: дом 5, тел +79161234567, звонить, Иван. адрес: наб.")
@example("ул ул. ул, 5 5-5-5 д.5 кв5 кв 6 420111 420111")
def test_every_word_is_in_exactly_one_piece(text: str) -> None:
    _assert_all_placed_once(text, read_parts(text))
    _assert_all_placed_once(text, read_message(text))


def test_a_written_line_is_read_again_as_the_same_parts() -> None:
    for form in FORMS:
        said = {part: value for part, value in read_parts(form["t"]).values.items() if part in ADDRESS_PARTS}
        again = read_parts(write_address(said))
        assert {part: value for part, value in again.values.items() if part in ADDRESS_PARTS} == said
        assert not again.unplaced


def test_a_carrier_directory_is_asked_for_the_town_that_is_shown() -> None:
    """`read_address` names candidates for the directory out of the written line: the town is one of them."""
    for form in FORMS:
        values = read_parts(form["t"]).values
        if Part.CITY in values:
            names = [name.casefold() for name in read_address(write_address(values)).city_names]
            town = values[Part.CITY].casefold()
            assert any(name in town for name in names), (form["t"], names)
