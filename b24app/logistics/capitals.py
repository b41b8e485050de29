"""Capitals of Russia's regions and a stem of the region's name.

People name a capital without its region, and its name often belongs to villages too; every other place of several with
one name has to be told apart by its region, postal code or point on the map.
"""

from __future__ import annotations

_TABLE = """
абакан хакас|анадырь чукот|архангельск архангел|астрахань астрахан|барнаул алтай|белгород белгород|биробиджан еврей
благовещенск амур|брянск брянск|великий_новгород новгород|владивосток примор|владикавказ осети|владимир владимир
волгоград волгоград|вологда вологод|воронеж воронеж|горно-алтайск алтай|грозный чечен|екатеринбург свердлов
иваново иванов|ижевск удмурт|иркутск иркут|йошкар-ола марий|казань татар|калининград калининград|калуга калуж
кемерово кемеров|киров киров|кострома костром|краснодар краснодар|красноярск краснояр|курган курган|курск курск
кызыл тыва|липецк липец|магадан магадан|магас ингуш|майкоп адыге|махачкала дагест|москва москва|мурманск мурман
нальчик балкар|нарьян-мар ненец|нижний_новгород нижегород|новосибирск новосибир|омск омск|оренбург оренбург|орёл орлов
орел орлов|пенза пензен|пермь перм|петрозаводск карел|петропавловск-камчатский камчат|псков псков
ростов-на-дону ростов|рязань рязан|салехард ямал|самара самар|санкт-петербург санкт-петербург|саранск мордов
саратов саратов|севастополь севастополь|симферополь крым|смоленск смолен|ставрополь ставропол|сыктывкар коми
тамбов тамбов|тверь твер|томск томск|тула тул|тюмень тюмен|улан-удэ бурят|ульяновск ульянов|уфа башк|хабаровск хабаров
ханты-мансийск ханты|чебоксары чуваш|челябинск челябин|черкесск черкес|чита забайкал|элиста калмык
южно-сахалинск сахалин|якутск саха|ярославль ярослав
"""

_CAPITALS: dict[str, str] = {
    name.replace("_", " "): stem
    for name, stem in (pair.split() for pair in _TABLE.replace("\n", "|").split("|") if pair)
}


def is_capital_name(name: str) -> bool:
    return name.lower() in _CAPITALS


def is_capital(name: str, region: str) -> bool:
    """Whether the place `name` in `region` is that region's capital (`Казань`, `Республика Татарстан`)."""
    stem = _CAPITALS.get(name.lower())
    return stem is not None and stem in region.lower()


def region_stem(name: str) -> str:
    """How the name of that region begins whose capital this is; empty for another place."""
    return _CAPITALS.get(name.lower(), "")
