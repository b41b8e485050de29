"""Smart invoices (bitrix24-crm.md §11; b24restdocs: crm/universal/invoice.md, crm.item.add): commands to ask and to
write, parsers of answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from b24app.bitrix24.deals import items_of
from b24app.bitrix24.encoding import Command, as_list, as_map
from b24app.bitrix24.envelope import number
from b24app.bitrix24.goods import sold
from b24app.bitrix24.names import DEAL
from b24app.logistics.money import Money

#: `entityTypeId` of an invoice, `ownerType` of its product rows, and the field that names its deal.
INVOICE, SHORT, OF_DEAL = 31, "SI", f"parentId{DEAL}"
_SELECT = ("id", "title", "xmlId", "accountNumber", "categoryId", "stageId", "opportunity", "isManualOpportunity",
           "currencyId", OF_DEAL)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Invoice:
    """`number` as people know it, `mark` = its `xmlId`, `deal` 0 = of none, `by_hand`: its amount was typed."""

    id: int
    number: str = ""
    title: str = ""
    mark: str = ""
    deal: int = 0
    category: int = 0
    stage: str = ""
    price: Money = field(default_factory=lambda: Money(0))
    by_hand: bool = False


def list_invoices(key: str, marks: Sequence[str]) -> Command:
    """Those with one of up to 50 marks, the oldest first."""
    params = {
        "entityTypeId": INVOICE,
        "select": list(_SELECT),
        "filter": {"@xmlId": list(marks)},
        "order": {"id": "ASC"},
        "start": -1,
    }
    return Command(key, "crm.item.list", params)


def list_of_deal(key: str, deal_id: int, names: Sequence[str]) -> Command:
    """All invoices of a deal with these fields, the oldest first."""
    params = {
        "entityTypeId": INVOICE,
        "select": ["id", "xmlId", "accountNumber", *names],
        "filter": {OF_DEAL: deal_id},
        "order": {"id": "ASC"},
        "start": -1,
    }
    return Command(key, "crm.item.list", params)


def list_rows(key: str, invoice_id: int) -> Command:
    condition = {"=ownerType": SHORT, "=ownerId": invoice_id}
    return Command(key, "crm.item.productrow.list", {"filter": condition, "order": {"id": "ASC"}})


def list_stages(key: str, category: int) -> Command:
    """The stages of a pipeline of invoices (§1.7)."""
    condition = {"ENTITY_ID": f"SMART_INVOICE_STAGE_{category}"}
    return Command(key, "crm.status.list", {"filter": condition, "order": {"SORT": "ASC"}})


def add_invoice(key: str, fields: Mapping[str, Any]) -> Command:
    return Command(key, "crm.item.add", {"entityTypeId": INVOICE, "fields": dict(fields)})


def update_invoice(key: str, invoice_id: int, fields: Mapping[str, Any]) -> Command:
    return Command(key, "crm.item.update", {"entityTypeId": INVOICE, "id": invoice_id, "fields": dict(fields)})


def delete_invoice(key: str, invoice_id: int) -> Command:
    return Command(key, "crm.item.delete", {"entityTypeId": INVOICE, "id": invoice_id})


def set_row(key: str, invoice_id: int, name: str, price: Money, product: int = 0) -> Command:
    """One row instead of all that there are."""
    rows = [sold(name, price, product)]
    return Command(key, "crm.item.productrow.set", {"ownerId": invoice_id, "ownerType": SHORT, "productRows": rows})


def parse_invoices(result: Any) -> list[Invoice]:
    """Of a list, or the one of `…add`."""
    found = (_invoice(item) for item in items_of(result))
    return [each for each in found if each.id]


def first_stage(result: Any) -> str:
    """Where an invoice of this pipeline begins; "" when it has no stages."""
    rows = [as_map(row) for row in as_list(result)]
    ordered = sorted(rows, key=lambda row: (number(row.get("SORT")) or 0, number(row.get("ID")) or 0))
    return str(ordered[0].get("STATUS_ID") or "") if ordered else ""


def _invoice(item: Mapping[str, Any]) -> Invoice:
    invoice_id = number(item.get("id")) or 0
    return Invoice(
        id=invoice_id,
        number=str(item.get("accountNumber") or invoice_id),
        title=str(item.get("title") or ""),
        mark=str(item.get("xmlId") or ""),
        deal=number(item.get(OF_DEAL)) or 0,
        category=number(item.get("categoryId")) or 0,
        stage=str(item.get("stageId") or ""),
        price=Money.of(item.get("opportunity") or 0, str(item.get("currencyId") or "RUB")),
        by_hand=item.get("isManualOpportunity") in ("Y", True),
    )
