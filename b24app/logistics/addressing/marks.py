"""The marks that people write before or after a number or a name, as patterns. Data of the parser.

`v` is what a mark names. A mark may stand straight before its number (`кв12`) and straight after a number (`5к2`),
never inside a word (`пр-д 5`)."""

from __future__ import annotations

import re

LETTER = r"[^\W\d_]"
#: Before a mark: no letter, and no word that goes on with a hyphen or a slash.
BEFORE = rf"(?<!{LETTER})(?<!{LETTER}[-/])"
AFTER = rf"(?!{LETTER})"
_NUMBER_SIGN = r"\s*[.:]?\s*(?:№|#|N(?=\s*\d))?\s*"
#: 12, 12А, 12/1, 305-б
_NUMBER = rf"\d+(?:\s?[-/]\s?\d+)*(?:-?{LETTER}(?!\w))?"
UNTIL = r"[^,;\n|()\x01]*"


def compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _marked(mark: str, value: str = _NUMBER) -> str:
    return rf"{BEFORE}(?:{mark}){AFTER}{_NUMBER_SIGN}(?P<v>{value})"


# --- for the courier -------------------------------------------------------------------------------------------------

_CODE = r"(?:[*#]\s?)?(?:(?:[кkвv#*]\s?)?\d+(?:\s?[кkвvбb*#-]\s?\d+)*(?:[кkвv#*]+(?!\w))?)"
DOOR_CODE = compiled(
    rf"{BEFORE}(?:(?:код\s+(?:от\s+)?)?(?:домоф(?:он)?[а-яё]*|дмф)|код(?:\s+(?:двери|подъезда|входа|замка|на\s+двери))?"
    rf"|domofon|intercom|door\s?code|entry\s?code|code){AFTER}(?:{_NUMBER_SIGN}[-–—]?\s*{_CODE}(?!\w)"
    r"|\s+(?:не\s+работает|нет|отсутствует|сломан|отключ[её]н))"
    r"|(?<!\w)(?:без\s+домофона|домофона\s+нет|no\s+intercom)(?!\w)"
    rf"|{BEFORE}домофон(?!\w)"
)
_CLOCK = r"\d{1,2}(?:[:.-]\d\d)?(?!\d)(?:\s*(?:час\w*|ч\b\.?|утра|вечера|дня|pm\b|am\b))?"
_HOUR_WORDS = (
    "обеда|обед|шести|семи|пяти|восьми|четырёх|четырех|трёх|трех|двух|десяти|девяти|работы|полудня|утра|вечера|часа"
)
_WISH = (
    r"(?:(?:(?:по)?звон(?:ить|ите)|доставить|доставка|доставлять|привезти|привозить|привезите|везите|лучше|только"
    r"|строго|удобно|желательно|можно|буду|дома|приём|прием|call|deliver|please)\s+)*"
)
TIMES = compiled(
    rf"{BEFORE}{_WISH}(?:с\s*{_CLOCK}\s*(?:до|по|-|–)\s*{_CLOCK}|(?:после|до|after|before)\s+(?:{_CLOCK}(?![\w/])"
    rf"|(?:{_HOUR_WORDS})(?!\w))|в\s+\d{{1,2}}:\d\d|\d{{1,2}}:\d\d\s*[-–—]\s*\d{{1,2}}:\d\d)"
    r"(?:\s+(?:лучше|удобнее|пожалуйста|в\s+будни|по\s+будням|ежедневно|включительно)(?!\w))*"
)
_MARK_AHEAD = r"(?:подъезд|подьезд|под|этаж|эт|кв|квартира)(?!\w)"
#: A number belongs to the mark before it, unless the row of marks and numbers ends with a mark: `3 подъезд 5 этаж`.
_OWN = rf"(?!(?:\s*{_MARK_AHEAD}\.?\s*\d+)*\s*{_MARK_AHEAD}(?!\s*[.:№]?\s*\d))"
_ENTRANCE = r"подъезд|под[ъь]ез|подьезд|подъ?|под-д|п-д|пдзд|парадная|парадн|пар|вход|entrance|podezd|podyezd|п"
_FLOOR = r"этаж|эт|этж|floor|etazh|fl|lvl"
_ORDINAL = r"(?:\s?-?(?:й|ый|ий|ой|я|ая|st|nd|rd|th))?"
ENTRANCE = compiled(_marked(_ENTRANCE, rf"\d+{LETTER}?(?!\w)") + _OWN)
FLOOR = compiled(_marked(_FLOOR, r"-?\d+(?!\w)") + _OWN)
ENTRANCE_BACK = compiled(rf"(?<![\w/-])\d+{_ORDINAL}\s*(?:подъезд|подьезд|под\.|парадная|entrance)(?!\w)")
FLOOR_BACK = compiled(
    rf"(?<![\w/-])\d+{_ORDINAL}\s*(?:этаж|эт|floor)(?!\w)\.?|(?<!\w)(?:цокольный|последний|первый|второй|третий|верхний)\s+этаж(?!\w)"
)
_METRO = r"(?:ст(?:\.|анция)?\s*)?метро|(?:ст\.?\s*)(?-i:м)\.?|(?-i:м)\.|subway|(?-i:м)(?=\s+(?-i:[А-ЯЁ«\"]))"
_STREET_FIRST = r"(?:(?:площадь|улица|проспект|бульвар|шоссе)\s+)?"
METRO = compiled(
    rf"{BEFORE}(?:\d+\s+мин(?:ут\w*|\.)?\s+(?:пешком\s+)?)?(?:(?:от|у|рядом\s+с|возле|near)\s+)?(?:{_METRO}){AFTER}"
    rf"\s*(?P<v>улица\s+1905\s+года|{_STREET_FIRST}[«\"]?{LETTER}[^,;\n|()\d\x01]*)"
)
_NOTE = (
    r"вход|въезд|заезд|ориентир|напротив|рядом|возле|около|за\s+(?:углом|магазином|домом|школой|аптекой|забором)|через"
    r"|во\s+дворе|со\s+двора|с\s+торца|слева|справа|в\s+арк[еу]|угловой|последний\s+дом|(?:по)?звон(?:ить|ите|и)\s+(?:за|заранее|перед|в)"
    r"|набрать|наберите|не\s+звонить|перезвон\w*|остав(?:ить|ьте)|перед(?:ать|айте)|предварительно|заранее|в\s+будни"
    r"|по\s+будням|в\s+выходные|по\s+выходным|кроме|до\s+востребования|для\s+\w+|консьерж\w*|охран\w+|вахт\w*|шлагбаум"
    r"|пропуск|калитка|ворота|ключ|лифт\w*|без\s+лифта|осторожно|собака|частный\s+дом|хрупк\w+|near|opposite|behind"
    r"|leave|call\s+(?:before|me)|please"
)
NOTES = compiled(rf"{BEFORE}(?:{_NOTE})(?!\w){UNTIL}")
#: Names of houses and sites: a courier looks for them, a carrier's reference does not.
PLACES = compiled(
    rf"{BEFORE}(?:ЖК|жил(?:ой|\.)\s*к(?:омплекс|-с)|ТЦ|ТРЦ|ТРК|БЦ|ТД|ТОЦ|ТК|МФЦ|торговый\s+(?:центр|дом|комплекс)"
    r"|бизнес[- ]центр|магазин|маг\.|склад|гостиница|отель|кафе|салон|аптека|школа|больница|поликлиника|детский\s+сад"
    rf"|общежитие|общ\.|общага|гараж|цех|проходная|завод|рынок|секция|ряд|бутик|бокс|mall|hotel)(?!\w){UNTIL}"
)

# --- numbers ---------------------------------------------------------------------------------------------------------

PHONE = compiled(
    r"(?<![\w+])(?:(?:телефон|тел|моб|phone)\.?\s*[:–-]?\s*)?(?P<v>(?:\+?7|8)[\s(-]*\d{3}[\s)-]*\d{3}[\s-]*\d{2}[\s-]*\d{2})(?!\d)"
)
POSTAL = compiled(
    r"(?<!\w)(?:почтовый\s+)?(?:(?:индекс|инд|index|zip)\s*[.:-]?\s*)?(?<![\d+-])(?P<v>\d{6})(?!\d)(?!-\d)"
)
BOX = compiled(rf"{BEFORE}(?:а/я|а\.я\.|абонентский\s+ящик|п/я)\s*№?\s*(?P<v>\d+)(?!\d)")
FLAT = compiled(_marked(r"кв(?!-л)|кв-ра|квартира|квартиры|kv|kvartira|apt|flat|apartment|ap|unit|ап|апарт", _NUMBER))
FLAT_BACK = compiled(r"(?<![\w/-])(?P<v>\d+)\s*-?\s?(?:я\s+)?(?:кв|квартира)(?!\w)\.?(?!-л)(?!\s*[.:№]?\s*\d)")
#: Rooms of other kinds keep their name: `оф. 305`.
ROOM_WORDS = {
    "оф": "оф.",
    "офис": "оф.",
    "office": "оф.",
    "of": "оф.",
    "ofis": "оф.",
    "пом": "пом.",
    "помещение": "пом.",
    "помещ": "пом.",
    "ком": "комн.",
    "комн": "комн.",
    "комната": "комн.",
    "room": "комн.",
    "каб": "каб.",
    "кабинет": "каб.",
    "пав": "пав.",
    "павильон": "пав.",
    "апартаменты": "апарт.",
    "апартамент": "апарт.",
    "номер": "номер",
}
ROOM = compiled(
    rf"{BEFORE}(?P<w>{'|'.join(sorted(ROOM_WORDS, key=len, reverse=True))}){AFTER}{_NUMBER_SIGN}"
    rf"(?P<v>{_NUMBER}|[IVX]+(?!\w)|(?-i:[А-ЯA-Z])-?\d+|(?-i:[А-Я])(?!\w))"
)
_ONE_LETTER = r"[\"«']?(?-i:[А-ЯЁA-Z])[\"»']?(?!\w)"
BLOCK = compiled(
    _marked(
        r"корпус|корпуса|корп|кор|крп|к-с|korpus|korp|building|block|блок|corp|bldg|bld", rf"{_NUMBER}|{_ONE_LETTER}"
    )
    + rf"|{BEFORE}[кk]\s*[.-]?\s*(?P<k>\d+(?!\d)(?:/\d+(?!\w))?(?:{LETTER}(?!\w))?)"
)
BUILDING = compiled(
    _marked(r"строение|строен|стр-е|стр|сооружение|соор|stroenie", _NUMBER)
    + rf"|(?:{BEFORE}|(?<=\d))[сc]\s*\.?\s*(?P<k>\d+{LETTER}?(?!\w))|(?<=\d)\s+str\.?\s*(?P<t>\d+)(?!\w)"
)
LITERA = compiled(rf"(?<!{LETTER})(?:литера|литер|лит\b|liter)\s*[.:]?\s*(?P<v>[\"«']?{LETTER}\d?[\"»']?(?!\w))")
#: 12, 12А, 12 А, 12/3, 12"А", 12/3А
HOUSE_NUMBER = (
    rf"\d{{1,5}}(?!\d)(?:\s?/\s?\d+)*(?:-?{LETTER}(?!\w)|\s?[\"«']{LETTER}[\"»']?|\s{LETTER}(?=\s*(?:[,;\n|()\x01]|$)))?"
    rf"(?:\s?/\s?\d+{LETTER}?(?!\w))?"
)
HOUSE = compiled(
    rf"{BEFORE}(?:дом|дома|д|домовл|домовладение|house|hse|dom|d|зд|здание){AFTER}{_NUMBER_SIGN}(?P<v>{HOUSE_NUMBER})"
)
ESTATE = compiled(rf"{BEFORE}(?P<w>владение|влад|влд|вл|участок|уч-к|уч){AFTER}{_NUMBER_SIGN}(?P<v>{HOUSE_NUMBER})")
ESTATE_WORDS = {
    "владение": "вл.",
    "влад": "вл.",
    "влд": "вл.",
    "вл": "вл.",
    "участок": "уч.",
    "уч-к": "уч.",
    "уч": "уч.",
}
