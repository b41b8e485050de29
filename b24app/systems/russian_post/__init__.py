"""Russian Post (russian-post.md): parcels to offices, postamats, points and the door. What the system is, as data."""

from __future__ import annotations

from b24app.systems.kit.directory import Directory
from b24app.systems.kit.spool import Spools
from b24app.systems.plugin import Manifest, OpenContext, RatePolicy, SettingField, TrackPolicy
from b24app.systems.russian_post.changes import RULES
from b24app.systems.russian_post.papers import FORMS
from b24app.systems.russian_post.system import RussianPost
from b24app.systems.russian_post.vocabulary import EXTRAS, SERVICES

_FORM = (
    SettingField("token", {"ru": "Токен приложения", "en": "Application token"}, kind="secret", required=True,
                 help={"ru": "Кабинет Отправки → Настройки → Токен авторизации API",
                       "en": "Otpravka's cabinet → Settings → API authorisation token"}),
    SettingField("login", {"ru": "Логин в Отправке", "en": "Login at Otpravka"}, required=True,
                 help={"ru": "Почта или телефон", "en": "E-mail or phone"}),
    SettingField("password", {"ru": "Пароль в Отправке", "en": "Password at Otpravka"}, kind="secret", required=True),
    SettingField("shipment_point", {"ru": "Индекс отделения, куда сдаёте посылки",
                                    "en": "Index of the office where you hand parcels in"},
                 required=True,
                 help={"ru": "Одно из отделений договора, например 101000",
                       "en": "One of the contract's, e.g. 101000"}),
    SettingField("tracking", {"ru": "Отслеживание", "en": "Tracking"}, kind="choice", choices=(
        ("", {"ru": "По последней операции в Отправке", "en": "By the last operation in Otpravka"}),
        ("tickets", {"ru": "Пакетный доступ", "en": "Bulk access"}),
        ("single", {"ru": "Единичный доступ", "en": "Single access"}),
    )),
    SettingField("tracking_login", {"ru": "Логин отслеживания", "en": "Tracking login"}, aside=True,
                 help={"ru": "Другой доступ: его выдают на tracking.pochta.ru",
                       "en": "Another one, of tracking.pochta.ru"}),
    SettingField("tracking_password", {"ru": "Пароль отслеживания", "en": "Tracking password"},
                 kind="secret", aside=True),
    SettingField("tracking_daily", {"ru": "Запросов отслеживания в сутки", "en": "Tracking requests a day"}, kind="int",
                 default="100", aside=True, help={"ru": "Для единичного доступа; 0 — без ограничения",
                                                  "en": "For single access; 0 = no limit"}),
    SettingField("balance", {"ru": "Оплата партии", "en": "Batches are paid"}, kind="choice", aside=True, choices=(
        ("", {"ru": "По договору", "en": "By the contract"}),
        ("online", {"ru": "С онлайн-баланса", "en": "From the online balance"}),
    )),
    SettingField("mmo", {"ru": "Несколько мест — одно отправление (ММО)", "en": "Several parcels travel as one"},
                 kind="choice", aside=True, choices=(
        ("", {"ru": "Нет", "en": "No"}), ("yes", {"ru": "Да, услуга подключена", "en": "Yes, the account has it"}),
    )),
    SettingField("separate_returns", {"ru": "Отдельные возвраты", "en": "Separate returns"}, kind="choice", aside=True,
                 choices=(
        ("", {"ru": "Нет: только по отправлению, которое вы посылали", "en": "No: only of items that you sent"}),
        ("yes", {"ru": "Да: части заказа и чужие посылки", "en": "Yes: parts of orders, other carriers' goods"}),
    ), help={"ru": "Если Почта подключила свободный ввод адреса возврата",
             "en": "If the Post allows free return addresses"}),
)  # fmt: skip

MANIFEST = Manifest(
    code="russian_post",
    title={"ru": "Почта России", "en": "Russian Post"},
    kind="carrier",
    ports=(
        "Orders", "Preview", "Tracking", "Feed", "Cancels", "Changes", "HandOvers", "Returns", "Papers", "Quotes",
        "Offers", "PickupPoints", "Cities", "AddressCheck", "ConnectionTest",
    ),
    limits={
        "service_weight_g": {code: service.max_g for code, service in SERVICES.items()},
        "phone_countries": ("RU",),
        "locker_max_weight_g": 15_000,
        # What the list of barcodes of one order has room for.
        "max_parcels": 4,
        # Clients hand returns in at an office; what that costs no call tells. Others' goods need separate returns.
        "return_no_courier": True,
        "return_unpriced": True,
        "return_own_only": "separate_returns",
        # The emulator's and our own; the contract names none (to confirm).
        "max_declared_minor": 50_000_000,
    },
    settings_form=_FORM,
    rate=RatePolicy(per_second=10, concurrency=4),
    base_urls={"live": "https://otpravka-api.pochta.ru"},
    hosts={
        "tariff": {"live": "https://tariff.pochta.ru"},
        "tracking": {"live": "https://tracking.russianpost.ru"},
    },
    services=tuple((code, service.title) for code, service in SERVICES.items()),
    test_steps=("settings", "sign_in", "sender", "call", "tracking"),
    docs_url="https://otpravka.pochta.ru/specification",
    papers=FORMS,
    changes=RULES,
    track=TrackPolicy(batch=100, net_s=7 * 24 * 3600.0, feed_s=900.0),
    extras=tuple(EXTRAS),
    notice={
        "ru": "Тестового стенда у Почты нет: заказы настоящие, но до сдачи партии ничего не стоят.",
        "en": "The Post has no test stand: orders are real, but cost nothing until a batch is handed over.",
    },
)  # fmt: skip


#: Items under way of which we remember whether they go to the door.
MOST_ITEMS = 50_000


class RussianPostPlugin:
    """Opens connections; they share what the directories said, and the export that is being read."""

    def __init__(self) -> None:
        self._directory, self._doors, self._spools = Directory(), Directory(MOST_ITEMS), Spools()

    @property
    def manifest(self) -> Manifest:
        return MANIFEST

    def open(self, context: OpenContext) -> RussianPost:
        return RussianPost(context, MANIFEST, self._directory, self._doors, self._spools)


PLUGIN = RussianPostPlugin()
