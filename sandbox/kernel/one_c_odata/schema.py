"""What an infobase consists of: catalogs, documents with tabular sections, registers. Attributes are written in one
line, ``"НомерКИС:s Организация_Key:>Catalog_Организации Количество:n"``: s string, n number, i whole number, d date,
b boolean, g a reference to nothing known, >X a reference to X; a ``!`` behind the name: posting refuses it empty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

EMPTY = "00000000-0000-0000-0000-000000000000"
NO_DATE = "0001-01-01T00:00:00"

_KINDS = {"s": "string", "n": "number", "i": "int", "d": "date", "b": "bool", "g": "guid"}
EDM = {
    "string": "Edm.String", "number": "Edm.Double", "int": "Edm.Int64", "date": "Edm.DateTime",
    "bool": "Edm.Boolean", "guid": "Edm.Guid",
}  # fmt: skip
_ZERO: Mapping[str, Any] = {"string": "", "number": 0, "int": "0", "date": NO_DATE, "bool": False, "guid": EMPTY}


@dataclass(frozen=True, slots=True)
class Prop:
    """One property; ``ref`` is the entity set that a reference points to."""

    name: str
    kind: str
    ref: str = ""
    needed: bool = False

    @property
    def empty(self) -> Any:
        return _ZERO[self.kind]

    @property
    def navigation(self) -> str:
        """`Организация_Key` is expanded by the name `Организация`; "" = it leads nowhere."""
        return self.name.removesuffix("_Key") if self.ref and self.name.endswith("_Key") else ""


Props = Mapping[str, Prop]


@dataclass(frozen=True, slots=True)
class Entity:
    """One entity set. ``kind``: catalog, document, information, accumulation. ``own`` are the platform's properties,
    which a client does not set."""

    name: str
    kind: str
    props: Props
    keys: tuple[str, ...]
    own: frozenset[str] = frozenset()
    sections: Mapping[str, Props] = field(default_factory=dict)
    resources: tuple[str, ...] = ()
    periodic: bool = False

    @property
    def is_object(self) -> bool:
        return self.kind in ("catalog", "document")


def _props(line: str) -> dict[str, Prop]:
    found = {}
    for word in line.split():
        name, _, kind = word.partition(":")
        needed = name.endswith("!")
        name = name.rstrip("!")
        ref = kind[1:] if kind.startswith(">") else ""
        found[name] = Prop(name, "guid" if ref else _KINDS[kind], ref, needed)
    return found


_OWN = frozenset({"DataVersion", "Posted", "Predefined", "PredefinedDataName"})


def catalog(name: str, line: str = "") -> Entity:
    """``Catalog_<name>``."""
    whole = "Ref_Key:g DataVersion:s DeletionMark:b Code:s Description:s Predefined:b PredefinedDataName:s "
    return Entity(f"Catalog_{name}", "catalog", _props(whole + line), ("Ref_Key",), _OWN)


def document(name: str, line: str, sections: Mapping[str, str] | None = None) -> Entity:
    """``Document_<name>``; ``sections``: tabular section -> its attributes."""
    whole = "Ref_Key:g DataVersion:s DeletionMark:b Number:s Date:d Posted:b "
    parts = {title: _props("LineNumber:i " + row) for title, row in (sections or {}).items()}
    return Entity(f"Document_{name}", "document", _props(whole + line), ("Ref_Key",), _OWN, parts)


def information_register(name: str, dimensions: str, resources: str, *, periodic: bool = False) -> Entity:
    """An independent ``InformationRegister_<name>``: a record's key is its dimensions (and `Period`)."""
    keys = tuple(_props(dimensions)) + (("Period",) if periodic else ())
    whole = ("Period:d " if periodic else "") + dimensions + " " + resources
    found = tuple(_props(resources))
    return Entity(f"InformationRegister_{name}", "information", _props(whole), keys, resources=found, periodic=periodic)


def accumulation_register(name: str, dimensions: str, resources: str) -> Entity:
    """``AccumulationRegister_<name>``: only its virtual tables are read here (`Base.tables`)."""
    found = tuple(_props(resources))
    return Entity(
        f"AccumulationRegister_{name}", "accumulation", _props(f"{dimensions} {resources}"), (), resources=found
    )
