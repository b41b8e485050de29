"""Writing a document of the base by OData (1c.md §4.4): header, rows, state, posting, a call each. What an earlier
attempt left half-written is found by our number and put right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from b24app.logistics.errors import Refused, Uncertain
from b24app.logistics.model import Item, Recipient
from b24app.logistics.problem import Field, Problem, Who
from b24app.systems.kit import one_c_odata as odata
from b24app.systems.kit.directory import CITIES_S, Directory
from b24app.systems.kit.goods import article_unknown
from b24app.systems.kit.one_c_by_hand import no_object
from b24app.systems.kit.one_c_odata import MOST_OR, OData, any_of, by, guid, text
from b24app.systems.kit.portions import portions
from b24app.systems.one_c_wms import documents as papers
from b24app.systems.one_c_wms.documents import ORDER, Refs
from b24app.systems.one_c_wms.lookup import Lookup
from b24app.systems.one_c_wms.names import Names
from b24app.systems.plugin import OpenContext


class Drafts:
    """Of one connection. Everything raises as a write does."""

    def __init__(self, client: OData, names: Names, lookup: Lookup, context: OpenContext, directory: Directory) -> None:
        self._client, self._names, self._lookup = client, names, lookup
        self._context, self._directory = context, directory

    def refs(self, kind: str, items: Sequence[Item], person: Recipient) -> Refs:
        """All that a document refers to. Raises Refused before anything is written: an article that nobody knows."""
        names, setting = self._names, self._context.setting
        skus = [item.sku.strip() for item in items]
        goods = self._lookup.goods(skus)
        if unknown := [sku for sku in skus if sku not in goods]:
            raise Refused([article_unknown(sku) for sku in unknown])
        return Refs(
            partner=self._partner(person),
            organization=setting("organization"),
            way=setting("direction" if kind == ORDER else "return_source"),
            stage=setting("shipping_stage" if kind == ORDER else "receiving_stage"),
            goods=goods,
            packs=self._packs(goods) if names["row.pack"] else {},
            condition=self._condition() if names["row.condition"] else "",
        )

    def _packs(self, goods: Mapping[str, str]) -> dict[str, str]:
        """The packing that holds one piece, by article."""
        names, skus = self._names, {key: sku for sku, key in goods.items()}
        found: dict[str, str] = {}
        for part in portions(list(skus), MOST_OR):
            where = f"({any_of(names['pack.good'], map(guid, part))}) and {names['pack.factor']} eq 1"
            for row in self._client.rows(names["pack"], "packs", where=where):
                sku = skus.get(str(row.get(names["pack.good"])))
                if sku and row.get("DeletionMark") is not True:
                    found.setdefault(sku, str(row["Ref_Key"]))
        return found

    def _condition(self) -> str:
        def load() -> str:
            where = f"Description eq {text(self._names['condition.good'])}"
            rows = self._client.rows(self._names["condition"], "condition", where=where, top=1)
            return str(rows[0]["Ref_Key"]) if rows else ""

        key = (self._client.line.base, self._names["condition"], self._names["condition.good"])
        return self._directory.get(key, self._context.clock.now().timestamp(), CITIES_S, load)

    def _partner(self, person: Recipient) -> str:
        """By name; made where there is none (unless the admin wants none made)."""
        names, name = self._names, partner_name(person)
        where = f"Description eq {text(name)}"
        rows = self._client.rows(names["partner"], "partner.find", where=where, top=2)
        known = [row for row in rows if row.get("DeletionMark") is not True and row.get("IsFolder") is not True]
        if known:
            return str(known[0]["Ref_Key"])
        if self._context.setting("own_partners") == "1":
            raise Refused([replace(no_object(name), field=Field.NAME)])
        body = {"Description": name, **({names["partner.full_name"]: name} if names["partner.full_name"] else {})}
        made = self._client.create(names["partner"], body | names.more("partner"), "partner.create")
        if not odata.is_key(made.get("Ref_Key")):
            raise Uncertain("partner.create: an answer without a reference")
        return str(made["Ref_Key"])

    def written(
        self,
        kind: str,
        header: odata.Row | None,
        body: dict[str, Any],
        items: Sequence[Item],
        refs: Refs,
        now: datetime,
    ) -> str:
        """§4.4: header, rows, state, posting; what is there already is put right. Raises as a write does."""
        names, client = self._names, self._client
        if header is None:
            header = client.create(names[kind], body, f"{kind}.create")
            there: list[odata.Row] = []
        else:
            there = self._lookup.rows(kind, [str(header["Ref_Key"])])
            if self._lookup.state(kind, str(header["Ref_Key"])) not in ("", names[f"{kind}.first"]):
                raise Refused([Problem("number_taken", Field.NUMBER, Who.WAYBILL)])
            version = str(header.get("DataVersion") or "")
            client.patch(
                names[kind], guid(str(header["Ref_Key"])), {**body, "DeletionMark": False}, f"{kind}.rewrite", version
            )
        key = str(header.get("Ref_Key"))
        if not odata.is_key(key):
            raise Uncertain(f"{kind}.create: an answer without a reference")
        wanted = papers.build_rows(names, key, items, refs, now)
        if not papers.same_rows(names, there, wanted):
            for row in there:
                client.delete(names[f"{kind}.rows"], str(row["Ref_Key"]), f"{kind}.row_delete")
            for one in wanted:
                client.create(names[f"{kind}.rows"], one, f"{kind}.row")
        if not self._lookup.state(kind, key):
            state = {names[f"{kind}.states_owner"]: key, names["states.value"]: names[f"{kind}.first"]}
            client.create(names[f"{kind}.states"], state, f"{kind}.state")
        posted = client.post(names[kind], key, f"{kind}.post")
        if posted and posted.get("Posted") is not True:
            raise Uncertain(f"{kind}.post: an answer without a posted document")
        return key

    def cancel(self, kind: str, key: str, how: str, version: str) -> None:
        """`how`: `mark` it (as it was read in `version`) for deletion, or set its `status` (§8)."""
        names = self._names
        body: dict[str, Any] = {"DeletionMark": True}
        entity, record = names[kind], guid(key)
        if how != "mark":
            entity, record = names[f"{kind}.states"], by(**{names[f"{kind}.states_owner"]: guid(key)})
            body, version = {names["states.value"]: names[f"{kind}.cancelled"]}, ""
        shown = self._client.patch(entity, record, body, f"{kind}.cancel", version)
        if any(shown.get(name) != value for name, value in body.items()):
            raise Uncertain(f"{kind}.cancel: an answer that does not show it")


def partner_name(person: Recipient) -> str:
    """The person's: by it an order is known as ours."""
    return (person.name or person.company or "").strip()
