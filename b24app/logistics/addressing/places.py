"""Country, region and town, by their marks; a town that everybody knows also without one."""

from __future__ import annotations

import re

from b24app.logistics.addresses import SHORT_NAMES, is_adjective, names_by_length
from b24app.logistics.addressing.marks import LETTER, compiled
from b24app.logistics.addressing.parts import Part
from b24app.logistics.addressing.sheet import TAKEN, Sheet, tidy
from b24app.logistics.addressing.street_words import TYPE
from b24app.logistics.addressing.towns import is_town
from b24app.logistics.capitals import is_capital_name

_WORD = rf"{LETTER}(?:{LETTER}|[-’'])*"
_BEGINS = r"(?<![\w-])(?<!\w/)"
_COUNTRY = compiled(
    r"(?<!\w)(?:россия|российская\s+федерация|рф|russia|russian\s+federation|rus|казахстан|беларусь|республика\s+беларусь"
    r"|республика\s+казахстан)(?![\w-])\.?"
)
_REGION_MARK = (
    r"обл(?:асть|\.|-ть)?|край|р-н|р-он|район|рн|ао|автономный\s+округ|авт\.?\s+(?:окр|округ)\.?|г\.?\s?о\."
    r"|городской\s+округ|муниципальный\s+округ|м\.?\s?о\.|с/с|с/п|сельсовет|сельское\s+поселение|волость"
)
_REGIONS = (
    # Респ Татарстан, Республика Саха (Якутия), Чувашская Республика
    compiled(
        rf"{_BEGINS}(?:республика|респ)(?!{LETTER})\.?\s*{_WORD}(?:\s*[-–]\s*{_WORD})?(?:\s*[(/]\s*{_WORD}\s*[)/])?(?:\s+алания)?"
    ),
    compiled(rf"{_BEGINS}{_WORD}\s*(?:[(/]\s*{_WORD}\s*[)/]\s*)?\s+(?:республика|респ)(?!{LETTER})\.?"),
    compiled(rf"{_BEGINS}(?:ханты[- ]мансийский\s+)(?:автономный\s+округ|ао)(?!{LETTER})\.?(?:\s*[-–]\s*югра)?"),
    # Московская обл., Мос. обл., Одинцовский р-н
    compiled(
        rf"{_BEGINS}(?:{_WORD}\s+(?=городской|муниципальный))?{_WORD}(?:\.\s*|\s+)(?:{_REGION_MARK})(?!{LETTER})\.?"
    ),
    # обл. Московская, край Краснодарский, г.о. Красногорск
    compiled(
        rf"{_BEGINS}(?:обл(?:асть)?|край|р-н|район|г\.?\s?о\.|городской\s+округ|м\.\s?о\.)(?!{LETTER})\.?\s+{_WORD}"
    ),
    compiled(
        r"(?<![\w-])(?:хмао(?:\s*[-–]\s*югра)?|янао|чао|нао|еао|татарстан|башкирия|башкортостан|чувашия|удмуртия|мордовия"
        r"|дагестан|якутия|карелия|хакасия|бурятия|подмосковье|ленобласть|кузбасс|(?-i:МО|ЛО)|moscow\s+(?:region|oblast)"
        r"|tatarstan|rep(?:ublic)?\.?\s+(?:of\s+)?tatarstan)(?![\w-])"
    ),
    compiled(rf"{_BEGINS}{_WORD}\s+(?:region|oblast|obl|krai|kray|district|raion)(?!{LETTER})\.?"),
)

_TOWN_MARKS = {"г": "", "гор": "", "город": "", "city": "", "g": "", "gorod": "", "town": ""}
_VILLAGE_MARKS = {
    "пгт": "пгт",
    "рп": "рп",
    "р.п": "рп",
    "п.г.т": "пгт",
    "дп": "дп",
    "пос": "пос.",
    "посёлок": "пос.",
    "поселок": "пос.",
    "п": "пос.",
    "с": "с.",
    "село": "с.",
    "д": "д.",
    "дер": "д.",
    "деревня": "д.",
    "х": "х.",
    "хутор": "х.",
    "хут": "х.",
    "ст-ца": "ст-ца",
    "станица": "ст-ца",
    "аул": "аул",
    "станция": "станция",
    "снт": "СНТ",
    "днп": "ДНП",
    "днт": "ДНТ",
    "кп": "КП",
    "village": "пос.",
    "pos": "пос.",
}
_MARKS = {**_TOWN_MARKS, **_VILLAGE_MARKS}
_SINGLE = r"(?<!\b\w\.)(?<!\b\w\.\s)"
_ANY_MARK = "|".join(re.escape(mark) for mark in sorted(_MARKS, key=len, reverse=True))
_NAME = rf"[«\"]?{_WORD}[»\"]?(?:[ .]+{_WORD})*"
#: г. Казань, пос Лесной; a lone letter without its dot only where a stretch begins ("вход с угла" is no village)
_MARK_FIRST = compiled(
    rf"{_BEGINS}{_SINGLE}(?:(?P<mark>{_ANY_MARK})(?!{LETTER}|-)(?:\.\s*|(?<=[\w.]\w)\s+|(?<=[гg])\s+)|(?P<bare>[псхд])\s+)(?P<name>{_NAME})(?:\s*№?\s*\d+(?=\s*(?:[,;]|$)))?"
)
#: Казань г, Лесной пгт: only where the stretch ends
_MARK_LAST = compiled(
    rf"{_BEGINS}(?P<name>{_WORD}(?:\s+{_WORD}){{0,2}})\s+(?P<mark>{_ANY_MARK})\.?(?=\s*(?:[,;\n|({TAKEN}]|$))"
)
_TYPE_BEFORE = re.compile(rf"(?:^|[^\w])(?:{TYPE})\.?\s*$", re.IGNORECASE)
_TYPE_INSIDE = re.compile(rf"(?<![\w-])(?:{TYPE})(?![\w-])", re.IGNORECASE)


def read_country_and_regions(sheet: Sheet) -> None:
    for pattern in _REGIONS:
        for found in list(pattern.finditer(sheet.left)):
            if not _is_a_street(sheet.left, found):
                sheet.take(found.start(), found.end(), Part.REGION, " ".join(found.group().split()))
    sheet.take_all(_COUNTRY, Part.COUNTRY)


def _is_a_street(text: str, found: re.Match[str]) -> bool:
    """`ул. Республики`, `ул Карла Маркса район рынка`: a street may be called after anything."""
    return bool(_TYPE_BEFORE.search(text[: found.start()]) or _TYPE_INSIDE.search(found.group()))


def read_marked_towns(sheet: Sheet) -> None:
    at = 0
    while found := _MARK_FIRST.search(sheet.left, at):
        at = found.start() + 1
        before = sheet.left[: found.start()].rstrip(" ")
        begins = not before or before[-1] in f",;\n|({TAKEN}"
        if not _TYPE_BEFORE.search(before) and (begins or not found.group("bare")):
            _take_marked(sheet, found)
    for found in list(_MARK_LAST.finditer(sheet.left)):
        if not _TYPE_INSIDE.search(found.group("name")):
            said = _MARKS[found.group("mark").casefold()]
            sheet.take(found.start(), found.end(), Part.CITY, _said(said, full_name(found.group("name"))))


def _take_marked(sheet: Sheet, found: re.Match[str]) -> None:
    said = _MARKS[(found.group("mark") or found.group("bare")).casefold()]
    start, text = found.start("name"), found.group("name")
    inner = _TYPE_INSIDE.search(text)
    whole = sheet.left[found.end() :].lstrip()[:1] in ("", ",", ";", "\n", "|", "(", TAKEN)
    words = [(match.start(), match.end()) for match in re.finditer(r"[^\s]+", text[: inner.start()] if inner else text)]
    if (
        inner
        and len(words) > 1
        and not is_town(tidy(text[: inner.start()]))
        and is_adjective(tidy(text[words[-1][0] : words[-1][1]]))
    ):
        words.pop()  # `д. Сабурово Парковая улица`: the adjective is the street's
    if not words:
        return
    count = _count([text[first:last] for first, last in words], whole or inner is not None)
    end = start + words[count - 1][1]
    end = found.end() if count == len(words) and not inner else end
    sheet.take(found.start(), end, Part.CITY, _said(said, full_name(tidy(sheet.text[start:end]))))


def _count(words: list[str], whole: bool) -> int:
    """How many of the words after a mark are the town's name: the longest that is a known town, all of a stretch of at
    most three words that ends there, else as `read_address` guesses."""
    for count in (3, 2, 1):
        if count <= len(words) and is_town(" ".join(words[:count])):
            return count
    if whole and len(words) <= 3:
        return len(words)
    return len(names_by_length([word.strip(".") for word in words[:3]])[0].split())


def _said(mark: str, name: str) -> str:
    return f"{mark} {name}" if mark else name


def full_name(name: str) -> str:
    """A town's short name in full (`спб`), any other as written."""
    return SHORT_NAMES.get(name.casefold().strip(" ."), name.strip(' ."«»'))


def read_known_towns(sheet: Sheet) -> None:
    """`Казань Баумана 44`: a town that everybody knows, where a stretch begins, or all of it. A town in a marked
    one (`Москва, г. Зеленоград`) stays beside it when it is a capital."""
    for start, end in sheet.segments():
        whole = tidy(sheet.text[start:end])
        if sheet.has(Part.CITY) and not (_repeats(sheet, whole) or is_capital_name(full_name(whole))):
            continue
        words = [(start + match.start(), start + match.end()) for match in re.finditer(r"\S+", sheet.left[start:end])]
        for count in (3, 2, 1):
            if count > len(words):
                continue
            name = tidy(sheet.text[start : words[count - 1][1]])
            if not (is_town(name) or name.casefold() in SHORT_NAMES):
                continue
            sheet.take(start, words[count - 1][1], Part.CITY, full_name(name))
            break


def _repeats(sheet: Sheet, name: str) -> bool:
    """`Москва, г. Москва`: the same town once more."""
    return full_name(name).casefold() == sheet.value(Part.CITY).casefold()
