"""SMSC.ru (docs/systems/smsc.md): text messages to clients by its HTTP API. What the gateway is, as data that pages
show."""

from __future__ import annotations

from b24app.systems.plugin import Manifest, OpenContext, RatePolicy, SettingField
from b24app.systems.smsc.system import Smsc
from b24app.systems.smsc.vocabulary import MOST_TEXT, NOTICE

_FORM = (
    SettingField(
        "token",
        {"ru": "API-ключ", "en": "API key"},
        kind="secret",
        help={
            "ru": "Кабинет SMSC → Настройки → Пароль и API-ключи. С ключом логин и пароль не нужны",
            "en": "SMSC's cabinet → Settings → Password and API keys. With a key no login and password are needed",
        },
    ),
    SettingField("login", {"ru": "Логин", "en": "Login"}, aside=True),
    SettingField("password", {"ru": "Пароль", "en": "Password"}, kind="secret", aside=True),
    SettingField(
        "sender",
        {"ru": "Имя отправителя", "en": "Sender name"},
        help={
            "ru": "Одобренное в кабинете SMSC, до 11 латинских букв и цифр. Пусто = имя по умолчанию в SMSC",
            "en": "Approved in SMSC's cabinet, up to 11 Latin letters and digits. Empty = the default one at SMSC",
        },
    ),
)

MANIFEST = Manifest(
    code="smsc",
    title={"ru": "SMSC", "en": "SMSC"},
    kind="messages",
    ports=("Messages", "Callbacks", "ConnectionTest"),
    limits={"max_text": MOST_TEXT},
    settings_form=_FORM,
    # Fifteen requests at one time are refused (§5); nobody needs as many.
    rate=RatePolicy(per_second=10, concurrency=4),
    # No test stand is known (§1): an account has a mode of virtual sending.
    base_urls={"live": "https://smsc.ru"},
    test_steps=("settings", "sign_in", "balance", "sender_name"),
    docs_url="https://smsc.ru/api/http/",
    notice=NOTICE,
)


class SmscPlugin:
    """Opens connections; they share nothing."""

    @property
    def manifest(self) -> Manifest:
        return MANIFEST

    def open(self, context: OpenContext) -> Smsc:
        return Smsc(MANIFEST, context)


PLUGIN = SmscPlugin()
