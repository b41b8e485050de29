"""The WSDLs that the emulated DPD serves against two real ones, and strict calls by them. What the real ones say is
kept in data/dpd.json; where WAYBILL_SPECS names their folder, the files themselves judge, and what is kept is held
against them."""

from __future__ import annotations

import json
import os
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from zeep import Client, Settings
from zeep.exceptions import Fault
from zeep.transports import Transport

from sandbox.world import World

SPECS = os.environ.get("WAYBILL_SPECS", "")
KNOWN = Path(__file__).parent / "data" / "dpd.json"
SERVICES = ("tracing", "event-tracking")
WSDL, SOAP = "{http://schemas.xmlsoap.org/wsdl/}", "{http://schemas.xmlsoap.org/wsdl/soap/}"
REAL = "http://ws.dpd.ru:80"


@pytest.fixture(scope="module")
def base() -> Iterator[tuple[str, dict[str, Any]]]:
    with World(systems=["dpd"]) as world:
        account = world.addresses["dpd"]["accounts"][0]
        auth = {"clientNumber": int(account["client_number"]), "clientKey": account["client_key"]}
        yield world.addresses["dpd"]["base_url"], auth


def shape(text: bytes, address: str) -> list[Any]:
    """Everything that a client reads of a WSDL: names, messages, actions, bindings; addresses without their host."""

    def plain(element: ET.Element) -> Any:
        attributes = {name: value.replace(address, "") for name, value in element.attrib.items() if value}
        return element.tag, attributes, [plain(child) for child in element]

    root = ET.fromstring(text)  # noqa: S314  (our own sandbox, and a folder of ours)
    order = {"types": 0, "message": 1, "portType": 2, "binding": 3, "service": 4}
    parts = sorted(root, key=lambda child: (order[child.tag.removeprefix(WSDL)], child.attrib.get("name", "")))
    return [root.attrib["name"], root.attrib["targetNamespace"], *map(_in_order, map(plain, parts))]


def _in_order(part: Any) -> Any:
    """Operations by name: their order means nothing."""
    tag, attributes, children = part
    return tag, attributes, sorted(children, key=lambda child: (child[0], child[1].get("name", "")))


def known(service: str) -> Any:
    """What the real WSDL of a service says."""
    kept = json.loads(KNOWN.read_text("utf-8"))[service]
    if SPECS:
        real = json.loads(json.dumps(shape((Path(SPECS) / f"dpd.{service}.wsdl").read_bytes(), REAL)))
        assert kept == real
    return kept


@pytest.mark.parametrize("service", SERVICES)
def test_a_served_wsdl_is_the_real_one_but_for_its_host(base: tuple[str, dict[str, Any]], service: str) -> None:
    served = requests.get(f"{base[0]}/services/{service}?wsdl", timeout=10).content
    assert json.loads(json.dumps(shape(served, base[0]))) == known(service)


class Led(Transport):  # type: ignore[misc]
    """Leads the real host to the sandbox: the real files name their schemas there."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = base

    def load(self, url: str) -> bytes:
        found: bytes = super().load(url.replace(REAL, self._base))
        return found


def test_a_client_of_the_real_files_is_served(base: tuple[str, dict[str, Any]]) -> None:
    """Strictly: every element of an answer must be in the schema; WS-Addressing headers go with every call."""
    url, auth = base

    def service(name: str) -> Any:
        file = str(Path(SPECS) / f"dpd.{name}.wsdl") if SPECS else f"{url}/services/{name}?wsdl"
        client = Client(file, transport=Led(url), settings=Settings(strict=True))
        return client.create_service(next(iter(client.wsdl.bindings)), f"{url}/services/{name}")

    events, tracing = service("event-tracking"), service("tracing")
    empty = events.getEvents(request={"auth": auth, "maxRowCount": 500})
    assert (empty.docId, empty.clientNumber, empty.resultComplete, empty.event) == (0, auth["clientNumber"], True, [])
    assert tracing.getStatesByClient(request={"auth": auth}).states == []
    assert events.getTrakingOrderLink(trackingOrder={"auth": auth, "order": {"orderNumberDPD": "RU1"}}).link is None
    with pytest.raises(Fault) as unknown:
        tracing.getStatesByDPDOrder(request={"auth": auth, "dpdOrderNr": "RU1"})
    assert unknown.value.message == "Данные не найдены"
    with pytest.raises(Fault) as wrong:
        events.confirm(request={"auth": auth, "docId": 17})
    assert wrong.value.detail.find("{*}WSFault/code").text == "wrong-doc-id"
