"""The standard OData interface of 1C over a small base: addresses, the query, writes, errors, both representations."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree
from werkzeug.test import TestResponse

from sandbox.kernel.one_c_odata import (
    EMPTY,
    NO_DATE,
    Base,
    Entity,
    Hooks,
    ODataDoor,
    Row,
    accumulation_register,
    add_odata,
    catalog,
    document,
    information_register,
)
from sandbox.kernel.one_c_odata.errors import business

_ENTITIES = (
    catalog("Товары", "Артикул:s Вид_Key:>Catalog_Виды"),
    catalog("Виды"),
    document("Заказ", "НомерКИС:s Комментарий:s Товар_Key!:>Catalog_Товары", {"Строки": "Товар_Key:g Количество:n"}),
    information_register("Статусы", "Заказ_Key:>Document_Заказ", "Статус:s"),
    information_register("Цены", "Товар_Key:>Catalog_Товары", "Цена:n", periodic=True),
    accumulation_register("Остатки", "Товар_Key:>Catalog_Товары", "Количество:n"),
)
_TEA, _CUP, _KIND = (f"0a00000{n}-0000-4000-8000-000000000001" for n in (1, 2, 3))
_NOBODY = "0a000009-0000-4000-8000-000000000009"


class _Rules(Hooks):
    def posting(self, entity: Entity, row: Row) -> None:
        if row["Комментарий"] == "нельзя":
            raise business("Нельзя: склад закрыт")


class _Client:
    def __init__(self) -> None:
        self.base = Base(_ENTITIES, _Rules(), {("AccumulationRegister_Остатки", "Balance"): self._balance})
        self.base.create("Catalog_Виды", {"Ref_Key": _KIND, "Description": "Чай"})
        self.base.create("Catalog_Товары", {"Ref_Key": _TEA, "Артикул": "TEA-500", "Вид_Key": _KIND})
        self.base.create("Catalog_Товары", {"Ref_Key": _CUP, "Артикул": "CUP'1"})
        self.hidden: list[str] = []
        self.closed: list[str] = []
        door = ODataDoor(
            self.base, "/wms", threading.RLock(), lambda: "http://one-c", lambda: self.hidden, lambda: self.closed,
        )  # fmt: skip
        app = Flask("one-c")
        add_odata(app, door)
        self.http: FlaskClient = app.test_client()

    def _balance(self, arguments: Mapping[str, str]) -> list[Row]:
        known = 4 if arguments.get("Period", "9999") >= "2026-10-05T00:00:00" else 0
        return [{"Товар_Key": _TEA, "КоличествоBalance": known}, {"Товар_Key": _CUP, "КоличествоBalance": 1}]

    def call(self, verb: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        """``path`` as people write it; encoded here as the interface wants it."""
        address = "/wms/odata/standard.odata/" + quote(path, safe="$?=&(),'/;:*")
        headers.setdefault("Accept", "application/json")
        return self.http.open(address, method=verb, json=body, headers=headers)

    def value(self, path: str) -> list[dict[str, Any]]:
        answer = self.call("GET", path)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.get_json()["value"]
        return found

    def order(self, **fields: Any) -> dict[str, Any]:
        body = {"Date": "2026-10-05T12:40:00", "НомерКИС": "B-1", "Товар_Key": _TEA} | fields
        answer = self.call("POST", "Document_Заказ", body)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.get_json()
        return made


@pytest.fixture
def client() -> _Client:
    return _Client()


def _refused(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["odata.error"]["code"]


def test_a_document_is_made_with_what_nobody_gave_empty(client: _Client) -> None:
    made = client.order(Строки=[{"LineNumber": 1, "Товар_Key": _TEA, "Количество": 2}])
    assert made.pop("odata.metadata") == "http://one-c/wms/odata/standard.odata/$metadata#Document_Заказ/@Element"
    key, version = made.pop("Ref_Key"), made.pop("DataVersion")
    assert made == {
        "DeletionMark": False, "Number": "000000001", "Date": "2026-10-05T12:40:00", "Posted": False,
        "НомерКИС": "B-1", "Комментарий": "", "Товар_Key": _TEA,
        "Строки": [{"LineNumber": "1", "Товар_Key": _TEA, "Количество": 2}],
    }  # fmt: skip
    assert version.endswith("AAAAA=")
    read = client.call("GET", f"Document_Заказ(guid'{key}')").get_json()
    assert read["DataVersion"] == version
    row = client.call("GET", f"Document_Заказ_Строки(Ref_Key=guid'{key}', LineNumber=1)").get_json()
    assert (row["Ref_Key"], row["Количество"]) == (key, 2)


def test_changes_are_partial_or_whole_and_a_version_guards_them(client: _Client) -> None:
    made = client.order(Строки=[{"LineNumber": 1, "Количество": 2}], Комментарий="раз")
    path = f"Document_Заказ(guid'{made['Ref_Key']}')"
    row = client.call("PATCH", path, {"Строки": []}, **{"If-Match": made["DataVersion"]}).get_json()
    assert (row["Строки"], row["Комментарий"]) == ([], "раз")
    stale = client.call("PATCH", path, {"Комментарий": "два"}, **{"If-Match": made["DataVersion"]})
    assert stale.status_code == 412
    assert client.call("GET", path).get_json()["Комментарий"] == "раз"
    whole = client.call("PUT", path, {"Date": "2026-10-06T00:00:00"}).get_json()
    assert (whole["Комментарий"], whole["Товар_Key"]) == ("", EMPTY)
    assert client.call("DELETE", path).status_code == 204
    assert _refused(client.call("GET", path)) == (404, "9")


def test_posting_is_a_method_and_the_configuration_has_its_say(client: _Client) -> None:
    made = client.order()
    path = f"Document_Заказ(guid'{made['Ref_Key']}')"
    assert client.call("POST", path + "/Post?PostingModeOperational=false").get_json()["Posted"] is True
    assert client.call("POST", path + "/Unpost").get_json()["Posted"] is False
    client.call("PATCH", path, {"Комментарий": "нельзя"})
    refused = client.call("POST", path + "/Post")
    assert refused.status_code == 500
    assert refused.get_json()["odata.error"] == {
        "code": "-1",
        "message": {"lang": "ru", "value": "Нельзя: склад закрыт"},
    }
    for change, words in ({"Товар_Key": EMPTY}, "не заполнено"), ({"Товар_Key": _NOBODY}, "Объект не найден"):
        client.call("PATCH", path, {"Комментарий": "", **change})
        assert words in client.call("POST", path + "/Post").get_json()["odata.error"]["message"]["value"]
    client.call("PATCH", path, {"Товар_Key": _TEA, "DeletionMark": True})
    assert client.call("POST", path + "/Post").status_code == 500


@pytest.mark.parametrize(
    ("verb", "path", "body", "expected"),
    [
        ("POST", "Document_Заказ", {"НомерКИС": "1"}, (400, "5")),
        ("POST", "Document_Заказ", {"Date": NO_DATE}, (400, "5")),
        ("POST", "Document_Заказ", {"Date": "2026-10-05"}, (400, "4")),
        ("POST", "Document_Заказ", {"Date": "2026-10-05T12:40:00+03:00"}, (400, "4")),
        ("POST", "Document_Заказ", {"Date": "2026-10-05T12:40:00", "НетТакого": 1}, (400, "10")),
        ("POST", "Document_Заказ", {"Date": "2026-10-05T12:40:00", "Posted": True}, (400, "16")),
        ("POST", "Document_Заказ", {"Date": "2026-10-05T12:40:00", "Товар_Key": "TEA"}, (400, "4")),
        ("POST", "Document_Заказ", {"Date": "2026-10-05T12:40:00", "Строки": [{"Количество": 1}]}, (400, "5")),
        ("POST", "Document_Заказ", {"Date": "2026-10-05T12:40:00", "НомерКИС": 5}, (400, "4")),
        ("POST", "Document_Заказ_Строки", {"LineNumber": 1}, (400, "13")),
        ("POST", "Catalog_Товары", {"Ref_Key": _TEA}, (400, "15")),
        ("POST", "InformationRegister_Статусы", {"Статус": "Новый"}, (400, "5")),
        ("POST", "AccumulationRegister_Остатки", {}, (405, "19")),
        ("PATCH", "Document_Заказ", {}, (400, "7")),
        ("GET", "Document_НетТакого", None, (404, "8")),
        ("GET", f"Document_Заказ(guid'{_NOBODY}')", None, (404, "9")),
        ("GET", f"Document_Заказ('{_NOBODY}')", None, (400, "6")),
        ("GET", f"Document_Заказ({_NOBODY})", None, (400, "6")),
        ("GET", "Catalog_Товары?$filter=Артикул eq", None, (400, "1")),
        ("GET", "Catalog_Товары?$filter=НетТакого eq 'x'", None, (400, "10")),
        ("GET", "Catalog_Товары?$select=НетТакого", None, (400, "10")),
        ("GET", "Catalog_Товары?$expand=Артикул/x", None, (400, "10")),
        ("GET", "Catalog_Товары?$search=x", None, (400, "14")),
        ("GET", "Catalog_Товары?$top=1&$top=2", None, (400, "18")),
        ("GET", "Catalog_Товары?$top=много", None, (400, "14")),
        ("GET", f"Catalog_Товары(guid'{_TEA}')/Balance", None, (404, "11")),
        ("GET", "InformationRegister_Статусы/SliceLast()", None, (404, "11")),
        ("GET", "AccumulationRegister_Остатки", None, (400, "0")),
        ("POST", f"Catalog_Товары(guid'{_TEA}')/Post", {}, (404, "11")),
    ],
)
def test_what_is_wrong_has_its_code(
    client: _Client, verb: str, path: str, body: Any, expected: tuple[int, str]
) -> None:
    assert _refused(client.call(verb, path, body)) == expected


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("$filter=Артикул eq 'TEA-500'", ["TEA-500"]),
        ("$filter=Артикул eq 'CUP''1'", ["CUP'1"]),
        ("$filter=like(Артикул,'%tea%') or Артикул eq 'CUP''1'", ["TEA-500", "CUP'1"]),
        ("$filter=not (startswith(Артикул,'TEA'))", ["CUP'1"]),
        ("$filter=Вид/Description eq 'Чай' and DeletionMark eq false", ["TEA-500"]),
        (f"$filter=Вид_Key eq guid'{_KIND.upper()}'", ["TEA-500"]),
        ("$filter=substringof('500',Артикул)", ["TEA-500"]),
        ("$orderby=Артикул", ["CUP'1", "TEA-500"]),
        ("$orderby=Артикул desc&$top=1", ["TEA-500"]),
        ("$orderby=Артикул&$skip=1&allowedOnly=true", ["TEA-500"]),
    ],
)
def test_rows_are_chosen(client: _Client, options: str, expected: list[str]) -> None:
    assert [row["Артикул"] for row in client.value("Catalog_Товары?$format=json&" + options)] == expected


def test_only_what_is_asked_for_is_shown(client: _Client) -> None:
    assert client.value("Catalog_Товары?$select=Артикул&$top=1") == [{"Артикул": "TEA-500"}]
    narrow = client.value("Catalog_Товары?$expand=Вид&$select=Артикул,Вид/Description&$top=1")
    assert narrow == [{"Артикул": "TEA-500", "Вид": {"Description": "Чай"}}]
    counted = client.call("GET", "Catalog_Товары?$top=0&$inlinecount=allpages").get_json()
    assert (counted["odata.count"], counted["value"]) == ("2", [])
    assert client.call("GET", "Catalog_Товары/$count").text == "2"


def test_virtual_tables_take_a_moment_and_a_condition(client: _Client) -> None:
    path = "AccumulationRegister_Остатки/Balance(Period=datetime'{}T00:00:00',Condition='Товар_Key eq guid''{}''')"
    found = client.value(path.format("2026-10-06", _TEA) + "?$expand=Товар/*&$select=КоличествоBalance,Товар/Артикул")
    assert found == [{"КоличествоBalance": 4, "Товар": {"Артикул": "TEA-500"}}]
    assert client.value(path.format("2026-10-01", _TEA))[0]["КоличествоBalance"] == 0
    assert len(client.value("AccumulationRegister_Остатки/Balance()")) == 2
    for period, price in ("2026-01-01T00:00:00", 5), ("2026-06-01T00:00:00", 7):
        row = {"Period": period, "Товар_Key": _TEA, "Цена": price}
        assert client.call("POST", "InformationRegister_Цены", row).status_code == 201
    assert [row["Цена"] for row in client.value("InformationRegister_Цены/SliceLast()")] == [7]
    earlier = "InformationRegister_Цены/SliceLast(Period=datetime'2026-03-01T00:00:00')"
    assert [row["Цена"] for row in client.value(earlier)] == [5]


def test_a_record_of_a_register_is_found_by_its_dimensions(client: _Client) -> None:
    key = client.order()["Ref_Key"]
    record = {"Заказ_Key": key, "Статус": "Новый"}
    assert client.call("POST", "InformationRegister_Статусы", record).status_code == 201
    assert _refused(client.call("POST", "InformationRegister_Статусы", record)) == (400, "15")
    path = f"InformationRegister_Статусы(Заказ_Key=guid'{key}')"
    assert client.call("PATCH", path, {"Статус": "ВРаботе"}).get_json()["Статус"] == "ВРаботе"
    assert client.value(f"InformationRegister_Статусы?$filter=Заказ_Key eq guid'{key}'")[0]["Статус"] == "ВРаботе"


def test_a_plus_is_no_blank_and_cyrillic_is_encoded(client: _Client) -> None:
    root = "/wms/odata/standard.odata/Catalog_%D0%A2%D0%BE%D0%B2%D0%B0%D1%80%D1%8B?$format=json&$filter="
    name = "%D0%90%D1%80%D1%82%D0%B8%D0%BA%D1%83%D0%BB"
    assert client.http.get(f"{root}{name}%20eq%20'TEA-500'").status_code == 200
    assert _refused(client.http.get(f"{root}{name}+eq+'TEA-500'")) == (400, "1")
    raw = client.http.get(f"{root}{name}%20eq%20'x'", environ_overrides={"RAW_URI": "/wms/…Товары"})
    assert _refused(raw) == (400, "6")


def test_objects_outside_of_the_composition_and_without_rights(client: _Client) -> None:
    client.hidden, client.closed = ["Catalog_Товары"], ["Document_Заказ"]
    assert _refused(client.call("GET", "Catalog_Товары")) == (404, "8")
    assert _refused(client.call("GET", "Document_Заказ")) == (403, "20")
    assert "Catalog_Товары" not in client.call("GET", "$metadata").text


def test_without_a_hint_it_is_atom(client: _Client) -> None:
    client.order()
    feed = etree.fromstring(client.call("GET", "Document_Заказ", Accept="*/*").data)
    assert feed.tag == "{http://www.w3.org/2005/Atom}feed"
    values = {etree.QName(node).localname: node.text for node in feed.iter("{*}properties").__next__()}
    assert (values["НомерКИС"], values["Posted"]) == ("B-1", "false")
    refusal = etree.fromstring(client.call("GET", "Document_НетТакого", Accept="*/*").data)
    assert next(node.text for node in refusal) == "8"


def test_metadata_is_xml_and_tells_of_everything(client: _Client) -> None:
    tree = etree.fromstring(client.call("GET", "$metadata?$format=json").data)
    edm = "{http://schemas.microsoft.com/ado/2009/11/edm}"
    assert next(tree.iter(edm + "Schema")).get("Namespace") == "StandardODATA"
    assert {node.get("Name") for node in tree.iter(edm + "EntitySet")} == {entity.name for entity in _ENTITIES}
    order = next(node for node in tree.iter(edm + "EntityType") if node.get("Name") == "Document_Заказ")
    kinds = {node.get("Name"): node.get("Type") for node in order.findall(edm + "Property")}
    assert kinds["Товар_Key"] == "Edm.Guid"
    assert kinds["Строки"] == "Collection(StandardODATA.Document_Заказ_Строки_RowType)"
    assert [node.get("Name") for node in order.findall(edm + "NavigationProperty")] == ["Товар"]
