"""Which codes of a system a person is shown."""

from __future__ import annotations

import pytest

from placements.codes import telling


@pytest.mark.parametrize("code", ["", "5", "CREATED", "Закрыт", "ced876d3", "shortage"])
def test_a_code_that_a_person_may_know_is_shown(code: str) -> None:
    assert telling(code) == code


@pytest.mark.parametrize("code", ["4f2663b0-e9d8-53b4-9f6f-cf21b0ec3832", "short:KM-GR-H"])
def test_a_key_of_a_database_and_a_code_of_our_own_are_not(code: str) -> None:
    assert telling(code) == ""
