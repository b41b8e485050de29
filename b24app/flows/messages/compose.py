"""A template and the facts become what a client reads. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from babel.dates import format_date
from babel.numbers import format_decimal, get_currency_symbol
from babel.units import format_unit

from b24app.flows.messages.facts import MessageFacts
from b24app.flows.messages.rules import Template
from b24app.flows.messages.texts import Placeholder, render
from b24app.logistics.jsonable import Jsonable
from b24app.logistics.money import DIGITS, Money

NBSP = "\u00a0"
_SIGNS = {"RUB": "₽", "USD": "$", "EUR": "€", "KZT": "₸", "BYN": "Br"}
P = Placeholder


@dataclass(frozen=True, slots=True)
class Said(Jsonable):
    """What was said, and to whom: a phone in E.164, an e-mail address, a chat's id, "" = the portal's robot knows."""

    to: str = ""
    subject: str = ""
    body: str = ""


def compose(template: Template, facts: MessageFacts, lang: str, now: datetime, zone: tzinfo, to: str = "") -> Said:
    """Days are those of the client's own clock (`zone`)."""
    values = values_of(facts, lang, now, zone)
    return Said(to, render(template.subject, values), render(template.body, values))


def values_of(facts: MessageFacts, lang: str, now: datetime, zone: tzinfo) -> Mapping[Placeholder, str]:
    """What stands for each placeholder; "" = nothing is known."""
    point = facts.point
    last = (facts.keep_until - timedelta(seconds=1)).astimezone(zone).date() if facts.keep_until else None
    left = (last - now.astimezone(zone).date()).days if last is not None else 0
    return {
        P.NAME: facts.name,
        P.ORDER: facts.order,
        P.NUMBER: facts.number,
        P.CARRIER: facts.carrier,
        P.LINK: facts.link,
        P.STOP: facts.stop_link,
        P.SHOP: facts.brand.name,
        P.SHOP_PHONE: _phone(facts.brand.phone),
        P.POINT: point.name or point.code if point is not None else "",
        P.ADDRESS: point.address if point is not None else facts.address,
        P.HOURS: point.hours if point is not None else "",
        P.UNTIL: _day(last, lang, now, zone),
        P.DAYS: format_unit(left, "duration-day", locale=lang).replace(" ", NBSP) if left > 0 else "",
        P.CODE: facts.code,
        P.COD: _money(facts.cod, lang),
        P.PROMISED: _day(facts.promised, lang, now, zone),
        P.EXPECTED: _day(facts.expected, lang, now, zone),
        P.REASON: facts.reason,
        P.RETURN: facts.return_number,
        P.RETURN_LINK: facts.return_link,
        P.OWED: _money(facts.owed, lang),
    }


def _day(day: date | None, lang: str, now: datetime, zone: tzinfo) -> str:
    """`12 ноября`: a message is read later, so that "tomorrow" would be wrong; the year only when it is another."""
    if day is None:
        return ""
    pattern = "d MMMM" if day.year == now.astimezone(zone).year else "d MMMM y"
    return format_date(day, pattern, locale=lang).replace(" ", NBSP)


def _money(money: Money | None, lang: str) -> str:
    if money is None or not money.minor:
        return ""
    digits = DIGITS.get(money.currency, 2)
    whole = money.minor % 10**digits == 0
    pattern = "#,##0" if whole or not digits else "#,##0." + "0" * digits
    number = format_decimal(money.amount, pattern, locale=lang).replace(" ", NBSP)
    sign = _SIGNS.get(money.currency) or get_currency_symbol(money.currency, locale=lang)
    return f"{number}{NBSP}{sign}" if lang == "ru" else f"{sign}{number}"


def _phone(e164: str) -> str:
    """`+7 900 000-14-62`; of other countries as it is."""
    digits = e164.removeprefix("+")
    if not (e164.startswith("+7") and digits.isdigit() and len(digits) == 11):
        return e164
    return f"+7{NBSP}{digits[1:4]}{NBSP}{digits[4:7]}-{digits[7:9]}-{digits[9:]}"
