"""One connection to Manhattan Active WM: the ports, joined from the profile and the client."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from b24app.logistics.errors import AccountProblem, LogisticsError, Refused, Unavailable, Uncertain
from b24app.logistics.model import Sender, ShipmentRequest
from b24app.logistics.order import Decision, OrderState, is_ours
from b24app.logistics.ports import Outgoing, TestStep
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.warehouse import Option, StockAnswer, Warehouse
from b24app.systems.kit.checks import Found, needs_settings, run_checks
from b24app.systems.kit.directory import CITIES_S, POINTS_S, UNKNOWN, Directory
from b24app.systems.kit.portions import portions
from b24app.systems.manhattan import orders, sources, stock
from b24app.systems.manhattan.client import AUTH, Reply
from b24app.systems.manhattan.errors import problems_of, profile_broken, unknown_articles
from b24app.systems.manhattan.following import Following
from b24app.systems.manhattan.orders import Told
from b24app.systems.manhattan.parts import alive, parts_of
from b24app.systems.manhattan.profile import Said
from b24app.systems.manhattan.saving import saved_in_part
from b24app.systems.manhattan.vocabulary import MOST_PAGES
from b24app.systems.plugin import Manifest, OpenContext

#: Orders in one search.
BATCH = 50
#: Stock is asked facility by facility (§1.3): of more than these only the account's own.
MOST_FACILITIES = 10
Json = dict[str, Any]


class ManhattanWm(Following):
    """Implements the ports that the manifest names."""

    def __init__(self, context: OpenContext, manifest: Manifest, directory: Directory) -> None:
        super().__init__(context, directory)
        self._manifest = manifest

    # --- Orders, Preview, SignsOut ------------------------------------------------------------------------------------

    def find(self, number: str) -> OrderState | None:
        row = self._originals([number]).get(number)
        return None if row is None else orders.state_of(number, Told(row), self._meanings({}))

    def create(self, request: ShipmentRequest) -> OrderState:
        """`save` replaces what is there (§5): it is looked for first, and nothing is ever sent over another's order."""
        known = self.find(request.number)
        if known is not None:
            if is_ours(request, known) and known.cancel is None:
                return known
            raise Refused([Problem("number_taken", Field.NUMBER, Who.WAYBILL)])
        self._check_articles(request)
        source = self._of(request)
        reply = self._client.call("create_shipment", source, write=True)
        if reply.said is not None:
            return self._saved_in_part(request, reply, reply.said)
        waits = self._client.profile.waits("create_shipment")
        number = self._client.profile.new_id("create_shipment", reply.data, source) or request.number
        mark = str(source["shipment"]["mark"])
        if waits:
            return OrderState(request.number, request.number)
        return OrderState(number, request.number, Decision.ACCEPTED, order_number=number, fingerprint=mark)

    def _saved_in_part(self, request: ShipmentRequest, reply: Reply, said: Said) -> OrderState:
        """A good HTTP status with failures inside (§2) may have saved some of what was sent: what is there now decides.
        Raises Refused when nothing is, Uncertain when nobody can say."""
        refused = Refused(problems_of(said, reply.status))
        if not reply.is_inside:
            raise refused
        try:
            kept = self._originals([request.number]).get(request.number)
        except LogisticsError as error:
            raise Uncertain(f"manhattan.create_shipment: failures inside, and then {error}") from error
        if kept is None:
            raise refused
        state = orders.state_of(request.number, Told(kept), self._meanings({}))
        if not is_ours(request, state):
            raise refused
        return replace(state, warnings=(saved_in_part(request, kept, said),))

    def preview(self, request: ShipmentRequest) -> Outgoing:
        built = self._client.build("create_shipment", self._of(request))
        return Outgoing(built.verb, self._client.address(built.path), built.body)

    def _of(self, request: ShipmentRequest) -> Json:
        return sources.of_shipment(request, self._terms, self._client.profile, self._context.clock.now())

    def _check_articles(self, request: ShipmentRequest) -> None:
        """Raises Refused with every article that the item master does not know: before anything is made of it."""
        items = [item for parcel in request.parcels for item in parcel.items]
        if not items:
            raise Refused([Problem("items_missing", Field.ITEMS)])
        if nameless := [item.name for item in items if not item.sku]:
            raise Refused(unknown_articles(list(dict.fromkeys(nameless))))
        if self._client.profile.has("check_items"):
            skus = list(dict.fromkeys(item.sku for item in items))
            known = self._known(skus)
            if strange := [sku for sku in skus if sku not in known]:
                raise Refused(unknown_articles(strange))

    def _known(self, skus: Sequence[str]) -> set[str]:
        """Those of the articles that the item master has; known ones are not asked for again for a day."""
        found = {sku for sku in skus if self._directory.known(self._item(sku), self._now) is not UNKNOWN}
        for some in portions([sku for sku in skus if sku not in found], BATCH):
            rows = self._client.rows("check_items", self._source(skus=list(some), count=len(some), page=0))
            for sku in (str(row["sku"]) for row in rows):
                self._directory.keep(self._item(sku), self._now, CITIES_S, True)
                found.add(sku)
        return found

    def _item(self, sku: str) -> tuple[str, ...]:
        return ("manhattan.item", *self._client.account, sku)

    def read(self, remote_id: str) -> OrderState:
        return self._read([remote_id], whole=True)[0]

    def sign_out(self) -> None:
        self._client.token.drop()

    # --- Tracking -----------------------------------------------------------------------------------------------------

    def read_many(self, remote_ids: Sequence[str]) -> list[OrderState]:
        """Per fifty orders one search for their statuses, one for those not planned yet, one for what is stuck, one
        for packages."""
        return [state for some in portions(remote_ids, BATCH) for state in self._read(some)]

    # --- Cancels ------------------------------------------------------------------------------------------------------

    def cancel(self, remote_id: str) -> OrderState:
        """The original order, and whatever was planned of it (§3.1): that may come in between, so what is there
        afterwards is read and decides."""
        for _ in range(2):
            original = self._originals([remote_id]).get(remote_id)
            planned = self._planned([remote_id]).get(remote_id, [])
            meanings = self._meanings({})
            state = orders.state_of(remote_id, Told(original, planned), meanings)
            if state.gone or state.cancel is Decision.ACCEPTED:
                return state
            living = alive(parts_of(planned, (), meanings))
            if any(self._client.profile.is_picking(part.raw) for part in living):
                raise Refused([Problem("too_late_to_cancel", Field.ORDER)])
            if original is not None and not original.get("cancelled"):
                self._called_off(self._client.call("cancel_original", self._source(id=remote_id), write=True))
            for part in living:
                self._called_off(self._client.call("cancel_order", self._source(id=part.id), write=True))
        return replace(self.read(remote_id), cancel=Decision.PENDING)

    # --- Stock --------------------------------------------------------------------------------------------------------

    def warehouses(self) -> list[Warehouse]:
        key = ("manhattan.facilities", *self._client.account, self._context.setting("profile"))
        return self._directory.get(
            key, self._now, POINTS_S, lambda: stock.warehouses_of(self._client.rows("warehouses", self._source()))
        )

    def stock(self, skus: Sequence[str]) -> StockAnswer:
        """A search a facility: the header chooses it (§1.3). Articles without a row are looked up among all items."""
        wanted = [sku for sku in dict.fromkeys(skus) if sku]
        if not wanted:
            return StockAnswer()
        facilities = [place.code for place in self.warehouses()]
        if len(facilities) > MOST_FACILITIES or self._terms.facility not in facilities:
            facilities = [self._terms.facility]
        lines = [
            line for facility in facilities for line in stock.lines_of(facility, self._lying(facility, wanted), wanted)
        ]
        there = {line.sku for line in lines}
        lost = [sku for sku in wanted if sku not in there]
        known = self._known(lost) if lost and self._client.profile.has("check_items") else set(lost)
        return StockAnswer(tuple(lines), tuple(sku for sku in lost if sku not in known), self._context.clock.now())

    def _lying(self, facility: str, skus: Sequence[str]) -> list[Json]:
        """Page by page, until all of them are there. Raises Unavailable for more than anybody can read: a part would be
        told as all."""
        found: list[Json] = []
        for page in range(MOST_PAGES):
            rows, total = self._client.page(
                "stock", self._source(facility, skus=list(skus), count=len(skus), page=page)
            )
            found += rows
            if total is None or len(found) >= total or not rows:
                return found
        raise Unavailable(f"manhattan.stock: more than {len(found)} rows")

    # --- Lists, ConnectionTest ----------------------------------------------------------------------------------------

    def options(self, name: str) -> list[Option]:
        if name == "statuses":
            return self._statuses()
        if name == "returns_facility":
            return [Option(place.code, place.title) for place in self.warehouses()]
        return []

    def test(self, sender: Sender | None = None) -> Iterator[TestStep]:  # noqa: ARG002 - a warehouse knows its place
        return run_checks(
            [
                ("settings", self._test_settings),
                ("sign_in", self._test_sign_in),
                ("lists", self._test_lists),
                ("warehouse", self._test_facility),
            ]
        )

    def _test_settings(self) -> None:
        needs_settings(self._manifest, self._context)
        if not self._context.urls.get(AUTH):
            raise Refused([Problem("account_missing", Field.ACCOUNT, Who.ADMIN)])
        self._client.profile.has("status")
        self._terms.source()

    def _test_sign_in(self) -> None:
        """Anew, whatever token is kept."""
        self._client.token.renew()

    def _test_lists(self) -> Found:
        """Their statuses, and how many of them mean something to us (§8)."""
        self._test_status()
        rows = self._load_statuses()
        if not rows:
            raise Unavailable("manhattan.order_statuses: no statuses")
        chosen = self._context.mapping("statuses")
        unknown = [row.code for row in rows if not row.means and row.code not in chosen]
        return ", ".join(unknown), {"n": str(len(rows))}

    def _test_status(self) -> None:
        """Whether the site takes the profile's question at all: one that does not know an attribute says so here."""
        reply = self._client.call("status", self._source(ids=["waybill-0-0"], count=1, page=0))
        if reply.said is not None:
            raise profile_broken("operations.status", "; ".join((*reply.said.codes, *reply.said.texts))[:200])

    def _test_facility(self) -> Found:
        """An unknown facility is answered with empty data (§7.2), so it has to be among them."""
        rows = stock.warehouses_of(self._client.rows("warehouses", self._source()))
        found = next((place for place in rows if place.code == self._terms.facility), None)
        if found is None:
            missing = Problem("sender_point_unknown", Field.SENDER, Who.ADMIN, params={"point": self._terms.facility})
            raise AccountProblem(missing)
        return found.title, {}
