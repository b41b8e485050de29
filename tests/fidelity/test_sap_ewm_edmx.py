"""SAP's metadata: what the emulated services serve and what the adapter assumes, against two real EDMX files. What the
real ones say of the properties that we use is kept in data/sap.json; where WAYBILL_SPECS names their folder, the files
themselves judge, and what is kept is held against them. And `pyodata` itself works with the sandbox's `$metadata`."""

from __future__ import annotations

import json
import os
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from pyodata import Client
from pyodata.exceptions import HttpError

from b24app.systems.sap_ewm.odata import metadata
from b24app.systems.sap_ewm.vocabulary import OUTBOUND, RETURNS
from sandbox.world import World

SPECS = os.environ.get("WAYBILL_SPECS", "")
KNOWN = Path(__file__).parent / "data" / "sap.json"
EDM = "{http://schemas.microsoft.com/ado/2008/09/edm}"
SAP = "{http://www.sap.com/Protocols/SAPData}"
ROOT = "/sap/opu/odata/sap/{};v=0002"
#: A real file, and the service that follows it: returns deliveries are the inbound ones without what they lack (§5).
FILES = {
    "outbound": ("sap.API_OUTBOUND_DELIVERY_SRV_0002.edmx", OUTBOUND, "Outb"),
    "inbound": ("sap.API_INBOUND_DELIVERY_SRV_0002.edmx", RETURNS, "Returns"),
}
_SHAPE = ("Type", "MaxLength", "Precision", "Scale", "Nullable", "ConcurrencyMode")
#: May it be written: where the contract says nothing of returns (§5), only types are compared.
_WRITES = (f"{SAP}creatable", f"{SAP}updatable")

Shape = dict[str, dict[str, dict[str, str]]]


def shape(document: bytes | str, *, writes: bool) -> Shape:
    """Entity type -> property -> its facets; keys as `*`."""
    found: Shape = {}
    for kind in ET.fromstring(document).iter(f"{EDM}EntityType"):  # noqa: S314  (our own sandbox, and a folder of ours)
        keys = {ref.attrib["Name"] for ref in kind.iter(f"{EDM}PropertyRef")}
        found[kind.attrib["Name"]] = {
            each.attrib["Name"]: {
                **{name: each.attrib[name] for name in _SHAPE if name in each.attrib},
                **({name.rpartition("}")[2]: each.attrib.get(name, "true") for name in _WRITES} if writes else {}),
                **({"*": "key"} if each.attrib["Name"] in keys else {}),
            }
            for each in kind.iter(f"{EDM}Property")
        }
    return found


def used(name: str) -> dict[str, set[str]]:
    """Type -> properties that the adapter's own excerpt has; handling units are in neither real file (§3.2)."""
    found = shape(metadata(name, newer=False), writes=False)
    return {kind: set(properties) for kind, properties in found.items()}


def only(found: Shape, wanted: dict[str, set[str]]) -> Shape:
    return {kind: {name: found[kind][name] for name in sorted(names)} for kind, names in sorted(wanted.items())}


def known(which: str) -> Shape:
    """What the real file says of the properties that we use, by our service's names."""
    kept: Shape = json.loads(KNOWN.read_text("utf-8"))[which]
    if SPECS:
        file, service, prefix = FILES[which]
        real = shape((Path(SPECS) / file).read_bytes(), writes=which == "outbound")
        theirs = "Outb" if which == "outbound" else "Inb"
        assert only({kind.replace(theirs, prefix): found for kind, found in real.items()}, used(service)) == kept
    return kept


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World(systems=["sap_ewm"]) as found:
        yield found


@pytest.fixture
def session(world: World) -> requests.Session:
    world.reset()
    account = world.addresses["sap_ewm"]["accounts"][0]
    made = requests.Session()
    made.auth = (account["user"], account["password"])
    return made


def root(world: World, service: str) -> str:
    return str(world.addresses["sap_ewm"]["base_url"]) + ROOT.format(service)


@pytest.mark.parametrize("which", FILES)
@pytest.mark.parametrize("newer", [True, False])
def test_the_served_metadata_agrees_in_every_property_that_we_use(
    world: World, session: requests.Session, which: str, newer: bool
) -> None:
    world.control.post("/sap_ewm/settings", {"newer": newer, "filterable": newer})
    _, service, _ = FILES[which]
    answer = session.get(root(world, service) + "/$metadata", timeout=10)
    assert answer.headers["Content-Type"].startswith("application/xml")
    assert only(shape(answer.content, writes=which == "outbound"), used(service)) == known(which)


@pytest.mark.parametrize("which", FILES)
def test_what_the_adapter_assumes_is_what_the_real_files_say(which: str) -> None:
    _, service, _ = FILES[which]
    real = known(which)
    for kind, properties in shape(metadata(service, newer=True), writes=False).items():
        for name, facets in properties.items():
            if kind in real:
                told = {key: value for key, value in real[kind][name].items() if key not in ("creatable", "updatable")}
                assert facets == told, f"{kind}.{name}"


def client(world: World, session: requests.Session, service: str) -> Any:
    """As its documentation says: the token is the caller's business."""
    url = root(world, service)
    session.headers["x-csrf-token"] = session.get(f"{url}/", headers={"x-csrf-token": "Fetch"}, timeout=10).headers[
        "x-csrf-token"
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Client(f"{url}/", session)


def test_pyodata_creates_reads_and_changes_by_the_served_metadata(world: World, session: requests.Session) -> None:
    headers = client(world, session, OUTBOUND).entity_sets.A_OutbDeliveryHeader
    item = {"ReferenceSDDocument": "4711", "ReferenceSDDocumentItem": "10", "ActualDeliveryQuantity": "2"}
    made = headers.create_entity().set(to_DeliveryDocumentItem=[item]).execute()
    read = headers.get_entity(made.DeliveryDocument).expand("to_DeliveryDocumentItem").execute()
    [row] = read.to_DeliveryDocumentItem
    assert (row.Material, row.ActualDeliveryQuantity, read.etag) == ("CUP-1", "2", "W/\"'0001'\"")
    change = headers.update_entity(made.DeliveryDocument).set(BillOfLading="wb-1-1")
    with pytest.raises(HttpError) as caught:
        change.execute()
    assert caught.value.response.status_code == 428
    change.add_headers({"If-Match": read.etag})
    change.execute()
    [found] = headers.get_entities().filter("BillOfLading eq 'wb-1-1'").execute()
    assert found.DeliveryDocument == made.DeliveryDocument
    delete = headers.delete_entity(made.DeliveryDocument)
    delete.add_headers({"If-Match": "*"})
    delete.execute()


def test_pyodata_stumbles_over_a_function_import_after_it_was_done(world: World, session: requests.Session) -> None:
    """Why the adapter calls none through it (§7)."""
    world.control.post("/sap_ewm/settings", {"ewm": False})
    service = client(world, session, OUTBOUND)
    item = {"ReferenceSDDocument": "4711", "ReferenceSDDocumentItem": "10", "ActualDeliveryQuantity": "2"}
    number = service.entity_sets.A_OutbDeliveryHeader.create_entity().set(to_DeliveryDocumentItem=[item]).execute()
    number = number.DeliveryDocument
    with pytest.raises(KeyError, match="EntitySet"):
        service.functions.PickAllItems.parameter("DeliveryDocument", number).execute()
    assert service.entity_sets.A_OutbDeliveryHeader.get_entity(number).execute().OverallPickingStatus == "C"
