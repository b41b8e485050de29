"""A client of DPD that answers what a test wrote down, and remembers what it was asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import IO, Any, cast

from b24app.systems.dpd.client import Client, Said
from b24app.systems.kit.soap import SoapFault

#: (operation, its request, whether it was a write)
Asked = tuple[str, Mapping[str, Any], bool]


def said(text: str, code: str = "code") -> Said:
    """A declared fault about what was asked."""
    return Said(SoapFault("S:Server", text), code, {})


class FakeClient:
    """`answers` by operation: a value, an error to raise, or a function of the request. `lists` by operation: the XML
    of a long list."""

    base = "https://dpd.test"

    def __init__(self, lists: Mapping[str, bytes] | None = None, **answers: Any) -> None:
        self.lists, self.answers = dict(lists or {}), answers
        self.asked: list[Asked] = []

    def call(
        self, service: str, operation: str, child: str, body: Mapping[str, Any] | None = None, *, write: bool = False
    ) -> Any:
        self.asked.append((operation, body or {}, write))
        found = self.answers[operation]
        if isinstance(found, Exception):
            raise found
        return found(body) if callable(found) else found

    def download(self, operation: str, child: str, sink: IO[bytes], body: Mapping[str, Any] | None = None) -> None:
        self.asked.append((operation, body or {}, False))
        found: bytes | Exception = self.lists[operation]
        if isinstance(found, Exception):
            raise found
        sink.write(found)

    def operations(self) -> list[str]:
        return [operation for operation, _, _ in self.asked]


def desk(
    kind: type, client: FakeClient, settings: Mapping[str, str] | None = None, **methods: Callable[..., Any]
) -> Any:
    """One of the port mix-ins alone, over a fake client."""
    made = type("Desk", (kind,), {name: staticmethod(each) for name, each in methods.items()})()
    given = dict(settings or {})
    made._client = cast(Client, client)
    made._vat = given.get("vat", "")
    made._context = SimpleNamespace(setting=lambda name: given.get(name, ""))
    return made
