"""DPD Russia (dpd.md): parcels to the door and to points, over SOAP. What the system is, as data that pages show."""

from __future__ import annotations

from collections.abc import Mapping

from b24app.systems.dpd.changes import RULES
from b24app.systems.dpd.feed import SHARED
from b24app.systems.dpd.papers import FORMS
from b24app.systems.dpd.system import Dpd
from b24app.systems.dpd.vocabulary import EXTRAS, PICKUP_PERIODS, SERVICES
from b24app.systems.kit import forms
from b24app.systems.kit.directory import Directory
from b24app.systems.kit.spool import Spools
from b24app.systems.plugin import Manifest, OpenContext, RatePolicy, SettingField, TrackPolicy


def _both(ru: str, en: str) -> Mapping[str, str]:
    return {"ru": ru, "en": en}


_FORM = (
    SettingField(
        "client_number",
        _both("Клиентский номер", "Client number"),
        required=True,
        help=_both("Десять цифр из договора с DPD", "Ten digits, in the contract with DPD"),
    ),
    SettingField(
        "client_key",
        _both("Ключ интеграции", "Integration key"),
        kind="secret",
        required=True,
        help=_both("Личный кабинет DPD → Интеграция", "DPD's cabinet → Integration"),
    ),
    SettingField(
        "inbox",
        _both("Кто забирает статусы DPD", "Who takes DPD's statuses"),
        kind="choice",
        choices=(
            ("ours", _both("Только Waybill", "Waybill alone")),
            (SHARED, _both("Ещё и другая программа", "Another program too")),
        ),
        default="ours",
        help=_both(
            "DPD отдаёт каждый статус один раз на клиентский номер. Если их забирает и другая программа, Waybill не "
            "трогает общий ящик и спрашивает о каждом заказе отдельно",
            "DPD gives each status once per client number. If another program takes them too, Waybill leaves the "
            "common inbox alone and asks about each order",
        ),
    ),
    SettingField(
        "shipment_point",
        _both("Пункт, куда сдаёте посылки", "Point where you hand parcels in"),
        help=_both(
            "Код терминала или пункта, например M11. Пусто: курьер забирает по адресу",
            "Code of a terminal or point, e.g. M11. Empty: a courier collects from the address",
        ),
    ),
    SettingField(
        "pickup_in_days",
        _both("Через сколько дней сдаёте", "Days until you hand in"),
        kind="int",
        default="1",
        help=_both(
            "Наклейку DPD печатает только до дня передачи включительно",
            "DPD prints labels up to and on the day of handing in",
        ),
        aside=True,
    ),
    SettingField(
        "pickup_period",
        _both("Когда приезжать курьеру", "When the courier comes"),
        kind="choice",
        choices=tuple((hours, _both(hours, hours)) for hours in PICKUP_PERIODS),
        default=PICKUP_PERIODS[0],
        aside=True,
    ),
    SettingField(
        "cargo_category",
        _both("Что внутри, словами договора", "What is inside, in the contract's words"),
        help=_both("Пусто: названия товаров", "Empty: names of the products"),
        aside=True,
    ),
    *forms.SENDER,
    forms.vat((0, 5, 7, 10, 22), forms.NO_VAT),
)

MANIFEST = Manifest(
    code="dpd",
    title={"ru": "DPD", "en": "DPD"},
    kind="carrier",
    ports=(
        *("Orders", "Preview", "Tracking", "Feed", "Cancels", "Changes", "Days", "Papers", "Returns"),
        *("Quotes", "Offers", "PickupPoints", "Cities", "AddressCheck", "ConnectionTest"),
    ),
    limits={
        # §9: the ceiling that the best client library has for it; points state their own.
        "max_cod_minor": 250_000_00,
        # §12: our caution; a number of 34 signs was seen to be taken.
        "max_number": 20,
        "address": 255,
    },
    settings_form=_FORM,
    # §14: nothing is published.
    rate=RatePolicy(per_second=5, concurrency=4),
    base_urls={"live": "https://ws.dpd.ru", "test": "https://wstest.dpd.ru"},
    services=SERVICES,
    test_steps=("settings", "sign_in", "call", "sender"),
    docs_url="https://www.dpd.ru/integration",
    papers=FORMS,
    changes=RULES,
    track=TrackPolicy(batch=100, every_s=0.0, net_s=24 * 3600.0, feed_s=1080.0),
    extras=tuple(EXTRAS),
    notice={
        "ru": "Статусы DPD общие на клиентский номер: если их читает другая программа с тем же ключом, скажите об этом "
        "в настройках, иначе одна из двух их не увидит.",
        "en": "DPD's statuses are shared by a client number: if another program reads them with the same key, say so "
        "in the settings, or one of the two will not see them.",
    },
)


class DpdPlugin:
    """Opens connections; they share the public directory of cities and points."""

    def __init__(self) -> None:
        self._directory = Directory()
        self._spools = Spools()

    @property
    def manifest(self) -> Manifest:
        return MANIFEST

    def open(self, context: OpenContext) -> Dpd:
        return Dpd(context, MANIFEST, self._directory, self._spools)


PLUGIN = DpdPlugin()
