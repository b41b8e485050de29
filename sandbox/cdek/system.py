"""CDEK as a system of the sandbox."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from wsgiref.types import WSGIApplication

from sandbox.kernel.gate import Origin
from sandbox.kernel.system import Context, CoverageRow
from sandbox.kernel.timers import Timers

from .control import create_control
from .core import Cdek
from .coverage import COVERAGE
from .model import ACCOUNTS
from .routes import create_app
from .rules import overrides, tokens
from .wire import fault_words


class CdekSystem:
    """One origin (``api.cdek.ru``), three accounts, timers of its own so that a read can settle what is due."""

    def __init__(self, context: Context) -> None:
        self._timers = Timers(context.clock)
        self.cdek = Cdek(context.clock, context.journal, self._timers, context.pusher)
        self._control = create_control(self.cdek)

    def origins(self) -> Sequence[Origin]:
        cdek = self.cdek
        return [
            Origin(
                "cdek",
                create_app(cdek),
                error_body=lambda status, environ: fault_words(cdek, status, environ),
                portal_of=lambda environ: tokens.client_of(environ.get("HTTP_AUTHORIZATION")),
            )
        ]

    def started(self, urls: Mapping[str, str]) -> None:
        self.cdek.base_url = urls["cdek"]

    def addresses(self) -> Mapping[str, Any]:
        accounts = [
            {"client_id": found.client_id, "client_secret": found.client_secret, "contract": found.contract}
            for found in ACCOUNTS
        ]
        return {"cdek": {"base_url": self.cdek.base_url, "accounts": accounts}}

    def control(self) -> WSGIApplication:
        return self._control

    def reset(self) -> None:
        self._timers.clear()
        self.cdek.reset()

    def remember(self) -> Callable[[], None]:
        if self._timers.waiting():
            raise RuntimeError("CDEK has something to do yet")
        return self.cdek.remember()

    def seed(self, spec: Mapping[str, Any]) -> Mapping[str, Any]:
        """``settings`` (an object) and ``overrides`` (a list), as the control API takes them."""
        self.cdek.switches.update(spec.get("settings") or {})
        for row in spec.get("overrides") or []:
            overrides.add(self.cdek, row)
        return {"offices": len(self.cdek.offices), "overrides": len(self.cdek.overrides)}

    def coverage(self) -> Sequence[CoverageRow]:
        return COVERAGE

    def stop(self) -> None:
        self._timers.stop()
