"""Many orders at once: the port Tracking."""

from __future__ import annotations

from b24app.logistics.errors import Unavailable
from tests.contract.systems.harness import Harness
from tests.contract.systems.parts import ODD, ODD_LISTS, SILENT


def test_many_are_read_at_once_in_few_calls_and_in_their_order(system: Harness) -> None:
    """One call of `read_many` tells of as many as the manifest says, in no more calls than the API needs."""
    states = [system.make(f"wb-{n}-1") for n in range(1, 5)]
    for state in states[2:]:
        system.move(state, system.way()[0])
    asked = [states[n].remote_id for n in (3, 0, 2, 1)]
    system.calls.records.clear()
    read = system.port.read_many(asked)
    assert len(system.calls.records) <= system.most_calls(len(asked))
    assert [state.remote_id for state in read] == asked
    numbers = ["wb-4-1", "wb-1-1", "wb-3-1", "wb-2-1"]
    assert [state.number for state in read] == (numbers if system.tells_numbers else [""] * 4)
    whole = [system.port.read(each).events for each in asked]
    newest = 0 if system.bulk_tells_history else -1
    assert [state.events[newest:] for state in read] == [events[newest:] for events in whole]
    assert system.port.read_many([]) == []


def test_more_than_a_batch_goes_in_two_and_nobody_is_left_behind(system: Harness) -> None:
    """They refuse more at once than they document; most of these are orders that they do not know (any more)."""
    batch = system.manifest.track.batch if system.manifest.track else 1
    mine = [system.make(f"wb-{n}-1").remote_id for n in (1, 2)]
    asked = [mine[0], *system.unknown_ids(batch - 1), mine[1]]
    system.calls.records.clear()
    read = system.port.read_many(asked)
    assert len(system.calls.records) <= system.most_calls(len(asked))
    assert [state.remote_id for state in read if not state.gone] == mine
    assert [state.remote_id for state in read if state.gone] in ([], asked[1:-1])


def test_one_silent_answer_spoils_nothing(system: Harness) -> None:
    """What cannot be read now is left out and read the next time; an order that is not there spoils no other."""
    ids = [system.make(f"wb-{n}-1").remote_id for n in (1, 2)]
    batch = system.manifest.track.batch if system.manifest.track else 1
    for action, params in (*SILENT, *ODD, *ODD_LISTS):
        system.strike(action, system.reading_many(ids), **params)
        read, said = [], ""
        try:
            read = system.port.read_many(ids)
        except Unavailable as error:
            said = str(error)
        assert [state.remote_id for state in read] == (ids[1:] if batch == 1 or system.reads_apart else []), (
            action,
            params,
        )
        assert not any(state.gone for state in read)
        assert system.told(said) == []
        system.no_faults()
    both = system.port.read_many([ids[0], system.no_such_order(), ids[1]])
    assert [state.remote_id for state in both if not state.gone] == ids
