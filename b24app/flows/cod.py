"""Money: cash on delivery from a mapped field or unpaid payments or none, never guessed; and the declared value."""

from __future__ import annotations

import re
from typing import Any

from b24app.flows.recipient import as_text
from b24app.flows.snapshot import CodSource, DealSnapshot, DeclaredSource, PipelineConfig, Role
from b24app.logistics.money import Money
from b24app.logistics.numbers import read_decimal
from b24app.logistics.problem import Field, Problem, Who

_NOISE = re.compile(r"(?:руб(?:лей|ля|\.)?|р\.|₽|rub|\s|\xa0|\u202f)", re.IGNORECASE)


def build_cod(deal: DealSnapshot, pipeline: PipelineConfig) -> tuple[Money | None, list[Problem]]:
    """What to collect; None = nothing. A field that cannot be read and payments that were not read are Problems."""
    if pipeline.cod_source is CodSource.FIELD:
        return _of_field(deal, Role.COD, Field.COD, "cod_invalid")
    if pipeline.cod_source is CodSource.UNPAID:
        return _unpaid(deal)
    return None, []


def build_declared(deal: DealSnapshot, pipeline: PipelineConfig) -> tuple[Money | None, list[Problem]]:
    """The declared value; None = what the goods cost."""
    if pipeline.declared_source is DeclaredSource.FIELD:
        return _of_field(deal, Role.DECLARED, Field.DECLARED, "declared_invalid")
    if pipeline.declared_source is DeclaredSource.ZERO:
        return Money(0, deal.currency), []
    return None, []


def _of_field(deal: DealSnapshot, role: Role, where: Field, code: str) -> tuple[Money | None, list[Problem]]:
    raw = deal.fields.get(role)
    if not as_text(raw):
        return None, []
    money = read_money(raw, deal.currency)
    if money is None or money.minor < 0 or money.currency != deal.currency:
        return None, [Problem(code, where, params={"value": as_text(raw)})]
    return (money if role is Role.DECLARED else money or None), []


def _unpaid(deal: DealSnapshot) -> tuple[Money | None, list[Problem]]:
    if deal.payments is None:
        return None, [Problem("cod_unknown", Field.COD, Who.ADMIN)]
    unpaid = [payment.amount for payment in deal.payments if not payment.paid]
    if any(amount.currency != deal.currency for amount in unpaid):
        return None, [Problem("cod_currency", Field.COD, params={"currency": deal.currency})]
    return Money(sum(amount.minor for amount in unpaid), deal.currency) or None, []


def read_money(value: Any, currency: str) -> Money | None:
    """A money field (`1500.00|RUB`), a number or a text such as `1 500,50 руб.`; None when it is not an amount."""
    number, _, stated = as_text(value).partition("|")
    amount = read_decimal(_NOISE.sub("", number).replace(",", "."))
    return None if amount is None else Money.of(amount, stated.strip() or currency)
