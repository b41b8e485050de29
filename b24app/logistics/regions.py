"""Regions of Russia: which one a place lies in, what people call it, and how far two are from each other.

A region's code is that of ISO 3166-2:RU without its country (`MOW`, `TA`); a place abroad has its country's (`+KZ`).
Prefixes of postal codes are those of Russian Post's public list. What cannot be told is an empty text, never a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from math import asin, cos, radians, sin, sqrt

from b24app.logistics.addresses import SHORT_NAMES, read_address
from b24app.logistics.model import Address

#: code | name in Russian | name in English | beginnings of words that name it | prefixes of postal codes |
#: latitude and longitude of its capital in degrees | towns whose name nobody takes for another region's.
_TABLE = """
MOW|Москва|Moscow|москва,москвы,москве|101-135|55.8 37.6|москва,зеленоград,moscow
MOS|Московская область|Moscow Oblast|московск|140-144|55.8 37.6|балашиха,химки,подольск,мытищи,люберцы,королёв,королев,красногорск,одинцово,электросталь,коломна,серпухов,щёлково,щелково
SPE|Санкт-Петербург|Saint Petersburg|санкт-петербург,петербург|190-199|59.9 30.3|санкт-петербург,saint petersburg
LEN|Ленинградская область|Leningrad Oblast|ленинградск|187-188|59.9 30.3|гатчина,выборг,всеволожск
AD|Адыгея|Adygea|адыге|385|44.6 40.1|майкоп
AL|Республика Алтай|Altai Republic|алтай|649|52.0 86.0|горно-алтайск
ALT|Алтайский край|Altai Krai|алтайск|656-659|53.3 83.8|барнаул,бийск,рубцовск
AMU|Амурская область|Amur Oblast|амурск|675-676|50.3 127.5|благовещенск
ARK|Архангельская область|Arkhangelsk Oblast|архангельск|163-165|64.5 40.5|архангельск,северодвинск
AST|Астраханская область|Astrakhan Oblast|астрахан|414-416|46.3 48.0|астрахань
BA|Башкортостан|Bashkortostan|башк|450-453|54.7 56.0|уфа,стерлитамак,салават
BEL|Белгородская область|Belgorod Oblast|белгород|308-309|50.6 36.6|белгород,старый оскол
BRY|Брянская область|Bryansk Oblast|брянск|241-243|53.2 34.4|брянск
BU|Бурятия|Buryatia|бурят|670-671|51.8 107.6|улан-удэ
CE|Чечня|Chechnya|чечн,чечен|364-366|43.3 45.7|грозный
CHE|Челябинская область|Chelyabinsk Oblast|челябинск|454-457|55.2 61.4|челябинск,магнитогорск,миасс,златоуст
CHU|Чукотка|Chukotka|чукот|689|64.7 177.5|анадырь
CU|Чувашия|Chuvashia|чуваш|428-429|56.1 47.2|чебоксары
DA|Дагестан|Dagestan|дагестан|367-368|43.0 47.5|махачкала,дербент
IN|Ингушетия|Ingushetia|ингуш|386|43.2 44.8|магас,назрань
IRK|Иркутская область|Irkutsk Oblast|иркутск|664-666|52.3 104.3|иркутск,братск,ангарск
IVA|Ивановская область|Ivanovo Oblast|ивановск|153-155|57.0 41.0|иваново
KAM|Камчатка|Kamchatka|камчат|683-684,688|53.0 158.7|петропавловск-камчатский
KB|Кабардино-Балкария|Kabardino-Balkaria|кабардино|360-361|43.5 43.6|нальчик
KC|Карачаево-Черкесия|Karachay-Cherkessia|карачаево|369|44.2 42.0|черкесск
KDA|Краснодарский край|Krasnodar Krai|краснодарск|350-354|45.0 39.0|краснодар,сочи,новороссийск,анапа,геленджик,армавир
KEM|Кемеровская область|Kemerovo Oblast|кемеров,кузбасс|650-654|55.4 86.1|кемерово,новокузнецк,прокопьевск
KGD|Калининградская область|Kaliningrad Oblast|калининградск|236-238|54.7 20.5|калининград
KGN|Курганская область|Kurgan Oblast|курганск|640-641|55.4 65.3|курган
KHA|Хабаровский край|Khabarovsk Krai|хабаровск|680-682|48.5 135.1|хабаровск,комсомольск-на-амуре
KHM|Югра|Yugra|ханты,югра|628|61.0 69.0|ханты-мансийск,сургут,нижневартовск,нефтеюганск
KIR|Кировская область|Kirov Oblast|кировск|610-613|58.6 49.7|киров
KK|Хакасия|Khakassia|хакас|655|53.7 91.4|абакан
KL|Калмыкия|Kalmykia|калмык|358-359|46.3 44.3|элиста
KLU|Калужская область|Kaluga Oblast|калужск|248-249|54.5 36.3|калуга,обнинск
KO|Коми|Komi|коми|167-169|61.7 50.8|сыктывкар,ухта
KOS|Костромская область|Kostroma Oblast|костромск|156-157|57.8 40.9|кострома
KR|Карелия|Karelia|карел|185-186|61.8 34.3|петрозаводск
KRS|Курская область|Kursk Oblast|курск|305-307|51.7 36.2|курск
KYA|Красноярский край|Krasnoyarsk Krai|красноярск|647-648,660-663|56.0 92.9|красноярск,норильск
LIP|Липецкая область|Lipetsk Oblast|липецк|398-399|52.6 39.6|липецк
MAG|Магаданская область|Magadan Oblast|магаданск|685-686|59.6 150.8|магадан
ME|Марий Эл|Mari El|марий|424-425|56.6 47.9|йошкар-ола
MO|Мордовия|Mordovia|мордов|430-431|54.2 45.2|саранск
MUR|Мурманская область|Murmansk Oblast|мурманск|183-184|69.0 33.1|мурманск
NEN|Ненецкий округ|Nenets Okrug|ненецк|166|67.6 53.0|нарьян-мар
NGR|Новгородская область|Novgorod Oblast|новгородск|173-175|58.5 31.3|великий новгород
NIZ|Нижегородская область|Nizhny Novgorod Oblast|нижегородск|603-607|56.3 44.0|нижний новгород,дзержинск,арзамас
NVS|Новосибирская область|Novosibirsk Oblast|новосибирск|630-633|55.0 82.9|новосибирск,бердск
OMS|Омская область|Omsk Oblast|омск|644-646|55.0 73.4|омск
ORE|Оренбургская область|Orenburg Oblast|оренбургск|460-462|51.8 55.1|оренбург,орск
ORL|Орловская область|Oryol Oblast|орловск|302-303|53.0 36.1|орёл,орел
PER|Пермский край|Perm Krai|пермск|614-619|58.0 56.2|пермь,березники
PNZ|Пензенская область|Penza Oblast|пензенск|440-442|53.2 45.0|пенза
PRI|Приморский край|Primorsky Krai|приморск|690-692|43.1 131.9|владивосток,уссурийск,находка
PSK|Псковская область|Pskov Oblast|псковск|180-182|57.8 28.3|псков
ROS|Ростовская область|Rostov Oblast|ростовск|344-347|47.2 39.7|ростов-на-дону,таганрог,шахты,новочеркасск
RYA|Рязанская область|Ryazan Oblast|рязанск|390-391|54.6 39.7|рязань
SA|Якутия|Yakutia|якут,саха|677-678|62.0 129.7|якутск
SAK|Сахалинская область|Sakhalin Oblast|сахалинск|693-694|47.0 142.7|южно-сахалинск
SAM|Самарская область|Samara Oblast|самарск|443-446|53.2 50.1|самара,тольятти,сызрань
SAR|Саратовская область|Saratov Oblast|саратовск|410-413|51.5 46.0|саратов,энгельс,балаково
SE|Северная Осетия|North Ossetia|осети|362-363|43.0 44.7|владикавказ
SMO|Смоленская область|Smolensk Oblast|смоленск|214-216|54.8 32.0|смоленск
STA|Ставропольский край|Stavropol Krai|ставропольск|355-357|45.0 42.0|ставрополь,пятигорск,кисловодск,невинномысск
SVE|Свердловская область|Sverdlovsk Oblast|свердловск|620-624|56.8 60.6|екатеринбург,нижний тагил,каменск-уральский
TA|Татарстан|Tatarstan|татар|420-423|55.8 49.1|казань,набережные челны,нижнекамск,альметьевск,kazan
TAM|Тамбовская область|Tambov Oblast|тамбовск|392-393|52.7 41.4|тамбов
TOM|Томская область|Tomsk Oblast|томск|634-636|56.5 85.0|томск
TUL|Тульская область|Tula Oblast|тульск|300-301|54.2 37.6|тула,новомосковск
TVE|Тверская область|Tver Oblast|тверск|170-172|56.9 35.9|тверь
TY|Тыва|Tuva|тыва,тува|667-668|51.7 94.4|кызыл
TYU|Тюменская область|Tyumen Oblast|тюменск|625-627|57.2 65.5|тюмень,тобольск
UD|Удмуртия|Udmurtia|удмурт|426-427|56.9 53.2|ижевск,воткинск
ULY|Ульяновская область|Ulyanovsk Oblast|ульяновск|432-433|54.3 48.4|ульяновск,димитровград
VGG|Волгоградская область|Volgograd Oblast|волгоградск|400-404|48.7 44.5|волгоград,волжский
VLA|Владимирская область|Vladimir Oblast|владимирск|600-602|56.1 40.4|владимир,ковров,муром
VLG|Вологодская область|Vologda Oblast|вологодск|160-162|59.2 39.9|вологда,череповец
VOR|Воронежская область|Voronezh Oblast|воронежск|394-397|51.7 39.2|воронеж
YAN|Ямал|Yamal|ямал|629|66.5 66.6|салехард,новый уренгой,ноябрьск
YAR|Ярославская область|Yaroslavl Oblast|ярославск|150-152|57.6 39.9|ярославль,рыбинск
YEV|Еврейская область|Jewish Oblast|еврейск|679|48.8 132.9|биробиджан
ZAB|Забайкальский край|Zabaykalsky Krai|забайкал,читинск|672-674|52.0 113.5|чита
CR|Крым|Crimea|крым|295-298|45.0 34.1|симферополь,ялта,керчь,феодосия,евпатория
SEV|Севастополь|Sevastopol|севастополь|299|44.6 33.5|севастополь
"""  # noqa: E501 - a row is a line

#: Kilometres up to which a distance belongs to its class.
_CLASSES = ((1, "same"), (600, "near"), (1500, "middle"), (3500, "far"))
BEYOND = "beyond"
ABROAD = "abroad"
_EARTH_KM = 6371.0


@dataclass(frozen=True, slots=True)
class _Region:
    code: str
    names: tuple[str, str]
    lat: float
    lon: float


def _read() -> tuple[dict[str, _Region], list[tuple[str, str]], dict[str, str], dict[str, str]]:
    regions: dict[str, _Region] = {}
    stems: list[tuple[str, str]] = []
    prefixes: dict[str, str] = {}
    towns: dict[str, str] = {}
    for line in _TABLE.strip().splitlines():
        code, name, english, words, codes, place, known = line.split("|")
        lat, lon = map(float, place.split())
        regions[code] = _Region(code, (name, english), lat, lon)
        stems += [(word, code) for word in words.split(",")]
        towns |= dict.fromkeys(known.split(","), code)
        for span in codes.split(","):
            first, _, last = span.partition("-")
            prefixes |= {str(each): code for each in range(int(first), int(last or first) + 1)}
    return regions, sorted(stems, key=lambda pair: -len(pair[0])), prefixes, towns


_REGIONS, _STEMS, _PREFIXES, _TOWNS = _read()
_WORDS = re.compile("|".join(rf"\b(?P<s{at}>{re.escape(stem)})" for at, (stem, _) in enumerate(_STEMS)))


def region_of(address: Address | None) -> str:
    """The region of an address, by its postal code, by the region's name, by a town that is no other region's."""
    if address is None:
        return ""
    if address.country and address.country != "RU":
        return f"+{address.country[:2].upper()}"
    return _by_code(address.postal_code or "") or named(address.region or "") or _by_town(address.city_names)


def region_of_place(city: str, region: str = "", postal_code: str = "", text: str = "") -> str:
    """The same of a pickup point, or of a place that a carrier names in its history."""
    found = _by_code(postal_code) or named(region) or _by_town([city])
    return found or (region_of(read_address(text or city)) if text or city else "")


def named(text: str) -> str:
    """The region whose name stands in the text; of several the first."""
    found = _WORDS.search(text.lower())
    return _STEMS[int(str(found.lastgroup)[1:])][1] if found else ""


def _by_code(postal_code: str) -> str:
    return _PREFIXES.get(postal_code[:3], "") if len(postal_code) == 6 else ""


def _by_town(names: Iterable[str]) -> str:
    for name in names:
        plain = SHORT_NAMES.get(name.lower().strip(" ."), name).lower().strip()
        if plain in _TOWNS:
            return _TOWNS[plain]
    return ""


def region_name(code: str, lang: str) -> str:
    """What people call it; an empty text of an unknown one, the country's code of one abroad."""
    found = _REGIONS.get(code)
    if found is None:
        return code.removeprefix("+")
    return found.names[0 if lang == "ru" else 1]


@cache
def distance(origin: str, to: str) -> str:
    """The class of the way between two regions' capitals: same | near | middle | far | beyond | abroad, "" where
    either is unknown."""
    if not origin or not to:
        return ""
    if origin == to:
        return _CLASSES[0][1]
    if origin not in _REGIONS or to not in _REGIONS:
        return ABROAD
    away = max(_km(_REGIONS[origin], _REGIONS[to]), _CLASSES[0][0] + 1.0)
    return next((name for most, name in _CLASSES if away <= most), BEYOND)


def _km(one: _Region, other: _Region) -> float:
    north, east = radians(other.lat - one.lat), radians(other.lon - one.lon)
    part = sin(north / 2) ** 2 + cos(radians(one.lat)) * cos(radians(other.lat)) * sin(east / 2) ** 2
    return 2 * _EARTH_KM * asin(sqrt(part))
