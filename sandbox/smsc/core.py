"""The emulated SMSC's memory: accounts, messages and how they move, what is posted to handlers."""

from __future__ import annotations

import hashlib
import zlib
from collections import deque
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, ClassVar
from urllib.parse import urlencode

from sandbox.kernel.carrier import Carrier, Step
from sandbox.kernel.numbers import Numbers
from sandbox.kernel.push import Push, Result
from sandbox.kernel.system import Context

from .errors import SIGN_IN, Refused
from .model import Account, Text, first_day
from .switches import SmscSwitches

#: What becomes of a message, by its last status (§4).
NAMES = {
    -3: "Сообщение не найдено", -2: "Остановлено", -1: "Ожидает отправки", 0: "Передано оператору", 1: "Доставлено",
    2: "Прочитано", 3: "Просрочено", 4: "Нажата ссылка", 20: "Невозможно доставить", 22: "Неверный номер",
    23: "Запрещено", 24: "Недостаточно средств", 25: "Недоступный номер",
}  # fmt: skip
OVER = frozenset({1, 2, 3, 4, 20, 22, 23, 24, 25})
ROUTES: Mapping[str, tuple[Step, ...]] = {
    "delivered": ({"code": 0, "wait": 0.0}, {"code": 1}),
    "read": ({"code": 0, "wait": 0.0}, {"code": 1}, {"code": 2}),
    "undelivered": ({"code": 0, "wait": 0.0}, {"code": 20, "err": 6}),
    "expired": ({"code": 0, "wait": 0.0}, {"code": 3, "err": 6}),
    "wrong_number": ({"code": 22, "err": 1},),
    "stay": ({"code": 0, "wait": 0.0},),
    "unknown_code": ({"code": 0, "wait": 0.0}, {"code": 77}),
}
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Smsc(Carrier[Text]):
    """State of all accounts, guarded by ``lock``."""

    code: ClassVar[str] = "smsc"
    routes: ClassVar[Mapping[str, Any]] = ROUTES
    fixed: ClassVar[frozenset[str]] = frozenset({"base_url"})
    switches: SmscSwitches

    def __init__(self, context: Context) -> None:
        self.base_url = ""
        super().__init__(context, SmscSwitches)

    def clear(self) -> None:
        self.accounts = first_day()
        self.messages: list[Text] = []
        self.calls: dict[str, deque[float]] = {}
        self.last_said: dict[str, float] = {}
        self._ids = Numbers(1)

    # --- accounts ---------------------------------------------------------------------------------------------------

    def account(self, form: Mapping[str, str]) -> Account:
        """By a key, or by login and password. Raises Refused."""
        for account in self.accounts:
            key, login = form.get("apikey"), form.get("login")
            if key and key == account.key:
                return account
            if not key and login == account.login and form.get("psw") == account.password:
                return account
        raise Refused(SIGN_IN)

    def named(self, login: str) -> Account:
        """Raises LookupError."""
        found = next((account for account in self.accounts if account.login == login), None)
        if found is None:
            raise LookupError(f"no such account: {login}")
        return found

    def often(self, key: str, most: int, seconds: float = 60.0) -> bool:
        """Counts a call; whether there were more than ``most`` of it of late."""
        row, now = self.calls.setdefault(key, deque()), self.clock.time()
        while row and not now - seconds < row[0] <= now:
            row.popleft()
        row.append(now)
        return len(row) > most

    # --- messages ---------------------------------------------------------------------------------------------------

    def next_id(self) -> int:
        return next(self._ids)

    def add(self, message: Text) -> None:
        message.changed = message.created
        self.messages.append(message)
        self.note(
            "sms.accepted", str(message.id), login=message.login, phone=message.phone, text=message.text,
            sender=message.sender, parts=message.parts,
        )  # fmt: skip
        self.begin_walk(message)

    def last(self, login: str, number: int, phone: str) -> Text | None:
        """Of several messages of one id to one phone the last (§3)."""
        mine = [each for each in self.messages if (each.login, each.id, each.phone) == (login, number, phone)]
        return mine[-1] if mine else None

    def find(self, key: str) -> Text | None:
        return next((each for each in reversed(self.messages) if key in (str(each.id), each.key)), None)

    def all_orders(self) -> Iterable[Text]:
        return list(self.messages)

    def facts(self, order: Text) -> Mapping[str, str]:
        return {"number": str(order.id), "phone": order.phone, "comment": order.text, "recipient": "", "point": ""}

    def move(self, order: Text, step: Step) -> None:
        """``{"code": status, "err"?}``. Steps of an older walk do nothing."""
        if step.get("walk", order.walk) != order.walk:
            return
        if not isinstance(step.get("code"), int) or isinstance(step.get("code"), bool):
            raise ValueError("code: the number of a status is needed")  # noqa: TRY004  (answered as HTTP 400)
        order.status, order.err, order.changed = int(step["code"]), int(step.get("err", 0)), self.time()
        order.history.append(order.status)
        self.note("sms.status", str(order.id), status=order.status, err=order.err)
        self._post(order, 1)

    def walk(self, order: Text, route: str | None = None) -> None:
        """A new walk replaces the one before."""
        order.walk += 1
        self._step(order, [dict(step, walk=order.walk) for step in self.steps_of(route or self.route_of(order))])

    def route_of(self, order: Text) -> str:  # noqa: ARG002 - the carrier's shape
        return "delivered"

    def is_over(self, order: Text) -> bool:
        return order.status in OVER - {1}

    def summary(self, order: Text) -> Mapping[str, Any]:
        return {
            "id": order.id, "login": order.login, "phone": order.phone, "status": order.status, "err": order.err,
            "sender": order.sender, "parts": order.parts, "history": list(order.history),
        }  # fmt: skip

    def detail(self, order: Text) -> Mapping[str, Any]:
        return {**self.summary(order), "text": order.text}

    # --- handlers ---------------------------------------------------------------------------------------------------

    def _post(self, order: Text, attempt: int) -> None:
        """§6: a status is posted to the address of the cabinet, signed three ways with the account's password."""
        account = self.named(order.login)
        if not account.handler:
            return
        local = self.now()
        signed = f"{order.id}:{order.phone}:{order.status}:{account.password}".encode()
        form = {
            "id": order.id, "phone": order.phone, "status": order.status, "time": f"{local:%d.%m.%Y %H:%M:%S}",
            "ts": int(order.changed), "err": order.err, "cnt": order.parts, "type": 0, "sender": order.sender,
            "md5": hashlib.md5(signed, usedforsecurity=False).hexdigest(),
            "sha1": hashlib.sha1(signed, usedforsecurity=False).hexdigest(), "crc32": zlib.crc32(signed),
        }  # fmt: skip

        def done(result: Result) -> None:
            self.note("webhook.sent", str(order.id), status=order.status, answer=result.status, error=result.error)
            if not result.ok and attempt < self.switches.handler_tries:
                with self.lock:
                    self.after(self.switches.handler_pause, partial(self._post, order, attempt + 1))

        self.pusher.send(Push(account.handler, urlencode(form).encode(), _FORM, done=done))
