"""Values of output fields as the portal takes them."""

from __future__ import annotations

from b24app.bitrix24.names import FieldNames
from b24app.flows.snapshot import Role
from b24app.runners.portal.values import api_fields

NAMES = FieldNames(
    {
        Role.ORDER_ID: "UF_CRM_LOGISTICS_ORDER_ID",
        Role.PRICE: "UF_CRM_LOGISTICS_PRICE",
        Role.STATUS: "UF_CRM_LOGISTICS_STATUS",
    }
)


def test_values_take_the_shape_of_their_fields() -> None:
    fields = {"order_id": "1100", "price": {"minor": 41177, "currency": "RUB"}, "status": "in_transit"}
    assert api_fields(fields, NAMES, "ru") == {
        "ufCrmLogisticsOrderId": "1100",
        "ufCrmLogisticsPrice": "411.77|RUB",
        "ufCrmLogisticsStatus": "В пути",
    }


def test_none_clears_and_a_role_without_a_field_is_left_out() -> None:
    assert api_fields({"order_id": None, "tracking": "1100"}, NAMES, "en") == {"ufCrmLogisticsOrderId": ""}


def test_a_price_takes_the_shape_of_the_field_it_is_written_to() -> None:
    price = {"price": {"minor": 41177, "currency": "RUB"}}
    for kind, value in (("money", "411.77|RUB"), ("double", "411.77"), ("string", "411.77 RUB")):
        names = FieldNames({Role.PRICE: "UF_CRM_1"}, {"UF_CRM_1": "ufCrm_1"}, {"UF_CRM_1": kind})
        assert api_fields(price, names, "ru") == {"ufCrm_1": value}
