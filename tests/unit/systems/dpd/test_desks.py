"""Labels, changes of the money to collect, and which city an address means, over a client that answers by script."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from b24app.logistics.addresses import read_address
from b24app.logistics.errors import LogisticsError, Refused, Unavailable, Uncertain
from b24app.logistics.model import DeliveryKind, Item, Parcel, Recipient, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.order import Decision, OrderState
from b24app.logistics.papers import MOST_BYTES, PaperStage, PaperState
from b24app.systems.dpd.changes import ChangeDesk
from b24app.systems.dpd.cities import CityBook
from b24app.systems.dpd.client import Client
from b24app.systems.dpd.papers import PaperDesk
from b24app.systems.kit.directory import CITIES_S, Directory
from tests.unit.systems.dpd.fakes import FakeClient, desk, said

MADE = OrderState("wb-1-1", "wb-1-1", Decision.ACCEPTED, "RU1", "RU1")
PDF = b"%PDF-1.4 label"


def papers(state: OrderState = MADE, **answers: Any) -> tuple[Any, FakeClient]:
    client = FakeClient(**answers)
    return desk(PaperDesk, client, _status=lambda _: state), client


def test_a_label_is_asked_for_by_dpds_number_as_many_as_parcels() -> None:
    rows = [{"receiverName": "Мария", "label": "1"}, {"receiverName": "Мария", "label": "2"}]
    made, client = papers(createParcelLabel=rows, createLabelFile={"file": PDF, "order": [{"status": "OK"}]})
    assert made.ask_paper("label_a6", "wb-1-1") == PaperState("RU1/2", PaperStage.READY)
    assert made.fetch_paper("label_a6", "RU1/2") == PDF
    order = {"orderNum": "RU1", "parcelsNumber": 2}
    assert client.asked[-1][1] == {"fileFormat": "PDF", "pageSize": "A6", "order": [order]}


def test_the_waybill_is_one_sheet_and_comes_as_a_bare_file() -> None:
    made, client = papers(getInvoiceFile=PDF)
    assert made.ask_paper("waybill", "wb-1-1").key == "RU1/1"
    assert made.fetch_paper("waybill", "RU1/1") == PDF
    assert client.operations() == ["getInvoiceFile"]


@pytest.mark.parametrize(
    "rows", [None, [], [{"orderNum": "RU1", "errorMessage": "Отменён"}], said("Данные не найдены")]
)
def test_without_raw_labels_there_is_one(rows: Any) -> None:
    made, _ = papers(createParcelLabel=rows)
    assert made.ask_paper("label_a6", "wb-1-1").key == "RU1/1"


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        ({"file": None, "order": [{"status": "LabelError", "errorMessage": "Поздно"}]}, Refused, "Поздно"),
        ({"file": None, "order": {"status": "LabelError", "errorMessage": "Поздно"}}, Refused, "Поздно"),
        (None, Refused, ""),
        (said("Недопустимый формат"), Refused, "Недопустимый формат"),
        ({"file": b"<html>"}, Unavailable, ""),
        ({"file": b"%PDF-" + b"0" * MOST_BYTES}, Refused, ""),
        (Unavailable("down"), Unavailable, ""),
    ],
)
def test_what_is_no_file_says_why(answer: Any, error: type[LogisticsError], words: str) -> None:
    made, _ = papers(createLabelFile=answer)
    with pytest.raises(error) as caught:
        made.fetch_paper("label_a5", "RU1/1")
    if isinstance(caught.value, Refused):
        assert caught.value.problems[0].their_text == words


def test_an_order_without_a_number_waits_and_one_that_is_gone_has_no_papers() -> None:
    pending, _ = papers(OrderState("wb-1-1", "wb-1-1"))
    with pytest.raises(Unavailable) as caught:
        pending.ask_paper("label_a6", "wb-1-1")
    assert caught.value.retry_after == 60.0
    for state in (OrderState("wb-1-1", gone=True), OrderState("wb-1-1", decision=Decision.REFUSED)):
        with pytest.raises(Refused):
            papers(state)[0].ask_paper("label_a6", "wb-1-1")


# --- changes ----------------------------------------------------------------------------------------------------------

BEFORE = ShipmentRequest(
    "wb-1-1", "PCL", DeliveryKind.COURIER, Recipient("Мария", "8", "+79000001462"),
    (Parcel(700, 1, 1, 1, (Item("Книга", "", 1, Money.of(900), 700),)),), read_address("Казань, ул. Баумана, 44"),
)  # fmt: skip
AFTER = replace(BEFORE, cod=Money.of("900.01"))


def change(answer: Any, state: OrderState = MADE, after: ShipmentRequest = AFTER) -> tuple[OrderState, FakeClient]:
    client = FakeClient(changeUnitLoad=answer)
    return desk(ChangeDesk, client, {"vat": "22"}, _status=lambda _: state).change("wb-1-1", BEFORE, after), client


def test_the_goods_are_replaced_as_a_whole() -> None:
    state, client = change([{"status": "OK", "orderNum": "RU1"}])
    assert [each.decision for each in state.changes] == [Decision.ACCEPTED]
    lines = [
        {"descript": "Книга", "declared_value": "900.00", "count": 1, "npp_amount": "900.00", "vat_percent": 22},
        {"descript": "Доставка", "declared_value": "0.00", "count": 1, "npp_amount": "0.01", "vat_percent": 22},
    ]
    assert client.asked == [("changeUnitLoad", {"order": [{"orderNum": "RU1", "unitLoad": lines}]}, True)]


def test_money_that_is_not_collected_any_more_leaves_the_lines_without_it() -> None:
    _, client = change({"status": "OK"}, after=replace(BEFORE, cod=None, comment=""))
    [line] = client.asked[0][1]["order"][0]["unitLoad"]
    assert line == {"descript": "Книга", "declared_value": "900.00", "count": 1}


@pytest.mark.parametrize(
    ("answer", "state", "error"),
    [
        ([{"status": "OrderError", "errorMessage": "Заказ завершён"}], MADE, Refused),
        (said("Нельзя"), MADE, Refused),
        ([], MADE, Uncertain),
        (None, MADE, Uncertain),
        ([{"status": "OK"}], OrderState("wb-1-1", "wb-1-1"), Unavailable),
    ],
)
def test_a_change_that_did_not_go_through_says_why(answer: Any, state: OrderState, error: type[LogisticsError]) -> None:
    with pytest.raises(error):
        change(answer, state)


def test_nothing_else_is_changed_here() -> None:
    with pytest.raises(Refused) as caught:
        change([{"status": "OK"}], after=replace(AFTER, comment="Позже"))
    assert caught.value.problems[0].code == "change_refused"
    assert change([{"status": "OK"}], OrderState("wb-1-1", gone=True))[0].gone


# --- cities -----------------------------------------------------------------------------------------------------------


def city(number: int, name: str, region: str, index: str = "") -> str:
    codes = f"<indexMin>{index}</indexMin><indexMax>{index[:-1]}9</indexMax>" if index else ""
    names = f"<cityName>{name}</cityName><regionName>{region}</regionName>"
    return f"<return><cityId>{number}</cityId><countryCode>RU</countryCode>{names}{codes}</return>"


LIST = (
    "<a>"
    + city(1, "Киров", "Кировская область", "610000")
    + city(2, "Киров", "Калужская область", "249440")
    + city(3, "Королёв", "Московская область")
    + city(4, "Берёзовский", "Свердловская область")
    + city(5, "Берёзовский", "Кемеровская область", "652420")
    + city(6, "Казань", "Республика Татарстан", "420000")
    + "</a>"
).encode()


def book(client: FakeClient, directory: Directory | None = None, now: float = 0.0) -> CityBook:
    return CityBook(cast(Client, client), directory or Directory(), now)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Казань, ул. Баумана, 44", "6"),
        ("Королев, ул. Мира, 1", "3"),  # ё is е
        ("Киров, ул. Ленина, 1", "1"),  # the capital of its region
        ("Калужская область, Киров, ул. Ленина, 1", "2"),
        ("652425, Берёзовский, ул. Ленина, 1", "5"),  # by its postal code
    ],
)
def test_the_city_of_an_address(text: str, code: str) -> None:
    assert book(FakeClient({"getCitiesCashPay": LIST})).find(read_address(text)).code == code


@pytest.mark.parametrize(
    ("text", "problem", "offered"),
    [
        ("Берёзовский, ул. Ленина, 1", "city_ambiguous",
         ["Берёзовский (Свердловская область)", "Берёзовский (Кемеровская область)"]),
        ("Козань, ул. Баумана, 44", "city_unknown", ["Казань (Республика Татарстан)"]),
        ("ул. Баумана, 44", "city_missing", None),
    ],
)  # fmt: skip
def test_a_city_that_cannot_be_told_is_refused_with_what_there_is(
    text: str, problem: str, offered: list[str] | None
) -> None:
    cities = book(FakeClient({"getCitiesCashPay": LIST}))
    with pytest.raises(Refused) as caught:
        cities.find(read_address(text))
    [found] = caught.value.problems
    assert (found.code, found.params.get("candidates")) == (problem, offered)
    checked = cities.check(read_address(text))
    assert checked.problem == found
    assert [f"{each.name} ({each.region})" for each in checked.offered] == (offered or [])


def test_a_postal_code_is_held_against_the_citys() -> None:
    cities = book(FakeClient({"getCitiesCashPay": LIST}))
    found = [cities.check(read_address(f"{index}Казань, ул. Баумана, 44")) for index in ("420005, ", "101000, ", "")]
    assert [(each.city and each.city.code, each.postal_fits) for each in found] == [
        ("6", True),
        ("6", False),
        ("6", None),
    ]


def test_the_list_is_read_once_a_day_and_a_failure_is_not_kept() -> None:
    client, directory = FakeClient({"getCitiesCashPay": LIST}), Directory()
    address = read_address("Казань, ул. Баумана, 44")
    for now in (0.0, CITIES_S - 1, CITIES_S + 1):
        book(client, directory, now).find(address)
    assert client.operations() == ["getCitiesCashPay"] * 2
    broken = FakeClient({"getCitiesCashPay": LIST[:200]})
    fresh = Directory()
    with pytest.raises(Unavailable):
        book(broken, fresh).find(address)
    assert book(client, fresh).find(address).code == "6"
    with pytest.raises(Refused):
        book(FakeClient(cast(Any, {"getCitiesCashPay": said("Нельзя")}))).find(address)
