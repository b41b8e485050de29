"""ApiShip (apiship.md): an aggregator, so that one account reaches dozens of carriers. What the system is, as data."""

from __future__ import annotations

from b24app.systems.apiship.system import ApiShip
from b24app.systems.apiship.vocabulary import FORMS, NOTICE, PAYMENT, RULES, SERVICES
from b24app.systems.kit import forms
from b24app.systems.kit.directory import Directory
from b24app.systems.plugin import Manifest, OpenContext, RatePolicy, SettingField, TrackPolicy

_FORM = (
    SettingField(
        "token",
        {"ru": "Токен", "en": "Token"},
        kind="secret",
        help={
            "ru": "Кабинет ApiShip → Настройки → API. Вместо логина и пароля",
            "en": "ApiShip's cabinet → Settings → API. Instead of login and password",
        },
    ),
    SettingField("login", {"ru": "Логин", "en": "Login"}),
    SettingField("password", {"ru": "Пароль", "en": "Password"}, kind="secret"),
    SettingField(
        "drop_points",
        {"ru": "Пункты, куда сдаёте посылки", "en": "Points where you hand parcels in"},
        help={
            "ru": "ID пунктов в ApiShip через запятую, по одному на перевозчика. У остальных забирает курьер",
            "en": "Their ApiShip IDs, separated by commas, one a carrier. From the others a courier collects",
        },
    ),
    SettingField(
        "connections",
        {"ru": "Какой договор перевозчика", "en": "Which contract of a carrier"},
        help={
            "ru": "Если их несколько: cdek=11102, dpd=11103 (ID подключения в кабинете)",
            "en": "When there are several: cdek=11102, dpd=11103 (IDs of connections in the cabinet)",
        },
        aside=True,
    ),
    *forms.SENDER,
    forms.vat((-1, 0, 5, 7, 10, 20, 22)),
    SettingField(
        "payment_method",
        {"ru": "Чем платит получатель", "en": "How the recipient pays"},
        kind="choice",
        choices=PAYMENT,
        aside=True,
    ),
)

MANIFEST = Manifest(
    code="apiship",
    title={"ru": "ApiShip", "en": "ApiShip"},
    kind="aggregator",
    ports=(
        *("Orders", "Preview", "Tracking", "Feed", "Callbacks", "Cancels", "Changes", "Papers", "Returns"),
        *("Quotes", "Offers", "PickupPoints", "SignsOut", "ConnectionTest"),
    ),
    # A return is made of an order of ApiShip's own (`POST /orders/return`).
    limits={"phone_countries": ("RU", "KZ", "BY"), "max_number": 100, "address": 255, "return_own_only": True},
    settings_form=_FORM,
    # No limit is documented (§9): modest.
    rate=RatePolicy(per_second=10, concurrency=4),
    base_urls={"live": "https://api.apiship.ru/v1", "test": "https://api.dev.apiship.ru/v1"},
    services=SERVICES,
    test_steps=("settings", "sign_in", "call", "sender"),
    docs_url="https://docs.apiship.ru",
    papers=FORMS,
    changes=RULES,
    track=TrackPolicy(batch=100, net_s=6 * 3600.0, feed_s=1080.0),
    notice=NOTICE,
)


class ApiShipPlugin:
    """Opens connections; they share the public directory of points."""

    def __init__(self) -> None:
        self._directory = Directory()

    @property
    def manifest(self) -> Manifest:
        return MANIFEST

    def open(self, context: OpenContext) -> ApiShip:
        return ApiShip(MANIFEST, context, self._directory)


PLUGIN = ApiShipPlugin()
