"""A 1C base keeps its own local time, without a zone (1c.md §2.2): an admin says which."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from b24app.systems.plugin import OpenContext, SettingField

MOSCOW = "Europe/Moscow"
ZONES = (
    "Europe/Kaliningrad", MOSCOW, "Europe/Samara", "Asia/Yekaterinburg", "Asia/Omsk", "Asia/Krasnoyarsk",
    "Asia/Irkutsk", "Asia/Yakutsk", "Asia/Vladivostok", "Asia/Magadan", "Asia/Kamchatka", "Asia/Almaty",
)  # fmt: skip
ZONE = SettingField(
    "zone",
    {"ru": "Часовой пояс базы", "en": "Time zone of the base"},
    "choice",
    choices=tuple((zone, {"ru": zone, "en": zone}) for zone in ZONES),
    default=MOSCOW,
    aside=True,
)


def zone_of(context: OpenContext) -> ZoneInfo:
    chosen = context.setting("zone")
    return ZoneInfo(chosen if chosen in ZONES else MOSCOW)
