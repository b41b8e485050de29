"""A 1C system as the world runs it: one address with all its infobases, their HTTP service and OData."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from wsgiref.types import WSGIEnvironment

from flask import Flask

from .gate import Origin
from .one_c import Infobases
from .one_c_http import HttpService, fault_words, user
from .one_c_odata import ODataDoor, add_odata
from .one_c_users import User
from .steering import CarrierSystem
from .system import CoverageRow


class InfobasesSystem(CarrierSystem):
    """Subclasses give ``addresses``."""

    def __init__(
        self,
        carrier: Infobases[Any],
        service: HttpService,
        coverage: Sequence[CoverageRow],
        control: Callable[[Any], Flask],
    ) -> None:
        carrier.service = self._service = service
        for name in carrier.bases:
            _publish(carrier, service.app, name)
        super().__init__(carrier, coverage, control)

    def origins(self) -> Sequence[Origin]:
        service = self._service
        return [
            Origin(
                self.carrier.code,
                service.app,
                error_body=fault_words,
                portal_of=lambda environ: _account_of(environ, service.users),
            )
        ]

    def started(self, urls: Mapping[str, str]) -> None:
        self._service.carrier.base_url = urls[self.carrier.code]


def _publish(carrier: Infobases[Any], app: Flask, name: str) -> None:
    """The standard OData interface of an infobase. Signing in is the service's."""
    base = carrier.bases[name]

    def closed() -> Sequence[str]:
        """All of them to a user without the role of remote access (§2.2)."""
        return carrier.switches.odata_closed if user().may_exchange else list(base.entities)

    door = ODataDoor(
        base, f"/{name}", carrier.lock, lambda: carrier.base_url, lambda: carrier.switches.odata_hidden, closed,
        lambda: carrier.switches.unknown_fields, lambda: carrier.switches.odata_created,
        lambda: carrier.switches.odata_plain_conditions,
    )  # fmt: skip
    add_odata(app, door)


def _account_of(environ: WSGIEnvironment, users: Sequence[User]) -> str:
    """The login of a call, whether or not its password is right; empty without a known one."""
    given = str(environ.get("HTTP_AUTHORIZATION", "")).partition(" ")[2]
    try:
        login = base64.b64decode(given, validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return login if any(each.login == login for each in users) else ""
