"""What the scripts of the API do. Each takes the account and the form, and answers a document or raises Refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from .core import NAMES, Smsc
from .errors import (
    BAD_PHONE,
    FORBIDDEN,
    NO_MONEY,
    PARAMETERS,
    TOO_OFTEN,
    UNREACHABLE,
    Refused,
)
from .model import Account, Text

#: Every time of the API is Moscow's.
MOSCOW = timezone(timedelta(hours=3))
MOST_TEXT, MOST_ID = 1000, 2**31 - 1
#: Of a Russian mobile; other countries' by a plus.
_PHONE = re.compile(r"(?:\+?7|8)(9\d{9})|\+([1-68-9]\d{6,14})")
_GSM = re.compile(r"[A-Za-z0-9 \r\n@£$¥!\"#¤%&'()*+,\-./:;<=>?_§|^{}\[\]~\\€]*")
#: Numbers that an operator does not serve.
UNSERVED = "79990000"

Form = Mapping[str, str]


def send(smsc: Smsc, account: Account, form: Form) -> Any:
    """§3: one message to one phone; lists, other kinds than text and times are refused loudly."""
    _only(form, "phones", "mes", "id", "sender", "cost", "translit")
    text, number = form.get("mes", ""), _id(form)
    if not form.get("phones") or not text or len(text) > MOST_TEXT or form.get("cost", "0") not in "0123":
        raise Refused(PARAMETERS)
    if "," in form["phones"] or ";" in form["phones"]:
        raise Refused(PARAMETERS, "the sandbox takes one phone a request")
    phone = _phone(form["phones"])
    parts = _parts(text)
    cost = parts * smsc.switches.price
    if form.get("cost") == "1":
        return {"cost": _sum(cost), "cnt": parts}
    number = number or smsc.next_id()
    if phone is None:
        raise Refused(BAD_PHONE, message=number)
    wanted = smsc.override_for({"number": str(number), "phone": phone, "comment": text}, "errors")
    if wanted is not None:
        raise Refused(int(wanted.errors[0]), message=number)
    _once(smsc, account, phone, text)
    sender = form.get("sender", "") or account.senders[0]
    if sender not in account.senders:
        raise Refused(FORBIDDEN, message=number)
    if account.kopecks + account.credit < cost:
        raise Refused(NO_MONEY, message=number)
    if phone.startswith(UNSERVED):
        raise Refused(UNREACHABLE, message=number)
    account.kopecks -= cost
    smsc.add(Text(account.login, number, phone, text, sender, parts, cost, smsc.time()))
    found: dict[str, Any] = {"id": number, "cnt": parts}
    if form.get("cost") in ("2", "3"):
        found["cost"] = _sum(cost)
    if form.get("cost") == "3":
        found["balance"] = _sum(account.kopecks)
    return _as_told(smsc, found)


def _once(smsc: Smsc, account: Account, phone: str, text: str) -> None:
    """§5, error 9: the same request again within a minute."""
    key, now = f"{account.login}\n{phone}\n{text}", smsc.clock.time()
    before = smsc.last_said.get(key)
    if before is not None and 0 <= now - before < smsc.switches.twice_seconds:
        raise Refused(TOO_OFTEN)
    smsc.last_said[key] = now


def status(smsc: Smsc, account: Account, form: Form) -> Any:
    """§4: one message by its id and phone."""
    _only(form, "id", "phone", "all")
    number, phone = _id(form), _phone(form.get("phone", ""))
    if not number or phone is None or form.get("all", "0") not in ("0", "1", "2"):
        raise Refused(PARAMETERS)
    if smsc.often(f"status\n{account.login}\n{number}\n{phone}", smsc.switches.status_a_minute):
        raise Refused(TOO_OFTEN)
    found = smsc.last(account.login, number, phone)
    if found is None or smsc.clock.time() - found.created < smsc.switches.shown_after:
        return _as_told(smsc, {"status": -3, "last_date": "", "last_timestamp": 0, "flag": 0, "err": 0})
    told: dict[str, Any] = {
        "status": found.status, "last_date": _date(found.changed), "last_timestamp": int(found.changed),
        "flag": 0, "err": found.err,
    }  # fmt: skip
    if form.get("all", "0") != "0":
        told |= {
            "send_date": _date(found.created), "send_timestamp": int(found.created), "phone": found.phone,
            "cost": _sum(found.kopecks), "sender_id": found.sender, "status_name": NAMES.get(found.status, "?"),
            "message": found.text, "comment": "", "type": 0,
        }  # fmt: skip
    return _as_told(smsc, told)


def balance(smsc: Smsc, account: Account, form: Form) -> Any:
    _only(form, "cur")
    if smsc.often(f"balance\n{account.login}", smsc.switches.balance_a_minute):
        raise Refused(TOO_OFTEN)
    found: dict[str, Any] = {"balance": _sum(account.kopecks)}
    if form.get("cur") == "1":
        found |= {"currency": "RUR"} | ({"credit": _sum(account.credit)} if account.credit else {})
    return found


def senders(smsc: Smsc, account: Account, form: Form) -> Any:  # noqa: ARG001 - as the others
    _only(form, "get")
    if form.get("get") != "1":
        raise Refused(PARAMETERS)
    return [{"sender": name, "cmt": ""} for name in account.senders]


SCRIPTS: Mapping[str, Callable[[Smsc, Account, Form], Any]] = {
    "send": send,
    "status": status,
    "balance": balance,
    "senders": senders,
}


def _only(form: Form, *known: str) -> None:
    """Stricter than they are: what nobody wrote down is a mistake of the caller's."""
    if strange := sorted(set(form) - {*known, "login", "psw", "apikey", "fmt", "charset"}):
        raise Refused(PARAMETERS, f"unknown parameters: {', '.join(strange)}")


def _id(form: Form) -> int:
    """0 = none was given."""
    text = form.get("id", "")
    if not text:
        return 0
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text) <= MOST_ID:
        raise Refused(PARAMETERS)
    return int(text)


def _phone(text: str) -> str | None:
    """Digits with the country; without a plus a Russian one is put right (§3)."""
    match = _PHONE.fullmatch(re.sub(r"[\s()-]", "", text))
    if match is None:
        return None
    return f"7{match[1]}" if match[1] else match[2]


def _parts(text: str) -> int:
    """§3: 160 Latin or 70 other letters; of a longer text 153 or 67 a part."""
    one, many = (160, 153) if _GSM.fullmatch(text) else (70, 67)
    return 1 if len(text) <= one else -(-len(text) // many)


def _sum(kopecks: int) -> str:
    whole, rest = divmod(abs(kopecks), 100)
    return f"{'-' if kopecks < 0 else ''}{whole}.{rest:02d}"


def _date(moment: float) -> str:
    return f"{datetime.fromtimestamp(moment, MOSCOW):%d.%m.%Y %H:%M:%S}"


def _as_told(smsc: Smsc, told: dict[str, Any]) -> dict[str, Any]:
    return {name: str(value) for name, value in told.items()} if smsc.switches.as_text else told
