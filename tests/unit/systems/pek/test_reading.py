"""The list of orders and papers of PEK."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from b24app.logistics.errors import Unavailable
from b24app.systems.pek import lookup, papers

# --- the list of orders -----------------------------------------------------------------------------------------------


def test_the_list_is_asked_for_in_moscows_days() -> None:
    assert lookup.build_list(datetime(2026, 12, 8, 22, tzinfo=UTC)) == {
        "selectBy": 1,
        "dateBegin": "2026-12-02",
        "dateEnd": "2026-12-10",
    }


def test_only_exactly_our_number_is_found_the_oldest_first() -> None:
    rows = [
        {
            "сode": "2",
            "orderNumber": "wb-1-1",
            "orderDate": "2026-12-01T11:00:00.100",
            "Receiver": {"IsDelivery": True},
        },
        {"code": "1", "orderNumber": " wb-1-1 ", "orderDate": "2026-12-01T10:00:00", "receiver": {"isDelivery": False}},
        {"code": "3", "orderNumber": "wb-1-11", "orderDate": "2026-12-01T09:00:00"},
        {"code": None, "orderNumber": "wb-1-1"},
        {"code": "5", "orderNumber": None},
    ]
    for key in ("сargos", "cargos"):
        found = lookup.with_number({key: rows}, "wb-1-1")
        assert [(each.code, each.door) for each in found] == [("1", False), ("2", True)]


@pytest.mark.parametrize("data", [None, [], {}, {"cargos": None}])
def test_no_list_is_no_proof(data: Any) -> None:
    with pytest.raises(Unavailable):
        lookup.with_number(data, "wb-1-1")


# --- papers -----------------------------------------------------------------------------------------------------------

PDF = b"%PDF-1.4\n" + bytes(range(256)) * 3
TEXT = base64.b64encode(PDF).decode()


@pytest.mark.parametrize(
    "body",
    [
        json.dumps(TEXT),
        json.dumps({"file": TEXT}),
        '{ "' + TEXT + '" }',
        json.dumps(TEXT).replace("/", "\\/"),
        TEXT,
        json.dumps({"name": "A" * 60, "data": TEXT}),
    ],
)
def test_a_pdf_is_found_in_any_shape(body: str) -> None:
    assert papers.pdf_in(body.encode()) == PDF


@pytest.mark.parametrize("body", [b"", b"{}", b'"QUJD"', b"<html>", base64.b64encode(b"not a pdf " * 9)])
def test_what_is_no_pdf_is_none(body: bytes) -> None:
    assert papers.pdf_in(body) is None
