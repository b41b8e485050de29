"""Servers of the five carriers that do not exist, written from nobody's code: each speaks its own protocol over HTTP.

`Carriers` starts them all in this process.
"""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = "made-up-key"
HANGS_S = 30.0
Reply = tuple[int, Mapping[str, Any]]


@dataclass
class Asked:
    """One request: what it said, and the key it came with."""

    verb: str
    path: str
    query: Mapping[str, str]
    said: Mapping[str, Any]
    headers: Mapping[str, str]


@dataclass
class Carrier:
    """One server. `delay_s` passes before each price, `extra` rubles come on top of it; above `most_g` grams nothing is
    carried (only feather looks at it). `seen` is all that was asked, `took` the seconds of each answer,
    `began` when it was begun (a reading of `perf_counter`)."""

    answer: Callable[[Carrier, Asked], Reply]
    delay_s: float = 0.0
    extra: int = 0
    most_g: int = 5000
    seen: list[Asked] = field(default_factory=list)
    took: list[float] = field(default_factory=list)
    began: list[float] = field(default_factory=list)
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    url: str = ""
    waiting: threading.Event = field(default_factory=threading.Event)

    def think(self) -> None:
        """Real time, cut short when the server stops."""
        self.waiting.wait(self.delay_s)


# --- what each of them says -------------------------------------------------------------------------------------------


def hare(carrier: Carrier, asked: Asked) -> Reply:
    if asked.headers.get("x-key") != KEY:
        return 401, {"error": "who are you?"}
    if asked.path == "/v1/prices":
        carrier.think()
        return 200, {"rates": _hare_rates(carrier, asked.said)}
    if asked.path == "/v1/orders" and asked.verb == "GET":
        return 200, {"orders": [row for row in carrier.orders.values() if row["number"] == asked.query["number"]]}
    if asked.path == "/v1/orders":
        said, price = asked.said, asked.said["price"]
        rates = {rate["code"]: rate for rate in _hare_rates(carrier, price)}
        if any(row["number"] == said["number"] for row in carrier.orders.values()):
            return 409, {"error": "this number is taken"}
        number = f"H{len(carrier.orders) + 1:04d}"
        carrier.orders[number] = {
            "id": number, "track": f"HARE{len(carrier.orders) + 1:06d}", "rubles": rates[said["rate"]]["rubles"],
            **{name: said[name] for name in ("number", "name", "phone", "grams")},
        }  # fmt: skip
        return 201, carrier.orders[number]
    row = carrier.orders.get(asked.path.rpartition("/")[2])
    return (200, row) if row else (404, {"error": "no such order"})


def _hare_rates(carrier: Carrier, said: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [_hare_rate(carrier, said, "hop", 90, [2, 3]), _hare_rate(carrier, said, "leap", 400, [1, 1])]


def _hare_rate(carrier: Carrier, said: Mapping[str, Any], code: str, base: int, days: list[int]) -> dict[str, Any]:
    kopecks = base * 100 + carrier.extra * 100 + int(said["grams"]) * 6
    parts = {"base": kopecks}
    if worth := _kopecks(said["worth"]):
        parts["insurance"] = worth * 75 // 10000
    if cash := _kopecks(said["cash"]):
        parts["cash"] = cash * 2 // 100
    total = sum(parts.values())
    return {
        "code": code, "rubles": _rubles(total), "days": days, "grams": said["grams"],
        "worth": said["worth"], "cash": said["cash"], "vat_percent": 22, "vat": _rubles(total * 22 // 122),
        "parts": {name: _rubles(part) for name, part in parts.items()},
    }  # fmt: skip


def tortoise(carrier: Carrier, asked: Asked) -> Reply:
    if asked.said.get("key") != KEY:
        return 401, {"ok": False}
    if "try" not in asked.said:
        carrier.think()
    kopecks = 15000 + carrier.extra * 100 + round(float(asked.said["kg"]) * 1000) * 4
    return 200, {"ok": True, "tariffs": {"stroll": [kopecks, "4-6"]}}


def owl(carrier: Carrier, asked: Asked) -> Reply:
    if asked.path == "/hello":
        return 200, {"owl": "hello"}
    if asked.headers.get("authorization") != f"Owl {KEY}":
        return 401, {}
    carrier.think()
    return 200, {"nights": [[f"{700 + carrier.extra}.00", 2]]}


def feather(carrier: Carrier, asked: Asked) -> Reply:
    if asked.said.get("token") != KEY:
        return 401, {}
    grams = sum(parcel["w"] for parcel in asked.said["parcels"])
    if grams != 100:
        carrier.think()
    if grams > carrier.most_g:
        return 422, {"fault": {"code": "W-5", "text": f"Не возим тяжелее {carrier.most_g / 1000:g} кг"}}
    return 200, {"price": {"kop": 20000 + carrier.extra * 100 + grams * 5}, "days": 3}


def barter(carrier: Carrier, asked: Asked) -> Reply:
    if asked.headers.get("x-barter") != KEY:
        return 401, {}
    if asked.said["weight"] != 1000:
        carrier.think()
    if asked.said["cod"]:
        return 200, {"verdict": "NO_CASH", "why": "Денег с получателей не берём"}
    rubles = 250 + carrier.extra
    return 200, {
        "verdict": "YES",
        "sum": f"{rubles}.00",
        "vat": _rubles(rubles * 2200 // 122),
        "from_days": 3,
        "to_days": 4,
    }


SPEAKERS: Mapping[str, Callable[[Carrier, Asked], Reply]] = {
    "hare": hare, "tortoise": tortoise, "owl": owl, "feather": feather, "barter": barter
}  # fmt: skip


def _kopecks(rubles: str) -> int:
    whole, _, rest = str(rubles).partition(".")
    return int(whole) * 100 + int((rest + "00")[:2])


def _rubles(kopecks: int) -> str:
    return f"{kopecks // 100}.{kopecks % 100:02d}"


# --- HTTP -------------------------------------------------------------------------------------------------------------


class Carriers:
    """All five, by code. `url` of each goes into its account's settings."""

    def __init__(self) -> None:
        self.all = {code: Carrier(speaker) for code, speaker in SPEAKERS.items()}
        self._servers = [serve(carrier) for carrier in self.all.values()]

    def __getitem__(self, code: str) -> Carrier:
        return self.all[code]

    def close(self) -> None:
        for carrier in self.all.values():
            carrier.waiting.set()
        for server in self._servers:
            server.shutdown()
            server.server_close()


@contextmanager
def carriers() -> Iterator[Carriers]:
    found = Carriers()
    try:
        yield found
    finally:
        found.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who asked has gone away meanwhile."""


def serve(carrier: Carrier, tls: ssl.SSLContext | None = None) -> ThreadingHTTPServer:
    """Its server on a free port, by TLS when there is one; its address goes into `carrier.url`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        def do_HEAD(self) -> None:
            self.send_response(204)
            self.end_headers()

        def do_POST(self) -> None:
            self._answer()

        def _answer(self) -> None:
            raw = self.rfile.read(int(self.headers.get("content-length") or 0))
            where = urlsplit(self.path)
            is_form = "form" in (self.headers.get("content-type") or "")
            said = _flat(parse_qs(raw.decode())) if is_form else json.loads(raw or b"{}")
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, where.path, _flat(parse_qs(where.query)), said, headers)
            carrier.seen.append(asked)
            began = time.perf_counter()
            carrier.began.append(began)
            status, body = carrier.answer(carrier, asked)
            carrier.took.append(time.perf_counter() - began)
            text = json.dumps(body, ensure_ascii=False).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
            """Quiet."""

    server = _Server(("127.0.0.1", 0), Handler)
    if tls is not None:
        # Shaken hands with in the request's own thread: who does not trust us must not stop the others.
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    carrier.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    return server


def _flat(found: Mapping[str, list[str]]) -> dict[str, str]:
    return {name: values[0] for name, values in found.items()}


def wait_until(true: Callable[[], bool], seconds: float) -> bool:
    """Whether something became true in time."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True
