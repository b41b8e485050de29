"""What an override is matched against."""

from __future__ import annotations

from sandbox.sap_ewm.model import SdOrder


def facts_of(order: SdOrder, mark: str = "") -> dict[str, str]:
    """Before SAP has heard our number it is the order's label."""
    return {
        "number": mark or order.label,
        "order": order.number,
        "recipient": order.address.get("BusinessPartnerName1", ""),
        "phone": order.address.get("PhoneNumber", ""),
        "comment": order.comment,
        "point": order.shipping_point,
    }
