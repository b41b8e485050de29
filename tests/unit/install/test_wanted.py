from collections.abc import Sequence

import pytest

from install.wanted import FIELDS, STAGE_CODE, Binding, Stage, missing_fields, plan_bindings, plan_stage

OPEN = [Stage("NEW", "Новая", 10), Stage("EXECUTING", "В работе", 20), Stage("WON", "Успех", 30, "S")]


def test_field_names_are_those_the_portal_will_really_give() -> None:
    names = [wanted.name for wanted in FIELDS]
    assert names[:4] == ["UF_CRM_DELIVERY_ADDRESS", "UF_CRM_DELIVERY_PHONE", "UF_CRM_DELIVERY_TYPE", "UF_CRM_PVZ_CODE"]
    assert "UF_CRM_LOGISTICS_ORDER_ID" in names
    assert all(len(name) <= 50 and name == name.upper() for name in names)
    assert FIELDS[0].creation()["fields"]["FIELD_NAME"] == "DELIVERY_ADDRESS"


def test_only_missing_fields_are_added() -> None:
    missing = missing_fields(["uf_crm_delivery_address", "UF_CRM_PVZ_CODE", "UF_CRM_OTHER"])
    assert [wanted.name for wanted in missing] == [
        w.name for w in FIELDS if w.name not in {"UF_CRM_DELIVERY_ADDRESS", "UF_CRM_PVZ_CODE"}
    ]


def test_bindings_end_as_wanted_whatever_was_there() -> None:
    here, old = "https://new/b24/events", "https://old/b24/events"
    plan = plan_bindings(
        [Binding("onCrmDealAdd", here), Binding("ONCRMDEALUPDATE", old)], ["ONCRMDEALADD", "ONCRMDEALUPDATE"], here
    )
    assert plan.stale == (Binding("ONCRMDEALUPDATE", old),)
    assert plan.missing == (Binding("ONCRMDEALUPDATE", here),)


@pytest.mark.parametrize(
    ("stages", "found"),
    [
        ([*OPEN, Stage(STAGE_CODE, "Переименовали", 25)], STAGE_CODE),
        ([*OPEN, Stage(f"C3:{STAGE_CODE}", "Переименовали", 25)], f"C3:{STAGE_CODE}"),
        ([*OPEN, Stage("UC_1", "передано на ОТГРУЗКУ", 25)], "UC_1"),
        ([*OPEN, Stage("UC_2", "Transferred for shipment", 25)], "UC_2"),
    ],
)
def test_a_stage_that_is_there_is_used(stages: Sequence[Stage], found: str) -> None:
    assert plan_stage(stages, "DEAL_STAGE", "ru").found == found


def test_a_final_stage_of_that_name_is_not_taken_for_it() -> None:
    plan = plan_stage([*OPEN, Stage("X", "Передано на отгрузку", 40, "S")], "DEAL_STAGE", "ru")
    assert plan.found == ""
    assert plan.add


@pytest.mark.parametrize(("last", "final", "sort"), [(20, 30, 29), (20, 100, 30), (20, 21, 20)])
def test_a_new_stage_stands_before_the_final_ones(last: int, final: int, sort: int) -> None:
    stages = [Stage("NEW", "Новая", last), Stage("WON", "Успех", final, "S")]
    plan = plan_stage(stages, "DEAL_STAGE", "en")
    assert (plan.add["fields"]["SORT"], plan.add["fields"]["NAME"]) == (sort, "Transferred for shipment")
    assert plan.add["fields"]["SORT"] < final
