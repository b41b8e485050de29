"""What the warehouse does with an order: picks, packs and measures, ships, stops; and how it inspects what came back.

Its people write what MoySklad has room for: the order's state, a shipment with the quantities that were picked,
the number of places, and the account's own field for boxes (`data.first_day.BOXES`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sandbox.kernel.carrier import Step
from sandbox.kernel.pdf import label_pdf
from sandbox.moysklad.data.first_day import BOXES
from sandbox.moysklad.model import Base, Entity, Paper, Ref, named_id

from . import templates, webhooks
from .saving import note_cancelled, sku_of

if TYPE_CHECKING:
    from sandbox.moysklad.core import MoySklad

_PACK: Step = {"code": "Собран", "pack": True}
_SHIP: Step = {"code": "Отгружен", "ship": True}
ROUTES: Mapping[str, Sequence[Step]] = {
    "packed": [{"code": "Подтвержден"}, _PACK],
    "shipped": [{"code": "Подтвержден"}, _PACK, _SHIP],
    "short": [{"code": "Подтвержден"}, {**_PACK, "short": 1}],
    "cancelled": [{"code": "Отменен", "unpost": True}],
    "blocked": [{"code": "Остановлен складом"}],
    "stay": [],
    "unknown_code": [{"code": "Подтвержден"}, {"code": "На второй линии"}],
    "delivered": [{"code": "Подтвержден"}, _PACK, _SHIP, {"code": "Доставлен", "demand": "Доставлена"}],
    "returned": [{"code": "Подтвержден"}, _PACK, _SHIP, {"code": "Возврат", "demand": "Возвращена"}],
}
_STEP = {"code", "pack", "short", "ship", "unpost", "demand", "delete", "wait"}
_HEAVIER_G, _SIDES = 300, "300x200x150"


def move(sklad: MoySklad, order: Entity, step: Step) -> None:
    """``code``: a state of orders by its name or id; another word becomes a new state, as accounts have their own.
    ``pack``, ``short`` (pieces), ``ship``, ``unpost``; ``demand``: a state for the shipment. Raises ValueError."""
    if strange := set(step) - _STEP:
        raise ValueError(f"unknown keys: {', '.join(sorted(strange))} (known: {', '.join(sorted(_STEP))})")
    base = sklad.base_with(order)
    if step.get("delete"):
        order.deleted = sklad.time()
        webhooks.tell(sklad, base, order, "DELETE", (), _who(base))
        return
    if not step.get("code"):
        raise ValueError("a state's name or id is needed, e.g. Собран")
    if step.get("pack"):
        _pack(sklad, base, order, int(step.get("short", 0)))
    if step.get("ship"):
        _ship(sklad, base, order)
    names = ["state"]
    if step.get("unpost"):
        order.data["applicable"] = False
        names.append("applicable")
    demand = sklad.demand_of(order)
    if step.get("demand") and demand is not None:
        demand.data["state"] = _state(sklad, base, "demand", str(step["demand"]))
        _changed(sklad, base, demand, "state")
    order.data["state"] = _state(sklad, base, "customerorder", str(step["code"]))
    _changed(sklad, base, order, *names)
    sklad.note("order.status", order.name, id=order.id, code=str(step["code"]))
    if step["code"] == "Отменен":
        note_cancelled(sklad, order)


def _state(sklad: MoySklad, base: Base, kind: str, code: str) -> Ref:
    states = base.of(f"{kind}.states")
    found = states.get(code) or next((each for each in states.values() if each.name == code), None)
    if found is None:
        data = {"name": code, "color": 15106326, "stateType": "Regular", "entityType": kind}
        found = Entity("state", named_id(base.code, f"{kind}.states", code), base.id, sklad.time(), sklad.time(), data)
        states[found.id] = found
    return Ref("state", found.id)


def _changed(sklad: MoySklad, base: Base, entity: Entity, *names: str, action: str = "UPDATE") -> None:
    entity.updated = sklad.time()
    webhooks.tell(sklad, base, entity, action, names, _who(base))


def _who(base: Base) -> str:
    return f"sklad@{base.code}"


# --- picking ----------------------------------------------------------------------------------------------------------


def _pack(sklad: MoySklad, base: Base, order: Entity, short: int) -> None:
    demand = sklad.demand_of(order)
    if demand is None and not sklad.switches.warehouse_ships:
        _write_boxes(base, order, order)
        if short:
            _take_from(order.positions, short)
        return
    fresh = demand is None
    if demand is None:
        store = {} if order.ref("store") else {"store": Ref("store", next(iter(base.of("store"))))}
        demand = templates.draft(sklad, base, "demand", order)
        templates.keep(sklad, base, demand, {"applicable": False, **store})
    elif demand.get("applicable"):
        raise ValueError("the shipment has left already")
    if short:
        _take_from(demand.positions, short)
    _write_boxes(base, demand, order)
    demand.data["state"] = _state(sklad, base, "demand", "Собрана")
    _changed(sklad, base, demand, "positions", "attributes", "state", action="CREATE" if fresh else "UPDATE")
    if fresh:
        sklad.note("demand.accepted", demand.name, id=demand.id, account=base.code, by="warehouse")


def _take_from(rows: list[Entity], short: int) -> None:
    """The first row is so many pieces short; a row of which nothing is left is not there."""
    rows[0].data["quantity"] -= short
    if (rows[0].get("reserve") or 0.0) > rows[0].get("quantity"):
        rows[0].data["reserve"] = rows[0].get("quantity")
    if rows[0].get("quantity") <= 0:
        rows.pop(0)


def _write_boxes(base: Base, target: Entity, order: Entity) -> None:
    """Each announced box, weighed: 300 g heavier. Who announced none sent the goods in one."""
    announced = _announced(base, order)
    text = "; ".join(f"{weight + _HEAVIER_G} {_SIDES}" for weight in announced)
    field = next(each.id for each in base.of(f"{target.type}.attributes").values() if each.name == BOXES)
    target.data["attributes"] = {**(target.get("attributes") or {}), field: text}
    if target.type == "demand":
        target.data["goodPackQuantity"] = len(announced)


def _announced(base: Base, order: Entity) -> list[int]:
    field = next(each.id for each in base.of("customerorder.attributes").values() if each.name == BOXES)
    text = str((order.get("attributes") or {}).get(field) or "")
    found = [int(number[0]) for part in text.split(";") if (number := re.search(r"\d+", part))]
    if found:
        return found
    total = 0.0
    for row in order.positions:
        goods = base.of(row.get("assortment").type).get(row.ref("assortment"))
        whole = base.of("product").get(goods.ref("product")) if goods and goods.type == "variant" else goods
        total += float(whole.get("weight", 0.0) or 0.0) * row.get("quantity") if whole else 0.0
    return [round(total * 1000)]


def _ship(sklad: MoySklad, base: Base, order: Entity) -> None:
    demand = sklad.demand_of(order)
    if demand is None:
        return
    demand.data |= {"applicable": True, "moment": sklad.time() // 60 * 60,
                    "state": _state(sklad, base, "demand", "Передана в доставку")}  # fmt: skip
    for row in demand.positions:
        base.stock_moved[row.ref("assortment"), demand.ref("store")] = sklad.time()
    _changed(sklad, base, demand, "applicable", "state")
    webhooks.tell_stock(sklad, base)


# --- documents --------------------------------------------------------------------------------------------------------


def add_document(sklad: MoySklad, order: Entity, kind: str, name: str) -> Paper:
    """Somebody uploads a paper to the shipment, or to the order when there is none."""
    base = sklad.base_with(order)
    target = sklad.demand_of(order) or order
    code = order.name if order.name.isascii() else order.id
    content = label_pdf([(code, [kind, name])])
    filename = name if name.lower().endswith(".pdf") else f"{name}.pdf"
    by = next(iter(base.of("employee")))
    paper = Paper(named_id(base.code, "file", filename, content), filename, content, sklad.time(), by)
    target.files.append(paper)
    _changed(sklad, base, target, "files")
    return paper


# --- what came back ---------------------------------------------------------------------------------------------------


def inspect(sklad: MoySklad, receipt: Entity, lines: Sequence[Mapping[str, Any]], photos: int = 0) -> dict[str, Any]:
    """Post the return with what arrived, write off what is damaged; what is missing is simply not in it (§5.5). A
    surplus has no place in a return by shipment: it is written into the description. Raises ValueError."""
    base = sklad.base_with(receipt)
    if receipt.get("applicable"):
        raise ValueError("it was posted already")
    rows = {sku_of(base, row): row for row in receipt.positions}
    broken: list[Entity] = []
    notes = [str(receipt.get("description") or "")]
    for line in lines:
        if strange := set(line) - {"sku", "accepted", "damaged", "missing", "surplus"}:
            raise ValueError(f"unknown keys: {', '.join(sorted(strange))}")
        row = rows.get(str(line["sku"]))
        if row is None:
            raise ValueError(f"not expected: {line['sku']}")
        came, damaged = float(line.get("accepted", 0)) + float(line.get("damaged", 0)), float(line.get("damaged", 0))
        if came > row.get("quantity"):
            raise ValueError(f"more than expected: {line['sku']}")
        row.data["quantity"] = came
        if damaged:
            data = {"quantity": damaged, "price": row.get("price"), "assortment": row.get("assortment"),
                    "reason": "Повреждено"}  # fmt: skip
            broken.append(Entity("lossposition", sklad.new_id(), base.id, 0.0, 0.0, data))
        if line.get("surplus"):
            notes.append(f"Излишек: {line['sku']} × {line['surplus']}")
    receipt.positions = [row for row in receipt.positions if row.get("quantity") > 0]
    by = next(iter(base.of("employee")))
    for number in range(photos):
        content = _PIXEL + number.to_bytes(1, "big")
        receipt.files.append(Paper(named_id(base.code, receipt.id, number), f"photo-{number + 1}.png", content,
                                   sklad.time(), by))  # fmt: skip
    receipt.data |= {"applicable": True, "state": _state(sklad, base, "salesreturn", "Проверен"),
                     "description": "\n".join(filter(None, notes))}  # fmt: skip
    _changed(sklad, base, receipt, "applicable", "positions", "state")
    if broken:
        loss = templates.draft(sklad, base, "loss", receipt)
        loss.positions = broken
        templates.keep(sklad, base, loss, {"applicable": True})
        _changed(sklad, base, loss, action="CREATE")
    for each in receipt.positions:
        base.stock_moved[each.ref("assortment"), receipt.ref("store")] = sklad.time()
    return {"posted": True, "rows": len(receipt.positions), "losses": len(broken)}


#: The smallest PNG: one grey point.
_PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010800000000"
    "3a7e9b550000000a49444154789c6360000000020001e221bc330000000049454e44ae426082"
)
