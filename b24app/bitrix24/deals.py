"""Deals and their moves between stages (bitrix24-crm.md §1.3, §1.4, §1.8): commands to ask, parsers of answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from b24app.bitrix24.encoding import Command, as_list, as_map, reference
from b24app.bitrix24.envelope import BatchAnswer, number
from b24app.bitrix24.names import DEAL, FieldNames
from b24app.flows.snapshot import DealSnapshot, StageMove
from b24app.logistics.money import Money

#: Rows of a list page, and so ids of one command.
PAGE = 50


def list_deals(key: str, ids: Sequence[int], names: FieldNames) -> Command:
    """Up to 50 deals in one command. Deals that are deleted (or hidden from the token's user) are just absent."""
    params = {
        "entityTypeId": DEAL,
        "select": names.select(),
        "filter": {"@id": list(ids)},
        "order": {"id": "ASC"},
        "start": -1,
    }
    return Command(key, "crm.item.list", params)


def deals_in_stage(key: str, category: int, stages: Sequence[str], names: FieldNames, after_id: int = 0) -> Command:
    """Deals that stand in these stages, 50 by id after `after_id`."""
    params = {
        "entityTypeId": DEAL,
        "select": names.select(),
        "filter": {"categoryId": category, "@stageId": list(stages), ">id": after_id},
        "order": {"id": "ASC"},
        "start": -1,
    }
    return Command(key, "crm.item.list", params)


def deals_moved_since(
    key: str, category: int, stages: Sequence[str], since: datetime, names: FieldNames, after_id: int = 0
) -> Command:
    """Deals that stand in these stages and were moved at `since` or later, 50 by id after `after_id` (§1.7)."""
    params = {
        "entityTypeId": DEAL,
        "select": names.select(),
        "filter": {"categoryId": category, "@stageId": list(stages), ">=movedTime": since, ">id": after_id},
        "order": {"id": "ASC"},
        "start": -1,
    }
    return Command(key, "crm.item.list", params)


def newest_deals(key: str, categories: Sequence[int], names: FieldNames) -> Command:
    """The 50 deals that were made last in these pipelines, newest first."""
    params = {
        "entityTypeId": DEAL,
        "select": names.select(),
        "filter": {"@categoryId": list(categories)},
        "order": {"id": "DESC"},
        "start": -1,
    }
    return Command(key, "crm.item.list", params)


def last_moved(key: str, category: int, stages: Sequence[str], names: FieldNames) -> Command:
    """The 50 deals of a pipeline that were moved last, latest first; only those in `stages`, if any are named."""
    where = {"categoryId": category, **({"@stageId": list(stages)} if stages else {})}
    order = {"movedTime": "DESC", "id": "DESC"}
    params = {"entityTypeId": DEAL, "select": names.select(), "filter": where, "order": order, "start": -1}
    return Command(key, "crm.item.list", params)


def get_deal(key: str, deal_id: int) -> Command:
    """One deal with everything; for a person's own token this is the proof that he may see it."""
    return Command(key, "crm.item.get", {"entityTypeId": DEAL, "id": deal_id})


def update_deal(key: str, deal_id: int, fields: Mapping[str, Any]) -> Command:
    """Write fields by their API names (`FieldNames.written`, `stageId`). An empty value clears a field."""
    return Command(key, "crm.item.update", {"entityTypeId": DEAL, "id": deal_id, "fields": dict(fields)})


def items_of(result: Any) -> list[dict[str, Any]]:
    """The rows of a `crm.item.list` answer, or the one of `crm.item.get`."""
    found = as_map(result)
    if "item" in found:
        return [as_map(found["item"])]
    return [as_map(item) for item in as_list(found.get("items"))]


def parse_deal(item: Mapping[str, Any], names: FieldNames) -> DealSnapshot:
    """A deal alone: no people, rows or payments yet."""
    currency = str(item.get("currencyId") or "RUB")
    return DealSnapshot(
        deal_id=number(item.get("id")) or 0,
        title=str(item.get("title") or ""),
        category=number(item.get("categoryId")) or 0,
        stage=str(item.get("stageId") or ""),
        semantic=str(item.get("stageSemanticId") or "P"),
        assigned_by=number(item.get("assignedById")) or 0,
        fields=names.values(item),
        currency=currency,
        opportunity=_money(item.get("opportunity"), currency),
        moved_at=moment(item.get("movedTime")),
        updated_at=moment(item.get("updatedTime")),
        moved_by=number(item.get("movedBy")) or 0,
        updated_by=number(item.get("updatedBy")) or 0,
    )


def contact_ids(item: Mapping[str, Any]) -> list[int]:
    """Contacts in the deal's order, the primary one first."""
    found = [number(value) or 0 for value in (item.get("contactId"), *as_list(item.get("contactIds")))]
    return list(dict.fromkeys(value for value in found if value > 0))


def company_id(item: Mapping[str, Any]) -> int:
    """0 when the deal has none."""
    return number(item.get("companyId")) or 0


def moves_after(cursor: int, pages: int = 1, prefix: str = "moves") -> list[Command]:
    """Stage moves with an id above `cursor`, oldest first, up to `pages` x 50 in one batch.

    Every page starts where the one before ended. If that was not full, its reference leads nowhere and the page means
    nothing: `parse_moves` stops there.
    """
    return [_page_of_moves(f"{prefix}{page}", _after(cursor, page, prefix)) for page in range(pages)]


def newest_move(key: str = "newest") -> Command:
    """The last stage move of all, where a cursor begins."""
    return Command(key, "crm.stagehistory.list", {"entityTypeId": DEAL, "order": {"ID": "DESC"}, "start": 0})


def move_by_id(key: str, history_id: int) -> Command:
    """One move of the history."""
    return Command(key, "crm.stagehistory.list", {"entityTypeId": DEAL, "filter": {"ID": history_id}, "start": -1})


def parse_moves(answer: BatchAnswer, pages: int = 1, prefix: str = "moves") -> tuple[list[StageMove], bool]:
    """Moves in the order of their ids, and whether there are more. Raises the RestError of a page that counts."""
    moves: list[StageMove] = []
    for page in range(pages):
        rows = moves_of(answer.get(f"{prefix}{page}"))
        moves += rows
        if len(rows) < PAGE:
            return moves, False
    return moves, True


def moves_of(result: Any) -> list[StageMove]:
    """The rows of one `crm.stagehistory.list` answer."""
    return [move for row in as_list(as_map(result).get("items")) if (move := _move(as_map(row))) is not None]


def chunks(ids: Iterable[int], size: int = PAGE) -> list[list[int]]:
    """Distinct ids in groups of one command each."""
    distinct = sorted(set(ids))
    return [distinct[start : start + size] for start in range(0, len(distinct), size)]


def moment(value: Any) -> datetime | None:
    """An ISO time with an offset, in UTC; None for anything else."""
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else None


def _after(cursor: int, page: int, prefix: str) -> int | str:
    return cursor if page == 0 else reference(f"{prefix}{page - 1}", "items", PAGE - 1, "ID")


def _page_of_moves(key: str, after: int | str) -> Command:
    params = {"entityTypeId": DEAL, "filter": {">ID": after}, "order": {"ID": "ASC"}, "start": -1}
    return Command(key, "crm.stagehistory.list", params)


def _move(row: Mapping[str, Any]) -> StageMove | None:
    history_id, deal_id, at = number(row.get("ID")), number(row.get("OWNER_ID")), moment(row.get("CREATED_TIME"))
    if history_id is None or deal_id is None or at is None:
        return None
    return StageMove(history_id, deal_id, number(row.get("CATEGORY_ID")) or 0, str(row.get("STAGE_ID") or ""), at)


def _money(value: Any, currency: str) -> Money | None:
    try:
        return Money.of(value, currency) if value is not None else None
    except ArithmeticError:
        return None
