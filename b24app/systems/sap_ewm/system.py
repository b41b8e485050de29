"""One connection to a SAP system: the ports, joined from the pure parts and the client."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from b24app.logistics.errors import LogisticsError, Refused, Unavailable
from b24app.logistics.model import Sender
from b24app.logistics.ports import TestStep
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.warehouse import (
    Attachment,
    FiledDocument,
    Option,
    ReceiptRequest,
    ReceiptState,
    StockAnswer,
    StockLine,
    Warehouse,
)
from b24app.systems.kit.checks import Found, needs_settings, run_checks
from b24app.systems.kit.directory import Directory
from b24app.systems.kit.portions import portions
from b24app.systems.plugin import Manifest, OpenContext
from b24app.systems.sap_ewm import files, stock
from b24app.systems.sap_ewm import vocabulary as words
from b24app.systems.sap_ewm.errors import SapSays, reading
from b24app.systems.sap_ewm.odata import ITEMS
from b24app.systems.sap_ewm.receipts import Returns
from b24app.systems.sap_ewm.shipping import Shipping

Row = dict[str, Any]


class SapEwm(Shipping):
    """Implements the ports that the manifest names; orders, tracking, cancelling and the carrier's progress are
    `Shipping`'s."""

    def __init__(self, manifest: Manifest, context: OpenContext, older: set[str], directory: Directory) -> None:
        super().__init__(context, older, directory)
        self._manifest = manifest

    # --- Stock, Lists -------------------------------------------------------------------------------------------------

    def warehouses(self) -> list[Warehouse]:
        """EWM's numbers: this service names them no other way."""
        if self._soap or not self._ewm:
            return []
        rows = reading(lambda: self._client.v4(words.WAREHOUSES, "warehouse.list", optional=True))
        codes = [str(row.get("EWMWarehouse") or "") for row in rows]
        only = self._context.setting("warehouse")
        return [Warehouse(code, code) for code in codes if code and only in ("", code)]

    def stock(self, skus: Sequence[str]) -> StockAnswer:
        """Two calls for twenty articles; those that lie nowhere are asked of the material master."""
        if self._soap or not self._ewm:
            return StockAnswer()
        good = words.types(self._context.setting("good_types"), words.GOOD)
        only = [self._context.setting("warehouse")] if self._context.setting("warehouse") else []
        lines: list[StockLine] = []
        for some in portions(skus, words.BATCH):
            where = stock.build_filter(some, only, good)
            lines += stock.parse_stock(self._lies(words.AVAILABLE, where, stock.FIELDS), self._physical(where), some)
        found = {line.sku for line in lines}
        nowhere = [sku for sku in skus if sku not in found]
        return StockAnswer(tuple(lines), self._unheard_of(nowhere), self._context.clock.now())

    def _lies(self, path: str, where: str, fields: str) -> list[Row]:
        what = {"filter": where, "select": fields}
        return reading(lambda: self._client.v4(path, "stock.read", optional=True, **what))

    def _physical(self, where: str) -> list[Row] | None:
        """What may be promised is the other service's to say: without this one it is only not known what lies there."""
        try:
            return self._lies(words.PHYSICAL, where, stock.LYING)
        except Unavailable:
            return None

    def _unheard_of(self, skus: Sequence[str]) -> tuple[str, ...]:
        path = f"{words.PRODUCTS}/A_Product"
        rows: list[Row] = []
        try:
            for where in words.each_of("Product", [sku.upper() for sku in skus]):
                rows += self._client.v2(path, "products", optional=True, filter=where, select="Product")
        except (SapSays, LogisticsError):
            return ()  # not every site has that service: nobody knows, which is not "unknown"
        return stock.unknown(skus, rows)

    def options(self, name: str) -> list[Option]:
        return [Option(each.code, each.title) for each in self.warehouses()] if name == "warehouse" else []

    # --- Receipts -----------------------------------------------------------------------------------------------------

    def expect(self, request: ReceiptRequest) -> ReceiptState:
        """The returns order that is named; else one that belongs to the delivery, or to the number in the deal."""
        sold = () if request.reference else (self._sold(request), words.bare(request.of_reference))
        return self._returns().expect(request, tuple(dict.fromkeys(each for each in sold if each)))

    def _sold(self, request: ReceiptRequest) -> str:
        """The SAP order of the delivery that the goods went out with; "" = not known."""
        number = request.of_remote_id
        if not number and request.of_number:
            found = self.find(request.of_number)
            number = found.remote_id if found else ""
        row = self.one(number) if number else None
        return words.bare(row[ITEMS][0]["ReferenceSDDocument"]) if row and row[ITEMS] else ""

    def find_receipt(self, number: str) -> ReceiptState | None:
        return self._returns().find(number)

    def read_receipt(self, remote_id: str) -> ReceiptState:
        return self._returns().read(remote_id)

    def cancel_receipt(self, remote_id: str) -> ReceiptState:
        return self._returns().cancel(remote_id)

    def photo(self, remote_id: str, key: str) -> bytes:  # noqa: ARG002 - the port's shape
        raise Refused([Problem("paper_refused", Field.ORDER, Who.CARRIER)])

    def _returns(self) -> Returns:
        """Raises Refused."""
        if self._soap:
            raise Refused([Problem("odata_needed", Field.ACCOUNT, Who.ADMIN)])
        return Returns(self._client, ewm=self._ewm)

    # --- Documents ----------------------------------------------------------------------------------------------------

    @property
    def _files(self) -> bool:
        return self._context.setting("documents") == "yes" and self._soap is None

    def attach(self, remote_id: str, document: Attachment) -> FiledDocument:
        if not self._files:
            raise Refused([Problem("documents_off", Field.ACCOUNT, Who.ADMIN)])
        return files.attach(self._client, remote_id, document)

    def documents(self, remote_id: str) -> list[FiledDocument]:
        return files.listed(self._client, remote_id) if self._files else []

    def fetch_document(self, remote_id: str, key: str) -> bytes:  # noqa: ARG002 - the key holds it
        if not self._files:
            raise Refused([Problem("documents_off", Field.ACCOUNT, Who.ADMIN)])
        return files.fetch(self._client, key)

    # --- ConnectionTest, SignsOut -------------------------------------------------------------------------------------

    def sign_out(self) -> None:
        self._client.sign_out()

    def test(self, sender: Sender | None = None) -> Iterator[TestStep]:  # noqa: ARG002 - a warehouse has its own address
        checks: list[tuple[str, Callable[[], Found | None]]] = [
            ("settings", lambda: needs_settings(self._manifest, self._context)),
            ("sign_in", self._test_sign_in),
            ("access", self._test_search),
            ("warehouse", self._test_warehouse),
        ]
        return run_checks(checks)

    def _test_sign_in(self) -> None:
        (self._soap or self._client).check()

    def _test_search(self) -> None:
        """A site that lets nobody filter deliveries cannot be asked what became of a lost answer (§3.2)."""
        if self.find("waybill-0-0") is not None:
            raise Unavailable("orders.find: an order that nobody made")

    def _test_warehouse(self) -> Found | None:
        """Without its picking EWM would be silent about every order; stock is not needed for them."""
        if self._ewm and not self._soap:
            reading(lambda: self._client.v4(words.ODO_ITEMS, "warehouse.items", top="1"))
        return None
