"""Manhattan Active WM (manhattan.md): orders, expected receipts and stock over a mapping profile. What the system is,
as data that pages show."""

from __future__ import annotations

from b24app.systems.kit.directory import Directory
from b24app.systems.manhattan.client import AUTH
from b24app.systems.manhattan.system import BATCH, ManhattanWm
from b24app.systems.manhattan.trying import Trying
from b24app.systems.plugin import Manifest, OpenContext, RatePolicy, SettingField, TrackPolicy

# fmt: off
_API = {
    "ru": "Адрес среды: https://<среда>.sce.manh.com",
    "en": "The environment's address: https://<environment>.sce.manh.com",
}
_AUTH = {
    "ru": "Адрес входа, отдельный: https://<среда>-auth.sce.manh.com",
    "en": "The address for signing in, a separate one: https://<environment>-auth.sce.manh.com",
}
_CLIENT = {"ru": "Manhattan выдаёт каждой компании свой", "en": "Manhattan issues one to each company"}
_USER = {"ru": "Заведите отдельного пользователя для Waybill", "en": "Make a user for Waybill alone"}
_ORG = {"ru": "Как в заголовке SelectedOrganization", "en": "As in the header SelectedOrganization"}
_FACILITY = {"ru": "Склад, который собирает заказы (FacilityId)", "en": "The warehouse that picks orders (FacilityId)"}
_ORIGIN = {
    "ru": "Код происхождения ASN для возвратов клиентов: у каждой установки свой. Пусто: P",
    "en": "The ASN origin code of customers' returns: each site has its own. Empty: P",
}
_ZONE = {
    "ru": "Manhattan пишет время без пояса. Например, Europe/Moscow",
    "en": "Manhattan writes times without a zone. For example Europe/Moscow",
}
_STATUSES = {
    "ru": "Статусы этой установки. Пока ничего не выбрано, решает профиль",
    "en": "The statuses of this site. While nothing is chosen, the profile decides",
}
_PROFILE = {
    "ru": "Какие запросы уходят в Manhattan и что из ответов читается",
    "en": "Which calls go to Manhattan, and what is read in its answers",
}
_FIELDS = (
    SettingField("address", {"ru": "Адрес API", "en": "API address"}, "url", required=True, help=_API),
    SettingField(AUTH, {"ru": "Адрес входа", "en": "Sign-in address"}, "url", required=True, help=_AUTH),
    SettingField("client_id", {"ru": "Client ID", "en": "Client ID"}, required=True, help=_CLIENT),
    SettingField("client_secret", {"ru": "Client secret", "en": "Client secret"}, "secret", required=True),
    SettingField("username", {"ru": "Пользователь", "en": "User"}, required=True, help=_USER),
    SettingField("password", {"ru": "Пароль", "en": "Password"}, "secret", required=True),
    SettingField("organization", {"ru": "Организация", "en": "Organization"}, required=True, help=_ORG),
    SettingField("warehouse", {"ru": "Склад", "en": "Facility"}, required=True, help=_FACILITY),
    SettingField("returns_facility", {"ru": "Склад возвратов", "en": "Facility for returns"}, "remote", aside=True),
    SettingField("return_origin", {"ru": "Вид возврата", "en": "Kind of return"}, help=_ORIGIN, aside=True),
    SettingField("time_zone", {"ru": "Часовой пояс склада", "en": "Time zone of the facility"}, help=_ZONE,
                 default="Europe/Moscow", aside=True),
    SettingField("statuses", {"ru": "Что значат статусы", "en": "What statuses mean"}, "map", help=_STATUSES,
                 aside=True),
    SettingField("profile", {"ru": "Профиль", "en": "Profile"}, "profile", help=_PROFILE),
)
_NOTICE = {
    "ru": "Открытой документации у Manhattan нет: профиль составлен по публичным программам-клиентам. Проверьте его на"
          " тестовой среде: каждая установка отличается.",
    "en": "Manhattan has no public documentation: the profile comes from public client programs. Try it in a test"
          " environment first: every site differs.",
}
# fmt: on
MANIFEST = Manifest(
    code="manhattan",
    title={"ru": "Manhattan WMS", "en": "Manhattan WMS"},
    kind="warehouse",
    ports=(
        "Orders",
        "Preview",
        "Tracking",
        "Cancels",
        "Stock",
        "Receipts",
        "Lists",
        "ConnectionTest",
        "SignsOut",
    ),
    limits={"max_number": 50},
    settings_form=_FIELDS,
    # §2: limits are unknown; clients pause between pages.
    rate=RatePolicy(per_second=4.0, concurrency=2),
    base_urls={"live": ""},
    services=(("pick", {"ru": "Сборка на складе", "en": "Picking"}),),
    test_steps=("settings", "sign_in", "lists", "warehouse"),
    track=TrackPolicy(batch=BATCH, every_s=600),
    notice=_NOTICE,
)  # fmt: skip


class ManhattanPlugin(Trying):
    """Opens connections; they share reference data. Its profile is tried without any."""

    manifest = MANIFEST

    def __init__(self) -> None:
        self._directory = Directory()

    def open(self, context: OpenContext) -> ManhattanWm:
        return ManhattanWm(context, MANIFEST, self._directory)


PLUGIN = ManhattanPlugin()
