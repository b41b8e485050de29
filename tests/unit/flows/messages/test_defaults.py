"""Our own words: every moment, language and channel has some that could be kept, and that cost what they should."""

from __future__ import annotations

import pytest

from b24app.flows.brand import Brand
from b24app.flows.messages.defaults import LANGUAGES, default, words_of
from b24app.flows.messages.letter import letter
from b24app.flows.messages.moments import Moment
from b24app.flows.messages.rules import Channel, Plan, Template
from b24app.flows.messages.segments import Segments, count
from b24app.flows.messages.texts import Placeholder, check, render, used

WITH_TEXT = [channel for channel in Channel if channel.has_text]
ALL = [(moment, lang, channel) for moment in Moment for lang in LANGUAGES for channel in WITH_TEXT]
USUAL = {
    Placeholder.NAME: "Мария",
    Placeholder.ORDER: "№ 5120",
    Placeholder.NUMBER: "1573840216",
    Placeholder.CARRIER: "СДЭК",
    Placeholder.LINK: "https://ship.example.ru/t/Wq3nT8Lk2VbXy7Rd/1aK9mZ4pQs7tX",
    Placeholder.SHOP: "Ромашка",
    Placeholder.SHOP_PHONE: "+7 495 123-45-67",
    Placeholder.POINT: "На Баумана",
    Placeholder.ADDRESS: "Казань, ул. Баумана, 5",
    Placeholder.HOURS: "10:00-20:00",
    Placeholder.UNTIL: "19 ноября",
    Placeholder.CODE: "4821",
    Placeholder.COD: "6 480,00 ₽",
    Placeholder.PROMISED: "12 ноября",
    Placeholder.EXPECTED: "14 ноября",
    Placeholder.REASON: "никого не было дома",
    Placeholder.RETURN: "AB-5120-1-R1",
    Placeholder.RETURN_LINK: "https://ship.example.ru/r/Wq3nT8Lk2VbXy7Rd/1aK9mZ4pQs7tX",
    Placeholder.OWED: "2 580,00 ₽",
}


@pytest.mark.parametrize(("moment", "lang", "channel"), ALL)
def test_our_words_can_be_kept_and_say_something_when_nothing_more_is_known(
    moment: Moment, lang: str, channel: Channel
) -> None:
    text = default(moment, lang, channel)
    assert check(text, channel) == ()
    assert bool(text.subject) is (channel is Channel.EMAIL)
    known = {each: USUAL[each] for each in (Placeholder.SHOP, Placeholder.ORDER, Placeholder.RETURN)}
    for each in (text.body, *([text.subject] if text.subject else [])):
        bare = render(each, known)
        assert bare.strip()
        # What is left out takes its punctuation along.
        assert not any(wrong in bare for wrong in ("..", " .", " ,", ",.", ":.", "{", "[", "!,"))
        full = render(each, USUAL)
        assert all(USUAL[one] in full for one in used(each) if one is not Placeholder.STOP)


@pytest.mark.parametrize(("moment", "lang"), [(moment, lang) for moment in Moment for lang in LANGUAGES])
def test_an_sms_of_ours_costs_two_messages_at_most(moment: Moment, lang: str) -> None:
    assert count(render(default(moment, lang, Channel.SMS).body, USUAL)).parts <= 2


def test_a_portals_own_words_come_first_and_another_language_is_english() -> None:
    own = Plan(texts={"ru": Template("все"), "ru:sms": Template("свои")})
    assert words_of(own, Moment.READY, "ru", Channel.SMS) == Template("свои")
    assert words_of(own, Moment.READY, "ru", Channel.CHAT) == Template("все")
    assert words_of(own, Moment.READY, "en", Channel.SMS) == default(Moment.READY, "en", Channel.SMS)
    assert default(Moment.READY, "de", Channel.SMS) == default(Moment.READY, "en", Channel.SMS)
    assert default(Moment.READY, "ru", Channel.TRIGGER) == Template("")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", Segments(False, 0, 0, 160)),
        ("a" * 160, Segments(False, 160, 1, 0)),
        ("a" * 161, Segments(False, 161, 2, 145)),
        ("a" * 159 + "€", Segments(False, 161, 2, 145)),
        # The euro sign would be torn: it goes whole into the second message.
        ("a" * 152 + "€" + "a" * 10, Segments(False, 164, 2, 141)),
        ("я" * 70, Segments(True, 70, 1, 0)),
        ("я" * 71, Segments(True, 71, 2, 63)),
        ("я" * 135, Segments(True, 135, 3, 66)),
        ("😀" * 35, Segments(True, 70, 1, 0)),
        ("a" * 66 + "😀" + "я" * 10, Segments(True, 78, 2, 55)),
    ],
)
def test_what_a_text_costs(text: str, said: Segments) -> None:
    assert count(text) == said


def test_a_letter_is_text_whatever_is_in_it() -> None:
    shop = Brand('<b>"Ромашка" & Ко</b>', "#0069e6")
    text = 'Здравствуйте, <script>alert(1)</script>!\n\n\nГде: https://a.example/t/1?a=1&b="2".\nСтрока'
    said = letter(text, shop, "ru", stop_link="https://a.example/s/1", logo="https://a.example/l.png")
    assert "<script" not in said
    assert "<b>" not in said
    assert "&lt;b&gt;&#34;Ромашка&#34; &amp; Ко&lt;/b&gt;" in said
    assert '<a href="https://a.example/t/1?a=1&amp;b=" style' in said
    assert said.count("<p ") == 2
    assert said.count('href="https://a.example/s/1"') == 1
    assert 'src="https://a.example/l.png"' in said
    assert "<br>Строка" in said


def test_a_letter_that_has_the_stop_link_itself_has_no_second_one() -> None:
    said = letter("Не писать: https://a.example/s/1", Brand("Shop"), "en", stop_link="https://a.example/s/1")
    assert said.count("https://a.example/s/1") == 2  # the address and the words of the same link
    assert "<img" not in said
    assert "Shop delivers your order" in said
