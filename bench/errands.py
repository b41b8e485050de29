"""What the errands of one order cost each system in calls, through its port and over HTTP to its emulator.

`order_calls`: the sum of all errands below, for a warm connection (signed in, directories known), against the least
that the system's API allows (`LEAST`, by the contracts); the worst system counts. Looking things up before, so that
nothing is made twice, and reading what became of a write are what is above the least. `more` has every errand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from b24app.logistics.errors import Refused
from b24app.logistics.order import Decision, OrderState
from b24app.logistics.warehouse import Attachment, Carriage, ReceiptRequest
from bench.crowd import LIMITS
from bench.figures import Bar, Figure, Say
from sandbox.world import World
from tests.contract.systems.conftest import HARNESSES
from tests.contract.systems.harness import Harness

ROWS = ("order_calls",)
#: Orders that one look tells of, as far as the API can.
MANY = 20
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@dataclass(frozen=True)
class Least:
    """Calls that an API does not do without, by errand: making an order, finding it by our number, a look at twenty,
    calling it off, stock of an article, a document there, the carrier's number there, announcing a receipt."""

    create: int = 1
    find: int = 1
    look: int = 1
    cancel: int = 1
    stock: int = 1
    attach: int = 1
    tell: int = 1
    expect: int = 1


#: By the contracts. Where news comes by callbacks or a feed, or no list of changed orders exists, an order is looked at
#: by itself. moysklad §8: the counterparty, then the order; the demand is found, then written. 1c §4.4: look, header,
#: row, status, post. sap-ewm §8: look, create, mark; SOAP has one call. manhattan §3.1: the original
#: order and the planned one. yandex-delivery: an offer, then its confirmation; a claim, then its acceptance.
LEAST: Mapping[str, Least] = {
    "boxberry": Least(look=MANY),
    "cdek": Least(look=MANY),
    "russian_post": Least(look=MANY),
    "yandex_delivery": Least(create=2, cancel=2),
    "yandex_express": Least(create=2, cancel=2),
    "moysklad": Least(create=2, tell=2, cancel=2, expect=3),
    "one_c_tms": Least(look=MANY),
    "one_c_tms_xml": Least(look=MANY),
    "one_c_tms_odata": Least(create=3, look=MANY, cancel=2),
    "one_c_wms_odata": Least(create=5, look=2, cancel=3, expect=5),
    "sap_ewm": Least(create=3, look=2, tell=2, cancel=2),
    "sap_le": Least(create=3, tell=2, cancel=2),
    "sap_soap": Least(look=MANY),
    "manhattan": Least(look=2, cancel=4),
}


def measure(rows: Sequence[str], say: Say) -> list[Figure]:
    """One row; each system on its emulator's first day."""
    found: dict[str, dict[str, int]] = {}
    with World() as world:
        for name, harness_of in sorted(HARNESSES.items()):
            say(f"order_calls: {name}")
            world.system(harness_of.code).reset()
            harness = harness_of(world)
            found[name] = dict(_errands(harness))
            harness.close()
    sums = {name: sum(errands.values()) for name, errands in found.items()}
    floors = {name: sum(getattr(LEAST.get(name, Least()), errand) for errand in found[name]) for name in found}
    worst = max(sums, key=lambda name: sums[name] / floors[name])
    told = ", ".join(f"{name} {sums[name]}/{floors[name]}" for name in sorted(sums))
    figure = Figure(
        "order_calls",
        float(sums[worst]),
        "calls",
        Bar(2.5),
        [float(each) for each in sums.values()],
        float(floors[worst]),
        note=f"worst: {worst}; {told}",
        more={"errands": found, "least": floors},
    )
    return [figure] if figure.name in rows else []


def _errands(harness: Harness) -> Iterator[tuple[str, int]]:
    """(errand, calls). What the manifest does not name is no errand."""
    port = harness.port
    if lifted := LIMITS.get(harness.code):
        harness.switch(**{lifted: 10_000_000})
    harness.settle(port.create(harness.request("wb-900-1")))  # warms what is known for long
    with suppress(Refused):
        port.find("wb-900-1")
    made: list[OrderState] = []
    yield "create", _calls(harness, lambda: made.append(port.create(harness.request("wb-901-1"))))
    state = harness.settle(made[0])
    yield "find", _calls(harness, lambda: _found(port.find("wb-901-1")))
    if harness.has("Tracking"):
        ids = [harness.settle(port.create(harness.request(f"wb-{910 + n}-1"))).remote_id for n in range(MANY)]
        yield "look", _calls(harness, lambda: _all(port.read_many(ids), MANY))
    if harness.has("Stock"):
        skus = [item.sku for item in harness.request().parcels[0].items]
        yield from _if_taken("stock", harness, lambda: port.stock(skus))
    if harness.has("Documents"):
        paper = Attachment("wb-901-1:label", "label", "label.pdf", "application/pdf", PDF)
        yield from _if_taken("attach", harness, lambda: port.attach(state.remote_id, paper))
    if harness.has("Onward"):
        carriage = Carriage("СДЭК", "1105000001", "", "in_transit")
        yield from _if_taken("tell", harness, lambda: port.tell(state.remote_id, carriage))
    if harness.has("Cancels"):
        other = harness.settle(port.create(harness.request("wb-902-1")))
        yield from _if_taken("cancel", harness, lambda: port.cancel(other.remote_id))
    if harness.has("Receipts"):
        request = harness.request("wb-903-1")
        receipt = ReceiptRequest("wb-903-r1", request.parcels[0].items, request.recipient)
        yield from _if_taken("expect", harness, lambda: port.expect(receipt))


def _if_taken(errand: str, harness: Harness, act: Callable[[], Any]) -> Iterator[tuple[str, int]]:
    """Nothing where this way into the system refuses it (1C without our extension takes no documents)."""
    with suppress(Refused):
        yield errand, _calls(harness, act)


def _calls(harness: Harness, errand: Callable[[], Any]) -> int:
    before = len(harness.calls.records)
    errand()
    return len(harness.calls.records) - before


def _found(state: OrderState | None) -> None:
    assert state is not None
    assert state.decision is not Decision.REFUSED


def _all(states: Sequence[OrderState], count: int) -> None:
    assert len(states) == count
