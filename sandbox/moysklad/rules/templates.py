"""`PUT /entity/{t}/new`: how a document would look that was made from another (§5.1, 5.4, 5.5). Nothing is saved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sandbox.moysklad.data.fields import WRITTEN
from sandbox.moysklad.errors import Refused
from sandbox.moysklad.model import Base, Entity, Ref, User

from . import stock
from .reading import Reader
from .saving import BASIS
from .view import View

if TYPE_CHECKING:
    from sandbox.moysklad.core import MoySklad

_CARRIED = ("agent", "organization", "store", "vatEnabled", "vatIncluded", "project", "contract", "shipmentAddressFull")
#: The samples show a shipment posted, the others not.
_POSTED = {"customerorder": True, "demand": True, "salesreturn": False, "loss": False}
_ROW = ("quantity", "price", "discount", "vat", "vatEnabled", "assortment")


def template(sklad: MoySklad, reader: Reader, user: User, kind: str, body: Any) -> dict[str, Any]:
    """The JSON of an unsaved document; ``body`` is its basis, or empty. Raises Refused."""
    if isinstance(body, list):
        raise Refused(2008)
    basis = _basis(reader, kind, body)
    made = draft(sklad, reader.base, kind, basis)
    view = View(reader.base, reader.hosts[0])
    shown = view.entity(made, {"positions": {}})
    for name in ("meta", "id", "accountId", "updated", "files"):
        shown.pop(name, None)
    for row in shown["positions"]["rows"]:
        for name in ("meta", "id", "accountId", "shipped"):
            row.pop(name, None)
    shown["positions"]["meta"]["href"] = f"{reader.hosts[0]}/api/remap/1.2"
    if user.is_solution:
        for name in ("owner", "group", "store", "organization"):
            shown.pop(name, None)
    return shown


def _basis(reader: Reader, kind: str, body: Any) -> Entity | None:
    if not body:
        return None
    if kind not in BASIS:
        raise Refused(17005)
    field, of = BASIS[kind]
    if strange := set(body) - {field}:
        raise Refused(1007, min(strange), parameter=min(strange))
    return reader.base.of(of)[reader.reference(field, body[field], (of,)).id]


def draft(sklad: MoySklad, base: Base, kind: str, basis: Entity | None) -> Entity:
    """An unsaved document."""
    now = sklad.time()
    data: dict[str, Any] = {
        "applicable": _POSTED[kind],
        "moment": now // 60 * 60,
        "vatEnabled": True,
        "vatIncluded": True,
    }
    if kind == "loss":
        data = {name: data[name] for name in ("applicable", "moment")}
    made = Entity(kind, "", base.id, now, now, data)
    if basis is None:
        made.data["organization"] = Ref("organization", next(iter(base.of("organization"))))
        made.data["store"] = Ref("store", next(iter(base.of("store"))))
        return made
    field, of = BASIS[kind]
    known = WRITTEN[kind]
    made.data |= {name: basis.data[name] for name in _CARRIED if name in known and basis.get(name) is not None}
    made.data[field] = Ref(of, basis.id)
    gone = stock.shipped_rows(base, basis) if kind == "demand" else {}
    for row in basis.positions:
        data = {name: row.get(name) for name in _ROW if row.get(name) is not None}
        data["quantity"] -= gone.get(row.id, 0.0)
        if kind == "loss":
            data = {name: data[name] for name in ("quantity", "price", "assortment")}
        if data["quantity"] > 0:
            made.positions.append(Entity(f"{kind}position", "", base.id, now, now, data))
    return made


def keep(sklad: MoySklad, base: Base, made: Entity, values: Mapping[str, Any]) -> Entity:
    """Save a draft as somebody in the web page would."""
    made.id = sklad.new_id()
    for row in made.positions:
        row.id = sklad.new_id()
    owner = {"owner": Ref("employee", next(iter(base.of("employee")))), "shared": False,
             "group": Ref("group", next(iter(base.of("group")))), "externalCode": made.id[:22]}  # fmt: skip
    made.data = {**owner, **made.data, "name": base.next_name(made.type), **values}
    base.of(made.type)[made.id] = made
    return made
