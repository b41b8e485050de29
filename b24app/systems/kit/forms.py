"""Fields of settings forms that several carriers ask for alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from b24app.systems.plugin import SettingField

#: Who sends, where the portal does not say (`kit.senders.own_sender` reads them).
SENDER = (
    SettingField(
        "sender_address",
        {"ru": "Адрес отправителя", "en": "Sender's address"},
        help={
            "ru": "Адрес, компания, имя и телефон нужны, только если их нет в «Откуда едет»",
            "en": "Address, company, name and phone are only needed when “Where it leaves from” does not have them",
        },
        aside=True,
    ),
    SettingField("sender_company", {"ru": "Компания отправителя", "en": "Sender's company"}, aside=True),
    SettingField("sender_name", {"ru": "Контактное лицо", "en": "Contact person"}, aside=True),
    SettingField("sender_phone", {"ru": "Телефон отправителя", "en": "Sender's phone"}, aside=True),
)
NOT_STATED = {"ru": "Не указывать", "en": "Do not state"}
NO_VAT = {"ru": "Без НДС", "en": "No VAT"}


def vat(rates: Iterable[int | str], none: Mapping[str, str] = NOT_STATED) -> SettingField:
    """`none` is what an empty choice means; `rows` = each of the deal's products has its own rate; -1 = no VAT."""
    return SettingField(
        "vat",
        {"ru": "НДС в чеке при оплате получателем", "en": "VAT on the receipt when the recipient pays"},
        kind="choice",
        choices=(
            ("", none),
            ("rows", {"ru": "Как в товарах сделки", "en": "As in the deal's products"}),
            *((str(rate), NO_VAT if str(rate) == "-1" else {"ru": f"{rate} %", "en": f"{rate}%"}) for rate in rates),
        ),
        aside=True,
    )
