"""Reading orders with what was made from them (moysklad.md §8): in two or three calls for a hundred of them.

`expand` is documented for rows and for plain references, not for links to other documents, so that shipments and
returns are lists of their own.
"""

from __future__ import annotations

from collections.abc import Sequence

from b24app.logistics.errors import Unavailable
from b24app.systems.moysklad.client import Client
from b24app.systems.moysklad.errors import Unknown
from b24app.systems.moysklad.lists import DEMAND, ORDER, RETURN
from b24app.systems.moysklad.tracking import Papers
from b24app.systems.moysklad.vocabulary import Row, id_of, rows_in

ORDER_EXPAND = "agent,state,positions.assortment"
DEMAND_EXPAND = "state,positions"
RETURN_EXPAND = "state,positions.assortment"


class Reading:
    def __init__(self, client: Client) -> None:
        self._client = client

    def one(self, remote_id: str) -> Papers | None:
        """None when there is no such order (any more)."""
        path = f"entity/{ORDER}/{remote_id}"
        try:
            order = self._client.object("GET", path, "orders.read", gone=True, params={"expand": ORDER_EXPAND})
        except Unknown:
            return None
        return self._with([order])[0]

    def found(self, sync: str) -> Papers | None:
        """The living order with this id of ours."""
        asked = {"filter": f"syncId={sync}", "expand": ORDER_EXPAND, "limit": "2"}
        rows = self._client.rows(f"entity/{ORDER}", "orders.find", **asked)
        mine = [row for row in rows if row.get("syncId") == sync]
        if len(mine) != len(rows) or len(mine) > 1:
            raise Unavailable("orders.find: orders that were not asked for")
        return self._with(mine)[0] if mine else None

    def many(self, remote_ids: Sequence[str]) -> dict[str, Papers]:
        """By id; what is not there is not in it."""
        orders = self._client.by_ids(ORDER, remote_ids, "orders.many", ORDER_EXPAND)
        return {str(papers.order.get("id")): papers for papers in self._with(list(orders.values()))}

    def _with(self, orders: Sequence[Row]) -> list[Papers]:
        demands = self._linked(orders, "demands", DEMAND, "demands.many", DEMAND_EXPAND)
        returns = self._linked(
            [row for rows in demands for row in rows], "returns", RETURN, "returns.many", RETURN_EXPAND
        )
        back: dict[str, list[Row]] = {}
        for row in {str(row.get("id")): row for rows in returns for row in rows}.values():
            back.setdefault(id_of(row.get("demand")), []).append(row)
        return [
            Papers(order, mine, [row for demand in mine for row in back.get(str(demand.get("id")), [])])
            for order, mine in zip(orders, demands, strict=True)
        ]

    def _linked(self, rows: Sequence[Row], name: str, kind: str, label: str, expand: str) -> list[list[Row]]:
        """What the links of each row lead to, oldest first, without what lies in the trash."""
        ids = [[id_of(link) for link in rows_in(row.get(name))] for row in rows]
        wanted = list(dict.fromkeys(each for some in ids for each in some if each))
        known = self._client.by_ids(kind, wanted, label, expand) if wanted else {}
        return [
            sorted((known[each] for each in some if each in known and not known[each].get("deleted")), key=_born)
            for some in ids
        ]


def _born(row: Row) -> str:
    return str(row.get("created") or "")
