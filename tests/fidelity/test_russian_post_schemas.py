"""Answers of the real Otpravka as they were observed (`data/russian_post.json`): the emulator's satisfy every schema,
and our plug-in works with what was observed alone."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
import requests
from jsonschema import Draft202012Validator

from b24app.systems.russian_post.orders import parse_order
from b24app.systems.russian_post.quotes import parse_rate
from sandbox.world import World

DATA: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "russian_post.json").read_text("utf-8"))
ORDER = {
    "order-num": "fid-1", "address-type-to": "DEFAULT", "index-to": 420000, "region-to": "Респ Татарстан",
    "place-to": "г Казань", "street-to": "ул Баумана", "house-to": "44", "recipient-name": "Северцева Мария И",
    "surname": "Северцева", "given-name": "Мария", "middle-name": "И", "tel-address": 79000001462, "mail-direct": 643,
    "mail-type": "POSTAL_PARCEL", "mail-category": "ORDINARY", "mass": 700, "postoffice-code": "101000",
}  # fmt: skip
PERSON = {"raw-address": "Казань", "raw-full-name": "Мария", "raw-telephone": "79000001462"}
START = {"address-type": "DEFAULT", "index": "420000", "place": "г Казань", "region": "Респ Татарстан"}
BACK = {"address-from": START, "mail-type": "EASY_RETURN", "sender-name": "Мария", "recipient-name": "ООО Ромашка"}
QUOTE = {"index-to": "420000", "mail-type": "POSTAL_PARCEL", "mail-category": "ORDINARY", "mass": 700}
ADDRESS = [{"id": "1", "original-address": "Казань, ул. Баумана, 44"}]


class Caller:
    """Calls of one account, each answer held against its schema."""

    def __init__(self, world: World, index: int = 0) -> None:
        place = world.addresses["russian_post"]
        keys = place["accounts"][index]
        user = base64.b64encode(f"{keys['login']}:{keys['password']}".encode()).decode()
        self.base = place["base_url"]
        self.headers = {"Authorization": f"AccessToken {keys['token']}", "X-User-Authorization": f"Basic {user}"}
        self.seen: set[str] = set()

    def __call__(self, name: str, method: str, path: str, body: Any = None, **query: Any) -> Any:
        answer = requests.request(method, self.base + path, json=body, params=query, headers=self.headers, timeout=10)
        if name:
            complaints = [
                f"{each.json_path}: {each.message}"
                for each in Draft202012Validator(DATA[name]).iter_errors(answer.json())
            ]
            assert complaints == [], name
            self.seen.add(name)
        return answer.json()


def test_the_emulator_answers_as_was_observed(world: World) -> None:
    call, small = Caller(world), Caller(world, 1)
    world.control.post("/russian_post/settings", {"edit_answer": "array"})  # a PHP reader saw [] where {} may stand
    [first] = call("create-orders", "PUT", "/1.0/user/backlog", [ORDER])["result-ids"]
    call("find-order-by-id", "GET", f"/1.0/backlog/{first}")
    call("find-order-by-shop-id", "GET", "/1.0/backlog/search", query="fid-1")
    call("edit-order", "PUT", f"/1.0/backlog/{first}", ORDER)
    barcode = call("", "GET", f"/1.0/backlog/{first}")["barcode"]
    name = call("create-batch", "POST", "/1.0/user/shipment", [first])["batches"][0]["batch-name"]
    call("get-all-batches", "GET", "/1.0/batch")
    call("get-orders-in-batch", "GET", f"/1.0/batch/{name}/shipment")
    call("find-order-by-rpo", "GET", "/1.0/shipment/search", query=barcode)
    call("create-return-shipment", "PUT", "/1.0/returns", {"direct-barcode": barcode, "mail-type": "UNDEFINED"})
    call("return-orders-to-new", "POST", "/1.0/user/backlog", [first])
    call("delete-orders", "DELETE", "/1.0/backlog", [first])
    small("create-return-shipments", "PUT", "/1.0/returns/return-without-direct", [BACK])
    for kind in ("from", "to"):
        call(f"clean-address-{kind}", "POST", "/1.0/clean/address", ADDRESS)
    call("clean-phone", "POST", "/1.0/clean/phone", [{"id": "", "original-phone": "8 900 000 14 62"}])
    call("clean-physical", "POST", "/1.0/clean/physical", [{"id": "", "original-fio": "Северцева"}])
    call("get-account-info", "GET", "/1.0/settings")
    call("get-shipping-points", "GET", "/1.0/user-shipping-points")
    call("get-post-office-services", "GET", "/postoffice/1.0/420000/services")
    call("get-postal-codes-in-locality", "GET", "/postoffice/1.0/settlement.offices.codes", settlement="Казань")
    call("get-recipient-reliability", "POST", "/1.0/unreliable-recipient", PERSON)
    call("get-recipients-reliability", "POST", "/1.0/unreliable-recipient", [PERSON])
    call("get-tariff-and-delivery-period", "POST", "/1.0/tariff", QUOTE)
    call("search-post-office-by-address", "GET", "/postoffice/1.0/by-address", address="Казань, ул. Баумана, 44")
    near = {"latitude": 55.79, "longitude": 49.1, "top": 30}
    call("search-post-office-by-coordinates", "GET", "/postoffice/1.0/nearby", **near)
    call("search-post-office-by-index-from", "GET", "/postoffice/1.0/101000")
    call("search-post-office-by-index-to", "GET", "/postoffice/1.0/420005")
    assert call.seen | small.seen == set(DATA)


def test_our_side_reads_an_answer_that_has_only_what_was_observed(world: World) -> None:
    call = Caller(world)
    [first] = call("", "PUT", "/1.0/user/backlog", [ORDER])["result-ids"]
    row = call("", "GET", f"/1.0/backlog/{first}")
    observed = {name: row[name] for name in DATA["find-order-by-id"]["properties"]}
    state = parse_order([observed], "fid-1", with_events=True)
    assert (state.number, state.tracking_number, state.price is not None) == ("fid-1", row["barcode"], True)
    rate = call("", "POST", "/1.0/tariff", QUOTE)
    parse_rate({name: rate[name] for name in DATA["get-tariff-and-delivery-period"]["properties"]})


def test_the_judge_objects() -> None:
    validator = Draft202012Validator(DATA["create-orders"])
    assert list(validator.iter_errors({"result-ids": [1]})) == []
    assert [each.json_path for each in validator.iter_errors({"result-ids": ["1"]})] == ["$['result-ids'][0]"]
    with pytest.raises(AssertionError):
        assert list(Draft202012Validator(DATA["clean-phone"]).iter_errors([{}])) == []
