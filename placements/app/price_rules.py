"""What the client pays for a delivery: the rule, and what it makes of a price. A card of the section "Fields"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from flask import Blueprint, Response, request

from b24app.flows.pricing import KEY, ClientPrice, PriceRules, Rounding
from b24app.frames.formats import Formats
from b24app.logistics.money import DIGITS, Money
from b24app.logistics.numbers import plain, read_decimal
from b24app.store import audit as audit_store
from b24app.store import portal_settings, portals
from b24app.store.audit import Act
from b24app.store.engine import session_scope
from placements.app.desk import Desk
from placements.app.saving import audit

BOX, SAID = "parts/app_price_rules.html", "parts/app_price_said.html"
CURRENCIES = ("RUB", "BYN", "KZT", "UZS", "KGS", "AMD", "AZN", "GEL", "UAH", "USD", "EUR", "CNY", "TRY")
AMOUNTS = ("plus", "step", "least", "most", "free_from")
#: A price and a worth that show what a rule does.
EXAMPLE = {"price": "486", "worth": "5000"}
_MOST = Decimal(10) ** 9
#: Percents: at most everything is taken off, at most ten times is added.
_PERCENTS = (Decimal(-100), Decimal(1000))


@dataclass(frozen=True, slots=True)
class PriceForm:
    """`values` as they are typed; `errors`: field -> key of the `price.wrong.*` words. `said` is what the rule makes of
    the example, "" = the rule has errors."""

    values: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)
    said: str = ""
    saved: bool = False


def price_form(settings: Mapping[str, Any], formats: Formats, saved: bool = False) -> PriceForm:
    rules = PriceRules.of(settings)
    values = values_of(rules, formats) | EXAMPLE
    return PriceForm(values, said=_said(rules, values, formats), saved=saved)


def values_of(rules: PriceRules, formats: Formats) -> dict[str, str]:
    """As an administrator would type them; empty = nothing."""
    amounts = {name: getattr(rules, name) for name in AMOUNTS}
    shown = {name: _typed(Money(minor, rules.currency), formats) for name, minor in amounts.items() if minor}
    zeros = {name: "0" for name in ("least", "most", "free_from") if amounts[name] == 0}
    percent = formats.typed(Decimal(rules.permille) / 10) if rules.permille else ""
    empty = dict.fromkeys(AMOUNTS, "")
    return {**empty, **zeros, **shown, "percent": percent, "rounding": rules.rounding, "currency": rules.currency}


def read(typed: Mapping[str, str]) -> tuple[PriceRules, dict[str, str]]:
    """`(the rule as far as it can be read, errors by field)`."""
    currency = typed.get("currency", "")
    errors = {} if currency in CURRENCIES else {"currency": "currency"}
    currency = currency if currency in CURRENCIES else "RUB"
    found: dict[str, int | None] = {}
    for name in AMOUNTS:
        minor, wrong = _amount(typed.get(name, ""), currency, below=name == "plus")
        found[name] = minor
        errors |= {name: wrong} if wrong else {}
    permille, wrong = _permille(typed.get("percent", ""))
    errors |= {"percent": wrong} if wrong else {}
    least, most = found["least"], found["most"]
    if least is not None and most is not None and least > most:
        errors["most"] = "bounds"
    rounding = typed.get("rounding", "")
    rules = PriceRules(
        permille=permille,
        plus=found["plus"] or 0,
        step=found["step"] or 0,
        rounding=Rounding(rounding) if rounding in set(Rounding) else Rounding.NEAREST,
        least=least,
        most=most,
        free_from=found["free_from"],
        currency=currency,
    )
    return rules, errors


def said_of(found: ClientPrice, formats: Formats) -> str:
    """`Перевозчик 486,00 ₽, клиент платит 500,00 ₽ (округлено).`"""
    quoted, price = (formats.money(each.minor, each.currency) for each in (found.quoted, found.price))
    why = ", ".join(formats.words(f"price.step.{step}") for step in found.steps)
    key = "price.said_why" if why else "price.said"
    return formats.words(key, quoted=quoted, price=price, why=why)


def routes(bp: Blueprint, desk: Desk) -> None:
    def save_prices() -> Response:
        who, now = desk.who(), desk.parts.clock.now()
        rules, errors = read(request.form)
        if errors:
            return desk.fragment(who, BOX, price=PriceForm(_as_typed(request.form), errors), currencies=CURRENCIES)
        formats = desk.formats(who)
        with session_scope(desk.parts.sessions) as session:
            before = PriceRules.of(portals.get(session, who.portal_id).settings)
            portal_settings.merge(session, who.portal_id, **{KEY: rules.to_json()})
            changes = audit_store.compared(_told(before, formats), _told(rules, formats))
            audit(session, who, Act.PRICE_RULES, now, changes=changes)
        return desk.fragment(
            who, BOX, price=price_form(desk.facts(who).settings, formats, saved=True), currencies=CURRENCIES
        )

    def try_price() -> Response:
        """What the typed rule makes of the typed example; nothing is kept."""
        who = desk.who()
        rules, errors = read(request.form)
        said = "" if errors else _said(rules, _as_typed(request.form), desk.formats(who))
        return desk.fragment(who, SAID, price=PriceForm(_as_typed(request.form), errors, said))

    bp.post("/app/price-rules")(save_prices)
    bp.post("/app/price-rules/try")(try_price)


def _told(rules: PriceRules, formats: Formats) -> dict[str, str]:
    """As the audit keeps it."""
    return {f"price_{name}": value for name, value in values_of(rules, formats).items()}


def _said(rules: PriceRules, typed: Mapping[str, str], formats: Formats) -> str:
    price, wrong = _amount(typed.get("price", ""), rules.currency)
    worth, _ = _amount(typed.get("worth", ""), rules.currency)
    if price is None or wrong:
        return ""
    goods = Money(worth, rules.currency) if worth is not None else None
    return said_of(rules.apply(Money(price, rules.currency), goods), formats)


def _amount(text: str, currency: str, below: bool = False) -> tuple[int | None, str]:
    """`(minor units, key of what is wrong)`; None = nothing was typed."""
    plainly = _plainly(text)
    if not plainly:
        return None, ""
    found = read_decimal(plainly)
    if found is None or abs(found) > _MOST or -found.as_tuple().exponent > DIGITS.get(currency, 2):  # type: ignore[operator] # it is finite
        return None, "amount"
    return (Money.of(found, currency).minor, "") if below or found >= 0 else (None, "below")


def _permille(text: str) -> tuple[int, str]:
    plainly = _plainly(text).rstrip("%")
    found = read_decimal(plainly) if plainly else Decimal(0)
    least, most = _PERCENTS
    if found is None or not least <= found <= most or found * 10 != int(found * 10):
        return 0, "percent"
    return int(found * 10), ""


def _plainly(text: str) -> str:
    return "".join(text.split()).replace("\u00a0", "").replace(",", ".").replace("−", "-")


def _typed(money: Money, formats: Formats) -> str:
    text = plain(money.amount)
    return text.replace(".", ",") if formats.lang == "ru" else text


def _as_typed(form: Mapping[str, str]) -> dict[str, str]:
    names: tuple[str, ...] = (*AMOUNTS, "percent", "rounding", "currency", *EXAMPLE)
    return {name: form.get(name, "")[:20] for name in names}
