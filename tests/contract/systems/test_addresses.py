"""Whether a system knows an address: the ports AddressCheck and Cities."""

from __future__ import annotations

from dataclasses import replace

import pytest

from b24app.logistics.addresses import read_address
from b24app.logistics.errors import Refused
from b24app.logistics.problem import Field, Who
from tests.contract.systems.harness import Harness
from tests.contract.systems.parts import ODD, SILENT

UNKNOWN = replace(read_address("Незнамоград, ул. Баумана, 5"), city_names=("Незнамоград",))


def test_an_address_is_held_against_their_directory(system: Harness) -> None:
    if not system.has("AddressCheck"):
        return
    known = system.port.check_address(read_address("Казань, ул. Баумана, 44"))
    assert known.problem is None
    assert (known.city is not None and "Казань" in known.city.name) or "Казань" in known.normal
    assert known.exact in (True, None)
    unknown = system.port.check_address(UNKNOWN)
    assert unknown.problem is not None
    assert (unknown.problem.field in (Field.ADDRESS, Field.CITY), unknown.problem.who) == (True, Who.MANAGER)
    assert unknown.exact is not True
    assert system.world.control.journal(system=system.code, kind="order.accepted") == []


def test_a_silent_directory_says_nothing_about_the_address(system: Harness) -> None:
    if not system.has("AddressCheck"):
        return
    address = read_address("Казань, ул. Баумана, 44")
    said = system.raised_by((*SILENT, *ODD), system.at("address"), lambda: system.open_anew().check_address(address))
    assert said == dict.fromkeys(said, "Unavailable")


def test_a_city_is_found_or_refused_with_what_there_is(system: Harness) -> None:
    if not system.has("Cities"):
        return
    found = system.port.city(read_address("Казань, ул. Баумана, 44"))
    assert found.code
    assert "Казань" in found.name
    assert found.country == "RU"
    assert system.port.city(read_address("Москва, Тверская 1")).code != found.code
    with pytest.raises(Refused) as caught:
        system.port.city(UNKNOWN)
    assert caught.value.problems[0].field in (Field.ADDRESS, Field.CITY)
