"""Yandex.Delivery (yandex-delivery.md): to doors and points across Russia on another day, and a courier at once inside
a city. What the system is, as data that pages show."""

from __future__ import annotations

from b24app.systems.kit.directory import Directory
from b24app.systems.kit.spool import Spools
from b24app.systems.plugin import Manifest, OpenContext, RatePolicy, SettingField, TrackPolicy
from b24app.systems.yandex_delivery.changes import RULES
from b24app.systems.yandex_delivery.parcels import FORMS
from b24app.systems.yandex_delivery.system import Yandex
from b24app.systems.yandex_delivery.vocabulary import BATCH, EXPRESS, OTHER_DAY, SERVICES

_CABINET = {
    "ru": "dostavka.yandex.ru → Интеграция → Получить токен. Смена пароля кабинета его отменяет",
    "en": "dostavka.yandex.ru → Integration → Get token. A new password of the cabinet ends it",
}
_FOR_EXPRESS = {"ru": "Нужен только для экспресса", "en": "Needed for express only"}
_FORM = (
    SettingField("token", {"ru": "Токен", "en": "Token"}, kind="secret", required=True, help=_CABINET),
    SettingField(
        "station",
        {"ru": "Склад отгрузки", "en": "Warehouse"},
        required=True,
        help={
            "ru": "platform_station_id: выдаёт менеджер Яндекс Доставки; или id пункта, куда сдаёте посылки сами",
            "en": "platform_station_id, given by Yandex's manager; or the id of the point where you hand parcels in",
        },
    ),
    SettingField(
        "express_token",
        {"ru": "Токен экспресс-доставки", "en": "Token for express"},
        kind="secret",
        help={
            "ru": "Пусто — экспресса нет. Если кабинет один, тот же токен",
            "en": "Empty: no express. The same token if the cabinet is the same",
        },
        aside=True,
    ),
    SettingField(
        "express_class",
        {"ru": "Класс экспресса", "en": "Express class"},
        kind="choice",
        choices=(
            ("", {"ru": "Самый дешёвый из подходящих", "en": "The cheapest that fits"}),
            ("courier", {"ru": "Курьер", "en": "Courier"}),
            ("express", {"ru": "Экспресс", "en": "Express"}),
            ("cargo", {"ru": "Грузовой", "en": "Cargo"}),
        ),
        aside=True,
    ),
    SettingField(
        "sender_address", {"ru": "Адрес отправителя", "en": "Sender's address"}, help=_FOR_EXPRESS, aside=True
    ),
    SettingField("sender_company", {"ru": "Компания отправителя", "en": "Sender's company"}, aside=True),
    SettingField("sender_name", {"ru": "Контактное лицо", "en": "Contact person"}, aside=True),
    SettingField("sender_phone", {"ru": "Телефон отправителя", "en": "Sender's phone"}, help=_FOR_EXPRESS, aside=True),
    SettingField("sender_email", {"ru": "Почта отправителя", "en": "Sender's e-mail"}, help=_FOR_EXPRESS, aside=True),
    SettingField(
        "on_receipt",
        {"ru": "Как платит получатель", "en": "How the recipient pays"},
        kind="choice",
        choices=(
            ("card_on_receipt", {"ru": "Картой при получении", "en": "By card on receipt"}),
            ("postpay", {"ru": "Постоплата (только пункты)", "en": "Afterwards (points only)"}),
        ),
        default="card_on_receipt",
        aside=True,
    ),
    SettingField("inn", {"ru": "ИНН в чеке", "en": "INN on the receipt"}, aside=True),
    SettingField(
        "vat",
        {"ru": "НДС в чеке", "en": "VAT on the receipt"},
        kind="choice",
        choices=(
            ("", {"ru": "Без НДС", "en": "Without VAT"}),
            ("rows", {"ru": "Как в товарах сделки", "en": "As in the deal's products"}),
            *((rate, {"ru": f"{rate} %", "en": f"{rate}%"}) for rate in ("0", "5", "7", "10", "22")),
        ),
        aside=True,
    ),
)

MANIFEST = Manifest(
    code="yandex_delivery",
    title={"ru": "Яндекс Доставка", "en": "Yandex.Delivery"},
    kind="carrier",
    ports=(
        "Orders",
        "Preview",
        "Tracking",
        "Feed",
        "Cancels",
        "Changes",
        "Papers",
        "Quotes",
        "Offers",
        "PickupPoints",
        "AddressCheck",
        "ConnectionTest",
    ),
    limits={
        # §A4, from production code: check the account's contract.
        "service_weight_g": {OTHER_DAY: 200_000, EXPRESS: 200_000},
        "max_side_mm": 3000,
        "max_sum_mm": 5000,
        # Every box needs its sides.
        "size_from_g": 1,
        "phone_countries": ("RU",),
        "locker_max_weight_g": 20_000,
        "max_cod_minor": 25_000_000,
        "max_declared_minor": 25_000_000,
    },
    settings_form=_FORM,
    # §A13: nothing is published; clients in the field live with about five a second.
    rate=RatePolicy(per_second=5, concurrency=4),
    base_urls={"live": "https://b2b-authproxy.taxi.yandex.net", "test": "https://b2b.taxi.tst.yandex.net"},
    hosts={"express": {"live": "https://b2b.taxi.yandex.net", "test": "https://b2b.taxi.tst.yandex.net"}},
    services=SERVICES,
    test_steps=("settings", "sign_in", "call", "sender"),
    docs_url="https://yandex.ru/support/delivery-profile/ru/api/",
    papers=FORMS,
    changes=RULES,
    # The platform is polled in bulk (§A7: no callbacks), express tells by its journal.
    track=TrackPolicy(batch=BATCH, every_s=900.0, feed_s=60.0),
)


class YandexPlugin:
    """Opens connections; they share the public directory of points."""

    def __init__(self) -> None:
        self._directory = Directory()
        self._spools = Spools()

    @property
    def manifest(self) -> Manifest:
        return MANIFEST

    def open(self, context: OpenContext) -> Yandex:
        return Yandex(context, MANIFEST, self._directory, self._spools)


PLUGIN = YandexPlugin()
