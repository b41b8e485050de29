"""A portal's fields: read, fitted to roles, and what became of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from b24app.bitrix24 import fields, fitting
from b24app.bitrix24.drift import Drift, drifts, known_of
from b24app.bitrix24.fields import Element, PortalField
from b24app.bitrix24.fitting import KINDS, READ, SEVERAL, Clash, Misfit, clashes, misfit
from b24app.bitrix24.own_fields import OWN, free_name, of_role
from b24app.flows.snapshot import WRITTEN, Role

ROW: dict[str, Any] = {
    "ID": "771", "FIELD_NAME": "UF_CRM_1747309879", "USER_TYPE_ID": "enumeration", "MULTIPLE": "N", "MANDATORY": "N",
    "EDIT_FORM_LABEL": "Как везём", "LIST": [{"ID": "31", "VALUE": "Курьером", "XML_ID": "A"}],
}  # fmt: skip
LIST = (Element("31", "Курьером до двери"), Element("32", "Самовывоз"), Element("33", "Решим потом"))


def made(name: str = "UF_CRM_X", kind: str = "string", title: str = "Поле", **more: Any) -> PortalField:
    return PortalField(name, name.lower(), kind, title, **more)


def test_a_field_is_read_from_both_answers() -> None:
    described = {
        "ufCrm_1747309879": {"upperName": "UF_CRM_1747309879", "isReadOnly": True, "title": "Иначе"},
        "title": {"upperName": "TITLE"},
    }
    [found] = fields.parse_fields([ROW], described)
    assert found == PortalField(
        "UF_CRM_1747309879",
        "ufCrm_1747309879",
        "enumeration",
        "Как везём",
        771,
        read_only=True,
        elements=(Element("31", "Курьером", "A"),),
    )
    assert PortalField.from_json(found.to_json()) == found


def test_what_only_one_answer_tells_is_enough() -> None:
    [bare] = fields.parse_fields([{"FIELD_NAME": "uf_crm_a", "USER_TYPE_ID": "string", "EDIT_FORM_LABEL": None}], {})
    assert (bare.name, bare.api, bare.title) == ("UF_CRM_A", "ufCrmA", "UF_CRM_A")
    [titled] = fields.parse_fields([{"FIELD_NAME": "UF_CRM_A"}], {"x": {"upperName": "UF_CRM_A", "title": "Из схемы"}})
    assert (titled.api, titled.title) == ("x", "Из схемы")


def test_names_come_from_what_the_portal_said() -> None:
    kept = {"fields": [made("UF_CRM_1", "double").to_json()]}
    names = fields.names_of({"price": "UF_CRM_1", "name": "", "of_a_later_version": "UF_CRM_2"}, kept)
    assert (names.api(Role.PRICE), names.kind(Role.PRICE)) == ("uf_crm_1", "double")
    assert names.api(Role.NAME) is None
    assert names.absent({"id": 1}) == {"UF_CRM_1"}
    assert names.absent({"uf_crm_1": None}) == names.absent({"UF_CRM_1": None}) == set()


@pytest.mark.parametrize("role", [*READ, *WRITTEN])
def test_every_type_is_either_right_for_a_role_or_refused(role: Role) -> None:
    everything = {
        "string", "integer", "double", "boolean", "date", "datetime", "money", "url", "address", "enumeration", "file",
        "employee", "crm_status", "crm", "iblock_section", "iblock_element", "rest_12_code",
    }  # fmt: skip
    fit = {kind for kind in everything if misfit(role, made(kind=kind, elements=LIST)) is None}
    assert fit == set(KINDS[role]) != set()


@pytest.mark.parametrize(
    ("role", "kind", "fits"),
    [
        (Role.ADDRESS, "address", True),
        (Role.ADDRESS, "url", False),
        (Role.COD, "integer", True),
        (Role.PHONE, "integer", False),
        (Role.POINT, "integer", False),
        (Role.PRICE, "double", True),
        (Role.PRICE, "integer", False),
        (Role.TRACKING, "integer", False),
        (Role.LINK, "url", True),
        (Role.TYPE, "boolean", True),
        (Role.TYPE, "crm_status", False),
    ],
)
def test_types_that_fit_and_that_do_not(role: Role, kind: str, fits: bool) -> None:
    assert (misfit(role, made(kind=kind, elements=LIST)) is None) is fits


@pytest.mark.parametrize("role", [*READ, *WRITTEN])
def test_several_values_are_read_where_that_means_something_and_never_written(role: Role) -> None:
    found = misfit(role, made(kind=KINDS[role][0], multiple=True, elements=LIST))
    assert (found is None) is (role in SEVERAL)
    assert not SEVERAL & set(WRITTEN)


@pytest.mark.parametrize("role", [*READ, *WRITTEN])
def test_what_cannot_be_written_may_still_be_read(role: Role) -> None:
    field = made(kind=KINDS[role][0], elements=LIST)
    written = role in WRITTEN
    assert misfit(role, replace(field, read_only=True)) is (Misfit.READ_ONLY if written else None)
    assert misfit(role, replace(field, mandatory=True)) is (Misfit.MANDATORY if written else None)


def test_an_empty_list_says_nothing() -> None:
    assert misfit(Role.TYPE, made(kind="enumeration")) is Misfit.NO_VALUES


def test_one_field_cannot_play_two_roles() -> None:
    roles = {
        Role.ADDRESS: "A",
        Role.POINT: "A",
        Role.TRACKING: "T",
        Role.ORDER_ID: "T",
        Role.PHONE: "P",
        Role.LINK: "P",
    }
    assert clashes(roles) == {
        Role.ADDRESS: Clash.INPUTS,
        Role.POINT: Clash.INPUTS,
        Role.TRACKING: Clash.OUTPUTS,
        Role.ORDER_ID: Clash.OUTPUTS,
        Role.PHONE: Clash.OUTPUT_ON_INPUT,
        Role.LINK: Clash.OUTPUT_ON_INPUT,
    }
    assert clashes({Role.NAME: "", Role.COMMENT: "", Role.ADDRESS: "A"}) == {}


def test_values_of_a_list_are_understood_as_far_as_they_speak() -> None:
    assert fitting.guessed_kinds(made(kind="enumeration", elements=LIST)) == {"31": "courier", "32": "pickup"}
    assert fitting.values_of(made(kind="boolean")) == (("Y", ""), ("N", ""))


def test_an_amount_to_collect_never_comes_from_a_field_that_we_write() -> None:
    there = [made("UF_CRM_P", "money"), made("UF_CRM_C", "money", "Взять"), made("UF_CRM_D", "date")]
    found = fitting.money_fields(there, {Role.PRICE: "UF_CRM_P", Role.COD: "UF_CRM_C"})
    assert found == [{"name": "UF_CRM_C", "title": "Взять"}]


def test_our_field_is_the_one_that_fits_and_the_second_name_is_for_the_rest() -> None:
    own = OWN[Role.LINK]
    assert of_role(Role.LINK, []) is None
    assert free_name(Role.LINK, []) == own.name
    wrong = made(own.name, "date")
    assert of_role(Role.LINK, [wrong]) is None
    assert free_name(Role.LINK, [wrong]) == own.names[1]
    second = made(own.names[1], "url")
    assert of_role(Role.LINK, [wrong, second]) == second
    assert of_role(Role.LINK, [made(own.name), second]) == made(own.name)
    assert of_role(Role.NAME, [second]) is None
    assert free_name(Role.LINK, [wrong, second]) == ""


ADDRESS = OWN[Role.ADDRESS].name


def _settings(*there: PortalField, known: tuple[PortalField, ...], **more: Any) -> dict[str, Any]:
    return {
        "fields": [each.to_json() for each in there],
        "field_known": known_of({"address": ADDRESS, "type": "UF_CRM_X"}, known),
        **more,
    }


def test_nothing_drifted_and_nothing_is_said_before_the_first_reading() -> None:
    field = made(ADDRESS, title="Адрес")
    assert drifts({"address": ADDRESS}, _settings(field, known=(field,))) == ()
    assert drifts({"address": ADDRESS}, {}) == ()
    assert drifts({"address": ""}, _settings(field, known=())) == ()


def test_a_field_that_is_gone_is_told_by_the_name_it_had() -> None:
    field, other = made(ADDRESS, title="Адрес"), made("UF_CRM_OTHER")
    [found] = drifts({"address": ADDRESS}, _settings(other, known=(field,)))
    assert (found.what, found.own, found.was) == (Drift.GONE, True, "Адрес")
    [seen] = drifts({"address": ADDRESS}, _settings(field, known=(field,), field_lost=[ADDRESS]))
    assert (seen.what, seen.was) == (Drift.GONE, "Адрес")


def test_another_type_another_name_and_new_values() -> None:
    before = made(ADDRESS, title="Адрес")
    [wrong] = drifts({"address": ADDRESS}, _settings(made(ADDRESS, "date", "Адрес"), known=(before,)))
    assert (wrong.what, wrong.was, wrong.now, wrong.misfit) == (Drift.MISFIT, "string", "date", Misfit.KIND)
    [renamed] = drifts({"address": ADDRESS}, _settings(made(ADDRESS, title="Куда"), known=(before,)))
    assert (renamed.what, renamed.was, renamed.now) == (Drift.RENAMED, "Адрес", "Куда")
    field = made("UF_CRM_X", "enumeration", elements=LIST)
    said = {"31": "courier", "32": "pickup"}
    [more] = drifts({"type": "UF_CRM_X"}, _settings(field, known=(field,), delivery_types=said))
    assert (more.what, more.values, more.own) == (Drift.VALUES, ("Решим потом",), False)
    assert drifts({"type": "UF_CRM_X"}, _settings(field, known=(field,), delivery_types={**said, "33": ""})) == ()
