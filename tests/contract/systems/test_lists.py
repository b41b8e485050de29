"""What an administrator chooses from: the port Lists."""

from __future__ import annotations

import json

import pytest

from b24app.logistics.errors import AccountProblem
from b24app.logistics.picking import PACKED
from b24app.logistics.status import Status
from tests.contract.systems.harness import Harness

KINDS = ("remote", "map")


def test_each_setting_that_lives_there_has_its_list(system: Harness) -> None:
    named = [field for field in system.manifest.settings_form if field.kind in KINDS]
    assert bool(named) is system.has("Lists")
    for field in named:
        options = system.port.options(field.name)
        assert options or not field.required, field.name
        assert all(each.code and each.title for each in options), field.name
        assert len({each.code for each in options}) == len(options), field.name
        assert all(each.means in ("", PACKED, *Status) for each in options), field.name
        if field.required:
            assert system.settings.get(field.name) in [each.code for each in options], field.name


def test_a_chosen_meaning_is_taken_and_an_unchosen_state_is_unknown(system: Harness) -> None:
    if not system.has("Lists"):
        return
    for field in system.manifest.settings_form:
        if field.kind != "map" or field.name != system.states_setting:
            continue
        order = system.make()
        system.move(order, "accepted_at_warehouse")
        told = [event for event in system.port.read(order.remote_id).events if event.status][-1]
        other = system.open(**{field.name: json.dumps({told.code: Status.IN_TRANSIT.value})})
        assert [event.status for event in other.read(order.remote_id).events][-1] is Status.IN_TRANSIT
        nothing = system.open(**{field.name: json.dumps({"nobody": Status.IN_TRANSIT.value})})
        last = nothing.read(order.remote_id).events[-1]
        assert (last.status, last.code) == (Status.UNKNOWN, told.code)


def test_lists_are_not_for_strangers(system: Harness) -> None:
    named = [field.name for field in system.manifest.settings_form if field.kind in KINDS]
    if not named:
        return
    setting, value, _ = system.wrong_keys[0]
    with pytest.raises(AccountProblem):
        system.open(**{setting: value}).options(named[0])
