"""What a warehouse tells of an order: rows, packages, shortages; and the lists that its settings choose from."""

from __future__ import annotations

from decimal import Decimal

from b24app.logistics.errors import Unavailable
from b24app.logistics.picking import PACKED
from b24app.logistics.status import Incident, Status
from tests.contract.systems.harness import Harness


def test_a_packed_order_says_what_was_picked_and_measured(system: Harness) -> None:
    if system.manifest.kind != "warehouse":
        return
    state = system.make()
    assert state.packed is None
    announced = system.request().parcels[0]
    system.advance(60)
    system.pack(state)
    read = system.port.read(state.remote_id)
    assert [(line.sku, line.ordered, line.picked, line.short) for line in read.lines] == [("CUP-1", 2, 2, 0)]
    assert read.packed is not None
    for parcel in read.packed.parcels:
        assert parcel.weight_g in (announced.weight_g + 300, 600 + 300)
        assert sorted((parcel.length_mm, parcel.width_mm, parcel.height_mm)) == [150, 200, 300]
    assert not [event for event in read.events if event.problem]
    system.move(state, "in_transit")
    [gone] = system.port.read_many([state.remote_id])
    assert gone.packed is not None
    assert [event.status for event in gone.events if event.status][-1] is Status.IN_TRANSIT


def test_a_shortage_is_told_with_its_article_and_the_order_goes_on(system: Harness) -> None:
    if system.manifest.kind != "warehouse":
        return
    state = system.make()
    system.advance(60)
    system.pack(state, short=1)
    [read] = system.port.read_many([state.remote_id])
    assert [line.short for line in read.lines] == [Decimal(1)]
    [told] = [event for event in read.events if event.problem]
    assert told.incident is Incident.MISSING_GOODS
    assert told.problem is not None
    assert told.problem.code == "short_picked"
    assert (told.problem.params["sku"], str(told.problem.params["short"])) == ("CUP-1", "1")
    assert read.packed is not None
    again = [event.key for event in system.port.read(state.remote_id).events]
    assert again == [event.key for event in read.events]


def test_lists_of_settings_come_from_the_system(system: Harness) -> None:
    if not system.has("Lists"):
        return
    for field in system.manifest.settings_form:
        if field.kind not in ("remote", "map") or field.name in system.lists_elsewhere:
            continue
        options = system.port.options(field.name)
        assert options, field.name
        assert all(option.code and option.title for option in options)
        assert len({option.code for option in options}) == len(options)
        if field.kind == "map":
            meanings = {option.means for option in options} - {""}
            assert meanings <= {PACKED, *map(str, Status)}, field.name
            assert meanings, field.name
    assert system.port.options("nothing of the kind") == []
    system.fault("status", "*", times=None, status=503)
    for field in system.manifest.settings_form:
        if field.kind in ("remote", "map") and field.name not in system.lists_elsewhere:
            try:
                system.open_anew().options(field.name)
            except Unavailable:
                continue
            raise AssertionError(f"{field.name}: a list from a silent system")
