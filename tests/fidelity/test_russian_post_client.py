"""The published client `fs-pochta-api` 1.2.1 (Otpravka over requests, tracking over zeep) against the emulated Post.

Two of its calls never work against the real API: it checks a batch in by GET where the service takes POST (§8), and
deletes from and adds to a batch by GET. The last test holds that.
"""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
import requests
from pochta import BatchTracker, Delivery, SingleTracker
from pochta.enums import MailCategory, MailType
from pochta.exceptions import APIError
from pochta.helpers import Address, Name, Order, Phone, Recipient
from zeep.exceptions import Fault

from sandbox.world import World

# The client opens sessions and closes none.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


@pytest.fixture
def keys(world: World) -> dict[str, Any]:
    found: dict[str, Any] = world.addresses["russian_post"]["accounts"][0]
    return found


@pytest.fixture
def client(world: World, keys: dict[str, Any]) -> Any:
    """Its one address is a class attribute."""
    here = type("Here", (Delivery,), {"API_URL": world.addresses["russian_post"]["base_url"]})
    return here(keys["login"], keys["password"], keys["token"])


def order(number: str = "fid-1") -> Any:
    made = Order(700, number, False, MailCategory.ORDINARY, MailType.POSTAL_PARCEL)
    made.set_recipient("Мария", "Северцева", recipient_name="Северцева Мария", tel_address=79000001462)
    made.set_address("44", 643, "Респ Татарстан", "г Казань", "ул Баумана", index_to=420000, postoffice_code="101000")
    made.set_dimensions(10, 20, 15)
    return made


def test_an_order_goes_into_a_batch_and_back(client: Any) -> None:
    [number] = client.orders.create_order([order()])["result-ids"]
    assert client.orders.search_order("fid-1")[0]["id"] == number
    assert client.orders.search_order_by_id(number)["order-num"] == "fid-1"
    assert client.orders.edit_order(number, order("fid-2")) == {}
    name = client.batches.create_batch([number])["batches"][0]["batch-name"]
    assert client.batches.find_batch(name)["shipment-count"] == 1
    assert client.batches.search_all_batches()[0]["batch-name"] == name
    assert client.batches.get_batch_orders_info(name)[0]["order-num"] == "fid-2"
    assert client.batches.find_order_by_id(number)["batch-name"] == name
    assert client.documents.create_f7_f22(number).content.startswith(b"%PDF-")
    assert client.orders.shipment_to_backlog([number]) == {"result-ids": [number]}
    assert client.orders.delete_order([number]) == {"result-ids": [number]}
    assert client.orders.delete_order([number])["errors"][0]["error-code"] == "NOT_FOUND"


def test_documents_after_check_in(client: Any, world: World) -> None:
    [number] = client.orders.create_order([order()])["result-ids"]
    name = client.batches.create_batch([number])["batches"][0]["batch-name"]
    with pytest.raises(requests.HTTPError, match="400"):
        client.documents.create_f103(name)
    client.request("post", f"/1.0/batch/{name}/checkin")
    assert client.documents.create_f103(name).content.startswith(b"%PDF-")
    assert "F103.pdf" in zipfile.ZipFile(io.BytesIO(client.documents.create_all_docs(name).content)).namelist()
    assert client.documents.create_forms(number).content.startswith(b"%PDF-")


def test_normalisation_quotes_and_offices(client: Any) -> None:
    address = Address("Казань, ул. Баумана, 44")
    [cleaned] = client.nogroup.address_normalization([address])
    assert (cleaned["id"], cleaned["quality-code"]) == (address.id, "GOOD")
    assert client.nogroup.fio_normalization([Name("Северцева Мария Ивановна")])[0]["surname"] == "Северцева"
    assert client.nogroup.phone_normalization([Phone("8 900 000 14 62")])[0]["quality-code"] == "GOOD"
    assert client.nogroup.check_reliability([Recipient("Казань", "Мария", "79000001462")])[0]["unreliability"]
    assert client.nogroup.counterpart_balance["work-with-balance"] is True
    rate = client.nogroup.calc_delivery_rate(
        index_from="101000", index_to="420000", mass=700, mail_type=MailType.POSTAL_PARCEL,
        mail_category=MailCategory.ORDINARY,
    )  # fmt: skip
    assert rate["total-rate"] > 0
    assert client.services.get_postoffice(420000)["settlement"] == "Казань"
    assert client.services.get_postoffice_by_address("Казань, ул. Баумана, 44")["postoffices"]
    assert client.services.get_nearby_postoffices(55.7961, 49.1064)[0]["postal-code"] == "420000"
    assert "420000" in client.services.get_settlement_postoffices("Казань")
    assert client.settings.user_shipping_points()[0]["operator-postcode"] == "101000"
    assert client.settings.user_settings()["api_enabled"] is True


def trackers(world: World, login: str, password: str) -> tuple[Any, Any]:
    """Their WSDLs are class attributes; answers of zeep's are not to be kept on disk."""
    base = world.addresses["russian_post"]["urls"]["tracking"]
    single = type("Single", (SingleTracker,), {"WSDL": f"{base}/rtm34?wsdl"})
    bulk = type("Bulk", (BatchTracker,), {"WSDL": f"{base}/fc?wsdl"})
    return single(login, password, caching=False), bulk(login, password, caching=False)


def test_tracking_both_ways(client: Any, world: World, keys: dict[str, Any]) -> None:
    [number] = client.orders.create_order([order()])["result-ids"]
    barcode = client.orders.search_order_by_id(number)["barcode"]
    single, bulk = trackers(world, keys["tracking_login"], keys["tracking_password"])
    [record] = single.get_history(barcode)
    assert record.OperationParameters.OperType.Id == 28
    assert record.OperationParameters.OperAttr.Name is None
    assert single.get_history("80123400000000") is None
    assert single.get_order_events_for_mail(barcode) is None
    ticket = bulk.get_ticket([barcode, "80123400000000"])
    with pytest.raises(APIError, match="6"):
        bulk.get_response_by_ticket(ticket)
    world.clock.advance(901)
    first, second = bulk.get_response_by_ticket(ticket)
    assert (first.Barcode, first.Operation[0].OperTypeID) == (barcode, 28)
    assert second.Error[0].ErrorTypeID == 12
    stranger, other = trackers(world, "nobody", "wrong")
    with pytest.raises(Fault):
        stranger.get_history(barcode)
    with pytest.raises(APIError, match="3"):
        other.get_ticket([barcode])


def test_what_the_client_cannot_do(client: Any) -> None:
    [number] = client.orders.create_order([order()])["result-ids"]
    name = client.batches.create_batch([number])["batches"][0]["batch-name"]
    with pytest.raises(requests.HTTPError, match="407"):
        client.documents.checkin(name)
    with pytest.raises(requests.HTTPError, match="407"):
        client.batches.delete_order_from_batch([number])
