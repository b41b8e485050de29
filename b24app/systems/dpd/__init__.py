"""DPD Russia (dpd.md): parcels to the door and to points, over SOAP. What the system is, as data that pages show."""

from __future__ import annotations

from b24app.systems.dpd.changes import RULES
from b24app.systems.dpd.papers import FORMS
from b24app.systems.dpd.system import Dpd
from b24app.systems.dpd.vocabulary import SERVICES
from b24app.systems.kit import forms
from b24app.systems.kit.directory import Directory
from b24app.systems.kit.spool import Spools
from b24app.systems.plugin import Manifest, OpenContext, RatePolicy, SettingField, TrackPolicy

_FORM = (
    SettingField(
        "client_number",
        {"ru": "Клиентский номер", "en": "Client number"},
        required=True,
        help={"ru": "Десять цифр из договора с DPD", "en": "Ten digits, in the contract with DPD"},
    ),
    SettingField(
        "client_key",
        {"ru": "Ключ интеграции", "en": "Integration key"},
        kind="secret",
        required=True,
        help={"ru": "Личный кабинет DPD → Интеграция", "en": "DPD's cabinet → Integration"},
    ),
    SettingField(
        "inbox",
        {"ru": "Кто забирает статусы DPD", "en": "Who takes DPD's statuses"},
        kind="choice",
        choices=(
            ("ours", {"ru": "Только Waybill", "en": "Waybill alone"}),
            ("shared", {"ru": "Ещё и другая программа", "en": "Another program too"}),
        ),
        default="ours",
        help={
            "ru": "DPD отдаёт каждый статус один раз на клиентский номер. Если их забирает и другая программа, "
            "Waybill не трогает общий ящик и спрашивает о каждом заказе отдельно",
            "en": "DPD gives each status once per client number. If another program takes them too, Waybill leaves "
            "the common inbox alone and asks about each order",
        },
    ),
    SettingField(
        "shipment_point",
        {"ru": "Пункт, куда сдаёте посылки", "en": "Point where you hand parcels in"},
        help={
            "ru": "Код терминала или пункта, например M11. Пусто: курьер забирает по адресу",
            "en": "Code of a terminal or point, e.g. M11. Empty: a courier collects from the address",
        },
    ),
    SettingField(
        "pickup_in_days",
        {"ru": "Через сколько дней сдаёте", "en": "Days until you hand in"},
        kind="int",
        default="1",
        help={
            "ru": "Наклейку DPD печатает только до дня передачи включительно",
            "en": "DPD prints labels up to and on the day of handing in",
        },
        aside=True,
    ),
    SettingField(
        "pickup_period",
        {"ru": "Когда приезжать курьеру", "en": "When the courier comes"},
        kind="choice",
        choices=tuple((hours, {"ru": hours, "en": hours}) for hours in ("9-18", "9-13", "13-18")),
        default="9-18",
        aside=True,
    ),
    SettingField(
        "cargo_category",
        {"ru": "Что внутри, словами договора", "en": "What is inside, in the contract's words"},
        help={"ru": "Пусто: названия товаров", "en": "Empty: names of the products"},
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
        "Orders",
        "Preview",
        "Tracking",
        "Feed",
        "Cancels",
        "Changes",
        "Papers",
        "Returns",
        "Quotes",
        "Offers",
        "PickupPoints",
        "Cities",
        "AddressCheck",
        "ConnectionTest",
    ),
    limits={
        # §9: the ceiling that the best client library has for it; points state their own.
        "max_cod_minor": 250_000_00,
        # §12: our caution; a number of 34 signs was seen to be taken.
        "max_number": 20,
        "address": 255,
        "phone_countries": ("RU",),
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
    track=TrackPolicy(batch=100, every_s=0.0, net_s=24 * 3600.0, feed_s=1140.0),
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
