"""SOAP services through zeep, over the house's one HTTP door (limits, budget, circuit, log). A WSDL is loaded and
parsed once per process, which takes zeep a second; accounts share it."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any
from urllib.parse import urlsplit, urlunsplit

from b24app.logistics.errors import Unavailable
from b24app.systems.kit.line import LIST, Line, lost
from b24app.wire.http import Answer, Limits


class SoapFault(Exception):  # noqa: N818 - their word
    """They answered with a Fault: nothing else is known about the call than what it says. `detail` is its text, `tree`
    its element (lxml) where there is one."""

    def __init__(self, code: str, text: str, detail: str = "", status: int = 500, tree: Any = None) -> None:
        super().__init__(f"{code}: {text}")
        self.code, self.text, self.detail, self.status, self.tree = code, text, detail, status, tree


@dataclass(frozen=True, slots=True)
class Service:
    """One of their services: where its WSDL is (below the line's base), where it is called ("" = as the WSDL says), and
    which binding (`{namespace}name`; "" = the only one)."""

    wsdl: str
    path: str = ""
    binding: str = ""


class Soap:
    """Calls of one account to one service."""

    def __init__(self, line: Line, service: Service) -> None:
        self._line = line
        self._service = service

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
        SoapFault, Unavailable, Uncertain."""
        from lxml import etree
        from zeep.exceptions import Error, Fault, XMLParseError
        from zeep.helpers import serialize_object

        client = _CLIENTS.get(self._line, self._service)
        call = _now.call = _Now(self._line, label, write, limits, None)
        try:
            proxy = self._proxy(client)
            found = getattr(proxy, operation)(**(body or {}))
        except Fault as fault:
            raise _fault(fault) from fault
        except (Error, XMLParseError, etree.LxmlError, LookupError, TypeError, ValueError, AttributeError) as error:
            if not call.answered:
                raise  # what we wanted to send is not in their schema
            # An answer that is no SOAP, or another one than the schema's: zeep stumbles over it in many ways.
            raise lost(f"{label}: {type(error).__name__}: {str(error)[:200]}", write) from error
        finally:
            _now.call = None
        return serialize_object(found, dict)

    def download(self, operation: str, label: str, sink: IO[bytes], body: Mapping[str, Any] | None = None) -> None:
        """A long answer to the end of a file, as raw XML, for `lxml.etree.iterparse`. Raises SoapFault, Unavailable."""
        client = _CLIENTS.get(self._line, self._service)
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
        if not self._service.path and not self._service.binding:
            return client.service
        binding = self._service.binding or next(iter(client.wsdl.bindings))
        address = (
            self._line.address(self._service.path) if self._service.path else client.service._binding_options["address"]
        )
        return client.create_service(binding, address)


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
        line = _loading.line
        if line is None:
            raise Unavailable(f"{url}: nobody loads it now")
        answer = line.send("GET", _by_the_front_door(line.base, url), "soap.wsdl", headers={"Accept": "text/xml, */*"})
        if answer.status != 200:
            raise Unavailable(f"soap.wsdl: HTTP {answer.status}")
        return answer.body

    def post_xml(self, address: str, envelope: Any, headers: Mapping[str, str]) -> _Response:
        call = _now.call
        if call is None:
            raise Unavailable("a SOAP call outside of Soap.call")
        answer = call.send(address, _bytes(envelope), headers)
        if answer.status >= 500 and b"Envelope" not in answer.body:
            raise lost(f"{call.label}: HTTP {answer.status}", call.write)
        return _Response(answer)


def _by_the_front_door(base: str, url: str) -> str:
    """The address to load from: a WSDL behind a proxy names its schemas by http and an inner port of the same host."""
    ours, theirs = urlsplit(base), urlsplit(url)
    if ours.hostname != theirs.hostname:
        return url
    return urlunsplit(theirs._replace(scheme=ours.scheme, netloc=ours.netloc))


class _LoadingLocal(threading.local):
    line: Line | None = None


_loading = _LoadingLocal()


class _Clients:
    """Parsed WSDLs by address."""

    def __init__(self) -> None:
        self._found: dict[str, Any] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()

    def get(self, line: Line, service: Service) -> Any:
        """Raises Unavailable."""
        url = line.address(service.wsdl)
        found = self._found.get(url)
        if found is not None:
            return found
        with self._guard:
            lock = self._locks.setdefault(url, threading.Lock())
        with lock:
            found = self._found.get(url)
            if found is None:
                found = self._found[url] = _load(line, url)
        return found


def _load(line: Line, url: str) -> Any:
    from lxml import etree
    from zeep import Client, Settings
    from zeep.exceptions import Error

    settings = Settings(strict=False, xml_huge_tree=True, xsd_ignore_sequence_order=True, force_https=False)
    _loading.line = line
    try:
        return Client(url, transport=_Transport(), settings=settings)
    except (Error, etree.LxmlError, ValueError) as error:
        raise Unavailable(f"soap.wsdl: {type(error).__name__}: {str(error)[:200]}") from error
    finally:
        _loading.line = None


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
