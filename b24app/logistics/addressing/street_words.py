"""Kinds of streets as people write them, and how we write them."""

from __future__ import annotations

import re

_WRITTEN = {
    "ул.": "ул улица улице улицы ул-ца",
    "пр-т": "пр-т пр-кт проспект просп прт пр-к прк",
    "пр.": "пр",
    "пер.": "пер переулок пер-к п-к переул",
    "ш.": "ш шоссе ш-се шосс",
    "наб.": "наб набережная набер",
    "б-р": "б-р бульвар бул бульв б-рд",
    "пл.": "пл площадь пл-дь",
    "пр-д": "пр-д проезд пр-зд",
    "аллея": "аллея ал",
    "линия": "линия лин",
    "тракт": "тракт тр-т",
    "туп.": "тупик туп",
    "кв-л": "кв-л квартал кварт кв-ал",
    "мкр.": "мкр мкрн мкр-н микрорайон м-н м/р мк-н м-он мкр-он микр-н",
    "спуск": "спуск",
    "съезд": "съезд",
    "просека": "просека просек",
    "дорога": "дорога дор",
    "тер.": "тер территория промзона",
}
#: In Latin letters a kind stays as it is written.
_LATIN = (
    "street st str ave avenue av lane ln road rd blvd boulevard sq square prospekt prospect pr-t ul ulitsa ulica"
    " pereulok per shosse sh bulvar naberezhnaya nab mkr embankment proezd highway"
)

HOW_WRITTEN: dict[str, str] = {
    word: said for said, words in _WRITTEN.items() for word in words.split()
} | dict.fromkeys(_LATIN.split(), "")
#: A name may be a mere number with these: `мкр. 5`, `16 линия`.
NUMBERED = frozenset(
    word for said in ("кв-л", "мкр.", "линия", "пр-д", "просека") for word in _WRITTEN[said].split()
) | {"mkr"}
#: These stand beside a street (`мкр. Северный, ул. Мира 5`) and do not take its place.
AREAS = frozenset(word for said in ("кв-л", "мкр.", "тер.") for word in _WRITTEN[said].split()) | {"mkr"}
#: Kinds that are names too (`Набережная ул.`): with another kind beside them they are the name.
NAMES_TOO = frozenset(("набережная", "площадь", "линия", "аллея", "квартал", "дорога", "спуск", "шоссе", "проезд"))

TYPE = "|".join(re.escape(word) for word in sorted(HOW_WRITTEN, key=len, reverse=True))
