"""The server of a warehouse that does not exist, and the people who work in it."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.made_up_world import KEY, Asked, Carrier, Reply, serve

Row = dict[str, Any]


@dataclass
class Barn:
    """`papers` by order and key, `told` all that was said of the carrier, by order. `knows_nothing`: it has never
    heard of any article; `full`: it takes no papers; `down`: it answers nothing."""

    now: Callable[[], datetime]
    orders: dict[str, Row] = field(default_factory=dict)
    papers: dict[str, dict[str, bytes]] = field(default_factory=dict)
    told: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)
    knows_nothing: bool = False
    full: bool = False
    down: bool = False
    created: int = 0
    url: str = ""

    # --- its people --------------------------------------------------------------------------------------------------

    def of(self, number: str) -> Row:
        return next(row for row in self.orders.values() if row["number"] == number)

    def happens(self, number: str, code: str, text: str = "", **more: Any) -> None:
        row = self.of(number)
        row["history"].append({"code": code, "text": text, "at": self.now().isoformat(), **more})
        if code not in ("short", "packed"):
            row["state"] = code

    def pack(self, number: str, *boxes: tuple[int, int, int, int], **short: int) -> None:
        """Pick and pack; `short` pieces of an article (its `-` as `_`) are not there."""
        row = self.of(number)
        if row["state"] == "new":
            self.happens(number, "picking", "Собираем")
        for each in row["goods"]:
            missing = short.get(each["sku"].replace("-", "_"), 0)
            each["picked"] = each["n"] - missing
            if missing:
                told = {"sku": each["sku"], "short": missing, "ordered": each["n"]}
                self.happens(number, "short", f"Нет {each['sku']}", short=told)
        row["packed"] = {"at": self.now().isoformat(), "boxes": [list(box) for box in boxes]}
        self.happens(number, "packed", "Упаковано")

    # --- its server --------------------------------------------------------------------------------------------------

    def answer(self, _carrier: Carrier, asked: Asked) -> Reply:
        if (asked.said.get("key") or asked.query.get("key")) != KEY:
            return 401, {}
        if self.down:
            return 503, {}
        if asked.path == "/orders" and asked.verb == "GET":
            return 200, {"orders": [row for row in self.orders.values() if self._wanted(row, asked.query)]}
        if asked.path == "/orders":
            return self._created(asked.said)
        _, _, order, what = asked.path.split("/")
        return self._about(self.orders[order], what, asked.said)

    @staticmethod
    def _wanted(row: Row, query: Mapping[str, str]) -> bool:
        return row["number"] == query.get("number") or row["id"] in query.get("ids", "").split(",")

    def _created(self, said: Mapping[str, Any]) -> Reply:
        if self.knows_nothing:
            return 200, {"unknown": said["goods"][0]["sku"]}
        if any(row["number"] == said["number"] and row["state"] != "off" for row in self.orders.values()):
            return 200, {"taken": said["number"]}
        self.created += 1
        order = f"B{self.created:04d}"
        self.orders[order] = {"id": order, "number": said["number"], "name": said["name"], "state": "new",
                              "goods": [dict(row) for row in said["goods"]], "packed": None, "history": []}  # fmt: skip
        self.happens(said["number"], "new", "Принят")
        return 200, {"order": self.orders[order]}

    def _about(self, row: Row, what: str, said: Mapping[str, Any]) -> Reply:
        if what == "off":
            if row["state"] == "gone":
                return 200, {"late": True}
            if row["state"] != "off":
                self.happens(row["number"], "off", "Отменён")
        if what == "carrier":
            self.told.setdefault(row["number"], []).append(said)
        if what == "papers":
            if self.full:
                return 200, {"full": True}
            self.papers.setdefault(row["number"], {})[said["paper"]] = base64.b64decode(said["file"])
            return 200, {"paper": said["paper"]}
        return 200, {"order": row}


@contextmanager
def barn(now: Callable[[], datetime]) -> Iterator[Barn]:
    found = Barn(now)
    carrier = Carrier(found.answer)
    server = serve(carrier)
    found.url = carrier.url
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
