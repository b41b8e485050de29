"""Fields of settings forms that both 1C systems ask for alike."""

from __future__ import annotations

from b24app.systems.plugin import SettingField


def two(ru: str, en: str) -> dict[str, str]:
    return {"ru": ru, "en": en}


ODATA = "odata"
ONLY_ODATA = two("Для OData", "For OData")


def access(example: str, service: str) -> tuple[SettingField, ...]:
    """Where the base is (`example`: how its publication may be called), who enters, and by which interface: `service`
    is the value that stands for ours."""
    address = two(
        f"Адрес публикации базы на веб-сервере, например https://1c.firma.ru/{example}",
        f"Where the base is published on the web server, e.g. https://1c.firma.ru/{example}",
    )
    interfaces = (
        (service, two("HTTP-сервис: наше расширение в базе", "HTTP service: our extension in the base")),
        (ODATA, two("Стандартный OData, без расширения", "Standard OData, no extension")),
    )
    return (
        SettingField("address", two("Адрес базы 1С", "Address of the 1C base"), "url", required=True, help=address),
        SettingField(
            "login",
            two("Пользователь 1С", "1C user"),
            required=True,
            help=two("Заведите для Waybill отдельного", "Make one for Waybill alone"),
        ),
        SettingField("password", two("Пароль", "Password"), "secret", required=True),
        SettingField(
            "interface", two("Как обмениваться", "How to talk"), "choice", choices=interfaces, default=service
        ),
    )


FORMAT = SettingField(
    "format",
    two("Формат обмена", "Format"),
    "choice",
    choices=(("json", two("JSON", "JSON")), ("xml", two("XML", "XML"))),
    default="json",
    aside=True,
)
API_TOKEN = SettingField(
    "api_token",
    two("Ключ X-Api-Token", "Key X-Api-Token"),
    "secret",
    aside=True,
    help=two("Если расширение проверяет его сверх пароля", "If the extension wants it too"),
)
CA = SettingField("ca", two("Свой центр сертификации", "Your own certificate authority"), "pem", aside=True)
