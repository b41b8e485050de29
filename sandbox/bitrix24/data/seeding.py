"""Putting the data into a portal's state, and what a manager does with it afterwards: fill in the app's fields, fix."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.bitrix24.rules.items import change, create, totals
from sandbox.bitrix24.rules.values import multifield, user_value
from sandbox.bitrix24.state.portal import Portal
from sandbox.bitrix24.state.table import Row, Table
from sandbox.bitrix24.state.userfields import UserField
from sandbox.bitrix24.state.users import Actor

from . import bulk
from .model import Company, Contact, Deal, Expected, PortalData, Product, Wish
from .portals import expected, portal_data
from .rows import product_row

DEAL, CONTACT, COMPANY = 2, 3, 4
_DAY = 86_400.0
_MOVED = 2
_ADMIN = Actor(1)
# The app's fields are found by how their names end: which prefix an app takes is its own business.
_ROLES = {
    "address": ("DELIVERY_ADDRESS",),
    "phone": ("DELIVERY_PHONE",),
    "kind": ("DELIVERY_TYPE",),
    "point": ("PVZ_CODE",),
}
_KIND_CODES = {"courier": ("COURIER",), "pvz": ("PVZ", "PICKUP")}


def data_of(portal: Portal) -> PortalData:
    return portal_data(portal.spec.number - 1)


def expected_of(portal: Portal) -> dict[int, Expected]:
    """Deal id -> what it must come to."""
    return expected(portal.spec.number - 1)


def seed(portal: Portal, spec: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Fill a portal that was just reset; answers how many of what. No event leaves, nothing is journalled.

    A portal that has its data already keeps it. ``spec["bulk"]`` adds that many ordinary deals (see ``bulk.py``);
    their ids are answered too.
    """
    data = data_of(portal)
    answer: dict[str, Any] = {}
    with portal.lock:
        if not len(portal.crm.tables[DEAL]):
            _fill(portal, data)
            answer = {name: len(getattr(data, name)) for name in ("products", "companies", "contacts", "deals")}
        if count := int((spec or {}).get("bulk", 0)):
            answer["bulk"] = add_bulk(portal, data, count)
    return answer


def _fill(portal: Portal, data: PortalData) -> None:
    _pipelines(portal, data)
    _catalogue(portal, data)
    for company in data.companies:
        _add_company(portal, company)
    for contact in data.contacts:
        _add_contact(portal, contact)
    for deal in data.deals:
        _add_deal(portal, deal)


def add_bulk(portal: Portal, data: PortalData, count: int) -> list[int]:
    """Ordinary deals in great numbers, each with its own recipient, ready to be moved. Answers their ids."""
    fields = app_fields(portal)
    ids = []
    for contact, deal in bulk.deals(data, count, portal.crm.tables[CONTACT], portal.crm.tables[DEAL]):
        _add_contact(portal, contact)
        _add_deal(portal, deal)
        item = portal.crm.tables[DEAL].rows[deal.id]
        item.update(_stored(portal, item, _values(deal.wish), fields))
        ids.append(deal.id)
    return ids


def _pipelines(portal: Portal, data: PortalData) -> None:
    crm = portal.crm
    for category in data.categories:
        prefix = f"C{category.id}:" if category.id else ""
        for old in crm.stages(DEAL, category.id):
            crm.statuses.remove(old)
        stages = [
            (stage.status_id.removeprefix(prefix), stage.name, stage.semantics or None, stage.color)
            for stage in data.stages
            if stage.category_id == category.id
        ]
        crm.add_category(DEAL, category.name, category.id, stages, sort=category.sort, is_default=not category.id)


def _catalogue(portal: Portal, data: PortalData) -> None:
    catalog, now = portal.catalog, portal.now()
    goods, offers = data.catalogs
    catalog.products, catalog.sections = Table(), Table()
    _name_catalogs(catalog.catalogs, goods, offers)
    catalog.vats = [
        {"id": 1, "name": "НДС 22%", "rate": 22, "sort": 100, "active": "Y"},
        {"id": 2, "name": "НДС 10%", "rate": 10, "sort": 200, "active": "Y"},
        {"id": 3, "name": "Без НДС", "rate": None, "sort": 300, "active": "Y"},
    ]
    for section in data.sections:
        _skip_to(catalog.sections, section.id)
        catalog.add_section(section.name, section.parent_id, section.code)
    for row in catalog.sections:
        row["iblockId"] = goods
    for product in data.products:
        _skip_to(catalog.products, product.id)
        catalog.add_product(product.name, now, kind=product.type, price=float(product.price), **_goods(product))


def _name_catalogs(rows: Iterable[Row], goods: int, offers: int) -> None:
    for row in rows:
        number = goods if row["productIblockId"] is None else offers
        row["id"] = row["iblockId"] = number
        if row["productIblockId"] is not None:
            row["productIblockId"] = goods


def _goods(product: Product) -> dict[str, Any]:
    more: dict[str, Any] = {
        "iblockId": product.iblock_id,
        "iblockSectionId": product.section_id,
        "xmlId": product.sku,
        "weight": product.weight,
        "length": product.length,
        "width": product.width,
        "height": product.height,
        "vatId": 2 if product.vat == 10 else 1,
        "measure": 4 if product.measure_code == 166 else 5,
    }
    return more | ({"parent": product.parent_id} if product.parent_id else {})


def _skip_to(table: Table, number: int) -> None:
    """Make ``number`` the next id: a row just before it comes and goes, unless there is one."""
    if number > 1 and table.get(number - 1) is None:
        table.add({}, number - 1)
        table.remove(number - 1)


def _add_company(portal: Portal, company: Company) -> None:
    _skip_to(portal.crm.tables[COMPANY], company.id)
    fm = _multifields(portal, company.phones, company.emails)
    create(portal, COMPANY, {"title": company.title, "fm": fm} | _flags(fm), _ADMIN, quiet=True)


def _add_contact(portal: Portal, contact: Contact) -> None:
    _skip_to(portal.crm.tables[CONTACT], contact.id)
    fm = _multifields(portal, contact.phones, contact.emails)
    values: Row = {
        "name": contact.name or None,
        "secondName": contact.second_name or None,
        "lastName": contact.last_name or None,
        "comments": contact.comment or None,
        "fm": fm,
    }
    create(portal, CONTACT, values | _flags(fm), _ADMIN, quiet=True)


def _multifields(portal: Portal, phones: Iterable[tuple[str, str]], emails: Iterable[str]) -> list[dict[str, Any]]:
    given = [{"typeId": "PHONE", "valueType": kind, "value": text} for kind, text in phones]
    given += [{"typeId": "EMAIL", "valueType": "WORK", "value": text} for text in emails]
    return multifield(portal, [], given)


def _flags(fm: list[dict[str, Any]]) -> Row:
    kinds = {row["typeId"] for row in fm}
    return {"hasPhone": "Y" if "PHONE" in kinds else "N", "hasEmail": "Y" if "EMAIL" in kinds else "N"}


def _add_deal(portal: Portal, deal: Deal) -> None:
    _skip_to(portal.crm.tables[DEAL], deal.id)
    now = portal.hub.clock.time()
    stages = portal.crm.stages(DEAL, deal.category_id)
    values: Row = {
        "title": deal.title,
        "categoryId": deal.category_id,
        "stageId": stages[0].status_id,
        "assignedById": deal.assigned_by_id,
        "sourceId": "WEB" if deal.category_id == 0 else "CALL",
        "comments": deal.note,
        "currencyId": "RUB",
        "createdTime": portal.iso(now - (deal.days_in_stage + 2) * _DAY),
    }
    if deal.contact_id:
        values["contactId"] = deal.contact_id
    if deal.company_id:
        values["companyId"] = deal.company_id
    item = create(portal, DEAL, values, Actor(deal.assigned_by_id), quiet=True)
    for place, row in enumerate(deal.rows, start=1):
        portal.crm.product_rows.add_to((DEAL, deal.id), product_row(deal.id, row, place * 10))
    item["opportunity"], item["taxValue"] = totals(portal.crm.product_rows.of((DEAL, deal.id)))
    if deal.stage_id != item["stageId"]:
        _put_on_stage(portal, item, deal, portal.iso(now - deal.days_in_stage * _DAY))
    item["updatedTime"] = item["lastActivityTime"] = item["movedTime"]


def _put_on_stage(portal: Portal, item: Row, deal: Deal, at: str) -> None:
    stage = portal.crm.stage(DEAL, deal.category_id, deal.stage_id)
    semantic = stage.semantic if stage else "P"
    item |= {"stageId": deal.stage_id, "stageSemanticId": semantic, "movedTime": at, "movedBy": deal.assigned_by_id}
    item["closed"] = "N" if semantic == "P" else "Y"
    kind = _MOVED if semantic == "P" else _MOVED + 1
    portal.crm.history_of(DEAL).add(kind, deal.id, at, deal.category_id, semantic, deal.stage_id)


def fill_wishes(portal: Portal, deal_ids: Iterable[int] | None = None) -> dict[int, list[str]]:
    """Write into the app's fields what the managers know; to be called once the app has created its fields.

    Answers deal id -> names of the fields written. Fields that do not exist are left out. Changes go through the
    ordinary rules, as the responsible user: events leave.
    """
    wanted = set(deal_ids) if deal_ids is not None else None
    written = {}
    with portal.lock:
        fields = app_fields(portal)
        for deal in data_of(portal).deals:
            if wanted is None or deal.id in wanted:
                written[deal.id] = _write(portal, deal.id, _values(deal.wish), fields)
    return written


def fill_wish(portal: Portal, deal_id: int, given: Mapping[str, str]) -> list[str]:
    """What a manager types into one deal: the app's fields by role (address, phone, kind, point), and `name`, the
    recipient's. Answers the fields written."""
    with portal.lock:
        if given.get("name"):
            _rename_recipient(portal, deal_id, given["name"])
        return _write(portal, deal_id, {role: given[role] for role in _ROLES if role in given}, app_fields(portal))


def apply_fix(portal: Portal, deal_id: int) -> bool:
    """What a manager does about the deal's problem (``Expected.fix``). False if there is nothing he could change."""
    row = expected_of(portal).get(deal_id)
    if row is None or row.fix is None:
        return False
    role, value = row.fix
    with portal.lock:
        if role != "name":
            return bool(_write(portal, deal_id, {role: value}, app_fields(portal)))
        return _rename_recipient(portal, deal_id, value)


def _rename_recipient(portal: Portal, deal_id: int, full_name: str) -> bool:
    # No field of the deal holds the name: the contact is corrected inside the deal's card, which saves the deal too.
    deal = portal.crm.tables[DEAL].get(deal_id)
    contact = portal.crm.tables[CONTACT].get(deal["contactId"] if deal else None)
    if deal is None or contact is None:
        return False
    name, _, last = full_name.partition(" ")
    manager = Actor(deal["assignedById"])
    changed = change(portal, CONTACT, contact, {"name": name, "lastName": last}, manager, via="user")
    change(portal, DEAL, deal, {"comments": f"Имя получателя исправлено: {full_name}"}, manager, via="user")
    return changed


def app_fields(portal: Portal) -> dict[str, UserField]:
    """The app's deal fields by role (address, phone, kind, point), as far as they exist."""
    known = portal.crm.userfields.of(portal.crm.uf_entity(DEAL))
    return {
        role: field for role, ends in _ROLES.items() for name, field in known.items() if name.endswith(ends)
    }  # fmt: skip


def _values(wish: Wish) -> dict[str, str]:
    given = {"kind": wish.kind, "address": wish.address, "point": wish.point, "phone": wish.phone}
    return {role: value for role, value in given.items() if value}


def _write(portal: Portal, deal_id: int, given: Mapping[str, str], fields: Mapping[str, UserField]) -> list[str]:
    item = portal.crm.tables[DEAL].get(deal_id)
    if item is None:
        return []
    values = _stored(portal, item, given, fields)
    if values:
        change(portal, DEAL, item, values, Actor(item["assignedById"]), via="user")
    return sorted(values)


def _stored(portal: Portal, item: Row, given: Mapping[str, str], fields: Mapping[str, UserField]) -> Row:
    values: Row = {}
    for role, text in given.items():
        field = fields.get(role)
        if field is not None:
            stored = _kind_value(field, text) if role == "kind" else text
            values[field.name] = user_value(portal, field, stored, item.get(field.name))
    return values


def _kind_value(field: UserField, kind: str) -> Any:
    """The list element of a delivery kind; a plain text field gets the code itself."""
    if field.kind != "enumeration":
        return kind
    codes = _KIND_CODES[kind]
    return next((row["id"] for row in field.enum if row["xmlId"].upper().endswith(codes)), None)
