"""The settings form of SAP EWM, as data that pages show."""

from __future__ import annotations

from b24app.systems.plugin import SettingField

_TYPES = {
    "ru": "Через запятую; пусто — {0}, как в обычной настройке",
    "en": "Separated by commas; empty: {0}, the usual customizing",
}


def _types(name: str, ru: str, en: str, usual: str) -> SettingField:
    hint = {lang: text.format(usual) for lang, text in _TYPES.items()}
    return SettingField(name, {"ru": ru, "en": en}, help=hint, aside=True)


FORM = (
    SettingField(
        "address",
        {"ru": "Адрес SAP", "en": "SAP's address"},
        kind="url",
        required=True,
        help={"ru": "Сервер приложений: https://s4.firma.ru:44300", "en": "The server: https://s4.firm.com:44300"},
    ),
    SettingField(
        "sign",
        {"ru": "Вход", "en": "Sign-in"},
        kind="choice",
        choices=(
            ("basic", {"ru": "Пользователь и пароль", "en": "User and password"}),
            ("oauth", {"ru": "OAuth 2.0 (client credentials)", "en": "OAuth 2.0 (client credentials)"}),
        ),
        default="basic",
    ),
    SettingField("user", {"ru": "Пользователь или Client ID", "en": "User or client ID"}, required=True),
    SettingField("password", {"ru": "Пароль или секрет", "en": "Password or secret"}, kind="secret", required=True),
    SettingField(
        "client",
        {"ru": "Мандант", "en": "Client"},
        help={"ru": "Например 100; пусто — по умолчанию", "en": "For instance 100; empty: the default one"},
    ),
    SettingField(
        "ewm",
        {"ru": "Кто собирает", "en": "Who picks"},
        kind="choice",
        choices=(
            ("yes", {"ru": "EWM", "en": "EWM"}),
            ("no", {"ru": "Сам модуль поставок (LE), без EWM", "en": "The delivery module (LE), no EWM"}),
        ),
        default="yes",
    ),
    SettingField(
        "warehouse",
        {"ru": "Склад для остатков", "en": "Warehouse for stock"},
        kind="remote",
        help={"ru": "Пусто — все склады EWM", "en": "Empty: all of EWM's warehouses"},
    ),
    SettingField(
        "packed_when",
        {"ru": "Когда заказ упакован", "en": "When an order is packed"},
        kind="choice",
        choices=(
            ("boxes", {"ru": "Есть грузовые единицы", "en": "It has handling units"}),
            ("picked", {"ru": "Собраны все строки", "en": "All rows are picked"}),
        ),
        default="boxes",
    ),
    SettingField(
        "issue",
        {"ru": "Отпуск материала", "en": "Goods issue"},
        kind="choice",
        choices=(
            ("", {"ru": "Проводит склад", "en": "The warehouse posts it"}),
            ("carried", {"ru": "Проводить, когда груз у перевозчика", "en": "Post it once the carrier has the parcel"}),
        ),
        aside=True,
    ),
    SettingField(
        "items",
        {"ru": "Позиции заказа SAP", "en": "Rows of the SAP order"},
        kind="choice",
        choices=(
            ("order", {"ru": "Найти по артикулам", "en": "Found by articles"}),
            ("position", {"ru": "По порядку товаров сделки: 10, 20, …", "en": "In the deal's order: 10, 20, …"}),
        ),
        default="order",
        aside=True,
    ),
    SettingField(
        "adopt",
        {"ru": "Поставка без нашей отметки", "en": "A delivery without our mark"},
        kind="choice",
        choices=(
            ("own", {"ru": "Своя, если создана этим пользователем", "en": "Ours if this user created it"}),
            ("any", {"ru": "Своя, кто бы её ни создал", "en": "Ours, whoever created it"}),
        ),
        default="own",
        help={
            "ru": "Если поставки к заказам создаёт задание SAP, выберите второе",
            "en": "Choose the second if a job of SAP creates deliveries of orders",
        },
        aside=True,
    ),
    SettingField("shipping_point", {"ru": "Пункт отгрузки", "en": "Shipping point"}, aside=True),
    _types("good_types", "Виды запаса: годный", "Stock types: good", "F1, F2"),
    _types("blocked_types", "Виды запаса: заблокирован", "Stock types: blocked", "B5, B6"),
    SettingField(
        "documents",
        {"ru": "Документы во вложениях поставки", "en": "Documents attached to the delivery"},
        kind="choice",
        choices=(("", {"ru": "Нет", "en": "No"}), ("yes", {"ru": "Да", "en": "Yes"})),
        help={"ru": "Нужен сервис API_CV_ATTACHMENT_SRV", "en": "Needs the service API_CV_ATTACHMENT_SRV"},
        aside=True,
    ),
    SettingField(
        "time_zone",
        {"ru": "Часовой пояс SAP", "en": "SAP's time zone"},
        default="Europe/Moscow",
        help={"ru": "Например Europe/Moscow", "en": "For instance Europe/Moscow"},
        aside=True,
    ),
    SettingField("language", {"ru": "Язык сообщений", "en": "Language of messages"}, default="ru", aside=True),
    SettingField("token_path", {"ru": "Путь выдачи токена", "en": "Path of tokens"}, aside=True),
    SettingField(
        "api",
        {"ru": "Обмен", "en": "Interface"},
        kind="choice",
        choices=(
            ("odata", {"ru": "OData", "en": "OData"}),
            ("soap", {"ru": "Только SOAP: создание и статус поставки", "en": "SOAP only: create and status"}),
        ),
        default="odata",
        help={
            "ru": "SOAP — для систем без OData: вашим разработчикам нужен модуль из документации",
            "en": "SOAP is for systems without OData: your developers need the module of our documentation",
        },
        aside=True,
    ),
    SettingField("soap_path", {"ru": "Путь сервиса SOAP", "en": "Path of the SOAP service"}, aside=True),
    SettingField("ca", {"ru": "Свой центр сертификации", "en": "Own certificate authority"}, kind="pem", aside=True),
)

NOTICE = {
    "ru": "Поставка создаётся по заказу SAP: его номер нужен в поле сделки. SAP с одними IDoc не подключить.",
    "en": "A delivery refers to a SAP order: a deal field holds its number. SAP with IDocs alone cannot be connected.",
}
