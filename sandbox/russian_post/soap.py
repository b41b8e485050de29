"""SOAP envelopes in both versions: reading a request, writing answers and faults (§14)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"
OPERATIONS = "http://russianpost.org/operationhistory"
DATA = "http://russianpost.org/operationhistory/data"
ESPP = "http://www.russianpost.org/RTM/DataExchangeESPP/Data"
SMS = "http://russianpost.org/sms-info/data"
DUTY = "http://www.russianpost.org/custom-duty-info/data"
CLIENT = "http://fclient.russianpost.org"
SERVER = "http://fclient.russianpost.org/postserver"

_DATA = Path(__file__).parent / "data"
for _prefix, _space in (("o", OPERATIONS), ("d", DATA), ("f", CLIENT), ("p", SERVER), ("e", ESPP), ("c", DUTY)):
    ElementTree.register_namespace(_prefix, _space)


class BadEnvelope(Exception):  # noqa: N818 - an answer
    """Not an envelope of the version this service speaks; ``code`` is the fault's."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


def wsdl(name: str, address: str) -> bytes:
    """``rtm34`` or ``fc`` with the endpoint's address in it."""
    return (_DATA / f"{name}.wsdl").read_text("utf-8").replace("@address@", address).encode()


def read(data: bytes, version: str) -> Element:
    """The one element of the body. Raises BadEnvelope."""
    try:
        root = ElementTree.fromstring(data)  # noqa: S314 - only our own tests speak to the sandbox
    except ElementTree.ParseError:
        raise BadEnvelope("Sender", "not XML") from None
    if root.tag != f"{{{version}}}Envelope":
        raise BadEnvelope("VersionMismatch", "A SOAP envelope of another version is expected")
    body = root.find(f"{{{version}}}Body")
    if body is None or len(body) != 1:
        raise BadEnvelope("Sender", "Body must have one child")
    return body[0]


def child_text(parent: Element | None, name: str, space: str = "") -> str:
    """Text of a child, "" when it is not there."""
    found = None if parent is None else parent.find(f"{{{space}}}{name}" if space else name)
    return (found.text or "").strip() if found is not None else ""


def add(
    parent: Element, name: str, text: object = None, space: str = DATA, attributes: Mapping[str, str] | None = None
) -> Element:
    """A child; booleans in XML's words."""
    found = SubElement(parent, f"{{{space}}}{name}" if space else name, dict(attributes or {}))
    if text is not None:
        found.text = str(text).lower() if isinstance(text, bool) else str(text)
    return found


def envelope(version: str, content: Element) -> bytes:
    root = Element(f"{{{version}}}Envelope")
    SubElement(root, f"{{{version}}}Body").append(content)
    return _bytes(root)


def fault_12(text: str, *, code: str = "Receiver", detail: Element | None = None) -> bytes:
    """``S:Fault`` with Code, Reason and Detail."""
    root = Element(f"{{{SOAP_12}}}Envelope")
    fault = SubElement(SubElement(root, f"{{{SOAP_12}}}Body"), f"{{{SOAP_12}}}Fault")
    SubElement(SubElement(fault, f"{{{SOAP_12}}}Code"), f"{{{SOAP_12}}}Value").text = f"S:{code}"
    reason = SubElement(SubElement(fault, f"{{{SOAP_12}}}Reason"), f"{{{SOAP_12}}}Text")
    reason.text = text
    reason.set("{http://www.w3.org/XML/1998/namespace}lang", "ru")
    if detail is not None:
        SubElement(fault, f"{{{SOAP_12}}}Detail").append(detail)
    return _bytes(root)


def fault_11(text: str, *, code: str = "Server") -> bytes:
    root = Element(f"{{{SOAP_11}}}Envelope")
    fault = SubElement(SubElement(root, f"{{{SOAP_11}}}Body"), f"{{{SOAP_11}}}Fault")
    SubElement(fault, "faultcode").text = f"S:{code}"
    SubElement(fault, "faultstring").text = text
    return _bytes(root)


def _bytes(root: Element) -> bytes:
    space = root.tag.partition("}")[0].lstrip("{")
    ElementTree.register_namespace("S", space)
    data: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return data
