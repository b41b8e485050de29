"""Reading orders of one connection: what is planned of each, why it stands, how it is packed (manhattan.md §3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from b24app.logistics.errors import Unavailable
from b24app.logistics.order import OrderState
from b24app.logistics.warehouse import Option
from b24app.systems.kit.directory import CITIES_S, Directory
from b24app.systems.manhattan import orders
from b24app.systems.manhattan.desk import ReceiptDesk
from b24app.systems.manhattan.meanings import Meanings
from b24app.systems.manhattan.orders import Told, by_key
from b24app.systems.manhattan.parts import by_original
from b24app.systems.manhattan.vocabulary import MOST_PAGES, PARTS
from b24app.systems.plugin import OpenContext

Json = dict[str, Any]


class Following(ReceiptDesk):
    """Orders, and the names of their statuses."""

    def __init__(self, context: OpenContext, directory: Directory) -> None:
        super().__init__(context)
        self._directory = directory

    @property
    def _now(self) -> float:
        return float(self._context.clock.now().timestamp())

    def _read(self, numbers: Sequence[str], whole: bool = False) -> list[OrderState]:
        """`whole`: with what only the original order shows. It also says what was asked for where planning made
        several of one."""
        planned = self._planned(numbers)
        missing = [number for number in numbers if whole or len(planned.get(number, ())) != 1]
        originals = self._originals(missing) if missing else {}
        meanings = self._meanings(self._titles())
        rows = [row for found in planned.values() for row in found]
        failures = self._of_parts("failures", [row for row in rows if meanings.status(row).is_live])
        packages = self._of_parts("packages", [row for row in rows if self._is_packed(row, meanings)])
        found = []
        for number in numbers:
            mine = planned.get(number, [])
            ids = [str(row["externalId"]) for row in mine]
            stuck, boxes = ([row for each in ids for row in kept.get(each, ())] for kept in (failures, packages))
            state = orders.state_of(number, Told(originals.get(number), mine, stuck, boxes), meanings)
            # What was only acknowledged may still come.
            pending = state.gone and self._client.profile.waits("create_shipment")
            found.append(OrderState(number, number) if pending else state)
        return found

    def _planned(self, numbers: Sequence[str]) -> dict[str, list[Json]]:
        """The planned orders of each of ours: page by page, as a split makes more of them than were asked for."""
        found: dict[str, Json] = {}
        for page in range(MOST_PAGES):
            source = self._source(ids=list(numbers), count=max(len(numbers), 1) * PARTS, page=page)
            rows, total = self._client.page("status", source)
            fresh = {str(row["externalId"]): row for row in rows if str(row["externalId"]) not in found}
            found |= fresh
            if total is None or len(found) >= total:
                return by_original(found.values(), numbers)
            if not fresh:
                break
        raise Unavailable(f"manhattan.status: more than {len(found)} rows")

    def _of_parts(self, operation: str, rows: Sequence[Json]) -> dict[str, list[Json]]:
        """What an optional operation tells of planned orders, by their numbers."""
        found: dict[str, list[Json]] = {}
        if rows and self._client.profile.has(operation):
            for row in self._asked(operation, [str(row["externalId"]) for row in rows]):
                found.setdefault(str(row["externalId"]), []).append(row)
        return found

    def _originals(self, numbers: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        return by_key(self._asked("find_shipment", numbers))

    def _asked(self, operation: str, numbers: Sequence[str]) -> list[Json]:
        return self._client.rows(operation, self._source(ids=list(numbers), count=max(len(numbers), 1)))

    def _is_packed(self, row: Mapping[str, Any], meanings: Meanings) -> bool:
        return meanings.is_packed(str(row.get("raw") or ""), meanings.status(row))

    def _meanings(self, titles: Mapping[str, str]) -> Meanings:
        return Meanings(self._client.profile, self._terms.zone, self._context.mapping("statuses"), titles)

    def _titles(self) -> Mapping[str, str]:
        """How their statuses are called: nothing is worth failing for that."""
        with suppress(Unavailable):
            return {option.code: option.title for option in self._statuses()}
        return {}

    def _statuses(self) -> list[Option]:
        key = ("manhattan.statuses", *self._client.account, self._context.setting("profile"))
        return self._directory.get(key, self._now, CITIES_S, self._load_statuses)

    def _load_statuses(self) -> list[Option]:
        rows = self._client.rows("order_statuses", self._source())
        meanings = self._meanings({})
        codes = {str(row["code"]): str(row.get("title") or row["code"]) for row in rows}
        return [Option(code, title, meanings.means(code)) for code, title in codes.items()]
