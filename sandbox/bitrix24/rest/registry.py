"""The methods the sandbox knows how to answer, each with its scope and who may call it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .call import Call

Handler = Callable[[Call], Any]


@dataclass(frozen=True, slots=True)
class Method:
    """``scope`` "" is always granted; ``admin`` and ``app`` are answered by the platform with HTTP 403."""

    name: str
    handler: Handler
    scopes: tuple[str, ...]
    admin: bool
    app: bool
    note: str


METHODS: dict[str, Method] = {}
"""By lower-case name, as the server matches them (§3.1)."""


def method(
    *names: str,
    scope: str = "",
    any_scope: tuple[str, ...] = (),
    admin: bool = False,
    app: bool = False,
    note: str = "",
) -> Callable[[Handler], Handler]:
    """Register a handler for one or more method names.

    ``any_scope`` lists scopes of which one is enough (``user_brief`` or ``user``). ``note`` goes to the coverage page.
    """
    scopes = any_scope or ((scope,) if scope else ())

    def register(handler: Handler) -> Handler:
        for name in names:
            METHODS[name.lower()] = Method(name, handler, scopes, admin, app, note)
        return handler

    return register
