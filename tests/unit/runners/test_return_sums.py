"""Sums of returns on an invoice of the deal: which invoice, what is written, what is left to whoever typed it."""

from __future__ import annotations

from typing import Any

import pytest

from b24app.flows.snapshot import Role
from b24app.logistics.money import Money
from b24app.runners.portal.return_sums import decide
from b24app.store.return_sums import OwnSums

OWED, PAID = Role.RETURN_OWED, Role.RETURN_PAID
CHOSEN, KINDS = {OWED: "o", PAID: "p"}, {"o": "money", "p": "double"}
PAYLOAD = {"return_owed": Money(46440).to_json(), "return_paid": Money(500).to_json()}
NOTHING: dict[str, Any] = {"return_owed": None, "return_paid": None}
BOTH = {"o": "464.40|RUB", "p": "5.00"}
#: What was told before, and is told now.
OWN = OwnSums(given={"return_owed": (Money(9900), Money(46440)), "return_paid": (Money(500),)})


def item(owed: Any = None, paid: Any = None, number: int = 7) -> dict[str, Any]:
    return {"id": number, "accountNumber": f"A{number}", "o": owed, "p": paid}


@pytest.mark.parametrize(
    ("items", "payload", "do", "invoice", "fields", "theirs"),
    [
        ([], PAYLOAD, "none", 0, {}, {}),
        ([], NOTHING, "nothing", 0, {}, {}),
        ([item(), item(number=9)], PAYLOAD, "write", 7, BOTH, {}),
        ([item("464.4|RUB", 5.0)], PAYLOAD, "nothing", 7, {}, {}),
        ([item("464.40 RUB", "5")], PAYLOAD, "nothing", 7, {}, {}),
        ([item("99|RUB", "")], PAYLOAD, "write", 7, BOTH, {}),
        ([item("100|RUB", "5")], PAYLOAD, "differs", 7, {}, {OWED: "100|RUB"}),
        ([item("464.40|USD", None)], PAYLOAD, "write", 7, {"p": "5.00"}, {OWED: "464.40|USD"}),
        ([item("договорились", "6")], PAYLOAD, "differs", 7, {}, {OWED: "договорились", PAID: "6"}),
        ([item("464.40|RUB", "5")], NOTHING, "write", 7, {"o": "", "p": ""}, {}),
        ([item("100|RUB", None)], NOTHING, "differs", 7, {}, {OWED: "100|RUB"}),
        ([{"id": 7, "o": None}], PAYLOAD, "gone", 7, {}, {}),
    ],
)
def test_what_is_done(
    items: list[dict[str, Any]], payload: dict[str, Any], do: str, invoice: int, fields: Any, theirs: Any
) -> None:
    step = decide(items, OWN, payload, CHOSEN, KINDS)
    assert (step.do, step.invoice, step.fields, step.theirs) == (do, invoice, fields, theirs)


def test_the_invoice_that_was_written_first_stays_the_one() -> None:
    every = [item(), item(number=9)]
    assert decide(every, OwnSums(9), PAYLOAD, CHOSEN, KINDS).invoice == 9
    assert decide(every, OwnSums(8), PAYLOAD, CHOSEN, KINDS).invoice == 7
    assert decide(every, OwnSums(9), PAYLOAD, {PAID: "p"}, KINDS).fields == {"p": "5.00"}
