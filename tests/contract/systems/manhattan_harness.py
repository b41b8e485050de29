"""Manhattan's emulator behind the face of the contract suite."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import Any

from b24app.logistics.money import Money
from b24app.logistics.order import OrderState
from b24app.logistics.problem import Field
from b24app.logistics.status import Status
from tests.contract.systems.harness import Harness
from tests.contract.systems.parts import Sent, Shape, Where


def envelope(code: str, words: str, **more: Any) -> dict[str, Any]:
    """Their refusal, whatever HTTP says."""
    return {"success": False, "data": None, "messages": {"Message": [{"Code": code, "Description": words}]}, **more}


_NAME = "DestinationAddress.FirstName"
_NO_TOKEN = {"error": "invalid_token", "error_description": "expired"}


class ManhattanHarness(Harness):
    code = "manhattan"
    mode = "live"
    create_path = "*/originalOrder/save"
    find_path = "*/originalOrder/search"
    find_method = "POST"
    read_path = "*/order/search"
    read_method = "POST"
    cancel_path = "*/originalOrder/originalOrderId/{id}"
    cancel_method = "PUT"
    token_path = "/oauth/token"
    others: Mapping[str, Where] = {
        "stock": Where("*/inventory/search"),
        "warehouses": Where("*/facility/search"),
        "receipts": Where("*/asn/save"),
        "receipt": Where("*/asn/search"),
    }
    credentials: Mapping[str, str] = {
        name: name
        for name in (
            "address",
            "auth",
            "client_id",
            "client_secret",
            "username",
            "password",
            "organization",
            "warehouse",
        )
    }
    settings: Mapping[str, Any] = {"return_origin": "R"}
    moves: Mapping[str, Mapping[str, Any]] = {
        "accepted_at_warehouse": {"code": "4000"},
        "in_transit": {"code": "7200"},
    }
    routes: Mapping[str, Status] = {
        "packed": Status.ACCEPTED_AT_WAREHOUSE,
        "short": Status.ACCEPTED_AT_WAREHOUSE,
        "shipped": Status.IN_TRANSIT,
        "cancelled": Status.CANCELLED,
        "unknown_code": Status.UNKNOWN,
    }
    wrong_keys = (
        ("client_secret", "wrong", "sign_in"),
        ("client_id", "sandbox.9.0.0", "sign_in"),
        ("username", "nobody@example.com", "sign_in"),
        ("password", "wrong", "sign_in"),
        ("organization", "NOBODY", "lists"),
        ("warehouse", "NOWHERE", "warehouse"),
    )
    knows_cities = False
    scarce = "HM-VASE"
    unheard_of = "SP-SKI-190"
    takes_cod = False
    has_tracking_page = False
    gives_tracking = False
    tells_history = False
    shapes = (
        Shape("a name", envelope("X::1", f"{_NAME} is not valid"), status=400, code="X::1", names=Field.NAME),
        Shape("an article", envelope("X::2", "Item CUP-1 does not exist"), status=400, code="X::2", names=Field.ITEMS),
        Shape("success is false inside HTTP 200", envelope("X::3", f"{_NAME} is not valid"), code="X::3"),
        Shape("failed records inside HTTP 200",
              envelope("X::4", "Phone is not valid", success=True, data={"FailedRecords": [{"OriginalOrderId": "1"}]}),
              code="X::4", names=Field.PHONE),
        Shape("a message without a code", {"success": False, "message": "Address1 is too long"}, status=400,
              names=Field.ADDRESS),
        Shape("nothing but a status", {"success": False}, status=400, code="HTTP 400"),
        Shape("a refused token", _NO_TOKEN, status=401, want="account", code="invalid_token"),
        Shape("a refused context", envelope("X::5", "not permitted"), status=403, want="account", code="X::5"),
        Shape("a page of a refused right", "<h1>Forbidden</h1>", status=403, kind="text/html", want="account",
              code="HTTP 403"),
        Shape("a page instead of the path", "<h1>Not Found</h1>", status=404, kind="text/html", want="unavailable"),
        Shape("too many calls", {"message": "slow down"}, status=429, want="unavailable"),
        Shape("an answer that says nothing", {"surprise": 1}, want="uncertain"),
        Shape("no object", 7, want="uncertain"),
    )  # fmt: skip

    def prepare(self) -> None:
        self.decide_after(0.0)

    def most_calls(self, count: int) -> int:
        """A batch: their statuses, originals that are not planned yet, failures, packages; and the names of statuses,
        once a day."""
        batch = self.manifest.track.batch if self.manifest.track else 1
        return 4 * ceil(count / batch) + 1

    def refused_code(self) -> str:
        return _NAME

    def no_such_order(self) -> str:
        return "wb-404-100"

    def pack(self, state: OrderState, short: int = 0) -> None:
        self.step(state, {"code": "6000", "short": short})

    def sent(self, state: OrderState) -> Sent:
        body = self.detail(state)["body"]
        address = body["DestinationAddress"]
        return Sent(
            name=f"{address['FirstName']} {address['LastName']}",
            phone=address["Phone"],
            comment=body["Extended"]["B24Comment"],
            place=address["Address1"],
            goods=tuple(
                (row["ItemId"], row["OrderedQuantity"], Money.of(row["UnitPrice"]).minor)
                for row in body["OriginalOrderLine"]
            ),
        )
