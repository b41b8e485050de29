"""Print forms as CDEK shows them (cdek.md §12), in every stage."""

from __future__ import annotations

from typing import Any

import pytest

from b24app.logistics.papers import PaperStage
from b24app.systems.cdek.papers import build_paper, folder_of, parse_paper
from b24app.systems.cdek.vocabulary import FORMS, WAYBILL


def form(*codes: str, newest_first: bool = False, **request: Any) -> dict[str, Any]:
    rows = [{"code": code, "date_time": f"2026-11-12T10:00:0{n}+0000"} for n, code in enumerate(codes)]
    statuses = rows[::-1] if newest_first else rows
    return {"entity": {"uuid": "u-1", "statuses": statuses}, "requests": [{"type": "CREATE", **request}]}


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize(
    ("codes", "stage"),
    [
        ((), PaperStage.PREPARING),
        (("ACCEPTED",), PaperStage.PREPARING),
        (("ACCEPTED", "PROCESSING"), PaperStage.PREPARING),
        (("ACCEPTED", "PROCESSING", "READY"), PaperStage.READY),
        (("ACCEPTED", "PROCESSING", "READY", "REMOVED"), PaperStage.GONE),
        (("ACCEPTED", "INVALID"), PaperStage.REFUSED),
        (("ACCEPTED", "SOMETHING_NEW"), PaperStage.PREPARING),
    ],
)
def test_the_newest_status_counts_whichever_way_they_come(
    codes: tuple[str, ...], stage: PaperStage, newest_first: bool
) -> None:
    found = parse_paper(form(*codes, newest_first=newest_first))
    assert found is not None
    assert (found.key, found.stage) == ("u-1", stage)


def test_a_refused_form_keeps_their_words() -> None:
    found = parse_paper(form("ACCEPTED", state="INVALID", errors=[{"code": "v2_entity_empty", "message": "Пусто"}]))
    assert found is not None
    assert found.stage is PaperStage.REFUSED
    assert [(problem.their_code, problem.their_text) for problem in found.problems] == [("v2_entity_empty", "Пусто")]
    bare = parse_paper(form("INVALID"))
    assert bare is not None
    assert [problem.code for problem in bare.problems] == ["paper_refused"]


@pytest.mark.parametrize("data", [None, [], {}, {"entity": {}}, {"entity": []}])
def test_an_answer_without_a_form_is_none(data: Any) -> None:
    assert parse_paper(data) is None


def test_requests_are_as_documented() -> None:
    assert build_paper(WAYBILL, "o-1") == {"orders": [{"order_uuid": "o-1"}], "copy_count": 2, "type": "tpl_russia"}
    labels = [each for each in FORMS if each.code != WAYBILL]
    assert {build_paper(each.code, "o-1")["format"] for each in labels} == {"A4", "A5", "A6", "A7"}
    assert {folder_of(each.code) for each in labels} == {"print/barcodes"}
    assert folder_of(WAYBILL) == "print/orders"
