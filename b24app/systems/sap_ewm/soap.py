"""Sites without OData: a function module that a site publishes as a SOAP service creates, reads and deletes deliveries
by our number (docs/systems/sap_ewm.md has its interface). Rows are turned into those of the OData header, so that
everything else is one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from b24app.logistics.errors import Unavailable
from b24app.logistics.model import ShipmentRequest
from b24app.logistics.order import fingerprint
from b24app.systems.kit.checks import account_refused
from b24app.systems.kit.line import Line, lost
from b24app.systems.kit.rows import rows_of
from b24app.systems.kit.soap import Soap, SoapFault
from b24app.systems.sap_ewm.client import Client
from b24app.systems.sap_ewm.errors import Said, refusal
from b24app.systems.sap_ewm.odata import BOXES, ITEMS
from b24app.systems.sap_ewm.orders import goods
from b24app.systems.sap_ewm.vocabulary import SOAP_MODULE, SOAP_PATH, bare

Row = dict[str, Any]


class SoapDeliveries:
    """The module's three actions."""

    def __init__(self, client: Client) -> None:
        self._line = Line(client.context, headers={**client.headers, "Authorization": client.basic})
        self._soap = Soap(self._line, client.context.setting("soap_path") or SOAP_PATH)

    def check(self) -> None:
        """Sign in, now. Raises AccountProblem, Unavailable."""
        answer = self._line.send("GET", f"{self._soap.address}?wsdl", "soap.check")
        if answer.status in (401, 403):
            raise account_refused(f"HTTP {answer.status}")
        if answer.status != 200:
            raise Unavailable(f"soap.check: HTTP {answer.status}")

    def create(self, request: ShipmentRequest, order: str, shipping_point: str) -> Row:
        """The module looks for our number first and answers with what is there (§8)."""
        rows = [{"REF_DOC": order, "MATERIAL": item.sku, "DLV_QTY": item.quantity} for item in goods(request)]
        asked = {
            "I_ACTION": "C", "I_BOLNR": request.number, "I_LIFEX": fingerprint(request), "I_SHIP_POINT": shipping_point,
            "SALES_ORDER_ITEMS": {"item": rows},
        }  # fmt: skip
        row = self._ask("soap.create", asked, write=True)
        if row is None:
            raise lost("soap.create: an answer without a delivery", write=True)
        return row

    def find(self, number: str) -> Row | None:
        return self._ask("soap.find", {"I_ACTION": "R", "I_BOLNR": number})

    def read(self, remote_id: str) -> Row | None:
        return self._ask("soap.read", {"I_ACTION": "R", "I_VBELN": remote_id})

    def delete(self, remote_id: str) -> None:
        self._ask("soap.cancel", {"I_ACTION": "D", "I_VBELN": remote_id}, write=True)

    def _ask(self, label: str, asked: Mapping[str, Any], *, write: bool = False) -> Row | None:
        """None = there is no such delivery. Raises Refused, Unavailable, Uncertain."""
        try:
            answer = self._soap.call(SOAP_MODULE, label, asked, write=write)
        except SoapFault as fault:
            raise lost(f"{label}: {fault.text[:160]}", write) from fault
        if not isinstance(answer, Mapping) or not _rows(answer.get("RETURN")):
            raise lost(f"{label}: an answer without messages", write)
        errors = [row for row in _rows(answer.get("RETURN")) if str(row.get("TYPE")) in ("E", "A")]
        if errors and str(errors[0].get("ID")) == "VL" and str(errors[0].get("NUMBER")) == "055":
            return None
        if errors:
            said = [Said(200, f"{row.get('ID')}/{row.get('NUMBER')}", str(row.get("MESSAGE") or "")) for row in errors]
            raise refusal(said, f"{label}: {said[0].code}")
        return _header(answer) if answer.get("E_VBELN") else None


def _rows(value: Any) -> list[Mapping[str, Any]]:
    return rows_of(value.get("item") if isinstance(value, Mapping) else value)


def _header(answer: Mapping[str, Any]) -> Row:
    def text(name: str) -> str:
        return str(answer.get(name) or "")

    issued = answer.get("E_WADAT_IST")
    return {
        "DeliveryDocument": bare(text("E_VBELN")), "BillOfLading": text("E_BOLNR"),
        "DeliveryDocumentBySupplier": text("E_LIFEX"), "CreatedByUser": "", "DeliveryBlockReason": text("E_LIFSK"),
        "TotalBlockStatus": "", "OverallPickingStatus": text("E_KOSTK"), "OverallPackingStatus": "",
        "OverallGoodsMovementStatus": text("E_WBSTK"), "OverallProofOfDeliveryStatus": text("E_PDSTK"),
        "CreationDate": _day(answer.get("E_ERDAT")), "CreationTime": None,
        "LastChangeDate": _day(answer.get("E_ERDAT")),
        "ActualGoodsMovementDate": _day(issued), "ActualGoodsMovementTime": None, "ProofOfDeliveryDate": None,
        "ConfirmationTime": None, "etag": "", BOXES: [],
        ITEMS: [
            {
                "DeliveryDocumentItem": str(row.get("POSNR") or ""), "Material": str(row.get("MATNR") or ""),
                "DeliveryDocumentItemText": str(row.get("ARKTX") or ""), "ActualDeliveryQuantity": row.get("LFIMG"),
                "OriginalDeliveryQuantity": row.get("ORMNG"), "PickingStatus": str(row.get("KOSTA") or ""),
                "DeliveryQuantityUnit": str(row.get("VRKME") or ""),
                "ReferenceSDDocument": str(row.get("VGBEL") or ""),
                "ReferenceSDDocumentItem": str(row.get("VGPOS") or ""),
            }
            for row in _rows(answer.get("DELIVERY_ITEMS"))
        ],
    }  # fmt: skip


def _day(value: Any) -> datetime | None:
    return datetime(value.year, value.month, value.day, tzinfo=UTC) if isinstance(value, date) else None
