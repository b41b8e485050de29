"""PEK (pek.md): groupage to terminals, pickup points and doors. What the system is, as data that pages show."""

from __future__ import annotations

from b24app.systems.kit import forms
from b24app.systems.kit.directory import Directory
from b24app.systems.kit.spool import Spools
from b24app.systems.pek.changes import RULES
from b24app.systems.pek.papers import FORMS
from b24app.systems.pek.system import BATCH, Pek
from b24app.systems.pek.vocabulary import CONTENT, SERVICES, VAT
from b24app.systems.plugin import Manifest, OpenContext, RatePolicy, SettingField, TrackPolicy

_FORM = (
    SettingField(
        "login",
        {"ru": "Логин личного кабинета", "en": "Cabinet login"},
        required=True,
        help={"ru": "Имя пользователя на kabinet.pecom.ru", "en": "The user name of kabinet.pecom.ru"},
    ),
    SettingField(
        "key",
        {"ru": "API-ключ", "en": "API key"},
        kind="secret",
        required=True,
        help={
            "ru": "Кабинет → Регистрационные данные → Ключи API. Сделайте отдельный ключ для Waybill",
            "en": "Cabinet → Registration data → API keys. Make one for Waybill alone",
        },
    ),
    SettingField(
        "inn",
        {"ru": "ИНН отправителя", "en": "Sender's tax number (INN)"},
        required=True,
        help={"ru": "10 цифр у компании, 12 у ИП", "en": "10 digits of a company, 12 of a sole trader"},
    ),
    SettingField(
        "legal_form",
        {"ru": "Кто отправляет", "en": "Who sends"},
        kind="choice",
        choices=(
            ("1", {"ru": "Компания", "en": "A company"}),
            ("2", {"ru": "Индивидуальный предприниматель", "en": "A sole trader"}),
        ),
        default="1",
    ),
    SettingField(
        "shipment_point",
        {"ru": "Отделение, куда сдаёте груз", "en": "Terminal where you hand cargo in"},
        help={
            "ru": "ID склада (warehouseId) из справочника ПЭК. Пусто: ПЭК забирает по адресу отправителя",
            "en": "The warehouse's id (warehouseId) in PEK's list. Empty: PEK collects at the sender's address",
        },
    ),
    SettingField(
        "docflow",
        {"ru": "Документооборот", "en": "Documents"},
        kind="choice",
        required=True,
        choices=(
            ("COURIER", {"ru": "Курьерский договор по РФ", "en": "Courier contract inside Russia"}),
            ("FFS_EDI", {"ru": "Экспедиция с ЭДО", "en": "Forwarding with electronic documents"}),
        ),
        default="COURIER",
        help={
            "ru": "С 1 сентября 2026 обязателен. С ЭДО каждую заявку нужно подписать у оператора, иначе груз не поедет",
            "en": "Obligatory since 1 September 2026. With electronic documents somebody has to sign each order",
        },
    ),
    SettingField("edi_mail", {"ru": "Почта для ЭДО", "en": "Mail for electronic documents"}, aside=True),
    SettingField(
        "content",
        {"ru": "Что в грузе", "en": "What the cargo is"},
        default=CONTENT,
        help={"ru": "Наименование из справочника ПЭК", "en": "A name of PEK's own list"},
        aside=True,
    ),
    SettingField(
        "payer",
        {"ru": "Кто платит ПЭК", "en": "Who pays PEK"},
        kind="choice",
        choices=(("1", {"ru": "Отправитель", "en": "The sender"}), ("2", {"ru": "Получатель", "en": "The recipient"})),
        default="1",
        aside=True,
    ),
    *forms.SENDER,
    forms.vat(sorted(VAT), forms.NO_VAT),
)

MANIFEST = Manifest(
    code="pek",
    title={"ru": "ПЭК", "en": "PEK"},
    kind="carrier",
    ports=(
        "Orders",
        "Preview",
        "Tracking",
        "Cancels",
        "Papers",
        "Quotes",
        "Offers",
        "PickupPoints",
        "Cities",
        "AddressCheck",
        "ConnectionTest",
    ),
    limits={
        "price_needs_house": True,
        # §4.1: nothing is priced or carried without its three sides.
        "size_from_g": 1,
        # §5.1: the code for handing out comes by SMS.
        "phone_countries": ("RU",),
        "max_number": 50,
    },
    settings_form=_FORM,
    # §1: 100 calls a minute, all methods together.
    rate=RatePolicy(per_second=1.6, concurrency=4),
    base_urls={
        "live": "https://kabinet.pecom.ru/api/v1",
        "test": "https://test-kabinet.pecom.ru/preweb/api/v1",
    },
    services=SERVICES,
    test_steps=("settings", "sign_in", "call", "sender", "access"),
    docs_url="https://kabinet.pecom.ru/api/v1",
    papers=FORMS,
    changes=RULES,
    track=TrackPolicy(batch=BATCH, every_s=900),
)


class PekPlugin:
    """Opens connections; they share reference data and the list that comes whole."""

    def __init__(self) -> None:
        self._directory = Directory()
        self._spools = Spools()

    @property
    def manifest(self) -> Manifest:
        return MANIFEST

    def open(self, context: OpenContext) -> Pek:
        return Pek(context, MANIFEST, self._directory, self._spools)


PLUGIN = PekPlugin()
