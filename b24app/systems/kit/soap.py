"""SOAP services through zeep, over the house's one HTTP door (limits, budget, circuit, log). A WSDL is loaded and
parsed once per process, which takes zeep a second; accounts share it, and the latest used ones are kept. Where it says
that its service is, is not asked: the account's keys go to the host that was configured, and nowhere else."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import IO, Any
from urllib.parse import urlsplit

from b24app.logistics.errors import Unavailable
from b24app.systems.kit.line import LIST, READ, Line, lost
from b24app.wire.http import Answer, Limits

#: Parsed WSDLs that a process keeps, the latest used ones, and bytes of their texts: what zeep makes of them grows with
#: these. The real ones have some ten to some hundred KB.
MOST, MOST_BYTES = 64, 32 * 1024 * 1024
#: Of one WSDL with all that it imports.
MOST_OF_ONE, MOST_PARTS = 4 * 1024 * 1024, 50


class SoapFault(Exception):  # noqa: N818 - their word
    """They answered with a Fault: nothing else is known about the call than what it says. `detail` is its text, `tree`
    its element (lxml) where there is one."""

    def __init__(self, code: str, text: str, detail: str = "", status: int = 500, tree: Any = None) -> None:
        super().__init__(f"{code}: {text}")
        self.code, self.text, self.detail, self.status, self.tree = code, text, detail, status, tree


class Soap:
    """Calls of one account to one service: it is at `path` below the line's base, its WSDL at `path?wsdl`."""

    def __init__(self, line: Line, path: str) -> None:
        self._line = line
        self._path = path

    @property
    def address(self) -> str:
        """Raises AccountProblem; see `Line.typed_path`."""
        return self._line.typed_path(self._path)

    def call(
        self,
        operation: str,
        label: str,
        body: Mapping[str, Any] | None = None,
        *,
        write: bool = False,
        limits: Limits | None = None,
    ) -> Any:
        """The answer as plain dicts, lists and values (what came once may be one value or a list: see `rows`). Raises
        SoapFault, AccountProblem, Unavailable, Uncertain."""
        from zeep.exceptions import Fault
        from zeep.helpers import serialize_object

        client = _CLIENTS.get(self._line, f"{self.address}?wsdl")
        call = _now.call = _Now(self._line, label, write, limits, None)
        try:
            found = getattr(self._proxy(client), operation)(**(body or {}))
        except Fault as fault:
            raise _fault(fault) from fault
        except _stumbles() as error:
            if not call.answered:
                raise  # what we wanted to send is not in their schema
            # An answer that is no SOAP, or another one than the schema's: zeep stumbles over it in many ways.
            raise lost(f"{label}: {type(error).__name__}: {str(error)[:200]}", write) from error
        finally:
            _now.call = None
        return serialize_object(found, dict)

    def download(self, operation: str, label: str, sink: IO[bytes], body: Mapping[str, Any] | None = None) -> None:
        """A long answer to the end of a file, as raw XML, for `lxml.etree.iterparse`. Raises SoapFault, AccountProblem,
        Unavailable."""
        client = _CLIENTS.get(self._line, f"{self.address}?wsdl")
        proxy = self._proxy(client)
        binding, options = proxy._binding, proxy._binding_options
        envelope, headers = binding._create(operation, (), dict(body or {}), client=client, options=options)
        call = _Now(self._line, label, False, LIST, sink)
        start = sink.tell()
        answer = call.send(options["address"], _bytes(envelope), headers)
        if answer.status != 200:
            raise _fault_in(answer, label)
        sink.seek(start)
        if b"Envelope" not in sink.read(2048):
            raise Unavailable(f"{label}: an answer that is no SOAP")
        sink.seek(0, os.SEEK_END)

    def _proxy(self, client: Any) -> Any:
        return client.create_service(next(iter(client.wsdl.bindings)), self.address)


def rows(value: Any) -> list[Any]:
    """A list from what may be absent, one, or several."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


# --- zeep's side ------------------------------------------------------------------------------------------------------


@dataclass
class _Now:
    """The call that this thread makes through zeep."""

    line: Line
    label: str
    write: bool
    limits: Limits | None
    sink: IO[bytes] | None
    answered: bool = False

    def send(self, address: str, message: bytes, headers: Mapping[str, str]) -> Answer:
        answer = self.line.send(
            "POST",
            address,
            self.label,
            write=self.write,
            body=message,
            headers={**headers, "Accept": "text/xml, application/soap+xml, multipart/related"},
            limits=self.limits,
            sink=self.sink,
            keep_5xx=True,
        )
        self.answered = True
        return answer


class _Local(threading.local):
    call: _Now | None = None


_now = _Local()


class _Response:
    """As much of a `requests.Response` as zeep reads."""

    def __init__(self, answer: Answer) -> None:
        self.status_code = answer.status
        self.headers = {"Content-Type": answer.headers.get("content-type", "text/xml")}
        self.content = answer.body
        self.encoding = "utf-8"


class _Transport:
    """zeep's door to the network: ours."""

    def load(self, url: str) -> bytes:
        now = _loading.now
        if now is None:
            raise Unavailable(f"{url}: nobody loads it now")
        return now.load(url)

    def post_xml(self, address: str, envelope: Any, headers: Mapping[str, str]) -> _Response:
        call = _now.call
        if call is None:
            raise Unavailable("a SOAP call outside of Soap.call")
        answer = call.send(address, _bytes(envelope), headers)
        if answer.status >= 500 and b"Envelope" not in answer.body:
            raise lost(f"{call.label}: HTTP {answer.status}", call.write)
        return _Response(answer)


@dataclass
class _Loading:
    """A WSDL that this thread loads, with all that it imports."""

    line: Line
    size: int = 0
    parts: int = 0

    def load(self, url: str) -> bytes:
        """Raises Unavailable."""
        mine = self.line.by_the_front_door(url)
        # A schema of another host is public, or nobody's: the account's sign-in does not go there.
        line = self.line if mine else Line(self.line.context)
        limits = replace(READ, max_bytes=MOST_OF_ONE)
        answer = line.send("GET", mine or url, "soap.wsdl", headers={"Accept": "text/xml, */*"}, limits=limits)
        if answer.status != 200:
            raise Unavailable(f"soap.wsdl: HTTP {answer.status} at {urlsplit(mine or url).hostname}")
        self.size, self.parts = self.size + len(answer.body), self.parts + 1
        if self.size > MOST_OF_ONE or self.parts > MOST_PARTS:
            raise Unavailable(f"soap.wsdl: {self.parts} parts of {self.size} bytes and no end")
        return answer.body


class _LoadingLocal(threading.local):
    now: _Loading | None = None


_loading = _LoadingLocal()


@dataclass
class _Kept:
    """`lock` is held while it is loaded."""

    client: Any = None
    size: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


class _Clients:
    """Parsed WSDLs by address; what was not used for longest goes first."""

    def __init__(self, most: int = MOST, most_bytes: int = MOST_BYTES) -> None:
        self._most, self._most_bytes = most, most_bytes
        self._found: OrderedDict[str, _Kept] = OrderedDict()
        self._guard = threading.Lock()

    def get(self, line: Line, url: str) -> Any:
        """Raises Unavailable."""
        with self._guard:
            kept = self._found.setdefault(url, _Kept())
            self._found.move_to_end(url)
        with kept.lock:
            if kept.client is None:
                kept.client, kept.size = _load(line, url)
                self._trim()
            return kept.client

    def _trim(self) -> None:
        with self._guard:
            while len(self._found) > self._most or sum(each.size for each in self._found.values()) > self._most_bytes:
                self._found.popitem(last=False)


def _load(line: Line, url: str) -> tuple[Any, int]:
    """The parsed WSDL, and how many bytes it was made of."""
    from zeep import Client, Settings

    settings = Settings(strict=False, xml_huge_tree=True, xsd_ignore_sequence_order=True, force_https=False)
    now = _loading.now = _Loading(line)
    try:
        client = Client(url, transport=_Transport(), settings=settings)
        if not client.wsdl.bindings:
            raise ValueError("no service in it")
        return client, now.size
    except _stumbles() as error:
        raise Unavailable(f"soap.wsdl: {type(error).__name__}: {str(error)[:200]}") from error
    finally:
        _loading.now = None


def _stumbles() -> tuple[type[Exception], ...]:
    """What zeep raises over a text that is no WSDL, no SOAP, or another one than the schema's."""
    from lxml import etree
    from zeep.exceptions import Error

    python = (LookupError, TypeError, ValueError, AttributeError, AssertionError, RecursionError)
    return (Error, etree.LxmlError, *python)


_CLIENTS = _Clients()


def _bytes(envelope: Any) -> bytes:
    from lxml import etree

    message: bytes = etree.tostring(envelope, xml_declaration=True, encoding="utf-8")
    return message


def _fault(fault: Any) -> SoapFault:
    from lxml import etree

    tree = fault.detail if etree.iselement(fault.detail) else None
    if tree is None:
        return SoapFault(str(fault.code or ""), str(fault.message or ""), str(fault.detail or ""))
    detail = " ".join("".join(map(str, tree.itertext())).split()) or etree.tostring(tree, encoding="unicode")
    return SoapFault(str(fault.code or ""), str(fault.message or ""), detail, tree=tree)


def _fault_in(answer: Answer, label: str) -> SoapFault | Unavailable:
    """Of an answer that was asked for as a file."""
    from lxml import etree

    try:
        tree = etree.fromstring(answer.body)
    except etree.XMLSyntaxError:
        return Unavailable(f"{label}: HTTP {answer.status}")
    texts = {
        etree.QName(node).localname: " ".join("".join(map(str, node.itertext())).split()) for node in tree.iter("{*}*")
    }
    code = texts.get("faultcode") or texts.get("Code", "")
    words, detail = texts.get("faultstring") or texts.get("Reason", ""), texts.get("detail", "")
    return SoapFault(code, words, detail, answer.status, next(tree.iter("{*}detail"), None))
