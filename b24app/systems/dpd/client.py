"""The wire to DPD and nothing else: six SOAP services, the keys in every message, and what a fault means (dpd.md §1,
§2). A WSDL names its services by plain http: calls go to the line's own address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any, NoReturn

from b24app.logistics.errors import Refused, Unavailable, Uncertain
from b24app.logistics.problem import Field, Problem, Who
from b24app.systems.dpd.vocabulary import AMBIGUOUS, FAULTS, KEY_WORDS, KNOWN_FAULTS
from b24app.systems.kit.checks import account_refused
from b24app.systems.kit.line import Line
from b24app.systems.kit.soap import Soap, SoapFault
from b24app.systems.plugin import OpenContext

_NAMES = ("geography2", "calculator2", "order2", "tracing1-1", "event-tracking", "label-print")
GEOGRAPHY, CALCULATOR, ORDERS, TRACING, EVENTS, LABELS = _NAMES
#: How a candidate city stands in the calculator's fault (§2).
_DUPS = ("pickupDups", "deliveryDups")
_SHOWN = 5


class Said(Exception):  # noqa: N818 - their word
    """A fault that is about what was asked: not the keys, and not a server that is out of order."""

    def __init__(self, fault: SoapFault, code: str, candidates: Mapping[str, list[str]]) -> None:
        super().__init__(fault.text)
        self.text, self.code, self.candidates = fault.text, code, candidates


class Client:
    """Calls of one client number. Thread-safe: it holds no state of its own."""

    def __init__(self, context: OpenContext) -> None:
        self._number = context.setting("client_number")
        self._key = context.setting("client_key")
        line = Line(context)
        self.base = line.base
        self._soaps = {name: Soap(line, f"services/{name}") for name in _NAMES}

    def address(self, service: str) -> str:
        return f"{self.base}/services/{service}"

    def call(
        self, service: str, operation: str, child: str, body: Mapping[str, Any] | None = None, *, write: bool = False
    ) -> Any:
        """The `return` of an operation whose wrapper has this one child (§2: it differs from method to method). Raises
        Said, Unavailable, Uncertain, AccountProblem."""
        label = f"{service}.{operation}"
        try:
            return self._soaps[service].call(operation, label, self._wrapped(child, body), write=write)
        except SoapFault as fault:
            self._explain(fault, label, write)

    def download(self, operation: str, child: str, sink: IO[bytes], body: Mapping[str, Any] | None = None) -> None:
        """A long list of the geography into a file. Raises Said, Unavailable, AccountProblem."""
        label = f"{GEOGRAPHY}.{operation}"
        try:
            self._soaps[GEOGRAPHY].download(operation, label, sink, self._wrapped(child, body))
        except SoapFault as fault:
            self._explain(fault, label, write=False)

    def _wrapped(self, child: str, body: Mapping[str, Any] | None) -> dict[str, Any]:
        if not self._number.isdigit() or not self._key:
            raise account_refused(text=f"clientNumber «{self._number}»")
        auth = {"clientNumber": int(self._number), "clientKey": self._key}
        return {child: auth if child == "auth" else {"auth": auth, **(body or {})}}

    def _explain(self, fault: SoapFault, label: str, write: bool) -> NoReturn:
        """A fault without a declared detail is the server's own trouble: nothing is known of the call."""
        code = _text(fault.tree, "code")
        if KEY_WORDS.search(f"{code} {fault.text}"):
            raise account_refused(code, fault.text) from fault
        if _declared(fault.tree) or KNOWN_FAULTS.search(fault.text):
            raise Said(fault, code, {side: _candidates(fault.tree, side) for side in _DUPS}) from fault
        why = f"{label}: {fault.code} {fault.text[:200]}"
        raise (Uncertain(why) if write else Unavailable(why)) from fault


def _declared(tree: Any) -> bool:
    """Whether the detail is one of the faults that the services declare (§2): `code` and `message` may be missing."""
    return tree is not None and any(next(tree.iter(f"{{*}}{name}"), None) is not None for name in FAULTS)


def _text(tree: Any, name: str) -> str:
    found = None if tree is None else next(iter(tree.iter(f"{{*}}{name}")), None)
    return "" if found is None else (found.text or "").strip()


def _candidates(tree: Any, side: str) -> list[str]:
    """`Киров (Калужская область)`: what the city may be."""
    found = [] if tree is None else list(tree.iter(f"{{*}}{side}"))
    return [f"{_text(row, 'cityName')} ({_text(row, 'regionName')})" for row in found[:_SHOWN]]


def refused(said: Said) -> Refused:
    """A fault of the calculator as a problem: an ambiguous city with its candidates, else their words."""
    if AMBIGUOUS.search(f"{said.code} {said.text}"):
        sender = bool(said.candidates.get("pickupDups"))
        names = said.candidates["pickupDups" if sender else "deliveryDups"]
        params = {"candidates": names, "city": names[0].split(" (")[0]} if names else {}
        code, field, who = (
            ("sender_city_unknown", Field.SENDER, Who.ADMIN)
            if sender
            else ("city_ambiguous", Field.ADDRESS, Who.MANAGER)
        )
        return Refused([Problem(code, field, who, said.code, said.text, params)])
    return Refused([Problem("refused_unknown", Field.ORDER, Who.ADMIN, said.code, said.text)])
