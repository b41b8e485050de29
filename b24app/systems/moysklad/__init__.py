"""MoySklad (moysklad.md): a warehouse that picks customer orders. What the system is, as data that pages show."""

from __future__ import annotations

from b24app.systems.kit.directory import Directory
from b24app.systems.moysklad.changes import RULES
from b24app.systems.moysklad.system import OURS, THEIRS, MoySklad
from b24app.systems.moysklad.vocabulary import BATCH, BOXES, LONG_TEXT, TEXT
from b24app.systems.plugin import Manifest, OpenContext, RatePolicy, SettingField, TrackPolicy

# fmt: off
_TOKEN = {"ru": "Лучше отдельного сотрудника: лимит запросов у каждого свой. Либо логин и пароль ниже",
          "en": "Best of an employee of its own: each has a budget of calls. Or a login and a password below"}
_STATES = {"ru": "Пусто: по названиям. Состояние без значения показывается как неизвестное",
           "en": "Empty: by their names. A state without a meaning is shown as unknown"}
_BACK = {"ru": "Пусто: по названиям. Сюда же Waybill пишет, как далеко посылка у перевозчика",
         "en": "Empty: by their names. Waybill writes here too how far the carrier has got"}
_BOXES = {"ru": "Строковое поле заказа и отгрузки. Места через «;»: граммы и миллиметры: «1200 300x200x150»",
          "en": "A text field of orders and shipments. Boxes separated by “;”: grams and millimetres “900 300x200x150”"}
_DEMAND = ((OURS, {"ru": "Waybill, когда заказана перевозка", "en": "Waybill, when the carrier is booked"}),
           (THEIRS, {"ru": "Склад", "en": "The warehouse"}))
_RESERVE = (("", {"ru": "Да", "en": "Yes"}), ("no", {"ru": "Нет", "en": "No"}))
_FIELDS = (
    SettingField("token", {"ru": "Токен доступа", "en": "Access token"}, "secret", help=_TOKEN),
    SettingField("login", {"ru": "Логин", "en": "Login"}, aside=True),
    SettingField("password", {"ru": "Пароль", "en": "Password"}, "secret", aside=True),
    SettingField("organization", {"ru": "Организация", "en": "Organisation"}, "remote", required=True),
    SettingField("store", {"ru": "Склад, с которого отгружают", "en": "Warehouse that ships"}, "remote", required=True),
    SettingField("returns_store", {"ru": "Склад возвратов", "en": "Warehouse for returns"}, "remote", aside=True,
                 help={"ru": "Пусто: тот же", "en": "Empty: the same one"}),
    SettingField("order_states", {"ru": "Статусы заказов", "en": "States of orders"}, "map", help=_STATES),
    SettingField("demand_states", {"ru": "Статусы отгрузок", "en": "States of shipments"}, "map", help=_BACK),
    SettingField("demand_by", {"ru": "Кто делает отгрузку", "en": "Who makes the shipment"}, "choice", choices=_DEMAND,
                 default=OURS),
    SettingField("reserve", {"ru": "Резервировать товар", "en": "Reserve the goods"}, "choice", choices=_RESERVE,
                 aside=True),
    SettingField("boxes_field", {"ru": "Поле для мест", "en": "Field for boxes"}, "remote", default=BOXES, aside=True,
                 help=_BOXES),
)
# fmt: on

MANIFEST = Manifest(
    code="moysklad",
    title={"ru": "МойСклад", "en": "MoySklad"},
    kind="warehouse",
    ports=(
        *("Orders", "Tracking", "Cancels", "Changes", "Callbacks", "Stock", "Receipts", "Documents", "Onward"),
        *("Lists", "ConnectionTest"),
    ),
    limits={"max_number": TEXT, "address": TEXT, "comment": LONG_TEXT, "max_items": 1000},
    settings_form=_FIELDS,
    # §4: from 01.12.2026 eleven calls in any three seconds for a user's token, a second's burst included; five at once.
    rate=RatePolicy(per_second=2.7, concurrency=4),
    base_urls={"live": "https://api.moysklad.ru/api/remap/1.2"},
    services=(("pick", {"ru": "Сборка на складе", "en": "Picking"}),),
    test_steps=("settings", "sign_in", "catalogues"),
    docs_url="https://dev.moysklad.ru/doc/api/remap/1.2/",
    changes=RULES,
    # §7: webhooks come unsigned and may be lost after four tries; below them a hundred orders are read at once.
    track=TrackPolicy(batch=BATCH, every_s=600.0),
)


class MoySkladPlugin:
    """Opens connections; they share what accounts have set up."""

    manifest = MANIFEST

    def __init__(self) -> None:
        self._directory = Directory()

    def open(self, context: OpenContext) -> MoySklad:
        return MoySklad(context, MANIFEST, self._directory)


PLUGIN = MoySkladPlugin()
