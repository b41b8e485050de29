"""Yandex.Delivery (yandex-delivery.md): to doors and points across Russia on another day, and a courier at once inside
a city. What the system is, as data that pages show."""

from __future__ import annotations

from b24app.systems.kit import forms
from b24app.systems.kit.directory import Directory
from b24app.systems.kit.spool import Spools
from b24app.systems.plugin import Manifest, OpenContext, RatePolicy, SettingField, TrackPolicy
from b24app.systems.yandex_delivery.changes import RULES
from b24app.systems.yandex_delivery.parcels import FORMS
from b24app.systems.yandex_delivery.system import Yandex
from b24app.systems.yandex_delivery.vocabulary import BATCH, EXPRESS, EXTRAS, OTHER_DAY, SERVICES


def _two(ru: str, en: str) -> dict[str, str]:
    return {"ru": ru, "en": en}


_TOKEN = _two(
    "dostavka.yandex.ru → Интеграция → Получить токен. Смена пароля кабинета его отменяет",
    "dostavka.yandex.ru → Integration → Get token. A new password of the cabinet ends it",
)
_STATION = _two(
    "platform_station_id: выдаёт менеджер Яндекс Доставки; или id пункта, куда сдаёте посылки сами",
    "platform_station_id, given by Yandex's manager; or the id of the point where you hand parcels in",
)
_EXPRESS = _two(
    "Пусто — экспресса нет. Если кабинет один, тот же токен",
    "Empty: no express. The same token if the cabinet is the same",
)
_CLASSES = (
    ("", _two("Самый дешёвый из подходящих", "The cheapest that fits")),
    ("courier", _two("Курьер", "Courier")),
    ("express", _two("Экспресс", "Express")),
    ("cargo", _two("Грузовой", "Cargo")),
)
_ON_RECEIPT = (
    ("card_on_receipt", _two("Картой при получении", "By card on receipt")),
    ("postpay", _two("Постоплата (только пункты)", "Afterwards (points only)")),
)
_FORM = (
    SettingField("token", _two("Токен", "Token"), kind="secret", required=True, help=_TOKEN),
    SettingField("station", _two("Склад отгрузки", "Warehouse"), required=True, help=_STATION),
    SettingField(
        "express_token", _two("Токен экспресс-доставки", "Token for express"), "secret", help=_EXPRESS, aside=True
    ),
    SettingField("express_class", _two("Класс экспресса", "Express class"), "choice", choices=_CLASSES, aside=True),
    *forms.SENDER,
    SettingField(
        "sender_email",
        _two("Почта отправителя", "Sender's e-mail"),
        help=_two("Нужна только для экспресса", "Needed for express only"),
        aside=True,
    ),
    SettingField(
        "on_receipt",
        _two("Как платит получатель", "How the recipient pays"),
        "choice",
        choices=_ON_RECEIPT,
        default="card_on_receipt",
        aside=True,
    ),
    SettingField("inn", _two("ИНН в чеке", "INN on the receipt"), aside=True),
    forms.vat((0, 5, 7, 10, 22), none=forms.NO_VAT),
)

_PORTS = (
    "Orders", "Preview", "Tracking", "Feed", "Cancels", "Changes", "Days", "Papers", "Quotes", "Offers", "PickupPoints",
    "AddressCheck", "ConnectionTest",
)  # fmt: skip

MANIFEST = Manifest(
    code="yandex_delivery",
    title={"ru": "Яндекс Доставка", "en": "Yandex.Delivery"},
    kind="carrier",
    ports=_PORTS,
    limits={
        "price_needs_house": True,
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
    track=TrackPolicy(batch=BATCH, every_s=1080.0, feed_s=60.0),
    extras=tuple(EXTRAS),
)


class YandexPlugin:
    """Opens connections; they share the public directory of points, and what was read of histories."""

    def __init__(self) -> None:
        self._directory = Directory()
        self._spools = Spools()
        self._histories = Directory()

    @property
    def manifest(self) -> Manifest:
        return MANIFEST

    def open(self, context: OpenContext) -> Yandex:
        return Yandex(context, MANIFEST, self._directory, self._spools, self._histories)


PLUGIN = YandexPlugin()
