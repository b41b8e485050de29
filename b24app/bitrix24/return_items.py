"""Items of the smart process "Returns" (bitrix24-crm.md §6.2, §1.3, §1.4, §3.1, §3.2; b24restdocs: crm.item.add, tab
"SPA", crm.item.productrow.set): commands to ask and to write, parsers of answers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from b24app.bitrix24.deals import contact_ids, items_of, moment
from b24app.bitrix24.encoding import Command
from b24app.bitrix24.envelope import number
from b24app.bitrix24.goods import SoldRow
from b24app.bitrix24.smart_process import OF_DEAL
from b24app.flows.return_process import ReturnField, ReturnProcess
from b24app.logistics.money import Money
from b24app.logistics.numbers import plain, read_decimal

_SELECT = ("id", "title", "stageId", "movedTime", "movedBy", "createdTime", "createdBy", "updatedTime", "assignedById",
           "contactId", "contactIds", "opportunity", "isManualOpportunity", "currencyId", OF_DEAL)  # fmt: skip
_MONEY = (ReturnField.OWED, ReturnField.REFUNDED)


@dataclass(frozen=True, slots=True)
class Item:
    """`deal`, `contact` and users 0 = none. `moved`: since when it stands in `stage`, as the portal writes it. `fields`
    of ours by meaning, absent where the portal told none: text, or Money."""

    id: int
    title: str = ""
    stage: str = ""
    moved: str = ""
    moved_by: int = 0
    made_by: int = 0
    made_at: datetime | None = None
    moved_at: datetime | None = None
    updated_at: datetime | None = None
    deal: int = 0
    contact: int = 0
    assigned: int = 0
    amount: Money | None = None
    by_hand: bool = False
    fields: Mapping[ReturnField, str | Money] = field(default_factory=dict)

    @property
    def number(self) -> str:
        """Our number of the return that it stands for; "" = none (yet)."""
        return str(self.fields.get(ReturnField.NUMBER, ""))


@dataclass(frozen=True, slots=True)
class GoodsRow:
    """A product row as we write it: `price` for one, tax included. `product` 0 = free text."""

    name: str
    quantity: Decimal
    price: Money
    product: int = 0


def owner_type(entity: int) -> str:
    """`ownerType` of product rows: `T412` of 1042 (§0.7)."""
    return f"T{entity:x}"


def timeline_type(entity: int) -> str:
    """`ENTITY_TYPE` of timeline entries (§5.1)."""
    return f"dynamic_{entity}"


def list_items(key: str, process: ReturnProcess, ids: Sequence[int]) -> Command:
    """Up to 50 by id. Those that are deleted are just absent."""
    return _list(key, process, {"@id": list(ids)})


def list_numbered(key: str, process: ReturnProcess, numbers: Sequence[str]) -> Command:
    """Up to 50 by our numbers, the oldest first."""
    return _list(key, process, {f"@{process.fields[ReturnField.NUMBER]}": list(numbers)})


def list_changed(key: str, process: ReturnProcess, since: datetime, after: int = 0) -> Command:
    """Those that were changed at `since` or later, 50 by id after `after`."""
    return _list(key, process, {">=updatedTime": since, ">id": after})


def list_rows(key: str, entity: int, item_id: int) -> Command:
    condition = {"=ownerType": owner_type(entity), "=ownerId": item_id}
    return Command(key, "crm.item.productrow.list", {"filter": condition, "order": {"sort": "ASC", "id": "ASC"}})


def add_item(key: str, process: ReturnProcess, fields: Mapping[str, Any]) -> Command:
    return Command(key, "crm.item.add", {"entityTypeId": process.entity, "fields": dict(fields)})


def update_item(key: str, process: ReturnProcess, item_id: int, fields: Mapping[str, Any]) -> Command:
    return Command(key, "crm.item.update", {"entityTypeId": process.entity, "id": item_id, "fields": dict(fields)})


def set_rows(key: str, process: ReturnProcess, item_id: int, rows: Sequence[GoodsRow]) -> Command:
    """These rows instead of all that there are."""
    owner = {"ownerId": item_id, "ownerType": owner_type(process.entity)}
    told = [_told(row, 10 * at) for at, row in enumerate(rows, 1)]
    return Command(key, "crm.item.productrow.set", {**owner, "productRows": told})


def _told(row: GoodsRow, sort: int) -> dict[str, Any]:
    """Quantities and prices are numbers there, so they are written as ones."""
    told = {"productName": row.name, "price": float(row.price.amount), "quantity": float(row.quantity), "sort": sort}
    return {**told, "taxIncluded": "Y", **({"productId": row.product} if row.product else {})}


def written(value: str | Money | None) -> str:
    """A value as the portal's field takes it; "" empties it. Money is `4644.00|RUB` (§4.4)."""
    if isinstance(value, Money):
        return f"{value.amount}|{value.currency}"
    return value or ""


def parse_items(result: Any, process: ReturnProcess) -> list[Item]:
    """Of a list, or the one of `…add` and `…update`."""
    found = (_item(item, process) for item in items_of(result))
    return [each for each in found if each.id]


def rows_digest(rows: Iterable[SoldRow]) -> str:
    """Tells product rows from others, whatever their ids and order."""
    told = sorted(f"{row.product_id}|{row.name}|{plain(row.quantity)}|{plain(row.price)}" for row in rows)
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]


def as_shown(rows: Iterable[GoodsRow]) -> str:
    """What `rows_digest` will be once the portal shows them as they are written."""
    return rows_digest(SoldRow(0, 0, row.product, row.name, row.price.amount, row.quantity) for row in rows)


def goods_digest(rows: Iterable[GoodsRow]) -> str:
    told = sorted(f"{row.product}|{row.name}|{plain(row.quantity)}|{row.price}" for row in rows)
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]


def _list(key: str, process: ReturnProcess, condition: Mapping[str, Any]) -> Command:
    select = [*_SELECT, *process.fields.values()]
    params = {"entityTypeId": process.entity, "select": select, "filter": dict(condition)}
    return Command(key, "crm.item.list", {**params, "order": {"id": "ASC"}, "start": -1})


def _item(item: Mapping[str, Any], process: ReturnProcess) -> Item:
    contacts = contact_ids(item)
    currency = str(item.get("currencyId") or "RUB")
    amount = read_decimal(item.get("opportunity"))
    told = {each: _value(each, item.get(name)) for each, name in process.fields.items()}
    return Item(
        id=number(item.get("id")) or 0,
        title=str(item.get("title") or ""),
        stage=str(item.get("stageId") or ""),
        moved=str(item.get("movedTime") or ""),
        moved_by=number(item.get("movedBy")) or 0,
        made_by=number(item.get("createdBy")) or 0,
        made_at=moment(item.get("createdTime")),
        moved_at=moment(item.get("movedTime")),
        updated_at=moment(item.get("updatedTime")),
        deal=number(item.get(OF_DEAL)) or 0,
        contact=contacts[0] if contacts else 0,
        assigned=number(item.get("assignedById")) or 0,
        amount=Money.of(amount, currency) if amount is not None else None,
        by_hand=item.get("isManualOpportunity") in ("Y", True),
        fields={each: value for each, value in told.items() if value is not None},
    )


def _value(meaning: ReturnField, value: Any) -> str | Money | None:
    if value in (None, ""):
        return None
    if meaning not in _MONEY:
        return str(value)
    text, _, currency = str(value).partition("|")
    found = read_decimal(text)
    return Money.of(found, currency or "RUB") if found is not None else None
