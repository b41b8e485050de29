"""Articles of the deal's goods as objects of the account (moysklad.md §5.8): products and bundles by article, variants
and services by code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from b24app.logistics.errors import Refused
from b24app.logistics.model import Item
from b24app.systems.kit.goods import article_unknown
from b24app.systems.kit.portions import portions
from b24app.systems.moysklad.client import Client
from b24app.systems.moysklad.vocabulary import Row, escaped, kopecks

#: Where an article may stand, in the order in which it is looked for.
_PLACES = (("product", "article"), ("variant", "code"), ("bundle", "article"), ("service", "code"))
#: What lies on shelves itself; a bundle is made of other goods.
STOCKED = ("product", "variant")
#: So many articles fit into one address (8 KB).
AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Goods:
    """One article of theirs."""

    id: str
    kind: str
    sku: str


class Shelf:
    """Looks articles up, in as few calls as there are kinds of goods."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def find(self, skus: Iterable[str]) -> dict[str, Goods]:
        """Those that the account knows, each once: an article that two products have is not known."""
        missing = sorted({sku for sku in skus if sku})
        found: dict[str, Goods] = {}
        for kind, name in _PLACES:
            for some in portions(missing, AT_ONCE):
                found |= self._of(kind, name, some)
            missing = [sku for sku in missing if sku not in found]
        return found

    def _of(self, kind: str, name: str, skus: Sequence[str]) -> dict[str, Goods]:
        asked = ";".join(f"{name}={escaped(sku)}" for sku in skus)
        rows = self._client.rows(f"entity/{kind}", f"goods.{kind}", filter=asked, limit="1000")
        seen = [Goods(str(row.get("id")), kind, str(row.get(name))) for row in rows]
        times = Counter(each.sku for each in seen)
        return {each.sku: each for each in seen if times[each.sku] == 1}

    def rows(self, items: Sequence[Item], *, reserve: bool) -> list[Row]:
        """Rows of an order. Raises Refused, naming each article that is unknown."""
        known = self.find(item.sku for item in items)
        if unknown := [item for item in items if item.sku not in known]:
            raise Refused([article_unknown(item.sku or item.name) for item in unknown])
        return [self._row(item, known[item.sku], reserve) for item in items]

    def _row(self, item: Item, goods: Goods, reserve: bool) -> Row:
        vat = {} if item.vat_percent is None else {"vat": max(item.vat_percent, 0), "vatEnabled": item.vat_percent >= 0}
        held = {"reserve": item.quantity} if reserve and goods.kind != "service" else {}
        goods_ref = self._client.ref(goods.kind, goods.id)
        return {"assortment": goods_ref, "quantity": item.quantity, "price": kopecks(item.price), **vat, **held}


def joined(items: Iterable[Item]) -> list[Item]:
    """One row for each article and price, over all parcels."""
    found: dict[tuple[str, int], Item] = {}
    for item in items:
        key = (item.sku or item.name, item.price.minor)
        before = found.get(key)
        found[key] = item if before is None else _more(before, item.quantity)
    return list(found.values())


def _more(item: Item, quantity: int) -> Item:
    return replace(item, quantity=item.quantity + quantity)
