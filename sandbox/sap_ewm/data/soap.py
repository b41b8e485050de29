"""The shapes of the one SOAP service: a function module that a site publishes through SOAMANAGER, for sites without
OData. Its fields are those of BAPI_OUTB_DELIVERY_CREATE_SLS and of the tables LIKP, LIPS and VBUK (§6.3)."""

from __future__ import annotations

NAMESPACE = "urn:sap-com:document:sap:rfc:functions"
NAME = "Z_WAYBILL_DELIVERY"
PATH = f"/sap/bc/srt/rfc/sap/{NAME.lower()}/100/{NAME.lower()}/{NAME.lower()}"
#: Type -> longest text; `quantum` are decimals, `date` is ISO.
TYPES = {"char1": 1, "char2": 2, "char3": 3, "char4": 4, "char6": 6, "char10": 10, "char20": 20, "char35": 35,
         "char40": 40, "char220": 220}  # fmt: skip
Fields = tuple[tuple[str, str], ...]
#: Rows of tables.
ROWS: dict[str, Fields] = {
    "ZWB_ITEM": (("REF_DOC", "char10"), ("REF_ITEM", "char6"), ("MATERIAL", "char40"), ("DLV_QTY", "quantum"),
                 ("SALES_UNIT", "char3")),
    "ZWB_LIPS": (("POSNR", "char6"), ("MATNR", "char40"), ("ARKTX", "char40"), ("LFIMG", "quantum"),
                 ("ORMNG", "quantum"), ("VRKME", "char3"), ("VGBEL", "char10"), ("VGPOS", "char6"), ("KOSTA", "char1")),
    "BAPIRET2": (("TYPE", "char1"), ("ID", "char20"), ("NUMBER", "char3"), ("MESSAGE", "char220")),
}  # fmt: skip
#: I_ACTION: C create, R read by I_BOLNR or I_VBELN, D delete.
ASKED: Fields = (
    ("I_ACTION", "char1"), ("I_BOLNR", "char35"), ("I_LIFEX", "char35"), ("I_SHIP_POINT", "char4"),
    ("I_VBELN", "char10"), ("SALES_ORDER_ITEMS", "TABLE_OF_ZWB_ITEM"),
)  # fmt: skip
ANSWERED: Fields = (
    ("DELIVERY_ITEMS", "TABLE_OF_ZWB_LIPS"), ("E_BOLNR", "char35"), ("E_BTGEW", "quantum"), ("E_ERDAT", "date"),
    ("E_GEWEI", "char3"), ("E_KOSTK", "char1"), ("E_LIFEX", "char35"), ("E_LIFSK", "char2"), ("E_NAME1", "char40"),
    ("E_PDSTK", "char1"), ("E_VBELN", "char10"), ("E_WADAT_IST", "date"), ("E_WBSTK", "char1"),
    ("RETURN", "TABLE_OF_BAPIRET2"),
)  # fmt: skip


def wsdl(address: str) -> str:
    """Document/literal, SOAP 1.1, children without a namespace: as SOAMANAGER writes it for a function module."""
    head = (
        f'<?xml version="1.0" encoding="utf-8"?>\n<wsdl:definitions targetNamespace="{NAMESPACE}"'
        f' xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
        f' xmlns:wsoap11="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:tns="{NAMESPACE}"><wsdl:types>'
        f'<xsd:schema attributeFormDefault="unqualified" targetNamespace="{NAMESPACE}">'
    )
    parts = [head]
    parts += [_simple(name, f'<xsd:maxLength value="{most}"/>') for name, most in TYPES.items()]
    parts.append(
        '<xsd:simpleType name="quantum"><xsd:restriction base="xsd:decimal"><xsd:totalDigits value="15"/>'
        '<xsd:fractionDigits value="3"/></xsd:restriction></xsd:simpleType>'
    )
    for name, fields in ROWS.items():
        parts.append(f'<xsd:complexType name="{name}"><xsd:sequence>{_fields(fields)}</xsd:sequence></xsd:complexType>')
        parts.append(
            f'<xsd:complexType name="TABLE_OF_{name}"><xsd:sequence><xsd:element name="item" type="tns:{name}"'
            ' minOccurs="0" maxOccurs="unbounded"/></xsd:sequence></xsd:complexType>'
        )
    for name, fields in ((NAME, ASKED), (f"{NAME}Response", ANSWERED)):
        parts.append(
            f'<xsd:element name="{name}"><xsd:complexType><xsd:all>{_fields(fields)}</xsd:all></xsd:complexType>'
            "</xsd:element>"
        )
    parts.append("</xsd:schema></wsdl:types>")
    for name in (NAME, f"{NAME}Response"):
        parts.append(f'<wsdl:message name="{name}"><wsdl:part name="parameters" element="tns:{name}"/></wsdl:message>')
    parts.append(
        f'<wsdl:portType name="{NAME}"><wsdl:operation name="{NAME}"><wsdl:input message="tns:{NAME}"/>'
        f'<wsdl:output message="tns:{NAME}Response"/></wsdl:operation></wsdl:portType>'
        f'<wsdl:binding name="{NAME}" type="tns:{NAME}"><wsoap11:binding'
        ' transport="http://schemas.xmlsoap.org/soap/http" style="document"/>'
        f'<wsdl:operation name="{NAME}"><wsoap11:operation soapAction="{NAMESPACE}:{NAME}:{NAME}Request"'
        ' style="document"/><wsdl:input><wsoap11:body use="literal"/></wsdl:input>'
        '<wsdl:output><wsoap11:body use="literal"/></wsdl:output></wsdl:operation></wsdl:binding>'
        f'<wsdl:service name="{NAME}"><wsdl:port name="{NAME}" binding="tns:{NAME}">'
        f'<wsoap11:address location="{address}"/></wsdl:port></wsdl:service></wsdl:definitions>'
    )
    return "".join(parts)


def _simple(name: str, facet: str) -> str:
    return (
        f'<xsd:simpleType name="{name}"><xsd:restriction base="xsd:string">{facet}</xsd:restriction></xsd:simpleType>'
    )


def _fields(fields: Fields) -> str:
    return "".join(
        f'<xsd:element name="{name}" type="{"xsd:date" if kind == "date" else f"tns:{kind}"}" minOccurs="0"/>'
        for name, kind in fields
    )
