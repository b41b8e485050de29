"""What the carrier's part of a dry run comes to: the call, or what stands in its way."""

from __future__ import annotations

from typing import Any

from b24app.flows.trial import Trial, try_out
from b24app.logistics.errors import AccountProblem, Refused, Unavailable
from b24app.logistics.model import ShipmentRequest
from b24app.logistics.ports import Outgoing
from b24app.logistics.problem import Field, Problem
from b24app.runners.connection.previewing import preview
from tests.unit.flows.given import NOW, deal, pipeline

TRIAL: Trial = try_out(deal(), pipeline(), (), NOW)


class Carrier:
    """Shows what it is asked, or raises."""

    def __init__(self, error: Exception | None = None) -> None:
        self._error = error

    def preview(self, request: ShipmentRequest) -> Outgoing:
        if self._error is not None:
            raise self._error
        goods: list[dict[str, Any]] = [{"ware_key": "CUP-1", "weight": 300}]
        body = {"number": request.number, "items": goods, "api_key": "abcd", "nested": {"secret": "x", "token": 7}}
        return Outgoing("POST", "https://carrier.test/orders?key=abcd", body)


def test_the_call_is_shown_without_what_signs_it() -> None:
    found = preview(Carrier(), TRIAL)
    assert found.good
    assert found.outgoing is not None
    assert (found.outgoing.verb, found.outgoing.url) == ("POST", "https://carrier.test/orders")
    veil = "••••••••"
    assert found.outgoing.body == {
        "number": "wb-42-1",
        "items": [{"ware_key": "CUP-1", "weight": 300}],
        "api_key": veil,
        "nested": {"secret": veil, "token": veil},
    }


def test_what_the_carrier_has_against_it_is_a_result() -> None:
    unknown = Problem("city_unknown", Field.ADDRESS)
    assert preview(Carrier(Refused([unknown])), TRIAL).problems == (unknown,)
    account = Problem("account_refused", Field.ACCOUNT)
    assert preview(Carrier(AccountProblem(account)), TRIAL).refused == (account,)
    silent = preview(Carrier(Unavailable("cities: HTTP 503")), TRIAL)
    assert (silent.silent, silent.outgoing, silent.good) == ("cities: HTTP 503", None, False)
