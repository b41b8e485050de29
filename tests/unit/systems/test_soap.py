"""SOAP through our one door: where the account's sign-in goes, and how much of their WSDLs is kept."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from b24app.clock import SystemClock
from b24app.logistics.errors import AccountProblem, Unavailable
from b24app.logistics.problem import Field, Who
from b24app.systems import MemoryTokens, OpenContext
from b24app.systems.kit.line import Line
from b24app.systems.kit.soap import MOST_PARTS, Soap, _Clients
from b24app.wire.calls import RemoteKey
from b24app.wire.http import Answer, Call

_TNS = "urn:test"
ANSWER = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
    f'<SayResponse xmlns="{_TNS}">well</SayResponse></s:Body></s:Envelope>'
)


def wsdl(*imports: str) -> str:
    """One operation at another host's address; `imports` are places of schemas."""
    schemas = "".join(
        f'<x:schema><x:import namespace="urn:{at}" schemaLocation="{place}"/></x:schema>'
        for at, place in enumerate(imports)
    )
    return f"""<w:definitions targetNamespace="{_TNS}" xmlns:t="{_TNS}" xmlns:w="http://schemas.xmlsoap.org/wsdl/"
 xmlns:x="http://www.w3.org/2001/XMLSchema" xmlns:s="http://schemas.xmlsoap.org/wsdl/soap/"><w:types>{schemas}
 <x:schema targetNamespace="{_TNS}"><x:element name="Say" type="x:string"/><x:element name="SayResponse"
 type="x:string"/></x:schema></w:types><w:message name="In"><w:part name="p" element="t:Say"/></w:message>
 <w:message name="Out"><w:part name="p" element="t:SayResponse"/></w:message><w:portType name="P">
 <w:operation name="Say"><w:input message="t:In"/><w:output message="t:Out"/></w:operation></w:portType>
 <w:binding name="B" type="t:P"><s:binding transport="http://schemas.xmlsoap.org/soap/http"/><w:operation name="Say">
 <s:operation soapAction=""/><w:input><s:body use="literal"/></w:input><w:output><s:body use="literal"/></w:output>
 </w:operation></w:binding><w:service name="S"><w:port name="P" binding="t:B">
 <s:address location="https://elsewhere.example.com/steal"/></w:port></w:service></w:definitions>"""


@dataclass
class Site:
    """Answers a GET with the WSDL, or an empty schema, and a POST with the answer."""

    text: str
    calls: list[Call] = field(default_factory=list)

    def send(self, call: Call) -> Answer:
        self.calls.append(call)
        number = call.url.partition("=")[2]
        schema = f'<x:schema xmlns:x="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:{number}"/>'
        said = ANSWER if call.verb == "POST" else self.text if call.url.endswith("?wsdl") else schema
        return Answer(200, {"content-type": "text/xml"}, said.encode(), 1)

    def asked(self) -> list[tuple[str, bool]]:
        """Addresses, and whether our sign-in went there."""
        return [(call.url, "Authorization" in call.headers) for call in self.calls]


def line(site: Site, base: str) -> Line:
    clock = SystemClock()
    context = OpenContext({}, "live", base, site, clock, MemoryTokens(clock), RemoteKey("sap_ewm", "1"))  # type: ignore[arg-type]
    return Line(context, headers={"Authorization": "Basic c2VjcmV0"})


def test_the_sign_in_goes_to_the_configured_host_alone() -> None:
    """Whatever the WSDL names: its service, schemas of this host by an inner port, schemas of another one."""
    base = "https://one.example.com:44300"
    site = Site(wsdl("http://one.example.com:8000/types?xsd=0", "http://schemas.example.org/types?xsd=1"))
    assert Soap(line(site, base), "/sap/x").call("Say", "say", {"value": "hello"}) == "well"
    assert site.asked() == [
        (f"{base}/sap/x?wsdl", True), (f"{base}/types?xsd=0", True), ("http://schemas.example.org/types?xsd=1", False),
        (f"{base}/sap/x", True),
    ]  # fmt: skip


def test_a_path_of_another_host_is_the_admins_to_correct() -> None:
    site = Site(wsdl())
    for path in ("https://elsewhere.example.com/x", "http://two.example.com.elsewhere.org/x"):
        with pytest.raises(AccountProblem) as caught:
            Soap(line(site, "https://two.example.com"), path).call("Say", "say", {})
        assert (caught.value.problem.code, caught.value.problem.field, caught.value.problem.who) == (
            "path_elsewhere", Field.ACCOUNT, Who.ADMIN,
        )  # fmt: skip
    assert caught.value.problem.params == {"host": "two.example.com.elsewhere.org", "own": "two.example.com"}
    assert site.calls == []
    assert Soap(line(site, "https://two.example.com"), "http://two.example.com:8000/x").address.startswith(
        "https://two"
    )


def test_so_many_wsdls_are_kept_and_so_large_ones() -> None:
    site, base = Site(wsdl()), "https://three.example.com"
    size = len(site.text.encode())

    def loads(kept: _Clients, *names: str) -> int:
        site.calls.clear()
        for name in names:
            kept.get(line(site, base), f"{base}/{name}?wsdl")
        return len(site.calls)

    few = _Clients(most=2)
    assert loads(few, "a", "b", "a", "c", "a") == 3
    assert loads(few, "a", "c", "b") == 1
    small = _Clients(most_bytes=2 * size)
    assert loads(small, "a", "b", "a", "b", "c") == 3
    assert loads(small, "b", "c", "a") == 1


def test_a_wsdl_without_end_is_none() -> None:
    site = Site(wsdl(*(f"https://four.example.com/types?xsd={at}" for at in range(2 * MOST_PARTS))))
    with pytest.raises(Unavailable):
        Soap(line(site, "https://four.example.com"), "x").call("Say", "say", {})
    assert len(site.calls) == MOST_PARTS + 1
    site = Site(wsdl() + " " * 4 * 1024 * 1024)
    with pytest.raises(Unavailable):
        Soap(line(site, "https://four.example.com"), "y").call("Say", "say", {})


DEEP = (
    "<x:schema><x:complexType name='a'>"
    + "<x:sequence>" * 3000
    + "</x:sequence>" * 3000
    + "</x:complexType></x:schema>"
)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "It works!",
        '{"a": 1}',
        "<html><body>It works!</body></html>",
        wsdl().replace("</w:types>", f"{DEEP}</w:types>"),
        '<w:definitions xmlns:w="http://schemas.xmlsoap.org/wsdl/"><w:portType/><w:binding/></w:definitions>',
    ],
)
def test_what_is_no_wsdl_is_a_service_that_does_not_answer(text: str) -> None:
    """Anything else stopped the account's whole lane, its orders and its test."""
    with pytest.raises(Unavailable, match=r"soap\.wsdl"):
        Soap(line(Site(text), "https://five.example.com"), "x").call("Say", "say", {})
