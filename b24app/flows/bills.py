"""A carrier's invoice as lines: which column is what, and what each line says. Nothing is guessed: what cannot be read
for sure is left to a person. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from b24app.flows.table_file import EXACT, Cell, text_of
from b24app.logistics.jsonable import Jsonable
from b24app.logistics.money import Money

ROLES = ("number", "amount", "weight", "service")
#: Words that titles of columns have in carriers' files; the first column that has one is proposed.
_TITLES: Mapping[str, tuple[str, ...]] = {
    "number": ("номер отправ", "номер заказ", "накладн", "трек", "шпи", "штрих", "тереком", "tracking", "waybill",
               "order number", "shipment", "№ заказ", "№ отправ", "номер", "number"),
    "amount": ("итого", "всего", "к оплате", "сумма", "стоимость", "total", "amount", "charge", "price"),
    "weight": ("расчетный вес", "расчётный вес", "платный вес", "вес", "weight"),
    "service": ("доп. услуг", "доп услуг", "дополнительн", "услуг", "тариф", "service"),
}  # fmt: skip
CURRENCIES = ("RUB", "KZT", "BYN", "AMD", "KGS", "UZS", "USD", "EUR", "CNY")
_HEAD_WITHIN = 30
_SPACES = re.compile(r"[\s\u00a0\u202f']")
_SIGNS = re.compile(r"(₽|руб\.?|р\.|кг|kg|г|g|\$|€|[A-Z]{3})$", re.IGNORECASE)
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_GRAMS, _HUGE = 1000, Decimal(10**12)


@dataclass(frozen=True, slots=True)
class Columns(Jsonable):
    """Which column (from 0, -1 = none) is what; `head` is the row of titles, from 0, -1 = there is none. `grams`: the
    weight is in grams, not kilograms. `summed`: several lines of one number are one sum."""

    number: int = -1
    amount: int = -1
    weight: int = -1
    service: int = -1
    head: int = 0
    currency: str = "RUB"
    grams: bool = False
    summed: bool = False

    @property
    def is_enough(self) -> bool:
        return self.number >= 0 and self.amount >= 0 and self.number != self.amount


@dataclass(frozen=True, slots=True)
class BillLine:
    """`n`: the row as people count it. `money` None = it cannot be read for sure. `why` it cannot be taken: digits |
    amount, "" = it can."""

    n: int
    number: str
    money: Money | None
    weighed_g: int = 0
    extra: str = ""
    why: str = ""


def proposed(rows: Sequence[Sequence[Cell]], currency: str = "RUB") -> Columns:
    """By the titles: the first row that names a number and a sum, else nothing is proposed."""
    for n, row in enumerate(rows[:_HEAD_WITHIN]):
        titles = [text_of(each).casefold() for each in row]
        found = {role: _titled(titles, words) for role, words in _TITLES.items()}
        if found["number"] >= 0 and found["amount"] >= 0 and found["number"] != found["amount"]:
            weight = titles[found["weight"]] if found["weight"] >= 0 else ""
            grams = bool(re.search(r"\bг(р|рамм\w*)?\b|grams?\b|\(g\)", weight))
            places = (found["number"], found["amount"], found["weight"], found["service"])
            return Columns(*places, head=n, currency=currency, grams=grams)
    return Columns(head=-1, currency=currency)


def _titled(titles: Sequence[str], words: Sequence[str]) -> int:
    """The better word goes before the earlier column."""
    for word in words:
        for at, title in enumerate(titles):
            if word in title:
                return at
    return -1


def lines_of(rows: Sequence[Sequence[Cell]], columns: Columns) -> list[BillLine]:
    """Rows below the titles that name something; those of totals do not, nor do empty ones."""
    found = [_line(n, row, columns) for n, row in enumerate(rows) if n > columns.head]
    read = [each for each in found if each is not None]
    return _summed(read) if columns.summed else read


def _line(n: int, row: Sequence[Cell], columns: Columns) -> BillLine | None:
    number, amount = _at(row, columns.number), _at(row, columns.amount)
    named = plain(text_of(number))
    if not any(sign.isdigit() for sign in named):
        return None
    lost = isinstance(number, Decimal) and (abs(number) >= EXACT or number != number.to_integral_value())
    value = number_of(amount)
    # A sum that no delivery costs was read from the wrong column.
    money = Money.of(value, columns.currency) if value is not None and 0 < value < _HUGE else None
    weight = min(number_of(_at(row, columns.weight)) or Decimal(0), _HUGE)
    grams = int(weight if columns.grams else weight * _GRAMS)
    why = "digits" if lost else "" if money is not None else "amount"
    extra = text_of(_at(row, columns.service))[:160]
    return BillLine(n + 1, named[:64], money, max(0, min(grams, 10**9)), extra, why)


def _at(row: Sequence[Cell], column: int) -> Cell:
    return row[column] if 0 <= column < len(row) else ""


def plain(number: str) -> str:
    """As numbers are compared: without spaces, in capitals."""
    return _SPACES.sub("", number).upper()


def number_of(cell: Cell) -> Decimal | None:
    """`1 240,50 ₽`, `1,240.50`; None where it cannot be told: `1,240` may be either."""
    if isinstance(cell, Decimal):
        return cell
    text = _SIGNS.sub("", _SPACES.sub("", cell).replace("−", "-"))
    comma, dot = text.rfind(","), text.rfind(".")
    if comma >= 0 and dot >= 0:
        thousands = "," if comma < dot else "."
        text = text.replace(thousands, "")
        if text.count("," if thousands == "." else ".") > 1:
            return None
    elif comma >= 0 or dot >= 0:
        sign = "," if comma >= 0 else "."
        behind = len(text) - text.rfind(sign) - 1
        if text.count(sign) > 1 or behind == 3:
            return None
    text = text.replace(",", ".")
    try:
        return Decimal(text) if _NUMBER.fullmatch(text) else None
    except InvalidOperation:
        return None


def _summed(lines: Sequence[BillLine]) -> list[BillLine]:
    """One line a number; a line that cannot be read spoils the sum."""
    found: dict[str, BillLine] = {}
    for each in lines:
        was = found.get(each.number)
        if was is None:
            found[each.number] = each
            continue
        money = was.money + each.money if was.money is not None and each.money is not None else None
        extra = was.extra if each.extra in was.extra.split(", ") else f"{was.extra}, {each.extra}".strip(", ")
        found[each.number] = BillLine(
            was.n, was.number, money, max(was.weighed_g, each.weighed_g), extra[:160],
            was.why or each.why or ("" if money is not None else "amount"),
        )  # fmt: skip
    return list(found.values())


def repeated(lines: Sequence[BillLine]) -> frozenset[str]:
    """Numbers that more than one line names."""
    seen: dict[str, int] = {}
    for each in lines:
        seen[each.number] = seen.get(each.number, 0) + 1
    return frozenset(number for number, count in seen.items() if count > 1)
