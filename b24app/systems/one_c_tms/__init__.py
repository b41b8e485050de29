"""1C:TMS Logistics (1c.md): a transport department plans the deal's shipment. What the system is, as data."""

from __future__ import annotations

from b24app.systems.kit import forms
from b24app.systems.one_c_tms.service import ServiceTms
from b24app.systems.one_c_tms.vocabulary import NOTICE, RULES, SERVICES
from b24app.systems.plugin import Manifest, OpenContext, RatePolicy, SettingField, TrackPolicy

# fmt: off
_ADDRESS = {"ru": "Адрес публикации базы на веб-сервере, например https://1c.firma.ru/tms",
            "en": "Where the base is published on the web server, e.g. https://1c.firma.ru/tms"}
_FORMATS = (("json", {"ru": "JSON", "en": "JSON"}), ("xml", {"ru": "XML", "en": "XML"}))
_FIELDS = (
    SettingField("address", {"ru": "Адрес базы 1С", "en": "Address of the 1C base"}, "url", required=True,
                 help=_ADDRESS),
    SettingField("login", {"ru": "Пользователь 1С", "en": "1C user"}, required=True,
                 help={"ru": "Заведите для Waybill отдельного", "en": "Make one for Waybill alone"}),
    SettingField("password", {"ru": "Пароль", "en": "Password"}, "secret", required=True),
    SettingField("format", {"ru": "Формат обмена", "en": "Format"}, "choice", choices=_FORMATS, default="json"),
    SettingField("warehouse", {"ru": "Склад погрузки", "en": "Warehouse of loading"},
                 help={"ru": "Код склада в 1С, например MSK-01. Пусто: адрес отправителя",
                       "en": "Its code in 1C, e.g. MSK-01. Empty: the sender's address"}),
    SettingField("carrier", {"ru": "Перевозчик", "en": "Carrier"}, aside=True,
                 help={"ru": "Код в 1С. Пусто: назначит диспетчер", "en": "Its code in 1C. Empty: planned there"}),
    SettingField("inn", {"ru": "ИНН организации", "en": "Our organisation's INN"}, aside=True,
                 help={"ru": "Если в базе их несколько", "en": "If the base has several"}),
    SettingField("api_token", {"ru": "Ключ X-Api-Token", "en": "Key X-Api-Token"}, "secret", aside=True,
                 help={"ru": "Если расширение проверяет его сверх пароля",
                       "en": "If the extension wants it beside the password"}),
    SettingField("ca", {"ru": "Свой центр сертификации", "en": "Your own certificate authority"}, "pem", aside=True),
    *forms.SENDER,
)
_PORTS = ("Orders", "Preview", "Tracking", "Feed", "Callbacks", "Cancels", "Returns", "Documents", "ConnectionTest")
# fmt: on

MANIFEST = Manifest(
    code="one_c_tms",
    title={"ru": "1С:TMS Логистика", "en": "1C:TMS Logistics"},
    kind="tms",
    ports=_PORTS,
    limits={"max_number": 64, "address": 255},
    settings_form=_FIELDS,
    # §2.1: each call takes a session and a licence of the base.
    rate=RatePolicy(per_second=5, concurrency=4),
    base_urls={"live": ""},
    services=SERVICES,
    test_steps=("settings", "sign_in", "access", "sender"),
    docs_url="docs/systems/one_c/contract.md",
    changes=RULES,
    track=TrackPolicy(batch=1, net_s=6 * 3600.0, feed_s=180.0),
    notice=NOTICE,
)


class OneCTmsPlugin:
    """Opens connections."""

    manifest = MANIFEST

    def open(self, context: OpenContext) -> ServiceTms:
        return ServiceTms(MANIFEST, context)


PLUGIN = OneCTmsPlugin()
