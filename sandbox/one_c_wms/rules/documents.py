"""What the configuration does when its documents are written and posted (§4): by OData from outside, and by the HTTP
service from inside. An order is there for the warehouse once its document is posted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.kernel.one_c_http_errors import ordered
from sandbox.kernel.one_c_odata import Base, Entity, Hooks, Row
from sandbox.kernel.one_c_odata.errors import business
from sandbox.one_c_wms.data import configuration as names
from sandbox.one_c_wms.data.statuses import NEW, R_NEW
from sandbox.one_c_wms.model import Line, Order, Receipt, ReceiptLine

from . import moves
from .facts import facts_of
from .states import BY_REGISTER, BY_ROW, KINDS, ORDER, RECEIPT, Kind, put_state, rows_of, state_of

if TYPE_CHECKING:
    from sandbox.one_c_wms.core import OneCWms


class WmsHooks(Hooks):
    """Of one infobase."""

    def __init__(self, wms: OneCWms, name: str) -> None:
        self._wms, self._name = wms, name

    @property
    def _base(self) -> Base:
        return self._wms.bases[self._name]

    def before_write(self, entity: Entity, row: Row, old: Row | None) -> None:
        if entity.name in KINDS and old is not None:
            self._only_new(KINDS[entity.name], str(row["Ref_Key"]))
        elif entity.name in BY_ROW:
            self._only_new(BY_ROW[entity.name], str(row["Владелец_Key"]))
        elif entity.name in BY_REGISTER:
            self._check_state(BY_REGISTER[entity.name], row, old)

    def before_delete(self, entity: Entity, row: Row) -> None:
        if entity.name in KINDS:
            self._only_new(KINDS[entity.name], str(row["Ref_Key"]))
        elif entity.name in BY_ROW:
            self._only_new(BY_ROW[entity.name], str(row["Владелец_Key"]))
        elif entity.name in BY_REGISTER:
            raise business("Записи статусов удалять нельзя")

    def written(self, entity: Entity, row: Row, old: Row | None) -> None:
        """Outside of the warehouse a document is cancelled by a mark, or by its state (§8)."""
        if entity.name in KINDS and old is not None and row["DeletionMark"] and not old["DeletionMark"]:
            self._cancelled(KINDS[entity.name], str(row["Ref_Key"]))
        elif entity.name in BY_REGISTER:
            kind = BY_REGISTER[entity.name]
            if row["Статус"] == kind.cancelled:
                self._cancelled(kind, str(row[kind.dimension]))

    def posting(self, entity: Entity, row: Row) -> None:
        kind = KINDS.get(entity.name)
        if kind is None:
            return
        key = str(row["Ref_Key"])
        rows = rows_of(self._base, kind, key)
        if not rows:
            raise business("Не удалось провести: не заполнены строки документа")
        if not state_of(self._base, kind, key):
            raise business("Не удалось провести: не установлен статус документа")
        for part in rows:
            if self._base.get(names.GOODS, str(part["Номенклатура_Key"])) is None:
                raise business(f"Не удалось провести: не заполнена номенклатура в строке {part['Number']}")
            if part["Количество"] <= 0:
                raise business(f"Не удалось провести: не указано количество в строке {part['Number']}")
        if kind is ORDER and key not in self._wms.orders:
            self._refuse_if_wanted(row)

    def posted(self, entity: Entity, row: Row) -> None:
        if entity.name == names.ORDER:
            self._order(row)
        elif entity.name == names.RECEIPT:
            self._receipt(row)

    # --- the inside ---------------------------------------------------------------------------------------------------

    def _only_new(self, kind: Kind, key: str) -> None:
        if self._base.get(kind.document, key) is None:
            raise business("Не найден документ-владелец строки")
        if state_of(self._base, kind, key) not in ("", kind.first):
            raise business(f"Документ можно изменять только в статусе «{kind.first}»")

    def _check_state(self, kind: Kind, row: Row, old: Row | None) -> None:
        if self._base.get(kind.document, str(row[kind.dimension])) is None:
            raise business("Статус устанавливается только для существующего документа")
        before = kind.first if old is None else old["Статус"]
        allowed = (kind.first,) if old is None else (kind.first, kind.cancelled)
        if before != kind.first or row["Статус"] not in allowed:
            raise business(f"Статус «{row['Статус']}» устанавливается только складом")

    def _refuse_if_wanted(self, row: Row) -> None:
        """An override's errors strike here: by OData as -1, by the service as they are."""
        body = self._wms.bodies.get(str(row["Ref_Key"]), {})
        wanted = self._wms.override_for(facts_of(str(row["НомерКИС"]), self._partner(row), body), "errors")
        if wanted is None:
            return
        refusal = ordered(wanted.errors[0])
        raise refusal if body else business(refusal.message)

    def _cancelled(self, kind: Kind, key: str) -> None:
        put_state(self._base, kind, key, kind.cancelled)
        if key in self._wms.orders:
            moves.cancelled_outside(self._wms, self._wms.orders[key])
        elif key in self._wms.receipts:
            moves.receipt_cancelled_outside(self._wms, self._wms.receipts[key])

    def _partner(self, row: Row) -> str:
        found = self._base.get(names.PARTNERS, str(row["Контрагент_Key"]))
        return "" if found is None else str(found["Description"])

    def _good(self, part: Row) -> tuple[str, str]:
        found = self._base.rows[names.GOODS][(str(part["Номенклатура_Key"]),)]
        return str(found["КодКИС"]), str(found["Description"])

    def _order(self, row: Row) -> None:
        wms, key = self._wms, str(row["Ref_Key"])
        body = wms.bodies.get(key, {})
        announced = {at: item.get("weightKg") for at, item in enumerate(body.get("items", []), start=1)}
        lines = []
        for at, part in enumerate(rows_of(self._base, ORDER, key), start=1):
            sku, name = self._good(part)
            # The scales show what a piece really weighs; what nobody weighed weighs what was announced.
            weight = moves.usual_weight(sku) or float(announced.get(at) or 0)
            lines.append(Line(at, sku, name, part["Количество"], weight_kg=weight))
        known = wms.orders.get(key)
        if known is not None:
            known.lines = lines
            return
        order = Order(
            key, self._name, str(row["Number"]), str(row["НомерКИС"]), wms.time(),
            str(body.get("warehouseRef") or "MSK-01"), self._partner(row), NEW, lines, body, status_at=wms.time(),
        )  # fmt: skip
        moves.accept(wms, order)

    def _receipt(self, row: Row) -> None:
        wms, key = self._wms, str(row["Ref_Key"])
        body = wms.bodies.get(key, {})
        lines = []
        for at, part in enumerate(rows_of(self._base, RECEIPT, key), start=1):
            sku, name = self._good(part)
            lines.append(ReceiptLine(at, sku, name, part["Количество"]))
        known = wms.receipts.get(key)
        if known is not None:
            known.lines = lines
            return
        source = self._base.get("Catalog_усИсточникиПоступления", str(row["ИсточникПоступления_Key"])) or {}
        kind = "return" if source.get("Description") == "Возврат покупателя" else "supply"
        receipt = Receipt(
            key, self._name, str(row["Number"]), str(row["НомерКИС"]), wms.time(), str(body.get("type") or kind),
            str(body.get("warehouseRef") or "MSK-01"), R_NEW, lines, body, status_at=wms.time(),
        )  # fmt: skip
        moves.expect(wms, receipt, self._partner(row))
