"""The objects of the configuration that are published by OData (§4): names as the contract has them, and the elements
that are there on the first day. Not named by the contract: `усКлючиАналитикиУчетаНоменклатуры` (the contract names the
attribute only), `усКонтейнеры`; registers of control are those that a public client reads (sync1c.cpp)."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.kernel.one_c_odata import Base, accumulation_register, catalog, document, information_register

from .goods import goods

ORDER, ORDER_ROW = "Document_усЗаказНаОтгрузку", "Document_усСтрокаЗаказаНаОтгрузку"
ORDER_STATUS = "InformationRegister_усСтатусыЗаказовНаОтгрузку"
RECEIPT, RECEIPT_ROW = "Document_усОжидаемаяПриемка", "Document_усСтрокаОжидаемойПриемки"
RECEIPT_STATUS = "InformationRegister_усСтатусыОжидаемыхПриемок"
GOODS, PARTNERS = "Catalog_усНоменклатура", "Catalog_усКонтрагенты"
CONDITIONS, ANALYTICS, CONTAINERS = (
    "Catalog_усСтатусыНоменклатуры", "Catalog_усКлючиАналитикиУчетаНоменклатуры", "Catalog_усКонтейнеры",
)  # fmt: skip
REST, PLACES = "AccumulationRegister_усОстаткиТоваров", "AccumulationRegister_усПоложениеКонтейнеров"
SHIPPED_FACTS, RECEIVED_FACTS = "AccumulationRegister_усКонтрольОтгрузки", "AccumulationRegister_усКонтрольПриемки"

_ROW = (
    "УпаковкаНоменклатуры_Key:>Catalog_усУпаковкиНоменклатуры КоличествоУпаковок:n Количество!:n"
    " ПартияНоменклатуры_Key:>Catalog_усПартииНоменклатуры СтатусНоменклатуры_Key:>Catalog_усСтатусыНоменклатуры"
)
_GOOD = "Номенклатура_Key!:>Catalog_усНоменклатура"

ENTITIES = (
    catalog("Организации", "ИНН:s КПП:s"),
    catalog(
        "усНоменклатура",
        "КодКИС:s ВидНоменклатуры_Key:>Catalog_усВидыНоменклатуры МодельУчета_Key:>Catalog_усМоделиУчетаНоменклатуры"
        " ЕдиницаИзмерения_Key:>Catalog_усЕдиницыИзмерения Parent_Key:>Catalog_усНоменклатура IsFolder:b",
    ),
    catalog("усВидыНоменклатуры"),
    catalog("усМоделиУчетаНоменклатуры"),
    catalog(
        "усУпаковкиНоменклатуры",
        "Owner_Key:>Catalog_усНоменклатура Коэффициент:n Масса:n ЕдиницаИзмерения_Key:>Catalog_усЕдиницыИзмерения",
    ),
    catalog("усПартииНоменклатуры", "Owner_Key:>Catalog_усНоменклатура КодКис:s Источник_Key:g"),
    catalog("усКонтрагенты", "НаименованиеПолное:s ИНН:s КПП:s ОКПО:s БанковскиеРеквизиты:s"),
    catalog("усСтатусыНоменклатуры"),
    catalog("усТипыКонтейнеров"),
    catalog("усСтадииПриемки"),
    catalog("усСтадииОтгрузки"),
    catalog("усИсточникиПоступления"),
    catalog("усНаправлениеОтгрузки"),
    catalog("усЗоны"),
    catalog("усЯчейки", "Зона_Key:>Catalog_усЗоны"),
    catalog("усЕдиницыИзмерения"),
    catalog("усКонтейнеры"),
    catalog(
        "усКлючиАналитикиУчетаНоменклатуры",
        "Номенклатура_Key:>Catalog_усНоменклатура ПартияНоменклатуры_Key:>Catalog_усПартииНоменклатуры"
        " СтатусНоменклатуры_Key:>Catalog_усСтатусыНоменклатуры",
    ),
    document(
        "усОжидаемаяПриемка",
        "НомерКИС:s ДатаКИС:d ИсточникПоступления_Key!:>Catalog_усИсточникиПоступления ДатаПоступления:d"
        " Поклажедатель_Key:>Catalog_усКонтрагенты Контрагент_Key:>Catalog_усКонтрагенты"
        " Организация_Key!:>Catalog_Организации СтадииПриемки_Key:>Catalog_усСтадииПриемки"
        " ВоротаПриемки_Key:>Catalog_усЯчейки",
    ),
    document(
        "усСтрокаОжидаемойПриемки",
        f"Владелец_Key!:>{RECEIPT} {_GOOD} {_ROW} ТипКонтейнера_Key:>Catalog_усТипыКонтейнеров НомерКонтейнера:s",
    ),
    information_register("усСтатусыОжидаемыхПриемок", f"ОжидаемаяПриемка_Key:>{RECEIPT}", "Статус:s ДатаВРаботу:d"),
    document(
        "усЗаказНаОтгрузку",
        "НомерКИС:s ДатаКИС:d ДатаОтгрузки:d Организация_Key!:>Catalog_Организации"
        " НаправлениеОтгрузки_Key!:>Catalog_усНаправлениеОтгрузки СтадииОтгрузки_Key:>Catalog_усСтадииОтгрузки"
        " Контрагент_Key!:>Catalog_усКонтрагенты",
    ),
    document("усСтрокаЗаказаНаОтгрузку", f"Владелец_Key!:>{ORDER} {_GOOD} {_ROW} НомерПартии:s"),
    information_register("усСтатусыЗаказовНаОтгрузку", f"ЗаказНаОтгрузку_Key:>{ORDER}", "Статус:s"),
    information_register(
        "усШтрихкоды",
        "Номенклатура_Key:>Catalog_усНоменклатура УпаковкаНоменклатуры_Key:>Catalog_усУпаковкиНоменклатуры Штрихкод:s",
        "Количество:n",
    ),
    accumulation_register(
        "усОстаткиТоваров",
        f"КлючАналитикиУчетаНоменклатуры_Key:>{ANALYTICS} Контейнер_Key:>{CONTAINERS}",
        "КоличествоПриход:n КоличествоРасход:n Количество:n",
    ),
    accumulation_register(
        "усПоложениеКонтейнеров",
        f"Контейнер_Key:>{CONTAINERS} Ячейка_Key:>Catalog_усЯчейки",
        "КоличествоПриход:n КоличествоРасход:n Количество:n",
    ),
    accumulation_register(
        "усКонтрольОтгрузки", f"ЗаказНаОтгрузку_Key:>{ORDER} Номенклатура_Key:>{GOODS}", "КоличествоОтгружено:n"
    ),
    accumulation_register(
        "усКонтрольПриемки", f"ОжидаемаяПриемка_Key:>{RECEIPT} Номенклатура_Key:>{GOODS}", "КоличествоПринято:n"
    ),
)

#: Entity set -> titles of its elements.
_ELEMENTS: Mapping[str, tuple[str, ...]] = {
    "Catalog_усСтатусыНоменклатуры": ("Кондиция", "Брак"),
    "Catalog_усТипыКонтейнеров": ("Европаллета", "Короб"),
    "Catalog_усСтадииПриемки": ("Одна стадия",),
    "Catalog_усСтадииОтгрузки": ("Одна стадия",),
    "Catalog_усИсточникиПоступления": ("Поставка", "Возврат покупателя"),
    "Catalog_усНаправлениеОтгрузки": ("Доставка покупателю", "Самовывоз"),
    "Catalog_усЗоны": ("Хранение", "Ворота"),
    "Catalog_усЕдиницыИзмерения": ("шт",),
    "Catalog_усВидыНоменклатуры": ("Товар",),
    "Catalog_усМоделиУчетаНоменклатуры": ("Поштучный",),
    "Catalog_усКонтейнеры": ("MSK-01", "KZN-01"),
}


def ref_of(entity: str, title: str) -> str:
    """The reference of an element of the first day: the same in every run."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"sandbox:{entity}:{title}"))


def fill(base: Base) -> None:
    """With everything that is there on the first day."""
    for entity, body in _elements():
        base.create(entity, body)


def _elements() -> Iterator[tuple[str, dict[str, Any]]]:
    """(entity set, body)."""
    for entity, titles in _ELEMENTS.items():
        for at, title in enumerate(titles, start=1):
            yield entity, {"Ref_Key": ref_of(entity, title), "Code": f"{at:09d}", "Description": title}
    for title, inn in (("ООО «Ромашка»", "7800000001"), ("ООО «Василёк»", "7700000002")):
        entity = "Catalog_Организации"
        yield entity, {"Ref_Key": ref_of(entity, title), "Description": title, "ИНН": inn}
    yield "Catalog_усЯчейки", {
        "Ref_Key": ref_of("Catalog_усЯчейки", "Ворота 1"), "Description": "Ворота 1",
        "Зона_Key": ref_of("Catalog_усЗоны", "Ворота"),
    }  # fmt: skip
    for good in goods().values():
        key = ref_of(GOODS, good.sku)
        yield GOODS, {
            "Ref_Key": key, "Description": good.name, "КодКИС": good.sku,
            "ВидНоменклатуры_Key": ref_of("Catalog_усВидыНоменклатуры", "Товар"),
            "МодельУчета_Key": ref_of("Catalog_усМоделиУчетаНоменклатуры", "Поштучный"),
            "ЕдиницаИзмерения_Key": ref_of("Catalog_усЕдиницыИзмерения", "шт"),
        }  # fmt: skip
        pack = ref_of("Catalog_усУпаковкиНоменклатуры", good.sku)
        yield "Catalog_усУпаковкиНоменклатуры", {
            "Ref_Key": pack, "Owner_Key": key, "Description": "шт", "Коэффициент": 1, "Масса": good.weight_g / 1000,
            "ЕдиницаИзмерения_Key": ref_of("Catalog_усЕдиницыИзмерения", "шт"),
        }  # fmt: skip
        yield "InformationRegister_усШтрихкоды", {
            "Номенклатура_Key": key, "УпаковкаНоменклатуры_Key": pack, "Штрихкод": good.barcode, "Количество": 1,
        }  # fmt: skip
        for condition in _ELEMENTS[CONDITIONS]:
            yield ANALYTICS, {
                "Ref_Key": ref_of(ANALYTICS, f"{good.sku} {condition}"), "Description": good.name,
                "Номенклатура_Key": key, "СтатусНоменклатуры_Key": ref_of(CONDITIONS, condition),
            }  # fmt: skip
