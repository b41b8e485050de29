"""What is saved about deal fields, whatever a browser sends; what the page offers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from b24app.bitrix24.drift import known_of
from b24app.bitrix24.fields import Element, PortalField
from b24app.bitrix24.own_fields import OWN
from b24app.flows.snapshot import CodSource
from b24app.frames.formats import Formats
from b24app.frames.words import words
from b24app.store.faces.portal import PortalFacts
from b24app.store.models import InstallStep, Pipeline, Portal
from placements.app.fields import progress
from placements.app.fields_saving import read_form
from placements.app.fields_view import fields_page

FORMATS = Formats(words("en"), UTC, datetime(2026, 11, 12, 11, 30, tzinfo=UTC))
THEIRS = (
    PortalField("UF_CRM_A", "ufCrmA", "address", "Where to"),
    PortalField("UF_CRM_N", "ufCrmN", "string", "Number"),
    PortalField("UF_CRM_D", "ufCrmD", "date", "When"),
    PortalField("UF_CRM_F", "ufCrmF", "boolean", "Collects it"),
    PortalField("UF_CRM_L", "ufCrmL", "enumeration", "How", elements=(Element("1", "By courier"), Element("2", "?"))),
)
OURS = tuple(
    PortalField(own.name, own.name, own.kind, own.name, elements=(Element("31", "Courier"),)) for own in OWN.values()
)
ROLES = {role.value: own.name for role, own in OWN.items()}
FORM = {**{f"role_{role}": "own" for role in ROLES}, "means_31": "courier"}


def facts(there: tuple[PortalField, ...] = (*OURS, *THEIRS), **more: Any) -> PortalFacts:
    roles = {**ROLES, **more.pop("roles", {})}
    settings = {
        "fields": [each.to_json() for each in there],
        "field_known": known_of(roles, (*OURS, *THEIRS)),
        "delivery_types": {"31": "courier"},
        **more.pop("settings", {}),
    }
    return PortalFacts(
        portal=Portal(settings=settings),
        connections=(),
        pipelines=more.pop("pipelines", {}),
        steps=more.pop("steps", ()),
        roles=roles,
    )


def errors(known: PortalFacts | None = None, **chosen: str) -> dict[str, str]:
    form = {**FORM, **{key if key.startswith("means_") else f"role_{key}": value for key, value in chosen.items()}}
    return read_form(form, known or facts()).errors


def test_our_own_fields_need_no_decision() -> None:
    chosen = read_form(FORM, facts())
    assert chosen.errors == {}
    assert chosen.to_make == []
    assert {role.value: name for role, name in chosen.roles.items() if name} == ROLES
    assert chosen.meanings == {"31": "courier"}


@pytest.mark.parametrize(
    ("chosen", "wrong"),
    [
        ({"address": "UF_CRM_A"}, {}),
        ({"address": "UF_CRM_D"}, {"address": "misfit"}),
        ({"address": "UF_CRM_NOBODY"}, {"address": "gone"}),
        ({"address": ""}, {"address": "needed"}),
        ({"tracking": ""}, {"tracking": "needed"}),
        ({"link": "", "price": "", "status": "", "point_code": "", "phone": ""}, {}),
        ({"name": "own"}, {"name": "gone"}),
        ({"tracking": "UF_CRM_N", "status": "UF_CRM_N"}, {"tracking": "two_outputs", "status": "two_outputs"}),
        ({"tracking": "UF_CRM_N", "name": "UF_CRM_N"}, {"tracking": "output_on_input", "name": "output_on_input"}),
        ({"comment": "UF_CRM_N", "name": "UF_CRM_N"}, {"comment": "two_inputs", "name": "two_inputs"}),
        ({"name": ROLES["tracking"]}, {"tracking": "output_on_input", "name": "output_on_input"}),
        ({"type": ""}, {}),
        ({"type": "UF_CRM_F", "means_Y": "pickup", "means_N": ""}, {"type": "kinds_both"}),
        ({"type": "UF_CRM_F", "means_Y": "pickup", "means_N": "courier"}, {}),
        ({"type": "UF_CRM_L", "means_1": "", "means_2": ""}, {"type": "kinds"}),
        ({"type": "UF_CRM_L", "means_1": "rocket", "means_2": ""}, {"type": "kinds"}),
    ],
)
def test_what_is_refused(chosen: dict[str, str], wrong: dict[str, str]) -> None:
    assert errors(None, **chosen) == wrong


def test_a_list_that_was_just_chosen_is_understood_as_far_as_it_speaks() -> None:
    chosen = read_form({**FORM, "role_type": "UF_CRM_L"}, facts())
    assert (chosen.errors, chosen.meanings) == ({}, {"1": "courier", "2": ""})


def test_ours_is_made_when_it_is_not_there_and_refused_when_its_names_are_taken() -> None:
    without = tuple(each for each in (*OURS, *THEIRS) if each.name != ROLES["link"])
    chosen = read_form(FORM, facts(without))
    assert ([role.value for role in chosen.to_make], chosen.errors) == (["link"], {})
    taken = tuple(PortalField(name, name, "date", "x") for name in OWN[chosen.to_make[0]].names)
    assert errors(facts((*without, *taken))) == {"link": "taken"}


def test_a_field_by_which_a_pipeline_collects_cannot_just_be_left_out() -> None:
    pipeline = Pipeline(enabled=True, settings={"cod_source": CodSource.FIELD.value})
    known = facts(roles={"cod": "UF_CRM_N"}, pipelines={0: pipeline})
    assert errors(known, cod="") == {"cod": "cod_used"}
    assert errors(known, cod="UF_CRM_N") == {}


def test_what_drifted_does_not_keep_the_rest_from_being_saved() -> None:
    known = facts(OURS, roles={"address": "UF_CRM_A"})
    assert errors(known, address="UF_CRM_A") == {}


def test_the_page_offers_what_fits_and_says_why_not_the_rest() -> None:
    page = fields_page(facts(), FORMATS)
    rows = {row.role: row for row in (*page.read, *page.written)}
    assert [each.label for each in rows["address"].offered] == [
        "UF_CRM_DELIVERY_ADDRESS (ours)",
        *[each.title for each in OURS if each.kind == "string" and each.name != ROLES["address"]],
        "Where to",
        "Number",
    ]
    why = {each.label: each.why for each in rows["address"].refused}
    assert why["When"] == "is a date, needed is an address, text"
    assert [(each.value, each.chosen) for each in rows["link"].offered if each.chosen] == [("own", True)]
    assert rows["name"].offered[0].chosen
    assert [(each.title, each.kind) for each in rows["type"].meanings] == [("Courier", "courier")]
    typed = fields_page(facts(), FORMATS, {**FORM, "role_type": "UF_CRM_F"})
    assert [each.title for each in next(row for row in typed.read if row.role == "type").meanings] == ["Yes", "No"]


def test_a_field_that_is_gone_stays_in_its_list_until_another_is_chosen() -> None:
    page = fields_page(facts(OURS, roles={"address": "UF_CRM_A"}), FORMATS)
    [gone] = [each for each in page.read[0].offered if each.gone]
    assert (gone.label, gone.chosen) == ("Where to", True)
    [card] = page.drifted
    assert (card.what, card.own, card.acts, card.written) == ("gone", False, ("own",), False)


def test_the_step_is_done_while_every_field_works() -> None:
    assert progress(facts(), FORMATS).done
    assert progress(facts(roles={"address": "UF_CRM_A"}), FORMATS).hint == "1 field of yours"
    bad = progress(facts(THEIRS[1:], roles={"address": "UF_CRM_A"}), FORMATS)
    assert (bad.done, bad.hint) == (False, "10 fields do not work".replace("10", str(len(ROLES))))


def test_why_the_reading_failed_is_told_in_their_words() -> None:
    step = InstallStep(step="fields", state="failed", words="refused|Access denied")
    page = fields_page(facts(steps=(step,)), FORMATS)
    assert (page.failed, page.reading) == (("refused", "Access denied"), False)
    assert fields_page(facts(steps=(InstallStep(step="fields", state="waiting"),)), FORMATS).reading
