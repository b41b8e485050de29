"""The same goods and people seen by different portals: own ids (they overlap on purpose), own stages, own size."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from decimal import Decimal

from sandbox import catalogue

from . import tables
from .model import (
    Category,
    Company,
    Contact,
    Deal,
    Expected,
    PortalData,
    Product,
    Row,
    Section,
    Stage,
    Wish,
)


@dataclass(frozen=True, slots=True)
class Profile:
    """How a portal differs from the tables. ``deals`` None: all of them; ``step``: gap between deal ids."""

    title: str
    goods: int
    offers: int
    wholesale: int
    trigger: str
    first_deal: int
    step: int
    first_contact: int
    first_company: int
    first_product: int
    managers: tuple[int, ...]
    deals: tuple[int, ...] | None = None


# Deal 501 exists on four of the portals and is another deal on each; so do contacts and products of equal ids.
PROFILES = (
    Profile("Ромашка", 23, 25, 3, "UC_7KZ2QA", 501, 1, 101, 11, 1001, (7, 7, 9)),
    Profile("Северный мёд", 15, 17, 2, "UC_P0L4MN", 501, 1, 95, 5, 1003, (7, 1),
            (16, 2, 49, 28, 46, 58, 64, 69, 71, 19, 6, 74)),
    Profile("Инструмент-Плюс", 23, 25, 5, "UC_7KZ2QA", 480, 3, 101, 11, 1040, (7, 9),
            (33, 10, 31, 75, 77, 78, 41, 9, 65, 63, 55, 70, 72)),
    Profile("Baltic Goods", 31, 33, 1, "UC_SHIPIT", 501, 2, 99, 2, 990, (7,),
            (45, 1, 20, 53, 60, 48, 26, 23, 12, 73)),
    Profile("Завод Вектор", 4, 5, 6, "UC_OTGRUZ", 7, 1, 1, 1, 1, (1, 7),
            (5, 14, 22, 34, 47, 57, 62, 76, 80)),
)  # fmt: skip

_SHOP_STAGES = (
    ("new", "NEW", "Новая", 10, "#39A8EF", ""),
    ("prep", "PREPARATION", "Собираем заказ", 20, "#2FC6F6", ""),
    ("paid", "PREPAYMENT_INVOICE", "Оплачена", 30, "#55D0E0", ""),
    ("trigger", "{trigger}", "Передано на отгрузку", 40, "#47E4C2", ""),
    ("way", "EXECUTING", "В пути", 50, "#FFA900", ""),
    ("ready", "FINAL_INVOICE", "Ждёт получателя", 60, "#FFD34E", ""),
    ("back", "UC_RETURN", "Возвращается", 70, "#C48FEE", ""),
    ("won", "WON", "Доставлена", 80, "#7BD500", "S"),
    ("lose", "LOSE", "Сделка провалена", 90, "#FF5752", "F"),
)


def profile(index: int) -> Profile:
    """The profile of the portal with this number; beyond the last one they repeat."""
    return PROFILES[index if index < len(PROFILES) else 1 + (index - 1) % (len(PROFILES) - 1)]


@functools.cache
def portal_data(index: int) -> PortalData:
    """Everything the portal with this number (0 is the large one) starts with."""
    shape = profile(index)
    categories = _categories(shape)
    products = _products(shape)
    keys = shape.deals or tuple(tables.by_key("deals"))
    return PortalData(
        index=index,
        title=shape.title,
        catalogs=(shape.goods, shape.offers),
        categories=categories,
        stages=tuple(stage for category in categories for stage in _stages(shape, category)),
        sections=tuple(_section(row) for row in tables.read("sections")),
        products=tuple(products.values()),
        companies=tuple(_company(row, shape) for row in tables.read("companies")),
        contacts=tuple(_contact(row, shape) for row in tables.read("contacts")),
        deals=tuple(_deal(key, place, shape, products) for place, key in enumerate(keys)),
        expected=tuple(_expectation(key, place, shape) for place, key in enumerate(keys)),
    )


def expected(index: int) -> dict[int, Expected]:
    """Deal id -> what that deal must come to."""
    return {row.deal_id: row for row in portal_data(index).expected}


def carrier_overrides(index: int) -> list[dict[str, object]]:
    """What the carrier has to be told (``POST /cdek/overrides``) so that the outcomes come true: routes that are not
    the ordinary way to a door or a pickup point."""
    special = [row for row in portal_data(index).expected if row.route not in ("", "door", "pickup") and row.recipient]
    # By the last word alone: an app may write the family name first.
    return [{"match": {"recipient": f"*{row.recipient.split()[-1]}*"}, "route": row.route} for row in special]


def _categories(shape: Profile) -> tuple[Category, ...]:
    return (
        Category(0, "Интернет-магазин", 100, shape.trigger),
        Category(shape.wholesale, "Опт", 200, f"C{shape.wholesale}:{shape.trigger}"),
    )


def _stages(shape: Profile, category: Category) -> list[Stage]:
    prefix = f"C{category.id}:" if category.id else ""
    return [
        Stage(category.id, prefix + code.format(trigger=shape.trigger), name, sort, color, semantics)
        for _, code, name, sort, color, semantics in _SHOP_STAGES
    ]


def _stage_id(alias: str, shape: Profile, category_id: int) -> str:
    code = next(code for name, code, *_ in _SHOP_STAGES if name == alias)
    return (f"C{category_id}:" if category_id else "") + code.format(trigger=shape.trigger)


def _section(row: tables.Record) -> Section:
    # Sections keep small numbers everywhere: the same id means the same section only by chance.
    parent = catalogue.number(row["parent"])
    return Section(40 + int(row["key"]), 40 + parent if parent else None, row["name"], row["code"])


def _products(shape: Profile) -> dict[int, Product]:
    found = {}
    for row in catalogue.rows():
        section, parent = catalogue.number(row["section"]), catalogue.number(row["parent"])
        found[int(row["key"])] = Product(
            id=shape.first_product + int(row["key"]) * 2,
            iblock_id=shape.offers if row["kind"] == "offer" else shape.goods,
            type=tables.kind(row),
            section_id=40 + section if section else None,
            parent_id=shape.first_product + parent * 2 if parent else None,
            name=row["name"],
            sku=row["sku"],
            price=Decimal(row["price"]),
            weight=catalogue.number(row["weight"]),
            length=catalogue.number(row["length"]),
            width=catalogue.number(row["width"]),
            height=catalogue.number(row["height"]),
            vat=int(row["vat"]),
            measure_code=catalogue.measure(row),
        )
    return found


def _company(row: tables.Record, shape: Profile) -> Company:
    place = shape.first_company + int(row["key"]) * 2
    return Company(place, row["title"], tables.phones(row["phones"]), tables.emails(row["emails"]))


def _contact(row: tables.Record, shape: Profile) -> Contact:
    return Contact(
        id=shape.first_contact + int(row["key"]) - 1,
        name=row["name"],
        second_name=row["second"],
        last_name=row["last"],
        phones=tables.phones(row["phones"]),
        emails=tables.emails(row["emails"]),
        comment=row["comment"],
    )


def _deal_id(place: int, shape: Profile) -> int:
    return shape.first_deal + place * shape.step


def _deal(key: int, place: int, shape: Profile, products: dict[int, Product]) -> Deal:
    row = tables.by_key("deals")[key]
    contact, company = catalogue.number(row["contact"]), catalogue.number(row["company"])
    category = shape.wholesale if row["pipeline"] == "wholesale" else 0
    return Deal(
        id=_deal_id(place, shape),
        key=key,
        title=row["title"],
        category_id=category,
        stage_id=_stage_id(row["stage"], shape, category),
        contact_id=shape.first_contact + contact - 1 if contact else None,
        company_id=shape.first_company + company * 2 if company else None,
        assigned_by_id=shape.managers[place % len(shape.managers)],
        rows=tuple(_row(line, products) for line in tables.order_lines(row["rows"])),
        wish=Wish(row["kind"], row["address"], row["point"], row["phone"]),
        note=row["note"],
        days_in_stage=7 if row["outcome"] == "listed" else 1 + place % 3,
    )


def _row(line: tuple[int, str, Decimal, Decimal], products: dict[int, Product]) -> Row:
    key, title, price, quantity = line
    if not key:
        return Row(0, title, price, quantity, 1, None, 796)
    product = products[key]
    return Row(product.id, product.name, product.price, quantity, product.type, product.vat, product.measure_code)


def _expectation(key: int, place: int, shape: Profile) -> Expected:
    row = tables.by_key("deals")[key]
    return Expected(
        deal_id=_deal_id(place, shape),
        outcome=row["outcome"],
        fields=tuple(row["fields"].split("|")) if row["fields"] else (),
        route=row["route"],
        recipient=_recipient(row),
        fix=tables.fix(row["fix"]),
    )


def _recipient(deal: tables.Record) -> str:
    contact = tables.by_key("contacts").get(int(deal["contact"] or 0))
    if contact:
        return " ".join(part for part in (contact["name"], contact["last"]) if part)
    company = tables.by_key("companies").get(int(deal["company"] or 0))
    return company["title"] if company else ""
