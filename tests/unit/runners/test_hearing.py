"""Callbacks that anybody who knows the address can write: they name orders, or nothing, and never stop the lane."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from b24app.logistics.ports import CallbackHint
from b24app.runners.connection.chores import hints_in
from b24app.systems.apiship import callbacks as apiship
from b24app.systems.cdek import callbacks as cdek
from b24app.systems.kit import one_c_callbacks
from b24app.systems.moysklad.callbacks import events_of


class System:
    """Reads a body as 1C's, CDEK's, ApiShip's and MoySklad's do."""

    def parse(self, headers: Mapping[str, str], body: bytes) -> list[CallbackHint]:
        found = [*one_c_callbacks.parse_callback(body), *cdek.parse_callback(body), *apiship.parse_callback(body)]
        return [*found, *(CallbackHint(identifier) for _, identifier in events_of(body))]


def test_a_body_names_an_order() -> None:
    body = '{"event": "status", "id": "Заказ 7/а", "externalId": "wb-42-1"}'.encode()
    assert ("Заказ 7/а", "wb-42-1") in [(hint.remote_id, hint.number) for hint in hints_in(System(), {}, body)]


@pytest.mark.parametrize("id_", ["\\ud800", "\\u0000", "a\\u0000b"])
@pytest.mark.parametrize("place", ["id", "externalId"])
def test_what_no_database_takes_is_no_name(place: str, id_: str) -> None:
    row = {"event": '"status"', "id": '"7"', "externalId": '"wb-42-1"', place: f'"{id_}"'}
    body = "{" + ", ".join(f'"{name}": {value}' for name, value in row.items()) + "}"
    assert hints_in(System(), {}, body.encode()) == []


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"events": ' * 50_000, b'{"a":' * 100_000 + b"1" + b"}" * 100_000])
def test_brackets_without_end_name_nothing(body: bytes) -> None:
    assert hints_in(System(), {}, body) == []
