"""What may be changed in which state, and what the form makes of what people type."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from b24app.frames.formats import Formats
from b24app.frames.rights import Right
from b24app.logistics.model import ShipmentRequest
from b24app.logistics.status import Status
from b24app.store.faces.deal_facts import (
    IntentFacts,
    ShipmentFacts,
)
from b24app.systems import discover
from placements.tab_changes_view import ChangesView, changes_view, open_form, read_form
from tests.unit.placements.conftest import NOW

RULES = discover()["cdek"].manifest.changes
PARTS = ("recipient", "destination", "comment")


def view(shipment: ShipmentFacts, formats: Formats, *rights: Right, **over: Any) -> ChangesView | None:
    return changes_view(replace(shipment, **over), formats, "СДЭК", RULES, rights or tuple(Right))


def test_before_the_parcel_moves_and_after(shipment: ShipmentFacts, ru: Formats) -> None:
    fresh = view(shipment, ru, status=Status.CREATED)
    assert fresh is not None
    assert fresh.form is not None
    assert fresh.anew
    assert {line.part: line.cost for line in fresh.lines} == {
        "recipient": "цена неизвестна", "destination": "цену пересчитают", "comment": "цена неизвестна",
        "cod": "бесплатно", "parcels": "цену пересчитают", "stop": "бесплатно",
    }  # fmt: skip
    moved = view(shipment, ru, status=Status.IN_TRANSIT)
    assert moved is not None
    assert (moved.form and moved.form.parts, moved.anew, moved.stop) == (("destination",), False, True)
    assert not fresh.stop
    assert {line.part: line.cost for line in moved.lines} == {
        "recipient": "нет", "destination": "цена неизвестна", "comment": "нет", "cod": "нет", "parcels": "нет",
        "stop": "платно",
    }  # fmt: skip


def test_a_state_of_which_the_carrier_says_nothing_is_unknown(shipment: ShipmentFacts, ru: Formats) -> None:
    found = view(shipment, ru, status=Status.UNKNOWN)
    assert found is not None
    assert {line.cost for line in found.lines} == {"неизвестно"}
    assert found.form is None
    for status in (Status.DRAFT, Status.SUBMITTING, Status.DELIVERED, Status.CANCELLED, Status.RETURNING):
        assert view(shipment, ru, status=status) is None


def test_rights_and_calls_under_way_take_the_buttons_away(shipment: ShipmentFacts, ru: Formats) -> None:
    def back(*rights: Right, **over: Any) -> bool:
        found = view(shipment, ru, *rights, status=Status.IN_TRANSIT, **over)
        assert found is not None
        return found.stop

    assert (back(Right.CANCEL), back(Right.SHIP)) == (True, False)
    for kind in ("change", "cancel", "stop"):
        assert not back(intents=(IntentFacts(kind, "accepted", 1, None, "", NOW),))

    def buttons(*rights: Right, **over: Any) -> tuple[bool, bool]:
        found = view(shipment, ru, *rights, status=Status.CREATED, **over)
        assert found is not None
        return found.form is not None, found.anew

    assert buttons(Right.SHIP) == (True, False)
    assert buttons(Right.CANCEL) == (False, False)
    assert buttons(Right.SHIP, Right.CANCEL) == (True, True)
    for kind in ("change", "cancel"):
        assert buttons(intents=(IntentFacts(kind, "accepted", 1, None, "", NOW),)) == (False, False)
    assert buttons(intents=(IntentFacts("change", "refused", 1, None, "", NOW),)) == (True, True)


@pytest.mark.parametrize(
    ("typed", "errors"),
    [
        ({"name": " "}, {"name": "empty"}),
        ({"phone": ""}, {"phone": "empty"}),
        ({"phone": "8 900 12"}, {"phone": "phone"}),
        ({"point": ""}, {"point": "empty"}),
        ({"comment": "х" * 256}, {"comment": "long"}),
        ({"name": "Пётр", "phone": "8 (916) 123-45-67"}, {}),
    ],
)
def test_what_is_wrong_is_said_in_its_field(
    request_: ShipmentRequest, typed: dict[str, str], errors: dict[str, str]
) -> None:
    form = open_form(1, request_, PARTS)
    assert read_form(form, request_, {"stamp": form.stamp, **typed})[1].errors == errors


def test_only_what_was_touched_changes(request_: ShipmentRequest) -> None:
    form = open_form(1, request_, PARTS)
    after, same = read_form(form, request_, {**form.values, "stamp": form.stamp})
    assert (after, same.nothing, same.newer) == (request_, True, False)
    after, read = read_form(
        form, request_, {**form.values, "stamp": form.stamp, "phone": "8 (916) 123-45-67", "point": "kzn7"}
    )
    assert after == replace(
        request_,
        point_code="KZN7",
        recipient=replace(request_.recipient, phone="+79161234567", phone_raw="8 (916) 123-45-67"),
    )
    assert (read.errors, read.nothing, read.newer) == ({}, False, False)
    assert read_form(form, request_, {**form.values, "stamp": "older"})[1].newer
    kept, _ = read_form(open_form(1, request_, ("comment",)), request_, {"name": "Чужой", "comment": "Звонить"})
    assert kept == replace(request_, comment="Звонить")
