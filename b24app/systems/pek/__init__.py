"""PEK (pek.md): groupage to terminals, pickup points and doors. What the system is, as data that pages show."""

from __future__ import annotations

from b24app.systems.kit import forms
from b24app.systems.kit.directory import Directory
from b24app.systems.kit.spool import Spools
from b24app.systems.pek.system import Pek
from b24app.systems.pek.vocabulary import BATCH, CONTENT, FORMS, RULES, SERVICES, VAT
from b24app.systems.plugin import Manifest, OpenContext, RatePolicy, SettingField, TrackPolicy

# fmt: off
_KEY = {"ru": "Кабинет → Регистрационные данные → Ключи API. Сделайте отдельный ключ для Waybill",
        "en": "Cabinet → Registration data → API keys. Make one for Waybill alone"}
_INN = {"ru": "10 цифр у компании, 12 у ИП", "en": "10 digits of a company, 12 of a sole trader"}
_TERMINAL = {"ru": "ID склада (warehouseId) из справочника ПЭК. Пусто: ПЭК забирает по адресу отправителя",
             "en": "The warehouse's id (warehouseId) in PEK's list. Empty: PEK collects at the sender's address"}
_DOCFLOW = {"ru": "С 1 сентября 2026 обязателен. С ЭДО заявку нужно подписать у оператора, иначе груз не поедет",
            "en": "Obligatory since 1 September 2026. With electronic documents somebody has to sign each order"}
_DOCFLOWS = (
    ("COURIER", {"ru": "Курьерский договор по РФ", "en": "Courier contract inside Russia"}),
    ("FFS_EDI", {"ru": "Экспедиция с ЭДО", "en": "Forwarding with electronic documents"}),
)
_FORMS = (("1", {"ru": "Компания", "en": "A company"}), ("2", {"ru": "ИП", "en": "A sole trader"}))
_PAYERS = (("1", {"ru": "Отправитель", "en": "The sender"}), ("2", {"ru": "Получатель", "en": "The recipient"}))
_FIELDS = (
    SettingField("login", {"ru": "Логин личного кабинета", "en": "Cabinet login"}, required=True),
    SettingField("key", {"ru": "API-ключ", "en": "API key"}, "secret", required=True, help=_KEY),
    SettingField("inn", {"ru": "ИНН отправителя", "en": "Sender's tax number (INN)"}, required=True, help=_INN),
    SettingField("legal_form", {"ru": "Кто отправляет", "en": "Who sends"}, "choice", choices=_FORMS, default="1"),
    SettingField("shipment_point", {"ru": "Отделение, куда сдаёте груз", "en": "Terminal where you hand cargo in"},
                 help=_TERMINAL),
    SettingField("docflow", {"ru": "Документооборот", "en": "Documents"}, "choice", required=True, choices=_DOCFLOWS,
                 default="COURIER", help=_DOCFLOW),
    SettingField("edi_mail", {"ru": "Почта для ЭДО", "en": "Mail for electronic documents"}, aside=True),
    SettingField("content", {"ru": "Что в грузе", "en": "What the cargo is"}, default=CONTENT, aside=True,
                 help={"ru": "Наименование из справочника ПЭК", "en": "A name of PEK's own list"}),
    SettingField("payer", {"ru": "Кто платит ПЭК", "en": "Who pays PEK"}, "choice", choices=_PAYERS, default="1",
                 aside=True),
    *forms.SENDER,
    forms.vat(sorted(VAT), forms.NO_VAT),
)
_PORTS = ("Orders", "Preview", "Tracking", "Cancels", "Stops", "Papers", "Quotes", "Offers", "PickupPoints", "Cities",
          "AddressCheck", "ConnectionTest")
# fmt: on

MANIFEST = Manifest(
    code="pek",
    title={"ru": "ПЭК", "en": "PEK"},
    kind="carrier",
    ports=_PORTS,
    # §4.1: nothing is priced or carried without its three sides. §5.1: the code for handing out comes by SMS.
    limits={"price_needs_house": True, "size_from_g": 1, "phone_countries": ("RU",), "max_number": 50},
    settings_form=_FIELDS,
    # §1: 100 calls a minute, all methods together.
    rate=RatePolicy(per_second=1.6, concurrency=4),
    base_urls={
        "live": "https://kabinet.pecom.ru/api/v1",
        "test": "https://test-kabinet.pecom.ru/preweb/api/v1",
    },
    services=SERVICES,
    test_steps=("settings", "sign_in", "access", "call", "sender"),
    docs_url="https://kabinet.pecom.ru/api/v1",
    papers=FORMS,
    changes=RULES,
    track=TrackPolicy(batch=BATCH, every_s=1140),
)


class PekPlugin:
    """Opens connections; they share reference data and the list that comes whole."""

    manifest = MANIFEST

    def __init__(self) -> None:
        self._directory, self._spools = Directory(), Spools()

    def open(self, context: OpenContext) -> Pek:
        return Pek(context, MANIFEST, self._directory, self._spools)


PLUGIN = PekPlugin()
