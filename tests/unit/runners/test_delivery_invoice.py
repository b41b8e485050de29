"""The delivery as one smart invoice of a deal: whose it is, what is done about it, and what is asked before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy.orm import Session

from b24app.bitrix24.encoding import Command
from b24app.bitrix24.envelope import BatchAnswer
from b24app.bitrix24.errors import RestError
from b24app.bitrix24.goods import SoldRow
from b24app.bitrix24.invoices import Invoice
from b24app.logistics.money import Money
from b24app.runners.portal import invoice_look
from b24app.runners.portal.batching import letters
from b24app.runners.portal.context import Run
from b24app.runners.portal.delivery_invoice import FRESH, Seen, Step, commands, decide, fresh, outcome
from b24app.store.delivery_invoices import KIND, Content, OwnInvoice, Wish, mark
from b24app.store.models import OutboxRow

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
DEAL, ID, FIRST = 5, 77, "DT31_4:N"
TITLE, FORMER = "Счёт за доставку: СДЭК, Посылка", "Счёт за доставку: СДЭК, Экспресс"
NAME, FORMER_NAME = "Доставка: СДЭК, Посылка", "Доставка: СДЭК, Экспресс"
PRICE, BEFORE = Money(48600), Money(61000)
#: The former choice is in the portal, the present one is to be told.
OWN = OwnInvoice(ID, FIRST, (Content(FORMER, BEFORE), Content(TITLE, PRICE)), Content(FORMER, BEFORE))
#: Nothing has been heard of it since it was to be made.
LOST = OwnInvoice(given=OWN.given)


def wants(price: Money | None = PRICE) -> dict[str, Any]:
    return Wish(TITLE, NAME, price).to_json()


def invoice(price: Money = BEFORE, title: str = FORMER, **more: Any) -> Invoice:
    return replace(Invoice(ID, "101", title, mark("k3f9", DEAL), DEAL, 4, FIRST, price), **more)


def row(name: str = FORMER_NAME, price: str = "610", row_id: int = 9) -> SoldRow:
    return SoldRow(row_id, ID, 0, name, Decimal(price), Decimal(1))


def seen(found: Invoice | None, *rows: SoldRow) -> Seen:
    return Seen("RUB", {"parentId2": DEAL, "companyId": 3}, found, rows, FIRST)


HEAD = {"title": TITLE}
MADE, NAMED = invoice(Money(0)), invoice(title="Счёт 7")


@pytest.mark.parametrize(
    ("there", "own", "payload", "step"),
    [
        (seen(None), LOST, wants(), Step("add", fields={"parentId2": DEAL, "companyId": 3, "title": TITLE})),
        # The next choice changes it; what is there already is not written again.
        (seen(invoice(), row()), OWN, wants(), Step("write", invoice(), HEAD, put=True, row_id=9)),
        (seen(invoice(PRICE, TITLE), row(NAME, "486")), OWN, wants(), Step("nothing", invoice(PRICE, TITLE))),
        (seen(invoice(PRICE), row(NAME, "486")), OWN, wants(), Step("write", invoice(PRICE), HEAD, row_id=9)),
        # Answers were lost: made without its row, or with the one before.
        (seen(MADE), LOST, wants(), Step("write", MADE, HEAD, put=True)),
        (seen(invoice(), row()), LOST, wants(), Step("write", invoice(), HEAD, put=True, row_id=9)),
        # Somebody gave it a title of their own.
        (seen(NAMED, row()), OWN, wants(), Step("write", NAMED, put=True, row_id=9)),
        # Of another currency than the deal's.
        (seen(None), LOST, wants(Money(100, "USD")), Step("currency")),
        # No choice any more.
        (seen(invoice(), row()), OWN, wants(None), Step("delete", invoice())),
        (seen(MADE), LOST, wants(None), Step("delete", MADE)),
        (seen(None), OWN, wants(None), Step("nothing")),
    ],
)
def test_the_deal_holds_our_invoice_once(there: Seen, own: OwnInvoice, payload: dict[str, Any], step: Step) -> None:
    assert decide(there, own, payload) == step


@pytest.mark.parametrize(
    ("found", "rows"),
    [
        (invoice(stage="DT31_4:S"), (row(),)),
        (invoice(Money(70000)), (row(price="700"),)),
        (invoice(by_hand=True), (row(),)),
        (invoice(), (row(), row("Подарок", "0", 10))),
        (invoice(Money(0)), ()),  # its row was there, and somebody has emptied it
        (invoice(deal=6), (row(),)),
        (invoice(Money(61000, "USD")), (row(),)),
    ],
)
def test_what_people_changed_is_theirs(found: Invoice, rows: tuple[SoldRow, ...]) -> None:
    assert decide(seen(found, *rows), OWN, wants()) == Step("differs", found)
    assert decide(seen(found, *rows), OWN, wants(None)) == Step("left", found)


def test_nothing_differs_when_the_same_is_chosen_again() -> None:
    sent = invoice(PRICE, TITLE, stage="DT31_4:S")
    assert decide(seen(sent, row(NAME, "486")), OWN, wants()) == Step("nothing", sent)


def outbox(n: int = 1) -> OutboxRow:
    return OutboxRow(id=n, deal_id=DEAL, kind=KIND, priority=1, payload=wants(), attempts=0)


def test_an_invoice_made_just_now_is_filled_without_another_look() -> None:
    own = replace(LOST, id=ID, stage=FIRST, made_by=1, made_at=NOW)
    step = fresh(outbox(), own, NOW + FRESH)
    assert step == Step("write", Invoice(ID), put=True, begins=FIRST)
    [command] = commands("x1", outbox(), step)
    assert (command.method, command.params["ownerId"], command.params["ownerType"]) == (
        "crm.item.productrow.set", ID, "SI",
    )  # fmt: skip
    [said] = command.params["productRows"]
    assert (said["productName"], said["price"], said["quantity"], said["taxIncluded"]) == (NAME, 486.0, 1, "Y")
    assert fresh(outbox(), own, NOW + FRESH + timedelta(seconds=1)) is None
    assert fresh(outbox(2), own, NOW) is None  # a younger choice looks


def test_a_changed_row_keeps_what_people_set_on_it() -> None:
    update, change = commands("x1", outbox(), Step("write", invoice(), HEAD, put=True, row_id=9))
    assert (update.method, update.params["id"], update.params["fields"]) == ("crm.item.update", ID, HEAD)
    assert (change.method, change.params["id"]) == ("crm.item.productrow.update", 9)
    assert "taxRate" not in change.params["fields"]


def test_of_several_choices_the_newest_leaves() -> None:
    [letter] = letters([outbox(1), outbox(2), OutboxRow(id=3, deal_id=DEAL, kind="comment", priority=1, payload={})])
    assert letter.invoice is not None
    assert (letter.invoice.id, [each.id for each in letter.former_invoices]) == (2, [1])
    assert (letter.size, letter.saves) == (3, 2)  # it may take two commands


class Portal:
    """Answers of a portal by the method that is asked."""

    def __init__(self, **answers: Any) -> None:
        self.answers = {name.replace("_", "."): answer for name, answer in answers.items()}
        self.requests: list[list[str]] = []

    def read_all(self, asked: Sequence[Command], *, people: bool = False) -> BatchAnswer:
        self.requests.append([command.method for command in asked])
        found = {command.key: self.answers[command.method] for command in asked}
        refused = {key: answer for key, answer in found.items() if isinstance(answer, RestError)}
        return BatchAnswer({key: answer for key, answer in found.items() if key not in refused}, refused)


ITEM = {"id": ID, "title": FORMER, "xmlId": mark("k3f9", DEAL), "accountNumber": "101", "categoryId": 4,
        "stageId": FIRST, "opportunity": 610, "currencyId": "RUB", "parentId2": DEAL}  # fmt: skip
ROWS = {"productRows": [{"id": 9, "ownerId": ID, "productName": FORMER_NAME, "price": 610, "quantity": 1}]}
STAGES = [{"ID": "2", "STATUS_ID": "DT31_4:S", "SORT": "20"}, {"ID": "1", "STATUS_ID": FIRST, "SORT": "10"}]
TOLD = {DEAL: {"id": DEAL, "currencyId": "RUB", "contactIds": [8, 9], "companyId": 0, "assignedById": 7}}


def looked(portal: Portal, own: OwnInvoice) -> Step:
    run = cast("Run", SimpleNamespace(client=portal, portal=SimpleNamespace(code="k3f9"), people=True))
    known = {DEAL: own}
    answer = portal.read_all(invoice_look.questions(run, [DEAL], known))
    return invoice_look.steps(run, [outbox()], known, TOLD, answer)[1]


def test_one_look_at_an_invoice_that_we_know() -> None:
    portal = Portal(crm_item_list={"items": [ITEM]}, crm_item_productrow_list=ROWS)
    assert looked(portal, OWN) == Step("write", invoice(), HEAD, put=True, row_id=9, begins=FIRST)
    assert portal.requests == [["crm.item.list", "crm.item.productrow.list"]]


def test_a_lost_one_is_found_by_its_mark_and_looked_at_closely() -> None:
    portal = Portal(crm_item_list={"items": [ITEM]}, crm_item_productrow_list=ROWS, crm_status_list=STAGES)
    assert looked(portal, LOST) == Step("write", invoice(), HEAD, put=True, row_id=9, begins=FIRST)
    assert portal.requests == [["crm.item.list"], ["crm.item.productrow.list", "crm.status.list"]]


def test_a_new_one_is_the_deals() -> None:
    step = looked(Portal(crm_item_list={"items": []}), OwnInvoice())
    assert step.fields == {
        "parentId2": DEAL, "xmlId": "waybill-k3f9-5", "contactIds": [8, 9], "assignedById": 7, "currencyId": "RUB",
        "title": TITLE,
    }  # fmt: skip


@pytest.mark.parametrize("method", ["crm_item_list", "crm_item_productrow_list", "crm_status_list"])
def test_what_the_portal_refuses_to_show_is_asked_once_more(method: str) -> None:
    answers: dict[str, Any] = {
        "crm_item_list": {"items": [ITEM]}, "crm_item_productrow_list": ROWS, "crm_status_list": STAGES,
    }  # fmt: skip
    step = looked(Portal(**answers | {method: RestError("ACCESS_DENIED", "no")}), LOST)
    [command] = commands("x1", outbox(), step)
    assert (step.do, command.key, command.method) == ("look", "x1", method.replace("_", "."))


@pytest.mark.parametrize(
    ("step", "error", "state"),
    [
        (Step("add", fields=HEAD), RestError("ACCESS_DENIED", "no"), "dead"),
        (Step("add", fields=HEAD), RestError("NOT_FOUND", "no such type"), "dead"),  # invoices are switched off
        (Step("add", fields=HEAD), RestError("INTERNAL_SERVER_ERROR", ""), "uncertain"),
        (Step("write", invoice(), put=True), RestError("ACCESS_DENIED", "no"), "dead"),
        (Step("write", invoice(), put=True), RestError("QUERY_LIMIT_EXCEEDED", ""), "pending"),
    ],
)
def test_a_refusal_is_told_and_says_nothing_of_the_deal(
    monkeypatch: pytest.MonkeyPatch, step: Step, error: RestError, state: str
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("b24app.store.problems.open_problem", lambda *said, **_: opened.append(said[3]))
    monkeypatch.setattr("b24app.store.deals.save", lambda *_: pytest.fail("the deal is there"))
    services = SimpleNamespace(settings=SimpleNamespace(dead_after=12), spread=lambda: 0.5)
    run = cast("Run", SimpleNamespace(services=services, portal=SimpleNamespace(id=1)))
    key = "x1" if step.do == "add" else "x1-row"
    found = outcome(run, cast("Session", None), outbox(), step, BatchAnswer({}, {key: error}), NOW, 10)
    assert (found.state, len(opened)) == (state, int(state == "dead"))
