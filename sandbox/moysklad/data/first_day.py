"""The first day of an account: organisation, two warehouses, the portal's goods, states, attributes, print forms."""

from __future__ import annotations

from functools import cache
from typing import Any

from sandbox import catalogue
from sandbox.moysklad.model import USERS, Base, Entity, Ref, named_id

#: An article of the portals that MoySklad has never heard of, and one of which hardly anything is left.
ABSENT, SHORT = "SP-SKI-190", "HM-VASE"
STORES = (
    ("MSK-01", "Москва", "Москва, ул. Складочная, 1"),
    ("KZN-01", "Казань", "Казань, ул. Техническая, 7"),
)
#: (name, colour, stateType): §5.6; the last two were added by this account.
ORDER_STATES = (
    ("Новый", 15106326, "Regular"),
    ("Подтвержден", 10774205, "Regular"),
    ("Собран", 40931, "Regular"),
    ("Отгружен", 8767198, "Regular"),
    ("Доставлен", 8825440, "Successful"),
    ("Возврат", 15280409, "Unsuccessful"),
    ("Отменен", 15280409, "Unsuccessful"),
    ("Остановлен складом", 8962864, "Regular"),
)
DEMAND_STATES = (
    ("Собрана", 40931, "Regular"),
    ("Передана в доставку", 8767198, "Regular"),
    ("В пути", 8767198, "Regular"),
    ("Ждет в пункте выдачи", 10774205, "Regular"),
    ("Доставлена", 8825440, "Successful"),
    ("Возвращена", 15280409, "Unsuccessful"),
)
RETURN_STATES = (("Ожидается", 15106326, "Regular"), ("Проверен", 8825440, "Successful"))
#: This account's own field: its warehouse writes each box there as "<grams> <length>x<width>x<height>", in millimetres.
BOXES = "Места"
_FORMS = {
    "demand": ("Транспортная накладная", "Расходная накладная", "ТОРГ-12", "Акт"),
    "customerorder": ("Заказ покупателя",),
    "salesreturn": ("Возврат покупателя",),
    "loss": ("Списание",),
}


@cache
def _goods() -> tuple[catalogue.Record, ...]:
    rows = [row for row in catalogue.rows() if row["sku"] and row["sku"] != ABSENT]
    more = (("900", "Чашка", "CUP-1", "450", "300"), ("901", "Чай", "T-1", "99.99", "100"))
    known = ("key", "name", "sku", "price", "weight")
    return (
        *rows,
        *({**dict(zip(known, each, strict=True)), "kind": "simple", "parent": "", "vat": "22"} for each in more),
    )


def build(code: str, at: float) -> Base:
    """A new account's data, the same every time. ``at``: seconds since the epoch."""
    base = Base(code)

    def add(kind: str, key: str, **data: Any) -> Entity:
        part = kind.rpartition(".")[2]
        own = {"states": "state", "attributes": "attributemetadata"}.get(part, part)
        made = Entity(own, named_id(code, kind, key), base.id, at, at, data)
        base.of(kind)[made.id] = made
        return made

    for user in USERS:
        if user.account == code:
            add("employee", user.login, name=user.login.partition("@")[0], uid=user.login, archived=False)
    group = add("group", "main", name="Основной", index=0)
    add("currency", "rub", name="руб", fullName="Российский рубль", code="643", isoCode="RUB", default=True, rate=1.0)
    uom = add("uom", "piece", name="шт", description="Штука", code="796")
    title = "ООО «Ромашка»" if code == "romashka" else "ИП Василёк"
    common = {"shared": True, "archived": False, "group": Ref("group", group.id)}
    add("organization", "own", name=title, externalCode="org-1", companyType="legal", inn="7701234567", **common)
    if code == "romashka":
        add("organization", "second", name="ООО «Ромашка Опт»", externalCode="org-2", companyType="legal", **common)
    for name, town, address in STORES:
        add("store", name, name=f"{town} {name}", code=name, externalCode=name, address=address, pathName="", **common)
    add(
        "counterparty", "retail", name="Розничный покупатель", externalCode="retail", companyType="individual", **common
    )
    for kind, rows in (("customerorder", ORDER_STATES), ("demand", DEMAND_STATES), ("salesreturn", RETURN_STATES)):
        for name, colour, meaning in rows:
            add(f"{kind}.states", name, name=name, color=colour, stateType=meaning, entityType=kind)
    for kind in ("customerorder", "demand"):
        add(f"{kind}.attributes", BOXES, name=BOXES, type="string", required=False, show=True)
    for kind, forms in _FORMS.items():
        for name in forms:
            add(f"{kind}.embeddedtemplate", name, name=name, type="entity")
    add("demand.customtemplate", "picking", name="Лист комплектации", type="entity")
    _add_goods(base, add, Ref("uom", uom.id), common)
    return base


def _add_goods(base: Base, add: Any, uom: Ref, common: dict[str, Any]) -> None:
    add("bundle", "SET-1", name="Набор «Утро»", code="SET-1", article="SET-1", salePrices=240000, uom=uom, **common)
    parents: dict[str, str] = {}
    stores = [store.id for store in base.of("store").values()]
    for row in _goods():
        data: dict[str, Any] = {"name": row["name"], "externalCode": f"b24-{row['key']}", "vat": int(row["vat"])}
        prices = {"salePrices": round(float(row["price"]) * 100)}
        if row["kind"] == "service":
            add("service", row["sku"], code=row["sku"], uom=uom, vatEnabled=True, **data, **prices, **common)
            continue
        if row["kind"] == "offer":
            # A variant has neither article nor weight of its own (§5.8).
            data.pop("vat")
            parent = Ref("product", parents[row["parent"]])
            made = add("variant", row["sku"], code=row["sku"], product=parent, archived=False, **data, **prices)
        else:
            weight = float(row["weight"] or 0) / 1000
            made = add("product", row["sku"], code=f"{int(row['key']):05d}", article=row["sku"], weight=weight, uom=uom,
                       volume=0.0, vatEnabled=True, pathName="", **data, **prices, **common)  # fmt: skip
            parents[row["key"]] = made.id
        if row["kind"] != "parent":
            for place, store in enumerate(stores):
                base.opening[made.id, store] = (
                    (1.0 if place == 0 else 0.0) if row["sku"] == SHORT else 50.0 - 20 * place
                )
