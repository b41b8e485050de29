"""Yandex.Delivery as a system of the sandbox: two APIs on two addresses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.kernel.gate import Origin
from sandbox.kernel.steering import CarrierSystem
from sandbox.kernel.system import Context

from . import routes_express, routes_platform
from .control import create_control
from .core import Yandex
from .coverage import COVERAGE
from .wire import account_in, account_rows, fault_words


class YandexSystem(CarrierSystem):
    """Three accounts; each API knows only its own paths and its own token."""

    def __init__(self, context: Context) -> None:
        self.yandex = Yandex(context)
        super().__init__(self.yandex, COVERAGE, create_control)

    def origins(self) -> Sequence[Origin]:
        yandex = self.yandex
        return [
            Origin(
                "yandex_delivery",
                routes_platform.create_app(yandex),
                error_body=fault_words,
                portal_of=lambda environ: account_in(yandex, environ, express=False),
            ),
            Origin(
                "yandex_delivery_express",
                routes_express.create_app(yandex),
                error_body=fault_words,
                portal_of=lambda environ: account_in(yandex, environ, express=True),
            ),
        ]

    def started(self, urls: Mapping[str, str]) -> None:
        self.yandex.urls = dict(urls)

    def addresses(self) -> Mapping[str, Any]:
        urls = self.yandex.urls
        return {
            "yandex_delivery": {
                "base_url": urls["yandex_delivery"],
                "urls": {"express": urls["yandex_delivery_express"]},
                "accounts": account_rows(self.yandex),
            }
        }
