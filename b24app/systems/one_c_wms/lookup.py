"""Reading the base by OData (1c.md §4): documents by our number or by reference, with their rows, states and facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from b24app.logistics.errors import AccountProblem, Unavailable
from b24app.systems.kit import one_c_odata as odata
from b24app.systems.kit.one_c_odata import MOST_OR, OData, any_of, guid, table, text
from b24app.systems.kit.portions import portions
from b24app.systems.one_c_wms import documents as papers
from b24app.systems.one_c_wms.documents import Found
from b24app.systems.one_c_wms.names import Names, way


class Lookup:
    """Of one connection. Everything raises Unavailable, AccountProblem."""

    def __init__(self, client: OData, names: Names) -> None:
        self._client, self._names = client, names

    def header(self, kind: str, number: str) -> odata.Row | None:
        """By our number, one that is marked for deletion last. Two of one number are the older one's."""
        names = self._names
        found = self._client.rows(
            names[kind],
            f"{kind}.find",
            where=f"{names[f'{kind}.number']} eq {text(number)}",
            expand=[way(names[f"{kind}.partner"])],
            top=5,
        )
        if any(not odata.is_key(row.get("Ref_Key")) or row.get(names[f"{kind}.number"]) != number for row in found):
            raise Unavailable(f"{kind}.find: an answer without documents of ours")
        return min(found, key=lambda row: (row.get("DeletionMark") is True, str(row.get("Number"))), default=None)

    def goods(self, skus: Sequence[str]) -> dict[str, str]:
        names = self._names
        found: dict[str, str] = {}
        for part in portions(list(dict.fromkeys(skus)), MOST_OR):
            where = any_of(names["good.sku"], map(text, part))
            select = ("Ref_Key", "DeletionMark", names["good.sku"])
            found |= papers.skus_of(names, self._client.rows(names["good"], "goods", where=where, select=select))
        return found

    def balances(self, goods: Sequence[str]) -> list[odata.Row]:
        """Of these goods, with their analytics. A base that takes no condition through a reference is asked for all
        that it has, as the one public client does."""
        names, found = self._names, list[odata.Row]()
        expand = [f"{names['stock.key']}/*"]
        for part in portions(goods, MOST_OR):
            condition = any_of(f"{names['stock.key']}/{names['row.good']}", map(guid, part))
            try:
                found += self._client.rows(
                    table(names["stock"], "Balance", Condition=condition), "stock", expand=expand
                )
            except odata.Declined:
                return self._client.rows(table(names["stock"], "Balance"), "stock.whole", expand=expand)
        return found

    def documents(self, kind: str, keys: Sequence[str], headers: Sequence[odata.Row] | None = None) -> dict[str, Found]:
        names = self._names
        known = [key for key in keys if odata.is_key(key)]
        if headers is None:
            where = any_of("Ref_Key", map(guid, known))
            expand = [way(names[f"{kind}.partner"])]
            headers = self._client.rows(names[kind], f"{kind}.read", where=where, expand=expand) if known else []
        if strange := [row for row in headers if str(row.get("Ref_Key")) not in known]:
            raise Unavailable(f"{kind}.read: {len(strange)} rows that nobody asked for")
        there = [str(row["Ref_Key"]) for row in headers]
        if not there:
            return {}
        rows, owner = self.rows(kind, there), names["row.owner"]
        register, dimension = names[f"{kind}.states"], names[f"{kind}.states_owner"]
        records = self._client.rows(register, f"{kind}.states", where=any_of(dimension, map(guid, there)))
        states = {str(row.get(dimension)): str(row.get(names["states.value"]) or "") for row in records}
        facts = self._facts(kind, [key for key in there if states.get(key, "") not in ("", names[f"{kind}.first"])])
        return {
            key: Found(
                header,
                [row for row in rows if str(row.get(owner)) == key],
                states.get(key, ""),
                None if facts is None else facts.get(key, {}),
            )
            for key, header in zip(there, headers, strict=True)
        }

    def rows(self, kind: str, keys: Sequence[str]) -> list[odata.Row]:
        names = self._names
        where = any_of(names["row.owner"], map(guid, keys))
        found = self._client.rows(names[f"{kind}.rows"], f"{kind}.rows", where=where, expand=[way(names["row.good"])])
        return sorted(found, key=lambda row: str(row.get("Number")).rjust(12))

    def state(self, kind: str, key: str) -> str:
        names = self._names
        where = any_of(names[f"{kind}.states_owner"], [guid(key)])
        rows = self._client.rows(names[f"{kind}.states"], f"{kind}.states", where=where, top=1)
        return str(rows[0].get(names["states.value"]) or "") if rows else ""

    def _facts(self, kind: str, keys: Sequence[str]) -> Mapping[str, Mapping[str, Decimal]] | None:
        """What was really shipped or received, of documents that are being worked on; None = the base does not tell:
        its register is not published, or the admin named none."""
        names = self._names
        register = names[f"{kind}.facts"]
        if not register or not keys:
            return None
        condition = any_of(names[f"{kind}.facts_owner"], map(guid, keys))
        try:
            rows = self._client.rows(
                table(register, "Turnovers", Condition=condition), f"{kind}.facts", expand=[way(names["row.good"])]
            )
        except AccountProblem as error:
            if error.problem.their_code.startswith("http_"):
                raise
            return None
        return papers.facts_by_sku(names, kind, rows)
