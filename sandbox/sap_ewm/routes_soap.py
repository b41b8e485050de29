"""The SOAP service for sites without OData: create, read and delete a delivery by our number (``data/soap.py``)."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any
from xml.sax.saxutils import escape

from flask import Flask, Response, abort, request

from .core import Sap
from .data.soap import ANSWERED, ASKED, NAME, NAMESPACE, PATH, ROWS, TYPES, Fields, wsdl
from .errors import Refused
from .model import Delivery, SdOrder
from .rules import deliveries
from .rules.rows import rows
from .schema import services
from .wire import note, user

_ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
_XML = "text/xml;charset=utf-8"
Row = dict[str, Any]


class Fault(Exception):  # noqa: N818
    """A message that the runtime does not understand."""


def add(app: Flask, sap: Sap) -> None:
    @app.get(PATH)
    def describe() -> Response:
        if not sap.switches.soap:
            abort(404)
        return Response(wsdl(sap.base_url + PATH), content_type=_XML)

    @app.post(PATH)
    def call_soap() -> Response:
        if not sap.switches.soap:
            abort(404)
        try:
            asked = _read(request.get_data())
            note(action=asked.get("I_ACTION", ""), key=asked.get("I_BOLNR", ""))
            with sap.lock:
                answer = _handle(sap, asked)
        except Fault as problem:
            note(fault_text=str(problem))
            text = f"<soap:Fault><faultcode>soap:Client</faultcode><faultstring>{escape(str(problem))}</faultstring>"
            return Response(_envelope(text + "</soap:Fault>"), 500, content_type=_XML)
        return Response(_envelope(_write(answer, sap.switches.unknown_fields)), content_type=_XML)


# --- the module -------------------------------------------------------------------------------------------------------


def _handle(sap: Sap, asked: Mapping[str, Any]) -> Row:
    """Errors are rows of RETURN, as of a BAPI; the answer is HTTP 200."""
    try:
        found = _act(sap, asked)
    except Refused as problem:
        group, _, number = problem.code.rpartition("/")
        return {"RETURN": [{"TYPE": "E", "ID": group[-20:], "NUMBER": number[:3], "MESSAGE": problem.words[:220]}]}
    done = {"TYPE": "S", "ID": "VL", "NUMBER": "311", "MESSAGE": f"Delivery {found.number} saved"}
    return _shown(sap, found) | {"RETURN": [done]}


def _act(sap: Sap, asked: Mapping[str, Any]) -> Delivery:
    """Raises Refused."""
    action, mark, number = (str(asked.get(name, "")) for name in ("I_ACTION", "I_BOLNR", "I_VBELN"))
    if action not in ("C", "R", "D"):
        raise Refused("00/055", words=f"Action {action!r} is not C, R or D")
    if action != "R" and not user().writes:
        raise Refused("/IWFND/MED/403", user=user().name, name=NAME)
    found = _found(sap, mark, number)
    if found is None and action == "C":
        return _create(sap, asked, mark)
    if found is None:
        raise Refused("VL/055", delivery=mark or number)
    if action == "D":
        deliveries.delete(sap, found)
    return found


def _found(sap: Sap, mark: str, number: str) -> Delivery | None:
    """By our number, else by its own: what is there already is not made again."""
    if number:
        return sap.delivery(number, "J")
    return next((each for each in sap.live("J") if mark and each.mark == mark), None)


def _create(sap: Sap, asked: Mapping[str, Any], mark: str) -> Delivery:
    if not mark:
        raise Refused("00/055", "I_BOLNR", words="I_BOLNR is missing")
    lines = [_line(sap, row) for row in asked.get("SALES_ORDER_ITEMS") or []]
    if not lines:
        raise Refused("VL/559")
    header = {"BillOfLading": mark, "DeliveryDocumentBySupplier": str(asked.get("I_LIFEX", ""))} | (
        {"ShippingPoint": asked["I_SHIP_POINT"]} if asked.get("I_SHIP_POINT") else {}
    )
    return deliveries.make(sap, user(), "J", header, lines)


def _line(sap: Sap, row: Mapping[str, Any]) -> Row:
    """Without REF_ITEM the row of that material."""
    number, item = str(row.get("REF_DOC", "")).lstrip("0"), str(row.get("REF_ITEM", ""))
    if not item:
        item = _item_of(sap.orders.get(number), str(row.get("MATERIAL", "")))
    found: Row = {"ReferenceSDDocument": number, "ReferenceSDDocumentItem": item}
    if "DLV_QTY" in row:
        found["ActualDeliveryQuantity"] = row["DLV_QTY"]
    return found | ({"DeliveryQuantityUnit": row["SALES_UNIT"]} if row.get("SALES_UNIT") else {})


def _item_of(order: SdOrder | None, material: str) -> str:
    if order is None:
        return ""
    found = [item for item in order.items if item.material == material]
    if not found:
        raise Refused("VL/363", "MATERIAL", words=f"Order {order.number} has no item with material {material}")
    return str(found[0].number)


def _shown(sap: Sap, delivery: Delivery) -> Row:
    service = services(newer=True)["API_OUTBOUND_DELIVERY_SRV"]
    shown = {"DeliveryDocument": delivery.number}
    header: Row = next((row for row in rows(sap, service.entities["A_OutbDeliveryHeader"])
                        if row["DeliveryDocument"] == delivery.number), shown)  # fmt: skip
    if delivery.deleted:
        return {"E_VBELN": delivery.number, "E_BOLNR": delivery.mark}
    items = [row for row in rows(sap, service.entities["A_OutbDeliveryItem"])
             if row["DeliveryDocument"] == delivery.number]  # fmt: skip
    issued = header["ActualGoodsMovementDate"]
    return {
        "E_VBELN": f"{int(delivery.number):010d}", "E_BOLNR": delivery.mark, "E_KOSTK": header["OverallPickingStatus"],
        "E_WBSTK": header["OverallGoodsMovementStatus"], "E_PDSTK": header["OverallProofOfDeliveryStatus"],
        "E_LIFSK": header.get("DeliveryBlockReason", ""), "E_LIFEX": header["DeliveryDocumentBySupplier"],
        "E_ERDAT": header["CreationDate"].date().isoformat(), "E_BTGEW": header["HeaderGrossWeight"], "E_GEWEI": "KG",
        "E_NAME1": delivery.address.get("BusinessPartnerName1", ""),
        "E_WADAT_IST": issued.date().isoformat() if issued else "",
        "DELIVERY_ITEMS": [
            {
                "POSNR": f"{int(row['DeliveryDocumentItem']):06d}", "MATNR": row["Material"],
                "ARKTX": row["DeliveryDocumentItemText"], "LFIMG": row["ActualDeliveryQuantity"],
                "ORMNG": row["OriginalDeliveryQuantity"], "VRKME": row["DeliveryQuantityUnit"],
                "VGBEL": row["ReferenceSDDocument"], "VGPOS": f"{int(row['ReferenceSDDocumentItem']):06d}",
                "KOSTA": row["PickingStatus"],
            }
            for row in items
        ],
    }  # fmt: skip


# --- the envelope -----------------------------------------------------------------------------------------------------


def _read(body: bytes) -> Row:
    """Raises Fault: no envelope, another operation, an element nobody knows, a wrong value."""
    try:
        root = ET.fromstring(body)  # noqa: S314  (a test server of ours; expat bounds entity expansion itself)
    except ET.ParseError as problem:
        raise Fault(f"XML deserialization failed: {problem}") from None
    found = root.find(f"{{{_ENVELOPE}}}Body")
    if root.tag != f"{{{_ENVELOPE}}}Envelope" or found is None or len(found) != 1:
        raise Fault("SOAP 1.1 envelope with one element in its body expected")
    if found[0].tag != f"{{{NAMESPACE}}}{NAME}":
        raise Fault(f"Operation {found[0].tag} is not known")
    return _fields(found[0], ASKED)


def _fields(element: ET.Element, fields: Fields) -> Row:
    kinds, values = dict(fields), {}
    for child in element:
        kind = kinds.get(child.tag)
        if kind is None or child.tag in values:
            raise Fault(f"Element {child.tag} is not expected in {element.tag}")
        values[child.tag] = _value(child, kind)
    return values


def _value(element: ET.Element, kind: str) -> Any:
    if kind.startswith("TABLE_OF_"):
        if any(row.tag != "item" for row in element):
            raise Fault(f"Element {element.tag} holds items")
        return [_fields(row, ROWS[kind.removeprefix("TABLE_OF_")]) for row in element]
    text = element.text or ""
    if kind == "quantum":
        try:
            return Decimal(text)
        except InvalidOperation:
            raise Fault(f"{element.tag}: {text!r} is no number") from None
    if len(text) > TYPES[kind]:
        raise Fault(f"{element.tag}: longer than {TYPES[kind]}")
    return text


def _write(values: Mapping[str, Any], extra: bool) -> str:
    more = "<SANDBOX_UNKNOWN>nobody documented this</SANDBOX_UNKNOWN>" if extra else ""
    inner = "".join(_element(name, kind, values.get(name)) for name, kind in ANSWERED if values.get(name) is not None)
    return f'<n0:{NAME}Response xmlns:n0="{NAMESPACE}">{inner}{more}</n0:{NAME}Response>'


def _element(name: str, kind: str, value: Any) -> str:
    if not kind.startswith("TABLE_OF_"):
        return f"<{name}>{escape(str(value))}</{name}>" if value != "" or kind != "date" else ""
    fields = ROWS[kind.removeprefix("TABLE_OF_")]
    return f"<{name}>{''.join(_item(fields, row) for row in _rows(value))}</{name}>"


def _rows(value: Any) -> Iterable[Row]:
    return value  # type: ignore[no-any-return]


def _item(fields: Fields, row: Row) -> str:
    inner = "".join(_element(name, kind, row[name]) for name, kind in fields if name in row)
    return f"<item>{inner}</item>"


def _envelope(inner: str) -> bytes:
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<soap:Envelope xmlns:soap="{_ENVELOPE}"><soap:Body>{inner}'
        "</soap:Body></soap:Envelope>"
    ).encode()
