"""Commands of the CRM gateway and parsers of what portals answer, in all their dialects."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from b24app.bitrix24 import deals, feed, goods, people
from b24app.bitrix24.envelope import BatchAnswer, inner_error
from b24app.bitrix24.errors import RestError
from b24app.bitrix24.names import FieldNames, camel
from b24app.flows.snapshot import CatalogueSize, Person, Phone, ProductRow, Role, Source, StageMove
from b24app.logistics.money import Money

NAMES = FieldNames({Role.ADDRESS: "UF_CRM_DELIVERY_ADDRESS", Role.POINT: "UF_CRM_PVZ_CODE", Role.COD: "OPPORTUNITY"})
ITEM = {
    "id": 5120, "title": "Кофемашина", "categoryId": 3, "stageId": "C3:PREPARATION", "stageSemanticId": "P",
    "assignedById": 7, "contactId": 88, "contactIds": [88, 91], "companyId": 0, "opportunity": 43981.5,
    "currencyId": "RUB", "movedTime": "2026-03-02T11:40:12+03:00", "updatedTime": "2026-03-02T11:40:12+03:00",
    "ufCrmDeliveryAddress": "Казань|55.7;49.1|214", "ufCrmPvzCode": None, "someNewKey": {},
}  # fmt: skip


@pytest.mark.parametrize(
    ("upper", "name"),
    [
        ("UF_CRM_PVZ_CODE", "ufCrmPvzCode"), ("UF_CRM_LOGISTICS_ORDER_ID", "ufCrmLogisticsOrderId"),
        ("UF_CRM_12_1739900000", "ufCrm12_1739900000"), ("UF_CRM_12_TRACK", "ufCrm12Track"),
        ("UF_CRM_1747309879", "ufCrm_1747309879"), ("UF_CRM_3_DIGIT10", "ufCrm_3_DIGIT10"),
        ("opportunity", "opportunity"),
    ],
)  # fmt: skip
def test_names_of_user_fields(upper: str, name: str) -> None:
    assert camel(upper) == name


def test_a_map_of_the_portal_wins_over_the_rule() -> None:
    names = FieldNames({Role.PHONE: "UF_CRM_161", Role.STATUS: "UF_CRM_A"}, {"UF_CRM_161": "ufCrm161"})
    assert names.written({Role.PHONE: "1", Role.STATUS: "2", Role.LINK: "3"}) == {"ufCrm161": "1", "ufCrmA": "2"}


def test_a_deal() -> None:
    deal = deals.parse_deal(ITEM, NAMES)
    assert (deal.deal_id, deal.category, deal.stage, deal.assigned_by) == (5120, 3, "C3:PREPARATION", 7)
    assert deal.opportunity == Money(4398150)
    assert deal.moved_at == datetime(2026, 3, 2, 8, 40, 12, tzinfo=UTC)
    assert deal.fields[Role.ADDRESS] == "Казань|55.7;49.1|214"
    assert deals.contact_ids(ITEM) == [88, 91]


def test_a_deal_with_original_names_and_strings() -> None:
    deal = deals.parse_deal({"id": "5", "categoryId": "0", "UF_CRM_DELIVERY_ADDRESS": "x", "opportunity": None}, NAMES)
    assert (deal.deal_id, deal.fields[Role.ADDRESS], deal.opportunity, deal.moved_at) == (5, "x", None, None)
    assert deals.contact_ids({"contactId": "0", "contactIds": []}) == []


def test_the_select_names_every_mapped_field() -> None:
    select = deals.list_deals("d", [1], NAMES).params["select"]
    assert {"ufCrmDeliveryAddress", "ufCrmPvzCode", "movedTime"} <= set(select)


def move(number: int) -> dict[str, Any]:
    return {
        "ID": number, "TYPE_ID": 2, "OWNER_ID": 5120, "CREATED_TIME": "2026-03-02T11:40:12+03:00",
        "CATEGORY_ID": 3, "STAGE_ID": "C3:PREPARATION",
    }  # fmt: skip


def page(first: int, count: int) -> dict[str, Any]:
    return {"items": [move(first + at) for at in range(count)]}


def test_pages_of_moves_hang_on_one_another() -> None:
    commands = deals.moves_after(9000, pages=3)
    assert [command.params["filter"][">ID"] for command in commands] == [
        9000, "$result[moves0][items][49][ID]", "$result[moves1][items][49][ID]",
    ]  # fmt: skip


def test_a_page_after_one_that_was_not_full_means_nothing() -> None:
    answer = BatchAnswer({"moves0": page(1, 50), "moves1": page(51, 3), "moves2": page(900, 50)}, {})
    moves, more = deals.parse_moves(answer, pages=3)
    assert ([each.history_id for each in moves], more) == (list(range(1, 54)), False)
    assert moves[0] == StageMove(1, 5120, 3, "C3:PREPARATION", datetime(2026, 3, 2, 8, 40, 12, tzinfo=UTC))


def test_a_refused_page_that_counts_raises_and_one_that_does_not_is_ignored() -> None:
    refused = {"moves1": RestError("INVALID_ARG_VALUE")}
    assert len(deals.parse_moves(BatchAnswer({"moves0": page(1, 9)}, refused), 2)[0]) == 9
    with pytest.raises(RestError):
        deals.parse_moves(BatchAnswer({"moves0": page(1, 50)}, refused), 2)
    assert deals.parse_moves(BatchAnswer({"moves0": page(1, 50)}, {}), 1)[1]


def test_people() -> None:
    fm = [
        {"id": 301, "typeId": "PHONE", "valueType": "MOBILE", "value": " +7 917 000-00-01 "},
        {"id": 302, "typeId": "EMAIL", "valueType": "WORK", "value": "olga@example.test"},
        {"id": 303, "typeId": "PHONE", "valueType": "FAX", "value": ""},
    ]
    item = {"id": "88", "name": "Ольга", "secondName": None, "lastName": "Синицына", "fm": fm}
    assert people.parse_contact(item) == Person(
        88, "Синицына Ольга", (Phone("+7 917 000-00-01", "MOBILE"),), ("olga@example.test",)
    )
    firm = people.parse_company({"id": 4, "title": "ООО Ромашка", "fm": [], "phone": "88432000000", "email": ""})
    assert firm == Person(4, "ООО Ромашка", (Phone("88432000000"),), (), is_company=True)


def test_rows() -> None:
    result = {
        "productRows": [
            {"id": 1, "productId": 3311, "productName": "X1", "price": 43200, "quantity": 1, "taxRate": 20, "type": 4,
             "measureCode": 796},
            {"id": 2, "productId": 0, "productName": "Box", "price": "390.5", "quantity": "2.5", "taxRate": None,
             "type": 7},
        ]
    }  # fmt: skip
    first, second = goods.parse_rows(result, "RUB")
    assert (first.price, first.quantity, first.vat_percent, first.type) == (Money(4320000), Decimal(1), 20, 4)
    assert (second.price, second.quantity, second.vat_percent) == (Money(39050), Decimal("2.5"), None)
    assert goods.parse_rows({"productRows": []}, "RUB") == ()


def test_payments() -> None:
    rows = [
        {"id": 1, "paid": "Y", "sum": 100, "currency": "RUB"},
        {"id": 2, "paid": "N", "sum": 50.5, "currency": "RUB"},
    ]
    assert [(each.paid, each.amount.minor) for each in goods.parse_payments(rows)] == [(True, 10000), (False, 5050)]


def test_catalogs_and_wares() -> None:
    rows = [{"iblockId": 23, "productIblockId": None}, {"iblockId": "25", "productIblockId": "23"}]
    assert goods.parse_catalogs({"catalogs": rows}) == goods.Iblocks((23,), (25,))
    offer = {
        "offers": [{"id": 3311, "xmlId": "SKU-X1", "weight": 7.4, "length": 0, "parentId": {"value": "1275"},
                    "iblockSectionId": None}]
    }  # fmt: skip
    (ware,) = goods.parse_wares(offer, goods.Units(weight_g=1000))
    assert (ware.id, ware.parent, ware.section, ware.sku) == (3311, 1275, 0, "SKU-X1")
    assert ware.size == CatalogueSize(Source.VARIATION, weight_g=7400)


def test_sizes_best_source_first() -> None:
    (row,) = goods.parse_rows({"productRows": [{"id": 1, "productId": 3311, "price": 1, "quantity": 1}]}, "RUB")
    wares = {3311: goods.Ware(3311, "", 0, 1275, CatalogueSize(Source.VARIATION))}
    parents = {1275: goods.Ware(1275, "P", 47, 0, CatalogueSize(Source.PARENT, weight_g=900))}
    sections = goods.section_sizes([47], {47: 40, 40: 0}, {40: CatalogueSize(Source.SECTION, weight_g=500)})
    sized = goods.sized(row, wares, parents, sections)
    assert [(size.source, size.weight_g) for size in sized.sizes] == [
        (Source.VARIATION, None), (Source.PARENT, 900), (Source.SECTION, 500),
    ]  # fmt: skip
    assert sized.sku == "P"
    assert goods.sized(row, {}, {}, {}) is row


def test_sections_that_run_in_a_circle_end() -> None:
    near, far = CatalogueSize(Source.SECTION, weight_g=0), CatalogueSize(Source.SECTION, 900, 20, 20, 20)
    assert goods.section_sizes([2], {2: 1}, {1: far, 2: near}) == {2: CatalogueSize(Source.SECTION, 0, 20, 20, 20)}
    assert goods.section_sizes([1], {1: 2, 2: 1}, {9: CatalogueSize(Source.SECTION)}) == {}


def test_comments_are_found_by_their_marker() -> None:
    command = feed.add_comment("c", ("deal", 5120), "Создан заказ", "wb7")
    text = command.params["fields"]["COMMENT"]
    rows = [{"ID": "90217", "COMMENT": text}, {"ID": "90218", "COMMENT": "other #wb70"}]
    assert feed.found_markers(rows, ["wb7", "wb70", "wb9"]) == {"wb7": 90217, "wb70": 90218}
    assert feed.found_markers([], ["wb7"]) == {}


def test_a_refusal_hidden_in_a_result() -> None:
    with pytest.raises(RestError):
        inner_error({"error": "EMPTY_ERROR_HANDLER_URL", "error_description": ""}, "placement.bind")
    inner_error(True, "placement.bind")


def test_a_weight_is_written_in_the_catalogues_own_units_by_the_kind_of_its_product() -> None:
    cup = ProductRow(1, "Чашка", Money.of(450), Decimal(1), product_id=11)
    size = CatalogueSize(Source.VARIATION, 320, 100, 0, 0)
    plain = goods.update_ware("w1", cup, size, goods.Units())
    assert (plain.method, plain.params) == (
        "catalog.product.update",
        {"id": 11, "fields": {"weight": 320, "length": 100}},
    )
    kilograms = goods.update_ware("w1", replace(cup, type=4), size, goods.Units(1000, 10))
    assert kilograms.method == "catalog.product.offer.update"
    assert kilograms.params["fields"] == {"weight": 0.32, "length": 10}
