"""How objects are shown (§3, §5.2–5.8): metas, Moscow times, kopecks, empty fields left out, `expand`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from sandbox.moysklad.data.fields import DOCUMENTS, ROWS, WRITTEN
from sandbox.moysklad.model import Base, Entity, Paper, Ref, named_id

from . import stock

Row = dict[str, Any]
Tree = Mapping[str, Any]
API = "/api/remap/1.2"
#: Fields that are shown although they name nothing in the object's own data, by type.
_LINKS = {"customerorder": ("demands", "demand", "customerOrder"), "demand": ("returns", "salesreturn", "demand"),
          "salesreturn": ("losses", "loss", "salesReturn")}  # fmt: skip
_ADDRESSES = ("shipmentAddressFull", "actualAddressFull", "legalAddressFull")
_PARTS = ("postalCode", "country", "region", "city", "street", "house", "apartment", "addInfo")
_MOSCOW = timezone(timedelta(hours=3))


def shown_time(moment: float) -> str:
    at = datetime.fromtimestamp(moment, UTC).astimezone(_MOSCOW)
    return at.strftime("%Y-%m-%d %H:%M:%S.") + f"{at.microsecond // 1000:03d}"


def meta(host: str, kind: str, identifier: str, of: str = "", ui_id: str = "") -> Row:
    """``of``: the document type that a state, an attribute or a print form belongs to."""
    root = f"{host}{API}/entity"
    if of:
        part = {"state": "states", "attributemetadata": "attributes"}.get(kind, kind)
        return {"href": f"{root}/{of}/metadata/{part}/{identifier}", "metadataHref": f"{root}/{of}/metadata",
                "type": kind, "mediaType": "application/json"}  # fmt: skip
    found = {"href": f"{root}/{kind}/{identifier}", "metadataHref": f"{root}/{kind}/metadata", "type": kind,
             "mediaType": "application/json"}  # fmt: skip
    return found | ({"uuidHref": f"{host}/app/#{kind}/edit?id={ui_id}"} if ui_id else {})


def collection(host: str, path: str, kind: str, size: int, limit: int = 1000, offset: int = 0) -> Row:
    return {"href": f"{host}{API}{path}", "type": kind, "mediaType": "application/json", "size": size, "limit": limit,
            "offset": offset}  # fmt: skip


def _has_page(kind: str) -> bool:
    return kind in WRITTEN or kind in ("product", "variant", "organization", "employee", "store", "service")


class View:
    """Shows one account's objects as the address ``host`` answers them."""

    def __init__(self, base: Base, host: str) -> None:
        self.base, self.host = base, host

    def meta_of(self, entity: Entity, of: str = "") -> Row:
        return meta(self.host, entity.type, entity.id, of, entity.ui_id if _has_page(entity.type) else "")

    def linked(self, ref: Ref, document: str, expand: Tree | None) -> Row:
        of = document if ref.type == "state" else ""
        found = self.base.of(f"{document}.states" if of else ref.type).get(ref.id)
        if found is None:
            return {"meta": meta(self.host, ref.type, ref.id, of)}
        return {"meta": self.meta_of(found, of)} if expand is None else self.entity(found, expand, of)

    def entity(self, entity: Entity, expand: Tree = {}, of: str = "", *, stocks: bool = False) -> Row:  # noqa: B006
        """``expand``: field -> the tree below it. ``stocks``: `fields=stock` for the rows (§3)."""
        row: Row = {"meta": self.meta_of(entity, of), "id": entity.id, "accountId": entity.account}
        if not of:
            row["updated"] = shown_time(entity.updated)
            if entity.type in WRITTEN:
                row["created"] = shown_time(entity.created)
        if entity.deleted is not None:
            row["deleted"] = shown_time(entity.deleted)
        for name, value in entity.data.items():
            if value is not None:
                row |= self._field(entity, name, value, expand)
        if entity.type == "product":
            row |= {"effectiveVat": entity.get("vat"), "effectiveVatEnabled": True}
        if entity.type in DOCUMENTS:
            row |= self._document(entity, expand, stocks)
        if entity.type in WRITTEN:
            path = f"/entity/{entity.type}/{entity.id}/files"
            row["files"] = {"meta": collection(self.host, path, "files", len(entity.files))}
        return row

    def _field(self, entity: Entity, name: str, value: Any, expand: Tree) -> Row:
        if isinstance(value, Ref):
            return {name: self.linked(value, entity.type, expand.get(name))}
        if name in _ADDRESSES:
            whole = ", ".join(value[part] for part in _PARTS if value.get(part))
            return ({name.removesuffix("Full"): whole} if whole else {}) | ({name: dict(value)} if value else {})
        if name in ("moment", "deliveryPlannedMoment", "shippingDocumentDate"):
            return {name: shown_time(value)}
        if name == "attributes":
            return {name: rows} if (rows := self._attributes(entity.type, value)) else {}
        if name == "salePrices":
            return {name: [self._price(value)]}
        return {name: value}

    def _attributes(self, kind: str, values: Mapping[str, Any]) -> list[Row]:
        found = []
        for identifier, value in values.items():
            known = self.base.of(f"{kind}.attributes").get(identifier)
            if known is not None and value is not None:
                link = meta(self.host, "attributemetadata", identifier, kind)
                link.pop("metadataHref")
                found.append(
                    {"meta": link, "id": identifier, "name": known.name, "type": known.get("type"), "value": value}
                )
        return found

    def _price(self, value: int) -> Row:
        currency = next(iter(self.base.of("currency")))
        kind = named_id(self.base.code, "pricetype")
        link = {"href": f"{self.host}{API}/context/companysettings/pricetype/{kind}", "type": "pricetype",
                "mediaType": "application/json"}  # fmt: skip
        named = {
            "meta": link,
            "id": kind,
            "name": "Цена продажи",
            "externalCode": "cbcf493b-55bc-11d9-848a-00112f43529a",
        }
        return {"value": float(value), "currency": {"meta": meta(self.host, "currency", currency)}, "priceType": named}

    def _document(self, entity: Entity, expand: Tree, stocks: bool) -> Row:
        total = sum(map(amount, entity.positions))
        row: Row = {"sum": total, "printed": bool(entity.get("printed")), "published": bool(entity.get("published"))}
        row["rate"] = {"currency": {"meta": meta(self.host, "currency", next(iter(self.base.of("currency"))))}}
        if entity.type != "loss":
            row |= {"vatSum": round(sum(map(_vat, entity.positions)), 2), "payedSum": 0.0}
        row["positions"] = {"meta": collection(self.host, f"/entity/{entity.type}/{entity.id}/positions",
                                               f"{entity.type}position", len(entity.positions))}  # fmt: skip
        if "positions" in expand:
            row["positions"]["rows"] = self.rows(entity, expand["positions"], stocks=stocks)
        if entity.type == "customerorder":
            row |= self._sums(entity)
        if links := self._links(entity, expand):
            row |= links
        return row

    def _sums(self, order: Entity) -> Row:
        shipped = stock.shipped_rows(self.base, order)
        return {
            "reservedSum": sum(share(row, row.get("reserve", 0.0) or 0.0) for row in order.positions),
            "shippedSum": sum(share(row, shipped[row.id]) for row in order.positions),
            "invoicedSum": 0.0,
        }

    def _links(self, entity: Entity, expand: Tree) -> Row:
        if entity.type not in _LINKS:
            return {}
        name, kind, field = _LINKS[entity.type]
        rows = [each for each in self.base.of(kind).values() if each.ref(field) == entity.id and each.deleted is None]
        below = expand.get(name)
        shown = [{"meta": self.meta_of(each)} if below is None else self.entity(each, below) for each in rows]
        return {name: shown} if shown else {}

    def rows(self, document: Entity, expand: Tree = {}, *, stocks: bool = False) -> list[Row]:  # noqa: B006
        shipped = stock.shipped_rows(self.base, document) if document.type == "customerorder" else {}
        levels = stock.levels(self.base) if stocks else {}
        return [self._row(document, row, expand, shipped, levels) for row in document.positions]

    def _row(self, document: Entity, row: Entity, expand: Tree, shipped: Any, levels: Any) -> Row:
        kind = document.type
        link = {"href": f"{self.host}{API}/entity/{kind}/{document.id}/positions/{row.id}",
                "metadataHref": f"{self.host}{API}/entity/{kind}/metadata", "type": f"{kind}position",
                "mediaType": "application/json"}  # fmt: skip
        found: Row = {"meta": link, "id": row.id, "accountId": row.account}
        for name in ROWS[kind]:
            value = row.get(name)
            if value is not None and name not in found:
                found[name] = self.linked(value, kind, expand.get(name)) if isinstance(value, Ref) else value
        if row.id in shipped:
            found["shipped"] = shipped[row.id]
        if levels:
            level = levels.get((row.ref("assortment"), document.ref("store")), stock.Level())
            found["stock"] = {"cost": 0.0, "quantity": level.stock, "reserve": level.reserve,
                              "intransit": level.transit, "available": level.of("quantity")}  # fmt: skip
        return found

    def paper(self, entity: Entity, paper: Paper) -> Row:
        """A file of an object (§5.10)."""
        root = f"{self.host}{API}"
        link = {"href": f"{root}/entity/{entity.type}/{entity.id}/files/{paper.id}", "type": "files",
                "mediaType": "application/json", "downloadHref": f"{root}/download/{paper.id}"}  # fmt: skip
        title = paper.filename.rpartition(".")[0] or paper.filename
        by = {"meta": meta(self.host, "employee", paper.by)}
        return {"meta": link, "title": title, "filename": paper.filename, "size": len(paper.content),
                "created": shown_time(paper.created), "createdBy": by}  # fmt: skip


def amount(row: Entity) -> float:
    return share(row, row.get("quantity"))


def share(row: Entity, quantity: float) -> float:
    """Kopecks of so many of a row."""
    return round(float(row.get("price") or 0.0) * quantity * (1 - float(row.get("discount") or 0.0) / 100), 2)


def _vat(row: Entity) -> float:
    vat = row.get("vat") or 0
    return amount(row) * vat / (100 + vat) if row.get("vatEnabled") else 0.0


def plain(base: Base, entity: Entity) -> Row:
    """An object for the control API: values by name, references by name or number, rows by article."""

    def simple(value: Any) -> Any:
        if not isinstance(value, Ref):
            return value
        kind = f"{entity.type}.states" if value.type == "state" else value.type
        found = base.of(kind).get(value.id)
        return (found.get("article") or found.get("code") or found.name) if found else value.id

    row = {name: simple(value) for name, value in entity.data.items() if name != "attributes"}
    row["attributes"] = {base.of(f"{entity.type}.attributes")[key].name: value
                         for key, value in (entity.get("attributes") or {}).items()
                         if key in base.of(f"{entity.type}.attributes")}  # fmt: skip
    rows = [{name: simple(value) for name, value in each.data.items()} for each in entity.positions]
    return {"id": entity.id, **row, "positions": rows, "files": [paper.filename for paper in entity.files],
            "deleted": entity.deleted is not None}  # fmt: skip
