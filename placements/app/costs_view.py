"""Carriers' invoices as the templates draw them: columns with a preview, lines to look at, what differs most. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from b24app.flows.bills import CURRENCIES, ROLES, BillLine, Columns, lines_of
from b24app.flows.costs import Price
from b24app.flows.table_file import Cell, text_of
from b24app.frames.formats import Formats
from b24app.store.bills import MAY_TAKE, SHOWN, BillFacts
from b24app.store.faces.dashboard import CostLine
from placements.app.dashboard_blocks import signed
from placements.cost_words import why_text

_PREVIEWED = 5
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class Column:
    value: int
    label: str


@dataclass(frozen=True, slots=True)
class Preview:
    n: int
    number: str
    money: str
    weight: str
    extra: str
    why: str


@dataclass(frozen=True, slots=True)
class MappingView:
    """`wrong`: why the file cannot be read (`costs.wrong.*`); `missing`: columns that have to be chosen first.
    `chosen`: role -> column; `preview`: the first lines as they are understood, of `lines` in all."""

    columns: Columns
    choices: tuple[Column, ...]
    chosen: Mapping[str, int]
    preview: tuple[Preview, ...]
    lines: int
    unread: int
    shape: str = ""
    wrong: str = ""
    missing: bool = False
    currencies: tuple[str, ...] = CURRENCIES
    roles: tuple[str, ...] = ROLES


def read_columns(form: Mapping[str, str], width: int, height: int) -> Columns | None:
    """What the form says; None = it says nothing yet, or of another file's shape (`shape`)."""
    if form.get("shape") != f"{width}x{height}":
        return None
    places = {role: _number(form.get(role, ""), width) for role in ROLES}
    currency = form.get("currency", "")
    return Columns(
        number=places["number"],
        amount=places["amount"],
        weight=places["weight"],
        service=places["service"],
        head=max(-1, _number(form.get("head", ""), height + 1) - 1),
        currency=currency if currency in CURRENCIES else CURRENCIES[0],
        grams=form.get("grams") == "1",
        summed=form.get("summed") == "1",
    )


def _number(text: str, below: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 and int(text) < below else -1


def mapping_view(
    rows: Sequence[Sequence[Cell]], columns: Columns, wrong: str, formats: Formats, *, final: bool
) -> MappingView:
    width = max((len(row) for row in rows), default=0)
    titles = rows[columns.head] if 0 <= columns.head < len(rows) else ()
    choices = tuple(Column(at, _title(at, titles, rows, columns.head, formats)) for at in range(width))
    lines = lines_of(rows, columns) if columns.is_enough and not wrong else []
    return MappingView(
        columns=columns,
        choices=choices,
        chosen={role: getattr(columns, role) for role in ROLES},
        preview=tuple(_preview(each, formats) for each in lines[:_PREVIEWED]),
        lines=len(lines),
        unread=sum(bool(each.why) for each in lines),
        shape=f"{width}x{len(rows)}",
        wrong=wrong or ("lines" if final and columns.is_enough and not lines else ""),
        missing=not columns.is_enough,
    )


def _title(at: int, titles: Sequence[Cell], rows: Sequence[Sequence[Cell]], head: int, formats: Formats) -> str:
    """A column by its title and its first value below."""
    title = text_of(titles[at]) if at < len(titles) else ""
    sample = next((text_of(row[at]) for row in rows[head + 1 :] if at < len(row) and row[at] != ""), "")
    named = title or formats.words("costs.column", n=at + 1)
    return f"{named[:_LONGEST]} ({sample[:_LONGEST]})" if sample else named[:_LONGEST]


def _preview(line: BillLine, formats: Formats) -> Preview:
    t = formats.words
    return Preview(
        line.n,
        line.number,
        formats.money(line.money.minor, line.money.currency) if line.money else "",
        formats.weight(line.weighed_g) if line.weighed_g else "",
        line.extra,
        t(f"costs.why.{line.why}") if line.why else "",
    )


@dataclass(frozen=True, slots=True)
class LineView:
    """`may_take`: a person may say that it is the shipment's bill all the same."""

    id: int
    n: int
    number: str
    money: str
    why: str
    deal_id: int
    may_take: bool


@dataclass(frozen=True, slots=True)
class BillView:
    """`more`: there are more lines than are shown."""

    id: int
    name: str
    account: str
    when: str
    by: str
    said: str
    lines: tuple[LineView, ...]
    more: bool


def bill_view(found: BillFacts, formats: Formats) -> BillView:
    bill, t = found.bill, formats.words
    lines = tuple(
        LineView(
            line.id,
            line.n,
            line.number,
            formats.money(line.minor, line.currency) if line.minor is not None else "",
            t(f"costs.why.{line.why}"),
            deal_id or 0,
            bool(deal_id) and line.why in MAY_TAKE,
        )
        for line, deal_id in found.lines
    )
    open_ = found.unmatched + found.doubtful
    said = t("costs.said", lines=bill.lines, taken=bill.taken)
    if open_:
        said = f"{said} {t('costs.said_open', unmatched=found.unmatched, doubtful=found.doubtful)}"
    return BillView(
        bill.id, bill.name, found.account, formats.moment(bill.at), bill.by_name, said, lines, open_ > SHOWN
    )  # fmt: skip


def bill_rows(found: Sequence[BillFacts], formats: Formats) -> tuple[tuple[BillView, bool], ...]:
    """Files, and whether somebody should look at some of their lines."""
    return tuple((bill_view(each, formats), bool(each.unmatched + each.doubtful)) for each in found)


@dataclass(frozen=True, slots=True)
class Difference:
    deal_id: int
    number: str
    account: str
    quoted: str
    booked: str
    billed: str
    over: str
    dearer: bool
    why: str


def differences(lines: Sequence[CostLine], accounts: Mapping[int, str], formats: Formats) -> tuple[Difference, ...]:
    return tuple(
        Difference(
            each.deal_id,
            each.number,
            accounts.get(each.connection_id, ""),
            _price(each.costs.quoted, formats),
            _price(each.costs.booked, formats),
            _price(each.costs.billed, formats),
            signed(each.over or 0, each.costs.billed.money.currency if each.costs.billed else "RUB", formats),
            (each.over or 0) > 0,
            why_text(each.costs, each.reason, formats),
        )
        for each in lines
    )


def _price(price: Price | None, formats: Formats) -> str:
    return formats.money(price.money.minor, price.money.currency) if price else ""
