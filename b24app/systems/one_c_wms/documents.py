"""Documents of the base by OData (1c.md §4): build(ours) -> bodies, parse(rows) -> ours. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any

from b24app.logistics.model import Item
from b24app.logistics.numbers import plain
from b24app.logistics.order import OrderState
from b24app.logistics.picking import PACKED, PickedLine
from b24app.logistics.status import Status
from b24app.logistics.warehouse import InspectedLine, ReceiptStage, ReceiptState, StockLine
from b24app.systems.kit.inspected import inspected
from b24app.systems.kit.one_c_odata import Row, is_key, moment
from b24app.systems.kit.picked import joined
from b24app.systems.kit.units import decimal_of, moment_of
from b24app.systems.one_c_wms.names import Names, way
from b24app.systems.one_c_wms.states import Shown, order_state, word_of
from b24app.systems.one_c_wms.vocabulary import RECEIPT_STATES, STAGES_OF

_NOTHING = Decimal(0)
ORDER, RECEIPT = "order", "receipt"


@dataclass(frozen=True, slots=True)
class Refs:
    """References that a document needs: of who sends or receives, of the account's settings, of goods and their packs
    by article, of the good condition ("" = the base has none of it)."""

    partner: str
    organization: str = ""
    way: str = ""
    stage: str = ""
    goods: Mapping[str, str] = field(default_factory=dict)
    packs: Mapping[str, str] = field(default_factory=dict)
    condition: str = ""


def build_header(names: Names, kind: str, number: str, refs: Refs, now: datetime, day: datetime) -> dict[str, Any]:
    """`now`, `day` (when it is to leave, or come) in the base's own time. The number of the document is the base's."""
    given = {
        "Date": moment(now),
        names[f"{kind}.number"]: number,
        names[f"{kind}.number_date"]: f"{now:%Y-%m-%d}T00:00:00",
        names[f"{kind}.date"]: f"{day:%Y-%m-%d}T00:00:00",
        names[f"{kind}.organization"]: refs.organization,
        names[f"{kind}.way"]: refs.way,
        names[f"{kind}.stage"]: refs.stage,
        names[f"{kind}.partner"]: refs.partner,
    }
    return _named(given) | names.more(kind)


def build_rows(names: Names, owner: str, items: Sequence[Item], refs: Refs, now: datetime) -> list[dict[str, Any]]:
    """A document of its own each (§4)."""
    return [_row(names, owner, line, item, refs, now) for line, item in enumerate(items, 1)]


def _row(names: Names, owner: str, line: int, item: Item, refs: Refs, now: datetime) -> dict[str, Any]:
    sku = item.sku.strip()
    pack = refs.packs.get(sku, "")
    given = {
        "Number": str(line),
        "Date": moment(now),
        names["row.owner"]: owner,
        names["row.good"]: refs.goods[sku],
        names["row.quantity"]: item.quantity,
        names["row.condition"]: refs.condition,
        names["row.pack"]: pack,
        names["row.packs"]: item.quantity if pack else "",
    }
    return _named(given) | names.more("row")


def _named(given: Mapping[str, Any]) -> dict[str, Any]:
    """Without attributes that the admin switched off, and those without a value."""
    return {name: value for name, value in given.items() if name and value != ""}


def same_rows(names: Names, there: Iterable[Row], wanted: Iterable[Mapping[str, Any]]) -> bool:
    """Whether a half-written document has exactly the rows that it should have."""
    good, quantity = names["row.good"], names["row.quantity"]

    def shape(rows: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
        return sorted((str(row.get(good)), plain(decimal_of(row.get(quantity)) or _NOTHING)) for row in rows)

    return shape(there) == shape(wanted)


# --- answers ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Found:
    """A document as it lies there: its header with the partner, its rows with their goods, its state, and what was
    really shipped or received, by article (None: the base does not tell)."""

    header: Row
    rows: Sequence[Row]
    raw: str
    facts: Mapping[str, Decimal] | None = None


def parse_order(names: Names, found: Found, states: Mapping[str, str], zone: tzinfo) -> OrderState:
    """A document that is not posted is not there yet for the warehouse. Nobody says when a state began: the document's
    own date stands for it."""
    header, raw = found.header, found.raw
    word = word_of(raw, states)
    if header.get("DeletionMark") is True:
        word = Status.CANCELLED.value
    return order_state(
        Shown(
            remote_id=str(header.get("Ref_Key")),
            number=str(header.get(names["order.number"]) or ""),
            their_number=str(header.get("Number") or ""),
            raw=raw,
            word=word,
            at=moment_of(header.get("Date"), zone),
            made=moment_of(header.get("Date"), zone),
            recipient=partner_of(names, "order", header),
            lines=joined([_line(names, row, found, word) for row in found.rows]),
            posted=header.get("Posted") is True,
        )
    )


def _line(names: Names, row: Row, found: Found, word: str) -> PickedLine:
    """What was shipped is a fact of the article: rows of one article share it. Where the base only says that all of it
    is packed, all of it is: what is short shows once it was shipped."""
    sku, title, ordered = _good(names, row)
    shipped = word == Status.IN_TRANSIT.value
    if shipped and found.facts:
        first = next(each for each in found.rows if _good(names, each)[0] == sku)
        gone = found.facts.get(sku, _NOTHING) if first is row else _NOTHING
        return PickedLine(sku, ordered, gone, gone, title)
    return PickedLine(sku, ordered, ordered if shipped or word == PACKED else _NOTHING, name=title)


def _good(names: Names, row: Row) -> tuple[str, str, Decimal]:
    """(article, title, quantity)."""
    good = row.get(way(names["row.good"]))
    card = good if isinstance(good, Mapping) else {}
    sku = str(card.get(names["good.sku"]) or row.get(names["row.good"]) or "")
    return sku, str(card.get("Description") or ""), decimal_of(row.get(names["row.quantity"])) or _NOTHING


def partner_of(names: Names, kind: str, header: Row) -> str:
    found = header.get(way(names[f"{kind}.partner"]))
    return str(found.get("Description") or "") if isinstance(found, Mapping) else ""


def parse_receipt(
    names: Names, found: Found, states: Mapping[str, str], zone: tzinfo, *, all_good: bool
) -> ReceiptState:
    """How damaged something is, is not public (§4.5): without `all_good` (what was received is in good condition, says
    the admin) there is no result of an inspection."""
    header, raw = found.header, found.raw
    stage = STAGES_OF.get(states.get(raw, ""), ReceiptStage.UNKNOWN) if states else RECEIPT_STATES.get(raw)
    if header.get("DeletionMark") is True:
        stage = ReceiptStage.CANCELLED
    done = stage is ReceiptStage.COMPLETED and found.facts is not None
    lines = tuple(_received(names, row, found, all_good and done) for row in found.rows)
    return ReceiptState(
        remote_id=str(header.get("Ref_Key")),
        number=str(header.get(names["receipt.number"]) or ""),
        receipt_number=str(header.get("Number") or ""),
        stage=stage or ReceiptStage.UNKNOWN,
        code=raw,
        text=raw,
        lines=lines,
        inspected_at=moment_of(header.get("Date"), zone) if all_good and done else None,
    )


def _received(names: Names, row: Row, found: Found, accepted: bool) -> InspectedLine:
    sku, _, expected = _good(names, row)
    received = (found.facts or {}).get(sku, _NOTHING)
    if not accepted:
        return InspectedLine(sku, expected, received=received)
    return inspected(sku, expected, received)


def facts_by_sku(names: Names, kind: str, rows: Iterable[Row]) -> dict[str, dict[str, Decimal]]:
    """Reference of the document -> article -> what was shipped, or received."""
    owner, column = names[f"{kind}.facts_owner"], names[f"{kind}.facts_quantity"] + "Turnover"
    found: dict[str, dict[str, Decimal]] = {}
    for row in rows:
        sku, _, _ = _good(names, row)
        mine = found.setdefault(str(row.get(owner)), {})
        mine[sku] = mine.get(sku, _NOTHING) + (decimal_of(row.get(column)) or _NOTHING)
    return found


def stock_lines(names: Names, rows: Iterable[Row], skus: Mapping[str, str], warehouse: str) -> list[StockLine]:
    """Sums of an article over cells and containers, in good condition alone where the base tells conditions apart.
    `skus`: reference of the good -> article."""
    quantity, coming, going = (f"{names[f'stock.{part}']}Balance" for part in ("quantity", "coming", "going"))
    sums = {sku: [_NOTHING, _NOTHING, _NOTHING] for sku in skus.values()}
    for row in rows:
        key = row.get(names["stock.key"])
        card = key if isinstance(key, Mapping) else {}
        condition = card.get(names["stock.condition"])
        title = condition.get("Description") if isinstance(condition, Mapping) else None
        sku = skus.get(str(card.get(names["row.good"]))) or _good(names, card)[0]
        if sku not in sums or title not in (None, names["condition.good"]):
            continue
        for at, column in enumerate((quantity, coming, going)):
            sums[sku][at] += decimal_of(row.get(column)) or _NOTHING
    return [
        StockLine(sku, warehouse, max(there - held, _NOTHING), there, held, soon)
        for sku, (there, soon, held) in sums.items()
    ]


def skus_of(names: Names, rows: Iterable[Row]) -> dict[str, str]:
    """Article -> reference, of goods that are no folder and not marked for deletion."""
    return {
        str(row.get(names["good.sku"])): str(row.get("Ref_Key"))
        for row in rows
        if is_key(row.get("Ref_Key")) and row.get("DeletionMark") is not True
    }
