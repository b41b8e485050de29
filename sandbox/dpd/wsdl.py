"""The WSDL and XSD that the emulated DPD serves (contract §15): document/literal wrapped, unqualified children, an
imported schema at ``?xsd=1`` and the WS-Addressing action attributes, all as the real files have them."""

from __future__ import annotations

from collections.abc import Iterator

from .schema import SIMPLE, Field, Service

_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'


def wsdl(service: Service, address: str) -> str:
    """``address`` is where the service listens, without a query."""
    parts = [
        (
            f'{_HEAD}<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
            ' xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:wsam="http://www.w3.org/2007/05/addressing/metadata"'
            f' xmlns:tns="{service.namespace}" name="{service.name}" targetNamespace="{service.namespace}">'
        ),
        (
            f'<types><xsd:schema><xsd:import schemaLocation="{address}?xsd=1" namespace="{service.namespace}"/>'
            "</xsd:schema></types>"
        ),
        *_messages(service),
        f'<portType name="{service.port_type}">',
        *_port_type(service),
        (
            f'</portType><binding name="{service.binding}" type="tns:{service.port_type}">'
            '<soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>'
        ),
        *_binding(service),
        (
            f'</binding><service name="{service.name}"><port name="{service.port}" binding="tns:{service.binding}">'
            f'<soap:address location="{address}"/></port></service></definitions>'
        ),
    ]
    return "\n".join(parts)


def _messages(service: Service) -> Iterator[str]:
    for name in service.operations:
        for message in (name, f"{name}Response"):
            yield f'<message name="{message}"><part name="parameters" element="tns:{message}"/></message>'
    for fault in service.faults():
        yield f'<message name="{fault}"><part name="fault" element="tns:{fault}"/></message>'


def _port_type(service: Service) -> Iterator[str]:
    for name, operation in service.operations.items():
        action = f"{service.namespace}/{service.port_type}/{name}"
        fault = operation.fault
        yield (
            f'<operation name="{name}"><input wsam:Action="{action}Request" message="tns:{name}"/>'
            f'<output wsam:Action="{action}Response" message="tns:{name}Response"/>'
            f'<fault wsam:Action="{action}/Fault/{fault}" name="{fault}" message="tns:{fault}"/></operation>'
        )


def _binding(service: Service) -> Iterator[str]:
    for name, operation in service.operations.items():
        yield (
            f'<operation name="{name}"><soap:operation soapAction=""/><input><soap:body use="literal"/></input>'
            '<output><soap:body use="literal"/></output>'
            f'<fault name="{operation.fault}"><soap:fault use="literal" name="{operation.fault}"/></fault></operation>'
        )


def xsd(service: Service) -> str:
    """The schema: an element and a type for every operation, its answer and every fault."""
    parts = [
        (
            f'{_HEAD}<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:tns="{service.namespace}"'
            f' version="1.0" targetNamespace="{service.namespace}">'
        )
    ]
    wrappers = {name: (operation.child,) for name, operation in service.operations.items()}
    wrappers |= {f"{name}Response": (operation.answer,) for name, operation in service.operations.items()}
    parts += [f'<xs:element name="{name}" type="tns:{name}"/>' for name in (*wrappers, *service.faults())]
    for name, fields in (wrappers | dict(service.types)).items():
        parts.append(f'<xs:complexType name="{name}"><xs:sequence>')
        parts += [_element(found) for found in fields if not found.attribute]
        parts.append("</xs:sequence>")
        parts += [f'<xs:attribute name="{found.name}" type="{_type(found)}"/>' for found in fields if found.attribute]
        parts.append("</xs:complexType>")
    return "\n".join([*parts, "</xs:schema>"])


def _element(found: Field) -> str:
    bounds = "" if found.least else ' minOccurs="0"'
    bounds += ' maxOccurs="unbounded"' if found.most is None else ""
    nillable = ' nillable="true"' if found.nillable else ""
    return f'<xs:element name="{found.name}" type="{_type(found)}"{nillable}{bounds}/>'


def _type(found: Field) -> str:
    return f"xs:{found.type}" if found.type in SIMPLE else f"tns:{found.type}"
