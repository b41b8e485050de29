"""Documents both ways: the port Documents."""

from __future__ import annotations

from dataclasses import replace

from b24app.logistics.warehouse import Attachment
from tests.contract.systems.harness import Harness
from tests.contract.systems.parts import LOST, UNCLEAR

LABEL = Attachment("file-88", "label", "Этикетка.pdf", "application/pdf", b"%PDF-1.4 label of a carrier")


def test_documents_go_both_ways_once_whatever_is_lost(system: Harness) -> None:
    if not system.has("Documents"):
        return
    order = system.make()
    # What was filed when the answer broke off is found, not sent again.
    said = system.raised_by(
        (*UNCLEAR, *LOST), system.at("filed", order.remote_id), lambda: system.port.attach(order.remote_id, LABEL)
    )
    assert said == dict.fromkeys(said, "Unavailable")
    filed = system.port.attach(order.remote_id, LABEL)
    assert (filed.ours, filed.kind) == ("file-88", "label")
    assert system.port.attach(order.remote_id, LABEL).key == filed.key
    if system.files_anew:
        # Made anew, a label has other bytes: it is the same document.
        system.port.attach(order.remote_id, replace(LABEL, content=b"%PDF-1.4 the same label"))
    system.add_document("wb-1-1")
    shown = system.port.documents(order.remote_id)
    assert [one.ours for one in shown if one.ours] == ["file-88"]
    mine = next(one for one in shown if one.ours)
    assert system.port.fetch_document(order.remote_id, mine.key).startswith(b"%PDF-1.4 ")
    theirs = [one for one in shown if not one.ours]
    assert theirs
    assert all(one.name and one.key for one in shown)
    assert len({one.key for one in shown}) == len(shown)
    for one in theirs:
        assert system.port.fetch_document(order.remote_id, one.key).startswith(b"%PDF-"), one


def test_a_document_that_is_not_there_is_said_so(system: Harness) -> None:
    if not system.has("Documents"):
        return
    order = system.make()
    system.add_document("wb-1-1")
    key = next(one.key for one in system.port.documents(order.remote_id) if not one.ours)
    wrong = key[:-6] + ("000000" if not key.endswith("000000") else "111111")
    assert system.raised(lambda: system.port.fetch_document(order.remote_id, wrong)) == "Refused"
    assert system.raised(lambda: system.port.attach(system.no_such_order(), LABEL)) == "Refused"
    assert system.raised(lambda: system.port.documents(system.no_such_order())) in ("Refused", "Unavailable", "")


def test_documents_that_cannot_be_read_are_not_none(system: Harness) -> None:
    if not system.has("Documents"):
        return
    order = system.make()
    system.fault("status", "*", times=None, status=500)
    assert system.raised(lambda: system.port.documents(order.remote_id)) == "Unavailable"
    system.no_faults()
    system.port.documents(order.remote_id)
