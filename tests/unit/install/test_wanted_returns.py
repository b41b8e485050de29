"""Which stage of a portal stands for what, and what is added where; names and fields of the smart process."""

import re
from collections.abc import Sequence

import pytest

from b24app.bitrix24.own_fields import LONGEST
from b24app.bitrix24.smart_process import StageRow, directory_of, field_name, parse_described, parse_stages, related
from b24app.flows.return_process import ReturnField
from b24app.logistics.returning import ReturnStage
from install.labels import LANGUAGES
from install.wanted import Binding, plan_bindings
from install.wanted_returns import (
    EVENTS,
    FIELDS,
    STAGES,
    events,
    field_creation,
    free_title,
    is_event,
    plan_stages,
)

HERE = directory_of(1042, 30)
BORN = [
    StageRow(1, "DT1042_30:NEW", "Начало", 10),
    StageRow(2, "DT1042_30:PREPARATION", "Подготовка", 20),
    StageRow(3, "DT1042_30:CLIENT", "Согласование", 30),
    StageRow(4, "DT1042_30:SUCCESS", "Успех", 40, "S"),
    StageRow(5, "DT1042_30:FAIL", "Провал", 50, "F"),
]


def sorts(adds: Sequence[object]) -> list[int]:
    return [each["SORT"] for each in adds]  # type: ignore[index]


def test_a_new_process_is_laid_out_in_order() -> None:
    plan = plan_stages(BORN, {}, HERE, "ru", fresh=True)
    assert [(row, fields["NAME"], fields["SORT"]) for row, fields in plan.updates] == [
        (5, "Отказано", 100),
        (4, "Закрыт", 90),
        (3, "Забор заказан", 30),
        (2, "Одобрен", 20),
        (1, "Запрошен", 10),
    ]
    assert [(each["STATUS_ID"], each["SORT"], each["SEMANTICS"]) for each in plan.adds] == [
        ("WB_WAY", 40, ""),
        ("WB_HERE", 50, ""),
        ("WB_SEEN", 60, ""),
        ("WB_PAID", 70, ""),
        ("WB_SWAP", 80, ""),
    ]


def test_a_process_of_the_portals_own_keeps_its_stages() -> None:
    plan = plan_stages(BORN, {}, HERE, "ru")
    assert plan.updates == ()
    assert {each: row.row for each, row in plan.found.items()} == {
        ReturnStage.REQUESTED: 1,
        ReturnStage.CLOSED: 4,
        ReturnStage.REFUSED: 5,
    }
    assert sorts(plan.adds) == [11, 12, 13, 14, 15, 16, 17]


@pytest.mark.parametrize("name", ["Едет к нам", "ЕДЕТ", "In transit", "On its way back"])
def test_a_stage_is_known_by_its_name(name: str) -> None:
    plan = plan_stages([*BORN[:3], StageRow(9, "UC_1", name, 35), *BORN[3:]], {}, HERE, "ru")
    assert plan.found[ReturnStage.IN_TRANSIT].row == 9


def test_an_end_of_a_working_stages_name_is_not_taken_for_it() -> None:
    plan = plan_stages([*BORN, StageRow(9, "UC_1", "Одобрен", 60, "F")], {}, HERE, "ru")
    assert ReturnStage.APPROVED not in plan.found


def test_what_we_know_wins_over_names_and_codes() -> None:
    rows = [*BORN[:3], StageRow(8, "DT1042_30:WB_OK", "Едет", 32), StageRow(9, "UC_1", "Одобрен", 35), *BORN[3:]]
    assert plan_stages(rows, {}, HERE, "ru").found[ReturnStage.APPROVED].row == 8
    known = {ReturnStage.IN_TRANSIT: "DT1042_30:WB_OK", ReturnStage.APPROVED: "DT1042_30:CLIENT"}
    found = plan_stages(rows, known, HERE, "ru").found
    assert (found[ReturnStage.IN_TRANSIT].row, found[ReturnStage.APPROVED].row) == (8, 3)


def test_a_stage_that_is_gone_comes_back_to_its_place_and_never_behind_the_ends() -> None:
    rows = [StageRow(at, f"X:{spec.code}", "", 10 * at, spec.semantics) for at, spec in enumerate(STAGES.values(), 1)]
    without = [row for row in rows if row.code not in ("WB_BOOK", "WB_NO")]
    plan = plan_stages(without, {}, HERE, "en")
    assert [(each["NAME"], each["SORT"]) for each in plan.adds] == [("Collection booked", 21), ("Refused", 100)]
    tight = [StageRow(1, "NEW", "", 1), StageRow(2, "WON", "", 2, "S"), StageRow(3, "LOST", "", 3, "F")]
    assert sorts(plan_stages(tight, {}, HERE, "en").adds) == [1] * 7


def test_codes_of_stages_are_short_enough_for_any_prefix() -> None:
    """The server puts `DT1042_30:` before them and cuts at 21 characters (bitrix24-crm.md §1.7)."""
    codes = [spec.code for spec in STAGES.values()]
    assert len(set(codes)) == len(codes) == len(ReturnStage)
    assert all(re.fullmatch(r"[A-Z_]{1,7}", code) for code in codes)
    assert list(STAGES) == list(ReturnStage)


def test_no_two_stages_answer_to_one_name() -> None:
    names = [name for spec in STAGES.values() for name in spec.all_names]
    assert len(names) == len(set(names))


def test_fields_are_named_in_every_language_and_by_letters_alone() -> None:
    for each in ReturnField:
        told = field_creation(each, 12)["field"]
        assert set(told["editFormLabel"]) == set(LANGUAGES)
        assert all(text and text == text.strip() and len(text) < 60 for text in told["editFormLabel"].values())
        assert re.fullmatch(r"UF_CRM_12_[A-Z_]+", told["fieldName"])
        assert len(field_name(99_999_999, FIELDS[each][0])) <= LONGEST


def test_a_title_that_nothing_has() -> None:
    assert free_title("ru", ["Заявки"]) == "Возвраты"
    assert free_title("kz", []) == "Returns"
    assert free_title("ru", ["возвраты"]) == "Возвраты (Waybill)"
    assert free_title("ru", ["Возвраты", "Возвраты (waybill)"]) == "Возвраты (Waybill 2)"


def test_relations_are_handed_back_in_the_words_they_are_taken_in() -> None:
    """`true`/`false` in, `Y`/`N` out; predefined ones may not be given (bitrix24-crm.md §6.1)."""
    told = [
        {"entityTypeId": 7, "isChildrenListEnabled": "N", "isPredefined": "N"},
        {"entityTypeId": 3, "isChildrenListEnabled": "Y", "isPredefined": "Y"},
    ]
    assert related(told, [2]) == [
        {"entityTypeId": 7, "isChildrenListEnabled": "false"},
        {"entityTypeId": 2, "isChildrenListEnabled": "true"},
    ]


def test_what_a_type_lacks_is_read_from_its_fields() -> None:
    told = parse_described({"fields": {"title": {}, "opportunity": {}, "ufX": {"upperName": "UF_CRM_12_X"}}})
    assert (told.lacks, told.of_deals, told.category) == (("isStagesEnabled", "isClientEnabled"), False, 0)
    assert told.names["UF_CRM_12_X"] == "ufX"


def test_stages_of_another_directory_are_not_ours() -> None:
    rows = [
        {"ID": "9", "ENTITY_ID": HERE, "STATUS_ID": "B", "NAME": "б", "SORT": "20", "SEMANTICS": None},
        {"ID": "8", "ENTITY_ID": HERE, "STATUS_ID": "A", "NAME": "а", "SORT": "10", "SEMANTICS": "S"},
        {"ID": "7", "ENTITY_ID": "DEAL_STAGE", "STATUS_ID": "C", "NAME": "в", "SORT": "5", "SEMANTICS": None},
    ]
    assert parse_stages(rows, HERE) == [StageRow(8, "A", "а", 10, "S"), StageRow(9, "B", "б", 20)]


def test_what_belongs_to_another_process_goes() -> None:
    here = "https://app/b24/events"
    listed = ["ONCRMDYNAMICITEMADD", *(f"{each}_1042" for each in EVENTS)]
    assert events(1042, listed) == tuple(f"{each}_1042" for each in EVENTS)
    assert events(1044, listed) == EVENTS
    bound = [Binding("ONCRMDEALUPDATE", here), Binding("onCrmDynamicItemAdd_1042", here)]
    plan = plan_bindings(bound, ["ONCRMDEALUPDATE", *events(1044, listed)], here, is_event)
    assert plan.stale == (Binding("ONCRMDYNAMICITEMADD_1042", here),)
    assert [each.name for each in plan.missing] == list(EVENTS)
    assert plan_bindings(bound, ["ONCRMDEALUPDATE"], here, is_event).missing == ()
