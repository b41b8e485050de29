"""The world: systems found by folder, reset, control API, faults over HTTP, and one process a system."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask

from sandbox import world as world_module
from sandbox.control import Control, ControlError
from sandbox.kernel.gate import Origin
from sandbox.kernel.system import Context, CoverageRow, System, find_systems
from sandbox.world import World


class _Toy:
    """The smallest system: counts what it was told."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.told = 0
        self.url = ""

    def origins(self) -> Sequence[Origin]:
        app = Flask("toy")

        @app.post("/tell")
        def tell() -> dict[str, int]:
            self.told += 1
            self._context.journal.add("toy", "told", self.told)
            return {"told": self.told}

        return [Origin("toy", app)]

    def started(self, urls: Mapping[str, str]) -> None:
        self.url = urls["toy"]

    def addresses(self) -> Mapping[str, Any]:
        return {"toy": self.url}

    def control(self) -> Flask:
        app = Flask("toy.control")

        @app.get("/told")
        def told() -> dict[str, int]:
            return {"told": self.told}

        return app

    def reset(self) -> None:
        self.told = 0

    def remember(self) -> Callable[[], None]:
        return partial(setattr, self, "told", self.told)

    def seed(self, spec: Mapping[str, Any]) -> Mapping[str, Any]:
        self.told = int(spec.get("told", 0))
        return {"told": self.told}

    def coverage(self) -> Sequence[CoverageRow]:
        return [CoverageRow("POST /tell", "works")]

    def stop(self) -> None:
        return


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[World]:
    monkeypatch.setattr(world_module, "find_systems", lambda _only: [System("toy", "Toy", _Toy)])
    with World(tmp_path) as running:
        yield running


def test_reset_forgets_and_keeps_the_ports(toy: World) -> None:
    url = toy.addresses["toy"]
    requests.post(url + "/tell", timeout=5)
    toy.control.advance(1000)
    toy.control.fault("toy", "status")
    toy.control.reset()
    assert requests.post(url + "/tell", timeout=5).json() == {"told": 1}
    assert toy.control.addresses() == toy.addresses
    assert toy.clock.offset == 0
    assert toy.control.counts() == {"toy": {"rest.call": 1, "told": 1}}


def test_what_is_remembered_comes_back_with_its_time_as_often_as_wanted(toy: World) -> None:
    url = toy.addresses["toy"] + "/tell"
    requests.post(url, timeout=5)
    toy.control.advance(1000)
    moment, last = toy.clock.now(), toy.control.journal()[-1]["seq"]
    back = toy.remember()
    for _ in range(2):
        requests.post(url, timeout=5)
        toy.control.fault("toy", "status")
        toy.control.advance(500)
        back()
        assert toy.control.counts() == {"toy": {"rest.call": 1, "told": 1}}
        assert abs((toy.clock.now() - moment).total_seconds()) < 5
        assert requests.post(url, timeout=5).json() == {"told": 2}
        assert [row["data"] for row in toy.control.journal(since=last) if row["kind"] == "told"] != []
        back()


def test_faults_break_before_and_after(toy: World) -> None:
    url = toy.addresses["toy"] + "/tell"
    toy.control.fault("toy", "break_before", times=1)
    toy.control.fault("toy", "break_after", times=1)
    for expected in (0, 1):
        with pytest.raises(requests.ConnectionError):
            requests.post(url, timeout=5)
        assert toy.control.get("/toy/told") == {"told": expected}
    rows = toy.control.journal(kind="rest.call")
    assert [(row["data"]["status"], row["data"]["fault"]) for row in rows] == [
        ("none", "break_before"),
        ("200", "break_after"),
    ]


def test_faults_answer_status_html_latency_and_hang(toy: World) -> None:
    url = toy.addresses["toy"] + "/tell"
    toy.control.fault("toy", "status", times=1, params={"status": 503, "headers": {"Retry-After": "3"}, "body": "busy"})
    toy.control.fault("toy", "html", times=1)
    busy, page = requests.post(url, timeout=5), requests.post(url, timeout=5)
    assert (busy.status_code, busy.text, busy.headers["Retry-After"]) == (503, "busy", "3")
    assert (page.status_code, page.headers["Content-Type"]) == (502, "text/html")
    toy.control.fault("toy", "latency", params={"seconds": 0.2})
    started = time.monotonic()
    assert requests.post(url, timeout=5).json() == {"told": 1}
    assert time.monotonic() - started > 0.2
    toy.control.fault("toy", "hang", params={"seconds": 0.3})
    with pytest.raises(requests.ConnectionError):
        requests.post(url, timeout=5)


def test_control_answers_the_same_here_and_over_http(toy: World) -> None:
    toy.journal.add("toy", "told", "ключ & a%20b", portal="?")
    here, far = toy.control, Control(toy.control.base_url)
    for ask in (
        partial(Control.journal, key="ключ & a%20b", portal="?", limit=None),
        Control.counts,
        Control.addresses,
    ):
        assert ask(here) == ask(far) != []
    assert here.get("/journal?kind=told", system="toy") == far.get("/journal?kind=told", system="toy")


def test_control_refuses_in_words(toy: World) -> None:
    for method, path, body in [
        ("POST", "/faults", {"system": "toy", "action": "explode"}),
        ("POST", "/faults", {"system": "nobody", "action": "hang"}),
        ("POST", "/clock", {"jump": 1}),
        ("POST", "/clock", [1]),
        ("GET", "/nothing", None),
    ]:
        for control in (toy.control, Control(toy.control.base_url)):
            with pytest.raises(ControlError, match="error"):
                control.call(method, path, body)


def test_seed_and_coverage(toy: World) -> None:
    assert toy.control.post("/seed", {"toy": {"told": 5}}) == {"toy": {"told": 5}}
    assert toy.control.get("/coverage", format="json") == {
        "toy": [{"name": "POST /tell", "state": "works", "note": ""}]
    }
    assert "POST /tell" in requests.get(toy.control.base_url + "/coverage", timeout=5).text


def test_an_unknown_system_is_refused() -> None:
    with pytest.raises(LookupError, match="nobody"):
        find_systems(["nobody"])


def test_an_empty_world_has_its_control(tmp_path: Path) -> None:
    with World(tmp_path, systems=[]) as running:
        assert set(running.control.addresses()) == {"control"}
