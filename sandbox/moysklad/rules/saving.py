"""Creating, changing and deleting objects; what documents owe to the ones that they were made from (§5.1–5.5, §9)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sandbox.moysklad.data.fields import DOCUMENTS, ROWS, WRITTEN
from sandbox.moysklad.errors import Refused, ordered
from sandbox.moysklad.model import Base, Entity, Paper, Ref, User, named_id

from . import stock, webhooks
from .reading import Reader, live

if TYPE_CHECKING:
    from sandbox.moysklad.core import MoySklad

_ADDRESSES = ("shipmentAddress", "actualAddress", "legalAddress")
_CANCELLED = "Отменен"
_NOTES = {"customerorder": "order.accepted", "demand": "demand.accepted", "salesreturn": "receipt.accepted",
          "loss": "loss.accepted", "counterparty": "counterparty.accepted"}  # fmt: skip
#: What must not be deleted while something was made from it: (type, field that names it).
_USED_BY = {
    "customerorder": (("demand", "customerOrder"),),
    "demand": (("salesreturn", "demand"),),
    "salesreturn": (("loss", "salesReturn"),),
    "counterparty": (("customerorder", "agent"), ("demand", "agent"), ("salesreturn", "agent")),
}
#: The document that one is made from.
BASIS = {"demand": ("customerOrder", "customerorder"), "salesreturn": ("demand", "demand"),
         "loss": ("salesReturn", "salesreturn")}  # fmt: skip


class Saver:
    """One caller's writes. ``quiet``: prefixes of webhooks that are not told (§2)."""

    def __init__(self, sklad: MoySklad, reader: Reader, user: User, quiet: tuple[str, ...] = ()) -> None:
        self.sklad, self.reader, self.user, self.quiet = sklad, reader, user, quiet

    @property
    def base(self) -> Base:
        return self.reader.base

    def create(self, kind: str, body: Mapping[str, Any]) -> Entity:
        """A repeated syncId answers what it made (§1.5). Raises Refused."""
        if not self.user.writes:
            raise Refused(1045)
        fresh = self.reader.fields(kind, body, WRITTEN[kind], making=True)
        same = [each for each in self.base.of(kind).values()
                if each.deleted is None and fresh.get("syncId") and each.get("syncId") == fresh["syncId"]]  # fmt: skip
        if same:
            return same[0]
        now = self.sklad.time()
        entity = Entity(kind, self.sklad.new_id(), self.base.id, now, now, self._defaults(kind, now))
        self._fill(entity, fresh, making=True)
        if kind == "customerorder" and (wanted := self.sklad.override_for(self._facts(entity), "errors")):
            raise ordered(wanted.errors[0])
        self.base.of(kind)[entity.id] = entity
        self._note(entity)
        self._moved(entity)
        self._after(entity)
        webhooks.tell(self.sklad, self.base, entity, "CREATE", (), self.user.login, self.quiet)
        if kind == "customerorder":
            self.sklad.begin_walk(entity)
        return entity

    def update(self, entity: Entity, body: Mapping[str, Any]) -> Entity:
        """Only what is named changes. Raises Refused."""
        if not self.user.writes:
            raise Refused(1017)
        if body.get("syncId", entity.get("syncId")) != entity.get("syncId"):
            raise Refused(1047, parameter="syncId")
        fresh = self.reader.fields(entity.type, body, WRITTEN[entity.type], making=False)
        was = entity.get("applicable")
        unposted = entity.type == "demand" and was and fresh.get("applicable") is False
        if unposted and any(row.ref("demand") == entity.id for row in stock.posted(self.base, "salesreturn")):
            raise Refused(17014, "demand")
        before = Entity(entity.type, entity.id, entity.account, entity.created, entity.updated, dict(entity.data),
                        list(entity.positions), list(entity.files))  # fmt: skip
        try:
            self._fill(entity, fresh, making=False)
        except Refused:
            entity.data, entity.positions, entity.files = before.data, before.positions, before.files
            raise
        entity.updated = self.sklad.time()
        self._moved(before)
        self._moved(entity)
        self._after(entity)
        webhooks.tell(self.sklad, self.base, entity, "UPDATE", tuple(fresh), self.user.login, self.quiet)
        return entity

    def delete(self, entity: Entity, *, trash: bool = False) -> None:
        """For good, or into the trash (§5.1). Raises Refused."""
        if not self.user.writes:
            raise Refused(1018)
        users = [each for kind, field in _USED_BY.get(entity.type, ()) for each in self.base.of(kind).values()
                 if each.ref(field) == entity.id and each.deleted is None]  # fmt: skip
        if users:
            from .view import meta

            host = self.reader.hosts[0]
            raise Refused(1028, dependencies=[{"meta": meta(host, each.type, each.id)} for each in users])
        if trash and not self.sklad.switches.trash:
            raise Refused(1067)
        entity.deleted = entity.updated = self.sklad.time()
        self._moved(entity)
        if entity.type == "customerorder":
            note_cancelled(self.sklad, entity)
        if not trash:
            self.base.of(entity.type).pop(entity.id)
        webhooks.tell(self.sklad, self.base, entity, "DELETE", (), self.user.login, self.quiet)

    # --- parts ----------------------------------------------------------------------------------------------------

    def _defaults(self, kind: str, now: float) -> dict[str, Any]:
        common: dict[str, Any] = {
            "owner": Ref("employee", self.user.employee_id),
            "group": Ref("group", next(iter(self.base.of("group")))),
            "shared": False,
            "externalCode": named_id("external", self.sklad.made)[:22],
        }
        if kind not in DOCUMENTS:
            return common | {"companyType": "legal", "archived": False}
        common |= {"applicable": True, "moment": now // 60 * 60}
        if kind == "customerorder":
            common["state"] = Ref("state", next(iter(self.base.of("customerorder.states"))))
        return common if kind == "loss" else common | {"vatEnabled": True, "vatIncluded": True}

    def _fill(self, entity: Entity, fresh: dict[str, Any], *, making: bool) -> None:
        kind = entity.type
        rows, papers = fresh.pop("positions", None), fresh.pop("files", None)
        fresh.pop("rate", None)
        values = fresh.pop("attributes", None)
        if values is not None:
            entity.data["attributes"] = {**(entity.get("attributes") or {}), **values}
        for name in _ADDRESSES:
            _take_address(fresh, name)
        entity.data |= fresh
        if kind in DOCUMENTS and not entity.name:
            entity.data["name"] = self.base.next_name(kind)
        unique = self.sklad.switches.unique_names and kind in DOCUMENTS and "name" in fresh
        if unique and any(each.name == entity.name and each.id != entity.id for each in self.base.of(kind).values()):
            raise Refused(3006, "name")
        if rows is not None:
            entity.positions = [self.row(entity, row) for row in rows]
        if papers is not None:
            entity.files = []
            self.attach(entity, papers, quietly=True)
        if kind in BASIS:
            self._check_basis(entity, making)
        if kind == "demand" and entity.get("applicable") and not entity.ref("store"):
            raise Refused(3000, "store")

    def row(self, document: Entity, body: Mapping[str, Any]) -> Entity:
        """A row of a document. Raises Refused."""
        known = {row.id: row for row in document.positions}
        old = known.get(str(body.get("id", "")))
        fields = ROWS[document.type]
        data = self.reader.fields(
            document.type, {k: v for k, v in body.items() if k != "id"}, fields, making=old is None
        )
        row = Entity(f"{document.type}position", old.id if old else self.sklad.new_id(), document.account, 0.0, 0.0,
                     {**(old.data if old else {"price": 0.0}), **data})  # fmt: skip
        if row.get("quantity") is None:
            raise Refused(3000, "quantity")
        if row.get("quantity") <= 0:
            raise Refused(3003, "quantity")
        if (row.get("reserve") or 0.0) > row.get("quantity"):
            raise Refused(17003, parameter="reserve")
        if (row.get("vat") or 0) > 100:
            raise Refused(17007, parameter="vat")
        if (row.get("discount") or 0.0) > 100:
            raise Refused(17008, parameter="discount")
        if document.type != "loss":
            row.data = {"discount": 0.0, "vat": 0, "vatEnabled": bool(row.get("vat"))} | row.data
        if document.type == "customerorder":
            row.data.setdefault("reserve", 0.0)
        return row

    def with_rows(self, document: Entity, rows: list[Entity]) -> None:
        """Rows that were read already take the place of the present ones. Raises Refused."""
        before, document.positions = document.positions, rows
        try:
            self.update(document, {})
        except Refused:
            document.positions = before
            raise

    def _check_basis(self, entity: Entity, making: bool) -> None:
        """§5.4, §5.5: what is made from a document has its agent and organisation; a return no more than was
        shipped."""
        field, kind = BASIS[entity.type]
        basis = self.base.of(kind).get(entity.ref(field))
        if basis is None:
            return
        for name in ("agent", "organization", "vatIncluded") if entity.type != "loss" else ("organization",):
            if entity.get(name) != basis.get(name):
                raise Refused(3004, name)
        if entity.type != "salesreturn":
            return
        left = {row.ref("assortment"): [row.get("quantity"), row.get("price")] for row in basis.positions}
        for other in self.base.of("salesreturn").values():
            if other.ref("demand") == basis.id and other.id != entity.id and other.deleted is None:
                for row in other.positions:
                    left[row.ref("assortment")][0] -= row.get("quantity")
        for row in entity.positions:
            if row.ref("assortment") not in left:
                raise Refused(3004, "positions")
            quantity, price = left[row.ref("assortment")]
            if row.get("quantity") > quantity:
                raise Refused(3008, "quantity")
            if row.get("price") != price:
                raise Refused(3001, "price")
        del making

    def attach(self, entity: Entity, papers: list[tuple[str, bytes]], *, quietly: bool = False) -> None:
        """Add files (§5.10). Raises Refused."""
        for filename, content in papers:
            identifier = named_id(self.base.code, "file", filename, content)
            if any(paper.id == identifier for paper in entity.files):
                continue
            if len(entity.files) >= 100:
                raise Refused(1080)
            entity.files.append(Paper(identifier, filename, content, self.sklad.time(), self.user.employee_id))
            self.sklad.note("document.accepted", filename, of=entity.name, type=entity.type, bytes=len(content))
        if not quietly:
            entity.updated = self.sklad.time()
            webhooks.tell(self.sklad, self.base, entity, "UPDATE", ("files",), self.user.login, self.quiet)

    # --- what follows ---------------------------------------------------------------------------------------------

    def _moved(self, entity: Entity) -> None:
        """Remember that stock moved, for `changedSince` and for the webhook of stocks."""
        if entity.type not in DOCUMENTS:
            return
        for row in entity.positions:
            self.base.stock_moved[row.ref("assortment"), entity.ref("store")] = self.sklad.time()
        if entity.positions:
            webhooks.tell_stock(self.sklad, self.base)

    def _after(self, entity: Entity) -> None:
        if entity.type == "customerorder" and self.sklad.state_name(entity) == _CANCELLED:
            note_cancelled(self.sklad, entity)

    def _facts(self, order: Entity) -> Mapping[str, str]:
        return self.sklad.facts(order)

    def _note(self, entity: Entity) -> None:
        said: dict[str, Any] = {"id": entity.id, "account": self.base.code}
        if entity.type == "customerorder":
            said |= {name: value for name, value in self.sklad.facts(entity).items() if name != "number"}
            said["address"] = dict(entity.get("shipmentAddressFull") or {})
        if entity.type in DOCUMENTS:
            said["applicable"] = entity.get("applicable")
            said["rows"] = [{"sku": sku_of(self.base, row), "quantity": row.get("quantity"), "price": row.get("price")}
                            for row in entity.positions]  # fmt: skip
        self.sklad.note(_NOTES[entity.type], entity.name, **said)


def sku_of(base: Base, row: Entity) -> str:
    ref = row.get("assortment")
    found = base.of(ref.type).get(ref.id)
    return str(found.get("article") or found.get("code")) if found else ref.id


def note_cancelled(sklad: MoySklad, order: Entity) -> None:
    """Once an order."""
    if not order.over:
        order.over = True
        sklad.note("order.cancelled", order.name, id=order.id)


def _take_address(fresh: dict[str, Any], name: str) -> None:
    """§5.3: of both forms the text is ignored; alone it is `addInfo`; only an empty text clears."""
    full, text = f"{name}Full", fresh.pop(name, None)
    if fresh.get(full) is None:
        fresh.pop(full, None)
        if text is not None:
            fresh[full] = {"addInfo": text} if text else None


def find_live(base: Base, kind: str, identifier: str) -> Entity:
    """For a read: what lies in the trash is shown (§8: ``deleted`` present)."""
    found = base.of(kind).get(identifier.lower())
    return found if found is not None and found.deleted is not None else live(base, kind, identifier)
