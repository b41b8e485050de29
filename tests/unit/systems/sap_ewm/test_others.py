"""Documents and the SOAP module's answers: pure parts and what they ask for."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from b24app.logistics.errors import Refused, Unavailable
from b24app.logistics.status import Status
from b24app.logistics.warehouse import Attachment, FiledDocument
from b24app.systems.sap_ewm import files, tracking
from b24app.systems.sap_ewm.errors import Said, refusal
from b24app.systems.sap_ewm.odata import ITEMS
from b24app.systems.sap_ewm.soap import _header, _rows
from b24app.systems.sap_ewm.vocabulary import zone_of
from b24app.wire.http import Answer
from tests.unit.systems.sap_ewm.test_wire import DONE, TOKEN, answer, error, opened

ROOT = "https://s4.example.com:44300/sap/opu/odata/sap/API_CV_ATTACHMENT_SRV"
LABEL = Attachment("file/88", "label", "Этикетка.pdf", "application/pdf", b"%PDF-1.4")


def row(name: str, number: str = "A1", **more: Any) -> dict[str, Any]:
    return {
        "ArchiveDocumentID": number, "LinkedSAPObjectKey": "0080000123", "BusinessObjectTypeName": "LIKP",
        "FileName": name, "FileSize": "8", "MimeType": "application/pdf",
        "CreationDateTime": "/Date(1791158400000)/", **more,
    }  # fmt: skip


def listed(*rows: dict[str, Any]) -> Answer:
    return answer({"d": {"results": list(rows)}})


# --- documents --------------------------------------------------------------------------------------------------------


def test_documents_of_a_delivery_are_listed_by_its_ten_digits() -> None:
    client, http = opened(listed(row("label-file_88.pdf"), row("Акт.pdf", "B2", CreationDateTime=None, FileSize="?")))
    ours, theirs = files.listed(client, "80000123")
    assert ours == FiledDocument(
        key="|||||A1|0080000123|LIKP", name="label-file_88.pdf", kind="label", media_type="application/pdf", bytes=8,
        at=datetime(2026, 10, 5, tzinfo=UTC), ours="file_88",
    )  # fmt: skip
    assert (theirs.name, theirs.kind, theirs.ours, theirs.at, theirs.bytes) == ("Акт.pdf", "other", "", None, 0)
    assert http.calls[0].url == (
        f"{ROOT}/GetAllOriginals?LinkedSAPObjectKey='0080000123'&BusinessObjectTypeName='LIKP'"
    )
    client, _ = opened(error("VL/055", 404))
    assert files.listed(client, "1") == []


def test_a_document_is_filed_once_under_a_name_of_ascii() -> None:
    """Its name travels in a header, and our key in its name."""
    client, http = opened(listed(), TOKEN, Answer(201, {}, b"{}", 1), listed(row("label-file_88.pdf")))
    assert files.attach(client, "80000123", LABEL).ours == "file/88"
    assert [call.verb for call in http.calls] == ["GET", "GET", "POST", "GET"]
    post = http.calls[2]
    assert post.url == f"{ROOT}/AttachmentContentSet"
    assert post.body == b"%PDF-1.4"
    told = {
        name: post.headers[name] for name in ("Slug", "LinkedSAPObjectKey", "BusinessObjectTypeName", "Content-Type")
    }
    assert told == {
        "Slug": "label-file_88.pdf", "LinkedSAPObjectKey": "0080000123", "BusinessObjectTypeName": "LIKP",
        "Content-Type": "application/pdf",
    }  # fmt: skip
    client, http = opened(listed(row("label-file_88.pdf")))
    files.attach(client, "80000123", LABEL)
    assert len(http.calls) == 1


def test_a_document_that_was_taken_and_is_not_listed_yet_is_asked_for_later() -> None:
    for said in (DONE, Answer(500, {}, b"", 1)):
        client, _ = opened(listed(), TOKEN, said, listed())
        with pytest.raises(Unavailable):
            files.attach(client, "80000123", LABEL)


def test_a_document_is_fetched_by_all_its_keys() -> None:
    client, http = opened(Answer(200, {}, b"%PDF-1.4", 1))
    assert files.fetch(client, "D|1|00|000||A'1|0080000123|LIKP") == b"%PDF-1.4"
    path = http.calls[0].url.removeprefix(ROOT)
    assert path.startswith("/AttachmentContentSet(DocumentInfoRecordDocType='D',DocumentInfoRecordDocNumber='1',")
    assert "ArchiveDocumentID='A''1',LinkedSAPObjectKey='0080000123',BusinessObjectTypeName='LIKP')/$value" in path
    client, _ = opened(error("X/1", 404))
    with pytest.raises(Refused):
        files.fetch(client, "x")


# --- the SOAP module --------------------------------------------------------------------------------------------------

ANSWER = {
    "E_VBELN": "0080000123", "E_BOLNR": "wb-1-1", "E_LIFEX": "0123456789abcdef01234567", "E_ERDAT": date(2026, 10, 5),
    "E_KOSTK": "C", "E_WBSTK": "C", "E_PDSTK": "B", "E_LIFSK": None, "E_WADAT_IST": date(2026, 10, 6),
    "DELIVERY_ITEMS": {"item": [{"POSNR": "000010", "MATNR": "TEA-500", "ARKTX": "Чай", "LFIMG": 1, "ORMNG": 2,
                                 "VRKME": "PC", "VGBEL": "0000004711", "VGPOS": "000010", "KOSTA": "C"}]},
}  # fmt: skip


def test_the_modules_answer_is_read_as_a_header_of_odata() -> None:
    state = tracking.state_of(_header(ANSWER), None, tracking.Site(zone_of("UTC")))
    assert (state.remote_id, state.number, state.fingerprint) == ("80000123", "wb-1-1", "0123456789abcdef01234567")
    assert [event.status for event in state.events if event.status] == [
        Status.CREATED, Status.ACCEPTED_AT_WAREHOUSE, Status.IN_TRANSIT, Status.OUT_FOR_DELIVERY,
    ]  # fmt: skip
    [line] = state.lines
    assert (line.sku, int(line.ordered), int(line.picked), int(line.shipped)) == ("TEA-500", 2, 1, 1)


def test_tables_may_be_empty_or_absent() -> None:
    assert _header({"E_VBELN": "1"})[ITEMS] == []
    assert _rows(None) == _rows({}) == _rows({"item": None}) == _rows("x") == []
    assert _rows([{"A": 1}, 7]) == [{"A": 1}]


def test_errors_of_a_write_are_problems_or_a_lock() -> None:
    refused = refusal([Said(200, "VL/302", "No"), Said(200, "Z/1", "")], "x")
    assert isinstance(refused, Refused)
    assert [(each.code, each.their_code) for each in refused.problems] == [
        ("order_delivered", "VL/302"),
        ("refused_unknown", "Z/1"),
    ]
    for said in (Said(200, "MC/601", ""), Said(409, "X/1", ""), Said(412, "X/1", "")):
        later = refusal([Said(200, "VL/302", "No"), said], "x")
        assert isinstance(later, Unavailable)
        assert later.retry_after == 60.0
