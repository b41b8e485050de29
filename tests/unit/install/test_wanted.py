import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from b24app.bitrix24.own_fields import LONGEST, OWN
from b24app.flows.snapshot import Role
from install.labels import LANGUAGES
from install.wanted import STAGE_CODE, Binding, Stage, creation, plan_bindings, plan_stage

OPEN = [Stage("NEW", "Новая", 10), Stage("EXECUTING", "В работе", 20), Stage("WON", "Успех", 30, "S")]


def test_field_names_are_those_the_portal_will_really_give() -> None:
    names = [name for own in OWN.values() for name in own.names]
    assert {"UF_CRM_DELIVERY_ADDRESS", "UF_CRM_DELIVERY_PHONE", "UF_CRM_DELIVERY_TYPE", "UF_CRM_PVZ_CODE"} <= set(names)
    assert "UF_CRM_LOGISTICS_ORDER_ID" in names
    # Letters alone: with digits their camelCase would not be certain (bitrix24-crm.md §4.1).
    assert all(len(name) <= LONGEST and re.fullmatch(r"UF_CRM_[A-Z_]+", name) for name in names)
    assert creation(Role.ADDRESS, OWN[Role.ADDRESS].name, "ru")["fields"]["FIELD_NAME"] == "DELIVERY_ADDRESS"


def test_fields_are_named_in_every_language_that_a_portal_may_speak() -> None:
    listed = Path(__file__).parents[3] / "node_modules/@bitrix24/b24jssdk/dist/esm/core/language/list.mjs"
    spoken = set(re.findall(r'B24LangList2\["(\w+)"\]', listed.read_text("utf-8")))
    assert len(spoken) > 15
    for role in OWN:
        told = creation(role, OWN[role].name, "ru")["fields"]["EDIT_FORM_LABEL"]
        assert set(told) == spoken == set(LANGUAGES)
        assert all(text and text == text.strip() and len(text) < 60 for text in told.values())


def test_values_of_the_list_speak_the_portals_language() -> None:
    of = {lang: creation(Role.TYPE, "UF_CRM_DELIVERY_TYPE", lang)["fields"]["LIST"] for lang in ("ru", "en")}
    assert [row["VALUE"] for row in of["ru"]] == ["Курьер", "Пункт выдачи"]
    assert [(row["VALUE"], row["XML_ID"]) for row in of["en"]] == [("Courier", "COURIER"), ("Pickup point", "PICKUP")]


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
