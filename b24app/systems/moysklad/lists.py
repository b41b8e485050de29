"""What an administrator chooses from, and the account's own states and fields (moysklad.md §5.6, 5.7): asked rarely,
kept for some minutes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from b24app.logistics.errors import AccountProblem, Refused
from b24app.logistics.picking import PACKED
from b24app.logistics.status import Status
from b24app.logistics.warehouse import Option, Warehouse
from b24app.systems.kit.directory import UNKNOWN, Directory
from b24app.systems.moysklad.client import Client
from b24app.systems.moysklad.vocabulary import (
    BLOCKED,
    FIELD_GONE,
    FIELD_TYPES,
    NO_RIGHT_FOR_FIELDS,
    Row,
    id_of,
    meaning_of,
    rows_in,
)
from b24app.systems.plugin import OpenContext

T = TypeVar("T")

KEPT_S = 600.0
ORDER, DEMAND, RETURN = "customerorder", "demand", "salesreturn"
#: Settings of kind `map` -> whose states they are about.
MAPS = {"order_states": ORDER, "demand_states": DEMAND}
_ENTITIES = {"organization": "organization", "store": "store", "returns_store": "store"}


@dataclass(frozen=True, slots=True)
class State:
    id: str
    name: str
    type: str

    @classmethod
    def of(cls, row: Any) -> State | None:
        """Of an expanded state; None when there is none."""
        if not isinstance(row, Mapping) or not row.get("name"):
            return None
        return cls(str(row.get("id") or id_of(row)), str(row["name"]), str(row.get("stateType") or ""))


class Meant:
    """What states mean to us: as the administrator chose, else by their names."""

    def __init__(self, context: OpenContext) -> None:
        self._chosen = {kind: context.mapping(name) for name, kind in MAPS.items()}

    def of(self, kind: str, state: State) -> str:
        """A `Status`, `packed`, `blocked`, or `unknown`."""
        chosen, by_name = self._chosen.get(kind, {}), meaning_of(state.name, state.type)
        if chosen:
            return chosen.get(state.id) or (BLOCKED if by_name == BLOCKED else Status.UNKNOWN)
        return by_name or Status.UNKNOWN


class Book:
    """The account's lists, shared by what opens connections to it."""

    def __init__(self, client: Client, directory: Directory, context: OpenContext) -> None:
        self._client, self._directory, self._context = client, directory, context
        self.meant = Meant(context)

    @property
    def _now(self) -> float:
        return float(self._context.clock.now().timestamp())

    def _kept(self, *key: str, load: Callable[[], T]) -> T:
        return self._directory.get((self._client.account, *key), self._now, KEPT_S, load)

    def options(self, name: str) -> list[Option]:
        """Of a setting whose kind is `remote` or `map`; always asked anew."""
        if name in MAPS:
            return [_option(state) for state in self._states(MAPS[name])]
        if name == "boxes_field":
            rows = self._client.pages(f"entity/{DEMAND}/metadata/attributes", "lists.fields")
            return [
                Option(str(row.get("name")), str(row.get("name")))
                for row in rows
                if row.get("type") in ("string", "text")
            ]
        if name not in _ENTITIES:
            return []
        rows = self._client.pages(f"entity/{_ENTITIES[name]}", f"lists.{_ENTITIES[name]}")
        return [Option(str(row["id"]), str(row.get("name") or row["id"])) for row in rows if row.get("id")]

    def warehouses(self) -> list[Warehouse]:
        def load() -> list[Warehouse]:
            rows = self._client.pages("entity/store", "lists.store")
            return [Warehouse(str(row["id"]), str(row.get("name") or ""), str(row.get("address") or ""))
                    for row in rows if row.get("id")]  # fmt: skip

        return self._kept("stores", load=load)

    # --- states ---------------------------------------------------------------------------------------------------

    def _states(self, kind: str) -> list[State]:
        data = self._client.ask("GET", f"entity/{kind}/metadata", "lists.metadata")
        rows = rows_in(data.get("states")) if isinstance(data, Mapping) else []
        return [state for row in rows if (state := State.of(row)) is not None]

    def state_for(self, kind: str, meaning: str) -> str:
        """The id of the first state that means this, "" when none does."""
        states = self._kept("states", kind, load=lambda: self._states(kind))
        return next((state.id for state in states if self.meant.of(kind, state) == meaning), "")

    # --- custom fields --------------------------------------------------------------------------------------------

    def values(self, kind: str, values: Mapping[str, str]) -> list[Row]:
        """`attributes` of a document; fields that are missing are made (several in one call). What an account without
        an administrator's rights has not is left out."""
        known = self._fields(kind)
        missing = [name for name in values if name not in known]
        if missing and self._directory.known(self._no_rights(kind), self._now) is UNKNOWN:
            self._make(kind, missing)
            known = self._fields(kind)
        return [
            {**self._client.ref("attributemetadata", known[name], kind), "value": value}
            for name, value in values.items()
            if name in known
        ]

    def with_fields(self, kind: str, send: Callable[[], T]) -> T:
        """What `send` makes with the fields of `kind`. Somebody may have deleted one since they were read (14003): then
        nothing was made, and it is sent once more with those of now."""
        try:
            return send()
        except Refused as error:
            if not any(problem.their_code == str(FIELD_GONE) for problem in error.problems):
                raise
            self._directory.drop((self._client.account, "fields", kind))
            return send()

    def _fields(self, kind: str) -> dict[str, str]:
        def load() -> dict[str, str]:
            rows = self._client.pages(f"entity/{kind}/metadata/attributes", "lists.fields")
            return {str(row.get("name")): str(row.get("id")) for row in rows}

        return self._kept("fields", kind, load=load)

    def _make(self, kind: str, names: Iterable[str]) -> None:
        """What somebody made meanwhile is refused and found."""
        body = [{"name": name, "type": FIELD_TYPES.get(name, "string"), "required": False} for name in names]
        self._directory.drop((self._client.account, "fields", kind))
        try:
            self._client.mass(f"entity/{kind}/metadata/attributes", "fields.make", body)
        except AccountProblem as error:
            if error.problem.their_code != str(NO_RIGHT_FOR_FIELDS):
                raise
            self._directory.keep(self._no_rights(kind), self._now, KEPT_S, True)
        except Refused:
            return

    def _no_rights(self, kind: str) -> tuple[str, ...]:
        return (self._client.account, "no rights", kind)


def _option(state: State) -> Option:
    means = meaning_of(state.name, state.type)
    return Option(state.id, state.name, means if means in {PACKED, *Status} else "")
