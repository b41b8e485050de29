"""Words of messages: placeholders in both languages, parts that go when a value is missing, what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b24app.flows.messages.rules import Channel, Template
from b24app.flows.messages.texts import ALIASES, Placeholder, Wrong, check, placeholder, render, used

VALUES = {Placeholder.ORDER: "1042", Placeholder.NUMBER: "1573840216", Placeholder.CODE: ""}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Заказ {заказ} едет: {трек}", "Заказ 1042 едет: 1573840216"),
        ("Order { ORDER } is on its way.[ Code: {code}.]", "Order 1042 is on its way."),
        ("[Код {код}, заказ {заказ}. ]Ждём вас", "Ждём вас"),
        ("[Заказ {заказ}. ]Ждём вас", "Заказ 1042. Ждём вас"),
        ("Код {код} для вас", "Код для вас"),
        ("[[{order}]]", "[1042]"),
        ("одна\n\n  {code}  \nдве", "одна\n\n\nдве"),
        ("[{order}", "1042"),
    ],
)
def test_what_a_client_reads(text: str, said: str) -> None:
    assert render(text, VALUES) == said


def test_every_placeholder_has_a_russian_name_of_its_own() -> None:
    assert set(ALIASES.values()) == set(Placeholder)
    assert all(placeholder(name.upper()) is each for name, each in ALIASES.items())


@pytest.mark.parametrize(
    ("template", "channel", "wrong"),
    [
        (Template("Заказ {заказ}"), Channel.SMS, ()),
        (Template(" "), Channel.SMS, (Wrong("empty"),)),
        (Template(""), Channel.TRIGGER, ()),
        (Template("{номерок}"), Channel.SMS, (Wrong("unknown", "номерок"),)),
        (Template("{order} {"), Channel.SMS, (Wrong("open", "{"),)),
        (Template("a [b"), Channel.EMAIL, (Wrong("open", "["),)),
        (Template("a ]b", subject="[x]"), Channel.EMAIL, (Wrong("open", "]"),)),
        (Template("a [b [c] d]"), Channel.EMAIL, (Wrong("open", "["), Wrong("open", "]"))),
        (Template("ж" * 671), Channel.SMS, (Wrong("long", "670"),)),
        (Template("a", subject="b" * 201), Channel.EMAIL, (Wrong("long", "200"),)),
    ],
)
def test_what_is_refused(template: Template, channel: Channel, wrong: tuple[Wrong, ...]) -> None:
    assert check(template, channel) == wrong


def test_placeholders_of_a_text() -> None:
    assert used("{имя}, {order} {заказ} {чужое}") == (Placeholder.NAME, Placeholder.ORDER)


@given(st.text(alphabet="[]{}код ", max_size=60))
def test_a_text_that_is_kept_shows_no_placeholder(text: str) -> None:
    """Whatever was typed: what may be kept says nothing in braces to the client."""
    if not check(Template(f"x{text}"), Channel.EMAIL):
        assert not set("{}") & set(render(f"x{text}", {}))
