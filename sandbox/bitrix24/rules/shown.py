"""How an item looks in the answers of ``crm.item.*``: typed values in camelCase (crm §1.2, §2.1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sandbox.bitrix24.oauth.tokens import Token
from sandbox.bitrix24.rest.files import file_value
from sandbox.bitrix24.state.fields import EMAIL_ALIASES, PHONE_ALIASES
from sandbox.bitrix24.state.portal import Portal
from sandbox.bitrix24.state.table import Row


class Shower:
    """Shows items of one type to one token; built once for a list."""

    def __init__(self, portal: Portal, entity_type_id: int, token: Token | None, *, original: bool = False) -> None:
        self._portal = portal
        self._token = token
        self._entity_type_id = entity_type_id
        entity = portal.crm.uf_entity(entity_type_id)
        fields = portal.crm.userfields
        self._names = {} if original else fields.names(entity)[1]
        self._user = fields.of(entity)

    def whole(self, item: Row, *, multifields: bool = True) -> Row:
        """Everything, as ``crm.item.get`` and ``select ["*"]`` show it."""
        out: Row = {}
        for name, value in item.items():
            if name not in self._user and not name.startswith(("UF_", "_")):
                out[name] = value
        for name in self._user:
            out[self._names.get(name, name)] = self._user_value(name, item.get(name))
        out["entityTypeId"] = self._entity_type_id
        if "fm" in item:
            out |= _aliases(item["fm"])
            if not multifields:
                out.pop("fm")
        return out

    def some(self, item: Row, select: Sequence[str]) -> Row:
        """The selected fields; names nobody knows are dropped, ``fm`` comes with ``*`` only (crm §1.3)."""
        if "*" in select:
            return self.whole(item)
        user = any(name.lower() in ("uf*", "uf_*") for name in select)
        everything = self.whole(item, multifields=False)
        wanted = {self._names.get(name, name) for name in self._user} if user else set()
        return {name: value for name, value in everything.items() if name in select or name in wanted}

    def _user_value(self, name: str, value: Any) -> Any:
        field = self._user[name]
        if field.kind == "file":
            if isinstance(value, list):
                return [file_value(self._portal, number, self._token) for number in value]
            return file_value(self._portal, value, self._token) if value else None
        if value is None:
            return [] if field.multiple else ("N" if field.kind == "boolean" else None)
        return value


def _aliases(rows: list[Row]) -> Row:
    phones = [row for row in rows if row["typeId"] == "PHONE"]
    emails = [row for row in rows if row["typeId"] == "EMAIL"]
    out: Row = {
        "hasPhone": "Y" if phones else "N",
        "hasEmail": "Y" if emails else "N",
        "phone": phones[0]["value"] if phones else "",
        "email": emails[0]["value"] if emails else "",
    }
    for alias, kind in PHONE_ALIASES.items():
        out[alias] = _first(phones, kind)
    for alias, kind in EMAIL_ALIASES.items():
        out[alias] = _first(emails, kind)
    return out


def _first(rows: list[Row], kind: str) -> str:
    return next((str(row["value"]) for row in rows if row["valueType"] == kind), "")
