"""The published CDEK client `cdek` 1.2.0, as it is: it checks every answer against its own models.

Two of its methods never work against the real API: `location.zip` and `location.coordinates` expect a list of objects
where CDEK answers one object (contracts/cdek.md §14). The last test holds that.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from cdek import CdekAuthException, CdekClient, CdekRequestException
from cdek.apps.form.requests import PrintBarcodeRequest
from cdek.apps.location import CityFilter, CityListFilter, CoordinatesFilter, RegionFilter, ZipFilter
from cdek.apps.models.contact import Contact
from cdek.apps.models.item import Item
from cdek.apps.models.money import Money
from cdek.apps.models.package import Package
from cdek.apps.models.print import PrintOrder
from cdek.apps.office import OfficeFilter
from cdek.apps.order import OrderRequest
from cdek.apps.tariff import TariffCodeRequest, TariffListRequest
from cdek.apps.webhook import OrderStatusEvent, PrintFormEvent, WebhookRequest, WebhookType, parse_webhook

from sandbox.world import World
from tests.fidelity.conftest import Inbox

# The client opens a session a call and closes none.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")
Answer = TypeVar("Answer")
MOSCOW, KAZAN = 44, 424


@pytest.fixture
def client(vendors: World) -> Any:
    vendors.control.post("/cdek/settings", {"decision_min": 0.05, "decision_max": 0.1, "print_seconds": 0.1})
    account = vendors.addresses["cdek"]["accounts"][0]
    return CdekClient(account["client_id"], account["client_secret"])


def order(number: str) -> OrderRequest:
    cup = Item(name="Чашка", ware_key="CUP-1", payment=Money(value=0), weight=300, amount=2, cost=450)
    recipient = Contact(name="Мария Северцева").add_phone("+79000001462")
    return OrderRequest(
        type=1,
        number=number,
        tariff_code=136,
        shipment_point="MSK5",
        delivery_point="KZN1",
        recipient=recipient,
        packages=[Package(number="1", weight=700, length=20, width=15, height=10, items=[cup])],
    )


def until(read: Callable[[], Answer], good: Callable[[Answer], object], within: float = 30.0) -> Answer:
    end = time.monotonic() + within
    while not good(found := read()):
        assert time.monotonic() < end, f"still {found!r}"
        time.sleep(0.05)
    return found


def test_a_token_is_asked_for_once_and_kept(client: Any, vendors: World) -> None:
    kept: list[dict[str, object]] = []
    client.set_memory(None, lambda found: kept.append(found["cdekAuth"]))
    client.location.city(CityFilter(name="Казань"))
    client.set_memory(kept[0], kept.append)
    client.location.city(CityFilter(name="Москва"))
    assert len(vendors.control.journal(system="cdek", kind="token.issued")) == 1


def test_wrong_keys_are_refused(vendors: World) -> None:
    with pytest.raises(CdekAuthException):
        CdekClient("nobody", "nothing").location.city(CityFilter(name="Казань"))


def test_cities_and_regions(client: Any) -> None:
    (kazan,) = client.location.cities(CityListFilter(code=KAZAN))
    assert (kazan.city, kazan.country_code) == ("Казань", "RU")
    assert KAZAN in [row.code for row in client.location.city(CityFilter(name="Казань"))]
    assert client.location.regions(RegionFilter(country_codes="RU"))


def test_offices(client: Any) -> None:
    offices = client.office.get(OfficeFilter(city_code=KAZAN, type="PVZ"))["result"]
    assert offices
    assert {office.type for office in offices} == {"PVZ"}
    assert {office.location.code for office in offices} == {KAZAN}


def test_tariffs(client: Any) -> None:
    asked = TariffListRequest().set_city_codes(MOSCOW, KAZAN).set_package_weight(700)
    rows = {row.tariff_code: row for row in client.tariff.calc_list(asked).get_codes()}
    one = TariffCodeRequest(tariff_code=136).set_city_codes(MOSCOW, KAZAN).set_package_weight(700)
    price = client.tariff.calc(one)
    assert price.delivery_sum == rows[136].delivery_sum > 0
    assert price.currency == "RUB"
    assert client.tariff.all().get_codes()


def test_an_order_from_its_creation_to_its_status(client: Any, vendors: World) -> None:
    uuid = str(client.order.create(order("fid-1")).get_entry_uuid())
    made = until(lambda: client.order.get_by_uuid(uuid), lambda found: found.entity.cdek_number)
    assert [request.state for request in made.requests if request.type == "CREATE"] == ["SUCCESSFUL"]
    assert client.order.get_by_im_number("fid-1").entity.uuid == uuid
    assert client.order.get_by_cdek_number(str(made.entity.cdek_number)).entity.number == "fid-1"
    vendors.control.post(f"/cdek/orders/{uuid}/status", {"code": "DELIVERED"})
    codes = [status.code for status in client.order.get_by_uuid(uuid).entity.statuses]
    assert {"CREATED", "DELIVERED"} <= set(codes)


def test_a_refused_order_keeps_its_words(client: Any) -> None:
    wrong = order("fid-2")
    wrong.recipient.name = "Иванов / Петров"
    uuid = str(client.order.create(wrong).get_entry_uuid())
    found = until(lambda: client.order.get_by_uuid(uuid), lambda got: got.requests[0].state == "INVALID")
    assert "error_validate_receiver_name_incorrect_symbol" in [error.code for error in found.requests[0].errors]


def test_an_unknown_order_is_its_own_error(client: Any) -> None:
    with pytest.raises(CdekRequestException) as caught:
        client.order.get_by_im_number("fid-nobody")
    assert caught.value.status_code == 400
    assert first_code(caught.value) == "v2_entity_not_found_im_number"


def test_subscriptions_and_what_they_bring(client: Any, vendors: World, inbox: Inbox) -> None:
    made = client.webhook.set(WebhookRequest(type=WebhookType.ORDER_STATUS, url=inbox.url))
    assert [(str(row.uuid), row.url) for row in client.webhook.all()] == [(made.get_entry_uuid(), inbox.url)]
    uuid = str(client.order.create(order("fid-3")).get_entry_uuid())
    event = parse_webhook(inbox.wait(lambda body: json.loads(body)["attributes"]["status_code"] == "1"))
    assert isinstance(event, OrderStatusEvent)
    assert (str(event.uuid), event.attributes.number) == (uuid, "fid-3")
    assert event.attributes.code.strip() == "CREATED"
    client.webhook.delete(str(made.get_entry_uuid()))
    assert client.webhook.all() == []


def test_barcodes(client: Any, inbox: Inbox) -> None:
    client.webhook.set(WebhookRequest(type=WebhookType.PRINT_FORM, url=inbox.url))
    uuid = str(client.order.create(order("fid-4")).get_entry_uuid())
    until(lambda: client.order.get_by_uuid(uuid), lambda found: found.entity.cdek_number)
    asked = PrintBarcodeRequest(orders=[PrintOrder(order_uuid=uuid)], format="A6")
    form = str(client.barcode.set(asked).get_entry_uuid())
    ready = until(lambda: client.barcode.get(form), lambda found: found.entity.url)
    assert ready.entity.statuses[-1].code == "READY"
    assert client.barcode.get_pdf(form).startswith(b"%PDF-")
    event = parse_webhook(inbox.wait(bool))
    assert isinstance(event, PrintFormEvent)
    assert event.attributes.url == ready.entity.url


def test_a_deleted_order_is_gone(client: Any) -> None:
    uuid = str(client.order.create(order("fid-5")).get_entry_uuid())
    until(lambda: client.order.get_by_uuid(uuid), lambda found: found.entity.cdek_number)
    assert client.order.delete(uuid).get_entry_uuid() == uuid
    code = until(lambda: refusal(client, uuid), bool)
    assert code == "v2_entity_not_found"


def refusal(client: Any, uuid: str) -> str:
    """The code that reading the order is refused with; empty while it is still there."""
    try:
        client.order.get_by_uuid(uuid)
    except CdekRequestException as error:
        return first_code(error)
    return ""


def first_code(error: CdekRequestException) -> str:
    answer: Any = error.response
    return str(answer["requests"][0]["errors"][0]["code"])


@pytest.mark.parametrize("call", ["zip", "coordinates"])
def test_what_the_client_itself_cannot_do(client: Any, call: str) -> None:
    """CDEK answers one object; the client walks over its keys and validates each as an object."""
    given = ZipFilter(city_code=KAZAN) if call == "zip" else CoordinatesFilter(latitude=55.79, longitude=49.12)
    with pytest.raises(ValueError, match="validation error"):
        getattr(client.location, call)(given)
