"""CDEK's refusals: four envelopes, every code of the contract, their own words kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from b24app.logistics.problem import Field, Who
from b24app.systems.cdek.errors import (
    ERRORS,
    WARNINGS,
    Said,
    problem_of,
    problems_of,
    request_warnings,
    rows_of,
    said,
)
from b24app.systems.kit.meanings import UNKNOWN

#: cdek.md §16.1 and §6, §9, §10, §12: all codes that the contract names.
CODES = (Path(__file__).parent / "codes.txt").read_text().split()
NO_POINT = "The pick-up point doesn't meet the requirements and no other suitable pick-up point found"
WARNING_CODES = (Path(__file__).parent / "warnings.txt").read_text().split()


@pytest.mark.parametrize("code", CODES)
def test_every_code_of_the_contract_has_a_meaning(code: str) -> None:
    assert ERRORS.of(code) != UNKNOWN


@pytest.mark.parametrize("code", WARNING_CODES)
def test_every_warning_has_a_meaning(code: str) -> None:
    assert WARNINGS.of(code)[0] != "warning_unknown"


@pytest.mark.parametrize(
    ("code", "field", "who"),
    [
        ("ve_receiver_phone_type_incorrect", Field.PHONE, Who.MANAGER),
        ("v2_recipient_location_not_recognized", Field.ADDRESS, Who.MANAGER),
        ("v2_sender_location_not_recognized", Field.SENDER, Who.ADMIN),
        ("err_invalid_tariff_with_dimentions", Field.WEIGHT, Who.MANAGER),
        ("ve_receiver_pickup_point_incorrect", Field.POINT, Who.MANAGER),
        (NO_POINT, Field.POINT, Who.MANAGER),
        ("ve_payer_contract_status_incorrect", Field.ACCOUNT, Who.ADMIN),
        ("error_validate_receiver_city_cash_limit", Field.COD, Who.MANAGER),
        ("ve_as_insurance_min_declared_cost", Field.DECLARED, Who.MANAGER),
        ("invalid_client", Field.ACCOUNT, Who.ADMIN),
    ],
)
def test_a_refusal_names_the_field_and_who_can_fix_it(code: str, field: Field, who: Who) -> None:
    problem = problem_of(Said(code, "их слова"))
    assert (problem.field, problem.who, problem.their_code, problem.their_text) == (field, who, code, "их слова")


@pytest.mark.parametrize(
    ("text", "field", "who"),
    [
        ("[to_location.address] is empty", Field.ADDRESS, Who.MANAGER),
        ("[from_location.code] is empty", Field.SENDER, Who.ADMIN),
        ("recipient.phones is empty", Field.PHONE, Who.MANAGER),
        ("[recipient.phones[0].number] is empty", Field.PHONE, Who.MANAGER),
        ("[recipient.name] is empty", Field.NAME, Who.MANAGER),
        ("[packages[0].items] is empty", Field.ITEMS, Who.MANAGER),
        ("[packages[0].weight] is empty", Field.WEIGHT, Who.MANAGER),
        ("[packages[0].length] is empty", Field.SIZE, Who.MANAGER),
        ("[tariff_code] is empty", Field.SERVICE, Who.ADMIN),
        ("[delivery_point] is empty", Field.POINT, Who.MANAGER),
        ("[items[0].payment.value] is empty", Field.COD, Who.MANAGER),
        ("something is empty", Field.NONE, Who.MANAGER),
    ],
)
def test_an_empty_field_is_found_in_their_message(text: str, field: Field, who: Who) -> None:
    problem = problem_of(Said("v2_field_is_empty", text))
    assert (problem.field, problem.who) == (field, who)


def test_an_unknown_code_is_shown_as_received_and_given_to_the_admin() -> None:
    problem = problem_of(Said("brand_new_code", "Новая причина"))
    assert (problem.code, problem.who) == ("refused_unknown", Who.ADMIN)
    assert (problem.their_code, problem.their_text) == ("brand_new_code", "Новая причина")
    [warning] = request_warnings([{"warnings": [{"code": "brand_new", "message": "Новое"}]}])
    assert (warning.code, warning.their_code, warning.their_text) == ("warning_unknown", "brand_new", "Новое")


def request(*errors: dict[str, str]) -> dict[str, Any]:
    return {"type": "CREATE", "state": "INVALID", "errors": list(errors)}


@pytest.mark.parametrize(
    ("data", "codes"),
    [
        ({"requests": [request({"code": "a", "message": "A"}), request({"code": "b", "message": ""})]}, ["a", "b"]),
        ({"errors": [{"code": "v2_bad_request", "additional_code": "0x1", "message": "m"}]}, ["v2_bad_request"]),
        ({"error": "invalid_client", "error_description": "Bad credentials"}, ["invalid_client"]),
        ({"timestamp": "t", "path": "/v2/orders", "status": 500, "error": "Internal Server Error"}, ["http_500"]),
        ({"entity": {}, "requests": [{"state": "SUCCESSFUL"}]}, []),
        ({"errors": {"code": "single", "message": "an object instead of a list"}}, ["single"]),
        ({"errors": ["text"], "requests": "odd"}, []),
        ([{"code": "MSK1", "errors": []}], []),
        ("text", []),
        (None, []),
    ],
)
def test_errors_are_found_in_every_envelope(data: Any, codes: list[str]) -> None:
    assert [error.code for error in said(data)] == codes


def test_their_description_is_kept_for_sign_in() -> None:
    [error] = said({"error": "invalid_client", "error_description": "Bad credentials"})
    assert error.text == "Bad credentials"


def test_a_repeated_error_is_one_problem() -> None:
    assert len(problems_of([Said("code_invalid", "раз"), Said("code_invalid", "два")])) == 1


def test_rows_are_only_objects() -> None:
    assert rows_of([{"a": 1}, 5, None]) == [{"a": 1}]
    assert rows_of(5) == []
