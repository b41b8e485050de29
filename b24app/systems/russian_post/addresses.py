"""Normalisation (russian-post.md §5): the Post's directory knows streets and houses; what is not fit for mailing is
refused before anything is sent, with what the directory made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from b24app.logistics.errors import Refused, Unavailable
from b24app.logistics.model import Address, Recipient
from b24app.logistics.ports import CheckedAddress, City
from b24app.logistics.problem import Field, Problem
from b24app.systems.kit.directory import CITIES_S, Directory
from b24app.systems.russian_post.client import Client
from b24app.systems.russian_post.vocabulary import ADDRESS, ADDRESS_PARTS, SHIPPABLE, VALIDATED, phone_is_good

Row = Mapping[str, Any]


class AddressBook:
    """Cleaned addresses and phones, kept for a day: each call counts against the account's daily number."""

    def __init__(self, client: Client, directory: Directory, now: float) -> None:
        self._client, self._directory, self._now = client, directory, now

    def clean(self, address: Address) -> Row:
        """What the directory makes of the text. Raises Unavailable, AccountProblem."""
        return self._cleaned("address", "original-address", address.text)

    def mailable(self, address: Address) -> Row:
        """Raises Refused when the rule to ship does not hold."""
        row = self.clean(address)
        if problem := problem_in(row, address):
            raise Refused([problem])
        return row

    def priced(self, address: Address) -> Row:
        """For a price its index is enough: a city alone has one."""
        row = self.clean(address)
        return row if str(row.get("index") or "").isdigit() else self.mailable(address)

    def phone(self, recipient: Recipient) -> int | None:
        """Digits as `tel-address` wants them; a Russian mobile needs nobody's help. Raises Refused."""
        digits = "".join(filter(str.isdigit, recipient.phone or ""))
        if digits.startswith("79") and len(digits) == 11:
            return int(digits)
        if not (recipient.phone or recipient.phone_raw).strip():
            return None
        row = self._cleaned("phone", "original-phone", recipient.phone or recipient.phone_raw)
        parts = "".join(str(row.get(f"phone-{part}") or "") for part in ("country-code", "city-code", "number"))
        if not phone_is_good(str(row.get("quality-code"))) or not parts.isdigit():
            code = str(row.get("quality-code") or "")
            raise Refused([Problem("phone_refused", Field.PHONE, their_code=code, their_text=code)])
        return int(parts)

    def check(self, address: Address) -> CheckedAddress:
        """Raises Unavailable, AccountProblem."""
        row = self.clean(address)
        city, postal = city_of(row), address.postal_code
        fits = postal == str(row["index"]) if postal and row.get("index") else None
        return CheckedAddress(
            city, postal_fits=fits, problem=problem_in(row, address), normal=written(row), exact=is_fit(row)
        )

    def _cleaned(self, what: str, field: str, text: str) -> Row:
        key = (f"clean/{what}", self._client.base, text)
        return self._directory.get(key, self._now, CITIES_S, lambda: self._ask(what, field, text))

    def _ask(self, what: str, field: str, text: str) -> Row:
        """Answers come in any order: by id."""
        rows = self._client.call("POST", f"1.0/clean/{what}", f"clean.{what}", json=[{"id": "1", field: text}])
        found = (
            [row for row in rows if isinstance(row, dict) and row.get("id") == "1"] if isinstance(rows, list) else []
        )
        if not found or not found[0].get("quality-code"):
            raise Unavailable(f"clean.{what}: an answer without a verdict")
        return found[0]


def is_fit(row: Row) -> bool:
    """The rule to ship (§5.1)."""
    return row.get("quality-code") in SHIPPABLE and row.get("validation-code") in VALIDATED


def problem_in(row: Row, address: Address) -> Problem | None:
    if is_fit(row):
        return None
    quality, validation = str(row.get("quality-code") or ""), str(row.get("validation-code") or "")
    code = validation if quality in SHIPPABLE or validation == "NOT_VALIDATED_HAS_AMBI" else quality
    params = {"city": next(iter(address.city_names), ""), "normal": written(row)}
    return replace(ADDRESS.problem(code, f"{quality} {validation}"), params=params)


def written(row: Row) -> str:
    """The address as they write it: `420000, Респ Татарстан, г Казань, ул Баумана, 44`."""
    parts = (str(row.get(name) or "") for name in ("index", *ADDRESS_PARTS))
    return ", ".join(dict.fromkeys(filter(None, parts)))


def city_of(row: Row) -> City | None:
    name = str(row.get("place") or "")
    return City(str(row.get("place-guid") or name), name, str(row.get("region") or "")) if name else None


def order_fields(row: Row) -> dict[str, Any]:
    """A cleaned address as an order wants it; names keep the prefix they came with."""
    fields = {f"{name}-to": str(row[name]) for name in ADDRESS_PARTS if row.get(name)}
    index = str(row.get("index") or "")
    return {
        "address-type-to": str(row.get("address-type") or "DEFAULT"),
        **({"index-to": int(index)} if index.isdigit() else {}),
        **fields,
    }
