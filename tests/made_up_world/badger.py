"""The server of Badger, a warehouse that does not exist: orders, stock by store, files of orders, over HTTP."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

KEY = "badger-key"
STORES = {"MSK-01": "Москва", "KZN-01": "Казань"}
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
AT = datetime(2026, 11, 12, 11, 0, tzinfo=UTC).isoformat()


@dataclass
class Asked:
    verb: str
    path: str
    query: Mapping[str, str]
    body: bytes
    kind: str

    @property
    def said(self) -> Any:
        return json.loads(self.body or b"{}")


@dataclass
class Reply:
    status: int
    said: Any = None
    raw: bytes | None = None
    kind: str = "application/json"


@dataclass
class Warehouse:
    """What lies where: article -> store -> pieces; articles that are missing here are unknown. `delay_s` passes before
    each answer about stock, `broken` answers everything with 500, `lose` drops the answers to so many files that were
    taken, `refuse` takes no file, in these words."""

    lies: dict[str, dict[str, str]] = field(default_factory=dict)
    due: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    broken: bool = False
    lose: int = 0
    refuse: str = ""
    seen: list[Asked] = field(default_factory=list)
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    url: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    stopped: threading.Event = field(default_factory=threading.Event)

    def asked(self, path: str) -> list[Asked]:
        return [each for each in self.seen if each.path == path]

    def puts(self) -> list[Asked]:
        return [each for each in self.seen if each.verb == "PUT"]

    def moves(self, order: str, code: str) -> None:
        """The order goes on."""
        with self.lock:
            self.orders[order]["history"].append({"code": code, "at": datetime.now(UTC).isoformat()})

    def files_one(self, order: str, name: str, content: bytes = PDF, kind: str = "invoice", type_: str = "") -> str:
        """The warehouse's own people put a file there; its id."""
        with self.lock:
            return self._keep(order, name, kind, type_ or "application/pdf", content, "")["id"]  # type: ignore[no-any-return]

    def _keep(self, order: str, name: str, kind: str, type_: str, content: bytes, mark: str) -> dict[str, Any]:
        row = {"id": f"F{next(self.ids)}", "name": name, "kind": kind, "type": type_, "size": len(content), "at": AT,
               "mark": mark, "content": content}  # fmt: skip
        self.files.setdefault(order, []).append(row)
        return row

    def answer(self, asked: Asked) -> Reply | None:
        """None = the connection is dropped without an answer."""
        if self.broken:
            return Reply(500, {"oops": True})
        parts = [unquote(each) for each in asked.path.strip("/").split("/")]
        if parts == ["stores"]:
            return Reply(200, {"stores": [{"code": code, "name": name} for code, name in STORES.items()]})
        if parts == ["stock"]:
            self.stopped.wait(self.delay_s)
            return Reply(200, self._stock(asked.said["articles"]))
        with self.lock:
            if parts == ["orders"]:
                return self._order(asked) if asked.verb == "POST" else self._orders(asked.query)
            if parts[0] == "orders" and parts[2] == "files":
                return self._files(asked, parts[1], parts[3:])
        return Reply(404, {"error": "NO_SUCH_PLACE", "text": asked.path})

    def _stock(self, articles: list[str]) -> dict[str, Any]:
        known = [each for each in articles if each in self.lies]
        rows = [
            {"article": each, "store": store, "free": free, "due": self.due.get(each, "0"), "unit": "шт."}
            for each in known
            for store, free in self.lies[each].items()
        ]
        return {"rows": rows, "strange": [each for each in articles if each not in known], "at": ""}

    def _order(self, asked: Asked) -> Reply:
        said = asked.said
        strange = [row["article"] for row in said["rows"] if row["article"] not in self.lies]
        if strange:
            return Reply(422, {"error": "ARTICLE", "text": strange[0]})
        number = f"B{next(self.ids)}"
        history = [{"code": "NEW", "at": datetime.now(UTC).isoformat()}]
        self.orders[number] = {"id": number, "history": history, **said}
        return Reply(201, {"order": self.orders[number]})

    def _orders(self, query: Mapping[str, str]) -> Reply:
        ids = query.get("ids", "").split(",")
        found = [row for row in self.orders.values() if row["id"] in ids or row["number"] == query.get("number")]
        return Reply(200, {"orders": found})

    def _files(self, asked: Asked, order: str, rest: list[str]) -> Reply | None:
        mine = self.files.get(order, [])
        if not rest:
            return Reply(200, {"files": [_shown(row) for row in mine]})
        if asked.verb == "PUT":
            if self.refuse:
                return Reply(422, {"error": "NO_FILES", "text": self.refuse})
            row = next((each for each in mine if each["mark"] == rest[0]), None) or self._keep(
                order, asked.query["name"], asked.query["kind"], asked.kind, asked.body, rest[0]
            )
            if self.lose:
                self.lose -= 1
                return None
            return Reply(200, {"file": _shown(row)})
        found = next((each for each in mine if each["id"] == rest[0]), None)
        return (
            Reply(200, raw=found["content"], kind=found["type"]) if found else Reply(404, {"error": "GONE", "text": ""})
        )


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "content"}


@contextmanager
def badger() -> Iterator[Warehouse]:
    """The server, running."""
    warehouse = Warehouse()
    server = _serve(warehouse)
    try:
        yield warehouse
    finally:
        warehouse.stopped.set()
        server.shutdown()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who asked has gone away meanwhile."""


def _serve(warehouse: Warehouse) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            where = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(where.query).items()}
            asked = Asked(self.command, where.path, query, body, self.headers.get("content-type") or "")
            if self.headers.get("X-Key") != KEY:
                reply: Reply | None = Reply(401, {"error": "WHO", "text": "unknown key"})
            else:
                warehouse.seen.append(asked)
                reply = warehouse.answer(asked)
            if reply is None:
                self.close_connection = True
                return
            raw = reply.raw if reply.raw is not None else json.dumps(reply.said, ensure_ascii=False).encode()
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.kind)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST = do_PUT = _answer  # noqa: N815 - the base class's names

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
            """Quiet."""

    server = _Server(("127.0.0.1", 0), Handler)
    warehouse.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    return server
