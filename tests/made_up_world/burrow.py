"""Burrow's server: at the customer's, by TLS with a certificate of the customer's own authority. Its lists are changed
by the test that looks at them; `broken` = it answers 500."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.certificates import Authority
from tests.made_up_world import KEY, Asked, Carrier, Reply, serve

Rows = list[tuple[str, str]]


@dataclass
class Den:
    """What stands at the customer's. `url` is its address, `authority` who vouches for it."""

    authority: Authority
    url: str = ""
    stores: Rows = field(default_factory=lambda: [("MSK-01", "Москва, Северный"), ("KZN-01", "Казань, Речной порт")])
    states: Rows = field(
        default_factory=lambda: [
            ("new", "Новый"),
            ("pick", "Собирается"),
            ("done", "Готов к отгрузке"),
            ("left", "Уехал"),
            ("moon", "На Луне"),
        ]
    )
    broken: set[str] = field(default_factory=set)
    seen: list[Asked] = field(default_factory=list)

    def answer(self, carrier: Carrier, asked: Asked) -> Reply:
        if asked.headers.get("x-key") != KEY:
            return 401, {"error": "who are you?"}
        if asked.path in self.broken:
            return 500, {"error": "the roof fell in"}
        if asked.path == "/stores":
            return 200, {"stores": [{"code": code, "name": name} for code, name in self.stores]}
        if asked.path == "/states":
            return 200, {"states": [{"code": code, "name": name} for code, name in self.states]}
        if asked.path == "/orders":
            return self._orders(carrier, asked)
        return 200, {"burrow": "hello"}

    def _orders(self, carrier: Carrier, asked: Asked) -> Reply:
        if asked.verb == "POST":
            if asked.said["store"] not in {code for code, _ in self.stores}:
                return 422, {"error": f"no store {asked.said['store']!r}"}
            row = {**asked.said, "id": f"B{len(carrier.orders) + 1:04d}", "state": "new", "at": 1_790_000_000}
            carrier.orders[row["id"]] = row
            return 201, row
        number, ids = asked.query.get("number"), asked.query.get("ids", "").split(",")
        found = [row for row in carrier.orders.values() if row["number"] == number or row["id"] in ids]
        return 200, {"orders": found}


@contextmanager
def den(folder: Path) -> Iterator[Den]:
    """Burrow's server on a free port of this machine."""
    authority = Authority.new("Нора Root CA")
    found = Den(authority)
    carrier = Carrier(found.answer)
    found.seen = carrier.seen
    server = serve(carrier, authority.server(folder, "127.0.0.1"))
    found.url = carrier.url
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
