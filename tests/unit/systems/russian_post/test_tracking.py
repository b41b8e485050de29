"""Operations of Russian Post in our words: the whole table, both clocks, turns back, and several items."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from b24app.logistics.status import Incident, Status
from b24app.systems.russian_post.tracking import Operation, from_record, from_ticket, from_words, history, merged
from b24app.systems.russian_post.vocabulary import (
    ATTRIBUTE_NUMBERS,
    BY_STATUS,
    STATUSES,
    TYPE_NUMBERS,
    incident_of,
    status_of,
    zone_of,
)

START = datetime(2026, 2, 10, 9, tzinfo=UTC)
#: §14.3: the attributes of each type; 0 alone where none are listed.
DIRECTORY = {
    1: range(1, 12), 2: range(32), 3: range(1, 24), 4: range(1, 20), 5: (1, 2, 3, 8, 9), 6: range(1, 6),
    7: range(1, 5), 8: range(79), 9: (1, 2), 12: range(1, 31), 14: range(1, 27), 21: (1, 2, 3), 22: range(1, 10),
    24: (1, 2, 3, 4, 5, 1019, 1050, 1099), 26: (1, 2), 31: (1, 5, 82), 33: (1, 2, 3), 35: range(1, 10), 36: (0, 1, 2),
    38: (4, 13, 25), 39: range(1, 10), 40: (1, 2, 3), 41: range(1, 7), 42: range(1, 31), 44: range(1, 16),
    49: range(1, 7), 50: range(1, 9), 51: range(1, 7), 53: (1, 2, 3), 54: (1, 2), 55: range(1, 7), 56: (1,),
    60: range(1, 6), 1027: range(1, 5),
}  # fmt: skip
TYPES = [*range(1, 64), 1027]


def ops(*codes: str, start: datetime = START) -> list[Operation]:
    return [
        Operation(int(code.split("/")[0]), int(code.split("/")[1]), start + timedelta(hours=n))
        for n, code in enumerate(codes)
    ]


def test_every_documented_operation_has_a_meaning() -> None:
    """Unknown is only what the directory does not have; every reason of a failure is known."""
    unknown = [
        (number, attribute) for number in TYPES for attribute in DIRECTORY.get(number, (0,))
        if status_of(number, attribute) is Status.UNKNOWN
    ]  # fmt: skip
    assert unknown == []
    unreasoned = [
        (number, attribute) for number in (3, 12, 22, 35, 38, 42, 44, 50, 51, 55, 60) for attribute in DIRECTORY[number]
        if incident_of(number, attribute) in (None, Incident.UNKNOWN)
    ]  # fmt: skip
    assert unreasoned == []


@pytest.mark.parametrize(
    ("pair", "status"),
    [
        ((28, 0), Status.CREATED), ((1, 2), Status.ACCEPTED_AT_WAREHOUSE), ((8, 4), Status.IN_TRANSIT),
        ((8, 2), Status.READY_FOR_PICKUP), ((8, 74), Status.READY_FOR_PICKUP), ((8, 15), Status.OUT_FOR_DELIVERY),
        ((2, 1), Status.DELIVERED), ((2, 25), Status.DELIVERED), ((2, 31), Status.RETURNED),
        ((2, 2), Status.RETURNED), ((12, 6), Status.DELIVERY_FAILED), ((12, 28), Status.LOST),
        ((3, 99), Status.RETURNING),
        ((46, 0), Status.CANCELLED), ((44, 2), Status.REJECTED), ((18, 0), Status.LOST), ((1027, 3), Status.LOST),
        ((26, 2), None), ((8, 78), None), ((2, 99), Status.UNKNOWN), ((8, 99), Status.UNKNOWN),
        ((1999, 77), Status.UNKNOWN),
    ],
)  # fmt: skip
def test_some_of_them(pair: tuple[int, int], status: Status | None) -> None:
    assert status_of(*pair) is status


def test_the_same_operation_means_other_things_on_other_ways() -> None:
    assert status_of(8, 2, door=True) is Status.IN_TRANSIT
    assert status_of(8, 9, door=True) is Status.READY_FOR_PICKUP
    assert status_of(8, 2, back=True) is Status.RETURNING
    assert status_of(2, 0) is Status.DELIVERED
    assert status_of(2, 0, back=True) is Status.RETURNED


def test_words_of_otpravka_are_those_numbers() -> None:
    words = ("ACCEPTING", "GIVING", "PROCESSING", "ID_ASSIGNMENT", "ID_ASSIGNMENT_CANCELATION", "PARTIAL_DELIVERY")
    assert [TYPE_NUMBERS[word] for word in words] == [1, 2, 8, 28, 46, 48]
    strange = {pair for pair in ATTRIBUTE_NUMBERS if pair[0] not in DIRECTORY and ATTRIBUTE_NUMBERS[pair] != 0}
    assert strange == set()
    assert all(status_of(kind, number) is not Status.UNKNOWN for (kind, _), number in ATTRIBUTE_NUMBERS.items())


@pytest.mark.parametrize(
    ("kind", "attribute", "code", "status"),
    [
        ("PROCESSING", "ARRIVED", "8/2", Status.READY_FOR_PICKUP),
        ("TRYING", "SOMETHING_NEW", "TRYING/SOMETHING_NEW", Status.DELIVERY_FAILED),
        ("PROCESSING", "SOMETHING_NEW", "PROCESSING/SOMETHING_NEW", Status.UNKNOWN),
        ("PROCESSING", "", "PROCESSING", None),
        ("ACCEPTING", "", "ACCEPTING", Status.ACCEPTED_AT_WAREHOUSE),
        ("UNKNOWN", "", "UNKNOWN", None),
        ("TELEPORTED", "", "TELEPORTED", Status.UNKNOWN),
    ],
)
def test_words_that_have_no_number(kind: str, attribute: str, code: str, status: Status | None) -> None:
    [event], _ = history([from_words(kind, attribute, START, "По-русски")], door=False)
    assert (event.code, event.status, event.text) == (code, status, "По-русски")


@pytest.mark.parametrize(
    ("index", "hour"), [("101000", 6), ("690000", 23), ("236000", 7), ("620000", 4), ("904001", 6), ("", 6)]
)
def test_a_ticket_tells_the_clock_of_the_office(index: str, hour: int) -> None:
    row = {
        "OperTypeID": 8,
        "OperCtgID": 2,
        "OperName": "Прибыло",
        "DateOper": "10.02.2026 09:00:00",
        "IndexOper": index,
    }
    operation = from_ticket(row)
    assert (operation.at.hour, operation.at.tzinfo, operation.code) == (hour, UTC, "8/2")
    assert zone_of("101000").key == "Europe/Moscow"
    with pytest.raises(ValueError, match="2026"):
        from_ticket({**row, "DateOper": "2026-02-10"})


def test_a_record_of_single_access() -> None:
    moscow = datetime.fromisoformat("2026-02-10T12:00:00+03:00")
    record = {
        "AddressParameters": {"OperationAddress": {"Index": "420000", "Description": "Казань"}},
        "OperationParameters": {"OperType": {"Id": 28, "Name": "Присвоение идентификатора"},
                                "OperAttr": {"Id": 0, "Name": None}, "OperDate": moscow},
    }  # fmt: skip
    assert from_record(record) == Operation(28, 0, START, "420000", "Присвоение идентификатора")
    with pytest.raises(KeyError):
        from_record({})


def test_a_turn_back_colours_what_follows() -> None:
    events, _ = history(ops("1/2", "8/2", "3/1", "8/20", "8/2", "2/2"), door=False)
    assert [event.status for event in events] == [
        Status.ACCEPTED_AT_WAREHOUSE, Status.READY_FOR_PICKUP, Status.RETURNING, Status.RETURNING, Status.RETURNING,
        Status.RETURNED,
    ]  # fmt: skip
    assert [event.back for event in events] == [False, False, True, True, True, True]
    assert events[2].problem is not None
    assert (events[2].incident, events[2].problem.code) == (Incident.STORAGE_EXPIRED, "delivery_storage_expired")


def test_a_cancellation_takes_the_operation_before_it_back() -> None:
    events, retracted = history(ops("1/2", "3/1", "26/2", "8/2", "2/1"), door=False)
    assert [event.code for event in retracted] == ["3/1"]
    assert [event.status for event in events] == [
        Status.ACCEPTED_AT_WAREHOUSE, None, Status.READY_FOR_PICKUP, Status.DELIVERED,
    ]  # fmt: skip
    assert history(ops("26/2"), door=False)[1] == ()


def test_operations_come_in_any_order_and_an_unknown_reason_is_listed() -> None:
    events, _ = history(list(reversed(ops("1/2", "12/99"))), door=False)
    assert [event.code for event in events] == ["1/2", "12/99"]
    assert (events[1].incident, events[1].reason) == (Incident.UNKNOWN, "12/99")
    assert events[1].problem is not None
    assert events[1].problem.code == "delivery_other"


def test_an_order_is_delivered_when_its_last_item_is() -> None:
    first, later = ops("1/2", "2/1"), ops("1/2", "8/2", "2/1", start=START + timedelta(minutes=30))
    only, _ = merged([(first, False), (later[:2], False)])
    assert Status.DELIVERED not in [event.status for event in only]
    assert [event.code for event in only] == ["1/2", "1/2", "2/1", "8/2"]
    both, _ = merged([(first, False), (later, False)])
    assert [event.status for event in both][-1] is Status.DELIVERED
    assert [event.status for event in both].count(Status.DELIVERED) == 1
    mixed, _ = merged([(ops("1/2", "2/1"), False), (ops("1/2", "3/4", "2/2", start=START + timedelta(hours=3)), False)])
    assert [event.status for event in mixed][-1] is Status.RETURNED


def test_the_table_names_no_pair_twice() -> None:
    assert len(STATUSES) == sum(map(len, BY_STATUS.values()))
    assert STATUSES[(12, 28)] is Status.LOST
    assert STATUSES[(12, None)] is Status.DELIVERY_FAILED
