"""Carriers' invoices: files as programs write them, columns told apart, sums that can be read in one way only."""

from __future__ import annotations

import io
import zipfile
from decimal import Decimal
from typing import Any

import pytest
import xlsxwriter

from b24app.flows import table_file
from b24app.flows.bills import BillLine, Columns, lines_of, number_of, proposed, repeated
from b24app.flows.table_file import UnreadableError, rows_of
from b24app.logistics.money import Money

TITLES = ["№", "Номер отправления", "Получатель", "Вес, кг", "Доп. услуги", "Сумма с НДС"]
FIRST = ["1", "1106 335", "Анна", "2,1", "", "1 240,50"]


def book(rows: list[list[Any]], far: bool = False) -> bytes:
    """`far`: something stands in the last corner that a sheet has."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as made:
        sheet = made.add_worksheet()
        for n, row in enumerate(rows):
            sheet.write_row(n, 0, row)
        if far:
            sheet.write(2**20 - 1, 2**14 - 1, 1)
    return stream.getvalue()


def renamed(file: bytes, before: bytes, after: bytes) -> bytes:
    """The same workbook with other words in its sheet."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(file)) as made, zipfile.ZipFile(stream, "w") as archive:
        for name in made.namelist():
            archive.writestr(name, made.read(name).replace(before, after))
    return stream.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
@pytest.mark.parametrize("sign", [";", "\t", ","])
def test_csv_of_every_habit(encoding: str, sign: str) -> None:
    rows = [TITLES, ["2", "СДЭК-7", "Борис", "3", "Подъём", "99.90"]]
    quoted = [[f'"{each}"' if sign in each else each for each in row] for row in rows]
    text = "\r\n".join(sign.join(row) for row in quoted) + "\r\n\r\n"
    assert rows_of(text.encode(encoding)) == rows


def test_a_workbook_keeps_numbers() -> None:
    rows = rows_of(book([["Счёт"], [], ["Трек", "Итого"], [1106335, 1240.5], ["0080", 99], [1e17, 1.0]]))
    assert rows[0] == ["Счёт", ""]
    assert rows[3:5] == [[Decimal(1106335), Decimal("1240.5")], ["0080", Decimal(99)]]
    columns = proposed(rows)
    assert columns == Columns(number=0, amount=1, head=2)
    assert lines_of(rows, columns) == [
        BillLine(4, "1106335", Money.of("1240.50")),
        BillLine(5, "0080", Money.of(99)),
        BillLine(6, "100000000000000000", Money.of(1), why="digits"),
    ]


def test_what_is_no_sum_of_money_is_left_to_a_person() -> None:
    odd = renamed(book([["Трек", "Итого"], ["N1", 5.5], ["N2", 6.5]]), b"<v>5.5</v>", b"<v>NaN</v>")
    rows = rows_of(renamed(odd, b"<v>6.5</v>", b"<v>1e300</v>"))
    found = lines_of([*rows, ["N3", "9" * 30]], Columns(number=0, amount=1))
    assert [(line.money, line.why) for line in found] == [(None, "amount")] * 3


def test_files_that_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 2_000_000)
    monkeypatch.setattr(table_file, "MOST_UNPACKED", 1_000_000)
    monkeypatch.setattr(table_file, "MOST_ROWS", 3)
    for file, why in (
        (b"", "empty"), (b"\r\n;;\r\n", "empty"), (b"x" * (table_file.MOST_BYTES + 1), "large"),
        (bomb.getvalue(), "large"), (b"%PDF-1.7\x00\x00", "kind"), (b"PK\x03\x04 nothing", "broken"),
        (b"\xd0\xcf\x11\xe0 nothing", "broken"), (b"a;b\n" * 4, "rows"), (book([["a"]] * 4), "rows"),
        # Laid out as one block of cells it would be half a terabyte: whoever reads it dies of it.
        (book([["a"]], far=True), "large"), (b"a;b\n" * 20_000 + b"\x00", "kind"),
    ):  # fmt: skip
        with pytest.raises(UnreadableError) as told:
            rows_of(file)
        assert told.value.why == why


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("1 240,50 ₽", "1240.50"), ("1\u00a0240.5", "1240.5"), ("1,240.50", "1240.50"), ("1.240,50 руб.", "1240.50"),
        ("486", "486"), ("−15,5", "-15.5"), ("2,1 кг", "2.1"), ("1240,5", "1240.5"), ("1,240", None), ("1.240", None),
        ("1.240.500", None), ("12 шт", None), ("", None), ("по договору", None), (Decimal("7.5"), "7.5"), ("USD", None),
        ("99.90 RUB", "99.90"),
    ],
)  # fmt: skip
def test_a_sum_that_may_be_either_is_no_sum(cell: str | Decimal, number: str | None) -> None:
    assert number_of(cell) == (None if number is None else Decimal(number))


def test_columns_by_their_titles() -> None:
    rows: list[list[table_file.Cell]] = [["Реестр за октябрь"], [], list(TITLES), list(FIRST)]
    columns = proposed(rows)
    assert columns == Columns(number=1, amount=5, weight=3, service=4, head=2)
    assert lines_of(rows, columns) == [BillLine(4, "1106335", Money.of("1240.50"), 2100)]
    english = proposed([["Tracking number", "Weight (g)", "Total charge"]])
    assert (english.number, english.weight, english.amount, english.grams) == (0, 1, 2, True)
    assert not proposed([["имя", "город"]]).is_enough
    assert proposed([["имя"]]).head == -1


def test_lines_of_totals_and_nothing_are_left_out() -> None:
    rows: list[list[table_file.Cell]] = [
        ["A1", "10"], ["", ""], ["Итого", "30"], ["a 1", "20", "3000", "Подъём"], ["B2", "0"], ["C3"],
    ]  # fmt: skip
    columns = Columns(0, 1, 2, 3, head=-1, grams=True)
    lines = lines_of(rows, columns)
    assert lines == [
        BillLine(1, "A1", Money.of(10)),
        BillLine(4, "A1", Money.of(20), 3000, "Подъём"),
        BillLine(5, "B2", None, why="amount"),
        BillLine(6, "C3", None, why="amount"),
    ]
    assert repeated(lines) == {"A1"}
    summed = lines_of(rows, Columns(0, 1, 2, 3, head=-1, grams=True, summed=True))
    assert summed[0] == BillLine(1, "A1", Money.of(30), 3000, "Подъём")
    assert repeated(summed) == frozenset()
    spoilt = lines_of([["A1", "10"], ["A1", "?"]], Columns(0, 1, head=-1, summed=True))
    assert [(each.money, each.why) for each in spoilt] == [(None, "amount")]
