"""Faults of the emulated DPD (contract §2): texts the contract has are theirs; the rest is plausible and marked so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

AMBIGUOUS = "Неоднозначно задан населенный пункт"
NOT_FOUND = "Данные не найдены"
NOT_YET = "Посылки еще не поступили либо дата заказа ранее подключения клиента к сервису"
PAST_PICKUP = "У заказа дата забора ранее текущей даты"
#: Not recorded (§2): ours.
WRONG_KEY = "Ошибка авторизации: неверный номер клиента или ключ"
NO_AUTH = "Ошибка авторизации: не указаны номер клиента и ключ"


class Fault(Exception):  # noqa: N818 - SOAP's own word
    """A SOAP fault. ``declared``: with a detail of the operation's fault type, which carries ``code`` and ``more``."""

    def __init__(
        self,
        text: str,
        code: str = "",
        *,
        declared: bool = True,
        client: bool = False,
        more: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    ) -> None:
        super().__init__(text)
        self.text = text
        self.code = code
        self.declared = declared
        self.client = client
        self.more = dict(more or {})


def malformed(text: str) -> Fault:
    """What the frame itself refuses, before any rule of a service: no detail."""
    return Fault(text, declared=False, client=True)


def not_emulated(operation: str) -> Fault:
    """Loud: the sandbox does not have it."""
    return Fault(f"The sandbox does not emulate {operation}: see its coverage page", declared=False)
