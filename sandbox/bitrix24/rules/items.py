"""Creating, changing and deleting CRM items, with everything that follows from it (crm §1.4, §1.8, §14.2.9)."""

from __future__ import annotations

from typing import Any

from sandbox.bitrix24.errors import RestError, bad_field
from sandbox.bitrix24.events import automation
from sandbox.bitrix24.state.fields import NAMES, Field, short_code
from sandbox.bitrix24.state.portal import Portal
from sandbox.bitrix24.state.table import Row
from sandbox.bitrix24.state.users import Actor

from . import invoices
from .rights import may_move_to

CREATED, MOVED, FINISHED, PIPELINE_CHANGED = 1, 2, 3, 5
_CLIENT = ("companyId", "contactId", "contactIds")
_BY_FLAG = {
    "isStagesEnabled": ("stageId", "previousStageId", "movedBy", "movedTime"),
    "isClientEnabled": _CLIENT,
    "isObserversEnabled": ("observers",),
    "isBeginCloseDatesEnabled": ("begindate", "closedate"),
    "isSourceEnabled": ("sourceId", "sourceDescription"),
    "isMycompanyEnabled": ("mycompanyId",),
    "isLinkWithProductsEnabled": ("opportunity", "isManualOpportunity", "taxValue", "currencyId"),
}


def fields_of(portal: Portal, entity_type_id: int) -> dict[str, Field]:
    """System fields that items of this type have; those of a disabled flag are absent (crm §6.2)."""
    known = dict(portal.crm.system_fields(entity_type_id))
    kind = portal.crm.type_of(entity_type_id)
    for flag, names in _BY_FLAG.items() if kind else ():
        if kind and kind.flags.get(flag) != "Y":
            for name in names:
                known.pop(name, None)
    for parent in portal.crm.parents_of(entity_type_id):
        known[f"parentId{parent}"] = Field(f"parentId{parent}", "crm_entity")
    return known


def create(
    portal: Portal, entity_type_id: int, values: Row, actor: Actor, *, quiet: bool = False, number: int | None = None
) -> Row:
    """Add an item from stored-form values. ``quiet`` (seeds) sends no event and writes no journal row.

    ``number`` asks for that id, which must be free.
    """
    table = portal.crm.tables[entity_type_id]
    now = portal.now()
    item: Row = {
        field.name: ([] if field.multiple else field.default) for field in fields_of(portal, entity_type_id).values()
    }
    item |= {
        "createdTime": now, "updatedTime": now, "lastActivityTime": now, "createdBy": actor.id, "updatedBy": actor.id,
        "assignedById": actor.id, "lastActivityBy": actor.id,
    }  # fmt: skip
    _default_stage(portal, entity_type_id, item, values)
    if "currencyId" in item:
        item["currencyId"] = "RUB" if portal.spec.language == "ru" else "USD"
    item |= values
    _link_clients(portal, item, values)
    _check_stage(portal, entity_type_id, item)
    number = table.add(item, number)
    if entity_type_id == 2 and not item["title"]:
        item["title"] = f"Сделка #{number}"
    if entity_type_id == invoices.INVOICE:
        invoices.complete(portal, item)
    _settle_stage(portal, entity_type_id, item, actor, CREATED, item["createdTime"])
    if not quiet:
        _tell_added(portal, entity_type_id, item, actor)
    return item


def _default_stage(portal: Portal, entity_type_id: int, item: Row, values: Row) -> None:
    if "stageId" not in item:
        return
    category = values.get("categoryId")
    if category is None:
        category = portal.crm.default_category(entity_type_id)
    item["categoryId"] = category
    stages = portal.crm.stages(entity_type_id, category)
    item["stageId"] = stages[0].status_id if stages else None


def _tell_added(portal: Portal, entity_type_id: int, item: Row, actor: Actor) -> None:
    kind = "deal.added" if entity_type_id == 2 else "item.added"
    portal.note(kind, item["id"], entity_type_id=entity_type_id, by=actor.user_id, stage=item.get("stageId"))
    emit_change(portal, entity_type_id, item["id"], "ADD", actor)


def change(portal: Portal, entity_type_id: int, item: Row, values: Row, actor: Actor, *, via: str = "rest") -> bool:
    """Apply stored-form values. False if nothing was different: then nothing is saved and nobody told."""
    before = {name: item.get(name) for name in values}
    after = dict(item) | values
    _link_clients(portal, after, values)
    _recalculated(portal, entity_type_id, after)
    _check_stage(portal, entity_type_id, after)
    changed = {name: value for name, value in after.items() if item.get(name) != value}
    if not changed:
        return False
    moved_category = "categoryId" in changed and "stageId" in item
    moved = moved_category or "stageId" in changed
    if moved:
        _check_move(portal, actor, after["stageId"])
    old_stage = item.get("stageId")
    item |= changed
    now = portal.now()
    item["updatedTime"], item["updatedBy"] = now, actor.id
    if moved:
        if "previousStageId" in item:
            item["previousStageId"] = old_stage
        kind = PIPELINE_CHANGED if moved_category else 0
        _settle_stage(portal, entity_type_id, item, actor, kind, now, old_stage)
    _tell_changed(portal, entity_type_id, item, changed, before, actor, via, moved_category)
    return True


def _tell_changed(
    portal: Portal,
    entity_type_id: int,
    item: Row,
    changed: Row,
    before: Row,
    actor: Actor,
    via: str,
    moved_category: bool,
) -> None:
    portal.note(
        "deal.updated" if entity_type_id == 2 else "item.updated",
        item["id"],
        entity_type_id=entity_type_id,
        fields={name: value for name, value in changed.items() if name in before or name == "opportunity"},
        by=actor.user_id,
        via=via,
    )
    if moved_category and entity_type_id == 2:
        fields = {"ID": str(item["id"]), "CATEGORY_ID": str(item["categoryId"]), "STAGE_ID": item["stageId"]}
        portal.emit("ONCRMDEALMOVETOCATEGORY", {"FIELDS": fields}, actor)
    else:
        emit_change(portal, entity_type_id, item["id"], "UPDATE", actor)


def delete(portal: Portal, entity_type_id: int, item: Row, actor: Actor) -> None:
    """Remove the item with its product rows; its history stays."""
    number = item["id"]
    portal.crm.tables[entity_type_id].remove(number)
    for row in portal.crm.product_rows.of((entity_type_id, number)):
        portal.crm.product_rows.remove(row["id"])
    portal.note("deal.deleted" if entity_type_id == 2 else "item.deleted", number, entity_type_id=entity_type_id)
    emit_change(portal, entity_type_id, number, "DELETE", actor)


def emit_change(portal: Portal, entity_type_id: int, number: int, what: str, actor: Actor) -> None:
    """``ONCRMDEALUPDATE`` and its sisters; smart processes and invoices have two names (§4.4)."""
    if entity_type_id in NAMES and entity_type_id != 31:
        portal.emit(f"ONCRM{NAMES[entity_type_id]}{what}", {"FIELDS": {"ID": str(number)}}, actor)
        return
    data = {"FIELDS": {"ID": str(number), "ENTITY_TYPE_ID": str(entity_type_id)}}
    portal.emit(f"ONCRMDYNAMICITEM{what}", data, actor)
    portal.emit(f"ONCRMDYNAMICITEM{what}_{entity_type_id}", data, actor)


def _settle_stage(
    portal: Portal, entity_type_id: int, item: Row, actor: Actor, kind: int, now: str, old: Any = None
) -> None:
    """What a stage brings with it: semantics, moved marks, a row of history, a row of the journal."""
    if "stageId" not in item or not item["stageId"]:
        return
    stage = portal.crm.stage(entity_type_id, item["categoryId"], item["stageId"])
    semantic = stage.semantic if stage else "P"
    item["stageSemanticId"] = semantic
    item["movedTime"], item["movedBy"] = now, actor.id
    if "closed" in item:
        item["closed"] = "N" if semantic == "P" else "Y"
    number = kind or (MOVED if semantic == "P" else FINISHED)
    history = portal.crm.history_of(entity_type_id)
    row = history.add(number, item["id"], now, item["categoryId"], semantic, item["stageId"])
    if kind != CREATED:
        portal.note(
            "stage.moved",
            item["id"],
            entity_type_id=entity_type_id,
            old=old,
            new=item["stageId"],
            category=item["categoryId"],
            history_id=row["ID"],
            by=actor.user_id,
        )
        automation.entered(portal, entity_type_id, item)


def _check_stage(portal: Portal, entity_type_id: int, item: Row) -> None:
    stage = item.get("stageId")
    if "stageId" not in item or (stage is None and not portal.crm.categories.get(entity_type_id)):
        return
    known = portal.crm.categories.get(entity_type_id, {})
    if known and item["categoryId"] not in known:
        raise bad_field(f"Неверное значение поля «Воронка»: {item['categoryId']}")
    if stage is None or (known and portal.crm.stage(entity_type_id, item["categoryId"], str(stage)) is None):
        raise bad_field(f"Неверное значение поля «Стадия»: {stage}")


def _check_move(portal: Portal, actor: Actor, stage: str) -> None:
    user = portal.users.get(actor.user_id) if actor.user_id is not None else None
    if user is not None and not may_move_to(user, stage):
        raise RestError("-", "Недостаточно прав для перевода элемента на эту стадию")


def _link_clients(portal: Portal, item: Row, values: Row) -> None:
    """Keep contactId and contactIds together: the first of the list is the primary one (crm §1.2)."""
    if "contactIds" in item:
        _link_contacts(item, values)
        if "contactIds" in values or "contactId" in values:
            _check_contacts(portal, item["contactIds"])
    company = values.get("companyId")
    if company and portal.crm.tables[4].get(company) is None:
        raise bad_field(f"Компания {company} не найдена")


def _link_contacts(item: Row, values: Row) -> None:
    if "contactIds" in values:
        item["contactId"] = item["contactIds"][0] if item["contactIds"] else 0
    elif values.get("contactId") is not None:
        first = values["contactId"]
        others = [number for number in item["contactIds"] if number != first]
        item["contactIds"] = [first, *others[1:]] if first else []


def _check_contacts(portal: Portal, numbers: list[int]) -> None:
    for number in numbers:
        if portal.crm.tables[3].get(number) is None:
            raise bad_field(f"Контакт {number} не найден")


def _recalculated(portal: Portal, entity_type_id: int, item: Row) -> None:
    """The amount follows the product rows unless it is kept by hand (crm §11)."""
    rows = portal.crm.product_rows.of((entity_type_id, item["id"]))
    if rows and item.get("isManualOpportunity") == "N":
        total, tax = totals(rows)
        item["opportunity"], item["taxValue"] = total, tax


def totals(rows: list[Row]) -> tuple[float, float]:
    """(sum with tax, tax) of product rows."""
    total = sum(row["price"] * row["quantity"] for row in rows)
    net = sum(row["priceExclusive"] * row["quantity"] for row in rows)
    return _plain(total), _plain(total - net)


def _plain(value: float) -> float:
    return int(value) if float(value).is_integer() else round(value, 2)


def owner_of(entity_type_id: int, number: int) -> str:
    """``D_5120``: how bindings name an item."""
    return f"{short_code(entity_type_id)}_{number}"
