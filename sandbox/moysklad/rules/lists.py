"""Lists: `filter`, `order`, `search`, `limit`, `offset`, `expand`, `fields` (§3)."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.moysklad.data.fields import DOCUMENTS, SHOWN, WRITTEN
from sandbox.moysklad.errors import Refused
from sandbox.moysklad.model import Base, Entity, Ref

from .reading import Reader
from .view import amount

_CONDITION = re.compile(r"(?P<name>[^=<>~!]+?)(?P<op>!=|>=|<=|~=|=~|=|>|<|~)(?P<value>.*)", re.DOTALL)
_TEXTS: Mapping[str, Callable[[str, str], bool]] = {
    "~": lambda have, want: want in have, "~=": lambda have, want: have.startswith(want),
    "=~": lambda have, want: have.endswith(want),
}  # fmt: skip
_ORDERED: Mapping[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt, "<": operator.lt, ">=": operator.ge, "<=": operator.le,
}  # fmt: skip
_OWN = ("id", "syncId", "created", "updated")
#: Fields of what is only shown here that can be filtered by.
_SHOWN_TEXTS = {
    "product": "name code externalCode article pathName barcode", "variant": "name code externalCode barcode productid",
    "bundle": "name code externalCode article pathName barcode",
    "store": "name code externalCode address pathName", "organization": "name code externalCode inn",
    "employee": "name uid", "service": "name code externalCode", "group": "name", "currency": "name code",
    "uom": "name code",
}  # fmt: skip
_MOST, _MOST_EXPANDED, _DEEPEST = 1000, 100, 3


@dataclass(frozen=True, slots=True)
class Page:
    limit: int
    offset: int
    expand: Mapping[str, Any]
    stocks: bool


def page_of(kind: str, args: Any, *, single: bool = False) -> Page:
    """Raises Refused. ``expand`` and ``fields`` are silently ignored in a list of more than 100 (§3)."""
    limit = _whole(args, "limit", _MOST, 1, _MOST)
    offset = _whole(args, "offset", 0, 0, 10**9)
    if "async" in args:
        raise Refused(61000)
    tree = _tree(kind, ",".join(args.getlist("expand")))
    names = args.getlist("fields")
    if len(names) > 1 or any("," in name for name in names):
        raise Refused(3042)
    if names and names[0] != "stock":
        raise Refused(3043, names[0], parameter="fields")
    if not single and limit > _MOST_EXPANDED:
        return Page(limit, offset, {}, stocks=False)
    return Page(limit, offset, tree, stocks=bool(names))


def _whole(args: Any, name: str, default: int, least: int, most: int) -> int:
    text = args.get(name)
    if text is None:
        return default
    if not re.fullmatch(r"\d{1,9}", text) or not least <= int(text) <= most:
        raise Refused(1084, name, text, f"{least}..{most}", parameter=name)
    return int(text)


def _tree(kind: str, text: str) -> Mapping[str, Any]:
    tree: dict[str, Any] = {}
    known = _expandable(kind)
    for path in filter(None, (each.strip() for each in text.split(","))):
        parts = path.split(".")
        if len(parts) > _DEEPEST or parts[0] not in known:
            raise Refused(1089, path, parameter="expand")
        place = tree
        for part in parts:
            place = place.setdefault(part, {})
    return tree


def _expandable(kind: str) -> set[str]:
    if kind.endswith("position"):
        return {"assortment"}
    fields = {name for name, field in WRITTEN.get(kind, {}).items() if field.kind in ("ref", "positions")}
    return fields | {"demands", "returns", "losses", "product", "uom", "owner", "group", "assortment"}


class Filter:
    """The conditions of ``filter`` on one type's objects. Raises Refused for what cannot be asked."""

    def __init__(self, reader: Reader, kind: str, text: str) -> None:
        self.reader, self.kind = reader, kind
        self.conditions: dict[str, list[tuple[str, str]]] = {}
        for part in re.split(r"(?<!\\);", text):
            if not part:
                continue
            found = _CONDITION.fullmatch(part.replace("\\;", ";"))
            if found is None:
                raise Refused(1034, f"неверное условие '{part}'", parameter="filter")
            name, rows = found["name"], self.conditions.setdefault(found["name"], [])
            if self._type(name) is None:
                raise Refused(1034, f"неизвестное поле '{name}'", parameter=name)
            # Of several inequalities of one kind on one field only the first counts.
            if found["op"] not in _ORDERED or all(op != found["op"] for op, _ in rows):
                rows.append((found["op"], found["value"]))
            ops = {op for op, _ in rows}
            if "=" in ops and ops & set(_ORDERED):
                raise Refused(1034, f"равенство и неравенство по полю '{name}'", parameter=name)

    def _type(self, name: str) -> str | None:
        if name.startswith("http"):
            return "attribute"
        if name in ("created", "updated", "moment", "deliveryPlannedMoment"):
            return "time"
        if name in ("isDeleted", "archived", "applicable", "printed", "published"):
            return "bool"
        if name == "state.name" or name in _OWN or name in _SHOWN_TEXTS.get(self.kind, "").split():
            return "text"
        if name == "sum":
            return "number" if self.kind in DOCUMENTS else None
        field = WRITTEN.get(self.kind, {}).get(name)
        kinds = {"ref": "ref", "number": "number", "int": "number", "text": "text", "enum": "text", "uuid": "text"}
        return kinds.get(field.kind) if field is not None else None

    def __call__(self, entity: Entity) -> bool:
        deleted = self.conditions.get("isDeleted")
        if deleted is None and entity.deleted is not None:
            return False
        if "archived" not in self.conditions and entity.get("archived"):
            return False
        return all(self._fits(entity, name, rows) for name, rows in self.conditions.items())

    def _fits(self, entity: Entity, name: str, rows: list[tuple[str, str]]) -> bool:
        equal = [value for op, value in rows if op == "="]
        if equal and not any(self._test(entity, name, "=", value) for value in equal):
            return False
        return all(self._test(entity, name, op, value) for op, value in rows if op != "=")

    def _test(self, entity: Entity, name: str, op: str, value: str) -> bool:
        have = self._have(entity, name)
        if value == "":
            return (have in (None, "", False)) is (op == "=")
        want = self._want(name, value)
        if op in ("=", "!="):
            return (have == want) is (op == "=")
        if have is None:
            return False
        if op in _TEXTS:
            return isinstance(have, str) and _TEXTS[op](have, value)
        return _ORDERED[op](have, want)

    def _have(self, entity: Entity, name: str) -> Any:
        if name == "state.name":
            state = self.reader.base.of(f"{entity.type}.states").get(entity.ref("state"))
            return state.name if state else None
        if name.startswith("http"):
            return (entity.get("attributes") or {}).get(name.rpartition("/")[2])
        own = {"id": entity.id, "created": entity.created, "updated": entity.updated,
               "isDeleted": entity.deleted is not None}  # fmt: skip
        if name in own:
            return own[name]
        if name == "sum":
            return sum(map(amount, entity.positions))
        if name == "productid":
            return entity.ref("product")
        if name in ("archived", "printed", "published"):
            return bool(entity.get(name))
        found = entity.get(name)
        return found.id if isinstance(found, Ref) else found

    def _want(self, name: str, value: str) -> Any:
        from sandbox.moysklad.core import read_time

        kind = self._type(name)
        if kind == "time":
            moment = read_time(value)
            if moment is None:
                raise Refused(1035, parameter=name)
            return moment
        if kind == "bool":
            if value not in ("true", "false"):
                raise Refused(1014, name, value, parameter=name)
            return value == "true"
        if kind == "number":
            try:
                return float(value)
            except ValueError:
                raise Refused(1014, name, value, parameter=name) from None
        if kind == "ref":
            # A reference is filtered by its link.
            if not value.startswith(self.reader.hosts):
                raise Refused(1014, name, value, parameter=name)
            return value.partition("?")[0].rpartition("/")[2]
        return value.lower() if name in ("id", "syncId") else value


def ordered(kind: str, rows: list[Entity], text: str) -> list[Entity]:
    """By ``order=moment,desc;name``. Raises Refused."""
    for part in reversed([part for part in text.split(";") if part]):
        name, _, way = part.partition(",")
        if name not in (
            *_OWN,
            "name",
            "moment",
            "code",
            "externalCode",
            "article",
            "deliveryPlannedMoment",
            "applicable",
        ):
            raise Refused(1063, name, parameter=name)
        if way not in ("", "asc", "desc"):
            raise Refused(1084, "order", way, "asc, desc", parameter="order")

        def key(entity: Entity, name: str = name) -> Any:
            return getattr(entity, name) if name in ("id", "created", "updated") else entity.get(name) or ""

        rows = sorted(rows, key=key, reverse=way == "desc")
    del kind
    return rows


def searched(base: Base, rows: list[Entity], text: str) -> list[Entity]:
    """``search``: any word of the number, the description, the agent, the article."""
    wanted = text.lower()

    def words(entity: Entity) -> str:
        agent = base.of("counterparty").get(entity.ref("agent"))
        named = [
            entity.get(name) for name in ("name", "description", "article", "code", "phone", "email", "externalCode")
        ]
        return " ".join(map(str, [*filter(None, named), agent.name if agent else ""])).lower()

    return [row for row in rows if wanted in words(row)]


def is_listed(kind: str) -> bool:
    return kind in WRITTEN or kind in SHOWN
