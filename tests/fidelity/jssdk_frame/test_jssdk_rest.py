"""REST from the browser, through the vendor's library: another origin, so the portal has to allow it (§5.9)."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.world import World

# Drives Chromium: never beside another test.
pytestmark = pytest.mark.browser
DEALS = "'crm.item.list', {entityTypeId: 2, select: ['id']}"


def test_a_call_is_asked_for_first(tab: Any, desk: Any, world: World) -> None:
    """JSON to another origin: Chromium sends OPTIONS before it."""
    found = tab.evaluate(
        f"b24.callMethod({DEALS}).then((answer) => ({{rows: answer.getData().result.items.length,"
        " more: answer.isMore(), total: answer.getTotal()}))"
    )
    assert (found["rows"], found["more"]) == (50, True)
    assert found["total"] == len(list(desk.portal.crm.tables[2]))
    assert [row.data["method"] for row in world.journal.find(kind="rest.preflight")] == ["OPTIONS"]


def test_a_refusal_reaches_the_page(tab: Any) -> None:
    script = "b24.callMethod('crm.item.get', {entityTypeId: 2, id: 987654})"
    answer = tab.evaluate(
        f"{script}.then((answer) => ({{ok: answer.isSuccess, said: answer.getErrorMessages()}}),"
        " (problem) => ({ok: false, said: [problem.message], code: problem.code}))"
    )
    assert not answer["ok"]
    assert answer["said"]


def test_a_batch_by_names(tab: Any) -> None:
    answer = tab.evaluate(
        "b24.callBatch({me: ['profile', {}], deal: ['crm.item.get', {entityTypeId: 2, id: 501}],"
        " none: ['crm.item.get', {entityTypeId: 2, id: 987654}]}, false)"
        ".then((answer) => ({data: answer.getData(), said: answer.getErrorMessages()}))"
    )
    assert answer["data"]["me"]["ID"] == "7"
    assert answer["data"]["deal"]["item"]["id"] == 501
    assert "none" not in answer["data"]
    assert answer["said"]


def test_whole_lists(tab: Any, desk: Any) -> None:
    every = len(list(desk.portal.crm.tables[2]))
    assert (
        tab.evaluate(f"b24.callListMethod({DEALS}, null, 'items').then((answer) => answer.getData().length)") == every
    )
    counted = tab.evaluate(
        f"(async () => {{ let seen = 0; for await (const part of b24.fetchListMethod({DEALS}, 'id', 'items'))"
        " { seen += part.length; } return seen; })()"
    )
    assert counted == every
